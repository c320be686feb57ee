//! Changes: single API calls that change something, with their parameters.

mod calls;
mod container_call;
mod ecs_change;
mod template;

pub use calls::{CHANGE_CALLS, ChangeCall};
pub use container_call::ContainerCall;
pub use ecs_change::{EcsCall, EcsChange};

use super::OperationPlace;
use crate::model::Text;
use template::{fill_arguments, fill_template};

/// Length of a container's id in texts, in digits, as the docker command shows it.
const SHORT_ID_LENGTH: usize = 12;

/// API call that changes a running service, with its parameters: a call to ECS, or to an engine about one
/// container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Call to a Docker or Podman engine that changes one container.
    Container {
        /// The call.
        call: ContainerCall,
        /// Id of the container.
        id: Text,
        /// Name of the container, for display.
        name: Text,
    },
    /// Call to Amazon ECS that changes something.
    Ecs(EcsChange),
}

impl Change {
    /// Returns the call's row in [`CHANGE_CALLS`].
    #[must_use]
    pub fn call(&self) -> &'static ChangeCall {
        match self {
            Self::Container { call, .. } => call.row(),
            Self::Ecs(change) => change.row(),
        }
    }

    /// Returns the API call for display, such as `POST /containers/4f2a…/restart`. A call to AWS includes the
    /// complete body of the request.
    #[must_use]
    pub fn api_call(&self) -> String {
        match self {
            Self::Container { id, .. } => {
                let id = id.get(..SHORT_ID_LENGTH).unwrap_or(id);
                fill_template(self.call().name, |_| id.to_owned())
            }
            Self::Ecs(change) => format!("ecs:{} {}", change.operation(), change.body()),
        }
    }

    /// Returns the `docker` or `aws` command that makes the same call.
    #[must_use]
    pub fn equivalent_command(&self, place: &OperationPlace) -> String {
        let (_, arguments) = self.call().command.split_once(' ').unwrap_or_default();
        let arguments = fill_arguments(arguments, |parameter| match self {
            Self::Container { name, .. } => name.to_string(),
            Self::Ecs(change) => change.parameter(parameter),
        });
        format!("{} {arguments}", place.command_prefix)
    }
}

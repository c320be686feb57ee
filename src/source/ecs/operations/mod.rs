//! Operations on ECS services and tasks. Portolan reads the services again for a plan, sends confirmed
//! changes, and opens sessions.

mod manager;
mod place;
mod read;
mod rollback_target;
mod scaling_range;
mod send;
mod service_deployments;
mod sessions;
mod task_protection;

pub(super) use place::CallerIdentity;
#[cfg(fuzzing)]
pub use sessions::fuzzing as session_fuzzing;

use super::Ecs;
use crate::{
    model::Failure,
    operation::{
        ConfirmedSession, ConfirmedStep, ForwardRequest, OperationPlace, OperationReading, OperationRequest,
        ShellRequest,
    },
    source::{
        ChangeReceipt, Operator,
        session::{ExternalShell, Forward, OpeningFailure, Shell},
    },
};
use futures::{FutureExt, future::BoxFuture};

impl Operator for Ecs {
    fn place(&self) -> BoxFuture<'_, Result<OperationPlace, Failure>> {
        place::read_place(self).boxed()
    }

    fn read_targets<'a>(
        &'a self,
        request: &'a OperationRequest,
    ) -> BoxFuture<'a, Result<OperationReading, Failure>> {
        read::read_targets(self, request).boxed()
    }

    fn send<'a>(&'a self, change: ConfirmedStep<'a>) -> BoxFuture<'a, Result<ChangeReceipt, Failure>> {
        async move { send::send_change(self.api().await?, change).await }.boxed()
    }

    fn open_shell<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ShellRequest>,
    ) -> BoxFuture<'a, Result<Shell, OpeningFailure>> {
        async move { sessions::open_shell(self.api().await?, confirmed).await }.boxed()
    }

    fn open_external_shell<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ShellRequest>,
    ) -> BoxFuture<'a, Result<ExternalShell, OpeningFailure>> {
        async move { sessions::open_shell_for_plugin(self.api().await?, confirmed).await }.boxed()
    }

    fn open_forward<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ForwardRequest>,
    ) -> BoxFuture<'a, Result<Forward, OpeningFailure>> {
        async move { sessions::open_forward(self.api().await?, confirmed).await }.boxed()
    }
}

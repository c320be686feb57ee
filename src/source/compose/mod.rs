//! Source that reads a compose project. It shows the services that the compose file declares, without any
//! engine.

mod snapshot;
mod declaration;
#[cfg(fuzzing)]
pub mod fuzzing;
mod schema;
mod limits;
mod load;
mod paths;
#[cfg(test)]
mod tests;
mod variables;
mod yaml;

use super::{DoctorCheck, Source};
use crate::{
    background,
    model::{
        Failure, FailureKind, LogBatch, LogReadOptions, LogTarget, Snapshot, SourceId, Text, UnreadPart,
    },
};
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use variables::LayeredVariables;

/// Interval at which Portolan checks the project's files for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

/// Configuration of a compose source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Path of the compose file or of its folder; empty for the working directory.
    pub path: String,
    /// Name of the source; the folder's name if empty.
    pub name: String,
}

/// Compose project as a source. It has services and references, but no instances and no logs.
pub struct Compose {
    id: SourceId,
    path: PathBuf,
    /// Environment of this process, for the variables in the files.
    environment: LayeredVariables,
    /// The last snapshot, with the state of the files it was read from.
    cache: Arc<Mutex<Option<snapshot::snapshot_cache::CachedSnapshot>>>,
}

impl Compose {
    /// Creates the source for `config`; `environment` holds the variables of this process.
    ///
    /// This function reads no file. So the source's default name is the folder's name, not the project name
    /// that the files declare.
    pub fn new(config: &Config, environment: BTreeMap<String, String>) -> Self {
        let (path, environment) =
            (load::find_project::project_path(&config.path), LayeredVariables::new(environment));
        // In a service id, a slash separates the source from the service.
        let name = if config.name.is_empty() {
            default_name(&path)
        } else {
            Text::new(&config.name).replace('/', "-")
        };
        Self { id: SourceId::new(format!("compose:{name}")), path, environment, cache: Arc::default() }
    }
}

/// Returns the default name of a source: the name of the folder `place`, or of the folder that holds the file
/// `place`. Returns `compose` if the folder's name has no valid character.
fn default_name(place: &Path) -> String {
    let is_file = place.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let folder = if is_file { place.parent().unwrap_or(place) } else { place };
    Some(load::find_project::name_from_folder(folder))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "compose".to_owned())
}

impl Source for Compose {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn location(&self) -> String {
        Text::new(&self.path.display().to_string()).to_string()
    }

    fn kind(&self) -> &'static str {
        "compose"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        let (id, place) = (self.id.clone(), self.path.clone());
        let (environment, last) = (self.environment.clone(), Arc::clone(&self.cache));
        async move {
            let looked = background::run_blocking(move || {
                snapshot::snapshot_cache::current_snapshot(&id, &place, &environment, &last)
            })
            .await;
            looked.unwrap_or_else(|panicked| {
                Err(panicked.failure("internal error while reading the compose file"))
            })
        }
        .boxed()
    }

    fn poll_interval(&self) -> Duration {
        POLL_INTERVAL
    }

    fn change_notifications(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn logs(&self, _: Vec<LogTarget>, _: LogReadOptions) -> BoxStream<'static, Result<LogBatch, Failure>> {
        let what = "a compose file has no logs, because it runs no containers";
        let remedy = "add the Docker engine that runs it as a source";
        stream::iter([Err(Failure::new(FailureKind::Missing, what, remedy))]).boxed()
    }

    fn diagnose(&self) -> BoxFuture<'_, Vec<DoctorCheck>> {
        async move {
            let looked = self.snapshot().await;
            let mut tried: Vec<DoctorCheck> =
                looked.iter().flat_map(|snapshot| &snapshot.unread_parts).map(unread_part_check).collect();
            let outcome = looked.map(|snapshot| format!("{} services", snapshot.services.len()));
            tried.insert(0, DoctorCheck { name: self.location(), outcome });
            tried
        }
        .boxed()
    }
}

fn unread_part_check(gap: &UnreadPart) -> DoctorCheck {
    DoctorCheck { name: gap.name.to_string(), outcome: Err(gap.failure.clone()) }
}

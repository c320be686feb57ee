//! A compose file as a declared source: it charts what the file says, without any engine.

mod canonical;
mod chart;
mod check;
mod declared;
mod dotenv;
mod find;
mod forms;
mod given;
mod interpolate;
mod keys;
mod limits;
mod load;
mod look;
mod mention;
mod merge;
mod model;
mod paths;
mod ports;
mod reach;
#[cfg(test)]
mod tests;
mod variables;
mod volumes;
mod yaml;

use super::{Examined, Source};
use crate::{
    background,
    model::{Failure, FailureKind, Gap, LogBatch, LogStart, LogTarget, Snapshot, SourceId, Text},
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
use variables::Variables;

/// The time between two looks whether a file has changed.
const PACE: Duration = Duration::from_secs(5);

/// The configuration of a compose source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The file, or the folder it lies in; empty for the working directory.
    pub path: String,
    /// The source's name; the folder's name by default.
    pub name: String,
}

/// A compose file.
pub struct Compose {
    id: SourceId,
    place: PathBuf,
    /// The environment of this process, which fills in the file's variables.
    around: Variables,
    /// The last snapshot, and the state of the files then.
    last: Arc<Mutex<Option<look::Last>>>,
}

impl Compose {
    /// The source that `config` names; `around` is the environment of this process. Nothing is read yet, so the
    /// source is called by its folder and not by the name that the project gives itself.
    pub fn new(config: &Config, around: BTreeMap<String, String>) -> Self {
        let (place, around) = (find::place(&config.path), Variables::new(around));
        // A slash ends the source in a service's id.
        let name =
            if config.name.is_empty() { name_of(&place) } else { Text::new(&config.name).replace('/', "-") };
        Self { id: SourceId::new(format!("compose:{name}")), place, around, last: Arc::default() }
    }
}

/// The name of a source at `place`: the folder's name, or that of the folder of the file.
fn name_of(place: &Path) -> String {
    let is_file = place.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let folder = if is_file { place.parent().unwrap_or(place) } else { place };
    Some(find::folder_name(folder)).filter(|name| !name.is_empty()).unwrap_or_else(|| "compose".to_owned())
}

impl Source for Compose {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn place(&self) -> String {
        Text::new(&self.place.display().to_string()).to_string()
    }

    fn kind(&self) -> &'static str {
        "compose"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        let (id, place) = (self.id.clone(), self.place.clone());
        let (around, last) = (self.around.clone(), Arc::clone(&self.last));
        async move {
            let looked = background::blocking(move || look::look(&id, &place, &around, &last)).await;
            looked.unwrap_or_else(|panicked| Err(panicked.failure("the compose file could not be taken in")))
        }
        .boxed()
    }

    fn pace(&self) -> Duration {
        PACE
    }

    fn nudges(&self) -> BoxStream<'static, ()> {
        stream::pending().boxed()
    }

    fn logs(&self, _: Vec<LogTarget>, _: LogStart) -> BoxStream<'static, Result<LogBatch, Failure>> {
        let what = "a compose file has no logs: it says what may run, and nothing runs of it here";
        let remedy = "add the engine that runs it as a source";
        stream::iter([Err(Failure::new(FailureKind::Missing, what, remedy))]).boxed()
    }

    fn examine(&self) -> BoxFuture<'_, Vec<Examined>> {
        async move {
            let looked = self.snapshot().await;
            let mut tried: Vec<Examined> =
                looked.iter().flat_map(|snapshot| &snapshot.gaps).map(gap).collect();
            let outcome = looked.map(|snapshot| format!("{} services", snapshot.services.len()));
            tried.insert(0, Examined { what: self.place(), outcome });
            tried
        }
        .boxed()
    }
}

fn gap(gap: &Gap) -> Examined {
    Examined { what: gap.what.to_string(), outcome: Err(gap.failure.clone()) }
}

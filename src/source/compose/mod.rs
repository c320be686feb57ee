//! A compose file as a declared source: it charts what the file says, without any engine.

mod chart;
mod declared;
mod dotenv;
mod file;
mod fill;
mod find;
mod given;
mod load;
mod look;
mod mention;
mod ports;
mod reach;
mod shape;
#[cfg(test)]
mod tests;
mod yaml;

use super::{Examined, Source};
use crate::model::{Failure, FailureKind, Gap, LogBatch, LogStart, LogTarget, Snapshot, SourceId, Text};
use fill::Variables;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

/// How often to look whether a file has changed.
const PACE: Duration = Duration::from_secs(5);

/// Which compose file to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The file, or the folder it lies in; empty for the working directory.
    pub path: String,
    /// What to call the source; the project's name by default.
    pub name: String,
}

/// A compose file.
pub struct Compose {
    id: SourceId,
    place: PathBuf,
    /// The environment of this process, which fills in the file's variables.
    around: Variables,
    /// What was read last.
    last: Arc<Mutex<Option<look::Last>>>,
}

impl Compose {
    /// The source that `config` names; `around` is the environment of this process. A file that can not be read is
    /// told by the first look.
    pub fn new(config: &Config, around: BTreeMap<String, String>) -> Self {
        let (place, around) = (find::place(&config.path), Variables::new(around));
        let said =
            || look::project_name(&place, &around).unwrap_or_else(|| find::name(None, &place.join("x")));
        // A slash ends the source in a service's id.
        let name = if config.name.is_empty() { said() } else { Text::new(&config.name).replace('/', "-") };
        Self { id: SourceId::new(format!("compose:{name}")), place, around, last: Arc::default() }
    }
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
            let looked = tokio::task::spawn_blocking(move || look::look(&id, &place, &around, &last)).await;
            looked.unwrap_or_else(|_| {
                let what = "reading the compose file broke off";
                Err(Failure::new(FailureKind::Invalid, what, "`portolan doctor` tries it again"))
            })
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

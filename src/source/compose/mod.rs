//! A compose file as a declared source: it charts what the file says, without any engine.

mod chart;
mod declared;
mod dotenv;
mod file;
mod fill;
mod find;
mod given;
mod load;
mod mention;
mod ports;
mod reach;
mod shape;
#[cfg(test)]
mod tests;
mod yaml;

use super::{Examined, Source, docker::files::Watch};
use crate::model::{
    Failure, FailureKind, Gap, LogBatch, LogStart, LogTarget, Snapshot, SourceId, Timestamp, text::clean,
};
use fill::Variables;
use futures::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use load::Loader;
use reach::Project;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
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
    last: Arc<Mutex<Option<Last>>>,
}

/// What was read, and what tells that it has changed.
struct Last {
    snapshot: Snapshot,
    looked: Vec<PathBuf>,
    stamp: Stamp,
    watches: Vec<Watch>,
}

/// Each file's length and time of change, where it is there.
type Stamp = Vec<Option<(u64, Option<SystemTime>)>>;

impl Compose {
    /// The source that `config` names; `around` is the environment of this process. A file that can not be read is
    /// told by the first look.
    pub fn new(config: &Config, around: BTreeMap<String, String>) -> Self {
        let (place, around) = (find::place(&config.path), Variables::new(around));
        let said = || project_name(&place, &around).unwrap_or_else(|| find::name(None, &place.join("x")));
        // A slash ends the source in a service's id.
        let name = if config.name.is_empty() { said() } else { clean(&config.name).replace('/', "-") };
        Self { id: SourceId::new(format!("compose:{name}")), place, around, last: Arc::default() }
    }
}

/// What the project at `place` is called, where it can be read.
fn project_name(place: &Path, around: &Variables) -> Option<String> {
    let files = find::files(place).ok()?;
    let loaded = Loader::default().project(&files, around).ok()?;
    Some(loaded.name(&files))
}

impl load::Loaded {
    /// The project's name: the variable for it, else what the file says, else the folder.
    fn name(&self, files: &[PathBuf]) -> String {
        let set = self.variables.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty());
        find::name(set.or(self.file.name.as_deref()), files.first().map_or(Path::new(""), PathBuf::as_path))
    }
}

/// Reads everything anew.
fn read(id: &SourceId, place: &Path, around: &Variables) -> Result<Last, Failure> {
    let mut loader = Loader::default();
    loader.looked.extend(find::candidates(place).filter(|_| place.is_dir()));
    let files = find::files(place)?;
    let loaded = loader.project(&files, around)?;
    let (mut given, mut watches) = (BTreeMap::new(), Vec::new());
    for (name, service) in &loaded.file.services {
        let (one, watch) = given::to(service, &loaded, &mut loader);
        given.insert(name.clone(), one);
        watches.push(watch);
    }
    let name = loaded.name(&files);
    let (services, networks) = (&loaded.file.services, &loaded.file.networks);
    let project = Project { source: id, name: &name, services, networks };
    let snapshot = chart::snapshot(&project, &given, loader.gaps, Timestamp::now());
    let looked: Vec<PathBuf> = loader.looked.into_iter().collect();
    Ok(Last { snapshot, stamp: stamp(&looked), looked, watches })
}

fn stamp(files: &[PathBuf]) -> Stamp {
    let one = |path: &PathBuf| std::fs::metadata(path).ok().map(|m| (m.len(), m.modified().ok()));
    files.iter().map(one).collect()
}

impl Last {
    fn holds(&self) -> bool {
        stamp(&self.looked) == self.stamp && !self.watches.iter().any(Watch::has_changed)
    }
}

/// Reads the project, or gives what was read last where no file has changed since.
fn look(
    id: &SourceId,
    place: &Path,
    around: &Variables,
    last: &Mutex<Option<Last>>,
) -> Result<Snapshot, Failure> {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = match last.take().filter(Last::holds) {
        Some(known) => known,
        None => read(id, place, around)?,
    };
    let snapshot = Snapshot { taken: Timestamp::now(), ..fresh.snapshot.clone() };
    *last = Some(fresh);
    Ok(snapshot)
}

impl Source for Compose {
    fn id(&self) -> &SourceId {
        &self.id
    }

    fn place(&self) -> String {
        clean(&self.place.display().to_string())
    }

    fn kind(&self) -> &'static str {
        "compose"
    }

    fn snapshot(&self) -> BoxFuture<'_, Result<Snapshot, Failure>> {
        let (id, place) = (self.id.clone(), self.place.clone());
        let (around, last) = (self.around.clone(), Arc::clone(&self.last));
        async move {
            let looked = tokio::task::spawn_blocking(move || look(&id, &place, &around, &last)).await;
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
    Examined { what: gap.what.clone(), outcome: Err(gap.failure.clone()) }
}

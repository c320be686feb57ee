//! Reading a project as a whole, and keeping what was read until one of its files changes.

use super::{Variables, chart, given, load::Loader, reach::Project};
use crate::{
    model::{Failure, Snapshot, SourceId, Timestamp},
    source::docker::files::Watch,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// The last snapshot, and the state of all files that it was made of.
pub(super) struct Last {
    snapshot: Snapshot,
    looked: Vec<PathBuf>,
    stamp: Stamp,
    watches: Vec<Watch>,
}

/// Each file's length and time of change, where it is there.
type Stamp = Vec<Option<(u64, Option<SystemTime>)>>;

/// Reads everything anew.
fn read(id: &SourceId, place: &Path, around: &Variables) -> Result<Last, Failure> {
    let mut loader = Loader::default();
    let model = loader.project(place, around)?;
    let (mut given, mut watches) = (BTreeMap::new(), Vec::new());
    for (name, service) in &model.services {
        let (one, watch) = given::to(service, &model, &mut loader);
        given.insert(name.clone(), one);
        watches.push(watch);
    }
    loader.tell_missing_values();
    let (services, networks) = (&model.services, &model.networks);
    let project = Project { source: id, name: &model.name, services, networks };
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
pub(super) fn look(
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

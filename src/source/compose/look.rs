//! Reading a project as a whole, and keeping what was read until one of its files changes.

use super::{
    Variables, chart, find, given,
    load::{Loaded, Loader},
    reach::Project,
};
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

/// What was read, and what tells that it has changed.
pub(super) struct Last {
    snapshot: Snapshot,
    looked: Vec<PathBuf>,
    stamp: Stamp,
    watches: Vec<Watch>,
}

/// Each file's length and time of change, where it is there.
type Stamp = Vec<Option<(u64, Option<SystemTime>)>>;

/// What the project at `place` is called, where it can be read.
pub(super) fn project_name(place: &Path, around: &Variables) -> Option<String> {
    let files = find::files(place).ok()?;
    let loaded = Loader::default().project(&files, around).ok()?;
    Some(loaded.name(&files))
}

impl Loaded {
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

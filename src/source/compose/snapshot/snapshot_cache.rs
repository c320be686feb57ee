//! Cache of a project's snapshot. The project's files are read again only after one of them has changed.

use super::{build_snapshot, endpoints::ProjectRef};
use crate::{
    model::{Failure, Snapshot, SourceId, Timestamp},
    source::{
        compose::{LayeredVariables, declaration::inputs, load::Loader},
        docker::files::FileWatch,
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

/// Last snapshot of a project, with the state of the files at that time.
pub(in crate::source::compose) struct CachedSnapshot {
    snapshot: Snapshot,
    /// Paths of all files that the loader tried to read.
    searched_paths: Vec<PathBuf>,
    /// State of each of `searched_paths`, in the same order.
    stamps: FileStamps,
    /// Watches over the mounted files, one for each service.
    watches: Vec<FileWatch>,
}

/// Size and modification time of each file; `None` for a missing file.
type FileStamps = Vec<Option<(u64, Option<SystemTime>)>>;

/// Reads the project from disk and builds its snapshot.
fn read_project(
    id: &SourceId,
    place: &Path,
    environment: &LayeredVariables,
) -> Result<CachedSnapshot, Failure> {
    let mut loader = Loader::default();
    let model = loader.load_project(place, environment)?;
    let (mut given, mut watches) = (BTreeMap::new(), Vec::new());
    for (name, service) in &model.services {
        let (one, watch) = inputs::read_inputs(service, &model, &mut loader);
        given.insert(name.clone(), one);
        watches.push(watch);
    }
    loader.report_missing_values();
    let (services, networks) = (&model.services, &model.networks);
    let project = ProjectRef { source: id, name: &model.name, services, networks };
    let snapshot = build_snapshot::build_snapshot(&project, &given, loader.unread_parts, Timestamp::now());
    let looked: Vec<PathBuf> = loader.searched_paths.into_iter().collect();
    Ok(CachedSnapshot { snapshot, stamps: file_stamps(&looked), searched_paths: looked, watches })
}

fn file_stamps(files: &[PathBuf]) -> FileStamps {
    let one = |path: &PathBuf| std::fs::metadata(path).ok().map(|m| (m.len(), m.modified().ok()));
    files.iter().map(one).collect()
}

impl CachedSnapshot {
    fn is_current(&self) -> bool {
        file_stamps(&self.searched_paths) == self.stamps && !self.watches.iter().any(FileWatch::has_changed)
    }
}

/// Returns the cached snapshot, with the current time, if no file has changed. Otherwise reads the project
/// again.
pub(in crate::source::compose) fn current_snapshot(
    id: &SourceId,
    place: &Path,
    environment: &LayeredVariables,
    last: &Mutex<Option<CachedSnapshot>>,
) -> Result<Snapshot, Failure> {
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = match last.take().filter(CachedSnapshot::is_current) {
        Some(known) => known,
        None => read_project(id, place, environment)?,
    };
    let snapshot = Snapshot { taken_at: Timestamp::now(), ..fresh.snapshot.clone() };
    *last = Some(fresh);
    Ok(snapshot)
}

//! Cache of a project's snapshot. The project's files are read again only after one of them has changed.

use super::{build_snapshot, endpoints::ProjectRef};
use crate::{
    model::{Failure, Snapshot, SourceId, Timestamp},
    source::{
        compose::{
            LayeredVariables,
            declaration::inputs,
            load::{FileStamp, Loader, file_stamp},
        },
        docker::files::FileWatch,
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Last snapshot of a project, with the state of the files at that time.
pub(in crate::source::compose) struct CachedSnapshot {
    snapshot: Snapshot,
    /// Paths of all files that the loader tried to read, each with its stamp before the read.
    searched_paths: BTreeMap<PathBuf, FileStamp>,
    /// Watches over the mounted files, one for each service.
    watches: Vec<FileWatch>,
}

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
    Ok(CachedSnapshot { snapshot, searched_paths: loader.searched_paths, watches })
}

impl CachedSnapshot {
    fn is_current(&self) -> bool {
        let is_unchanged = |(path, stamp): (&PathBuf, &FileStamp)| file_stamp(path) == *stamp;
        self.searched_paths.iter().all(is_unchanged) && !self.watches.iter().any(FileWatch::has_changed)
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

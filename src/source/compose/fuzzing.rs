//! Entry point of the fuzz target `compose` to the reader of projects. Compiled only for fuzzing.

use super::{snapshot::snapshot_cache::current_snapshot, variables::LayeredVariables};
use crate::model::{Failure, Snapshot, SourceId};
use std::{collections::BTreeMap, path::Path, sync::Mutex};

/// Reads the project in `folder` with the variables of `environment`.
pub fn read_project(folder: &Path, environment: BTreeMap<String, String>) -> Result<Snapshot, Failure> {
    let environment = LayeredVariables::new(environment);
    current_snapshot(&SourceId::new("compose:fuzz"), folder, &environment, &Mutex::default())
}

//! The variables of a project and of a service, from their files.

use super::{Loader, failure};
use crate::{
    model::{Failure, FailureKind},
    source::{
        compose::{
            dotenv::Reader,
            variables::{Lookup, Variables},
            yaml::{Location, Wrong},
        },
        regular_file::ReadError,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The syntax of a file of variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::source::compose) enum Format {
    /// With quotes, comments and interpolation.
    #[default]
    Dotenv,
    /// Each line as it is.
    Raw,
}

impl Loader {
    /// `around`, and below it the variables of files. `named` files must be there.
    pub(in crate::source::compose) fn with_env_files(
        &mut self,
        paths: &[PathBuf],
        named: bool,
        around: &Variables,
    ) -> Result<Variables, Wrong> {
        let mut known = BTreeMap::new();
        for path in paths.iter().filter(|path| **path != *Path::new("/dev/null")) {
            self.variables(path, Format::Dotenv, named, around, &mut known)?;
        }
        Ok(around.over(known))
    }

    /// Adds the variables of a file to `known`. A file that can't be read is left out, which is told of unless it is
    /// not there and need not be.
    pub(in crate::source::compose) fn variables(
        &mut self,
        path: &Path,
        format: Format,
        required: bool,
        around: &dyn Lookup,
        known: &mut BTreeMap<String, String>,
    ) -> Result<(), Wrong> {
        let file: Arc<Path> = Arc::from(path);
        let start = Location { file: Arc::clone(&file), line: 1 };
        let places = self.looked.len() - usize::from(self.looked.contains(path));
        self.limits.has_room_for_variables(places).map_err(|limit| start.exceeded(&limit))?;
        let bytes = match self.bytes(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let is_missing = error.kind() == FailureKind::Missing;
                let is_folder = matches!(error, ReadError::NotRegular) && path.is_dir() && !required;
                if !(is_missing && !required || is_folder) {
                    let what = format!("{} can't be read: {error}", path.display());
                    let remedy = "make it a file that can be read, or say `required: false`";
                    self.leave_out("a file of variables", Failure::new(error.kind(), what, remedy));
                }
                return Ok(());
            }
        };
        self.limits.read(bytes.len()).map_err(|limit| start.exceeded(&limit))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut reader = Reader { file: &file, around, limits: &mut self.limits, required: BTreeSet::new() };
        let outcome = match format {
            Format::Dotenv => reader.read(&text, known),
            Format::Raw => reader.read_raw(&text, known),
        };
        for name in reader.required {
            self.without.required.entry(name).or_insert_with(|| start.clone());
        }
        outcome
    }

    /// Adds the variables of a service's file to `known`. A limit that is met there costs that file alone.
    pub(in crate::source::compose) fn service_variables(
        &mut self,
        path: &Path,
        format: Format,
        required: bool,
        around: &dyn Lookup,
        known: &mut BTreeMap<String, String>,
    ) {
        if let Err(wrong) = self.variables(path, format, required, around, known) {
            self.leave_out("a file of variables", failure(&wrong));
        }
    }
}

//! Reading of env files: the env files of a project and those of its services.

use super::{Loader, compose_failure};
use crate::{
    model::{Failure, FailureKind},
    source::{
        compose::{
            load::dotenv::DotenvReader,
            variables::{LayeredVariables, VariableLookup},
            yaml::{ComposeError, FileLine},
        },
        regular_file::ReadError,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Syntax of an env file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::source::compose) enum EnvFileFormat {
    /// Quotes, comments and interpolation, as in `.env` files.
    #[default]
    Dotenv,
    /// Plain lines without quotes and interpolation.
    Raw,
}

impl Loader {
    /// Returns the variables of `outer`, with the variables of the env files at `paths` as defaults. If
    /// `named` is true, the user has named the files, and a missing file becomes an unread part.
    pub(in crate::source::compose) fn with_env_files(
        &mut self,
        paths: &[PathBuf],
        named: bool,
        outer: &LayeredVariables,
    ) -> Result<LayeredVariables, ComposeError> {
        let mut known = BTreeMap::new();
        for path in paths.iter().filter(|path| **path != *Path::new("/dev/null")) {
            self.read_env_file(path, EnvFileFormat::Dotenv, named, outer, &mut known)?;
        }
        Ok(outer.with_defaults(known))
    }

    /// Adds the variables of an env file to `known`.
    ///
    /// A file that can't be read becomes an unread part. If the file is not `required`, and is missing or is
    /// a folder, this function does nothing.
    pub(in crate::source::compose) fn read_env_file(
        &mut self,
        path: &Path,
        format: EnvFileFormat,
        required: bool,
        outer: &dyn VariableLookup,
        known: &mut BTreeMap<String, String>,
    ) -> Result<(), ComposeError> {
        let file: Arc<Path> = Arc::from(path);
        let start = FileLine { file: Arc::clone(&file), line: 1 };
        let places = self.searched_paths.len() - usize::from(self.searched_paths.contains_key(path));
        self.limits.check_env_file_room(places).map_err(|limit| start.limit_error(&limit))?;
        let bytes = match self.read_bytes(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let is_missing = error.failure_kind() == FailureKind::Missing;
                let is_folder = matches!(error, ReadError::NotRegular) && path.is_dir() && !required;
                if !(is_missing && !required || is_folder) {
                    let what = format!("{} can't be read: {error}", path.display());
                    let remedy = "make the file readable, or set `required: false`";
                    self.record_unread_part("an env file", Failure::new(error.failure_kind(), what, remedy));
                }
                return Ok(());
            }
        };
        self.limits.add_bytes_read(bytes.len()).map_err(|limit| start.limit_error(&limit))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut reader =
            DotenvReader { file: &file, outer, limits: &mut self.limits, missing_required: BTreeSet::new() };
        let outcome = match format {
            EnvFileFormat::Dotenv => reader.read(&text, known),
            EnvFileFormat::Raw => reader.read_raw(&text, known),
        };
        for name in reader.missing_required {
            self.missing.required.entry(name).or_insert_with(|| start.clone());
        }
        outcome
    }

    /// Adds the variables of a service's env file to `known`. An error in the file becomes an unread part;
    /// Portolan still reads the other files.
    pub(in crate::source::compose) fn read_service_env_file(
        &mut self,
        path: &Path,
        format: EnvFileFormat,
        required: bool,
        outer: &dyn VariableLookup,
        known: &mut BTreeMap<String, String>,
    ) {
        if let Err(wrong) = self.read_env_file(path, format, required, outer, known) {
            self.record_unread_part("an env file", compose_failure(&wrong));
        }
    }
}

//! Loading of a compose project: reads its files and merges overrides, includes and extended services into
//! one YAML tree.

pub(super) mod dotenv;
pub(super) mod find_project;
pub(super) mod interpolate;
pub(super) mod merge;

mod env_files;
mod extends;
mod include;

pub(super) use env_files::EnvFileFormat;

use super::{
    limits::{LimitCounters, MAX_FILE_BYTES},
    paths::BaseFolder,
    schema::canonical,
    variables::LayeredVariables,
    yaml::{self, ComposeError, Node, Value},
};
use crate::{
    model::{Failure, FailureKind, UnreadPart},
    source::regular_file::{self, ReadError},
};
use interpolate::MissingVariables;
use std::{
    cmp::Ordering,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

/// Maximum number of unread parts to report for a project.
const MAX_UNREAD_PARTS: usize = 50;
/// Remedy in the failure for an invalid file.
const INVALID_FILE_REMEDY: &str = "run `docker compose config` for details";

/// Size and modification time of a file; `None` if the file is missing or can't be examined.
pub(super) type FileStamp = Option<(u64, Option<SystemTime>)>;

/// Reads the stamp of the file at `path`.
pub(super) fn file_stamp(path: &Path) -> FileStamp {
    std::fs::metadata(path).ok().map(|metadata| (metadata.len(), metadata.modified().ok()))
}

/// Loader that reads and merges the files of one compose project. It records the paths that it searched and
/// the parts that it left out.
#[derive(Default)]
pub(super) struct Loader {
    /// Paths of all files that the loader tried to read, existing or not, each with its stamp before the read.
    /// A change of any of them makes the snapshot stale.
    pub(super) searched_paths: BTreeMap<PathBuf, FileStamp>,
    /// Parts of the project that Portolan could not read or left out.
    pub(super) unread_parts: Vec<UnreadPart>,
    /// Counters that are compared with the limits of a project.
    pub(super) limits: LimitCounters,
    /// Variables without a value that have been found, but not yet reported as unread parts.
    missing: MissingVariables,
}

/// Base folder, variables and cache for the files of one project: the main project or an included one.
pub(super) struct LoadContext {
    base: BaseFolder,
    variables: LayeredVariables,
    /// Files that include this project, directly or through others, and the files of this project that have
    /// been merged so far. An include of one of these files is circular.
    ancestors: Vec<Arc<Path>>,
    /// Cache of the services in files that `extends` names, by path.
    extended_files: BTreeMap<PathBuf, Arc<BTreeMap<String, Node>>>,
}

/// Path of a file, and its YAML documents.
pub(super) type ParsedFile = (Arc<Path>, Vec<Node>);

/// Error that prevents the loading of a file.
pub(super) enum LoadError {
    /// The file is invalid.
    Invalid(ComposeError),
    /// The file can't be read.
    Unreadable(PathBuf, ReadError),
}

impl From<ComposeError> for LoadError {
    fn from(wrong: ComposeError) -> Self {
        Self::Invalid(wrong)
    }
}

impl LoadError {
    /// Converts the error to a failure of the whole project.
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::Invalid(wrong) => compose_failure(&wrong),
            Self::Unreadable(path, error) => {
                let what = format!("{} can't be read: {error}", path.display());
                let remedy = "give the path of a readable compose file, or of its folder";
                Failure::new(error.failure_kind(), what, remedy)
            }
        }
    }
}

/// Returns the failure for an error in a file.
pub(super) fn compose_failure(wrong: &ComposeError) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{}: {}", wrong.at, wrong.message), INVALID_FILE_REMEDY)
}

impl LoadContext {
    /// Creates the context of a project with relative paths below `folder`.
    pub(super) fn new(folder: PathBuf, variables: LayeredVariables, ancestors: Vec<Arc<Path>>) -> Self {
        Self { base: BaseFolder(folder), variables, ancestors, extended_files: BTreeMap::new() }
    }
}

impl Loader {
    /// Reads a file and parses its YAML documents.
    pub(super) fn parse_file(&mut self, path: &Path) -> Result<ParsedFile, LoadError> {
        let file: Arc<Path> = Arc::from(path);
        let start = yaml::FileLine { file: Arc::clone(&file), line: 1 };
        self.limits.count_file().map_err(|limit| start.limit_error(&limit))?;
        let bytes = self.read_bytes(path).map_err(|error| LoadError::Unreadable(path.to_owned(), error))?;
        self.limits.add_bytes_read(bytes.len()).map_err(|limit| start.limit_error(&limit))?;
        let text =
            decode_text(bytes).ok_or_else(|| start.error("the file is not encoded in UTF-8 or UTF-16"))?;
        let documents = yaml::parse_documents(&text, &file, &mut self.limits)?;
        Ok((file, documents))
    }

    /// Merges the documents of all files in their order, each with its included projects and extended
    /// services.
    pub(super) fn merge_files(
        &mut self,
        files: Vec<ParsedFile>,
        scope: &mut LoadContext,
    ) -> Result<Node, ComposeError> {
        let mut whole: Option<Node> = None;
        for (file, documents) in files {
            for document in documents {
                let mut document = self.resolve_document(document, &file, scope)?;
                if whole.is_none() {
                    merge::strip_merge_tags(&mut document);
                }
                whole = Some(match whole {
                    Some(below) => merge::merge_documents(below, document),
                    None => document,
                });
            }
            scope.ancestors.push(file);
        }
        let nowhere = yaml::FileLine { file: Arc::from(scope.base.0.as_path()), line: 1 };
        Ok(whole.unwrap_or_else(|| Node::new(nowhere, Value::Map(BTreeMap::new()))))
    }

    /// Returns a document in canonical form, with its included projects and extended services.
    fn resolve_document(
        &mut self,
        mut node: Node,
        file: &Arc<Path>,
        scope: &mut LoadContext,
    ) -> Result<Node, ComposeError> {
        self.canonicalize(&mut node, &scope.base, &scope.variables)?;
        self.resolve_includes(&mut node, file, scope)?;
        self.resolve_extends(&mut node, file, scope)?;
        Ok(node)
    }

    /// Interpolates the variables of a document and converts the document to canonical form.
    fn canonicalize(
        &mut self,
        node: &mut Node,
        base: &BaseFolder,
        variables: &LayeredVariables,
    ) -> Result<(), ComposeError> {
        interpolate::interpolate_tree(node, variables, &mut self.limits, &mut self.missing)?;
        for wrong in canonical::canonicalize_document(node, base)? {
            self.record_unread_part("a key", compose_failure(&wrong));
        }
        Ok(())
    }

    /// Records the path of a file and its stamp, unless the path is known.
    pub(super) fn record_searched_path(&mut self, path: PathBuf) {
        let entry = self.searched_paths.entry(path);
        entry.or_insert_with_key(|path| file_stamp(path));
    }

    /// Reads a file that may be part of the project, and records its path.
    pub(super) fn read_bytes(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.record_searched_path(path.to_owned());
        regular_file::read_limited(path, MAX_FILE_BYTES)
    }

    /// Records a part of the project that is left out. Parts with equal failures share one entry, and one
    /// entry stands for all parts beyond `MAX_UNREAD_PARTS`.
    pub(super) fn record_unread_part(&mut self, what: &str, failure: Failure) {
        if self.unread_parts.iter().any(|gap| gap.failure == failure) {
            return;
        }
        match self.unread_parts.len().cmp(&MAX_UNREAD_PARTS) {
            Ordering::Less => self.unread_parts.push(UnreadPart { name: what.into(), failure }),
            Ordering::Equal => {
                let more = format!("more than {MAX_UNREAD_PARTS} parts of the project can't be read");
                let failure = Failure::new(FailureKind::Invalid, more, "fix the first ones and try again");
                self.unread_parts.push(UnreadPart { name: "further parts".into(), failure });
            }
            Ordering::Greater => {}
        }
    }

    /// Records the variables without a value as unread parts, and forgets them.
    pub(super) fn report_missing_values(&mut self) {
        let remedy = "set it in the environment or in the .env file next to the compose file";
        for (name, at) in std::mem::take(&mut self.missing.required) {
            let what = format!("{at}: required variable {name} is not set");
            self.record_unread_part("a variable", Failure::new(FailureKind::Missing, what, remedy));
        }
        let unset: Vec<_> = std::mem::take(&mut self.missing.unset).into_iter().collect();
        if let Some((first, at)) = unset.first() {
            let more = match unset.len() {
                1 => String::new(),
                n => format!(" (and {} more)", n - 1),
            };
            let what =
                format!("{at}: variable {first}{more} is not set and has no default; using an empty string");
            self.record_unread_part("a variable", Failure::new(FailureKind::Missing, what, remedy));
        }
    }
}

/// Decodes a file: UTF-8, or UTF-16 with a byte order mark (YAML 1.2.2, section 5.2 "Character Encodings").
/// Returns `None` for any other encoding.
fn decode_text(bytes: Vec<u8>) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes.get(..2) {
        Some([0xFF, 0xFE]) => u16::from_le_bytes,
        Some([0xFE, 0xFF]) => u16::from_be_bytes,
        _ => return String::from_utf8(bytes).ok(),
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::decode_text;

    #[test]
    fn texts_are_utf_8_or_marked_utf_16() {
        assert_eq!(decode_text(b"a: \xC3\xA9".to_vec()).as_deref(), Some("a: é"));
        assert_eq!(decode_text(vec![0xFF, 0xFE, b'a', 0, 0xE9, 0]).as_deref(), Some("aé"));
        assert_eq!(decode_text(vec![0xFE, 0xFF, 0, b'a']).as_deref(), Some("a"));
        assert_eq!(decode_text(b"a: \xE9".to_vec()), None);
    }
}

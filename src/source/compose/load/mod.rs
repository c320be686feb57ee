//! The files of a project, read and merged: overrides, includes, what services extend, and their variables.

mod environment;
mod extends;
mod include;

pub(super) use environment::Format;

use super::{
    canonical, interpolate,
    interpolate::WithoutValue,
    limits::{Limits, MAX_FILE_BYTES},
    merge,
    paths::Base,
    variables::Variables,
    yaml::{self, Node, Value, Wrong},
};
use crate::{
    model::{Failure, FailureKind, Gap},
    source::regular_file::{self, ReadError},
};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The most parts that are told to be left out.
const MAX_GAPS: usize = 50;
/// The remedy for a file that is wrong.
const REMEDY: &str = "`docker compose config` says more of what is wrong with it";

/// Reads the files of one project, and notes at which it looked and what it left out.
#[derive(Default)]
pub(super) struct Loader {
    /// Every file that was looked for, whether it is there or not.
    pub(super) looked: BTreeSet<PathBuf>,
    /// Parts that could not be read or were left out.
    pub(super) gaps: Vec<Gap>,
    /// The project's use of its limits.
    pub(super) limits: Limits,
    without: WithoutValue,
}

/// The surroundings of a file: the project itself, or one that it includes.
pub(super) struct Scope {
    base: Base,
    variables: Variables,
    /// The files that include each other down to this one.
    ancestors: Vec<Arc<Path>>,
    /// The services of files that others extend.
    extended: BTreeMap<PathBuf, Arc<BTreeMap<String, Node>>>,
}

/// A file and its documents.
pub(super) type Documents = (Arc<Path>, Vec<Node>);

/// The reason why a file is not loaded.
pub(super) enum Broken {
    /// Something is wrong in it.
    Wrong(Wrong),
    /// It can't be read.
    Unreadable(PathBuf, ReadError),
}

impl From<Wrong> for Broken {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl Broken {
    /// The failure of the project.
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::Wrong(wrong) => failure(&wrong),
            Self::Unreadable(path, error) => {
                let what = format!("{} can't be read: {error}", path.display());
                let remedy = "name a compose file that can be read, or the folder it lies in";
                Failure::new(error.kind(), what, remedy)
            }
        }
    }
}

/// The failure that something wrong in a file is.
pub(super) fn failure(wrong: &Wrong) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{}: {}", wrong.at, wrong.what), REMEDY)
}

impl Scope {
    /// The scope of a project whose relative paths begin at `folder`.
    pub(super) fn new(folder: PathBuf, variables: Variables, ancestors: Vec<Arc<Path>>) -> Self {
        Self { base: Base(folder), variables, ancestors, extended: BTreeMap::new() }
    }
}

impl Loader {
    /// Parses a file into its documents.
    pub(super) fn parse(&mut self, path: &Path) -> Result<Documents, Broken> {
        let file: Arc<Path> = Arc::from(path);
        let start = yaml::Location { file: Arc::clone(&file), line: 1 };
        self.limits.open_file().map_err(|limit| start.exceeded(&limit))?;
        let bytes = self.bytes(path).map_err(|error| Broken::Unreadable(path.to_owned(), error))?;
        self.limits.read(bytes.len()).map_err(|limit| start.exceeded(&limit))?;
        let text = text(bytes).ok_or_else(|| start.wrong("this is no text in UTF-8 or UTF-16"))?;
        let documents = yaml::documents(&text, &file, &mut self.limits)?;
        Ok((file, documents))
    }

    /// Merges documents in their order, each with what it includes and extends.
    pub(super) fn merged(&mut self, files: Vec<Documents>, scope: &mut Scope) -> Result<Node, Wrong> {
        let mut whole: Option<Node> = None;
        for (file, documents) in files {
            for document in documents {
                let mut document = self.document(document, &file, scope)?;
                if whole.is_none() {
                    merge::without_marks(&mut document);
                }
                whole = Some(match whole {
                    Some(below) => merge::documents(below, document),
                    None => document,
                });
            }
            scope.ancestors.push(file);
        }
        let nowhere = yaml::Location { file: Arc::from(scope.base.0.as_path()), line: 1 };
        Ok(whole.unwrap_or_else(|| Node::new(nowhere, Value::Map(BTreeMap::new()))))
    }

    /// A document in canonical form, with what it includes and extends.
    fn document(&mut self, mut node: Node, file: &Arc<Path>, scope: &mut Scope) -> Result<Node, Wrong> {
        self.written_out(&mut node, &scope.base, &scope.variables)?;
        self.include(&mut node, file, scope)?;
        self.extend(&mut node, file, scope)?;
        Ok(node)
    }

    /// Fills in a document's variables and writes it out in canonical form.
    fn written_out(&mut self, node: &mut Node, base: &Base, variables: &Variables) -> Result<(), Wrong> {
        interpolate::tree(node, variables, &mut self.limits, &mut self.without)?;
        for wrong in canonical::document(node, base)? {
            self.leave_out("a key", failure(&wrong));
        }
        Ok(())
    }

    /// The bytes of a file that may be a part of the project.
    pub(super) fn bytes(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.looked.insert(path.to_owned());
        regular_file::read(path, MAX_FILE_BYTES)
    }

    /// Notes that something was left out.
    pub(super) fn leave_out(&mut self, what: &str, failure: Failure) {
        if self.gaps.iter().any(|gap| gap.failure == failure) {
            return;
        }
        match self.gaps.len().cmp(&MAX_GAPS) {
            Ordering::Less => self.gaps.push(Gap { what: what.into(), failure }),
            Ordering::Equal => {
                let more = format!("more than {MAX_GAPS} parts of the project are left out");
                let failure = Failure::new(FailureKind::Invalid, more, "put the first of them right");
                self.gaps.push(Gap { what: "other parts".into(), failure });
            }
            Ordering::Greater => {}
        }
    }

    /// Notes the variables that had no value.
    pub(super) fn tell_missing_values(&mut self) {
        let remedy = "set it in the environment or in the .env file beside the compose file";
        for (name, at) in std::mem::take(&mut self.without.required) {
            let what = format!("{at}: the variable {name} must have a value and has none");
            self.leave_out("a value", Failure::new(FailureKind::Missing, what, remedy));
        }
        let unset: Vec<_> = std::mem::take(&mut self.without.unset).into_iter().collect();
        if let Some((first, at)) = unset.first() {
            let more = match unset.len() {
                1 => String::new(),
                n => format!(", and {} others,", n - 1),
            };
            let what = format!("{at}: the variable {first}{more} has no value and no default, and is empty");
            self.leave_out("a value", Failure::new(FailureKind::Missing, what, remedy));
        }
    }
}

/// The text of a file: UTF-8, or UTF-16 with its mark (YAML 1.2.2, section 5.2 "Character Encodings").
fn text(bytes: Vec<u8>) -> Option<String> {
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
    use super::text;

    #[test]
    fn texts_are_utf_8_or_marked_utf_16() {
        assert_eq!(text(b"a: \xC3\xA9".to_vec()).as_deref(), Some("a: é"));
        assert_eq!(text(vec![0xFF, 0xFE, b'a', 0, 0xE9, 0]).as_deref(), Some("aé"));
        assert_eq!(text(vec![0xFE, 0xFF, 0, b'a']).as_deref(), Some("a"));
        assert_eq!(text(b"a: \xE9".to_vec()), None);
    }
}

//! The files of a compose project, read and joined: overrides, includes, what is extended, and their variables.

use super::{
    dotenv,
    file::{File, Include},
    fill::Variables,
    find::ENV,
    yaml::{self, LONGEST, Wrong},
};
use crate::model::{Failure, FailureKind, Gap, Text};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

/// How deep files may include and extend each other.
const DEEPEST: usize = 12;
/// How many files one project may be made of.
const MOST_FILES: usize = 200;

/// Reads files, and notes at which it looked and what could not be read.
#[derive(Default)]
pub(super) struct Loader {
    /// Every file that was looked for, whether it is there or not.
    pub(super) looked: BTreeSet<PathBuf>,
    /// What could not be read.
    pub(super) gaps: Vec<Gap>,
    read: usize,
}

/// The files of a project, joined, and the values of its variables.
pub(super) struct Loaded {
    pub(super) file: File,
    pub(super) variables: Variables,
}

impl Loader {
    /// The project of those files, the later over the earlier; `around` is this process's environment.
    pub(super) fn project(&mut self, files: &[PathBuf], around: &Variables) -> Result<Loaded, Failure> {
        let folder = files.first().and_then(|path| path.parent()).unwrap_or(Path::new("")).to_owned();
        let variables = around.over(self.variables(&folder.join(ENV), around));
        let file = self.joined(files, &folder, &variables, DEEPEST)?;
        Ok(Loaded { file, variables })
    }

    fn joined(
        &mut self,
        files: &[PathBuf],
        folder: &Path,
        variables: &Variables,
        depth: usize,
    ) -> Result<File, Failure> {
        let mut whole = File::default();
        for path in files {
            whole = self.file(path, folder, variables, depth)?.over(whole);
        }
        Ok(whole)
    }

    /// One file with what it includes and extends.
    fn file(
        &mut self,
        path: &Path,
        folder: &Path,
        variables: &Variables,
        depth: usize,
    ) -> Result<File, Failure> {
        self.read += 1;
        if depth == 0 || self.read > MOST_FILES {
            return Err(broken(path, 1, "it includes or extends too many others, or itself"));
        }
        let text = self.text(path)?;
        let wrong = |wrong: Wrong| broken(path, wrong.line, &wrong.what);
        let mut node = yaml::parse(&text).map_err(wrong)?;
        let missing = variables.fill(&mut node);
        let mut file = File::read(&node, path, folder).map_err(wrong)?;
        for name in missing {
            let what =
                format!("{} asks for the variable {}, which has no value", shown(path), Text::new(&name));
            let remedy = "set it in the environment or in the .env file beside the compose file";
            self.gap("a value", Failure::new(FailureKind::Missing, what, remedy));
        }
        for name in file.extends.keys().cloned().collect::<Vec<_>>() {
            self.extend(&mut file, &name, folder, variables, depth);
        }
        let includes = std::mem::take(&mut file.includes);
        for include in includes {
            file = self.include(file, &include, variables, depth);
        }
        Ok(file)
    }

    /// Lays the service `name` over what it extends, once that is laid over what it extends itself.
    fn extend(&mut self, file: &mut File, name: &str, folder: &Path, variables: &Variables, depth: usize) {
        let Some(extends) = file.extends.remove(name) else { return };
        let base = match &extends.file {
            None => {
                self.extend(file, &extends.service, folder, variables, depth);
                file.services.get(&extends.service).cloned()
            }
            Some(path) => match self.file(path, path.parent().unwrap_or(folder), variables, depth - 1) {
                Ok(other) => other.services.get(&extends.service).cloned(),
                Err(failure) => {
                    self.gap(&format!("what the service {} extends", Text::new(name)), failure);
                    None
                }
            },
        };
        if let (Some(base), Some(own)) = (base, file.services.get_mut(name)) {
            *own = std::mem::take(own).over(base);
        }
    }

    /// Adds what another project has to `file`, whose own services stay as they are.
    fn include(&mut self, file: File, include: &Include, variables: &Variables, depth: usize) -> File {
        let beside = [include.folder.join(ENV)];
        let named = if include.env_files.is_empty() { &beside[..] } else { &include.env_files };
        let mut variables = variables.clone();
        for path in named {
            variables = variables.over(self.variables(path, &variables));
        }
        match self.joined(&include.files, &include.folder, &variables, depth - 1) {
            Ok(other) => file.over(File { name: None, ..other }),
            Err(failure) => {
                self.gap("an included file", failure);
                file
            }
        }
    }

    /// The variables of a file, none where it is not there.
    pub(super) fn variables(&mut self, path: &Path, around: &Variables) -> BTreeMap<String, String> {
        match self.text(path) {
            Ok(text) => dotenv::read(&text, around),
            Err(_) => BTreeMap::new(),
        }
    }

    /// The text of a file.
    pub(super) fn text(&mut self, path: &Path) -> Result<String, Failure> {
        self.looked.insert(path.to_owned());
        let read = fs::File::open(path).and_then(|file| {
            let mut text = String::new();
            file.take(LONGEST as u64 + 1).read_to_string(&mut text).map(|_| text)
        });
        read.map_err(|error| {
            let what = format!("{} can't be read: {error}", shown(path));
            let kind = match error.kind() {
                ErrorKind::NotFound => FailureKind::Missing,
                ErrorKind::PermissionDenied => FailureKind::Denied,
                _ => FailureKind::Invalid,
            };
            Failure::new(kind, what, "name a compose file that can be read, or the folder it lies in")
        })
    }

    /// Notes that something could not be read.
    pub(super) fn gap(&mut self, what: &str, failure: Failure) {
        self.gaps.push(Gap { what: what.into(), failure });
    }
}

fn shown(path: &Path) -> String {
    Text::new(&path.display().to_string()).to_string()
}

/// That a file makes no sense at that line.
fn broken(path: &Path, line: u64, what: &str) -> Failure {
    let what = format!("{}:{line}: {}", shown(path), Text::new(what));
    Failure::new(FailureKind::Invalid, what, "`docker compose config` says more of what is wrong with it")
}

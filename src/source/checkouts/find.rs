//! Search for the root folders of checkouts, which are folders with files about services, usually
//! repositories. The search finds folders that match a pattern of the configuration, repositories that
//! contain a compose file, and repositories from which a compose file builds services.

use super::text_file::read_text;
use crate::{extract, model::Text};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

/// Maximum number of entries that Portolan lists in one folder for a pattern with `*`.
const MAX_ENTRIES: usize = 10_000;
/// Maximum number of folders in which Portolan looks for the root of a repository: the folder itself and its
/// nearest parents.
const MAX_LEVELS: usize = 12;

/// Root folder of a checkout, as the search found it.
#[derive(Debug)]
pub(super) struct FoundRoot {
    /// Canonical path of the folder, without symbolic links.
    pub(super) path: PathBuf,
    /// True if the folder is a git repository. In any other folder Portolan does not search the subfolders,
    /// because it may be a whole home directory.
    pub(super) is_repository: bool,
    /// Compose files that started services. Each lies in this checkout or builds services from it.
    pub(super) compose_files: BTreeSet<Text>,
}

impl FoundRoot {
    fn new(path: PathBuf) -> Self {
        let is_repository = path.join(".git").exists();
        Self { path, is_repository, compose_files: BTreeSet::new() }
    }
}

/// Returns the folders that match `patterns`, by path. `*` in a pattern stands for any characters of one
/// name, but not for a leading dot.
pub(super) fn roots_of_patterns(patterns: &[String], home: Option<&Path>) -> BTreeMap<PathBuf, FoundRoot> {
    let folders = patterns.iter().flat_map(|pattern| matching_folders(pattern, home));
    let folders = folders.filter_map(|folder| fs::canonicalize(folder).ok()).filter(|folder| folder.is_dir());
    folders.take(super::MAX_CHECKOUTS).map(|folder| (folder.clone(), FoundRoot::new(folder))).collect()
}

/// Returns the root of the repository that contains the compose file `file`, or the file's folder if it lies
/// in no repository. Adds the roots of other repositories from which the file builds services, such as
/// submodules. Returns nothing if the file does not exist on this machine.
pub(super) fn roots_of_compose_file(file: &Path) -> Vec<FoundRoot> {
    let real = if file.is_absolute() && file.is_file() { fs::canonicalize(file).ok() } else { None };
    let Some(folder) = real.as_deref().and_then(Path::parent) else { return Vec::new() };
    let own = repository_of(folder).unwrap_or(folder);
    // A file that can't be read appears among the unread files of its own checkout.
    let builds = read_text(file).and_then(|text| extract::compose_builds(&text, folder)).unwrap_or_default();
    let real_folder = |code: &PathBuf| fs::canonicalize(code).unwrap_or_else(|_| code.clone());
    let code: Vec<PathBuf> = builds.iter().map(|(_, code)| real_folder(code)).collect();
    let built_from: BTreeSet<&Path> = code.iter().filter_map(|code| repository_of(code)).collect();
    let others = built_from.into_iter().filter(|root| *root != own);
    std::iter::once(own).chain(others).map(|root| FoundRoot::new(root.to_owned())).collect()
}

/// Returns the root of the innermost repository that contains `folder`, or `None` if there is none.
pub(super) fn repository_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().take(MAX_LEVELS).find(|folder| folder.join(".git").exists())
}

fn matching_folders(pattern: &str, home: Option<&Path>) -> Vec<PathBuf> {
    let (start, rest) = match (pattern.strip_prefix('~'), home) {
        (Some(rest), Some(home)) => (home.to_owned(), rest.trim_start_matches('/')),
        (Some(_), None) => return Vec::new(),
        (None, _) => (PathBuf::new(), pattern),
    };
    let mut found = vec![start];
    for component in Path::new(rest).components() {
        found = match component {
            Component::Normal(name) if name.to_string_lossy().contains('*') => {
                let name = name.to_string_lossy();
                found.iter().flat_map(|folder| children(folder, &name)).collect()
            }
            other => found.into_iter().map(|folder| folder.join(other)).collect(),
        };
    }
    found
}

/// Returns the folders in `folder` whose names match `pattern`, sorted.
fn children(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(MAX_ENTRIES).flatten();
    let matching = entries.filter(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        !name.starts_with('.') && matches(pattern, &name) && entry.path().is_dir()
    });
    let mut paths: Vec<PathBuf> = matching.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Returns true if `name` matches `pattern`, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = pattern.split('*').collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    let Some(middle) = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    let between = parts.get(1..parts.len() - 1).unwrap_or_default();
    let rest =
        between.iter().try_fold(middle, |rest, part| rest.find(part).map(|at| &rest[at + part.len()..]));
    rest.is_some()
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn an_asterisk_stands_for_any_characters() {
        for (pattern, name, expected) in [
            ("*", "shop", true),
            ("sh*p", "shop", true),
            ("svc-*", "shop", false),
            ("*-api-*", "x-api-y", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}

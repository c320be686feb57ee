//! Resolution of paths in compose files. Relative paths start at a base folder, and some paths lead to
//! another machine.

use std::path::{Component, Path, PathBuf};

/// Folder at which the relative paths of a file start.
#[derive(Clone, Debug)]
pub(super) struct BaseFolder(pub(super) PathBuf);

impl BaseFolder {
    /// Returns `path` as an absolute path. A relative path starts at the base folder, and `~` is the home
    /// directory. A remote path stays unchanged.
    pub(super) fn absolute(&self, path: &str) -> String {
        if is_remote(path) {
            path.to_owned()
        } else {
            resolve_path(&self.0, path).to_string_lossy().into_owned()
        }
    }
}

/// Returns `path` as an absolute path. A relative path starts at `folder`, and `~` is the home directory.
pub(super) fn resolve_path(folder: &Path, path: &str) -> PathBuf {
    let in_home = path.strip_prefix("~/").or((path == "~").then_some(""));
    let home = in_home.and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    normalize_path(&home.unwrap_or_else(|| folder.join(path)))
}

/// Returns `path` without `.` and `..`; each `..` also removes the folder name before it. Like compose, this
/// function does not follow links.
pub(super) fn normalize_path(path: &Path) -> PathBuf {
    let mut cleaned = PathBuf::new();
    for part in path.components() {
        match (part, cleaned.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                cleaned.pop();
            }
            _ => cleaned.push(part),
        }
    }
    cleaned
}

/// Returns true if compose would fetch `path` from another machine: a Git repository, an OCI artifact or a
/// URL.
pub(super) fn is_remote(path: &str) -> bool {
    path.contains("://") || ["git@", "oci:", "github.com/"].iter().any(|start| path.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{BaseFolder, is_remote};

    #[test]
    fn paths_are_absolute_unless_remote() {
        let base = BaseFolder("/shop".into());
        assert_eq!(base.absolute("./conf/x"), "/shop/conf/x");
        assert_eq!(base.absolute("/etc/x"), "/etc/x");
        assert_eq!(base.absolute("a/../../b/./c/"), "/b/c");
        assert_eq!(base.absolute("../../.."), "/");
        assert_eq!(base.absolute("https://example.com/x"), "https://example.com/x");
        for remote in ["git@github.com:a/b", "oci://x", "https://github.com/a/b.git#main", "github.com/a/b"] {
            assert!(is_remote(remote), "{remote}");
        }
    }
}

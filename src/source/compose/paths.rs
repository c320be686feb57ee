//! Paths in compose files: where relative ones begin, and which lead to another machine.

use std::path::{Component, Path, PathBuf};

/// The folder where the relative paths of a file begin.
#[derive(Clone, Debug)]
pub(super) struct Base(pub(super) PathBuf);

impl Base {
    /// A whole path, in text: relative ones begin at the base, `~` at the home directory. What lies on another machine
    /// stays as it is.
    pub(super) fn absolute(&self, path: &str) -> String {
        if is_remote(path) { path.to_owned() } else { whole(&self.0, path).to_string_lossy().into_owned() }
    }
}

/// A path, whole: relative ones begin at `folder`, `~` at the home directory.
pub(super) fn whole(folder: &Path, path: &str) -> PathBuf {
    let in_home = path.strip_prefix("~/").or((path == "~").then_some(""));
    let home = in_home.and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    clean(&home.unwrap_or_else(|| folder.join(path)))
}

/// A path without `.`, and without `..` where a folder stands before it, so that one place has one path. Links are not
/// followed, as compose does not follow them.
pub(super) fn clean(path: &Path) -> PathBuf {
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

/// True if compose would fetch what a path names: a Git repository, an OCI artifact or a page.
pub(super) fn is_remote(path: &str) -> bool {
    path.contains("://") || ["git@", "oci:", "github.com/"].iter().any(|start| path.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{Base, is_remote};

    #[test]
    fn paths_are_whole_unless_they_lead_elsewhere() {
        let base = Base("/shop".into());
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

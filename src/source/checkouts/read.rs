//! Reading of one checkout: its git remote, and the files that the search found.

use super::{
    find::{FoundRoot, repository_of},
    text_file::{read_start, read_text},
    walk::{FileUse, FoundFile},
};
use crate::{
    extract,
    model::{Checkout, ComposeBuild, RepositoryUrl, Text, Timestamp},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Maximum number of files that a checkout reports as unread.
const MAX_UNREAD: usize = 20;

/// Path of a file with its length and modification time, by which Portolan notices a change. The second part
/// is `None` if the file can't be read.
pub(super) type FileStamp = (PathBuf, Option<(u64, Option<SystemTime>)>);

/// Returns the stamps of `files`, and of the git configuration that contains the remote of the repository at
/// `root`.
pub(super) fn stamps(root: &FoundRoot, files: &[FoundFile]) -> Vec<FileStamp> {
    let stamp = |path: PathBuf| {
        let state = fs::metadata(&path).ok().map(|meta| (meta.len(), meta.modified().ok()));
        (path, state)
    };
    files.iter().map(|file| file.path.clone()).chain(git_config_path(&root.path)).map(stamp).collect()
}

/// Reads `files` and the git remote of the checkout at `root`.
pub(super) fn read_checkout(root: &FoundRoot, files: &[FoundFile]) -> Checkout {
    let mut checkout = Checkout {
        path: Text::new(&root.path.to_string_lossy()),
        remote: git_remote(&root.path),
        ..Checkout::default()
    };
    for file in files {
        let path = file.path.to_string_lossy();
        if let Err(why) = read_file(root, file, &path, &mut checkout)
            && checkout.unread.len() < MAX_UNREAD
        {
            checkout.unread.push(Text::new(&format!("{path}: {why}")));
        }
    }
    checkout
}

/// Adds the content of one file to `checkout`.
fn read_file(root: &FoundRoot, file: &FoundFile, path: &str, checkout: &mut Checkout) -> Result<(), String> {
    let changed = fs::metadata(&file.path).and_then(|meta| meta.modified()).ok();
    let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
    let place = (path, file.folder.as_str());
    match file.purpose {
        FileUse::Readme => {
            let readme = extract::parse_readme(&read_start(&file.path)?, place, changed);
            checkout.readmes.push(readme);
        }
        FileUse::CodeOwners => {
            let host = checkout.remote.as_ref().map(RepositoryUrl::code_host).unwrap_or_default();
            checkout.code_owners = extract::parse_code_owners(&read_text(&file.path)?, host, path, changed)?;
        }
        FileUse::Compose => {
            checkout.builds.extend(builds_in(root, &file.path)?);
        }
        FileUse::Catalogue(kind) => {
            let entities = extract::catalogue_entities(kind, &read_text(&file.path)?, place, changed)?;
            checkout.entities.extend(entities);
        }
    }
    Ok(())
}

/// Returns the services that the compose file `file` builds from the checkout at `root`. Leaves out services
/// that the file builds from another repository.
fn builds_in(root: &FoundRoot, file: &Path) -> Result<Vec<ComposeBuild>, String> {
    let real = fs::canonicalize(file).map_err(|error| error.to_string())?;
    let builds = extract::compose_builds(&read_text(file)?, real.parent().unwrap_or(&root.path))?;
    let in_checkout = builds.into_iter().filter_map(|(service, folder)| {
        // A symbolic link may lead into another repository.
        let folder = fs::canonicalize(folder).ok()?;
        let is_own =
            folder.is_dir() && repository_of(&folder).is_none_or(|repository| repository == root.path);
        let below = folder.strip_prefix(&root.path).ok().filter(|_| is_own)?.to_str()?;
        Some(ComposeBuild { file: Text::new(&file.to_string_lossy()), service, folder: below.into() })
    });
    Ok(in_checkout.collect())
}

/// Returns the remote of the git repository at `root`. Returns `None` if the repository has no remote or its
/// configuration can't be read.
pub(super) fn git_remote(root: &Path) -> Option<RepositoryUrl> {
    extract::remote_of_config(&read_text(&git_config_path(root)?).ok()?)
}

/// Returns the path of the git configuration with the remotes of the repository at `root`. In a linked
/// worktree or submodule, `.git` is a file that names the git directory (gitrepository-layout(5)).
fn git_config_path(root: &Path) -> Option<PathBuf> {
    let dot_git = root.join(".git");
    if dot_git.is_dir() {
        return Some(dot_git.join("config"));
    }
    let text = read_text(&dot_git).ok()?;
    let linked = root.join(text.strip_prefix("gitdir:")?.trim());
    let common = read_text(&linked.join("commondir"));
    Some(common.map_or_else(|_| linked.clone(), |common| linked.join(common.trim())).join("config"))
}

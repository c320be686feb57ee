//! Reading of one checkout: its remote, and the files that the search found.

use super::{
    find::FoundRoot,
    walk::{FileUse, FoundFile},
};
use crate::{
    extract,
    model::{Checkout, RepositoryUrl, Text, Timestamp},
    source::regular_file::{self, ReadError},
};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Maximum size of a file, in bytes.
const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Number of bytes read of a README; the rest is left out.
const MAX_README_BYTES: u64 = 64 * 1024;
/// Maximum number of files that a checkout reports as unread.
const MAX_UNREAD: usize = 20;

/// State of a file by which a change is noticed: path, length and time of the last change.
pub(super) type FileStamp = (PathBuf, Option<(u64, Option<SystemTime>)>);

/// Returns the states of `files`, and of the file with the remote of the repository at `root`.
pub(super) fn stamps(root: &FoundRoot, files: &[FoundFile]) -> Vec<FileStamp> {
    let stamp = |path: PathBuf| {
        let state = fs::metadata(&path).ok().map(|meta| (meta.len(), meta.modified().ok()));
        (path, state)
    };
    let git = root.path.join(".git/config");
    files.iter().map(|file| file.path.clone()).chain([git]).map(stamp).collect()
}

/// Reads the checkout at `root` with `files`.
pub(super) fn read_checkout(root: &FoundRoot, files: &[FoundFile]) -> Checkout {
    let mut checkout = Checkout {
        path: Text::new(&root.path.to_string_lossy()),
        remote: git_remote(&root.path),
        ..Checkout::default()
    };
    for file in files {
        let path = file.path.to_string_lossy();
        if let Err(why) = read_file(file, &path, &mut checkout)
            && checkout.unread.len() < MAX_UNREAD
        {
            checkout.unread.push(Text::new(&format!("{path}: {why}")));
        }
    }
    checkout
}

/// Adds the content of one file to `checkout`.
fn read_file(file: &FoundFile, path: &str, checkout: &mut Checkout) -> Result<(), String> {
    let changed = fs::metadata(&file.path).and_then(|meta| meta.modified()).ok();
    let changed = changed.and_then(|at| Timestamp::try_from(at).ok());
    let place = (path, file.folder.as_str());
    match file.purpose {
        FileUse::Readme => {
            let readme = extract::parse_readme(&read_start(&file.path)?, place, changed);
            checkout.readmes.push(readme);
        }
        FileUse::CodeOwners => {
            checkout.code_owners = extract::parse_code_owners(&read_text(&file.path)?, path, changed);
        }
        FileUse::Compose => {
            checkout.builds.extend(extract::compose_builds(&read_text(&file.path)?, path, &file.folder)?);
        }
        FileUse::Catalogue(kind) => {
            let entities = extract::catalogue_entities(kind, &read_text(&file.path)?, place, changed)?;
            checkout.entities.extend(entities);
        }
    }
    Ok(())
}

/// Reads a whole file.
fn read_text(path: &Path) -> Result<String, String> {
    let bytes = regular_file::read_limited(path, MAX_FILE_BYTES).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}

/// Reads the start of a file, which may be of any size.
fn read_start(path: &Path) -> Result<String, String> {
    let file = regular_file::open_regular(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_README_BYTES).read_to_end(&mut bytes).map_err(ReadError::Io);
    read.map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the remote of the git repository at `root`. In a linked worktree and in a submodule, `.git` is a file
/// that leads to the repository (gitrepository-layout(5)).
fn git_remote(root: &Path) -> Option<RepositoryUrl> {
    let dot_git = root.join(".git");
    let folder = if dot_git.is_dir() {
        dot_git
    } else {
        let text = read_text(&dot_git).ok()?;
        let linked = root.join(text.strip_prefix("gitdir:")?.trim());
        match read_text(&linked.join("commondir")) {
            Ok(common) => linked.join(common.trim()),
            Err(_) => linked,
        }
    };
    extract::remote_of_config(&read_text(&folder.join("config")).ok()?)
}

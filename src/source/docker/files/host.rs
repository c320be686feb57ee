//! Configuration files on this machine, found by a walk of limited depth and number of entries. Only text
//! files are read.

use super::{FileText, MAX_FILES};
use crate::extract::{MAX_CONFIG_FILE_BYTES, is_config_file, may_be_config_file};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Maximum depth of the walk through a mounted folder.
const MAX_FOLDER_DEPTH: usize = 6;
/// Maximum number of entries visited in a mounted folder.
const MAX_FOLDER_ENTRIES: usize = 3_000;
/// Folders with third-party code, build output or other content that is no configuration.
pub(super) const SKIPPED_FOLDERS: &[&str] = &[
    "node_modules",
    "vendor",
    ".git",
    ".github",
    "dist",
    "build",
    "target",
    "__pycache__",
    ".venv",
    "venv",
    "site-packages",
    "test",
    "tests",
    "__tests__",
    "spec",
    "docs",
    "doc",
    "examples",
    "static",
    "assets",
    "public",
    "migrations",
    "locales",
    "i18n",
    "dashboards",
    ".cache",
    ".next",
    ".idea",
    ".vscode",
];

/// Configuration file on this machine: path, size in bytes and modification time.
pub(super) struct FileEntry {
    pub(super) path: PathBuf,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
}

/// Reads the configuration files at or below the host path `outside`. Their paths in the container begin with
/// `inside`. Returns `None` if `outside` or any of these files is unreadable.
pub(super) fn read_texts(outside: &Path, inside: &str) -> Option<Vec<FileText>> {
    let known = fs::metadata(outside).ok()?;
    if known.is_dir() {
        fs::read_dir(outside).ok()?;
    }
    let mut texts = Vec::new();
    for file in config_files(outside) {
        let bytes = fs::read(&file.path).ok()?;
        let below = file.path.strip_prefix(outside).ok().filter(|rest| !rest.as_os_str().is_empty());
        let path = match below {
            Some(rest) => format!("{}/{}", inside.trim_end_matches('/'), rest.display()),
            None => inside.to_owned(),
        };
        texts.extend(utf8_text(path, bytes));
    }
    Some(texts)
}

/// Returns the file as text, or `None` if it is binary.
pub(super) fn utf8_text(path: String, bytes: Vec<u8>) -> Option<FileText> {
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    Some(FileText { path, text })
}

/// Returns the configuration files at or below `place`, always in the same order.
pub(super) fn config_files(place: &Path) -> Vec<FileEntry> {
    let mut found = Vec::new();
    let Ok(known) = fs::metadata(place) else { return found };
    if known.is_file() {
        let name = place.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if may_be_config_file(name) {
            found.extend(file_entry(place.to_owned()));
        }
        return found;
    }
    let mut left = MAX_FOLDER_ENTRIES;
    walk_folder(place, MAX_FOLDER_DEPTH, &mut left, &mut found);
    found
}

fn walk_folder(folder: &Path, depth: usize, left: &mut usize, found: &mut Vec<FileEntry>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().take(*left).collect();
    *left -= entries.len();
    entries.sort_by_key(fs::DirEntry::file_name);
    // Files come first, so that a deep folder does not use up the limit of files higher up.
    entries.sort_by_key(|e| e.file_type().is_ok_and(|t| t.is_dir()));
    for one in entries {
        let name = one.file_name();
        let Some(name) = name.to_str() else { continue };
        match one.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 && !SKIPPED_FOLDERS.contains(&name) => {
                walk_folder(&one.path(), depth - 1, left, found);
            }
            // A symbolic link may lead anywhere, so only regular files are read.
            Ok(kind) if kind.is_file() && is_config_file(name) => found.extend(file_entry(one.path())),
            _ => {}
        }
        if found.len() >= MAX_FILES {
            return;
        }
    }
}

/// Returns the size and modification time of a file. Returns `None` if the file is empty or larger than a
/// configuration file may be.
fn file_entry(path: PathBuf) -> Option<FileEntry> {
    let known = fs::metadata(&path).ok()?;
    let fits = known.is_file() && known.len() <= MAX_CONFIG_FILE_BYTES as u64 && known.len() > 0;
    fits.then(|| FileEntry { length: known.len(), modified: known.modified().ok(), path })
}

//! Files on this machine: a walk that is bounded in depth and number, and reads nothing but text.

use super::{MOST_FILES, Text};
use crate::decode::{LARGEST, is_config_file, may_be_config_file};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// How deep a mounted folder is walked.
const DEEPEST: usize = 6;
/// How many entries of a mounted folder are looked at.
const MOST_ENTRIES: usize = 3_000;
/// Folders that hold other people's programs, or what is made from one's own.
pub(super) const SKIPPED: &[&str] = &[
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

/// A file as the directory tells of it.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) length: u64,
    pub(super) changed: Option<SystemTime>,
}

/// The texts below `outside`, with their paths in the container; none where that can't be read.
pub(super) fn texts(outside: &Path, inside: &str) -> Option<Vec<Text>> {
    let known = fs::metadata(outside).ok()?;
    if known.is_dir() {
        fs::read_dir(outside).ok()?;
    }
    let mut texts = Vec::new();
    for file in files(outside) {
        let bytes = fs::read(&file.path).ok()?;
        let below = file.path.strip_prefix(outside).ok().filter(|rest| !rest.as_os_str().is_empty());
        let path = match below {
            Some(rest) => format!("{}/{}", inside.trim_end_matches('/'), rest.display()),
            None => inside.to_owned(),
        };
        texts.extend(text(path, bytes));
    }
    Some(texts)
}

/// The text of a file, if it is one.
pub(super) fn text(path: String, bytes: Vec<u8>) -> Option<Text> {
    let text = String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))?;
    Some(Text { path, text })
}

/// The files at or below `place` that are worth reading, in order.
pub(super) fn files(place: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    let Ok(known) = fs::metadata(place) else { return found };
    if known.is_file() {
        let name = place.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        if may_be_config_file(name) {
            found.extend(entry(place.to_owned()));
        }
        return found;
    }
    let mut left = MOST_ENTRIES;
    walk(place, DEEPEST, &mut left, &mut found);
    found
}

fn walk(folder: &Path, depth: usize, left: &mut usize, found: &mut Vec<Entry>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().take(*left).collect();
    *left -= entries.len();
    entries.sort_by_key(fs::DirEntry::file_name);
    // Files first, so that a deep folder does not use up the room of what lies on top.
    entries.sort_by_key(|e| e.file_type().is_ok_and(|t| t.is_dir()));
    for one in entries {
        let name = one.file_name();
        let Some(name) = name.to_str() else { continue };
        match one.file_type() {
            Ok(kind) if kind.is_dir() && depth > 0 && !SKIPPED.contains(&name) => {
                walk(&one.path(), depth - 1, left, found);
            }
            // A link may lead anywhere: only plain files are read.
            Ok(kind) if kind.is_file() && is_config_file(name) => found.extend(entry(one.path())),
            _ => {}
        }
        if found.len() >= MOST_FILES {
            return;
        }
    }
}

/// The file, unless it is too long to be a configuration.
fn entry(path: PathBuf) -> Option<Entry> {
    let known = fs::metadata(&path).ok()?;
    let fits = known.is_file() && known.len() <= LARGEST as u64 && known.len() > 0;
    fits.then(|| Entry { length: known.len(), changed: known.modified().ok(), path })
}

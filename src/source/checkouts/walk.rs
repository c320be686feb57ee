//! Search for the files of a checkout that describe services. Symbolic links are not followed, so the search
//! stays in the checkout and ends.

use super::find::FoundRoot;
use crate::{
    extract::{CATALOGUE_FILES, CatalogueFileKind},
    model::{CodeHost, Text},
};
use std::{
    collections::{BTreeSet, VecDeque},
    fs,
    path::{Path, PathBuf},
};

/// Maximum depth of a folder below the root.
const MAX_DEPTH: usize = 4;
/// Maximum number of folders that Portolan lists in one checkout.
const MAX_FOLDERS: usize = 2_000;
/// Maximum number of entries that Portolan lists in one folder.
const MAX_ENTRIES: usize = 5_000;
/// Number of files in one checkout after which the search stops.
const MAX_FILES: usize = 2_000;

/// Folders that the search skips, because they hold dependencies, build results or test data.
const SKIPPED_FOLDERS: &[&str] = &[
    "node_modules",
    "vendor",
    "third_party",
    "target",
    "dist",
    "build",
    "venv",
    "__pycache__",
    "testdata",
    "fixtures",
];
/// Hidden folders that the search does not skip, because they may hold files about services.
const HIDDEN_FOLDERS: &[&str] =
    &[".github", ".gitlab", ".bitbucket", ".gitea", ".forgejo", ".datadog", ".backstage", ".cortex"];
/// Folders in which a YAML file of any name is a catalogue file of Backstage. A Backstage `Location` usually
/// refers to these files.
const BACKSTAGE_FOLDERS: &[&str] = &["catalog", "catalog-info", "backstage", ".backstage"];
/// Folder of Cortex with one file per entity (docs.cortex.io, "Setting up `GitOps`").
const CORTEX_FOLDER: &str = ".cortex/catalog";
/// Folders whose catalogue files are only examples or templates.
const EXAMPLE_FOLDERS: &[&str] =
    &["docs", "example", "examples", "sample", "samples", "skeleton", "template", "templates"];
/// Folders that may contain the CODEOWNERS file, relative to the root, for each host in its order of precedence.
const CODE_OWNERS_FOLDERS: &[(CodeHost, &[&str])] = &[
    (CodeHost::GitHub, &[".github", "", "docs"]),
    (CodeHost::GitLab, &["", "docs", ".gitlab"]),
    // The root is that of the app Code Owners of Mibex.
    (CodeHost::Bitbucket, &[".bitbucket", ""]),
    (CodeHost::Gitea, &["", "docs", ".gitea", ".forgejo"]),
    (CodeHost::Unknown, &["", "docs", ".github", ".gitlab", ".bitbucket", ".gitea", ".forgejo"]),
];

/// Kind of a file that describes services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileUse {
    Catalogue(CatalogueFileKind),
    CodeOwners,
    Readme,
    Compose,
}

/// File that the search found in a checkout, with the use that Portolan has for it.
#[derive(Clone, Debug)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    /// Folder of the file, relative to the root. Empty for a file in the root, and for a compose file.
    pub(super) folder: String,
    pub(super) purpose: FileUse,
}

/// Returns the files of a checkout that describe services. `host` is the host of its remote. Subtracts the
/// number of listed folders from `folders_left`.
pub(super) fn find_files(root: &FoundRoot, host: CodeHost, folders_left: &mut usize) -> Vec<FoundFile> {
    let mut found = Vec::new();
    let mut waiting = VecDeque::from([(root.path.clone(), String::new(), 0)]);
    let mut listed = 0;
    while let Some((path, folder, depth)) = waiting.pop_front() {
        if listed >= MAX_FOLDERS || *folders_left == 0 || found.len() >= MAX_FILES {
            break;
        }
        (listed, *folders_left) = (listed + 1, *folders_left - 1);
        let mut names: Vec<(String, bool)> = list(&path);
        names.sort();
        for (name, is_folder) in names {
            let below = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if is_folder {
                let hidden = name.starts_with('.') && !HIDDEN_FOLDERS.contains(&name.as_str());
                let skipped = hidden || SKIPPED_FOLDERS.contains(&name.as_str());
                // A nested repository is a checkout of its own.
                if root.is_repository
                    && depth < MAX_DEPTH
                    && !skipped
                    && !path.join(&name).join(".git").exists()
                {
                    waiting.push_back((path.join(&name), below, depth + 1));
                }
            } else if let Some(purpose) = file_use(&name, &folder, host) {
                found.push(FoundFile { path: path.join(&name), folder: folder.clone(), purpose });
            }
        }
    }
    keep_one_code_owners(&mut found, host);
    keep_one_readme(&mut found);
    let compose_file = |file: &Text| FoundFile {
        path: PathBuf::from(file.as_str()),
        folder: String::new(),
        purpose: FileUse::Compose,
    };
    found.extend(root.compose_files.iter().map(compose_file));
    found
}

/// Returns the names of the subfolders and regular files in a folder. The flag is true for a subfolder.
fn list(folder: &Path) -> Vec<(String, bool)> {
    let entries = fs::read_dir(folder).into_iter().flatten().take(MAX_ENTRIES).flatten();
    let named = entries.filter_map(|entry| {
        let kind = entry.file_type().ok().filter(|kind| kind.is_dir() || kind.is_file())?;
        Some((entry.file_name().into_string().ok()?, kind.is_dir()))
    });
    named.collect()
}

fn file_use(name: &str, folder: &str, host: CodeHost) -> Option<FileUse> {
    let last = folder.rsplit('/').next().unwrap_or_default();
    if name == "CODEOWNERS" && code_owners_folders(host).contains(&folder) {
        return Some(FileUse::CodeOwners);
    }
    if is_readme(name) && !last.starts_with('.') && last != "docs" {
        return Some(FileUse::Readme);
    }
    let kind = catalogue_kind(name, folder)?;
    let is_manifest = kind == CatalogueFileKind::Copilot;
    let below_copilot = folder.rsplit('/').nth(1) == Some("copilot");
    let is_example = folder.split('/').any(|part| EXAMPLE_FOLDERS.contains(&part));
    (!is_example && (!is_manifest || below_copilot)).then_some(FileUse::Catalogue(kind))
}

/// Removes README files in other formats from each folder that has a README in Markdown.
fn keep_one_readme(files: &mut Vec<FoundFile>) {
    let is_markdown =
        |file: &FoundFile| file.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("md"));
    let readmes = files.iter().filter(|file| file.purpose == FileUse::Readme && is_markdown(file));
    let folders: BTreeSet<String> = readmes.map(|file| file.folder.clone()).collect();
    files.retain(|file| {
        file.purpose != FileUse::Readme || is_markdown(file) || !folders.contains(&file.folder)
    });
}

/// Returns true for a README in Markdown, reStructuredText, `AsciiDoc` or plain text.
fn is_readme(name: &str) -> bool {
    const README_FILES: &[&str] = &["readme", "readme.md", "readme.rst", "readme.adoc", "readme.txt"];
    README_FILES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Returns the format of a catalogue file, judged by its name and folder. Returns `None` for any other file.
fn catalogue_kind(name: &str, folder: &str) -> Option<CatalogueFileKind> {
    if let Some((_, kind)) = CATALOGUE_FILES.iter().find(|(known, _)| *known == name) {
        return Some(*kind);
    }
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let is_of_backstage =
        folder.split('/').any(|part| BACKSTAGE_FOLDERS.contains(&part)) || stem.contains("catalog-info");
    if folder == CORTEX_FOLDER {
        Some(CatalogueFileKind::Cortex)
    } else {
        is_of_backstage.then_some(CatalogueFileKind::Backstage)
    }
}

/// Returns the folders in which `host` looks for a CODEOWNERS file, in its order of precedence.
fn code_owners_folders(host: CodeHost) -> &'static [&'static str] {
    let known = CODE_OWNERS_FOLDERS.iter().find(|(product, _)| *product == host);
    known.map_or(&[], |(_, folders)| folders)
}

/// Keeps only the CODEOWNERS file that takes precedence. On an unknown host, it is not clear which of several
/// files takes precedence, so none stays.
fn keep_one_code_owners(files: &mut Vec<FoundFile>, host: CodeHost) {
    let folders = code_owners_folders(host);
    let place = |file: &FoundFile| folders.iter().position(|folder| *folder == file.folder);
    let places = files.iter().filter(|file| file.purpose == FileUse::CodeOwners).filter_map(place);
    let places: BTreeSet<usize> = places.collect();
    let first = places.first().copied().filter(|_| host != CodeHost::Unknown || places.len() == 1);
    files.retain(|file| file.purpose != FileUse::CodeOwners || first.is_some() && place(file) == first);
}

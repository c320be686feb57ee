//! Configuration files of containers: files mounted from the host or in a named volume, and files of
//! well-known programs in their image. Portolan reads the files of a container once, and again when one
//! changes. It keeps only the references that it finds in them.
//!
//! Portolan reads the files on this machine where possible, otherwise through the engine's archive call. It
//! runs no command in a container.

mod archive;
mod config_paths;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod host;
mod servers;

pub(super) use config_paths::NamedVolume;
pub(in crate::source) use servers::ServerProgram;

use super::{api_types::ContainerInspectResponse, engine::client::Engine};
use crate::{background, extract::is_program_file};
use bollard::Docker as Client;
use config_paths::ConfigPath;
use std::{fmt::Write, path::PathBuf};

/// Maximum total size of one container's configuration files, in bytes.
const MAX_TEXT_BYTES: usize = 2 * 1024 * 1024;
/// Maximum number of files of one container.
const MAX_FILES: usize = 120;
/// Maximum depth of a configuration file below a volume, in path components.
const MAX_VOLUME_DEPTH: usize = 3;

/// Configuration files of one container, with the means to notice changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct ContainerFiles {
    /// Texts of the files, dropped once decoded.
    pub(in crate::source) texts: Vec<FileText>,
    /// Host paths to watch for changes.
    pub(in crate::source) watch: FileWatch,
}

/// Text of a file, with its path in the container.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::source) struct FileText {
    pub(in crate::source) path: String,
    pub(in crate::source) text: String,
}

/// Prints only path and length, because a text may hold secrets.
impl std::fmt::Debug for FileText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.text.len())
    }
}

/// Host paths of a container's configuration files, with a fingerprint that changes when a file changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct FileWatch {
    paths: Vec<PathBuf>,
    fingerprint: String,
}

impl FileWatch {
    /// Returns true if a file has changed since Portolan read it. Blocks while it reads directories.
    pub(in crate::source) fn has_changed(&self) -> bool {
        !self.paths.is_empty() && fingerprint(&self.paths) != self.fingerprint
    }
}

/// Reads the configuration files of a container.
pub(super) async fn read_config_files(
    engine: &Engine,
    client: &Client,
    answer: &ContainerInspectResponse,
) -> ContainerFiles {
    let chosen = config_paths::config_paths(answer);
    if chosen.is_empty() {
        return ContainerFiles::default();
    }
    let local = engine.is_local();
    let (mut files, elsewhere) =
        background::run_blocking(move || read_on_host(chosen, local)).await.unwrap_or_default();
    if let Some(id) = answer.id.as_deref() {
        // The archive call returns a whole volume. So Portolan calls it only if the volume's path names
        // configuration.
        let wanted =
            |p: &&ConfigPath| !p.is_volume || config_paths::is_named_for_configuration(&p.container_path);
        for place in elsewhere.iter().filter(wanted) {
            let more = archive::download_texts(engine, client, id, &place.container_path).await;
            files.texts.extend(more.into_iter().filter(|text| place.may_contain_config(&text.path)));
        }
    }
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    let words = answer.path.iter().chain(answer.args.iter().flatten()).map(String::as_str);
    limit_texts(&mut files.texts, ServerProgram::of(image, words));
    files
}

/// Reads the files that a container would mount, for a container that does not exist yet. Each mount is a
/// pair of host path and container path. `server` is the program that the container would run.
pub(in crate::source) fn read_mounted_files(
    mounts: Vec<(PathBuf, String)>,
    server: Option<&ServerProgram>,
) -> ContainerFiles {
    let places = mounts.into_iter().filter_map(|(outside, inside)| config_paths::bind_mount(outside, inside));
    let (mut files, _) = read_on_host(places.collect(), true);
    limit_texts(&mut files.texts, server);
    files
}

/// Reads the files on this machine. Also returns the paths that are unreadable here.
fn read_on_host(chosen: Vec<ConfigPath>, local: bool) -> (ContainerFiles, Vec<ConfigPath>) {
    let (mut files, mut elsewhere) = (ContainerFiles::default(), Vec::new());
    for place in chosen {
        let found = place
            .host_path
            .as_ref()
            .filter(|_| local)
            .and_then(|path| host::read_texts(path, &place.container_path));
        match (found, &place.host_path) {
            (Some(texts), Some(path)) => {
                files.texts.extend(texts.into_iter().filter(|text| place.may_contain_config(&text.path)));
                files.watch.paths.push(path.clone());
            }
            _ => elsewhere.push(place),
        }
    }
    files.watch.fingerprint = fingerprint(&files.watch.paths);
    (files, elsewhere)
}

/// Returns a fingerprint of the files at or below `places`, made of the size and modification time of each.
fn fingerprint(places: &[PathBuf]) -> String {
    let mut stamp = String::new();
    for file in places.iter().flat_map(|place| host::config_files(place)) {
        let _ = write!(stamp, "{} {} {:?};", file.path.display(), file.length, file.modified);
    }
    stamp
}

impl ConfigPath {
    /// Returns true if the file at `path` may be configuration. In a volume, program files and deeply nested
    /// files are not.
    fn may_contain_config(&self, path: &str) -> bool {
        let below = path.strip_prefix(&self.container_path).unwrap_or(path).trim_matches('/');
        let name = below.rsplit('/').next().unwrap_or(below);
        !self.is_volume || (below.split('/').count() <= MAX_VOLUME_DEPTH && !is_program_file(name))
    }
}

/// Limits the number and total size of a container's files. Keeps files in the order of their paths, and
/// drops a file that exceeds the rest of the total size. For a known server, keeps only files in its formats.
fn limit_texts(texts: &mut Vec<FileText>, server: Option<&ServerProgram>) {
    texts.retain(|text| server.is_none_or(|server| server.reads_config(&text.path)));
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    texts.dedup_by(|a, b| a.path == b.path);
    texts.truncate(MAX_FILES);
    let mut left = MAX_TEXT_BYTES;
    texts.retain(|text| {
        let fits = text.text.len() <= left;
        left -= if fits { text.text.len() } else { 0 };
        fits
    });
}

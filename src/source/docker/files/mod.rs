//! Configuration files of containers: those mounted into them, from the host or in a named volume, and those that
//! well-known programs read from their image. They are read only to be decoded, once per container and whenever one of them changes.
//!
//! On the host where it can be read, else through the engine's archive call; nothing is run in a container.

mod archive;
mod choose;
mod host;
mod reader;

pub(super) use choose::Volume;
pub(in crate::source) use reader::Server;

use super::answer::ContainerInspectResponse;
use super::connect::Engine;
use crate::{background, decode::is_program_file};
use bollard::Docker as Client;
use choose::Place;
use std::{fmt::Write, path::PathBuf};

/// The most text of one container, in bytes.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// The most files of one container.
const MOST_FILES: usize = 120;
/// The most parts of a file's path below a volume.
const MAX_VOLUME_DEPTH: usize = 3;

/// The files of one container, and what tells that they have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct Files {
    /// Their texts; gone once they are decoded.
    pub(in crate::source) texts: Vec<Text>,
    /// Where on the host to look for a change.
    pub(in crate::source) watch: Watch,
}

/// A file's path in the container, and its text.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::source) struct Text {
    pub(in crate::source) path: String,
    pub(in crate::source) text: String,
}

/// What a text says may be a secret: it is not shown.
impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.text.len())
    }
}

/// The places on the host that a container's files came from, as they were then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct Watch {
    places: Vec<PathBuf>,
    stamp: String,
}

impl Watch {
    /// Whether the places are not as they were. Reads directories, so it belongs on a thread that may wait.
    pub(in crate::source) fn has_changed(&self) -> bool {
        !self.places.is_empty() && stamp(&self.places) != self.stamp
    }
}

/// The files of a container that are worth reading.
pub(super) async fn read(engine: &Engine, client: &Client, answer: &ContainerInspectResponse) -> Files {
    let chosen = choose::places(answer);
    if chosen.is_empty() {
        return Files::default();
    }
    let local = engine.is_local();
    let (mut files, elsewhere) =
        background::blocking(move || on_host(chosen, local)).await.unwrap_or_default();
    if let Some(id) = answer.id.as_deref() {
        // A volume comes as a whole, whatever lies in it: it is asked for only where its place speaks of configuration.
        let wanted = |p: &&Place| !p.is_volume || choose::is_named_for_configuration(&p.inside);
        for place in elsewhere.iter().filter(wanted) {
            let more = archive::texts(engine, client, id, &place.inside).await;
            files.texts.extend(more.into_iter().filter(|text| place.may_hold(&text.path)));
        }
    }
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref()).unwrap_or_default();
    let words = answer.path.iter().chain(answer.args.iter().flatten()).map(String::as_str);
    bound(&mut files.texts, Server::of(image, words));
    files
}

/// The files that mounts, each a path here and one inside, would bring into a container that nobody runs yet; `server` is
/// what that would run.
pub(in crate::source) fn mounted(mounts: Vec<(PathBuf, String)>, server: Option<&Server>) -> Files {
    let places = mounts.into_iter().filter_map(|(outside, inside)| choose::mount(outside, inside));
    let (mut files, _) = on_host(places.collect(), true);
    bound(&mut files.texts, server);
    files
}

/// What can be read here, and the places that can't.
fn on_host(chosen: Vec<Place>, local: bool) -> (Files, Vec<Place>) {
    let (mut files, mut elsewhere) = (Files::default(), Vec::new());
    for place in chosen {
        let found =
            place.outside.as_ref().filter(|_| local).and_then(|path| host::texts(path, &place.inside));
        match (found, &place.outside) {
            (Some(texts), Some(path)) => {
                files.texts.extend(texts.into_iter().filter(|text| place.may_hold(&text.path)));
                files.watch.places.push(path.clone());
            }
            _ => elsewhere.push(place),
        }
    }
    files.watch.stamp = stamp(&files.watch.places);
    (files, elsewhere)
}

/// What tells one state of those places from another: each file's size and time of change.
fn stamp(places: &[PathBuf]) -> String {
    let mut stamp = String::new();
    for file in places.iter().flat_map(|place| host::files(place)) {
        let _ = write!(stamp, "{} {} {:?};", file.path.display(), file.length, file.changed);
    }
    stamp
}

impl Place {
    /// Whether the file at `path` may be a configuration there: in a volume, programs and what lies deep are not.
    fn may_hold(&self, path: &str) -> bool {
        let below = path.strip_prefix(&self.inside).unwrap_or(path).trim_matches('/');
        let name = below.rsplit('/').next().unwrap_or(below);
        !self.is_volume || (below.split('/').count() <= MAX_VOLUME_DEPTH && !is_program_file(name))
    }
}

/// Keeps what one container may have, the first by path: of what is mounted into a server only what that reads.
fn bound(texts: &mut Vec<Text>, server: Option<&Server>) {
    texts.retain(|text| server.is_none_or(|server| server.reads(&text.path)));
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    texts.dedup_by(|a, b| a.path == b.path);
    texts.truncate(MOST_FILES);
    let mut left = MOST_BYTES;
    texts.retain(|text| {
        let fits = text.text.len() <= left;
        left -= if fits { text.text.len() } else { 0 };
        fits
    });
}

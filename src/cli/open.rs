//! Command `open`: shows a share from a file or from the team's store, or plays a recording. Both work
//! without a change of the configuration.

use super::{
    Error, Outcome,
    args::CommonArgs,
    configured, open_sources_as,
    sources::{OpenedSources, recording_sources},
    team::open_store,
    tui,
};
use crate::{
    app::App,
    background,
    config::Config,
    model::{Failure, FailureKind, Text},
    object_store::Fetched,
    recording::MAX_LINE_BYTES,
    share::{MAX_SHARE_BYTES, MAX_STORED_SHARE_BYTES, Share, ShareError, ShareName, is_recording, schema_of},
    source::{regular_file::open_regular, team::Participation},
    team::{self, Rank, share_key},
};
use jiff::tz::{Offset, TimeZone};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
};

/// Remedy for a share that can't be opened.
const SHARE_REMEDY: &str =
    "give the file of a share or of a recording, or the name of a share such as share/7f3k";

/// Opens `what`: the name of a share in the team's store, or the path of a file with a share or a recording.
pub(super) async fn run(common: &CommonArgs, what: &str) -> Result<Outcome, Error> {
    tui::require_terminal()?;
    let (share, config) = match ShareName::parse(what) {
        Some(name) => {
            let config = configured(common)?;
            (fetch_share(&config, &name).await?, config)
        }
        None => match read_file(what).await? {
            SharedFile::Recording => return play_recording(common, what).await,
            SharedFile::Share(share) => (*share, configured(common)?),
        },
    };
    let opened = open_sources_as(common, &config, Participation::Member(Rank::Person))?;
    let zone = time_zone(&share);
    let prepare = |app: &mut App| app.open_share(&share, zone).map_err(|error| share_failure(what, &error));
    tui::run_prepared(config, opened, prepare).await
}

/// Content of a file that the user opens: a share or a recording. Of a recording, Portolan has read only the
/// first line so far.
enum SharedFile {
    Share(Box<Share>),
    Recording,
}

/// Plays the recording at `path`, without any other source.
async fn play_recording(common: &CommonArgs, path: &str) -> Result<Outcome, Error> {
    let config = configured(common)?;
    let opened = OpenedSources::of(recording_sources(path)?);
    tui::run_prepared(config, opened, |_| Ok(())).await
}

/// Reads the file `path`, which the user named.
async fn read_file(path: &str) -> Result<SharedFile, Failure> {
    let name = path.to_owned();
    let read = background::run_blocking(move || {
        let file = open_regular(Path::new(&name)).map_err(|error| {
            let what = format!("{name} can't be read: {error}");
            Failure::new(error.failure_kind(), what, SHARE_REMEDY)
        })?;
        read_shared(file, &name)
    });
    read.await.map_err(|panicked| panicked.failure("internal error while reading the share"))?
}

fn read_shared(file: File, name: &str) -> Result<SharedFile, Failure> {
    let fail = |error: &ShareError| share_failure(name, error);
    let mut lines = BufReader::new(file.take(MAX_SHARE_BYTES + 1));
    let mut first = Vec::new();
    lines.read_until(b'\n', &mut first).map_err(|error| {
        Failure::new(FailureKind::Invalid, format!("{name} can't be read: {error}"), SHARE_REMEDY)
    })?;
    let first = String::from_utf8_lossy(&first);
    if schema_of(&first).is_some_and(|schema| is_recording(&schema)) {
        return Ok(SharedFile::Recording);
    }
    if first.len() as u64 > MAX_LINE_BYTES {
        return Err(fail(&ShareError::TooLarge(MAX_LINE_BYTES)));
    }
    let share = Share::read(&first, lines, name).map_err(|error| fail(&error))?;
    Ok(SharedFile::Share(Box::new(share)))
}

/// Reads the share `name` from the team's store.
async fn fetch_share(config: &Config, name: &ShareName) -> Result<Share, Failure> {
    let Some(store) = open_store(&config.team)? else {
        let remedy = "set `store` in [team], or ask for the share as a file";
        return Err(Failure::new(FailureKind::Missing, format!("{name} is in the store of a team"), remedy));
    };
    let invalid = |why: &dyn std::fmt::Display| {
        Failure::new(FailureKind::Invalid, format!("{name} can't be opened: {why}"), "ask for a new share")
    };
    let object = match store.read(&share_key(name), None, MAX_STORED_SHARE_BYTES).await? {
        Fetched::Found(object) => object.bytes,
        Fetched::Missing | Fetched::Unchanged => {
            let what = format!("{name} is not in {}", Text::new(&store.location()));
            return Err(Failure::new(FailureKind::Missing, what, "check the name, or ask for a new share"));
        }
    };
    let place = name.to_string();
    let read = background::run_blocking(move || {
        let text: String = team::unpack(&object).map_err(|error| error.to_string())?;
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        Share::read(first, rest.as_bytes(), &place).map_err(|error| error.to_string())
    });
    match read.await {
        Ok(read) => read.map_err(|why| invalid(&why)),
        Err(panicked) => Err(panicked.failure("internal error while reading the share")),
    }
}

fn share_failure(name: &str, error: &ShareError) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{} can't be opened: {error}", Text::new(name)), SHARE_REMEDY)
}

/// Returns the time zone of the person who shared the screen, so that times look the same. If this machine
/// does not know the zone, returns its UTC offset at the time of the share.
fn time_zone(share: &Share) -> TimeZone {
    let header = &share.header;
    let offset = || Offset::from_seconds(header.utc_offset).unwrap_or(Offset::UTC).to_time_zone();
    if header.time_zone.is_empty() {
        return offset();
    }
    TimeZone::get(&header.time_zone).unwrap_or_else(|_| offset())
}

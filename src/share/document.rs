//! Share document, which holds the saved screen of one person: a header line, and a recording with the data
//! of that time.

use super::header::{ShareError, ShareHeader};
use crate::{
    model::{Snapshot, Text},
    recording::{Frame, Header, MAX_LINE_BYTES, Recording},
    store::World,
};
use serde::Serialize;
use serde_json::Value;
use std::{io::BufRead, time::Duration};

/// Maximum size of a share, in bytes.
pub const MAX_SHARE_BYTES: u64 = 64 << 20;

/// Maximum size of a compressed share in a team's store, in bytes.
pub const MAX_STORED_SHARE_BYTES: usize = 4 << 20;

/// JSON pointer from the view in a share header to the filters of the log screen.
const LOG_FILTERS_POINTER: &str = "/screens/logs/chips";

/// Place to which Portolan writes a share, which is a screen saved for a colleague.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareDestination {
    /// A new file in the current directory.
    File,
    /// The team's store, or a file if there is no team.
    Team,
}

/// Screen that one person saved for a colleague: the view, and all data from which the screen was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// First line of the share: person, time, view, and all data that Portolan had besides the snapshots.
    pub header: ShareHeader,
    /// Snapshot of each source.
    pub snapshots: Vec<Snapshot>,
}

impl Share {
    /// Returns the share without log lines and usage, which must not be written to a team's store. Leaves out
    /// the filters of the log screen too, because they can contain words from log lines.
    #[must_use]
    pub fn without_streams(mut self) -> Self {
        self.header.world = self.header.world.without_streams();
        if let Some(filters) = self.header.view.pointer_mut(LOG_FILTERS_POINTER) {
            *filters = Value::Array(Vec::new());
        }
        self
    }

    /// Returns the share as text in the format of shares, which is JSON lines.
    ///
    /// # Errors
    /// Returns the reason if the share can't be written, or if it is too large.
    pub fn to_text(&self) -> Result<String, ShareError> {
        let mut text = json_line(&self.header)?;
        text += &json_line(&Header::new(self.header.taken_at, Duration::ZERO))?;
        for snapshot in &self.snapshots {
            let mut shared = snapshot.clone();
            shared.forget_paths();
            text += &json_line(&Frame::between(Duration::ZERO, None, &shared))?;
        }
        let longest = text.lines().map(str::len).max().unwrap_or_default() as u64;
        match () {
            () if text.len() as u64 > MAX_SHARE_BYTES => Err(ShareError::TooLarge(MAX_SHARE_BYTES)),
            () if longest > MAX_LINE_BYTES => Err(ShareError::TooLarge(MAX_LINE_BYTES)),
            () => Ok(text),
        }
    }

    /// Reads a share whose first line is `first` and whose other lines are in `rest`. Failures refer to the
    /// share as `name`.
    ///
    /// # Errors
    /// Returns the reason if the share has another format, if its first line is damaged, or if its recording
    /// can't be read. A single damaged line of the recording is no error: it is skipped, and the snapshots
    /// report it as an unread part.
    pub fn read(first: &str, rest: impl BufRead, name: &str) -> Result<Self, ShareError> {
        let header = ShareHeader::parse(first)?;
        let recording =
            Recording::read(rest, name).map_err(|failure| ShareError::Damaged(failure.message))?;
        let snapshot = |source| {
            let mut snapshot = recording.snapshot(source, Duration::ZERO);
            snapshot.forget_paths();
            snapshot
        };
        let snapshots = recording.sources().iter().map(snapshot).collect();
        Ok(Self { header, snapshots })
    }

    /// Restores the data of all sources as it was at the time of the share.
    #[must_use]
    pub fn world(&self) -> World {
        self.header.world.clone().restore(self.snapshots.clone(), self.header.taken_at)
    }
}

fn json_line(value: &impl Serialize) -> Result<String, ShareError> {
    let line = serde_json::to_string(value);
    line.map(|line| line + "\n")
        .map_err(|error| ShareError::Damaged(Text::with_max_chars(&error.to_string(), 200)))
}

/// Returns a small share for tests.
#[cfg(test)]
pub(crate) fn sample_share() -> Share {
    use crate::{log_store::LogExtract, model::fixtures, store::WorldState};
    let source = crate::model::SourceId::new("docker");
    let status = crate::model::SourceStatus::new(source.clone(), "docker", "unix:///run/docker.sock");
    let mut world = World::new(crate::model::Inventory::default(), vec![status], 0, fixtures::ago(0));
    let taken_at = crate::model::Timestamp::from_second(1_780_000_000).unwrap_or_default();
    let snapshot = fixtures::snapshot("docker", vec![fixtures::service("web")]);
    world.apply_poll_result(&source, Ok(crate::model::Snapshot { taken_at, ..snapshot }));
    let header = ShareHeader {
        schema: super::SHARE_SCHEMA.into(),
        taken_at,
        by: "ann@laptop".into(),
        comment: "look at web".into(),
        size: (80, 24),
        time_zone: Text::default(),
        utc_offset: 0,
        view: serde_json::json!({ "screen_stack": ["map"] }),
        world: WorldState::of(&world, LogExtract::default()),
    };
    let snapshots = world.snapshots_to_share().into_iter();
    let at_share = |snapshot: Snapshot| Snapshot { taken_at, ..snapshot };
    Share { header, snapshots: snapshots.map(at_share).collect() }
}

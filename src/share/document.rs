//! A share as a whole: its first line, and the recording behind it.

use super::header::{ShareError, ShareHeader};
use crate::{
    model::{Snapshot, Text},
    recording::{Frame, Header, MAX_LINE_BYTES, Recording},
    store::World,
};
use serde::Serialize;
use serde_json::Value;
use std::{io::BufRead, time::Duration};

/// Maximum size of a share in bytes.
pub const MAX_SHARE_BYTES: u64 = 64 << 20;

/// Maximum size of a share in a team's store in bytes, compressed.
pub const MAX_STORED_SHARE_BYTES: usize = 4 << 20;

/// Filters of the log screen in the view of a share.
const LOG_FILTERS_POINTER: &str = "/screens/logs/chips";

/// Place that a share is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareDestination {
    /// A new file in the working directory.
    File,
    /// The team's store; a file if there is no team.
    Team,
}

/// Screen of one person at one time: the view, and everything that it was drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Person, time, view, and the state of the world beside the snapshots.
    pub header: ShareHeader,
    /// Snapshot of each source.
    pub snapshots: Vec<Snapshot>,
}

impl Share {
    /// Returns the share without log lines and resource usage, which a team's store never holds. Filters of the log
    /// screen may hold words of lines, so they are left out too.
    #[must_use]
    pub fn without_streams(mut self) -> Self {
        self.header.world = self.header.world.without_streams();
        if let Some(filters) = self.header.view.pointer_mut(LOG_FILTERS_POINTER) {
            *filters = Value::Array(Vec::new());
        }
        self
    }

    /// Returns the share as text: JSON lines.
    ///
    /// # Errors
    /// Returns the reason if it can't be written, or is larger than a share can be.
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

    /// Reads a share whose first line is `first`, and whose other lines are in `rest`. Failures call it `name`.
    ///
    /// # Errors
    /// Returns the reason if it has another format, or its first line is damaged. Damaged lines of the recording are
    /// left out, and the screen names them as unread parts of their source.
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

    /// Returns the world as it was at the time of the share.
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

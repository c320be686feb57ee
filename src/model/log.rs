//! Log lines, where to read them, and what is known to be missing between them.

use super::{InstanceId, LineText, ServiceId, SharedText, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeSet};

/// Where a container's log can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogRoute {
    /// The engine itself keeps it, under the container's id.
    Engine {
        /// The container's id.
        container: Text,
    },
    /// A CloudWatch log group has it.
    CloudWatch {
        /// The log group's name.
        group: Text,
        /// The stream's name, built from prefix, container and task; none where it can't be known.
        stream: Option<Text>,
        /// The region, where it differs from the source's.
        region: Option<Text>,
    },
    /// Streams of a CloudWatch log group that belong to no instance any more: tasks write there that the source lists no
    /// longer. No container has it, so that no recording does.
    #[serde(skip)]
    Unlisted {
        /// The log group's name.
        group: Text,
        /// What the streams' names begin with; the task's id follows, and nothing else.
        prefix: Text,
        /// The streams among them that are read as those of an instance.
        except: BTreeSet<Text>,
        /// The region, where it differs from the source's.
        region: Option<Text>,
    },
    /// It can't be read from here.
    Nowhere {
        /// Why, and where to look instead.
        why: Text,
    },
}

/// One stream to read: whose lines they are, and where they stand. Two are the same by their ids, whatever their labels: a
/// container may get another name while its log is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogTarget {
    /// The service.
    pub service: ServiceId,
    /// The instance.
    pub instance: InstanceId,
    /// How its lines are marked: the instance's name, with the container's where it has several.
    pub label: SharedText,
    /// Where to read.
    pub route: LogRoute,
}

impl LogTarget {
    /// What tells it from every other stream.
    fn identity(&self) -> (&ServiceId, &InstanceId, &LogRoute) {
        (&self.service, &self.instance, &self.route)
    }
}

impl PartialEq for LogTarget {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for LogTarget {}

impl PartialOrd for LogTarget {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for LogTarget {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

/// Which part of a stream to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogStart {
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Nothing at or after this time: an older page of what is held already. Never together with `follow`.
    pub until: Option<Timestamp>,
    /// At most this many of the newest lines of each stream.
    pub tail: usize,
    /// Whether to go on with new lines as they come.
    pub follow: bool,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When the source received it.
    pub at: Timestamp,
    /// Whose it is.
    pub service: ServiceId,
    /// The stream's label.
    pub label: SharedText,
    /// Which of the process's streams.
    pub stream: LogStream,
    /// The text without the end of line.
    pub text: LineText,
    /// Where the service painted it, in order; nothing overlaps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paint: Vec<Paint>,
}

/// A part of a line's text that the service painted by an SGR sequence (ECMA-48).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paint {
    /// Where it begins in the text, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// The foreground, where one is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Whether it is bold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
}

/// A colour as a terminal knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// One of the palette of 256.
    Palette(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// Which of a process's streams a line came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogStream {
    /// Standard output, or where the source does not tell.
    Out,
    /// Standard error.
    Err,
}

/// Lines that travel together, and what was noticed beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogBatch {
    /// In the order of their stream.
    pub lines: Vec<LogLine>,
    /// What is missing, sampled, ended or unreadable.
    pub notes: Vec<LogNote>,
}

/// Something the reader of a stream must know, at its place in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogNote {
    /// When, where it has a time.
    pub at: Option<Timestamp>,
    /// Whose streams it is about; none where it is about all that are read together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// The stream's label, or the name of the log group.
    pub label: SharedText,
    /// What it is about.
    #[serde(default)]
    pub kind: NoteKind,
    /// In words.
    pub text: Text,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// Lines are missing here, and how many, where that is known.
    Missing(Option<u64>),
    /// The source gave only a sample of the lines here.
    Sampled,
    /// The instance has ended, with its reason.
    Ended,
    /// The stream can't be read at all: why, and where to look instead.
    Unreadable,
    /// Where the stream should be there is nothing: the log group does not exist.
    Absent,
    /// Reading is disturbed; it goes on by itself, perhaps in another way.
    #[default]
    Disturbed,
}

/// What is heard of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogNews {
    /// A reading of that part of it begins: what it brings may be held already.
    Opened(LogTarget, LogStart),
    /// Lines and notes, of one or several streams.
    Lines(LogBatch),
    /// A reading that does not follow has come to its end.
    Closed(LogTarget, LogStart),
}

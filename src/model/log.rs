//! Log lines, the streams from which Portolan reads them, and notes on gaps in those streams.

use super::{InstanceId, LineText, ServiceId, SharedText, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeSet};

/// The place from which Portolan reads a container's log, such as the engine or a CloudWatch log group, or
/// the reason why it can't read the log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogRoute {
    /// The container engine stores the log.
    Engine {
        /// The id of the container.
        container: Text,
    },
    /// A CloudWatch log group stores the log.
    CloudWatch {
        /// Name of the log group.
        group: Text,
        /// Name of the stream: the configured name, a name built from prefix, container and task, or the id
        /// of the Docker container. `None` if it can't be derived.
        stream: Option<Text>,
        /// The region; `None` if it is the source's own.
        region: Option<Text>,
    },
    /// Streams in a CloudWatch log group that belong to tasks which the source no longer lists. No container
    /// has this route, so no recording contains it.
    #[serde(skip)]
    ExpiredStreams {
        /// Name of the log group.
        group: Text,
        /// Prefix of the streams' names. A name is this prefix, followed by the id of a task.
        prefix: Text,
        /// Names of streams to leave out, because Portolan reads them for listed instances.
        except: BTreeSet<Text>,
        /// The region; `None` if it is the source's own.
        region: Option<Text>,
    },
    /// Portolan can't read the log.
    #[serde(rename = "nowhere")]
    Unreadable {
        /// The reason, and where the user can read the log instead.
        why: Text,
    },
}

/// A log stream to read: its service and instance, and the route to it. Comparisons ignore the label, because
/// a container may be renamed while Portolan reads its log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LogTarget {
    /// The service that writes the log.
    pub service: ServiceId,
    /// The instance that writes the log.
    pub instance: InstanceId,
    /// Label of the stream's lines: the instance's name, followed by the container's name if there are
    /// several containers.
    pub label: SharedText,
    /// The route by which Portolan reads the stream.
    pub route: LogRoute,
}

impl LogTarget {
    /// Returns the fields that identify the stream.
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

/// Options of one read of a log stream: time range, number of lines, and whether to wait for new lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogReadOptions {
    /// Time of the oldest line to read; `None` for no limit.
    pub since: Option<Timestamp>,
    /// Exclusive end of the time range; set for a page of older lines, and never together with `follow`.
    pub until: Option<Timestamp>,
    /// Maximum number of lines per stream. If there are more, the read leaves out the oldest.
    pub tail: usize,
    /// True to wait for new lines after the last stored one.
    pub follow: bool,
}

/// A line of a service's log, with its time, stream and styles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Time that the engine or CloudWatch states for the line, UTC.
    pub at: Timestamp,
    /// The service that wrote the line.
    pub service: ServiceId,
    /// Label of the stream.
    pub label: SharedText,
    /// Standard output or standard error.
    pub stream: OutputStream,
    /// The text without its line end.
    pub text: LineText,
    /// Styled parts of the text, sorted and without overlap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "paint")]
    pub styles: Vec<TextStyle>,
}

/// A styled part of a log line. The service set its style by an SGR sequence (ECMA-48).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextStyle {
    /// Start of the part, a byte offset in the text.
    pub start: u32,
    /// Exclusive end of the part, a byte offset in the text.
    pub end: u32,
    /// Foreground colour; `None` for the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// True for bold text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
}

/// A terminal colour, from the palette or as red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Index into the palette of 256 colours.
    Palette(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// The output stream to which a process wrote a line: standard output or standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputStream {
    /// Standard output; also used if the source does not distinguish the streams.
    #[serde(rename = "out")]
    Stdout,
    /// Standard error.
    #[serde(rename = "err")]
    Stderr,
}

/// Log lines that arrived together, with Portolan's notes on gaps, errors and exits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogBatch {
    /// Lines of one or several streams; the lines of each stream keep their order.
    pub lines: Vec<LogLine>,
    /// Notes on missing, sampled or unreadable parts of the streams, and on exits of instances.
    pub notes: Vec<LogNote>,
}

/// A message of Portolan within a log stream, such as a note that lines are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogNote {
    /// Time of the noted event; `None` if unknown.
    pub at: Option<Timestamp>,
    /// The service that writes the stream; `None` if the note concerns all streams that are read together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceId>,
    /// Label of the stream, or name of the log group.
    pub label: SharedText,
    /// The kind of note.
    #[serde(default)]
    pub kind: LogNoteKind,
    /// Sentence for the user.
    pub text: Text,
}

impl LogNote {
    /// Creates a note on the stream of `target`.
    #[must_use]
    pub fn on_stream(
        target: &LogTarget,
        at: Option<Timestamp>,
        kind: LogNoteKind,
        text: impl Into<Text>,
    ) -> Self {
        let (service, label) = (Some(target.service.clone()), target.label.clone());
        Self { at, service, label, kind, text: text.into() }
    }
}

/// The kind of a note on a log stream, such as missing lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogNoteKind {
    /// Lines are missing: their number, or `None` if it is unknown.
    Missing(Option<u64>),
    /// The source returned only a sample of the lines.
    Sampled,
    /// The instance has exited; the text gives the reason.
    Ended,
    /// The stream can't be read; the text gives the reason and an alternative.
    Unreadable,
    /// The log group of the stream does not exist.
    #[serde(rename = "absent")]
    LogGroupMissing,
    /// Reading was interrupted and will resume, perhaps by another method.
    #[default]
    #[serde(rename = "disturbed")]
    Interrupted,
}

/// A message from a reader of log streams: a read begins, lines arrive, or a read ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogUpdate {
    /// A read of a part of a stream begins. The read may repeat lines that an earlier read returned.
    ReadStarted(LogTarget, LogReadOptions),
    /// Lines and notes of one or several streams.
    Lines(LogBatch),
    /// A read without `follow` has returned all lines of its part of the stream.
    ReadFinished(LogTarget, LogReadOptions),
}

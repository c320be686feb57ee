//! Log lines, where to read them, and what is known to be missing between them.

use super::{InstanceId, ServiceId, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a container's log can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogRoute {
    /// The engine itself keeps it, under the container's id.
    Engine {
        /// The container's id.
        container: String,
    },
    /// A CloudWatch log group has it.
    CloudWatch {
        /// The log group's name.
        group: String,
        /// The stream's name, built from prefix, container and task; none where it can't be known.
        stream: Option<String>,
        /// The region, where it differs from the source's.
        region: Option<String>,
    },
    /// It can't be read from here.
    Nowhere {
        /// Why, and where to look instead.
        why: String,
    },
}

/// One stream to read: whose lines they are, and where they stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogTarget {
    /// The service.
    pub service: ServiceId,
    /// The instance.
    pub instance: InstanceId,
    /// How its lines are marked: the instance's name, with the container's where it has several.
    pub label: String,
    /// Where to read.
    pub route: LogRoute,
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogStart {
    /// Not before this time.
    pub since: Option<Timestamp>,
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
    pub label: String,
    /// Which of the process's streams.
    pub stream: LogStream,
    /// The text, cleaned, without the end of line.
    pub text: String,
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
    /// The stream's label.
    pub label: String,
    /// In words.
    pub text: String,
}

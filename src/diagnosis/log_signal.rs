//! Log signals: a stream that has fallen silent, or a log group that does not exist. Either may show a fault.

use crate::model::{InstanceId, ServiceId, SharedText, Timestamp};
use jiff::SignedDuration;

/// A sign of a possible fault in a service's log. Portolan has such signs only for the logs that the user
/// reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSignal {
    /// The service that writes the log.
    pub service: ServiceId,
    /// Label of the silent stream, or name of the missing log group.
    pub label: SharedText,
    /// The kind of signal, with its times.
    pub kind: LogSignalKind,
}

/// The kind of a log signal: a silent stream, or a missing log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogSignalKind {
    /// A live stream had lines steadily for a long time, and now has none.
    Silent {
        /// The instance that writes the stream.
        instance: InstanceId,
        /// Time of the last line in the log, UTC.
        last_line_at: Timestamp,
        /// Time at which Portolan received the last line, UTC.
        last_line_received_at: Timestamp,
        /// Duration of the period with steady lines before the silence.
        steady_for: SignedDuration,
        /// Longest pause between two lines in that period.
        longest_pause: SignedDuration,
    },
    /// The log group does not exist.
    LogGroupMissing {
        /// Time of the last failed attempt to read the log group, UTC.
        reported_at: Timestamp,
    },
}

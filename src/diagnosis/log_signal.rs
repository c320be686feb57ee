//! Log signals: states of a log that may show a fault. A stream has fallen silent, or a log group is missing.

use crate::model::{InstanceId, ServiceId, SharedText, Timestamp};
use jiff::SignedDuration;

/// A state of a service's log that may show a fault. Portolan watches only the logs that the user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSignal {
    /// The service that writes the log.
    pub service: ServiceId,
    /// Label of the stream, or name of the log group.
    pub label: SharedText,
    /// The kind of signal, with its times.
    pub kind: LogSignalKind,
}

/// The kind of a log signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogSignalKind {
    /// A live stream brought lines steadily for a long time, and now brings none.
    Silent {
        /// The instance that writes the stream.
        instance: InstanceId,
        /// Time of the last line in the log, UTC.
        last_line_at: Timestamp,
        /// Time at which Portolan received the last line, UTC.
        last_line_received_at: Timestamp,
        /// Duration of the steady time before the silence.
        steady_for: SignedDuration,
        /// Longest pause between two lines during the steady time.
        longest_pause: SignedDuration,
    },
    /// The log group does not exist.
    LogGroupMissing {
        /// Time of the last failed attempt to read the log group, UTC.
        reported_at: Timestamp,
    },
}

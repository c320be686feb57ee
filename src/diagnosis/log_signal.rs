//! Signals from the logs that the user reads: a stream fell silent, or a log group is missing.

use crate::model::{InstanceId, ServiceId, SharedText, Timestamp};
use jiff::SignedDuration;

/// A noteworthy state of a service's log.
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
    /// A stream that is followed live stopped, after a long time with steady lines.
    Silent {
        /// The instance that writes the stream.
        instance: InstanceId,
        /// Time of the last line by the service's clock.
        last_line_at: Timestamp,
        /// Time at which Portolan received that line.
        last_line_received_at: Timestamp,
        /// Time for which lines had been steady before that.
        steady_for: SignedDuration,
        /// Longest pause between two lines in that time.
        longest_pause: SignedDuration,
    },
    /// The log group does not exist.
    LogGroupMissing {
        /// Time of the last failed attempt to read it.
        reported_at: Timestamp,
    },
}

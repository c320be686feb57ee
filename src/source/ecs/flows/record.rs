//! Content of a flow log line, independent of the order of its fields.

use crate::model::Timestamp;
use std::net::IpAddr;

/// IP address and port of one end of a connection.
pub(super) type Socket = (IpAddr, u16);

/// Parsed line of a VPC flow log: packets in one direction of a connection, or a period of which the log has
/// no packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FlowLogLine {
    /// Packets in one direction of a connection, as one interface recorded them.
    Traffic(FlowRecord),
    /// Aggregation interval without packets (`NODATA`), or whose records AWS skipped (`SKIPDATA`). The line
    /// still shows that a flow log monitors the interface.
    NoData {
        /// Id of the interface.
        interface: Option<String>,
        /// Task that the interface belongs to; `None` if the line names no task or service of ECS.
        recorded_by: Option<RecordingTask>,
        /// Start of the aggregation interval.
        from: Timestamp,
    },
}

/// Packets in one direction of a connection, as one interface recorded them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FlowRecord {
    /// Address and port of the sender.
    pub source: Socket,
    /// Address and port of the receiver.
    pub target: Socket,
    /// IANA protocol number.
    pub protocol: u8,
    /// TCP flags of all packets, combined by bitwise OR; `None` if the format lacks them.
    pub tcp_flags: Option<u16>,
    /// True if the packets left the interface; `None` if the format lacks the direction.
    pub is_outbound: Option<bool>,
    /// Task that the recording interface belongs to; `None` if the line names no task or service of ECS.
    pub recorded_by: Option<RecordingTask>,
    /// Id of the interface that recorded the packets.
    pub interface: Option<String>,
    /// True if a security group or network ACL rejected the packets.
    pub rejected: bool,
    /// Start and end of the record, UTC.
    pub time_span: (Timestamp, Timestamp),
}

/// Task whose network interface recorded a line of a flow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RecordingTask {
    /// Name of the task's cluster.
    pub cluster: Option<String>,
    /// Name of the task's service; `None` for a task without a service.
    pub service: Option<String>,
    /// Id of the task.
    pub task: Option<String>,
}

impl FlowRecord {
    /// Returns true if the protocol has connections with ports: TCP, UDP or SCTP.
    #[must_use]
    pub(super) fn is_connection_protocol(&self) -> bool {
        matches!(self.protocol, 6 | 17 | 132)
    }

    /// Returns true if the source opened the connection, false if the target did, and `None` if the flags
    /// don't show it.
    ///
    /// A SYN alone comes from the opener, a SYN with ACK from the other end.
    #[must_use]
    pub(super) fn source_opened(&self) -> Option<bool> {
        const SYN_FLAG: u16 = 2;
        const SYN_ACK_FLAGS: u16 = 18;
        let flags = self.tcp_flags.filter(|_| self.protocol == 6)?;
        match flags {
            flags if flags & SYN_ACK_FLAGS == SYN_ACK_FLAGS => Some(false),
            flags if flags & SYN_FLAG == SYN_FLAG => Some(true),
            _ => None,
        }
    }
}

//! What a line of a flow log says, whatever its format was. Pure.

use crate::model::Timestamp;
use std::net::IpAddr;

/// An address and a port.
pub(super) type Socket = (IpAddr, u16);

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Packets of one direction of one connection, as one interface saw them.
    Traffic(Record),
    /// Nothing passed the interface, or AWS left out what did: all the same somebody watches it.
    Quiet {
        /// The interface.
        interface: Option<String>,
        /// Whose it is, where the format tells.
        owner: Option<Owner>,
        /// Since when.
        from: Timestamp,
    },
}

/// Packets of one direction of one connection, as one interface saw them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Whence.
    pub source: Socket,
    /// Where to.
    pub target: Socket,
    /// IANA's number of the protocol.
    pub protocol: u8,
    /// The TCP flags that were seen, together.
    pub flags: Option<u16>,
    /// Whether the packets left the interface; none where the format does not tell.
    pub outward: Option<bool>,
    /// Whose interface it is, where the format tells.
    pub owner: Option<Owner>,
    /// The interface.
    pub interface: Option<String>,
    /// Whether they were turned away.
    pub rejected: bool,
    /// From when to when.
    pub span: (Timestamp, Timestamp),
}

/// The task whose interface recorded a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    /// Its cluster.
    pub cluster: Option<String>,
    /// Its service; none for a task that no service runs.
    pub service: Option<String>,
    /// Its id.
    pub task: Option<String>,
}

impl Record {
    /// Whether its protocol has connections, or what comes near: TCP, UDP and SCTP.
    #[must_use]
    pub(super) fn connects(&self) -> bool {
        matches!(self.protocol, 6 | 17 | 132)
    }

    /// Whether the source opened the connection, where the flags tell: a SYN alone comes from who opens, a SYN with ACK
    /// from who was asked.
    #[must_use]
    pub(super) fn opens(&self) -> Option<bool> {
        const SYN: u16 = 2;
        const SYN_ACK: u16 = 18;
        let flags = self.flags.filter(|_| self.protocol == 6)?;
        match flags {
            flags if flags & SYN_ACK == SYN_ACK => Some(false),
            flags if flags & SYN == SYN => Some(true),
            _ => None,
        }
    }
}

//! The kernel's socket tables as text: `/proc/<pid>/net/{tcp,tcp6,udp,udp6}`.
//!
//! A line is `sl local remote state … uid timeout inode`, addresses as hexadecimal words in the machine's byte order
//! with the port behind a colon (proc(5), `Documentation/networking/proc_net_tcp.rst`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which table a socket stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// `tcp` and `tcp6`.
    Tcp,
    /// `udp` and `udp6`.
    Udp,
}

/// What a socket does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for others to call.
    Listening,
    /// It is one end of a connection, or was until a moment ago.
    Connected,
}

/// A socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) protocol: Protocol,
    pub(super) stage: Stage,
    pub(super) local: (IpAddr, u16),
    pub(super) remote: (IpAddr, u16),
    /// The number by which a process holds it; 0 once no process does.
    pub(super) inode: u64,
}

/// The sockets of a table that listen or are connected.
pub(super) fn sockets(protocol: Protocol, text: &str) -> impl Iterator<Item = Socket> + '_ {
    text.lines().skip(1).filter_map(move |line| socket(protocol, line))
}

fn socket(protocol: Protocol, line: &str) -> Option<Socket> {
    let mut words = line.split_ascii_whitespace();
    let (local, remote) = (address(words.nth(1)?)?, address(words.next()?)?);
    let stage = stage(protocol, words.next()?, remote.1)?;
    let inode = words.nth(5)?.parse().ok()?;
    Some(Socket { protocol, stage, local, remote, inode })
}

/// What a state means (`include/net/tcp_states.h`). A connection that is being asked for may never come to be; one that
/// is being closed, or waits for stray packets, has been.
fn stage(protocol: Protocol, state: &str, remote_port: u16) -> Option<Stage> {
    match (protocol, state) {
        (Protocol::Tcp, "0A") | (Protocol::Udp, "07") => Some(Stage::Listening),
        (Protocol::Tcp, "01" | "04" | "05" | "06" | "08" | "09" | "0B") | (Protocol::Udp, "01") => {
            (remote_port != 0).then_some(Stage::Connected)
        }
        _ => None,
    }
}

/// `0100007F:1F90` is 127.0.0.1 port 8080.
fn address(text: &str) -> Option<(IpAddr, u16)> {
    let (host, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| u32::from_str_radix(host.get(at * 8..at * 8 + 8)?, 16).ok().map(u32::to_ne_bytes);
    match host.len() {
        8 => Some((IpAddr::V4(Ipv4Addr::from(word(0)?)), port)),
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(at)?);
            }
            // A socket of both families writes IPv4 addresses as mapped ones.
            Some((Ipv6Addr::from(bytes).to_canonical(), port))
        }
        _ => None,
    }
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::{Protocol, Socket, Stage, sockets};

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn one(protocol: Protocol, line: &str) -> Option<Socket> {
        sockets(protocol, &format!("{HEAD}{line}\n")).next()
    }

    #[test]
    fn a_connection_has_two_ends() {
        let line = "   2: 020012AC:9C4E 030012AC:1538 01 00000000:00000000 00:00000000 00000000     0        0 81234 1 0000000000000000 20 4 30 10 -1";
        let socket = one(Protocol::Tcp, line).unwrap();
        assert_eq!(socket.stage, Stage::Connected);
        assert_eq!(socket.local, ("172.18.0.2".parse().unwrap(), 40014));
        assert_eq!(socket.remote, ("172.18.0.3".parse().unwrap(), 5432));
        assert_eq!(socket.inode, 81234);
    }

    #[test]
    fn mapped_addresses_are_plain_ones() {
        let line = "   0: 0000000000000000FFFF0000020012AC:0050 0000000000000000FFFF0000030012AC:8000 06 00000000:00000000 03:000012F0 00000000     0        0 0 3 0000000000000000";
        let socket = one(Protocol::Tcp, line).unwrap();
        assert_eq!(socket.local, ("172.18.0.2".parse().unwrap(), 80));
        assert_eq!((socket.stage, socket.inode), (Stage::Connected, 0));
    }

    #[test]
    fn what_is_only_asked_for_does_not_count() {
        let asked = "   1: 020012AC:9C4E 030012AC:1538 02 00000001:00000000 01:00000010 00000000     0        0 7 2 0";
        assert_eq!(one(Protocol::Tcp, asked), None);
        assert_eq!(one(Protocol::Tcp, "garbage"), None);
        assert_eq!(one(Protocol::Tcp, ""), None);
    }

    #[test]
    fn a_listener_waits() {
        let line = "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0";
        assert_eq!(one(Protocol::Tcp, line).map(|s| s.stage), Some(Stage::Listening));
        let bound = "  10: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2 0 0";
        assert_eq!(one(Protocol::Udp, bound).map(|s| s.stage), Some(Stage::Listening));
    }
}

//! Parser of the kernel's socket tables, `/proc/<pid>/net/{tcp,tcp6,udp,udp6}`.
//!
//! A line is `sl local remote state … uid timeout inode`. Addresses are hexadecimal words in the machine's
//! byte order, followed by a colon and the port (proc(5), `Documentation/networking/proc_net_tcp.rst`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Protocol of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protocol {
    /// Tables `tcp` and `tcp6`.
    Tcp,
    /// Tables `udp` and `udp6`.
    Udp,
}

/// State of a socket, reduced to the two states that matter for connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SocketState {
    /// Waiting for callers.
    Listening,
    /// One end of a connection that exists or existed a moment ago.
    Connected,
}

/// Row of a socket table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Socket {
    pub(super) protocol: Protocol,
    pub(super) state: SocketState,
    pub(super) local: (IpAddr, u16),
    pub(super) remote: (IpAddr, u16),
    /// Inode by which processes hold the socket; 0 if none does.
    pub(super) inode: u64,
}

/// Parses the listening and connected sockets of a table.
pub(super) fn parse_table(protocol: Protocol, text: &str) -> impl Iterator<Item = Socket> + '_ {
    text.lines().skip(1).filter_map(move |line| parse_socket(protocol, line))
}

fn parse_socket(protocol: Protocol, line: &str) -> Option<Socket> {
    let mut words = line.split_ascii_whitespace();
    let (local, remote) = (parse_address(words.nth(1)?)?, parse_address(words.next()?)?);
    let stage = socket_state(protocol, words.next()?, remote.1)?;
    let inode = words.nth(5)?.parse().ok()?;
    Some(Socket { protocol, state: stage, local, remote, inode })
}

/// Decodes a socket state (`include/net/tcp_states.h`). A closing or closed connection counts as connected.
/// Returns `None` for a connection that is still being opened, and for other states.
fn socket_state(protocol: Protocol, state: &str, remote_port: u16) -> Option<SocketState> {
    match (protocol, state) {
        (Protocol::Tcp, "0A") | (Protocol::Udp, "07") => Some(SocketState::Listening),
        (Protocol::Tcp, "01" | "04" | "05" | "06" | "08" | "09" | "0B") | (Protocol::Udp, "01") => {
            (remote_port != 0).then_some(SocketState::Connected)
        }
        _ => None,
    }
}

/// Parses an address: `0100007F:1F90` is 127.0.0.1 port 8080.
fn parse_address(text: &str) -> Option<(IpAddr, u16)> {
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
            // The table of a dual-stack socket has IPv4 addresses as IPv4-mapped IPv6 addresses.
            Some((Ipv6Addr::from(bytes).to_canonical(), port))
        }
        _ => None,
    }
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::{Protocol, Socket, SocketState, parse_table};

    const TABLE_HEADER: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn parse_one(protocol: Protocol, line: &str) -> Option<Socket> {
        parse_table(protocol, &format!("{TABLE_HEADER}{line}\n")).next()
    }

    #[test]
    fn a_connection_has_two_ends() {
        let line = "   2: 020012AC:9C4E 030012AC:1538 01 00000000:00000000 00:00000000 00000000     0        0 81234 1 0000000000000000 20 4 30 10 -1";
        let socket = parse_one(Protocol::Tcp, line).unwrap();
        assert_eq!(socket.state, SocketState::Connected);
        assert_eq!(socket.local, ("172.18.0.2".parse().unwrap(), 40014));
        assert_eq!(socket.remote, ("172.18.0.3".parse().unwrap(), 5432));
        assert_eq!(socket.inode, 81234);
    }

    #[test]
    fn mapped_addresses_are_plain_ones() {
        let line = "   0: 0000000000000000FFFF0000020012AC:0050 0000000000000000FFFF0000030012AC:8000 06 00000000:00000000 03:000012F0 00000000     0        0 0 3 0000000000000000";
        let socket = parse_one(Protocol::Tcp, line).unwrap();
        assert_eq!(socket.local, ("172.18.0.2".parse().unwrap(), 80));
        assert_eq!((socket.state, socket.inode), (SocketState::Connected, 0));
    }

    #[test]
    fn half_open_connections_are_ignored() {
        let asked = "   1: 020012AC:9C4E 030012AC:1538 02 00000001:00000000 01:00000010 00000000     0        0 7 2 0";
        assert_eq!(parse_one(Protocol::Tcp, asked), None);
        assert_eq!(parse_one(Protocol::Tcp, "garbage"), None);
        assert_eq!(parse_one(Protocol::Tcp, ""), None);
    }

    #[test]
    fn listening_sockets_are_found() {
        let line = "   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0";
        assert_eq!(parse_one(Protocol::Tcp, line).map(|s| s.state), Some(SocketState::Listening));
        let bound = "  10: 00000000:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 5 2 0 0";
        assert_eq!(parse_one(Protocol::Udp, bound).map(|s| s.state), Some(SocketState::Listening));
    }
}

//! Addresses behind the kind of their socket, as mail servers and their filters write them: `inet:host:port`,
//! `lmtp:inet:host:port`, `[host]:port` (Postfix, `socketmap_table(5)`, transport(5) and `MILTER_README`), `inet:port@host`
//! (libmilter, `smfi_setconn`), `dns:host:port` (gRPC, "gRPC Name Resolution").

use super::{Found, Shape, authority::member};
use crate::{
    decode::port_number,
    model::{Address, Host},
};

/// Kinds that lead to a host.
const NETWORK: &[&str] = &[
    "inet", "inet4", "inet6", "tcp", "tcp4", "tcp6", "udp", "ssl", "tls", "smtp", "smtps", "lmtp", "relay",
    "proxy", "dns", "ipv4", "ipv6",
];
/// Kinds that lead to this machine.
const LOCAL: &[&str] = &["unix", "local", "fifo", "pipe", "file", "unixgram"];

/// Reads one such address. Returns `None` for any other text.
pub(super) fn read(text: &str) -> Option<Vec<Found>> {
    if let Some(found) = bracketed(text) {
        return Some(vec![found]);
    }
    let (kind, rest) = text.split_once(':')?;
    if LOCAL.contains(&kind) && rest.starts_with(['/', '.']) {
        return Some(Vec::new());
    }
    NETWORK.contains(&kind).then_some(())?;
    let milter = rest.split_once('@').and_then(|(port, host)| {
        let address = Address::of(Host::parse(host)?);
        Some(Found::new(Shape::HostPort, Address { port: Some(port_number(port)?), ..address }))
    });
    if let Some(found) = milter {
        return Some(vec![found]);
    }
    let plain = || {
        let address = member(rest)?.address().filter(|address| address.port.is_some())?;
        Some(vec![Found::new(Shape::HostPort, address)])
    };
    read(rest).or_else(plain)
}

/// `[host]:port` or `[host]`, where the brackets ask for no look-up of mail exchangers.
fn bracketed(text: &str) -> Option<Found> {
    let (host, rest) = text.strip_prefix('[')?.split_once(']')?;
    let port = if rest.is_empty() { None } else { Some(port_number(rest.strip_prefix(':')?)?) };
    let shape = if port.is_some() { Shape::HostPort } else { Shape::Word };
    Some(Found::new(shape, Address { port, ..Address::of(Host::parse(host)?) }))
}

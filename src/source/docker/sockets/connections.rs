//! Connections between containers, derived from their sockets, with the caller and the callee of each.
//!
//! The callee is the end that listens. If Portolan can't tell which end listens, it reports no connection,
//! because a wrong edge is worse than a missing one.

use super::table::{Protocol, Socket, SocketState};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
};

/// Network namespace with its sockets.
#[derive(Clone, Debug, Default)]
pub(super) struct SocketNamespace {
    /// Containers in the namespace.
    pub(super) members: Vec<NamespaceMember>,
    /// Position of the container that owns the namespace, in the list of all containers. `None` for the
    /// host's own namespace.
    pub(super) owner: Option<usize>,
    /// IP addresses of the namespace.
    pub(super) ips: BTreeSet<IpAddr>,
    /// True for the host's own namespace.
    pub(super) is_host: bool,
    /// Sockets in the namespace.
    pub(super) sockets: Vec<Socket>,
}

/// Container in a namespace.
#[derive(Clone, Debug, Default)]
pub(super) struct NamespaceMember {
    /// Position in the list of all containers.
    pub(super) container: usize,
    /// Inodes of the sockets that the container's processes hold. `None` if the container is alone in the
    /// namespace, so that it holds all sockets.
    pub(super) inodes: Option<BTreeSet<u64>>,
}

/// Connection derived from sockets. `from` is the position of the calling container in the list of all
/// containers, `to` the called end, and `port` the called port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SocketConnection {
    pub(super) from: usize,
    pub(super) to: ConnectionTarget,
    pub(super) port: u16,
}

/// Called end of a connection: a container, or an address of no container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ConnectionTarget {
    /// Container, by its position in the list of all containers.
    Container(usize),
    /// Address that belongs to no container.
    Address(IpAddr),
}

/// Container port to which a published port of the host leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PublishedPort {
    /// Position of the publishing container in the list of all containers.
    pub(super) container: usize,
    /// Port in that container's namespace.
    pub(super) port: u16,
}

/// Docker's DNS server, which listens inside each namespace (libnetwork's `resolver`). Portolan reports no
/// connections to it.
const DOCKER_NAME_SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// Lowest ephemeral port of Linux by default (`ip_local_port_range`). Servers rarely listen on a port above
/// it.
const MIN_EPHEMERAL_PORT: u16 = 32_768;

/// Finds all connections that the sockets of `namespaces` show. `published` maps each published host port to
/// its container port, and `host_addresses` are the host's own addresses.
pub(super) fn find_connections(
    namespaces: &[SocketNamespace],
    published: &BTreeMap<u16, PublishedPort>,
    host_addresses: &BTreeSet<IpAddr>,
) -> BTreeSet<SocketConnection> {
    let known = ConnectionFinder {
        listeners: namespaces.iter().map(namespace_listeners).collect(),
        namespaces,
        published,
        host_addresses,
    };
    let mut calls = BTreeSet::new();
    for (place, namespace) in namespaces.iter().enumerate() {
        let connected = namespace.sockets.iter().filter(|s| s.state == SocketState::Connected);
        calls.extend(connected.filter_map(|socket| known.connection(place, socket)));
    }
    calls.retain(|call| call.to != ConnectionTarget::Container(call.from));
    calls
}

/// Listening container for each protocol and port, by its position in the list of all containers; `None` if
/// the container is unknown.
pub(super) type NamespaceListeners = BTreeMap<(Protocol, u16), Option<usize>>;

/// Returns the ports on which processes in a namespace listen, each with the listening container.
pub(super) fn namespace_listeners(namespace: &SocketNamespace) -> NamespaceListeners {
    let waiting = namespace
        .sockets
        .iter()
        .filter(|s| s.state == SocketState::Listening && s.local.0 != DOCKER_NAME_SERVER);
    waiting.map(|s| ((s.protocol, s.local.1), namespace.socket_holder(s.inode))).collect()
}

impl SocketNamespace {
    /// Returns the container that holds a socket, or `None` if no known container does.
    fn socket_holder(&self, inode: u64) -> Option<usize> {
        let mut owners = self.members.iter().filter(|m| m.inodes.as_ref().is_none_or(|i| i.contains(&inode)));
        owners.next().map(|member| member.container)
    }
}

/// Finder of connections, with the sockets and listening ports of all namespaces.
struct ConnectionFinder<'a> {
    namespaces: &'a [SocketNamespace],
    listeners: Vec<NamespaceListeners>,
    published: &'a BTreeMap<u16, PublishedPort>,
    host_addresses: &'a BTreeSet<IpAddr>,
}

impl ConnectionFinder<'_> {
    /// Returns the connection that has the connected socket `socket` as one end. `here` is the index of the
    /// socket's namespace. Returns `None` if the caller or the callee can't be determined.
    fn connection(&self, here: usize, socket: &Socket) -> Option<SocketConnection> {
        let (remote, port) = socket.remote;
        if remote == DOCKER_NAME_SERVER || remote.is_unspecified() || remote.is_multicast() {
            return None;
        }
        let namespace = &self.namespaces[here];
        let there = if remote.is_loopback() { Some(here) } else { self.namespace_of_ip(remote) };
        if let Some(callee) = self.listeners[here].get(&(socket.protocol, socket.local.1)) {
            // This namespace is the callee's. The caller is known only if it is the only container in its
            // namespace.
            let (callee, caller) = ((*callee)?, self.only_member(there.filter(|t| *t != here)?)?);
            return Some(SocketConnection {
                from: caller,
                to: ConnectionTarget::Container(callee),
                port: socket.local.1,
            });
        }
        let from = match socket.inode {
            0 => self.only_member(here)?,
            inode => namespace.socket_holder(inode)?,
        };
        let to = match there.and_then(|there| self.listener(there, socket.protocol, port)) {
            Some(listener) => ConnectionTarget::Container(listener),
            None if self.host_addresses.contains(&remote) => ConnectionTarget::Container(
                self.published_listener(socket.protocol, *self.published.get(&port)?),
            ),
            None if there.is_none() && port < MIN_EPHEMERAL_PORT => ConnectionTarget::Address(remote),
            None => return None,
        };
        Some(SocketConnection { from, to, port })
    }

    /// Returns the container that listens on `port` in a namespace, or `None` if the container is unknown.
    fn listener(&self, namespace: usize, protocol: Protocol, port: u16) -> Option<usize> {
        self.listeners[namespace].get(&(protocol, port)).copied().flatten()
    }

    /// Returns the container behind a published port. That is the container that listens in the publishing
    /// container's namespace, or the publishing container itself if the listener is unknown.
    fn published_listener(&self, protocol: Protocol, published: PublishedPort) -> usize {
        let owner = |n: &SocketNamespace| n.owner == Some(published.container);
        let there = self.namespaces.iter().position(owner);
        there.and_then(|there| self.listener(there, protocol, published.port)).unwrap_or(published.container)
    }

    /// Returns the index of the namespace with the address `ip`. Returns `None` if no namespace or several
    /// have it.
    fn namespace_of_ip(&self, ip: IpAddr) -> Option<usize> {
        let mut places = self.namespaces.iter().enumerate().filter(|(_, n)| n.ips.contains(&ip));
        places.next().map(|(place, _)| place).filter(|_| places.next().is_none())
    }

    /// Returns the only container of a namespace. Returns `None` if it has several containers or is the
    /// host's namespace.
    fn only_member(&self, place: usize) -> Option<usize> {
        match &self.namespaces[place] {
            SocketNamespace { is_host: false, members, .. } => match &members[..] {
                [NamespaceMember { container, inodes: None }] => Some(*container),
                _ => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([172, 18, 0, last])
    }

    fn socket(stage: SocketState, local: (IpAddr, u16), remote: (IpAddr, u16), inode: u64) -> Socket {
        Socket { protocol: Protocol::Tcp, state: stage, local, remote, inode }
    }

    fn listening_socket(port: u16, inode: u64) -> Socket {
        let any = IpAddr::from([0, 0, 0, 0]);
        socket(SocketState::Listening, (any, port), (any, 0), inode)
    }

    fn single_container(container: usize, last: u8, sockets: Vec<Socket>) -> SocketNamespace {
        let members = vec![NamespaceMember { container, inodes: None }];
        SocketNamespace {
            members,
            owner: Some(container),
            ips: BTreeSet::from([ip(last)]),
            is_host: false,
            sockets,
        }
    }

    fn found_connections(namespaces: &[SocketNamespace]) -> Vec<(usize, ConnectionTarget, u16)> {
        let calls = find_connections(
            namespaces,
            &BTreeMap::from([(8080, PublishedPort { container: 1, port: 80 })]),
            &BTreeSet::from([ip(1)]),
        );
        calls.into_iter().map(|c| (c.from, c.to, c.port)).collect()
    }

    #[test]
    fn the_listening_end_is_the_called_one() {
        let to_db = socket(SocketState::Connected, (ip(2), 40_000), (ip(3), 5432), 7);
        let from_web = socket(SocketState::Connected, (ip(3), 5432), (ip(2), 40_000), 0);
        let web = |sockets| single_container(0, 2, sockets);
        let db = |more: Vec<Socket>| single_container(1, 3, [vec![listening_socket(5432, 1)], more].concat());
        let expected = [(0, ConnectionTarget::Container(1), 5432)];
        assert_eq!(found_connections(&[web(vec![to_db.clone()]), db(vec![])]), expected);
        assert_eq!(
            found_connections(&[web(vec![]), db(vec![from_web.clone()])]),
            expected,
            "the called end is enough"
        );
        assert_eq!(found_connections(&[web(vec![to_db]), db(vec![from_web])]), expected, "and both are one");
    }

    #[test]
    fn no_connection_without_a_known_listener() {
        let stray = socket(SocketState::Connected, (ip(2), 40_000), (ip(3), 41_000), 7);
        assert_eq!(
            found_connections(&[single_container(0, 2, vec![stray]), single_container(1, 3, vec![])]),
            []
        );
    }

    #[test]
    fn a_shared_namespace_is_split_by_socket_holder() {
        let loopback = IpAddr::from([127, 0, 0, 1]);
        let to_sidecar = socket(SocketState::Connected, (loopback, 40_000), (loopback, 6379), 7);
        let from_main = socket(SocketState::Connected, (loopback, 6379), (loopback, 40_000), 9);
        let members = vec![
            NamespaceMember { container: 0, inodes: Some(BTreeSet::from([7])) },
            NamespaceMember { container: 1, inodes: Some(BTreeSet::from([8, 9])) },
        ];
        let sockets = vec![listening_socket(6379, 8), to_sidecar, from_main];
        let shared = SocketNamespace {
            members,
            owner: Some(0),
            ips: BTreeSet::from([ip(2)]),
            is_host: false,
            sockets,
        };
        assert_eq!(found_connections(&[shared]), [(0, ConnectionTarget::Container(1), 6379)]);
    }

    #[test]
    fn a_published_port_leads_to_the_container_behind_it() {
        let to_host = socket(SocketState::Connected, (ip(2), 40_000), (ip(1), 8080), 7);
        let closed = socket(SocketState::Connected, (ip(2), 40_001), (ip(1), 9999), 7);
        let all = [
            single_container(0, 2, vec![to_host, closed]),
            single_container(1, 3, vec![listening_socket(80, 1)]),
        ];
        assert_eq!(found_connections(&all), [(0, ConnectionTarget::Container(1), 8080)]);
    }

    #[test]
    fn a_published_port_leads_to_the_guest_that_listens_there() {
        let to_host = socket(SocketState::Connected, (ip(2), 40_000), (ip(1), 8080), 7);
        let member = |container, inode| NamespaceMember { container, inodes: Some(BTreeSet::from([inode])) };
        let shared = SocketNamespace {
            members: vec![member(1, 5), member(2, 6)],
            owner: Some(1),
            ips: BTreeSet::from([ip(3)]),
            is_host: false,
            sockets: vec![listening_socket(80, 6)],
        };
        assert_eq!(
            found_connections(&[single_container(0, 2, vec![to_host]), shared]),
            [(0, ConnectionTarget::Container(2), 8080)]
        );
    }

    #[test]
    fn queries_to_the_name_server_are_ignored() {
        let ask = socket(SocketState::Connected, (ip(2), 40_000), (DOCKER_NAME_SERVER, 53), 7);
        assert_eq!(found_connections(&[single_container(0, 2, vec![ask])]), []);
    }

    #[test]
    fn an_unknown_address_is_kept() {
        let far = socket(SocketState::Connected, (ip(2), 40_000), (ip(77), 443), 7);
        let data = socket(SocketState::Connected, (ip(2), 21), (ip(77), 50_123), 7);
        assert_eq!(
            found_connections(&[single_container(0, 2, vec![far, data])]),
            [(0, ConnectionTarget::Address(ip(77)), 443)]
        );
    }
}

//! Sockets become connections between containers: who opened which to whom.
//!
//! The end that listens was called. Where neither end is known to listen, nothing is said: a wrong line is worse than
//! a missing one.

use super::table::{Protocol, Socket, Stage};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
};

/// One network namespace as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Namespace {
    /// The containers in it, by their place in the list of all.
    pub(super) members: Vec<Member>,
    /// The container that lends it, by its place in the list of all.
    pub(super) lender: Option<usize>,
    /// Its addresses.
    pub(super) ips: BTreeSet<IpAddr>,
    /// Whether it is the host's own.
    pub(super) host: bool,
    /// Its sockets.
    pub(super) sockets: Vec<Socket>,
}

/// A container in a namespace.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    /// Its place in the list of all containers.
    pub(super) container: usize,
    /// The sockets that its processes hold; none where it has the namespace to itself.
    pub(super) inodes: Option<BTreeSet<u64>>,
}

/// A connection: the container that opened it, and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    pub(super) from: usize,
    pub(super) to: Callee,
    pub(super) port: u16,
}

/// Where a connection leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Callee {
    /// To a container, by its place in the list of all.
    Container(usize),
    /// To an address that no container has.
    Address(IpAddr),
}

/// What is behind a port of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// The container that publishes the port, by its place in the list of all.
    pub(super) container: usize,
    /// The port in that container's namespace.
    pub(super) port: u16,
}

/// The engine's own name server, which listens inside each namespace (libnetwork's `resolver`).
const NAME_SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// The lowest port that Linux gives to a caller by default (`ip_local_port_range`): a higher one is hardly ever
/// listened on by design.
const EPHEMERAL: u16 = 32_768;

/// All connections between `namespaces`. `published` has what is behind each port of the host.
pub(super) fn calls(
    namespaces: &[Namespace],
    published: &BTreeMap<u16, Published>,
    host_ips: &BTreeSet<IpAddr>,
) -> BTreeSet<Call> {
    let known =
        Known { listening: namespaces.iter().map(listening).collect(), namespaces, published, host_ips };
    let mut calls = BTreeSet::new();
    for (place, namespace) in namespaces.iter().enumerate() {
        let connected = namespace.sockets.iter().filter(|s| s.stage == Stage::Connected);
        calls.extend(connected.filter_map(|socket| known.call(place, socket)));
    }
    calls.retain(|call| call.to != Callee::Container(call.from));
    calls
}

pub(super) type Listening = BTreeMap<(Protocol, u16), Option<usize>>;

/// What a namespace listens on, and which container does; none where that can't be told.
pub(super) fn listening(namespace: &Namespace) -> Listening {
    let waiting =
        namespace.sockets.iter().filter(|s| s.stage == Stage::Listening && s.local.0 != NAME_SERVER);
    waiting.map(|s| ((s.protocol, s.local.1), namespace.owner(s.inode))).collect()
}

impl Namespace {
    /// The container that holds a socket.
    fn owner(&self, inode: u64) -> Option<usize> {
        let mut owners = self.members.iter().filter(|m| m.inodes.as_ref().is_none_or(|i| i.contains(&inode)));
        owners.next().map(|member| member.container)
    }
}

/// What is known while sockets are turned into calls.
struct Known<'a> {
    namespaces: &'a [Namespace],
    listening: Vec<Listening>,
    published: &'a BTreeMap<u16, Published>,
    host_ips: &'a BTreeSet<IpAddr>,
}

impl Known<'_> {
    /// The call that a connected socket of the namespace at `here` is an end of.
    fn call(&self, here: usize, socket: &Socket) -> Option<Call> {
        let (remote, port) = socket.remote;
        if remote == NAME_SERVER || remote.is_unspecified() || remote.is_multicast() {
            return None;
        }
        let namespace = &self.namespaces[here];
        let there = if remote.is_loopback() { Some(here) } else { self.place(remote) };
        if let Some(callee) = self.listening[here].get(&(socket.protocol, socket.local.1)) {
            // It was called. Who called is known where the other end belongs to one container alone.
            let (callee, caller) = ((*callee)?, self.only_member(there.filter(|t| *t != here)?)?);
            return Some(Call { from: caller, to: Callee::Container(callee), port: socket.local.1 });
        }
        let from = match socket.inode {
            0 => self.only_member(here)?,
            inode => namespace.owner(inode)?,
        };
        let to = match there.and_then(|there| self.listener(there, socket.protocol, port)) {
            Some(listener) => Callee::Container(listener),
            None if self.host_ips.contains(&remote) => {
                Callee::Container(self.behind(socket.protocol, *self.published.get(&port)?))
            }
            None if there.is_none() && port < EPHEMERAL => Callee::Address(remote),
            None => return None,
        };
        Some(Call { from, to, port })
    }

    /// The container that listens on that port of a namespace, where that can be told.
    fn listener(&self, namespace: usize, protocol: Protocol, port: u16) -> Option<usize> {
        self.listening[namespace].get(&(protocol, port)).copied().flatten()
    }

    /// The container behind a published port: the one that listens there in the namespace, which another may lend.
    fn behind(&self, protocol: Protocol, published: Published) -> usize {
        let lender = |n: &Namespace| n.lender == Some(published.container);
        let there = self.namespaces.iter().position(lender);
        there.and_then(|there| self.listener(there, protocol, published.port)).unwrap_or(published.container)
    }

    /// The namespace that has that address, if it is one alone.
    fn place(&self, ip: IpAddr) -> Option<usize> {
        let mut places = self.namespaces.iter().enumerate().filter(|(_, n)| n.ips.contains(&ip));
        places.next().map(|(place, _)| place).filter(|_| places.next().is_none())
    }

    /// The container that has a namespace to itself.
    fn only_member(&self, place: usize) -> Option<usize> {
        match &self.namespaces[place] {
            Namespace { host: false, members, .. } => match &members[..] {
                [Member { container, inodes: None }] => Some(*container),
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

    fn socket(stage: Stage, local: (IpAddr, u16), remote: (IpAddr, u16), inode: u64) -> Socket {
        Socket { protocol: Protocol::Tcp, stage, local, remote, inode }
    }

    fn listens(port: u16, inode: u64) -> Socket {
        let any = IpAddr::from([0, 0, 0, 0]);
        socket(Stage::Listening, (any, port), (any, 0), inode)
    }

    fn alone(container: usize, last: u8, sockets: Vec<Socket>) -> Namespace {
        let members = vec![Member { container, inodes: None }];
        Namespace { members, lender: Some(container), ips: BTreeSet::from([ip(last)]), host: false, sockets }
    }

    fn found(namespaces: &[Namespace]) -> Vec<(usize, Callee, u16)> {
        let calls = calls(
            namespaces,
            &BTreeMap::from([(8080, Published { container: 1, port: 80 })]),
            &BTreeSet::from([ip(1)]),
        );
        calls.into_iter().map(|c| (c.from, c.to, c.port)).collect()
    }

    #[test]
    fn who_listens_was_called_whichever_end_tells() {
        let to_db = socket(Stage::Connected, (ip(2), 40_000), (ip(3), 5432), 7);
        let from_web = socket(Stage::Connected, (ip(3), 5432), (ip(2), 40_000), 0);
        let web = |sockets| alone(0, 2, sockets);
        let db = |more: Vec<Socket>| alone(1, 3, [vec![listens(5432, 1)], more].concat());
        let expected = [(0, Callee::Container(1), 5432)];
        assert_eq!(found(&[web(vec![to_db.clone()]), db(vec![])]), expected);
        assert_eq!(found(&[web(vec![]), db(vec![from_web.clone()])]), expected, "the called end is enough");
        assert_eq!(found(&[web(vec![to_db]), db(vec![from_web])]), expected, "and both are one");
    }

    #[test]
    fn where_nobody_listens_nothing_is_said() {
        let stray = socket(Stage::Connected, (ip(2), 40_000), (ip(3), 41_000), 7);
        assert_eq!(found(&[alone(0, 2, vec![stray]), alone(1, 3, vec![])]), []);
    }

    #[test]
    fn containers_that_share_a_namespace_are_told_apart_by_who_holds_the_socket() {
        let loopback = IpAddr::from([127, 0, 0, 1]);
        let to_sidecar = socket(Stage::Connected, (loopback, 40_000), (loopback, 6379), 7);
        let from_main = socket(Stage::Connected, (loopback, 6379), (loopback, 40_000), 9);
        let members = vec![
            Member { container: 0, inodes: Some(BTreeSet::from([7])) },
            Member { container: 1, inodes: Some(BTreeSet::from([8, 9])) },
        ];
        let sockets = vec![listens(6379, 8), to_sidecar, from_main];
        let shared =
            Namespace { members, lender: Some(0), ips: BTreeSet::from([ip(2)]), host: false, sockets };
        assert_eq!(found(&[shared]), [(0, Callee::Container(1), 6379)]);
    }

    #[test]
    fn a_published_port_leads_to_the_container_behind_it() {
        let to_host = socket(Stage::Connected, (ip(2), 40_000), (ip(1), 8080), 7);
        let closed = socket(Stage::Connected, (ip(2), 40_001), (ip(1), 9999), 7);
        let all = [alone(0, 2, vec![to_host, closed]), alone(1, 3, vec![listens(80, 1)])];
        assert_eq!(found(&all), [(0, Callee::Container(1), 8080)]);
    }

    #[test]
    fn a_published_port_leads_to_the_guest_that_listens_there() {
        let to_host = socket(Stage::Connected, (ip(2), 40_000), (ip(1), 8080), 7);
        let member = |container, inode| Member { container, inodes: Some(BTreeSet::from([inode])) };
        let shared = Namespace {
            members: vec![member(1, 5), member(2, 6)],
            lender: Some(1),
            ips: BTreeSet::from([ip(3)]),
            host: false,
            sockets: vec![listens(80, 6)],
        };
        assert_eq!(found(&[alone(0, 2, vec![to_host]), shared]), [(0, Callee::Container(2), 8080)]);
    }

    #[test]
    fn the_engines_name_server_is_nobody() {
        let ask = socket(Stage::Connected, (ip(2), 40_000), (NAME_SERVER, 53), 7);
        assert_eq!(found(&[alone(0, 2, vec![ask])]), []);
    }

    #[test]
    fn an_address_that_nobody_here_has_is_kept_as_one() {
        let far = socket(Stage::Connected, (ip(2), 40_000), (ip(77), 443), 7);
        let data = socket(Stage::Connected, (ip(2), 21), (ip(77), 50_123), 7);
        assert_eq!(found(&[alone(0, 2, vec![far, data])]), [(0, Callee::Address(ip(77)), 443)]);
    }
}

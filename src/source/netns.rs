//! Network namespaces that several containers share (`container:`, `service:`, host mode), and the member
//! that listens on each port.
//!
//! Traffic to a namespace uses the names, addresses and published ports of its owner, the container that
//! created it. But the traffic ends at the member that listens on the port. For example, a VPN container owns
//! a namespace, but the containers that share it listen on most of its ports.

use crate::topology::Product;
use std::collections::{BTreeMap, BTreeSet};

/// Names of the loopback address.
pub(super) const LOOPBACK_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Evidence about the ports on which one member of a shared namespace listens.
#[derive(Clone, Debug, Default)]
pub(super) struct MemberPorts {
    /// Ports on which the container was observed to listen.
    pub(super) listening: BTreeSet<u16>,
    /// Ports that the container's image or options declare.
    pub(super) exposed: BTreeSet<u16>,
    /// Container ports that are published on the host. The engine declares them as exposed by the owner,
    /// although another member may listen.
    pub(super) published: BTreeSet<u16>,
    /// Product that the container runs; `None` if unknown.
    pub(super) product: Option<&'static Product>,
}

/// Listening member of each port in a shared namespace, as [`find_listeners`] returns it. A number is a
/// position in the list of members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listeners {
    /// Member that listens on each known port.
    pub(super) by_port: BTreeMap<u16, usize>,
    /// Member that is taken to listen on all other ports.
    pub(super) default_member: usize,
}

/// Returns the member that listens on each port. The first of `members` owns the namespace.
pub(super) fn find_listeners(members: &[MemberPorts]) -> Listeners {
    // If a container neither listens on a port nor exposes one, the default ports of its product count.
    let known = |member: &MemberPorts| match member.product {
        Some(product) if member.listening.is_empty() && member.exposed.is_empty() => product.default_ports(),
        _ => &[],
    };
    let ports: BTreeSet<u16> = members
        .iter()
        .flat_map(|m| m.listening.iter().chain(&m.exposed).chain(&m.published).chain(known(m)).copied())
        .collect();
    let elsewhere = match members {
        // Some owners only provide the network, such as a VPN. If there is exactly one other member, it
        // listens on all other ports.
        [owner, _] if owner.product.is_some_and(Product::is_network_provider) => 1,
        _ => 0,
    };
    let only = |fits: &dyn Fn(&MemberPorts) -> bool| {
        let mut found = members.iter().enumerate().filter(|(_, member)| fits(member));
        found.next().map(|(place, _)| place).filter(|_| found.next().is_none())
    };
    let guest = |port: u16| {
        let mut guests = members.iter().enumerate().skip(1).filter(|(_, m)| m.exposed.contains(&port));
        guests.next().map(|(place, _)| place).filter(|_| guests.next().is_none())
    };
    let own = |port: u16| {
        let owner = members.first()?;
        (owner.exposed.contains(&port) && !owner.published.contains(&port)).then_some(0)
    };
    let at = ports.into_iter().map(|port| {
        let listens = only(&|m| m.listening.contains(&port))
            .or_else(|| guest(port))
            .or_else(|| own(port))
            .or_else(|| only(&|m| known(m).contains(&port)));
        (port, listens.unwrap_or(elsewhere))
    });
    Listeners { by_port: at.collect(), default_member: elsewhere }
}

impl Listeners {
    /// Returns the position of the member that listens on `port`.
    pub(super) fn member_at(&self, port: u16) -> usize {
        self.by_port.get(&port).copied().unwrap_or(self.default_member)
    }

    /// Returns the ports on which calls to the owner's names reach the member at position `place`. For the
    /// default member, returns a single `None`, which stands for all ports without another listener.
    pub(super) fn ports_of(&self, place: usize) -> Vec<Option<u16>> {
        let ports =
            self.by_port.iter().filter(|(_, behind)| **behind == place && place != self.default_member);
        let all = (place == self.default_member).then_some(None);
        all.into_iter().chain(ports.map(|(port, _)| Some(*port))).collect()
    }

    /// Returns the ports that `by_port` assigns to the member at position `place`.
    pub(super) fn known_ports_of(&self, place: usize) -> impl Iterator<Item = u16> {
        self.by_port.iter().filter(move |(_, behind)| **behind == place).map(|(port, _)| *port)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listeners, MemberPorts, find_listeners};
    use crate::topology::Product;
    use std::collections::BTreeSet;

    fn exposing(ports: &[u16]) -> MemberPorts {
        MemberPorts { exposed: ports.iter().copied().collect(), ..MemberPorts::default() }
    }

    fn member_behind(members: &[MemberPorts], port: u16) -> usize {
        find_listeners(members).member_at(port)
    }

    #[test]
    fn a_published_port_belongs_to_the_member_that_exposes_it() {
        let owner = MemberPorts { published: BTreeSet::from([8080]), ..exposing(&[8080, 1194]) };
        let members = [owner, exposing(&[8080]), exposing(&[])];
        assert_eq!(member_behind(&members, 8080), 1);
        assert_eq!(member_behind(&members, 1194), 0, "the owner's own port");
        assert_eq!(member_behind(&members, 9999), 0, "nobody is known to listen");
    }

    #[test]
    fn an_observed_port_wins_over_an_exposed_port() {
        let seen = MemberPorts { listening: BTreeSet::from([8080]), ..MemberPorts::default() };
        assert_eq!(member_behind(&[exposing(&[]), exposing(&[8080]), seen], 8080), 2);
    }

    #[test]
    fn a_product_listens_on_its_own_port() {
        let redis = MemberPorts { product: Product::of_image("redis:7"), ..MemberPorts::default() };
        assert_eq!(member_behind(&[exposing(&[80]), exposing(&[]), redis], 6379), 2);
    }

    #[test]
    fn a_port_that_two_members_expose_goes_to_the_default_member() {
        assert_eq!(member_behind(&[exposing(&[]), exposing(&[80]), exposing(&[80])], 80), 0);
    }

    #[test]
    fn the_only_other_member_of_a_vpn_namespace_is_the_default() {
        let vpn = MemberPorts { product: Product::of_image("qmcgaw/gluetun"), ..exposing(&[8888]) };
        let members = [vpn, exposing(&[])];
        assert_eq!(member_behind(&members, 80), 1);
        assert_eq!(member_behind(&members, 8888), 0, "the VPN's own proxy");
        let Listeners { default_member: elsewhere, .. } = find_listeners(&members);
        assert_eq!(elsewhere, 1);
    }
}

//! Network namespaces that several containers share (`container:`, `service:`, host mode): who of them listens where.
//!
//! The one that lends its network has the names, the addresses and the published ports. What is sent there ends at the
//! member that listens on the port, which is mostly another one: a VPN container with programs behind it listens on
//! nothing itself.

use crate::topology::Product;
use std::collections::{BTreeMap, BTreeSet};

/// The names of the loopback address.
pub(super) const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What is known of the ports of one member.
#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    /// The ports that it was seen listening on.
    pub(super) listening: BTreeSet<u16>,
    /// The ports that its image or options declare.
    pub(super) exposed: BTreeSet<u16>,
    /// Its own ports that are published on the host. The engine declares those too, whoever listens.
    pub(super) published: BTreeSet<u16>,
    /// What it runs, where that is a known product.
    pub(super) product: Option<&'static Product>,
}

/// Who listens where, as places in the list of members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Listeners {
    /// The member behind each port of which something is known.
    pub(super) at: BTreeMap<u16, usize>,
    /// The member behind all others.
    pub(super) elsewhere: usize,
}

/// Finds who listens where among `members`, the first of which lends its network.
pub(super) fn listeners(members: &[Member]) -> Listeners {
    // The ports of a product stand in for what its container declares.
    let known = |member: &Member| match member.product {
        Some(product) if member.listening.is_empty() && member.exposed.is_empty() => product.ports(),
        _ => &[],
    };
    let ports: BTreeSet<u16> = members
        .iter()
        .flat_map(|m| m.listening.iter().chain(&m.exposed).chain(&m.published).chain(known(m)).copied())
        .collect();
    let elsewhere = match members {
        // What only lends its network to one other answers nothing itself.
        [lender, _] if lender.product.is_some_and(Product::only_lends_its_network) => 1,
        _ => 0,
    };
    let only = |fits: &dyn Fn(&Member) -> bool| {
        let mut found = members.iter().enumerate().filter(|(_, member)| fits(member));
        found.next().map(|(place, _)| place).filter(|_| found.next().is_none())
    };
    let guest = |port: u16| {
        let mut guests = members.iter().enumerate().skip(1).filter(|(_, m)| m.exposed.contains(&port));
        guests.next().map(|(place, _)| place).filter(|_| guests.next().is_none())
    };
    let own = |port: u16| {
        let lender = members.first()?;
        (lender.exposed.contains(&port) && !lender.published.contains(&port)).then_some(0)
    };
    let at = ports.into_iter().map(|port| {
        let listens = only(&|m| m.listening.contains(&port))
            .or_else(|| guest(port))
            .or_else(|| own(port))
            .or_else(|| only(&|m| known(m).contains(&port)));
        (port, listens.unwrap_or(elsewhere))
    });
    Listeners { at: at.collect(), elsewhere }
}

impl Listeners {
    /// The member that listens on `port`.
    pub(super) fn behind(&self, port: u16) -> usize {
        self.at.get(&port).copied().unwrap_or(self.elsewhere)
    }

    /// The ports at which `place` answers to the names of the lender; `None` stands for all that are not known to be
    /// another's.
    pub(super) fn of(&self, place: usize) -> Vec<Option<u16>> {
        let ports = self.at.iter().filter(|(_, behind)| **behind == place && place != self.elsewhere);
        let all = (place == self.elsewhere).then_some(None);
        all.into_iter().chain(ports.map(|(port, _)| Some(*port))).collect()
    }

    /// The ports at which `place` is known to listen.
    pub(super) fn known(&self, place: usize) -> impl Iterator<Item = u16> {
        self.at.iter().filter(move |(_, behind)| **behind == place).map(|(port, _)| *port)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listeners, Member, listeners};
    use crate::topology::Product;
    use std::collections::BTreeSet;

    fn exposing(ports: &[u16]) -> Member {
        Member { exposed: ports.iter().copied().collect(), ..Member::default() }
    }

    fn behind(members: &[Member], port: u16) -> usize {
        listeners(members).behind(port)
    }

    #[test]
    fn a_published_port_of_the_lender_is_the_guests_that_declares_it() {
        let lender = Member { published: BTreeSet::from([8080]), ..exposing(&[8080, 1194]) };
        let members = [lender, exposing(&[8080]), exposing(&[])];
        assert_eq!(behind(&members, 8080), 1);
        assert_eq!(behind(&members, 1194), 0, "the lender's own");
        assert_eq!(behind(&members, 9999), 0, "nobody is known to listen");
    }

    #[test]
    fn what_was_seen_is_believed_before_what_is_declared() {
        let seen = Member { listening: BTreeSet::from([8080]), ..Member::default() };
        assert_eq!(behind(&[exposing(&[]), exposing(&[8080]), seen], 8080), 2);
    }

    #[test]
    fn a_product_listens_on_its_own_port() {
        let redis = Member { product: Product::of_image("redis:7"), ..Member::default() };
        assert_eq!(behind(&[exposing(&[80]), exposing(&[]), redis], 6379), 2);
    }

    #[test]
    fn of_two_guests_that_declare_a_port_none_is_guessed() {
        assert_eq!(behind(&[exposing(&[]), exposing(&[80]), exposing(&[80])], 80), 0);
    }

    #[test]
    fn behind_a_vpn_stands_its_only_guest() {
        let vpn = Member { product: Product::of_image("qmcgaw/gluetun"), ..exposing(&[8888]) };
        let members = [vpn, exposing(&[])];
        assert_eq!(behind(&members, 80), 1);
        assert_eq!(behind(&members, 8888), 0, "the VPN's own proxy");
        let Listeners { elsewhere, .. } = listeners(&members);
        assert_eq!(elsewhere, 1);
    }
}

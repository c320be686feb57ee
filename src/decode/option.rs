//! What a container names through the options it is started with: extra hosts, and what is started before it.

use crate::model::{Address, Host, Mention, Place, Target, Text, Via};

/// An extra hosts entry that stands for an address. A name for the host itself makes nobody a caller of it.
#[must_use]
pub fn extra_host(name: &str, address: &str) -> Option<Mention> {
    match Host::named(address) {
        host @ Host::Ip(_) if !host.is_own() => Some(Mention {
            via: Via::ExtraHost,
            place: Place::at(&Text::new(name)),
            target: Target::Address(Address { scheme: None, host, port: None }),
        }),
        _ => None,
    }
}

/// The services that are started before this one.
pub fn start_order<'a>(services: impl IntoIterator<Item = &'a str>) -> Vec<Mention> {
    let names = services.into_iter().map(|name| Text::new(name.trim())).filter(|name| !name.is_empty());
    names
        .map(|name| Mention {
            via: Via::StartOrder,
            place: Place::at("depends_on"),
            target: Target::Peer(name),
        })
        .collect()
}

/// The link to a container or service of that name.
#[must_use]
pub fn link(to: &str) -> Mention {
    Mention { via: Via::Link, place: Place::at("links"), target: Target::Address(Address::name(to)) }
}

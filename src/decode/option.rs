//! What a container names through the options it is started with: extra hosts, and what is started before it.

use crate::model::{Address, Host, Mention, Place, Target, Via, text::clean};

/// An extra hosts entry that stands for an address. A name for the host itself makes nobody a caller of it.
#[must_use]
pub fn extra_host(name: &str, address: &str) -> Option<Mention> {
    let host = Host::parse(address).filter(|host| matches!(host, Host::Ip(_)) && !host.is_own())?;
    let target = Target::Address(Address::of(host));
    Some(Mention { via: Via::ExtraHost, place: Place::at(&clean(name)), target })
}

/// The services that are started before this one.
pub fn start_order<'a>(services: impl IntoIterator<Item = &'a str>) -> Vec<Mention> {
    let names = services.into_iter().map(|name| clean(name.trim())).filter(|name| !name.is_empty());
    names
        .map(|name| Mention {
            via: Via::StartOrder,
            place: Place::at("depends_on"),
            target: Target::Peer(name),
        })
        .collect()
}

/// The link to a container or service of that name; `None` for a text that is no name.
#[must_use]
pub fn link(to: &str) -> Option<Mention> {
    let target = Target::Address(Address::parse_host(to)?);
    Some(Mention { via: Via::Link, place: Place::at("links"), target })
}

//! The services that a container names through the options it is started with: extra hosts, and what is started before it.

use crate::model::{Address, Host, Mention, Place, Target, Text, Via};

/// An extra hosts entry that stands for an address. A name for the host itself makes nobody a caller of it.
#[must_use]
pub fn extra_host(name: &str, address: &str) -> Option<Mention> {
    let host = Host::parse(address).filter(|host| matches!(host, Host::Ip(_)) && !host.is_own())?;
    let target = Target::Address(Address::of(host));
    Some(Mention { via: Via::ExtraHost, place: Place::at(&Text::new(name)), target })
}

/// The services that are started before this one, each with the condition under which that counts as done.
///
/// Compose's `service_completed_successfully` waits for the end of the other service (Compose file reference,
/// `depends_on`), which is then no longer there to be called.
#[must_use]
pub fn start_order<'a>(services: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Mention> {
    let named = services.into_iter().map(|(name, condition)| (Text::new(name.trim()), condition.trim()));
    named
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, condition)| Mention {
            via: if condition == COMPLETED { Via::Completion } else { Via::StartOrder },
            place: Place::at("depends_on"),
            target: Target::Peer(name),
        })
        .collect()
}

/// The condition that the other service has ended well.
const COMPLETED: &str = "service_completed_successfully";

/// The link to a container or service of that name; `None` for a text that is no name.
#[must_use]
pub fn link(to: &str) -> Option<Mention> {
    let target = Target::Address(Address::parse_host(to)?);
    Some(Mention { via: Via::Link, place: Place::at("links"), target })
}

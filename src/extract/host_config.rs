//! References to addresses and services in the options with which a container is started: extra hosts, name
//! servers, links and start order.

use crate::model::{
    Address, Host, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, Setting, Text,
};

/// Returns the reference of an `extra_hosts` entry. Returns `None` if `address` is not an IP address, or is
/// one of the container itself.
#[must_use]
pub fn extra_host_reference(name: &str, address: &str) -> Option<Reference> {
    let host = Host::parse(address).filter(|host| matches!(host, Host::Ip(_)) && !host.refers_to_self())?;
    let target = ReferenceTarget::Address(Address::from_host(host));
    Some(Reference {
        kind: ReferenceKind::ExtraHost,
        location: ReferenceLocation::of(Setting::Other(name.into())),
        target,
    })
}

/// Returns the reference of a name server in the `dns` option. Returns `None` if `address` is not an IP
/// address, or is one of the container itself. The reference counts only if a service of a source has the
/// address as an endpoint, because an outside name server would clutter the map.
#[must_use]
pub fn name_server_reference(address: &str) -> Option<Reference> {
    let host = Host::parse(address).filter(|host| matches!(host, Host::Ip(_)) && !host.refers_to_self())?;
    Some(Reference {
        kind: ReferenceKind::ExtraHost,
        location: ReferenceLocation::of(Setting::Other("dns".into())),
        target: ReferenceTarget::EstateAddress(Address::from_host(host).with_port(DNS_PORT)),
    })
}

/// Port of name servers (RFC 1035 section 4.2).
const DNS_PORT: u16 = 53;

/// Returns the references of a service to the dependencies that start before it. `services` holds the name
/// and the `depends_on` condition of each dependency.
///
/// With Compose's `service_completed_successfully`, the service starts only after the dependency has ended
/// (Compose file reference, `depends_on`), so it can't call the dependency.
#[must_use]
pub fn start_order_references<'a>(services: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Reference> {
    let named = services.into_iter().map(|(name, condition)| (Text::new(name.trim()), condition.trim()));
    named
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, condition)| Reference {
            kind: if condition == COMPLETED_CONDITION {
                ReferenceKind::Completion
            } else {
                ReferenceKind::StartOrder
            },
            location: ReferenceLocation::of(Setting::Other("depends_on".into())),
            target: ReferenceTarget::ServiceName(name),
        })
        .collect()
}

/// The `depends_on` condition under which a service starts only after its dependency has exited successfully.
const COMPLETED_CONDITION: &str = "service_completed_successfully";

/// Returns the reference of a link to the container or service `to`. Returns `None` if `to` is not a valid
/// name.
#[must_use]
pub fn link_reference(to: &str) -> Option<Reference> {
    let target = ReferenceTarget::Address(Address::parse_host(to)?);
    let location = ReferenceLocation::of(Setting::Other("links".into()));
    Some(Reference { kind: ReferenceKind::Link, location, target })
}

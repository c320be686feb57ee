//! Published and exposed ports of a service (Compose Specification, chapter "Services", sections "ports" and
//! "expose").

use crate::source::compose::yaml::{ComposeError, Node, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    ops::RangeInclusive,
};

/// Maximum number of ports to read from one range.
const MAX_PORTS_PER_RANGE: usize = 200;

/// Published and exposed ports of one service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source::compose) struct Ports {
    /// Container ports of published ports, by host port.
    pub(in crate::source::compose) published: BTreeMap<u16, u16>,
    /// Container ports, whether published or not.
    pub(in crate::source::compose) exposed: BTreeSet<u16>,
}

/// Parses the items of `ports`: `8080:80`, `127.0.0.1:8080:80/tcp`, `[::1]:8080:80`, `80`, ranges, or the
/// long form.
pub(in crate::source::compose) fn parse_ports(items: &[Node]) -> Result<Ports, ComposeError> {
    let mut ports = Ports::default();
    for item in items {
        let (published, target) = match &item.value {
            Value::Map(_) => parse_long_form(item),
            _ => parse_short_form(item.text().unwrap_or_default()),
        }
        .map_err(|what| item.at.error(what))?;
        // A range of host ports may lead to a single container port.
        let behind = target.clone().chain(std::iter::repeat(*target.end()));
        ports.published.extend(published.into_iter().flatten().zip(behind).take(MAX_PORTS_PER_RANGE));
        ports.exposed.extend(target.take(MAX_PORTS_PER_RANGE));
    }
    Ok(ports)
}

/// Parses the items of `expose`. Skips invalid ports, because compose does not check them either.
pub(in crate::source::compose) fn parse_exposed(items: &[Node]) -> BTreeSet<u16> {
    let texts = items.iter().filter_map(Node::text);
    let bare = texts.map(|text| text.split_once('/').map_or(text, |(port, _)| port));
    bare.filter_map(|text| parse_range(text).ok()).flat_map(|range| range.take(MAX_PORTS_PER_RANGE)).collect()
}

/// Range of host ports (`None` if no port is published), and range of container ports.
type PortRanges = (Option<RangeInclusive<u16>>, RangeInclusive<u16>);

fn parse_long_form(item: &Node) -> Result<PortRanges, &'static str> {
    let published = item.text_of("published").map(|text| parse_range(&text)).transpose()?;
    let address = item.text_of("host_ip");
    if address.is_some_and(|address| address.parse::<IpAddr>().is_err()) {
        return Err("`host_ip` is not an IP address");
    }
    let target = item.text_of("target").ok_or("this port has no `target`")?;
    Ok((published, parse_range(&target)?))
}

fn parse_short_form(text: &str) -> Result<PortRanges, &'static str> {
    let (text, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if !["tcp", "udp", "sctp"].contains(&protocol.to_ascii_lowercase().as_str()) {
        return Err("the protocol of a port must be tcp, udp or sctp");
    }
    let (before, target) =
        text.rsplit_once(':').map_or((None, text), |(before, target)| (Some(before), target));
    // An address may stand before the host port, and an address may contain colons.
    let (address, published) = match before.map(|before| before.rsplit_once(':').unwrap_or(("", before))) {
        Some((address, published)) => (address, Some(published).filter(|port| !port.is_empty())),
        None => ("", None),
    };
    let is_address = match address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(bare) => bare.parse::<IpAddr>().is_ok(),
        None => address.is_empty() || address.parse::<Ipv4Addr>().is_ok(),
    };
    if !is_address {
        return Err("the part before the ports is not an IP address");
    }
    let (published, target) = (published.map(parse_range).transpose()?, parse_range(target)?);
    let length = |range: &RangeInclusive<u16>| range.end() - range.start();
    let differ = published.as_ref().is_some_and(|p| length(p) != length(&target));
    if differ && length(&target) > 0 {
        return Err("the two port ranges differ in length");
    }
    Ok((published, target))
}

/// Parses a port or a range of ports: `80`, or `3000-3005`.
fn parse_range(text: &str) -> Result<RangeInclusive<u16>, &'static str> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse::<u16>(), last.parse::<u16>()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err("a port must be a number up to 65535, or a range such as 3000-3005"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Ports, parse_exposed, parse_ports};
    use crate::source::compose::{
        limits::LimitCounters,
        yaml::{Node, parse_documents},
    };
    use std::{path::Path, sync::Arc};

    fn items(text: &str) -> Vec<Node> {
        let file = Arc::from(Path::new("x"));
        let tree = parse_documents(&format!("ports: {text}"), &file, &mut LimitCounters::default())
            .unwrap()
            .remove(0);
        tree.items("ports").to_vec()
    }

    #[test]
    fn every_form_of_a_port_is_read() {
        let text = "['8080:80', '127.0.0.1:8443:443/tcp', 9000, '[::1]:70:71', '5000-5001:6000-6001', '53:53/UDP', '127.0.0.1::99', 22:22, '1-3:88', {published: '7-8', target: 2, host_ip: 127.0.0.1}]";
        let ports = parse_ports(&items(text)).unwrap();
        assert_eq!(
            ports.published.into_iter().collect::<Vec<_>>(),
            [
                (1, 88),
                (2, 88),
                (3, 88),
                (7, 2),
                (8, 2),
                (22, 22),
                (53, 53),
                (70, 71),
                (5000, 6000),
                (5001, 6001),
                (8080, 80),
                (8443, 443)
            ]
        );
        assert_eq!(
            ports.exposed.into_iter().collect::<Vec<_>>(),
            [2, 22, 53, 71, 80, 88, 99, 443, 6000, 6001, 9000]
        );
        let wide = parse_ports(&items("['1-65535:1-65535']")).unwrap();
        assert_eq!((wide.published.len(), wide.exposed.len()), (200, 200));
        assert_eq!(
            parse_exposed(&items("['3000', 80/udp, 7-8, x]")).into_iter().collect::<Vec<_>>(),
            [7, 8, 80, 3000]
        );
    }

    #[test]
    fn invalid_ports_are_refused() {
        for text in [
            "['80:x']",
            "['99999:80']",
            "['1-3:5-6']",
            "['80:80/foo']",
            "['999.1.1.1:80:80']",
            "['']",
            "['::1:80:81']",
            "['3-1']",
            "[{published: 80}]",
            "[{target: 80, host_ip: x}]",
            "[[80]]",
            "[80.5]",
        ] {
            assert!(parse_ports(&items(text)).is_err(), "{text}");
        }
        assert_eq!(parse_ports(&[]), Ok(Ports::default()));
    }
}

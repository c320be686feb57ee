//! The ports of a service: those that the host leads to it, and its own.

use super::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// The widest range of ports that is taken one by one.
const WIDEST: u16 = 200;

/// The host's ports, and the container's, that `ports` tells of: `8080:80`, `127.0.0.1:8080:80/tcp`, `80`, ranges, or
/// the long form.
pub(super) fn read(items: &[Node]) -> (BTreeMap<u16, u16>, BTreeSet<u16>) {
    let (mut published, mut exposed) = (BTreeMap::new(), BTreeSet::new());
    for item in items {
        let (outside, inside) = if let Some(text) = item.text() {
            let bare = text.split('/').next().unwrap_or_default();
            let (before, inside) = bare.rsplit_once(':').unwrap_or(("", bare));
            // An address may stand before the host's port, and may have colons of its own.
            (range(before.rsplit(':').next().unwrap_or_default()), range(inside))
        } else {
            let ports = |key: &str| range(&item.text_of(key).unwrap_or_default());
            (ports("published"), ports("target"))
        };
        let behind = inside.iter().chain(inside.last().into_iter().cycle());
        published.extend(outside.into_iter().zip(behind.copied()));
        exposed.extend(inside);
    }
    (published, exposed)
}

/// The ports that `expose` tells of.
pub(super) fn exposed(items: &[Node]) -> BTreeSet<u16> {
    let bare = items.iter().filter_map(Node::text).filter_map(|text| text.split('/').next());
    bare.flat_map(range).collect()
}

/// `80`, or `3000-3005`.
fn range(text: &str) -> Vec<u16> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse::<u16>(), last.trim().parse::<u16>()) {
        (Ok(first), Ok(last)) if first > 0 && last.saturating_sub(first) < WIDEST => (first..=last).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::source::compose::yaml::parse;

    #[test]
    fn every_form_of_a_port_is_read() {
        let text = "ports: ['8080:80', '127.0.0.1:8443:443/tcp', 9000, '[::1]:70:71', '5000-5001:6000-6001', {published: '1', target: 2}]";
        let (published, exposed) = read(parse(text).unwrap().items("ports"));
        assert_eq!(
            published.into_iter().collect::<Vec<_>>(),
            [(1, 2), (70, 71), (5000, 6000), (5001, 6001), (8080, 80), (8443, 443)]
        );
        assert_eq!(exposed.into_iter().collect::<Vec<_>>(), [2, 71, 80, 443, 6000, 6001, 9000]);
    }
}

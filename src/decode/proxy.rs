//! Labels and variables by which a container asks a proxy to send requests to it, wherever they are written down.

use crate::model::{Mention, Place, Target, Text, Via};
use std::collections::BTreeMap;

/// A proxy's way to be asked: its product, and what the label's or variable's name begins with.
struct Way {
    product: &'static str,
    begins: &'static str,
    /// The switch that turns it off.
    switch: Option<&'static str>,
}

/// Labels, by the proxies' documentation: Traefik's Docker provider, caddy-docker-proxy.
const LABELS: &[Way] = &[
    Way { product: "traefik", begins: "traefik.http.routers.", switch: Some("traefik.enable") },
    Way { product: "traefik", begins: "traefik.http.services.", switch: Some("traefik.enable") },
    Way { product: "traefik", begins: "traefik.tcp.routers.", switch: Some("traefik.enable") },
    Way { product: "traefik", begins: "traefik.frontend.", switch: Some("traefik.enable") },
    Way { product: "caddy", begins: "caddy.reverse_proxy", switch: None },
    Way { product: "caddy", begins: "caddy.route", switch: None },
];

/// The variable by which nginx-proxy is asked.
const VARIABLE: &str = "VIRTUAL_HOST";

/// The requests of a container with those labels and variables, once for each product.
#[must_use]
pub fn proxied(labels: &BTreeMap<&str, &str>, variables: &[(&str, &str)]) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut add = |product: &str, key: String| {
        let target = Target::FromProxy(product.into());
        if !found.iter().any(|known| known.target == target) {
            found.push(Mention { via: Via::ProxyLabel, place: Place::at(&key), target });
        }
    };
    let on = |switch: &str| labels.get(switch).map(|value| value.eq_ignore_ascii_case("true"));
    for way in LABELS {
        let off = way.switch.and_then(on) == Some(false);
        if let Some(name) = labels.keys().find(|name| name.starts_with(way.begins)).filter(|_| !off) {
            add(way.product, format!("label {}", Text::new(name)));
        }
    }
    // Traefik makes a route by itself for a container that says no more than that it may.
    if on("traefik.enable") == Some(true) {
        add("traefik", "label traefik.enable".to_owned());
    }
    if variables.iter().any(|(name, value)| *name == VARIABLE && !value.is_empty()) {
        add("nginx-proxy", format!("environment {VARIABLE}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::proxied;
    use std::collections::BTreeMap;

    fn asked(labels: &[(&str, &str)]) -> Vec<String> {
        proxied(&labels.iter().copied().collect(), &[])
            .into_iter()
            .map(|m| format!("{} {:?}", m.place.key, m.target))
            .collect()
    }

    #[test]
    fn a_route_asks_unless_it_is_switched_off() {
        let rule = ("traefik.http.routers.web.rule", "Host(`web.example.com`)");
        let expected = ["label traefik.http.routers.web.rule FromProxy(\"traefik\")"];
        assert_eq!(asked(&[rule]), expected);
        assert_eq!(asked(&[rule, ("traefik.enable", "true")]), expected);
        assert!(asked(&[rule, ("traefik.enable", "false")]).is_empty());
        assert_eq!(asked(&[("traefik.enable", "true")]), ["label traefik.enable FromProxy(\"traefik\")"]);
        assert!(asked(&[("maintainer", "me")]).is_empty());
    }

    #[test]
    fn nginx_proxy_is_asked_by_a_variable() {
        let found = proxied(&BTreeMap::new(), &[("VIRTUAL_HOST", "web.example.com")]);
        assert_eq!(found.len(), 1);
    }
}

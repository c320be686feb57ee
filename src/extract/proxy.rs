//! References from a reverse proxy to a container, found in the labels and variables by which the container
//! asks the proxy to route requests to it.

use crate::model::{Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, Setting};
use std::collections::BTreeMap;

/// A prefix of labels by which a container asks a proxy product to route requests to it.
struct ProxyLabelRule {
    product: &'static str,
    prefix: &'static str,
    /// The label that turns routing off with any value except `true`; `None` if the product has no such
    /// label.
    enable_label: Option<&'static str>,
}

/// Rules by product. The prefixes come from the documentation of Traefik's Docker provider and of
/// caddy-docker-proxy.
const LABEL_RULES: &[ProxyLabelRule] = &[
    ProxyLabelRule {
        product: "traefik",
        prefix: "traefik.http.routers.",
        enable_label: Some("traefik.enable"),
    },
    ProxyLabelRule {
        product: "traefik",
        prefix: "traefik.http.services.",
        enable_label: Some("traefik.enable"),
    },
    ProxyLabelRule {
        product: "traefik",
        prefix: "traefik.tcp.routers.",
        enable_label: Some("traefik.enable"),
    },
    ProxyLabelRule { product: "traefik", prefix: "traefik.frontend.", enable_label: Some("traefik.enable") },
    ProxyLabelRule { product: "caddy", prefix: "caddy.reverse_proxy", enable_label: None },
    ProxyLabelRule { product: "caddy", prefix: "caddy.route", enable_label: None },
];

/// The variable by which a container asks nginx-proxy to route requests to it.
const NGINX_PROXY_VARIABLE: &str = "VIRTUAL_HOST";

/// Returns one reference for each proxy product that routes requests to a container with these labels and
/// variables. The proxy is the caller, and the container the callee.
#[must_use]
pub fn proxy_references(labels: &BTreeMap<&str, &str>, variables: &[(&str, &str)]) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    let mut add = |product: &str, setting: Setting| {
        let target = ReferenceTarget::CalledByProxy(product.into());
        if !found.iter().any(|known| known.target == target) {
            found.push(Reference {
                kind: ReferenceKind::ProxyLabel,
                location: ReferenceLocation::of(setting),
                target,
            });
        }
    };
    let on = |switch: &str| labels.get(switch).and_then(|value| parse_switch(value));
    for rule in LABEL_RULES {
        let off = rule.enable_label.and_then(on) == Some(false);
        if let Some(name) = labels.keys().find(|name| name.starts_with(rule.prefix)).filter(|_| !off) {
            add(rule.product, Setting::label(name));
        }
    }
    // The label `traefik.enable` alone is enough for Traefik to route to a container.
    if on("traefik.enable") == Some(true) {
        add("traefik", Setting::label("traefik.enable"));
    }
    if variables.iter().any(|(name, value)| *name == NGINX_PROXY_VARIABLE && !value.is_empty()) {
        add("nginx-proxy", Setting::environment(NGINX_PROXY_VARIABLE));
    }
    found
}

/// Parses a boolean label as Go's `strconv.ParseBool` does, which Traefik and others use. Returns `None` for
/// any other text.
pub(super) fn parse_switch(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::proxy_references;
    use std::collections::BTreeMap;

    fn found_in_labels(labels: &[(&str, &str)]) -> Vec<String> {
        proxy_references(&labels.iter().copied().collect(), &[])
            .into_iter()
            .map(|m| format!("{} {:?}", m.location, m.target))
            .collect()
    }

    #[test]
    fn a_route_asks_unless_it_is_switched_off() {
        let rule = ("traefik.http.routers.web.rule", "Host(`web.example.com`)");
        let expected = ["label traefik.http.routers.web.rule CalledByProxy(\"traefik\")"];
        assert_eq!(found_in_labels(&[rule]), expected);
        assert_eq!(found_in_labels(&[rule, ("traefik.enable", "true")]), expected);
        assert!(found_in_labels(&[rule, ("traefik.enable", "false")]).is_empty());
        assert!(found_in_labels(&[rule, ("traefik.enable", "0")]).is_empty());
        assert_eq!(found_in_labels(&[rule, ("traefik.enable", "1")]), expected);
        assert_eq!(
            found_in_labels(&[("traefik.enable", "true")]),
            ["label traefik.enable CalledByProxy(\"traefik\")"]
        );
        assert!(found_in_labels(&[("maintainer", "me")]).is_empty());
    }

    #[test]
    fn nginx_proxy_is_asked_by_a_variable() {
        let found = proxy_references(&BTreeMap::new(), &[("VIRTUAL_HOST", "web.example.com")]);
        assert_eq!(found.len(), 1);
    }
}

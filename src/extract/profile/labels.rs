//! Reads from a container's labels the facts that are meant for people, such as owner and documentation.

use super::{
    image_labels::{self, IMAGE_LABELS},
    running_fact, tags,
    variables::is_plain_name,
};
use crate::extract::proxy::parse_switch;
use crate::model::{ProfileFact, ProfileField, ServiceProfile, Text};
use std::collections::BTreeMap;

/// Container labels, with the profile field that each states.
const CONTAINER_LABELS: &[(&str, ProfileField)] = &[
    // Homepage (gethomepage.dev), "Automatic service discovery".
    ("homepage.description", ProfileField::Description),
    ("homepage.href", ProfileField::Url),
];

/// Label with the name of the service in Datadog ("Unified Service Tagging").
const DATADOG_SERVICE_LABEL: &str = "com.datadoghq.tags.service";

/// Label with the paths of a project's compose files, separated by commas.
const COMPOSE_FILES_LABEL: &str = "com.docker.compose.project.config_files";

/// Label with the absolute folder of a compose project.
const COMPOSE_FOLDER_LABEL: &str = "com.docker.compose.project.working_dir";

/// Maximum number of compose files for one service.
const MAX_COMPOSE_FILES: usize = 10;

/// Maximum number of URLs that the labels of one container's routers give.
const MAX_ROUTER_URLS: usize = 50;

/// Returns the profile that `labels` state. The labels must be from a compose file or a task definition, so
/// that a team has written all of them.
#[must_use]
pub fn label_profile(labels: &BTreeMap<&str, &str>) -> ServiceProfile {
    let mut facts = facts_of(labels, CONTAINER_LABELS);
    facts.extend(tags::plain_facts(labels, "label"));
    facts.extend(traefik_urls(labels));
    facts.extend(facts_of(labels, IMAGE_LABELS));
    facts.sort();
    facts.dedup();
    let datadog_name = labels.get(DATADOG_SERVICE_LABEL).filter(|name| is_plain_name(name));
    ServiceProfile {
        facts,
        telemetry_names: datadog_name.map(|name| Text::new(name)).into_iter().collect(),
        ..ServiceProfile::default()
    }
}

/// Returns the profile that the `labels` of a running container state. `image` is the container's image. The
/// engine adds the labels of the image and of its base image. These labels count only if they describe the
/// container's own image.
#[must_use]
pub fn container_profile(labels: &BTreeMap<&str, &str>, image: &str) -> ServiceProfile {
    let is_own = image_labels::are_about_image(labels, image);
    let counts = |label: &str| is_own || !image_labels::may_be_of_image(label);
    let counted = labels.iter().filter(|(label, _)| counts(label)).map(|(label, value)| (*label, *value));
    let compose_files = compose_files(labels);
    let mut profile = label_profile(&counted.collect());
    let deployed_by = |file: &Text| {
        let value = format!("compose file {file}");
        running_fact(ProfileField::DeployedBy, &value, &format!("label {COMPOSE_FILES_LABEL}"))
    };
    profile.facts.extend(compose_files.iter().filter_map(deployed_by));
    ServiceProfile { compose_files, ..profile }
}

fn facts_of(labels: &BTreeMap<&str, &str>, fields: &[(&str, ProfileField)]) -> Vec<ProfileFact> {
    let fact = |(label, field): &(&str, ProfileField)| {
        running_fact(*field, labels.get(label)?, &format!("label {label}"))
    };
    fields.iter().filter_map(fact).collect()
}

/// Returns the URLs at which Traefik serves the container: the hosts in the rules of its routers (Traefik,
/// "Routers", rule matchers). The scheme is HTTPS if the router has TLS, or an entry point with `secure` in
/// its name. Returns at most [`MAX_ROUTER_URLS`].
fn traefik_urls(labels: &BTreeMap<&str, &str>) -> Vec<ProfileFact> {
    let mut found = Vec::new();
    if labels.get("traefik.enable").and_then(|value| parse_switch(value)) == Some(false) {
        return found;
    }
    for (label, rule) in labels {
        let Some(router) = label.strip_prefix("traefik.http.routers.").and_then(|l| l.strip_suffix(".rule"))
        else {
            continue;
        };
        let of_router = |key: &str| labels.get(format!("traefik.http.routers.{router}.{key}").as_str());
        let secure = of_router("tls").is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || of_router("tls.certresolver").is_some()
            || of_router("entrypoints").is_some_and(|value| value.contains("secure"));
        let scheme = if secure { "https" } else { "http" };
        for host in hosts_of_rule(rule) {
            if found.len() == MAX_ROUTER_URLS {
                return found;
            }
            found.extend(running_fact(
                ProfileField::Url,
                &format!("{scheme}://{host}"),
                &format!("label {label}"),
            ));
        }
    }
    found
}

/// Returns the hosts in a routing rule, such as ``Host(`shop.example`) && PathPrefix(`/api`)``. Leaves out
/// negated hosts and names without a dot.
fn hosts_of_rule(rule: &str) -> impl Iterator<Item = &str> {
    let calls = rule.match_indices("Host(").filter(|(at, _)| !rule[..*at].ends_with('!'));
    let arguments = calls.filter_map(|(at, name)| rule[at + name.len()..].split(')').next());
    let hosts = arguments.flat_map(|list| list.split(','));
    let hosts = hosts.map(|host| host.trim().trim_matches(['`', '"', '\'']));
    hosts.filter(|host| {
        host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
    })
}

/// Returns the absolute paths of the compose files that the container was started with.
fn compose_files(labels: &BTreeMap<&str, &str>) -> Vec<Text> {
    let folder = labels.get(COMPOSE_FOLDER_LABEL).copied().unwrap_or_default();
    let files = labels.get(COMPOSE_FILES_LABEL).copied().unwrap_or_default().split(',').map(str::trim);
    let files = files.filter(|file| !file.is_empty() && *file != "-").take(MAX_COMPOSE_FILES);
    let absolute = files.filter_map(|file| match (file.starts_with('/'), folder.starts_with('/')) {
        (true, _) => Some(Text::new(file)),
        (false, true) => Some(Text::new(&format!("{folder}/{file}"))),
        (false, false) => None,
    });
    absolute.collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_ROUTER_URLS, container_profile, label_profile};
    use crate::model::ProfileField;

    fn facts(image: &str, labels: &[(&str, &str)]) -> Vec<String> {
        let profile = container_profile(&labels.iter().copied().collect(), image);
        profile.facts.iter().map(|fact| format!("{}: {}", fact.field.spec().id, fact.value)).collect()
    }

    const SOURCE_LABEL: (&str, &str) =
        ("org.opencontainers.image.source", "https://github.com/acme/shop-orders");
    const REVISION_LABEL: (&str, &str) = ("org.opencontainers.image.revision", "0a11beef");

    #[test]
    fn labels_of_the_image_state_repository_and_commit() {
        assert_eq!(
            facts("ghcr.io/acme/orders:1", &[SOURCE_LABEL, REVISION_LABEL]),
            ["repository: https://github.com/acme/shop-orders", "commit: 0a11beef"]
        );
    }

    #[test]
    fn labels_that_the_base_image_left_say_nothing() {
        let base =
            ("org.opencontainers.image.source", "https://github.com/nginxinc/docker-nginx-unprivileged");
        let text = ("description", "The Universal Base Image");
        assert!(facts("shop-web", &[base, REVISION_LABEL, text]).is_empty());
        assert_eq!(facts("nginxinc/nginx-unprivileged:1", &[base]).len(), 1);
    }

    #[test]
    fn all_labels_of_a_declaration_count() {
        let labels = [SOURCE_LABEL, ("description", "Takes orders")];
        assert_eq!(label_profile(&labels.into_iter().collect()).facts.len(), 2);
    }

    #[test]
    fn a_key_under_the_wrong_label_is_no_name() {
        let names = |name| {
            label_profile(&[("com.datadoghq.tags.service", name)].into_iter().collect()).telemetry_names
        };
        assert_eq!(names("orders"), ["orders"]);
        assert!(names("https://a?b=s3cret").is_empty());
    }

    #[test]
    fn the_hosts_of_routers_are_urls() {
        let rule = (
            "traefik.http.routers.web.rule",
            "Host(`shop.example`) || Host(`www.shop.example`) && !Host(`a.b`)",
        );
        assert_eq!(facts("x", &[rule]), ["url: http://shop.example", "url: http://www.shop.example"]);
        let secure = ("traefik.http.routers.web.entrypoints", "websecure");
        assert_eq!(facts("x", &[rule, secure])[0], "url: https://shop.example");
        assert!(facts("x", &[rule, ("traefik.enable", "false")]).is_empty());
    }

    #[test]
    fn a_container_with_many_routers_gets_a_bounded_number_of_urls() {
        let routers: Vec<(String, String)> = (0..200)
            .map(|n| (format!("traefik.http.routers.r{n}.rule"), format!("Host(`a{n}.x.example`)")))
            .collect();
        let labels: Vec<(&str, &str)> = routers.iter().map(|(key, rule)| (&**key, &**rule)).collect();
        assert_eq!(facts("x", &labels).len(), MAX_ROUTER_URLS);
    }

    #[test]
    fn only_listed_labels_are_read() {
        assert!(
            facts("x", &[("api-key", "s3cret"), ("maintainer", "someone"), ("password", "x")]).is_empty()
        );
        assert_eq!(
            facts(
                "x",
                &[
                    ("team", "checkout"),
                    ("docs", "true"),
                    ("homepage.href", "https://u:s3cret@a.example/?t=s3cret")
                ]
            ),
            ["owner: checkout", "url: https://a.example/"]
        );
    }

    #[test]
    fn compose_files_are_absolute() {
        let files = |files: &str| {
            let labels = [
                ("com.docker.compose.project.working_dir", "/src/shop"),
                ("com.docker.compose.project.config_files", files),
            ];
            container_profile(&labels.into_iter().collect(), "")
        };
        let deployed_by = &files("compose.yaml").facts[0];
        assert_eq!(
            (deployed_by.field, &*deployed_by.value),
            (ProfileField::DeployedBy, "compose file /src/shop/compose.yaml")
        );
        assert_eq!(
            files("compose.yaml,/src/shop/dev.yaml,-").compose_files,
            ["/src/shop/compose.yaml", "/src/shop/dev.yaml"]
        );
    }
}

//! The profile that labels of a container and its image state.

use super::{running_fact, tags};
use crate::model::{ImageRef, ProfileFact, ProfileField, ServiceProfile, Text};
use std::collections::BTreeMap;

/// Labels of a container, with the field that each states.
const CONTAINER_LABELS: &[(&str, ProfileField)] = &[
    // Homepage (gethomepage.dev), "Automatic service discovery".
    ("homepage.description", ProfileField::Description),
    ("homepage.href", ProfileField::Url),
];

/// Labels of an image, with the field that each states: the annotations of the OCI image specification, and the
/// older ones of label-schema.org.
const IMAGE_LABELS: &[(&str, ProfileField)] = &[
    ("org.opencontainers.image.source", ProfileField::Repository),
    ("org.opencontainers.image.documentation", ProfileField::Documentation),
    ("org.opencontainers.image.description", ProfileField::Description),
    ("org.opencontainers.image.revision", ProfileField::Commit),
    ("org.label-schema.vcs-url", ProfileField::Repository),
    ("org.label-schema.usage", ProfileField::Documentation),
    ("org.label-schema.description", ProfileField::Description),
    ("org.label-schema.vcs-ref", ProfileField::Commit),
];

/// Labels of an image that name it.
const IMAGE_NAME_LABELS: &[&str] = &[
    "org.opencontainers.image.source",
    "org.opencontainers.image.url",
    "org.opencontainers.image.title",
    "org.label-schema.vcs-url",
    "org.label-schema.url",
    "org.label-schema.name",
];

/// Label with the service's name in Datadog ("Unified Service Tagging").
const DATADOG_SERVICE_LABEL: &str = "com.datadoghq.tags.service";

/// Label with the compose files of a project, separated by commas.
const COMPOSE_FILES_LABEL: &str = "com.docker.compose.project.config_files";

/// Label with the folder of a compose project.
const COMPOSE_FOLDER_LABEL: &str = "com.docker.compose.project.working_dir";

/// Maximum number of compose files of one service.
const MAX_COMPOSE_FILES: usize = 10;

/// Returns the profile that `labels` of a container state; `image` is the container's image.
#[must_use]
pub fn label_profile(labels: &BTreeMap<&str, &str>, image: &str) -> ServiceProfile {
    let fact = |(label, field): &(&str, ProfileField)| {
        running_fact(*field, labels.get(label)?, &format!("label {label}"))
    };
    let mut facts: Vec<ProfileFact> = CONTAINER_LABELS.iter().filter_map(fact).collect();
    facts.extend(tags::plain_facts(labels, "label"));
    facts.extend(traefik_urls(labels));
    if is_label_of_image(labels, image) {
        facts.extend(IMAGE_LABELS.iter().filter_map(fact));
    }
    facts.sort();
    facts.dedup();
    ServiceProfile {
        facts,
        telemetry_names: labels.get(DATADOG_SERVICE_LABEL).map(|name| Text::new(name)).into_iter().collect(),
        variables: Vec::new(),
        compose_files: compose_files(labels),
    }
}

/// Returns true if the labels of the image are about this image. An image inherits the labels of the image that
/// it is built on, so they count only if a name in them shares a word with the image's own name.
fn is_label_of_image(labels: &BTreeMap<&str, &str>, image: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.filter(|word| word.len() > 2 && !is_common(word)).map(str::to_ascii_lowercase).collect()
    };
    let own = words(ImageRef::parse(image).path);
    IMAGE_NAME_LABELS.iter().filter_map(|label| labels.get(label)).any(|name| {
        let path =
            name.split_once("://").map_or(*name, |(_, rest)| rest.split_once('/').unwrap_or_default().1);
        words(path).iter().any(|word| own.contains(word))
    })
}

/// Returns true for words that the names of many unrelated images share.
fn is_common(word: &str) -> bool {
    const COMMON_WORDS: &[&str] = &[
        "com",
        "org",
        "git",
        "docker",
        "image",
        "images",
        "container",
        "containers",
        "library",
        "base",
        "app",
    ];
    COMMON_WORDS.iter().any(|common| word.eq_ignore_ascii_case(common))
}

/// Returns the URLs at which Traefik serves the container: the hosts in the rules of its routers (Traefik,
/// "Routers", rule matchers). A router with TLS or for an entry point with `secure` in its name serves HTTPS.
fn traefik_urls(labels: &BTreeMap<&str, &str>) -> Vec<ProfileFact> {
    let mut found = Vec::new();
    if labels.get("traefik.enable").is_some_and(|value| value.eq_ignore_ascii_case("false")) {
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
            found.extend(running_fact(
                ProfileField::Url,
                &format!("{scheme}://{host}"),
                &format!("label {label}"),
            ));
        }
    }
    found
}

/// Returns the hosts in `rule`, such as ``Host(`shop.example`) && PathPrefix(`/api`)``.
fn hosts_of_rule(rule: &str) -> Vec<&str> {
    let calls = rule.match_indices("Host(").filter(|(at, _)| !rule[..*at].ends_with('!'));
    let arguments = calls.filter_map(|(at, name)| rule[at + name.len()..].split(')').next());
    let hosts = arguments.flat_map(|list| list.split(','));
    let hosts = hosts.map(|host| host.trim().trim_matches(['`', '"', '\'']));
    hosts
        .filter(|host| {
            host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
        })
        .collect()
}

/// Returns the absolute paths of the compose files that started the container.
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
    use super::label_profile;

    fn facts(image: &str, labels: &[(&str, &str)]) -> Vec<String> {
        let profile = label_profile(&labels.iter().copied().collect(), image);
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
        let vendor = ("org.opencontainers.image.authors", "NGINX Docker Maintainers");
        assert!(facts("shop-web", &[base, REVISION_LABEL, vendor]).is_empty());
        assert_eq!(facts("nginxinc/nginx-unprivileged:1", &[base]).len(), 1);
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
    fn only_listed_labels_are_read() {
        assert!(
            facts("x", &[("api-key", "s3cret"), ("maintainer", "someone"), ("password", "x")]).is_empty()
        );
        assert_eq!(
            facts("x", &[("team", "checkout"), ("homepage.href", "https://u:s3cret@a.example/?t=s3cret")]),
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
            label_profile(&labels.into_iter().collect(), "").compose_files
        };
        assert_eq!(
            files("compose.yaml,/src/shop/dev.yaml,-"),
            ["/src/shop/compose.yaml", "/src/shop/dev.yaml"]
        );
    }
}

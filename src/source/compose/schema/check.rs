//! Consistency rules for a merged project, as compose enforces them: every reference has a target, and no
//! setting contradicts another (Compose Specification, chapters "Services" and "Profiles").

use crate::source::compose::{
    variables::LayeredVariables,
    yaml::{ComposeError, FileLine, Node},
};
use std::collections::{BTreeMap, BTreeSet};

/// Active profiles, from the variable `COMPOSE_PROFILES`. The profile `*` activates all others.
pub(in crate::source::compose) struct ActiveProfiles(BTreeSet<String>);

impl ActiveProfiles {
    /// Reads the active profiles from `COMPOSE_PROFILES`.
    pub(in crate::source::compose) fn of(variables: &LayeredVariables) -> Self {
        let named = variables.non_empty("COMPOSE_PROFILES").unwrap_or_default();
        Self(named.split(',').map(|name| name.trim().to_owned()).collect())
    }

    /// Returns true if compose would start a service with these `profiles`: the service has no profile, or
    /// one of its profiles is active.
    pub(in crate::source::compose) fn enables<'a>(
        &self,
        mut profiles: impl Iterator<Item = &'a str>,
    ) -> bool {
        let mut none = true;
        let active = profiles.any(|profile| {
            none = false;
            self.0.contains(profile) || self.0.contains("*")
        });
        none || active
    }
}

/// Checks the consistency of a merged project. A dependency on a service that no active profile starts gives
/// only a warning, because another choice of profiles starts that service.
pub(in crate::source::compose) fn check_project(
    node: &Node,
    profiles: &ActiveProfiles,
) -> Result<Vec<ComposeError>, ComposeError> {
    for (name, item) in node.entries("secrets") {
        check_single_origin(name, item, &["file", "environment"])?;
    }
    for (name, item) in node.entries("configs") {
        check_single_origin(name, item, &["file", "environment", "content"])?;
    }
    let services: BTreeMap<&str, &Node> =
        node.entries("services").map(|(name, service)| (name.as_str(), service)).collect();
    let starts = |service: &Node| profiles.enables(service.texts("profiles"));
    let (mut dependencies, mut inactive) = (BTreeMap::new(), Vec::new());
    for (name, service) in services.iter().filter(|(_, service)| starts(service)) {
        check_runnable(name, service)?;
        check_replicas(name, service)?;
        check_networks(name, service, node)?;
        check_resources_declared(name, service, node)?;
        let own = required_services(service);
        for (need, at) in &own {
            match services.get(need) {
                Some(service) if starts(service) => {}
                Some(_) if is_optional_dependency(service, need) => {}
                Some(_) => inactive.push(at.error(format!(
                    "`{name}` depends on `{need}`, but none of its profiles is active (COMPOSE_PROFILES)"
                ))),
                None => {
                    let words = format!("`{name}` depends on `{need}`, but the project has no such service");
                    return Err(at.error(words));
                }
            }
        }
        dependencies.insert(*name, own);
    }
    check_acyclic(dependencies)?;
    Ok(inactive)
}

/// Returns true if compose may start `service` without its dependency `need`.
fn is_optional_dependency(service: &Node, need: &str) -> bool {
    let entry = service.get("depends_on").and_then(|needs| needs.get(need));
    entry.is_some_and(|entry| entry.get("required").is_some() && !entry.is_true("required"))
}

/// Checks that a config or secret has exactly one origin among `keys`.
fn check_single_origin(name: &str, node: &Node, keys: &[&str]) -> Result<(), ComposeError> {
    if node.get("external").is_some() || node.get("driver").is_some() {
        return Ok(());
    }
    match keys.iter().filter(|key| node.get(key).is_some()).count() {
        1 => Ok(()),
        _ => Err(node.at.error(format!("`{name}` must have exactly one of {}", keys.join(", ")))),
    }
}

/// Checks that a service has an image, a build or a provider.
fn check_runnable(name: &str, service: &Node) -> Result<(), ComposeError> {
    if ["image", "build", "provider"].iter().any(|key| service.get(key).is_some()) {
        return Ok(());
    }
    Err(service.at.error(format!("the service `{name}` has neither `image` nor `build`")))
}

fn check_replicas(name: &str, service: &Node) -> Result<(), ComposeError> {
    let scale = service.get("scale");
    let replicas = service.get("deploy").and_then(|deploy| deploy.get("replicas"));
    if let (Some(scale), Some(replicas)) = (scale, replicas)
        && scale.text() != replicas.text()
    {
        return Err(scale
            .at
            .error(format!("`{name}` sets `scale` and `deploy.replicas` to different numbers")));
    }
    let several = scale.or(replicas).filter(|n| n.text().and_then(|t| t.parse::<u32>().ok()) > Some(1));
    match several {
        Some(number) if service.text_of("container_name").is_some() => Err(number
            .at
            .error(format!("`{name}` has a `container_name`, so it can't have more than one replica"))),
        _ => Ok(()),
    }
}

fn check_networks(name: &str, service: &Node, project: &Node) -> Result<(), ComposeError> {
    let joined = service.get("networks").filter(|_| service.entries("networks").next().is_some());
    if let (Some(mode), Some(_)) = (service.get("network_mode"), joined) {
        return Err(mode
            .at
            .error(format!("`{name}` sets both `network_mode` and `networks`: only one is allowed")));
    }
    let declares = |network: &str| network == "default" || is_declared(project, "networks", network);
    match service.entries("networks").find(|(network, _)| !declares(network)) {
        Some((network, at)) => Err(undeclared_error(name, "network", network, at)),
        None => Ok(()),
    }
}

fn is_declared(project: &Node, section: &str, name: &str) -> bool {
    project.get(section).is_some_and(|section| section.get(name).is_some())
}

/// Checks that the project declares the volumes, configs and secrets that a service uses.
fn check_resources_declared(name: &str, service: &Node, project: &Node) -> Result<(), ComposeError> {
    for (key, what) in [("volumes", "volume"), ("configs", "config"), ("secrets", "secret")] {
        for item in service.items(key) {
            let is_other = key == "volumes" && item.text_of("type").as_deref() != Some("volume");
            let source = item.text_of("source").filter(|_| !is_other);
            if let Some(source) = source.filter(|source| !is_declared(project, key, source)) {
                return Err(undeclared_error(name, what, &source, item));
            }
        }
    }
    Ok(())
}

fn undeclared_error(service: &str, what: &str, name: &str, node: &Node) -> ComposeError {
    node.at.error(format!("`{service}` uses the {what} `{name}`, which the project does not declare"))
}

/// Returns the services that `service` depends on, each with the line that names it. The list includes
/// optional dependencies.
fn required_services(service: &Node) -> BTreeMap<&str, &FileLine> {
    let named = service.entries("depends_on").map(|(name, node)| (name.as_str(), &node.at));
    let before_colon = |key: &str| {
        let items = service.items(key).iter();
        items.filter_map(|item| Some((item.text()?.split(':').next()?, &item.at)))
    };
    let from = before_colon("volumes_from").filter(|(name, _)| *name != "container");
    let shared = ["network_mode", "ipc", "pid", "uts", "cgroup"].into_iter().filter_map(|key| {
        let node = service.get(key)?;
        Some((node.text()?.strip_prefix("service:")?, &node.at))
    });
    named.chain(before_colon("links")).chain(from).chain(shared).collect()
}

/// Checks that no service depends on itself, directly or through others.
fn check_acyclic(mut waiting: BTreeMap<&str, BTreeMap<&str, &FileLine>>) -> Result<(), ComposeError> {
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, needs) in &waiting {
        needs.keys().for_each(|need| dependents.entry(need).or_default().push(name));
    }
    let known: BTreeSet<&str> = waiting.keys().copied().collect();
    waiting.values_mut().for_each(|needs| needs.retain(|need, _| known.contains(need)));
    let mut ready: Vec<&str> =
        waiting.iter().filter(|(_, needs)| needs.is_empty()).map(|(n, _)| *n).collect();
    while let Some(done) = ready.pop() {
        waiting.remove(done);
        for name in dependents.get(done).into_iter().flatten() {
            if let Some(needs) = waiting.get_mut(name) {
                needs.remove(done);
                if needs.is_empty() {
                    ready.push(name);
                }
            }
        }
    }
    let stuck = waiting.into_iter().find_map(|(name, needs)| {
        let (need, at) = needs.into_iter().next()?;
        Some(at.error(format!(
            "circular dependency: `{name}` depends on `{need}`, which is part of a cycle or depends on one"
        )))
    });
    stuck.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::{ActiveProfiles, LayeredVariables, check_project};
    use crate::source::compose::{limits::LimitCounters, paths::BaseFolder, schema::canonical, yaml};
    use std::{collections::BTreeMap, path::Path, sync::Arc};

    fn check_text(text: &str) -> Result<usize, String> {
        let file = Arc::from(Path::new("x.yaml"));
        let mut node = yaml::parse_documents(text, &file, &mut LimitCounters::default()).unwrap().remove(0);
        canonical::canonicalize_document(&mut node, &BaseFolder("/shop".into())).unwrap();
        let set = BTreeMap::from([("COMPOSE_PROFILES".to_owned(), "on, other".to_owned())]);
        let profiles = ActiveProfiles::of(&LayeredVariables::new(set));
        check_project(&node, &profiles).map(|inactive| inactive.len()).map_err(|wrong| wrong.message)
    }

    #[test]
    fn projects_that_compose_refuses_are_refused() {
        for (text, words) in [
            ("services: {web: {}}", "neither"),
            ("services: {web: {image: a, networks: [front]}}", "the network `front`"),
            ("services: {web: {image: a, network_mode: host, networks: [default]}}", "only one is allowed"),
            ("services: {web: {image: a, depends_on: [x]}}", "no such service"),
            ("services: {web: {image: a, links: ['x:y']}}", "no such service"),
            ("services: {web: {image: a, network_mode: 'service:x'}}", "no such service"),
            ("services: {web: {image: a, volumes_from: ['x:ro']}}", "no such service"),
            ("services: {web: {image: a, volumes: ['data:/d']}}", "the volume `data`"),
            ("services: {web: {image: a, configs: [c]}}", "the config `c`"),
            ("services: {web: {image: a, secrets: [s]}}", "the secret `s`"),
            ("services: {web: {image: a, scale: 2, deploy: {replicas: 3}}}", "different numbers"),
            ("services: {web: {image: a, scale: 2, container_name: web}}", "more than one replica"),
            ("services: {a: {image: a, depends_on: [b]}, b: {image: b, links: [a]}}", "circular dependency"),
            ("services: {a: {image: a, depends_on: [a]}}", "circular dependency"),
            ("{services: {web: {image: a}}, secrets: {s: {}}}", "exactly one of file, environment"),
            ("{services: {web: {image: a}}, configs: {c: {file: f, content: x}}}", "exactly one of"),
        ] {
            let refused = check_text(text).unwrap_err();
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }

    #[test]
    fn projects_that_compose_accepts_are_accepted() {
        for text in [
            "services: {web: {build: .}, tool: {provider: {type: x}}}",
            "{services: {web: {image: a, networks: [default, front]}}, networks: {front: }}",
            "{services: {web: {image: a, volumes: ['data:/d', './x:/y', /z]}}, volumes: {data: }}",
            "{services: {web: {image: a, configs: [c], secrets: [s]}}, configs: {c: {external: true}}, secrets: {s: {file: f}}}",
            "services: {web: {image: a, volumes_from: ['container:x:ro']}}",
            "services: {a: {image: a, depends_on: [b, c]}, b: {image: b, depends_on: [c]}, c: {image: c}}",
            "services: {web: {image: a, scale: 2, deploy: {replicas: 2}}}",
            "services: {off: {profiles: [off], depends_on: [nowhere]}}",
            "services: {web: {image: a, depends_on: [b]}, b: {image: b, profiles: [off, on]}}",
            "services: {web: {image: a, depends_on: {b: {condition: service_started, required: false}}}, b: {image: b, profiles: [off]}}",
        ] {
            assert_eq!(check_text(text), Ok(0), "{text}");
        }
        let off = "services: {web: {image: a, depends_on: [b]}, b: {image: b, profiles: [off]}}";
        assert_eq!(check_text(off), Ok(1), "told, because it depends on the profiles that are active here");
    }

    #[test]
    fn a_long_chain_is_checked() {
        let service = |n: u32| format!("  s{n}: {{image: x, depends_on: [s{}]}}\n", n + 1);
        let chain: String = (0..20_000).map(service).collect();
        assert_eq!(check_text(&format!("services:\n{chain}  s20000: {{image: x}}\n")), Ok(0));
    }
}

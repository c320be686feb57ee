//! Needs of a service as JSON of the schema `portolan.need/1`, and as a compose file with exactly the
//! services that must run.

use super::json::to_pretty_json;
use crate::{
    model::{
        Address, EndpointOrigin, EndpointScope, FactKind, Host, NodeId, ReferenceTarget, Service,
        ServiceEndpoint, Text, Timestamp,
    },
    screen::describe::need_text::{ServiceNeeds, settings, variable},
    store::World,
    topology::{Node, Strength},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Nodes and settings that a service needs to run, as a JSON document of the schema `portolan.need/1`.
#[derive(Serialize)]
struct NeedReport<'a> {
    schema: &'static str,
    taken: Timestamp,
    service: &'a str,
    needs: Vec<NeedOut<'a>>,
    settings: Vec<SettingOut<'a>>,
}

/// Node that the service needs.
#[derive(Serialize)]
struct NeedOut<'a> {
    node: &'a str,
    kind: &'static str,
    needed_by: &'a str,
    strength: &'static str,
    images: Vec<&'a str>,
}

/// Setting of the service, or of a service that it needs.
#[derive(Serialize)]
struct SettingOut<'a> {
    service: &'a str,
    place: String,
    address: Option<String>,
}

/// Returns the needs of a service as `portolan.need/1`.
#[must_use]
pub fn need_json(world: &World, needs: &ServiceNeeds<'_>) -> String {
    let all = needs.services.iter().chain(&needs.outside).map(|(node, need)| NeedOut {
        node: node.id.as_str(),
        kind: node.kind.as_str(),
        needed_by: need.needed_by.as_str(),
        strength: need.strength.as_str(),
        images: world
            .service_of(node)
            .into_iter()
            .flat_map(Service::images)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    });
    let services = needs.services.iter().map(|(node, _)| *node).chain([needs.node]);
    let known =
        services.filter_map(|node| Some((node, world.service_of(node)?))).flat_map(|(node, service)| {
            let (named, rest) = settings(service);
            let id = node.id.as_str();
            let named = named.into_iter().map(move |one| SettingOut {
                service: id,
                place: one.setting,
                address: Some(one.target),
            });
            let rest = rest.into_iter().map(move |name| SettingOut {
                service: id,
                place: format!("environment {name}"),
                address: None,
            });
            named.chain(rest).collect::<Vec<_>>()
        });
    to_pretty_json(&NeedReport {
        schema: "portolan.need/1",
        taken: world.now,
        service: needs.node.id.as_str(),
        needs: all.collect(),
        settings: known.collect(),
    })
}

/// First parts of the URL schemes whose addresses usually include a user.
const LOGIN_SCHEMES: &[&str] = &["amqp", "jdbc", "mongodb", "mysql", "postgres", "sqlserver"];

/// Returns a compose file with the service and the services that it certainly needs: images, ports, names of
/// variables, and the start order. A variable has a value only if it is an address that Portolan knows, or
/// the port of one. Portolan never keeps any other value.
#[must_use]
pub fn need_compose(world: &World, needs: &ServiceNeeds<'_>) -> String {
    let sure =
        needs.services.iter().filter(|(_, need)| need.strength > Strength::Possible).map(|(node, _)| *node);
    let all = sure.chain([needs.node]).filter_map(|node| Some((node, world.service_of(node)?)));
    let nodes: Vec<(&Node, &Service)> = all.collect();
    let names = compose_names(&nodes);
    let mut out = format!(
        "# {} and the services that it needs, as Portolan knows them. Variables without a value take it from your\n\
         # environment; Portolan never keeps values.\n",
        comment(&needs.node.label())
    );
    for (node, _) in &needs.outside {
        let _ = writeln!(out, "# Outside: {}", comment(&node.label()));
    }
    out += "services:\n";
    for (index, (node, service)) in nodes.iter().enumerate() {
        let Some(name) = names.get(&node.id) else { continue };
        let earlier: BTreeSet<&NodeId> = nodes[..index].iter().map(|(node, _)| &node.id).collect();
        let _ = writeln!(out, "  {}:", quoted(name));
        push_left_out(service, &mut out);
        push_image(service, name, &mut out);
        push_list("ports", &ports(service, true), &mut out);
        push_list("expose", &ports(service, false), &mut out);
        push_environment(service, &mut out);
        let callees = world
            .topology()
            .calls(&node.id)
            .filter(|(to, edge)| edge.strength() > Strength::Possible && earlier.contains(to));
        let callees: Vec<String> = callees.filter_map(|(to, _)| names.get(to).cloned()).collect();
        push_list("depends_on", &callees, &mut out);
        let aliases = aliases(service, name);
        if !aliases.is_empty() {
            out += "    networks:\n      default:\n";
            let _ = writeln!(
                out,
                "        aliases: [{}]",
                aliases.iter().map(|alias| quoted(alias)).collect::<Vec<_>>().join(", ")
            );
        }
    }
    out
}

/// Adds comments about the configuration of the service that the file leaves out: its command and its mounted
/// files.
fn push_left_out(service: &Service, out: &mut String) {
    let kinds = [(FactKind::Command, "its command"), (FactKind::Mount, "a mount")];
    for (kind, name) in kinds {
        for fact in service.facts.iter().filter(|fact| fact.kind() == Some(kind)) {
            let _ = writeln!(out, "    # Left out, {name}: {}", comment(&fact.value));
        }
    }
}

/// Returns the names of the services in the compose file. If several services share a name, only the first
/// one gets it; the others get a longer name, such as the one with their group.
fn compose_names(nodes: &[(&Node, &Service)]) -> BTreeMap<NodeId, String> {
    let plain = |text: &str| -> String {
        let allowed = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        text.chars().map(allowed).collect::<String>().trim_start_matches(['.', '_', '-']).to_owned()
    };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = BTreeMap::new();
    for (node, _) in nodes {
        let own = [plain(&node.name), plain(&node.label()), plain(node.id.as_str())].into_iter();
        let numbered = (1..).map(|number| format!("service-{number}"));
        let free =
            own.filter(|name| !name.is_empty()).chain(numbered).find(|name| taken.insert(name.clone()));
        names.insert(node.id.clone(), free.unwrap_or_default());
    }
    names
}

fn push_image(service: &Service, name: &str, out: &mut String) {
    match service.images().find(|image| !image.is_empty()) {
        Some(image) => {
            let _ = writeln!(out, "    image: {}", quoted(image));
        }
        None => {
            let _ = writeln!(out, "    image: {} # not known", quoted(name));
        }
    }
}

fn push_list(key: &str, items: &[String], out: &mut String) {
    if !items.is_empty() {
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        let _ = writeln!(out, "    {key}: [{}]", items.join(", "));
    }
}

/// Adds the variables. A variable that holds an address gets the part of the address that Portolan knows, and
/// the port variable beside a host gets the host's port. All others get no value.
fn push_environment(service: &Service, out: &mut String) {
    let mut known: BTreeMap<&Text, BTreeSet<&Address>> = BTreeMap::new();
    for reference in &service.references {
        if let (Some(name), ReferenceTarget::Address(address) | ReferenceTarget::EstateAddress(address)) =
            (variable(reference), &reference.target)
        {
            known.entry(name).or_default().insert(address);
        }
    }
    let (_, rest) = settings(service);
    let without_address =
        service.references.iter().filter_map(variable).filter(|name| !known.contains_key(name));
    let rest: BTreeSet<&Text> = rest.iter().chain(without_address).collect();
    if known.is_empty() && rest.is_empty() {
        return;
    }
    *out += "    environment:\n";
    let port = |name: &Text| {
        let start = name.strip_suffix("PORT")?;
        let host = known.iter().find(|(other, _)| other.strip_prefix(start).is_some_and(is_host_suffix))?;
        host.1.first()?.port.map(|port| port.to_string())
    };
    for name in &rest {
        match port(name) {
            Some(port) => {
                let _ = writeln!(out, "      {}: {}", quoted(name), quoted(&port));
            }
            None => {
                let _ = writeln!(out, "      {}:", quoted(name));
            }
        }
    }
    for (name, addresses) in &known {
        let is_host = name.rsplit('_').next().is_some_and(is_host_suffix);
        let values: Vec<String> = addresses.iter().map(|address| address_value(address, is_host)).collect();
        let value = quoted(&values.join(","));
        if addresses.iter().any(|address| has_login(address)) && is_variable_name(name) {
            let default = value.trim_matches('"');
            let _ = writeln!(
                out,
                "      {}: \"${{{name}:-{default}}}\" # without user, password and database",
                quoted(name)
            );
        } else {
            let _ = writeln!(out, "      {}: {value}", quoted(name));
        }
    }
}

/// Returns true if an address with this scheme usually includes a user, a password or the name of a database.
/// Portolan keeps none of these, so the user's environment may have to provide the whole value.
fn has_login(address: &Address) -> bool {
    address.scheme.as_ref().is_some_and(|scheme| LOGIN_SCHEMES.iter().any(|known| scheme.starts_with(known)))
}

/// Returns true if compose can read a variable with this name from the environment.
fn is_variable_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(is_part) && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// Returns true if a variable whose name has this ending holds a host without a port.
fn is_host_suffix(suffix: &str) -> bool {
    matches!(suffix.to_ascii_uppercase().as_str(), "HOST" | "HOSTNAME" | "SERVER")
}

/// Returns the address as the value of a variable: the whole address, or only the host if `is_host` is true.
fn address_value(address: &Address, is_host: bool) -> String {
    match &address.scheme {
        _ if is_host => address.host.to_string(),
        Some(scheme) => format!("{}://{address}", &**scheme),
        None => address.to_string(),
    }
}

/// Returns the container ports of a service, either the published or the unpublished ones. A published port
/// gets any free port of the host, because the original host port may be in use. The new port is reachable
/// only from this machine, unless the original is published on all addresses.
fn ports(service: &Service, published: bool) -> Vec<String> {
    let facts =
        service.facts.iter().filter(|fact| matches!(fact.kind(), Some(FactKind::Port | FactKind::Ports)));
    let all = facts.flat_map(|fact| fact.value.split(", "));
    let numbers: BTreeSet<String> = all
        .filter(|text| text.contains('→') == published)
        .filter_map(|text| {
            let inside = text.rsplit("→ ").next()?;
            let port: String = inside.chars().take_while(char::is_ascii_digit).collect();
            let protocol = if inside.contains("/udp") { "/udp" } else { "" };
            let outside = text.split_once(" → ").and_then(|(outside, _)| outside.rsplit_once(':'));
            let is_everywhere = outside.is_none_or(|(host, _)| matches!(host, "" | "0.0.0.0" | "[::]"));
            let address = if is_everywhere { "" } else { "127.0.0.1::" };
            (!port.is_empty()).then(|| format!("{address}{port}{protocol}"))
        })
        .collect();
    numbers.into_iter().collect()
}

/// Returns the names besides `name` at which callers in the same network reach the service, at most 20.
fn aliases(service: &Service, name: &str) -> Vec<String> {
    let is_name = |endpoint: &&ServiceEndpoint| {
        let of_machine = matches!(endpoint.origin, EndpointOrigin::PublishedPort | EndpointOrigin::Hostname);
        let in_network = matches!(endpoint.scope, EndpointScope::Network(_));
        in_network && !of_machine && !matches!(endpoint.host, Host::Ip(_))
    };
    let named = service.endpoints.iter().filter(is_name);
    let hosts: BTreeSet<String> =
        named.map(|endpoint| endpoint.host.to_string()).filter(|host| host != name).collect();
    hosts.into_iter().take(20).collect()
}

/// Returns `text` as a YAML string in double quotes, in which `$` is escaped for compose.
fn quoted(text: &str) -> String {
    serde_json::to_string(&text.replace('$', "$$")).unwrap_or_default()
}

/// Returns `text` in one line for a comment.
fn comment(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::{need_compose, need_json};
    use crate::{
        model::{
            Inventory, NodeId, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget, Service,
            ServiceId, Setting, SourceId, SourceStatus, Text,
            fixtures::{ago, service, snapshot},
        },
        screen::describe::need_text::ServiceNeeds,
        store::World,
    };

    fn naming(name: &str, setting: Setting, target: ReferenceTarget) -> Service {
        let kind = ReferenceKind::Environment;
        let location = ReferenceLocation { container: None, setting };
        Service { references: vec![Reference { kind, location, target }], ..service(name) }
    }

    fn with_needs<T>(
        services: Vec<Service>,
        name: &str,
        read: impl FnOnce(&World, &ServiceNeeds<'_>) -> T,
    ) -> T {
        let source = SourceId::new("docker");
        let status = SourceStatus::new(source.clone(), "docker", String::new());
        let mut world = World::new(Inventory::default(), vec![status], 0, ago(0));
        world.apply_poll_result(&source, Ok(snapshot("docker", services)));
        let node = &world.topology().nodes[&NodeId::new(format!("docker/shop/{name}"))];
        read(&world, &ServiceNeeds::new(&world, node))
    }

    #[test]
    fn no_setting_is_left_out() {
        let peer = |name: &str| ReferenceTarget::ServiceName(name.into());
        let mut web = naming("web", Setting::load_balancer_url("API_URL", "edge"), peer("api"));
        let host =
            naming("x", Setting::environment("VIRTUAL_HOST"), ReferenceTarget::CalledByProxy("nginx".into()));
        web.references.extend(host.references);
        web.profile.variables = ["API_URL", "VIRTUAL_HOST", "OTHER"].map(Text::new).to_vec();
        let (json, compose) = with_needs(vec![web, service("api")], "web", |world, needs| {
            (need_json(world, needs), need_compose(world, needs))
        });
        for place in [
            "environment API_URL through load balancer edge",
            "environment VIRTUAL_HOST",
            "environment OTHER",
        ] {
            assert_eq!(json.matches(&format!("\"{place}\"")).count(), 1, "{json}");
        }
        for name in ["API_URL", "VIRTUAL_HOST", "OTHER"] {
            assert_eq!(compose.matches(&format!("\"{name}\":")).count(), 1, "{compose}");
        }
    }

    #[test]
    fn each_dependency_is_a_service_of_the_file() {
        let peer = |name: &str| ReferenceTarget::ServiceName(name.into());
        let names = ["web", "!", "?", "service-1"];
        let named = |name: &&str| Service {
            id: ServiceId::new(format!("docker/shop/{name}")),
            name: (*name).into(),
            ..service("web")
        };
        let mut services: Vec<Service> = names.iter().map(named).collect();
        for name in &names[1..] {
            services[0].references.extend(naming("x", Setting::environment("X"), peer(name)).references);
        }
        let compose = with_needs(services, "web", need_compose);
        let keys = |start: &str| compose.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(keys("  \""), 4, "{compose}");
        let list = compose.lines().find_map(|line| line.trim().strip_prefix("depends_on: ")).unwrap();
        let dependencies: Vec<String> = serde_json::from_str(list).unwrap();
        assert_eq!(dependencies.len(), 3);
        for name in dependencies {
            assert_eq!(compose.matches(&format!("  \"{name}\":\n")).count(), 1, "{name}: {compose}");
        }
    }
}

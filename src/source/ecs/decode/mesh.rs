//! App Mesh, as its last users have it: which node of a mesh a task is, whom such a node may call, and by which names it
//! answers. Pure.

use super::words::some;
use crate::model::{
    Address, Answer, AnsweredBy, Host, Mention, NetworkId, Place, Scope, SourceId, Target, Via,
};
use aws_sdk_ecs::types::ContainerDefinition;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The variables that tell Envoy which node it stands for.
pub(crate) const NODE_VARIABLES: [&str; 3] =
    ["APPMESH_RESOURCE_ARN", "APPMESH_VIRTUAL_NODE_NAME", "APPMESH_RESOURCE_CLUSTER"];

/// A node or gateway of a mesh.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Member {
    /// The mesh.
    pub mesh: String,
    /// Whether it is a gateway, which only calls.
    pub gateway: bool,
    /// The node's or gateway's name.
    pub name: String,
}

/// What was read of the meshes that tasks are in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Meshes {
    /// The virtual services that a node or gateway may call.
    pub calls: BTreeMap<Member, BTreeSet<String>>,
    /// The nodes behind a virtual service, by mesh and name.
    pub behind: BTreeMap<(String, String), BTreeSet<String>>,
    /// The host name of a node, by mesh and name.
    pub hosts: BTreeMap<(String, String), String>,
}

/// The node that a container's proxy stands for: `mesh/MESH/virtualNode/NODE`, alone or at the end of an ARN.
pub(crate) fn member(container: &ContainerDefinition) -> Option<Member> {
    let told = |name: &&str| {
        let pair = container.environment().iter().find(|pair| pair.name() == Some(*name))?;
        named(pair.value()?)
    };
    NODE_VARIABLES.iter().find_map(told)
}

fn named(value: &str) -> Option<Member> {
    let resource = value.rsplit(':').next().unwrap_or(value);
    let [kind, mesh, sort, name] = resource.split('/').collect::<Vec<_>>()[..] else { return None };
    let gateway = match (kind, sort) {
        ("mesh", "virtualNode") => false,
        ("mesh", "virtualGateway") => true,
        _ => return None,
    };
    Some(Member { mesh: some(Some(mesh))?, gateway, name: some(Some(name))? })
}

/// The network that the names of a mesh count in.
pub(crate) fn network(source: &SourceId, mesh: &str) -> NetworkId {
    NetworkId::of(source, &format!("mesh/{mesh}"))
}

impl Meshes {
    /// What a member names: the virtual services it may call, and where no task is behind one, the host that is.
    pub(crate) fn mentions(&self, member: &Member, present: &BTreeSet<Member>) -> Vec<Mention> {
        let sort = if member.gateway { "gateway" } else { "node" };
        let place = Place::at(&format!("App Mesh virtual {sort} {}", member.name));
        let called = self.calls.get(member).into_iter().flatten();
        let hosts = called.flat_map(|service| {
            let key = (member.mesh.clone(), service.clone());
            let nodes: Vec<&String> = self.behind.get(&key).into_iter().flatten().collect();
            let here = |node: &&String| {
                present.contains(&Member { mesh: member.mesh.clone(), gateway: false, name: (*node).clone() })
            };
            let hosts: Vec<String> = if nodes.iter().any(here) {
                Vec::new()
            } else {
                let host = |node: &&String| self.hosts.get(&(member.mesh.clone(), (*node).clone())).cloned();
                nodes.iter().filter_map(host).collect()
            };
            hosts.into_iter().chain([service.clone()])
        });
        let mention = |host: String| {
            let target = Target::Address(Address::parse_host(&host)?);
            Some(Mention { via: Via::Mesh, place: place.clone(), target })
        };
        hosts.filter_map(mention).collect()
    }

    /// The virtual services that a node stands behind, as what it answers to within the mesh.
    pub(crate) fn answers(&self, member: &Member, source: &SourceId) -> Vec<Answer> {
        let scope = Scope::Network(network(source, &member.mesh));
        let behind = self.behind.iter().filter(|((mesh, _), nodes)| {
            mesh == &member.mesh && !member.gateway && nodes.contains(&member.name)
        });
        let hosts = behind.filter_map(|((_, service), _)| Host::parse(service));
        let answer = |host| Answer { host, port: None, scope: scope.clone(), by: AnsweredBy::Mesh };
        hosts.map(answer).collect()
    }
}

/// A member of a document: the answers of App Mesh are the resource itself, some tools wrap it in its name.
fn inside<'a>(document: &'a Value, name: &str) -> &'a Value {
    document.get(name).unwrap_or(document)
}

fn text(value: &Value) -> Option<String> {
    some(value.as_str())
}

/// The virtual services among a node's backends.
pub(crate) fn backends(node: &Value) -> BTreeSet<String> {
    let backends = inside(node, "virtualNode")["spec"]["backends"].as_array();
    let name = |backend: &Value| text(&backend["virtualService"]["virtualServiceName"]);
    backends.into_iter().flatten().filter_map(name).collect()
}

/// The host by which a node is found: of its DNS name, or of Cloud Map.
pub(crate) fn host(node: &Value) -> Option<String> {
    let discovery = &inside(node, "virtualNode")["spec"]["serviceDiscovery"];
    let map = &discovery["awsCloudMap"];
    text(&discovery["dns"]["hostname"])
        .or_else(|| Some(format!("{}.{}", text(&map["serviceName"])?, text(&map["namespaceName"])?)))
}

/// What a virtual service leads to: a node, or a router.
pub(crate) fn provider(service: &Value) -> (Option<String>, Option<String>) {
    let provider = &inside(service, "virtualService")["spec"]["provider"];
    (text(&provider["virtualNode"]["virtualNodeName"]), text(&provider["virtualRouter"]["virtualRouterName"]))
}

/// The names in a list of routes, of a router or of a gateway.
pub(crate) fn listed(answer: &Value, list: &str, name: &str) -> Vec<String> {
    answer[list].as_array().into_iter().flatten().filter_map(|route| text(&route[name])).collect()
}

/// The kinds of routes.
const ROUTES: [&str; 4] = ["httpRoute", "http2Route", "grpcRoute", "tcpRoute"];

/// The nodes that a router's route leads to.
pub(crate) fn weighted(route: &Value) -> BTreeSet<String> {
    let spec = &inside(route, "route")["spec"];
    let targets = ROUTES.iter().filter_map(|kind| spec[kind]["action"]["weightedTargets"].as_array());
    targets.flatten().filter_map(|target| text(&target["virtualNode"])).collect()
}

/// The virtual service that a gateway's route leads to.
pub(crate) fn routed(route: &Value) -> Option<String> {
    let spec = &inside(route, "gatewayRoute")["spec"];
    let target = |kind: &&str| text(&spec[kind]["action"]["target"]["virtualService"]["virtualServiceName"]);
    ROUTES.iter().find_map(target)
}

#[cfg(test)]
mod tests {
    use super::{Member, backends, host, named, provider, routed, weighted};
    use serde_json::json;

    #[test]
    fn nodes_and_gateways_are_named_with_and_without_an_arn() {
        let node = Member { mesh: "harbour".into(), gateway: false, name: "pilot".into() };
        assert_eq!(named("mesh/harbour/virtualNode/pilot"), Some(node.clone()));
        assert_eq!(named("arn:aws:appmesh:eu-west-1:1:mesh/harbour/virtualNode/pilot"), Some(node));
        assert!(named("mesh/harbour/virtualGateway/gate").unwrap().gateway);
        assert_eq!(named("pilot"), None);
        assert_eq!(named("mesh/harbour/virtualRouter/r"), None);
    }

    #[test]
    fn resources_are_read_bare_and_wrapped() {
        let spec = json!({"backends": [{"virtualService": {"virtualServiceName": "db.local"}}, {}],
                          "serviceDiscovery": {"awsCloudMap": {"namespaceName": "local", "serviceName": "pilot"}}});
        for node in [json!({"spec": spec}), json!({"virtualNode": {"spec": spec}})] {
            assert_eq!(backends(&node).into_iter().collect::<Vec<_>>(), ["db.local"]);
            assert_eq!(host(&node).as_deref(), Some("pilot.local"));
        }
        let service = json!({"spec": {"provider": {"virtualRouter": {"virtualRouterName": "r"}}}});
        assert_eq!(provider(&service), (None, Some("r".into())));
        let route = json!({"spec": {"http2Route": {"action": {"weightedTargets": [{"virtualNode": "a", "weight": 1}]}}}});
        assert_eq!(weighted(&route).into_iter().collect::<Vec<_>>(), ["a"]);
        let service = json!({"virtualServiceName": "db.local"});
        let route = json!({"spec": {"grpcRoute": {"action": {"target": {"virtualService": service}}}}});
        assert_eq!(routed(&route).as_deref(), Some("db.local"));
        assert_eq!(backends(&json!(null)).len(), 0);
    }
}

//! Decoder of App Mesh: the virtual node of a task, the virtual services that the node may call, and the
//! names at which clients reach the node. This module does no I/O.

use crate::{
    model::{
        Address, EndpointOrigin, EndpointScope, Host, NetworkId, Reference, ReferenceKind, ReferenceLocation,
        ReferenceTarget, ServiceEndpoint, Setting, SourceId,
    },
    source::ecs::decode::text::non_empty_text,
};
use aws_sdk_ecs::types::ContainerDefinition;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Environment variables that name the mesh node of an Envoy proxy.
pub(crate) const NODE_VARIABLES: [&str; 3] =
    ["APPMESH_RESOURCE_ARN", "APPMESH_VIRTUAL_NODE_NAME", "APPMESH_RESOURCE_CLUSTER"];

/// Member of a mesh: a virtual node or a virtual gateway.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct MeshMember {
    /// Name of the mesh.
    pub mesh: String,
    /// True for a virtual gateway, which calls services but provides none.
    #[serde(rename = "gateway")]
    pub is_gateway: bool,
    /// Name of the node or gateway.
    pub name: String,
}

/// Data about the meshes to which tasks belong, as far as Portolan has read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AppMeshes {
    /// Virtual services that each node or gateway may call.
    pub backends: BTreeMap<MeshMember, BTreeSet<String>>,
    /// Nodes behind each virtual service, by mesh and service name.
    pub nodes_by_service: BTreeMap<(String, String), BTreeSet<String>>,
    /// Host name of each node, by mesh and node name.
    pub node_hosts: BTreeMap<(String, String), String>,
}

/// Returns the mesh member whose proxy runs in a container, or `None` if the container is no proxy.
///
/// One of the proxy's [`NODE_VARIABLES`] has the form `mesh/MESH/virtualNode/NODE` or
/// `mesh/MESH/virtualGateway/GATEWAY`, alone or at the end of an ARN.
pub(crate) fn proxy_member(container: &ContainerDefinition) -> Option<MeshMember> {
    let told = |name: &&str| {
        let pair = container.environment().iter().find(|pair| pair.name() == Some(*name))?;
        parse_resource(pair.value()?)
    };
    NODE_VARIABLES.iter().find_map(told)
}

fn parse_resource(value: &str) -> Option<MeshMember> {
    let resource = value.rsplit(':').next().unwrap_or(value);
    let [kind, mesh, sort, name] = resource.split('/').collect::<Vec<_>>()[..] else { return None };
    let gateway = match (kind, sort) {
        ("mesh", "virtualNode") => false,
        ("mesh", "virtualGateway") => true,
        _ => return None,
    };
    Some(MeshMember {
        mesh: non_empty_text(Some(mesh))?,
        is_gateway: gateway,
        name: non_empty_text(Some(name))?,
    })
}

/// Returns the network in which the names of a mesh resolve.
pub(crate) fn mesh_network(source: &SourceId, mesh: &str) -> NetworkId {
    NetworkId::of(source, &format!("mesh/{mesh}"))
}

impl AppMeshes {
    /// Returns references to the virtual services that a member may call. `present` are the members that the
    /// task definitions of the region name.
    ///
    /// If no node of a virtual service is present, the service runs outside the source. In that case, the
    /// result also includes references to the host names of its nodes.
    pub(crate) fn references(&self, member: &MeshMember, present: &BTreeSet<MeshMember>) -> Vec<Reference> {
        let sort = if member.is_gateway { "gateway" } else { "node" };
        let place =
            ReferenceLocation::of(Setting::Other(format!("App Mesh virtual {sort} {}", member.name).into()));
        let called = self.backends.get(member).into_iter().flatten();
        let hosts = called.flat_map(|service| {
            let key = (member.mesh.clone(), service.clone());
            let nodes: Vec<&String> = self.nodes_by_service.get(&key).into_iter().flatten().collect();
            let here = |node: &&String| {
                present.contains(&MeshMember {
                    mesh: member.mesh.clone(),
                    is_gateway: false,
                    name: (*node).clone(),
                })
            };
            let hosts: Vec<String> = if nodes.iter().any(here) {
                Vec::new()
            } else {
                let host =
                    |node: &&String| self.node_hosts.get(&(member.mesh.clone(), (*node).clone())).cloned();
                nodes.iter().filter_map(host).collect()
            };
            hosts.into_iter().chain([service.clone()])
        });
        let mention = |host: String| {
            let target = ReferenceTarget::Address(Address::parse_host(&host)?);
            Some(Reference { kind: ReferenceKind::Mesh, location: place.clone(), target })
        };
        hosts.filter_map(mention).collect()
    }

    /// Returns the endpoints of a node within its mesh: the names of the virtual services that it provides.
    pub(crate) fn endpoints(&self, member: &MeshMember, source: &SourceId) -> Vec<ServiceEndpoint> {
        let scope = EndpointScope::Network(mesh_network(source, &member.mesh));
        let behind = self.nodes_by_service.iter().filter(|((mesh, _), nodes)| {
            mesh == &member.mesh && !member.is_gateway && nodes.contains(&member.name)
        });
        let hosts = behind.filter_map(|((_, service), _)| Host::parse(service));
        let answer =
            |host| ServiceEndpoint { host, port: None, scope: scope.clone(), origin: EndpointOrigin::Mesh };
        hosts.map(answer).collect()
    }
}

/// Returns the resource in `document`. App Mesh returns the resource itself, but some tools wrap it in a
/// field. `name` is the name of that field.
fn unwrap_resource<'a>(document: &'a Value, name: &str) -> &'a Value {
    document.get(name).unwrap_or(document)
}

fn json_text(value: &Value) -> Option<String> {
    non_empty_text(value.as_str())
}

/// Returns the names of the virtual services among the backends of a node.
pub(crate) fn node_backends(node: &Value) -> BTreeSet<String> {
    let backends = unwrap_resource(node, "virtualNode")["spec"]["backends"].as_array();
    let name = |backend: &Value| json_text(&backend["virtualService"]["virtualServiceName"]);
    backends.into_iter().flatten().filter_map(name).collect()
}

/// Returns the host name of a node, from its DNS name or from Cloud Map.
pub(crate) fn node_host(node: &Value) -> Option<String> {
    let discovery = &unwrap_resource(node, "virtualNode")["spec"]["serviceDiscovery"];
    let map = &discovery["awsCloudMap"];
    json_text(&discovery["dns"]["hostname"]).or_else(|| {
        Some(format!("{}.{}", json_text(&map["serviceName"])?, json_text(&map["namespaceName"])?))
    })
}

/// Returns the provider of a virtual service: the name of a node (first value) or of a router (second value).
pub(crate) fn service_provider(service: &Value) -> (Option<String>, Option<String>) {
    let provider = &unwrap_resource(service, "virtualService")["spec"]["provider"];
    (
        json_text(&provider["virtualNode"]["virtualNodeName"]),
        json_text(&provider["virtualRouter"]["virtualRouterName"]),
    )
}

/// Returns the names of the routes in a list response: the values of the key `name` in the array `list`.
pub(crate) fn route_names(answer: &Value, list: &str, name: &str) -> Vec<String> {
    answer[list].as_array().into_iter().flatten().filter_map(|route| json_text(&route[name])).collect()
}

/// JSON keys under which a route's `spec` holds the route, one for each kind of route.
const ROUTE_KINDS: [&str; 4] = ["httpRoute", "http2Route", "grpcRoute", "tcpRoute"];

/// Returns the nodes to which a router's route leads.
pub(crate) fn route_target_nodes(route: &Value) -> BTreeSet<String> {
    let spec = &unwrap_resource(route, "route")["spec"];
    let targets = ROUTE_KINDS.iter().filter_map(|kind| spec[kind]["action"]["weightedTargets"].as_array());
    targets.flatten().filter_map(|target| json_text(&target["virtualNode"])).collect()
}

/// Returns the virtual service to which a gateway's route leads.
pub(crate) fn gateway_route_target(route: &Value) -> Option<String> {
    let spec = &unwrap_resource(route, "gatewayRoute")["spec"];
    let target =
        |kind: &&str| json_text(&spec[kind]["action"]["target"]["virtualService"]["virtualServiceName"]);
    ROUTE_KINDS.iter().find_map(target)
}

#[cfg(test)]
mod tests {
    use super::{
        MeshMember, gateway_route_target, node_backends, node_host, parse_resource, route_target_nodes,
        service_provider,
    };
    use serde_json::json;

    #[test]
    fn nodes_and_gateways_are_named_with_and_without_an_arn() {
        let node = MeshMember { mesh: "harbour".into(), is_gateway: false, name: "pilot".into() };
        assert_eq!(parse_resource("mesh/harbour/virtualNode/pilot"), Some(node.clone()));
        assert_eq!(parse_resource("arn:aws:appmesh:eu-west-1:1:mesh/harbour/virtualNode/pilot"), Some(node));
        assert!(parse_resource("mesh/harbour/virtualGateway/gate").unwrap().is_gateway);
        assert_eq!(parse_resource("pilot"), None);
        assert_eq!(parse_resource("mesh/harbour/virtualRouter/r"), None);
    }

    #[test]
    fn resources_are_read_bare_and_wrapped() {
        let spec = json!({"backends": [{"virtualService": {"virtualServiceName": "db.local"}}, {}],
                          "serviceDiscovery": {"awsCloudMap": {"namespaceName": "local", "serviceName": "pilot"}}});
        for node in [json!({"spec": spec}), json!({"virtualNode": {"spec": spec}})] {
            assert_eq!(node_backends(&node).into_iter().collect::<Vec<_>>(), ["db.local"]);
            assert_eq!(node_host(&node).as_deref(), Some("pilot.local"));
        }
        let service = json!({"spec": {"provider": {"virtualRouter": {"virtualRouterName": "r"}}}});
        assert_eq!(service_provider(&service), (None, Some("r".into())));
        let route = json!({"spec": {"http2Route": {"action": {"weightedTargets": [{"virtualNode": "a", "weight": 1}]}}}});
        assert_eq!(route_target_nodes(&route).into_iter().collect::<Vec<_>>(), ["a"]);
        let service = json!({"virtualServiceName": "db.local"});
        let route = json!({"spec": {"grpcRoute": {"action": {"target": {"virtualService": service}}}}});
        assert_eq!(gateway_route_target(&route).as_deref(), Some("db.local"));
        assert_eq!(node_backends(&json!(null)).len(), 0);
    }
}

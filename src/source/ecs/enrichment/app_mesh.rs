//! Reader of App Mesh: the virtual nodes and gateways of the tasks, and the virtual services that these nodes
//! and gateways call. A result is valid for ten minutes. AWS ended App Mesh on 2026-09-30, so Portolan
//! reports a failure only if AWS denied or throttled a call, or took too long.

use super::last_read::LastRead;
use crate::{
    model::{Failure, FailureKind, UnreadPart},
    source::ecs::{
        client::{api::Api, sigv4::ApiRequest},
        decode::{
            definitions::task_definition::TaskDefinitions,
            service_mesh::app_mesh::{self, AppMeshes, MeshMember},
        },
        quota::calls::{self, Call},
    },
};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// Time for which a result is reused, unless its read had a failure that Portolan reports.
const CACHE_TTL: Duration = Duration::from_mins(10);

/// Time limit of one read of all meshes.
const READ_TIMEOUT: Duration = Duration::from_secs(8);

/// Largest number of requests in one read.
const MAX_CALLS_PER_READ: usize = 300;

/// Reads the App Mesh nodes and gateways of the tasks, and caches the last result.
#[derive(Debug)]
pub(crate) struct AppMeshReader {
    last: LastRead<MeshMember, AppMeshes>,
}

impl Default for AppMeshReader {
    fn default() -> Self {
        Self { last: LastRead::new(CACHE_TTL) }
    }
}

impl AppMeshReader {
    /// Returns the nodes and gateways that the task definitions in `book` name, with the virtual services
    /// that they call. Makes no call if `book` names none. Also returns an unread part if AWS denied or
    /// throttled a call, or took too long.
    pub(crate) async fn read(
        &self,
        api: &Api,
        book: &TaskDefinitions,
    ) -> (Arc<AppMeshes>, Option<UnreadPart>) {
        let wanted: BTreeSet<MeshMember> = book.values().filter_map(|d| d.mesh_member.clone()).collect();
        if wanted.is_empty() {
            return (Arc::default(), None);
        }
        if let Some(last) = self.last.get(&wanted, Instant::now()) {
            return last;
        }
        let mut reader = MeshFetch { api, meshes: AppMeshes::default(), calls_left: MAX_CALLS_PER_READ };
        let outcome = tokio::time::timeout(READ_TIMEOUT, reader.fetch(&wanted)).await;
        let failure = outcome.unwrap_or_else(|_| Err(late_failure())).err();
        // App Mesh no longer exists in most regions, so a failure for any other reason is expected.
        let reported = failure.filter(|failure| {
            matches!(failure.kind, FailureKind::Denied | FailureKind::Throttled | FailureKind::Timeout)
        });
        let gap = reported.map(|failure| UnreadPart { name: "App Mesh".into(), failure });
        self.last.put(wanted, reader.meshes, gap)
    }
}

/// Returns the failure of a read that did not end in time.
fn late_failure() -> Failure {
    let what = format!("App Mesh: not all resources read in {} s", READ_TIMEOUT.as_secs());
    Failure::new(FailureKind::Timeout, what, "no action needed: Portolan reads them again")
}

/// Read of App Mesh in progress: the data read so far, and the number of further calls allowed. If a call
/// fails, `meshes` keeps the partial result.
struct MeshFetch<'a> {
    api: &'a Api,
    meshes: AppMeshes,
    calls_left: usize,
}

impl MeshFetch<'_> {
    /// Reads the virtual services that each member in `wanted` calls, then the nodes behind these services.
    async fn fetch(&mut self, wanted: &BTreeSet<MeshMember>) -> Result<(), Failure> {
        for member in wanted {
            let called = if member.is_gateway {
                self.gateway_services(member).await?
            } else {
                let mesh = member.mesh.as_str();
                let node = self.get_node(mesh, &member.name).await?;
                app_mesh::node_backends(&node)
            };
            self.meshes.backends.insert(member.clone(), called);
        }
        let services: BTreeSet<(String, String)> = self
            .meshes
            .backends
            .iter()
            .flat_map(|(member, called)| called.iter().map(|name| (member.mesh.clone(), name.clone())))
            .collect();
        for (mesh, name) in services {
            let nodes = self.nodes_behind(&mesh, &name).await?;
            for node in &nodes {
                if !self.meshes.node_hosts.contains_key(&(mesh.clone(), node.clone())) {
                    self.get_node(&mesh, node).await?;
                }
            }
            self.meshes.nodes_by_service.insert((mesh, name), nodes);
        }
        Ok(())
    }

    /// Reads a node, records its host name, and returns it as JSON.
    async fn get_node(&mut self, mesh: &str, name: &str) -> Result<Value, Failure> {
        let node = self.get_resource(&calls::DESCRIBE_VIRTUAL_NODE, &[mesh, "virtualNodes", name]).await?;
        if let Some(host) = app_mesh::node_host(&node) {
            self.meshes.node_hosts.insert((mesh.to_owned(), name.to_owned()), host);
        }
        Ok(node)
    }

    /// Returns the virtual services that a gateway's routes lead to.
    async fn gateway_services(&mut self, member: &MeshMember) -> Result<BTreeSet<String>, Failure> {
        let path = [member.mesh.as_str(), "virtualGateway", &member.name, "gatewayRoutes"];
        let routes = self.get_resource(&calls::LIST_GATEWAY_ROUTES, &path).await?;
        let mut found = BTreeSet::new();
        for name in app_mesh::route_names(&routes, "gatewayRoutes", "gatewayRouteName") {
            let path = [path[0], path[1], path[2], path[3], &name];
            found.extend(app_mesh::gateway_route_target(
                &self.get_resource(&calls::DESCRIBE_GATEWAY_ROUTE, &path).await?,
            ));
        }
        Ok(found)
    }

    /// Returns the nodes behind a virtual service: the node that provides it, or the target nodes of its
    /// router's routes.
    async fn nodes_behind(&mut self, mesh: &str, name: &str) -> Result<BTreeSet<String>, Failure> {
        let service =
            self.get_resource(&calls::DESCRIBE_VIRTUAL_SERVICE, &[mesh, "virtualServices", name]).await?;
        let (node, router) = app_mesh::service_provider(&service);
        let mut nodes: BTreeSet<String> = node.into_iter().collect();
        if let Some(router) = router {
            let path = [mesh, "virtualRouter", &router, "routes"];
            let routes = self.get_resource(&calls::LIST_ROUTES, &path).await?;
            for route in app_mesh::route_names(&routes, "routes", "routeName") {
                let path = [path[0], path[1], path[2], path[3], &route];
                nodes.extend(app_mesh::route_target_nodes(
                    &self.get_resource(&calls::DESCRIBE_ROUTE, &path).await?,
                ));
            }
        }
        Ok(nodes)
    }

    /// Returns one resource as JSON, or null if it does not exist. Fails if this read has made
    /// [`MAX_CALLS_PER_READ`] calls already.
    async fn get_resource(&mut self, call: &'static Call, path: &[&str]) -> Result<Value, Failure> {
        if self.calls_left == 0 {
            let what = format!("App Mesh: more than {MAX_CALLS_PER_READ} calls needed; the rest is left out");
            return Err(Failure::new(FailureKind::Throttled, what, "limit the source to some clusters"));
        }
        self.calls_left -= 1;
        let mut segments = vec!["v20190125", "meshes"];
        segments.extend(path);
        let client = &self.api.clients.app_mesh;
        match self.api.json_call(call, client, ApiRequest::get(&segments)).await {
            Err(failure) if failure.kind == FailureKind::Missing => Ok(Value::Null),
            response => response,
        }
    }
}

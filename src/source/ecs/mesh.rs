//! What App Mesh knows of the nodes that tasks stand for, read once in a while. AWS ended App Mesh on 2026-09-30: that it
//! does not answer is no news.

use super::{
    api::Api,
    calls::{self, Call},
    decode::{
        Book,
        mesh::{self, Member, Meshes},
    },
    signed::Ask,
};
use crate::model::{Failure, FailureKind, Gap};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long an answer is good.
const GOOD: Duration = Duration::from_mins(10);

/// How long one is good that lacks something.
const REST: Duration = Duration::from_secs(10);

/// How long the map waits for it.
const PATIENCE: Duration = Duration::from_secs(8);

/// How many resources one look reads at most.
const MOST: usize = 300;

/// The last answer.
#[derive(Debug, Default)]
pub(crate) struct MeshWatch {
    last: Mutex<Option<Last>>,
}

#[derive(Clone, Debug)]
struct Last {
    at: Instant,
    wanted: BTreeSet<Member>,
    known: Arc<Meshes>,
    gap: Option<Gap>,
}

impl MeshWatch {
    /// The meshes of the nodes that task definitions name; asks nothing where none does.
    pub(crate) async fn read(&self, api: &Api, book: &Book) -> (Arc<Meshes>, Option<Gap>) {
        let wanted: BTreeSet<Member> = book.values().filter_map(|d| d.node.clone()).collect();
        if wanted.is_empty() {
            return (Arc::default(), None);
        }
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(last) = last
            && last.at.elapsed() < if last.gap.is_some() { REST } else { GOOD }
            && last.wanted.is_superset(&wanted)
        {
            return (last.known, last.gap);
        }
        let mut reader = Reader { api, known: Meshes::default(), left: MOST };
        let asked = tokio::time::timeout(PATIENCE, reader.read(&wanted)).await;
        let failure = asked.ok().and_then(Result::err);
        // Where App Mesh is no more, there is nothing to miss.
        let denied = failure.filter(|f| matches!(f.kind, FailureKind::Denied | FailureKind::Throttled));
        let gap = denied.map(|failure| Gap { what: "App Mesh".into(), failure });
        let known = Arc::new(reader.known);
        let last = Last { at: Instant::now(), wanted, known: known.clone(), gap: gap.clone() };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        (known, gap)
    }
}

/// Reads as far as it may; what it has read stays in `known`.
struct Reader<'a> {
    api: &'a Api,
    known: Meshes,
    left: usize,
}

impl Reader<'_> {
    async fn read(&mut self, wanted: &BTreeSet<Member>) -> Result<(), Failure> {
        for member in wanted {
            let called = if member.gateway {
                self.gateway(member).await?
            } else {
                let mesh = member.mesh.as_str();
                let node = self.node(mesh, &member.name).await?;
                mesh::backends(&node)
            };
            self.known.calls.insert(member.clone(), called);
        }
        let services: BTreeSet<(String, String)> = self
            .known
            .calls
            .iter()
            .flat_map(|(member, called)| called.iter().map(|name| (member.mesh.clone(), name.clone())))
            .collect();
        for (mesh, name) in services {
            let nodes = self.behind(&mesh, &name).await?;
            for node in &nodes {
                if !self.known.hosts.contains_key(&(mesh.clone(), node.clone())) {
                    self.node(&mesh, node).await?;
                }
            }
            self.known.behind.insert((mesh, name), nodes);
        }
        Ok(())
    }

    async fn node(&mut self, mesh: &str, name: &str) -> Result<Value, Failure> {
        let node = self.get(&calls::DESCRIBE_VIRTUAL_NODE, &[mesh, "virtualNodes", name]).await?;
        if let Some(host) = mesh::host(&node) {
            self.known.hosts.insert((mesh.to_owned(), name.to_owned()), host);
        }
        Ok(node)
    }

    /// The virtual services that a gateway's routes lead to.
    async fn gateway(&mut self, member: &Member) -> Result<BTreeSet<String>, Failure> {
        let path = [member.mesh.as_str(), "virtualGateway", &member.name, "gatewayRoutes"];
        let routes = self.get(&calls::LIST_GATEWAY_ROUTES, &path).await?;
        let mut found = BTreeSet::new();
        for name in mesh::listed(&routes, "gatewayRoutes", "gatewayRouteName") {
            let path = [path[0], path[1], path[2], path[3], &name];
            found.extend(mesh::routed(&self.get(&calls::DESCRIBE_GATEWAY_ROUTE, &path).await?));
        }
        Ok(found)
    }

    /// The nodes behind a virtual service: the one it names, or those that its router's routes lead to.
    async fn behind(&mut self, mesh: &str, name: &str) -> Result<BTreeSet<String>, Failure> {
        let service = self.get(&calls::DESCRIBE_VIRTUAL_SERVICE, &[mesh, "virtualServices", name]).await?;
        let (node, router) = mesh::provider(&service);
        let mut nodes: BTreeSet<String> = node.into_iter().collect();
        if let Some(router) = router {
            let path = [mesh, "virtualRouter", &router, "routes"];
            let routes = self.get(&calls::LIST_ROUTES, &path).await?;
            for route in mesh::listed(&routes, "routes", "routeName") {
                let path = [path[0], path[1], path[2], path[3], &route];
                nodes.extend(mesh::weighted(&self.get(&calls::DESCRIBE_ROUTE, &path).await?));
            }
        }
        Ok(nodes)
    }

    /// One resource; null where there is no such thing.
    async fn get(&mut self, call: &'static Call, path: &[&str]) -> Result<Value, Failure> {
        if self.left == 0 {
            return Ok(Value::Null);
        }
        self.left -= 1;
        let mut segments = vec!["v20190125", "meshes"];
        segments.extend(path);
        let asked = self.api.pass(call, self.api.clients.mesh.call(Ask::get(&segments))).await;
        match asked {
            Ok(body) => Ok(serde_json::from_str(&body).unwrap_or_default()),
            Err(failure) if failure.kind == FailureKind::Missing => Ok(Value::Null),
            Err(failure) => Err(failure),
        }
    }
}

//! Ids of sources, services, instances, networks and nodes. They stay the same over polls, are cheap to
//! clone, and are readable in JSON.

use super::text::IdText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares a distinct id type around a string, so that the compiler rejects, for example, a service's id
/// where an instance's id is expected.
macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(IdText);

        impl $name {
            /// Returns the id `text`, cleaned of terminal sequences and deceiving characters.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(IdText::new(text.as_ref()))
            }
            /// Returns the id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

identity! {
    /// Id of a source, such as `docker` or `ecs:eu-west-1`.
    SourceId
}
identity! {
    /// Id of a service, unique over all sources: `source/group/name`, or `source/name` without a group.
    ServiceId
}
identity! {
    /// Id of an instance, unique over all sources: `source/ID`, where `ID` is the container's or task's id in
    /// the engine or ECS.
    InstanceId
}
identity! {
    /// Id of a Docker network, a VPC or a Service Connect namespace, unique over all sources:
    /// `source/network`. Members of the network can use its names and addresses.
    NetworkId
}
identity! {
    /// Id of a node of the topology: a service's id, or `dependency:…`, `load-balancer:…`, `internet`.
    NodeId
}

impl ServiceId {
    /// Returns the id of the service `name` in `group` of `source`. A standalone container has no group.
    #[must_use]
    pub fn of(source: &SourceId, group: Option<&str>, name: &str) -> Self {
        match group {
            Some(group) => Self::new(format!("{source}/{group}/{name}")),
            None => Self::new(format!("{source}/{name}")),
        }
    }
}

/// The parts of a service's id: source, group and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceIdParts<'a> {
    /// Id of the source.
    pub source: &'a str,
    /// The compose project, swarm stack or ECS cluster; `None` for a standalone container.
    pub group: Option<&'a str>,
    /// Name of the service without its group.
    pub name: &'a str,
    /// The id without its source: `group/name`, or the name alone.
    pub group_and_name: &'a str,
}

impl<'a> ServiceIdParts<'a> {
    /// Splits a service's id. If it has no slash, the whole id is the name, and the source is empty.
    fn parse(id: &'a str) -> Self {
        let (source, local) = id.split_once('/').unwrap_or(("", id));
        match local.split_once('/') {
            Some((group, name)) => Self { source, group: Some(group), name, group_and_name: local },
            None => Self { source, group: None, name: local, group_and_name: local },
        }
    }
}

impl ServiceId {
    /// Returns the parts of the id.
    #[must_use]
    pub fn parts(&self) -> ServiceIdParts<'_> {
        ServiceIdParts::parse(self.as_str())
    }
}

/// Returns the source of a service: the part of its id before the first slash.
impl From<&ServiceId> for SourceId {
    fn from(id: &ServiceId) -> Self {
        Self::new(id.parts().source)
    }
}

/// Returns the part of `id` after `source` and its slash, or `None` if the id belongs to another source.
fn local_part<'a>(id: &'a str, source: &SourceId) -> Option<&'a str> {
    id.strip_prefix(source.as_str())?.strip_prefix('/')
}

impl InstanceId {
    /// Returns the id of the instance that has the id `native` in the engine or in ECS.
    #[must_use]
    pub fn of(source: &SourceId, native: &str) -> Self {
        Self::new(format!("{source}/{native}"))
    }

    /// Returns the instance's id in the engine or in ECS, or `None` if the instance belongs to another
    /// source.
    #[must_use]
    pub fn native_id(&self, source: &SourceId) -> Option<&str> {
        local_part(self.as_str(), source)
    }
}

/// Text between source and name in the id of a Service Connect namespace. No other network's id contains this
/// text.
const NAMESPACE_MARKER: &str = "/namespace/";

impl NetworkId {
    /// Returns the id of the network that has the name or id `native` in its source.
    #[must_use]
    pub fn of(source: &SourceId, native: &str) -> Self {
        Self::new(format!("{source}/{native}"))
    }

    /// Returns the id of the host's own network, whose members are the containers in host network mode.
    #[must_use]
    pub fn host_network(source: &SourceId) -> Self {
        Self::of(source, "host")
    }

    /// Returns the id of the network that stands for the host's published ports. Its members are the
    /// containers that can reach the host. Two members can't reach each other through this network.
    #[must_use]
    pub fn host_ports(source: &SourceId) -> Self {
        // Docker allows no colon in network names, so this one can't clash.
        Self::of(source, "host:ports")
    }

    /// Returns the id of the Service Connect namespace `name`.
    #[must_use]
    pub fn namespace(source: &SourceId, name: &str) -> Self {
        Self::new(format!("{source}{NAMESPACE_MARKER}{name}"))
    }

    /// Returns the name of a Service Connect namespace, or `None` for any other network.
    #[must_use]
    pub fn namespace_name(&self) -> Option<&str> {
        self.0.split_once(NAMESPACE_MARKER).map(|(_, name)| name)
    }

    /// Returns true if the network connects its members. All networks do except [`Self::host_ports`].
    #[must_use]
    pub fn connects_members(&self) -> bool {
        !self.0.ends_with("/host:ports")
    }
}

/// Prefix of the ids of dependencies.
const DEPENDENCY_PREFIX: &str = "dependency:";

/// Prefix of the ids of load balancers.
const LOAD_BALANCER_PREFIX: &str = "load-balancer:";

/// Id of the node that stands for the internet.
const INTERNET_ID: &str = "internet";

/// A node's id split into parts, with one variant for each kind of node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeIdParts<'a> {
    /// A service of a source.
    Service(ServiceIdParts<'a>),
    /// A dependency: its host or name.
    Dependency(&'a str),
    /// A load balancer: `SOURCE/NAME`.
    LoadBalancer(&'a str),
    /// The internet, from which outside requests come.
    Internet,
}

impl NodeId {
    /// Returns the id of the dependency `name`.
    #[must_use]
    pub fn dependency(name: &str) -> Self {
        Self::new(format!("{DEPENDENCY_PREFIX}{name}"))
    }

    /// Returns the id of the load balancer `name` of `source`.
    #[must_use]
    pub fn load_balancer(source: &SourceId, name: &str) -> Self {
        Self::new(format!("{LOAD_BALANCER_PREFIX}{source}/{name}"))
    }

    /// Returns the id of the node that stands for the internet.
    #[must_use]
    pub fn internet() -> Self {
        Self::new(INTERNET_ID)
    }

    /// Returns the id of a service of `source`, given the rest of its id: `group/name` or `name`.
    #[must_use]
    pub fn service_of(source: &SourceId, group_and_name: &str) -> Self {
        Self::new(format!("{source}/{group_and_name}"))
    }

    /// Returns the parts of the id.
    #[must_use]
    pub fn parts(&self) -> NodeIdParts<'_> {
        let id = self.as_str();
        if let Some(name) = id.strip_prefix(DEPENDENCY_PREFIX) {
            NodeIdParts::Dependency(name)
        } else if let Some(name) = id.strip_prefix(LOAD_BALANCER_PREFIX) {
            NodeIdParts::LoadBalancer(name)
        } else if id == INTERNET_ID {
            NodeIdParts::Internet
        } else {
            NodeIdParts::Service(ServiceIdParts::parse(id))
        }
    }

    /// Returns the source of a service's node, or `None` for other nodes.
    #[must_use]
    pub fn service_source(&self) -> Option<SourceId> {
        match self.parts() {
            NodeIdParts::Service(parts) => Some(SourceId::new(parts.source)),
            NodeIdParts::Dependency(_) | NodeIdParts::LoadBalancer(_) | NodeIdParts::Internet => None,
        }
    }

    /// Returns the id of a service's node without its source: `group/name` or `name`. Returns `None` if the
    /// node does not belong to `source`.
    #[must_use]
    pub fn group_and_name(&self, source: &SourceId) -> Option<&str> {
        local_part(self.as_str(), source)
    }
}

impl From<&ServiceId> for NodeId {
    fn from(id: &ServiceId) -> Self {
        Self(id.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{InstanceId, NodeId, NodeIdParts, ServiceId, ServiceIdParts, SourceId};

    #[test]
    fn an_id_falls_into_the_parts_that_made_it() {
        let source = SourceId::new("ecs:prod");
        for group in [Some("shop"), None] {
            let id = ServiceId::of(&source, group, "web");
            let group_and_name = id.as_str().trim_start_matches("ecs:prod/");
            let parts = ServiceIdParts { source: "ecs:prod", group, name: "web", group_and_name };
            assert_eq!(id.parts(), parts);
            assert_eq!(SourceId::from(&id), source);
            assert_eq!(NodeId::from(&id).parts(), NodeIdParts::Service(id.parts()));
            assert_eq!(NodeId::from(&id).service_source(), Some(source.clone()));
        }
        assert_eq!(InstanceId::of(&source, "4f2a").native_id(&source), Some("4f2a"));
        assert_eq!(InstanceId::of(&source, "4f2a").native_id(&SourceId::new("ecs")), None);
        assert_eq!(NodeId::dependency("db.example.com").parts(), NodeIdParts::Dependency("db.example.com"));
        assert_eq!(
            NodeId::load_balancer(&source, "quay").parts(),
            NodeIdParts::LoadBalancer("ecs:prod/quay")
        );
        assert_eq!(NodeId::internet().parts(), NodeIdParts::Internet);
    }
}

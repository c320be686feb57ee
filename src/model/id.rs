//! Ids of sources, services, instances, networks and nodes. They stay the same over polls, are cheap to
//! clone, and are readable in JSON.

use super::text::IdText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares an id type around a string, so that the compiler rejects a service's id where an instance's
/// belongs.
macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(IdText);

        impl $name {
            /// Returns the id with `text` cleaned.
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
    /// Id of a service, unique over all sources: `source/group/name`.
    ServiceId
}
identity! {
    /// Id of an instance, unique over all sources: `source/` and the engine's id.
    InstanceId
}
identity! {
    /// Id of a network, VPC or namespace in which names resolve, unique over all sources.
    NetworkId
}
identity! {
    /// Id of a node of the topology: a service's id, or `dependency:…`, `load-balancer:…`, `internet`.
    NodeId
}

impl ServiceId {
    /// Returns the id of service `name` in `group` of `source`; a standalone container has no group.
    #[must_use]
    pub fn of(source: &SourceId, group: Option<&str>, name: &str) -> Self {
        match group {
            Some(group) => Self::new(format!("{source}/{group}/{name}")),
            None => Self::new(format!("{source}/{name}")),
        }
    }
}

impl InstanceId {
    /// Returns the id of the instance that the engine calls `native`.
    #[must_use]
    pub fn of(source: &SourceId, native: &str) -> Self {
        Self::new(format!("{source}/{native}"))
    }
}

impl NetworkId {
    /// Returns the id of the network that the engine calls `native`.
    #[must_use]
    pub fn of(source: &SourceId, native: &str) -> Self {
        Self::new(format!("{source}/{native}"))
    }
}

impl NetworkId {
    /// Returns the host's own network; containers in host mode are its members.
    #[must_use]
    pub fn host_network(source: &SourceId) -> Self {
        Self::of(source, "host")
    }

    /// Returns the scope of the ports that containers publish on the host. Every container that can reach the
    /// host is a member, which does not connect the members to each other.
    #[must_use]
    pub fn host_ports(source: &SourceId) -> Self {
        // Docker allows no colon in network names, so this one can't clash.
        Self::of(source, "host:ports")
    }

    /// Returns true if members of the network can reach each other's own addresses.
    #[must_use]
    pub fn connects_members(&self) -> bool {
        !self.0.ends_with("/host:ports")
    }
}

impl From<&ServiceId> for NodeId {
    fn from(id: &ServiceId) -> Self {
        Self(id.0.clone())
    }
}

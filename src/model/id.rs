//! Names that survive polls: cheap to clone, ordered, readable in JSON.

use super::text::IdText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares a string identity of its own type, so that a service can not be passed for an instance.
macro_rules! identity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(IdText);

        impl $name {
            /// Cleans the text.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(IdText::new(text.as_ref()))
            }
            /// The text.
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
    /// One place to look, such as `docker` or `ecs:eu-west-1`.
    SourceId
}
identity! {
    /// What people name, unique over all sources: `source/group/name`.
    ServiceId
}
identity! {
    /// One running copy, unique over all sources: `source/` and the engine's own id.
    InstanceId
}
identity! {
    /// A network, VPC or namespace in which a name counts, unique over all sources.
    NetworkId
}
identity! {
    /// A node of the topology: a service's id, or `dependency:…`, `load-balancer:…`, `internet`.
    NodeId
}

impl ServiceId {
    /// The id of the service `name` of `group` in `source`; a lone container has no group.
    #[must_use]
    pub fn of(source: &SourceId, group: Option<&str>, name: &str) -> Self {
        match group {
            Some(group) => Self::new(format!("{source}/{group}/{name}")),
            None => Self::new(format!("{source}/{name}")),
        }
    }
}

impl InstanceId {
    /// The id of the engine's `native` thing in `source`.
    #[must_use]
    pub fn of(source: &SourceId, native: &str) -> Self {
        Self::new(format!("{source}/{native}"))
    }
}

impl NetworkId {
    /// The id of the engine's `native` network in `source`.
    #[must_use]
    pub fn of(source: &SourceId, native: &str) -> Self {
        Self::new(format!("{source}/{native}"))
    }
}

impl NetworkId {
    /// The network of the host, of which containers in host mode are members.
    #[must_use]
    pub fn host(source: &SourceId) -> Self {
        Self::of(source, "host")
    }

    /// The scope of the ports that containers publish on the host. Every container that reaches the host is in it,
    /// which does not join any two of them.
    #[must_use]
    pub fn host_ports(source: &SourceId) -> Self {
        // No network of an engine has a colon in its name.
        Self::of(source, "host:ports")
    }

    /// Whether two members of it reach each other's own addresses.
    #[must_use]
    pub fn joins_members(&self) -> bool {
        !self.0.ends_with("/host:ports")
    }
}

impl From<&ServiceId> for NodeId {
    fn from(id: &ServiceId) -> Self {
        Self(id.0.clone())
    }
}

//! What a service answers to: the other half of the join that makes an edge.

use super::{Host, NetworkId};
use serde::{Deserialize, Serialize};

/// One name or address at which a service can be reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Answer {
    /// The name or address.
    pub host: Host,
    /// The only port at which it answers there, or none where every port counts.
    pub port: Option<u16>,
    /// Where the name counts.
    pub scope: Scope,
    /// How the service came by the name.
    pub by: AnsweredBy,
}

/// Where a name counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// For everyone: a public or VPC-wide name.
    Everywhere,
    /// For the members of that network or namespace only.
    Network(NetworkId),
}

/// How a service came by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnsweredBy {
    /// The compose, swarm or ECS service's own name on a network.
    ServiceName,
    /// The container's name.
    ContainerName,
    /// The container's host name or short id.
    Hostname,
    /// A network alias.
    Alias,
    /// An address of an instance.
    InstanceAddress,
    /// A port published on the host.
    PublishedPort,
    /// An ECS Service Connect client alias.
    ServiceConnect,
    /// A Cloud Map registry's DNS name.
    CloudMap,
    /// A virtual service of App Mesh.
    Mesh,
    /// A service of Consul's service mesh.
    Consul,
    /// The loopback address of a network namespace that several containers share.
    Loopback,
}

impl AnsweredBy {
    /// The way in words, as `why` prints it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ServiceName => "service name",
            Self::ContainerName => "container name",
            Self::Hostname => "host name",
            Self::Alias => "network alias",
            Self::InstanceAddress => "instance address",
            Self::PublishedPort => "published port",
            Self::ServiceConnect => "Service Connect alias",
            Self::CloudMap => "Cloud Map name",
            Self::Mesh => "App Mesh virtual service",
            Self::Consul => "Consul service",
            Self::Loopback => "loopback address",
        }
    }
}

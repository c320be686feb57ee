//! Endpoints: the names and addresses at which clients reach services. If the configuration of a service
//! names an endpoint of another one, the topology has an edge between them.

use crate::model::{Host, NetworkId};
use serde::{Deserialize, Serialize};

/// A name or address at which clients reach a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceEndpoint {
    /// The name or address.
    pub host: Host,
    /// The port on which the service listens at `host`; `None` if the endpoint covers every port.
    pub port: Option<u16>,
    /// The clients that reach this service at `host`.
    pub scope: EndpointScope,
    /// The mechanism that gives the service this name or address, such as a network alias.
    #[serde(rename = "by")]
    pub origin: EndpointOrigin,
}

/// The clients that can use the name or address of an endpoint: all clients, or the members of one network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EndpointScope {
    /// All clients, because the name or address is public or VPC-wide.
    Everywhere,
    /// Only members of this network or namespace.
    Network(NetworkId),
}

/// The mechanism that gives a service the name or address of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointOrigin {
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
    /// A virtual service of AWS App Mesh.
    Mesh,
    /// A service of the Consul service mesh.
    Consul,
    /// The loopback address of a network namespace that several containers share.
    Loopback,
}

impl EndpointOrigin {
    /// Returns the origin in words, such as `network alias`, as `portolan why` prints it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ServiceName => "service name",
            Self::ContainerName => "container name",
            Self::Hostname => "hostname",
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

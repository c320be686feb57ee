//! Load balancers, which the map shows between callers and services.

use crate::model::{Host, ServiceId, Text};
use serde::{Deserialize, Serialize};

/// A load balancer that forwards traffic to services of its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Name of the load balancer, unique in its source.
    pub name: Text,
    /// DNS name that callers use; `None` if it has none.
    pub host: Option<Host>,
    /// True if the load balancer is reachable from the internet.
    #[serde(rename = "public")]
    pub internet_facing: bool,
    /// Type in the provider's terms: `application`, `network`, `gateway`.
    pub kind: Text,
    /// Routes, each of which sends requests to one service.
    pub routes: Vec<LoadBalancerRoute>,
    /// Health of the load balancer's targets; empty if the load balancer does not report it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetHealth>,
}

/// The health check result of one target (an instance's address) behind a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TargetHealth {
    /// The service to which the target belongs.
    pub service: ServiceId,
    /// The target as its load balancer names it, such as `10.0.1.7:8080`: an IP address or instance id, with
    /// the port if it has one.
    pub address: Text,
    /// Error code and description of the failing health check; `None` if the check passes.
    pub reason: Option<Text>,
}

/// A route of a load balancer: a listener's port and a rule, by which requests reach one service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LoadBalancerRoute {
    /// The service that receives the traffic.
    pub service: ServiceId,
    /// The listener's port; `None` if no listener forwards to the service.
    pub port: Option<u16>,
    /// The rule in words, such as `host api.example.com, path /v1/*`. `default rule` if only requests that
    /// match no other rule reach the service, and the target group's name if there are no other rules.
    pub rule: Text,
}

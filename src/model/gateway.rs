//! Load balancers: nodes of their own that stand between callers and services.

use super::{Host, ServiceId, Text};
use serde::{Deserialize, Serialize};

/// A load balancer that sends traffic to services of the same source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// Its name, unique in its source.
    pub name: Text,
    /// The DNS name that callers use; `None` for one that has no such name.
    pub host: Option<Host>,
    /// Whether the internet can reach it.
    pub public: bool,
    /// What it is, in the provider's word: `application`, `network`, `gateway`.
    pub kind: Text,
    /// Where it sends what.
    pub routes: Vec<Route>,
    /// The copies of services that it checks, as far as it says how they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Checked>,
}

/// A copy of a service as a load balancer sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Checked {
    /// The service.
    pub service: ServiceId,
    /// The address and port, or the machine and port, at which it is reached.
    pub address: Text,
    /// Why its check fails: the code and the words; none where it passes.
    pub reason: Option<Text>,
}

/// One way through a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Route {
    /// The service that gets the traffic.
    pub service: ServiceId,
    /// The listener's port, where a listener leads there.
    pub port: Option<u16>,
    /// The rule in words, such as `host api.example.com, path /v1/*`; the target group's name where there is none.
    pub rule: Text,
}

//! Everything one source sees, at one moment. The store replaces it as a whole; nothing patches it.

use super::{Event, Failure, Flow, Gateway, Service, SourceId, Timestamp, Watched};
use serde::{Deserialize, Serialize};

/// Everything one source sees now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whose it is.
    pub source: SourceId,
    /// When it was taken.
    pub taken: Timestamp,
    /// All its services, in any order.
    pub services: Vec<Service>,
    /// Its load balancers.
    pub gateways: Vec<Gateway>,
    /// What happened lately, in any order.
    pub events: Vec<Event>,
    /// What could not be read although the rest could.
    pub gaps: Vec<Gap>,
    /// The connections that were seen since the last look.
    #[serde(default)]
    pub flows: Vec<Flow>,
    /// The services whose connections can be seen.
    #[serde(default)]
    pub watched: Vec<Watched>,
}

/// A part of a source that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What is missing for it, such as `load balancers`.
    pub what: String,
    /// Why.
    pub failure: Failure,
}

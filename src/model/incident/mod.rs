//! Events, findings and outages: the facts behind an incident.

pub mod event;
pub mod finding;
pub mod outage;

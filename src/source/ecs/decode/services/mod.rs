//! Decoders of ECS services, and of task families as services. They cover deployments, events, facts,
//! endpoints and the start of an outage.

pub(crate) mod deployment;
pub(crate) mod endpoints;
pub(crate) mod outage_start;
pub(crate) mod service;
pub(crate) mod service_events;
pub(crate) mod service_facts;
pub(crate) mod task_family;

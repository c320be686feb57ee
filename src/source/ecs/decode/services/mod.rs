//! ECS services, and task families as services: their deployments, events, facts and endpoints, and since when they fail.

pub(crate) mod deployment;
pub(crate) mod endpoints;
pub(crate) mod outage_start;
pub(crate) mod service;
pub(crate) mod service_events;
pub(crate) mod service_facts;
pub(crate) mod task_family;

//! Profiles: facts that people need about a service, such as its owner, its repository and its runbook, each
//! with its origin. Many of them come from checkouts, the repositories on this machine.

pub mod checkout;
pub mod code_host;
pub mod entity;
mod fact_value;
pub mod field;
pub mod owner_pattern;
pub mod profile_fact;
pub mod repository;
pub mod resolved_profile;
pub mod service_profile;

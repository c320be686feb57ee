//! Addresses and the facts that connect services: hosts, endpoints, references, connections, load balancers.

pub mod address;
pub mod arn;
pub mod connection;
pub mod display_url;
pub mod endpoint;
pub mod host;
pub mod image_registry;
pub mod load_balancer;
pub mod not_a_host;
pub mod reference;
pub mod scheme;
pub mod setting;
pub mod webhook;

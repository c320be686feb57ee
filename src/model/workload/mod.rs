//! Services, with their instances, deployments, images, health and resource usage.

pub mod deployment;
pub mod exit_cause;
pub mod fact;
pub mod health;
pub mod image_ref;
pub mod instance;
pub mod service;
mod start_error;
pub mod usage;

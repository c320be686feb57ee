//! Commands about single services: their deployments, their needs and their usage.

pub(super) mod deployments;
pub(super) mod need;
pub(super) mod usage;

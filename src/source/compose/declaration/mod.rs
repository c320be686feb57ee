//! The services, ports and networks that the merged files of a project declare, and the inputs of each
//! service.

pub(super) mod inputs;
pub(super) mod ports;
pub(super) mod project;
pub(super) mod service;

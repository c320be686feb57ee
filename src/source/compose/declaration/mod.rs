//! A project as its merged files declare it: services, ports, networks, and the values that this machine's files give them.

pub(super) mod inputs;
pub(super) mod ports;
pub(super) mod project;
pub(super) mod service;

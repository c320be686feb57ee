//! Engine discovery: the engine that the docker command would choose, Podman's sockets beside it, and how an engine's address is written.

pub(super) mod context;
pub(super) mod endpoint;
pub(super) mod engines;
pub(super) mod settings_file;

//! Engine discovery: the engine that the docker command would choose, and Podman's sockets beside it. Also
//! parses addresses of engines.

pub(super) mod context;
pub(super) mod endpoint;
pub(super) mod engines;
pub(super) mod settings_file;

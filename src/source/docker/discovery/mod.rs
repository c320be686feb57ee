//! Discovery of engines, as the docker command does it, and parsing of their addresses.

pub(super) mod context;
pub(super) mod endpoint;
pub(super) mod engines;
pub(super) mod settings_file;

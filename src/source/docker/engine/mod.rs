//! Connection to one engine: the client, its API calls, HTTP with limits, ssh tunnels, event and output
//! streams, and messages for failures.

pub(super) mod calls;
pub(super) mod change;
pub(super) mod client;
pub(super) mod event_stream;
pub(super) mod failure;
pub(super) mod http;
pub(super) mod output_reader;
pub(super) mod ssh_tunnel;

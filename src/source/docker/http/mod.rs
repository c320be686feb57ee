//! The only way to an engine: HTTP/1.1 over a socket, TCP or TLS, with a limit on everything that an answer may take.

mod body;
mod error;
mod tls;
mod transport;

pub(super) use body::Body;
pub(super) use error::CallError;
pub(super) use transport::Transport;

//! HTTP/1.1 client for engines over Unix socket, TCP or TLS. All calls go through it, and it limits size and
//! silence of every response.

mod body;
mod error;
mod tls;
mod transport;

pub(super) use body::Body;
pub(super) use error::CallError;
pub(super) use transport::Transport;

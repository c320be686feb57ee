//! HTTP/1.1 client for engines over Unix socket, TCP or TLS. All calls go through it, and it limits the size
//! of every response and the time without data.

mod body;
mod error;
mod tls;
mod transport;

pub(in crate::source::docker) use body::Body;
pub(in crate::source::docker) use error::CallError;
pub(in crate::source::docker) use transport::Transport;

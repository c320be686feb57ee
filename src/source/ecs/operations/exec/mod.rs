//! Shells in ECS tasks: a data channel of Session Manager over a WebSocket, without AWS's plugin.

mod channel;
mod frame;
mod open;
mod session;
#[cfg(test)]
mod tests;
mod websocket;

pub(super) use open::open_shell;
use session::start_session;

use crate::model::Failure;
use futures::future::BoxFuture;

/// Address of a session, with the token that opens it. Not `Debug`, so that no log can show the token.
#[derive(Clone)]
pub(super) struct SessionAddress {
    pub(super) id: String,
    pub(super) stream_url: String,
    pub(super) token: String,
}

/// Calls that a running session needs.
pub(super) trait SessionCalls: Send + Sync + 'static {
    /// Returns a new address for a session whose connection was lost.
    fn resume<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<SessionAddress, Failure>>;

    /// Ends a session that does not end by itself.
    fn terminate<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<(), Failure>>;
}

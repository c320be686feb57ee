//! Sessions in ECS tasks: shells and forwarded ports. Portolan speaks the data channel protocol of Session
//! Manager over a WebSocket itself. It needs AWS's plugin only for an encrypted session.

mod agent_version;
mod calls;
mod channel;
mod failures;
mod frame;
#[cfg(fuzzing)]
pub mod fuzzing;
mod plugin;
mod port_forward;
mod session;
mod shell_user;
#[cfg(test)]
mod tests;
mod websocket;

pub(super) use calls::{open_forward, open_shell, open_shell_for_plugin};

use crate::model::Failure;
use futures::future::BoxFuture;

/// WebSocket address of a Session Manager session, with the token that opens it. The type does not implement
/// `Debug`, so that no log can show the token.
#[derive(Clone)]
pub(super) struct SessionAddress {
    pub(super) id: String,
    pub(super) stream_url: String,
    pub(super) token: String,
}

/// API calls that a running session needs: to resume the session after a lost connection, and to end it.
pub(super) trait SessionCalls: Send + Sync + 'static {
    /// Returns a new address for a session whose connection was lost.
    fn resume<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<SessionAddress, Failure>>;

    /// Asks AWS to end a session.
    fn terminate<'a>(&'a self, session: &'a str) -> BoxFuture<'a, Result<(), Failure>>;
}

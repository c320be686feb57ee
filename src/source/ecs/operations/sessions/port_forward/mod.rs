//! Forwarding of a port: passes local connections through a session. If the agent multiplexes, several
//! connections are open at once, otherwise only one.

mod basic;
#[cfg(fuzzing)]
pub(super) mod fuzzing;
mod multiplexed;
mod smux;

use super::{
    agent_version::AgentVersion,
    session::{SessionEndpoint, SessionInput, SessionOutput},
};
use crate::model::{Failure, FailureKind};
use basic::BasicForward;
use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use multiplexed::MultiplexedForward;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc::{Receiver, Sender},
};

/// Maximum size of one read from a local connection, in bytes.
const READ_BYTES: usize = smux::MAX_SENT_PAYLOAD_BYTES;

/// Local end of a session that forwards a port: passes data between local TCP connections and the session.
pub(super) struct PortEndpoint {
    ends: ForwardChannels,
    /// Kind of forwarding; `None` until the agent has reported its version.
    form: Option<ForwardMode>,
    /// Description of the forwarded port, for error messages.
    far_end: String,
}

/// Channels of a forwarded port: a queue of accepted local connections, and a sender for failures.
struct ForwardChannels {
    connections: Receiver<TcpStream>,
    failures: Sender<Failure>,
}

/// Kind of forwarding, with several connections or one at a time. It depends on the version of the agent.
enum ForwardMode {
    Multiplexed(Box<MultiplexedForward>),
    Basic(BasicForward),
}

impl PortEndpoint {
    /// Creates the local end of a session that forwards a port. `far_end` describes the port for error
    /// messages.
    pub(super) fn new(connections: Receiver<TcpStream>, failures: Sender<Failure>, far_end: String) -> Self {
        Self { ends: ForwardChannels { connections, failures }, form: None, far_end }
    }

    fn choose_mode(agent: AgentVersion) -> ForwardMode {
        if agent.multiplexes() {
            ForwardMode::Multiplexed(Box::new(MultiplexedForward::new(agent.needs_keep_alive())))
        } else {
            ForwardMode::Basic(BasicForward::default())
        }
    }
}

impl SessionEndpoint for PortEndpoint {
    async fn next_input(&mut self) -> Result<Option<SessionInput>, Failure> {
        Ok(match &mut self.form {
            Some(ForwardMode::Multiplexed(form)) => form.next_input(&mut self.ends).await,
            Some(ForwardMode::Basic(form)) => form.next_input(&mut self.ends).await,
            None => None,
        })
    }

    fn departure(&self) -> BoxFuture<'static, ()> {
        let failures = self.ends.failures.clone();
        async move { failures.closed().await }.boxed()
    }

    async fn take_output(&mut self, output: SessionOutput) -> Result<(), Failure> {
        match (output, &mut self.form) {
            (SessionOutput::Started(agent), form) => *form = Some(Self::choose_mode(agent)),
            // The flag is set for messages of the agent, which are not data of a connection.
            (SessionOutput::Bytes(bytes, true), _) => {
                let what = format!("the agent says: {}", String::from_utf8_lossy(&bytes).trim());
                let remedy = "look at the agent's log in the task";
                let _ = self.ends.failures.try_send(Failure::new(FailureKind::Invalid, what, remedy));
            }
            (SessionOutput::Bytes(bytes, false), Some(ForwardMode::Multiplexed(form))) => {
                form.handle_data(bytes, &self.ends).await?;
            }
            (SessionOutput::Bytes(bytes, false), Some(ForwardMode::Basic(form))) => {
                form.handle_data(bytes, &self.ends).await?;
            }
            (SessionOutput::PortRefused, _) => {
                let what = format!("{} refused a connection", self.far_end);
                let remedy = "check that a program listens there";
                // If the queue is full, the user already sees many such failures.
                let _ = self.ends.failures.try_send(Failure::new(FailureKind::Unreachable, what, remedy));
            }
            (SessionOutput::Bytes(_, false), None) => {}
        }
        Ok(())
    }
}

impl ForwardChannels {
    /// Writes all bytes to a local connection. Returns false if the connection is closed or the user has
    /// left.
    async fn write(&self, to: &mut (impl AsyncWrite + Unpin), bytes: &Bytes) -> bool {
        tokio::select! {
            written = to.write_all(bytes) => written.is_ok(),
            () = self.failures.closed() => false,
        }
    }
}

/// Returns the failure for a session whose data Portolan can't decode.
fn broken_protocol(what: &str) -> Failure {
    Failure::new(FailureKind::Invalid, what, "this is a bug in the agent or in Portolan: please report it")
}

//! Forwarding of one connection at a time, for agents that do not multiplex.
//!
//! Such an agent connects to the port when the session starts. It does not report when the port ends the
//! connection. After the local connection has ended, the agent connects again with the first data of the next
//! connection (github.com/aws/amazon-ssm-agent, `port_basic.go`).

use super::{ForwardChannels, READ_BYTES, broken_protocol};
use crate::{
    model::Failure,
    source::ecs::operations::sessions::{channel::ControlFlag, session::SessionInput},
};
use bytes::{Buf, Bytes, BytesMut};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{Instant, sleep_until},
};

/// Pause between two connections. Portolan drops data that the agent sends in the pause, because it belongs
/// to the earlier connection.
const PAUSE_BETWEEN_CONNECTIONS: Duration = Duration::from_millis(500);
/// Maximum number of bytes that the port may send before the first local connection, such as a greeting.
const MAX_GREETING_BYTES: usize = 64 * 1024;

/// State of the single connection through an agent that does not multiplex.
#[derive(Debug)]
pub(super) enum BasicForward {
    /// There was no connection yet. The port has sent these bytes.
    Greeting(BytesMut),
    /// A connection is open. It has not received these bytes of the greeting yet.
    Open(OwnedReadHalf, OwnedWriteHalf, Bytes),
    /// A connection has ended. The pause lasts until this time.
    Paused(Instant),
}

impl Default for BasicForward {
    fn default() -> Self {
        Self::Greeting(BytesMut::new())
    }
}

impl BasicForward {
    /// Returns the next input of the session, or `None` once the user has left.
    pub(super) async fn next_input(&mut self, ends: &mut ForwardChannels) -> Option<SessionInput> {
        loop {
            match self {
                Self::Open(_, writer, greeting) if greeting.has_remaining() => {
                    tokio::select! {
                        // If the local program has closed the connection, the next read reports the end.
                        written = writer.write_buf(greeting) => if written.is_err() { greeting.clear() },
                        () = ends.failures.closed() => return None,
                    }
                }
                Self::Open(reader, ..) => {
                    let mut buffer = BytesMut::with_capacity(READ_BYTES);
                    let read = tokio::select! {
                        read = reader.read_buf(&mut buffer) => read,
                        () = ends.failures.closed() => return None,
                    };
                    if matches!(read, Ok(1..)) {
                        return Some(SessionInput::Bytes(buffer.freeze()));
                    }
                    *self = Self::Paused(Instant::now() + PAUSE_BETWEEN_CONNECTIONS);
                    return Some(SessionInput::Flag(ControlFlag::DisconnectFromPort));
                }
                Self::Paused(until) => {
                    tokio::select! {
                        () = sleep_until(*until) => {}
                        () = ends.failures.closed() => return None,
                    }
                    self.open(next_connection(ends).await?);
                }
                Self::Greeting(_) => self.open(next_connection(ends).await?),
            }
        }
    }

    /// Handles data from the port.
    pub(super) async fn handle_data(&mut self, bytes: Bytes, ends: &ForwardChannels) -> Result<(), Failure> {
        match self {
            Self::Greeting(greeting) if greeting.len() + bytes.len() > MAX_GREETING_BYTES => {
                return Err(broken_protocol("the port sends data without a connection"));
            }
            Self::Greeting(greeting) => greeting.extend_from_slice(&bytes),
            Self::Open(_, writer, greeting) => {
                // If the local program has closed the connection, the next read reports the end.
                let greeting = std::mem::take(greeting);
                let _ = ends.write(writer, &greeting).await && ends.write(writer, &bytes).await;
            }
            Self::Paused(_) => {}
        }
        Ok(())
    }

    /// Makes `connection` the open connection. If it is the first one, it receives the greeting before any
    /// other data.
    fn open(&mut self, connection: TcpStream) {
        let _ = connection.set_nodelay(true);
        let (reader, writer) = connection.into_split();
        let greeting = match self {
            Self::Greeting(greeting) => std::mem::take(greeting).freeze(),
            Self::Open(..) | Self::Paused(_) => Bytes::new(),
        };
        *self = Self::Open(reader, writer, greeting);
    }
}

/// Returns the next local connection, or `None` once the user has left.
async fn next_connection(ends: &mut ForwardChannels) -> Option<TcpStream> {
    tokio::select! {
        connection = ends.connections.recv() => connection,
        () = ends.failures.closed() => None,
    }
}

//! Forwarding of several connections at once, for agents that multiplex.

use super::{
    ForwardChannels, READ_BYTES, broken_protocol,
    smux::{Multiplexer, MuxEvent, StreamId},
};
use crate::{model::Failure, source::ecs::operations::sessions::session::SessionInput};
use bytes::{Bytes, BytesMut};
use futures::{
    StreamExt,
    stream::{self, BoxStream, SelectAll},
};
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};
use tokio::{
    io::AsyncReadExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::{Interval, MissedTickBehavior, interval},
};

/// Maximum number of open connections. Further ones wait until a connection ends.
const MAX_CONNECTIONS: usize = 256;
/// Time between keep-alive frames, for agents that expect such frames. The smux library uses the same
/// default.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Forwarder of several local connections at once, each as one stream of the session.
pub(super) struct MultiplexedForward {
    mux: Multiplexer,
    /// Data from the local connections; `None` at the end of a connection.
    reads: SelectAll<BoxStream<'static, (StreamId, Option<Bytes>)>>,
    writers: BTreeMap<StreamId, OwnedWriteHalf>,
    /// Frames to be sent.
    frames: VecDeque<Bytes>,
    keep_alive: Option<Interval>,
}

impl MultiplexedForward {
    pub(super) fn new(needs_keep_alive: bool) -> Self {
        let keep_alive = needs_keep_alive.then(|| {
            let mut ticks = interval(KEEP_ALIVE_INTERVAL);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        Self {
            mux: Multiplexer::default(),
            reads: SelectAll::new(),
            writers: BTreeMap::new(),
            frames: VecDeque::new(),
            keep_alive,
        }
    }

    /// Returns the next frame, or `None` once the user has left.
    pub(super) async fn next_input(&mut self, ends: &mut ForwardChannels) -> Option<SessionInput> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(SessionInput::Bytes(frame));
            }
            let keep_alive = async {
                if let Some(ticks) = &mut self.keep_alive {
                    ticks.tick().await;
                } else {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                connection = ends.connections.recv(), if self.reads.len() < MAX_CONNECTIONS => {
                    self.open(connection?);
                }
                () = ends.failures.closed() => return None,
                Some((id, read)) = self.reads.next(), if !self.reads.is_empty() => match read {
                    Some(bytes) => self.frames.extend(self.mux.send(id, &bytes)),
                    None => self.frames.extend(self.mux.close(id)),
                },
                () = keep_alive => self.frames.push_back(Multiplexer::keep_alive()),
            }
        }
    }

    /// Handles data from the agent.
    pub(super) async fn handle_data(&mut self, bytes: Bytes, ends: &ForwardChannels) -> Result<(), Failure> {
        let events = self.mux.receive(bytes);
        for event in events.map_err(|_| broken_protocol("the agent sent a malformed frame"))? {
            match event {
                MuxEvent::Data(id, data) => {
                    let Some(writer) = self.writers.get_mut(&id) else { continue };
                    if !ends.write(writer, &data).await {
                        self.writers.remove(&id);
                        self.mux.ignore(id);
                        self.frames.extend(self.mux.close(id));
                    }
                }
                MuxEvent::Closed(id) => {
                    // Dropping the writer closes the connection for the local program. Data that the program
                    // still sends has no receiver.
                    self.writers.remove(&id);
                    self.frames.extend(self.mux.close(id));
                }
            }
        }
        Ok(())
    }

    /// Opens a stream for a local connection. Drops the connection if no stream ids are left.
    fn open(&mut self, connection: TcpStream) {
        let Some((id, frame)) = self.mux.open() else { return };
        // Small messages must not wait for more data.
        let _ = connection.set_nodelay(true);
        let (reader, writer) = connection.into_split();
        self.frames.push_back(frame);
        self.writers.insert(id, writer);
        self.reads.push(read_to_end(id, reader));
    }
}

/// Returns a stream of the data of a local connection, which ends with `None`.
fn read_to_end(id: StreamId, reader: OwnedReadHalf) -> BoxStream<'static, (StreamId, Option<Bytes>)> {
    stream::unfold(Some(reader), move |reader| async move {
        let mut reader = reader?;
        let mut buffer = BytesMut::with_capacity(READ_BYTES);
        match reader.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => Some(((id, None), None)),
            Ok(_) => Some(((id, Some(buffer.freeze())), Some(reader))),
        }
    })
    .boxed()
}

//! Forwarding of several connections at once, for agents that multiplex.

use super::{
    LocalEnds, READ_BYTES, broken_protocol,
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

/// Maximum number of connections at once. More wait until one ends.
const MAX_CONNECTIONS: usize = 256;
/// Interval of signs of life for agents that expect them, as in smux.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);

/// Connections of this machine, each a stream of the session.
pub(super) struct MultiplexedForward {
    mux: Multiplexer,
    /// Reads of the local connections: data, or `None` at the end of one.
    reads: SelectAll<BoxStream<'static, (StreamId, Option<Bytes>)>>,
    writers: BTreeMap<StreamId, OwnedWriteHalf>,
    /// Frames that wait to be sent.
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
    pub(super) async fn next_input(&mut self, ends: &mut LocalEnds) -> Option<SessionInput> {
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

    /// Handles bytes of the agent.
    pub(super) async fn take_bytes(&mut self, bytes: Bytes, ends: &LocalEnds) -> Result<(), Failure> {
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
                    // Dropping the writer tells the local program. What it still sends has no reader.
                    self.writers.remove(&id);
                    self.frames.extend(self.mux.close(id));
                }
            }
        }
        Ok(())
    }

    /// Begins a stream for a local connection. Without a number for it, drops the connection.
    fn open(&mut self, connection: TcpStream) {
        let Some((id, frame)) = self.mux.open() else { return };
        // Small answers shall not wait for more.
        let _ = connection.set_nodelay(true);
        let (reader, writer) = connection.into_split();
        self.frames.push_back(frame);
        self.writers.insert(id, writer);
        self.reads.push(read_to_end(id, reader));
    }
}

/// Returns the data of a local connection, and `None` at its end.
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

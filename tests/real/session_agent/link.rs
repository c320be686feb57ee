//! One session on the agent's side: order of frames, acknowledgements, retransmission, and the faults that a
//! test requests.

use super::{
    AgentSwitches, Complaints,
    backend::{Backend, BackendMessage},
    frames::{
        ClientFrame, FLAG, HANDSHAKE_COMPLETE, HANDSHAKE_REQUEST, HANDSHAKE_RESPONSE, OUTPUT, SIZE, decode,
        encode,
    },
};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::mpsc::{self, Receiver},
    time::{interval, sleep},
};
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

/// Size of the agent's pieces of output, in bytes.
const PIECE_BYTES: usize = 1024;
/// Maximum number of frames without an acknowledgement.
const WINDOW_FRAMES: usize = 400;
/// Interval at which the agent retransmits the oldest frame without an acknowledgement.
const REPEAT_INTERVAL: Duration = Duration::from_millis(50);
/// Maximum number of rounds in which the agent waits for the acknowledgement of its last output.
const MAX_END_ROUNDS: usize = 1_000;
/// Flag that ends the session.
const TERMINATE: &[u8] = &[0, 0, 0, 2];

/// WebSocket of a client.
pub(super) type ClientSocket = WebSocketStream<TcpStream>;

/// Kind of backend that a session has.
#[derive(Clone, Debug)]
pub(super) enum BackendKind {
    Process(String),
    Port(u16),
}

/// State of one session on the agent's side.
struct Link {
    switches: AgentSwitches,
    complaints: Complaints,
    socket: Option<ClientSocket>,
    next_sent: u64,
    unacknowledged: BTreeMap<u64, Vec<u8>>,
    next_received: u64,
    early: BTreeMap<u64, ClientFrame>,
    received_frames: usize,
    /// Frame that the agent holds back, so that it sends a later one first.
    held_back: Option<Vec<u8>>,
    dice: u64,
}

/// Runs a session until it ends or is cut off. Each connection of the client arrives through `sockets`.
pub(super) async fn run_session(
    kind: BackendKind,
    mut sockets: Receiver<ClientSocket>,
    switches: AgentSwitches,
    complaints: Complaints,
    is_cut_off: Arc<AtomicBool>,
) {
    if switches.is_silent {
        let mut held = Vec::new();
        while let Some(socket) = sockets.recv().await {
            held.push(socket);
        }
        return;
    }
    let (sender, mut news) = mpsc::channel(64);
    let mut link = Link::new(switches, complaints);
    let mut far_end: Option<Backend> = None;
    let mut repeats = interval(REPEAT_INTERVAL);
    loop {
        tokio::select! {
            Some(socket) = sockets.recv() => link.use_socket(socket, &kind).await,
            frame = link.next_frame() => {
                for frame in link.take_frame(frame).await {
                    match frame.payload_type {
                        HANDSHAKE_RESPONSE => {
                            link.send(HANDSHAKE_COMPLETE, b"{}").await;
                            far_end = Some(begin_far_end(&kind, switches, &sender));
                        }
                        FLAG if frame.payload == TERMINATE => return link.end("", &mut sockets, &kind).await,
                        _ => {
                            let taken = take_input(frame, far_end.as_mut(), &sender);
                            link.complain(taken.err());
                        }
                    }
                }
            }
            Some(one) = news.recv(), if link.unacknowledged.len() < WINDOW_FRAMES => match one {
                BackendMessage::Payload(kind, bytes) => {
                    for piece in bytes.chunks(PIECE_BYTES) {
                        link.send(kind, piece).await;
                    }
                }
                BackendMessage::End(reason) => return link.end(&reason, &mut sockets, &kind).await,
            },
            _ = repeats.tick() => {
                if is_cut_off.load(Ordering::SeqCst) {
                    return;
                }
                link.repeat_oldest().await;
            }
        }
    }
}

/// Starts the program or opens the port of the session.
fn begin_far_end(
    kind: &BackendKind,
    switches: AgentSwitches,
    news: &mpsc::Sender<BackendMessage>,
) -> Backend {
    match kind {
        BackendKind::Process(command) => Backend::process(command, news),
        BackendKind::Port(port) if switches.is_old => Backend::basic(*port, news),
        BackendKind::Port(port) => {
            Backend::Multiplexed { port: *port, received: Vec::new(), streams: BTreeMap::new() }
        }
    }
}

/// Passes input of the client to the backend. The error describes why the agent can't accept it.
fn take_input(
    frame: ClientFrame,
    far_end: Option<&mut Backend>,
    news: &mpsc::Sender<BackendMessage>,
) -> Result<(), String> {
    let Some(far_end) = far_end else { return Err("input before the handshake".into()) };
    match frame.payload_type {
        OUTPUT => far_end.take_data(frame.payload, news),
        FLAG => {
            far_end.take_flag(&frame.payload);
            Ok(())
        }
        SIZE => {
            let size: Value = serde_json::from_slice(&frame.payload).map_err(|error| error.to_string())?;
            let number = |key: &str| size[key].as_u64().and_then(|number| u16::try_from(number).ok());
            let (columns, rows) = number("cols").zip(number("rows")).ok_or("a size without numbers")?;
            far_end.resize(columns, rows);
            Ok(())
        }
        other => Err(format!("payload of type {other}")),
    }
}

impl Link {
    fn new(switches: AgentSwitches, complaints: Complaints) -> Self {
        Self {
            switches,
            complaints,
            socket: None,
            next_sent: 0,
            unacknowledged: BTreeMap::new(),
            next_received: 0,
            early: BTreeMap::new(),
            received_frames: 0,
            held_back: None,
            dice: 7,
        }
    }

    /// Uses the client's new connection: starts the handshake, or retransmits everything that was not
    /// acknowledged.
    async fn use_socket(&mut self, socket: ClientSocket, kind: &BackendKind) {
        self.socket = Some(socket);
        if self.next_sent > 0 {
            for raw in self.unacknowledged.clone().into_values() {
                self.write(raw).await;
            }
            return;
        }
        let session_type = if matches!(kind, BackendKind::Port(_)) { "Port" } else { "InteractiveCommands" };
        let mut actions = Vec::new();
        if self.switches.encrypts {
            actions.push(json!({ "ActionType": "KMSEncryption", "ActionParameters": { "KMSKeyId": "key" } }));
        }
        let parameters = json!({ "SessionType": session_type, "Properties": {} });
        actions.push(json!({ "ActionType": "SessionType", "ActionParameters": parameters }));
        let version = if self.switches.is_old { "3.0.100.0" } else { "3.3.987.0" };
        let request = json!({ "AgentVersion": version, "RequestedClientActions": actions });
        self.send(HANDSHAKE_REQUEST, request.to_string().as_bytes()).await;
    }

    /// Returns the next frame of the client. Waits forever if there is no connection.
    async fn next_frame(&mut self) -> Vec<u8> {
        loop {
            let Some(socket) = &mut self.socket else { return std::future::pending().await };
            match socket.next().await {
                Some(Ok(Message::Binary(raw))) => return raw.to_vec(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => self.socket = None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// Acknowledges a frame. Returns the frames that come next in order.
    async fn take_frame(&mut self, raw: Vec<u8>) -> Vec<ClientFrame> {
        self.received_frames += 1;
        let is_nth =
            self.switches.hang_up_every.is_some_and(|every| self.received_frames.is_multiple_of(every));
        if is_nth || self.switches.hang_up_after == Some(self.received_frames) {
            self.socket = None;
            return Vec::new();
        }
        let frame = match decode(&raw) {
            Ok(frame) => frame,
            Err(complaint) => {
                self.complain(Some(complaint));
                return Vec::new();
            }
        };
        if frame.message == "acknowledge" {
            let receipt: Value = serde_json::from_slice(&frame.payload).unwrap_or_default();
            let sequence = receipt["AcknowledgedMessageSequenceNumber"].as_u64();
            self.unacknowledged.remove(&sequence.unwrap_or(u64::MAX));
            return Vec::new();
        }
        if frame.message != "input_stream_data" {
            self.complain(Some(format!("message of type {}", frame.message)));
        }
        let receipt = json!({
            "AcknowledgedMessageType": frame.message,
            "AcknowledgedMessageId": frame.id,
            "AcknowledgedMessageSequenceNumber": frame.sequence,
            "IsSequentialMessage": true,
        });
        if !self.is_lost() {
            self.write(encode("acknowledge", 0, 0, receipt.to_string().as_bytes())).await;
        }
        if frame.sequence >= self.next_received {
            self.early.insert(frame.sequence, frame);
        }
        let mut next = Vec::new();
        while let Some(frame) = self.early.remove(&self.next_received) {
            self.next_received += 1;
            next.push(frame);
        }
        next
    }

    /// Sends a payload, and keeps it until the client has acknowledged it.
    async fn send(&mut self, payload_type: u32, payload: &[u8]) {
        let raw = encode("output_stream_data", self.next_sent, payload_type, payload);
        self.unacknowledged.insert(self.next_sent, raw.clone());
        self.next_sent += 1;
        if self.is_lost() {
            return;
        }
        if self.switches.reorders && self.held_back.is_none() && self.throw() < 30 {
            self.held_back = Some(raw);
            return;
        }
        self.write(raw).await;
        if let Some(late) = self.held_back.take() {
            self.write(late).await;
        }
    }

    async fn repeat_oldest(&mut self) {
        if let Some((_, raw)) = self.unacknowledged.first_key_value() {
            self.write(raw.clone()).await;
        }
    }

    async fn write(&mut self, raw: Vec<u8>) {
        if let Some(socket) = &mut self.socket
            && socket.send(Message::binary(raw)).await.is_err()
        {
            self.socket = None;
        }
    }

    /// Closes the session once the client has acknowledged all output. A client that has lost its connection
    /// may reconnect before that.
    async fn end(&mut self, reason: &str, sockets: &mut Receiver<ClientSocket>, kind: &BackendKind) {
        for _ in 0..MAX_END_ROUNDS {
            if self.unacknowledged.is_empty() && self.socket.is_some() {
                break;
            }
            tokio::select! {
                Some(socket) = sockets.recv() => self.use_socket(socket, kind).await,
                frame = self.next_frame() => drop(self.take_frame(frame).await),
                () = sleep(REPEAT_INTERVAL) => self.repeat_oldest().await,
            }
        }
        let closed = json!({ "MessageType": "channel_closed", "Output": reason });
        self.write(encode("channel_closed", 0, 0, closed.to_string().as_bytes())).await;
    }

    fn complain(&self, complaint: Option<String>) {
        self.complaints.lock().unwrap().extend(complaint);
    }

    /// Returns true if the test loses the next frame.
    fn is_lost(&mut self) -> bool {
        self.throw() < self.switches.loss_per_cent
    }

    /// Returns a pseudo-random number below 100, the same in each run (Knuth's MMIX).
    fn throw(&mut self) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % 100
    }
}

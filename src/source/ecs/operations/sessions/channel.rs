//! Client side of Session Manager's data channel, without I/O: order of frames, acknowledgements,
//! retransmission and the handshake.

use super::{
    agent_version::AgentVersion,
    frame::{Frame, MAX_FRAME_BYTES, MessageType, payload_type, uuid_text},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, VecDeque, btree_map::Entry},
    time::Duration,
};

/// Client version that Portolan reports to the agent: the version of the session-manager-plugin whose
/// protocol it implements.
const CLIENT_VERSION: &str = "1.2.650.0";
/// Maximum length of the payload of one input frame, in bytes. The plugin has the same limit.
pub(super) const MAX_INPUT_BYTES: usize = 1024;
/// Maximum number of unacknowledged input frames. At the limit, Portolan reads no more input.
const MAX_UNACKNOWLEDGED_FRAMES: usize = 256;
/// Maximum number of frames that wait for a missing earlier frame. At the limit, Portolan drops further
/// frames without acknowledging them, so the agent sends them again.
const MAX_EARLY_FRAMES: usize = 4096;
/// Maximum total length of the payloads of the frames that wait for an earlier frame, in bytes.
const MAX_EARLY_BYTES: usize = 4 << 20;
/// Maximum number of actions in a handshake request to which Portolan responds. Agents request only two.
const MAX_HANDSHAKE_ACTIONS: usize = 16;
/// Time after which an unacknowledged frame is sent again for the first time.
const FIRST_REPEAT: Duration = Duration::from_millis(200);
/// Maximum time between two retransmissions of a frame.
const MAX_REPEAT: Duration = Duration::from_secs(1);
/// Status of a handshake action that the client has carried out.
const ACTION_DONE: u8 = 1;
/// Status of a handshake action that the client can't carry out.
const ACTION_UNSUPPORTED: u8 = 3;
/// Value of the flag by which the agent reports that the port refused a connection.
const CONNECT_TO_PORT_ERROR_FLAG: u32 = 3;

/// Control flag that Portolan sends to the agent outside the byte stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ControlFlag {
    /// The local connection has ended, so the agent must end its connection to the port.
    DisconnectFromPort = 1,
    /// The agent must end the session.
    Terminate = 2,
}

/// Event of the channel: output or a change of the session's state, reported to the code that runs the
/// session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ChannelEvent {
    /// The agent is ready for input, and has this version.
    Started(AgentVersion),
    /// Output of the command. The flag is true for standard error.
    Output(Bytes, bool),
    /// Exit code of the command, from agents that report it.
    ExitCode(i64),
    /// The port refused a connection.
    PortRefused,
    /// The session has ended. The text is the reason in the agent's words, or empty.
    Ended(String),
    /// The agent sent a frame that is too large, with its size in bytes. The session must end, because the
    /// agent would send the frame again forever.
    OversizedFrame(usize),
    /// The agent asks for encryption of the session with a KMS key, which Portolan can't do.
    NeedsEncryption,
}

/// Result of receiving a frame: the frames to send in return, and the events to report.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ChannelUpdate {
    pub(super) replies: Vec<Vec<u8>>,
    pub(super) events: Vec<ChannelEvent>,
}

/// Client side of a data channel: puts received frames in order, and keeps sent frames until the agent
/// acknowledges them.
#[derive(Debug)]
pub(super) struct DataChannel {
    /// Random number from which the frames' ids are made.
    seed: u64,
    /// Start of the session, in milliseconds since 1970.
    started_ms: u64,
    next_sent: i64,
    next_received: i64,
    early: BTreeMap<i64, Frame>,
    /// Total length of the payloads in `early`, in bytes.
    early_bytes: usize,
    unacknowledged: VecDeque<SentFrame>,
    agent: AgentVersion,
    /// True once the client has responded to a handshake request.
    has_answered: bool,
    has_started: bool,
}

/// Sent frame that the agent has not acknowledged yet.
#[derive(Debug)]
struct SentFrame {
    sequence: i64,
    raw: Vec<u8>,
    sent_at: Duration,
    repeats: u32,
}

/// Action that the agent requests from the client in the handshake, such as encryption.
#[derive(Deserialize)]
struct RequestedAction {
    #[serde(rename = "ActionType", default)]
    kind: String,
}

/// Handshake request of the agent, with its version and the actions that it requests.
#[derive(Deserialize)]
struct HandshakeRequest {
    #[serde(rename = "AgentVersion", default)]
    agent: String,
    #[serde(rename = "RequestedClientActions", default)]
    actions: Vec<RequestedAction>,
}

impl DataChannel {
    /// Creates the state of a session that started at `started_ms`, in milliseconds since 1970. `seed` must
    /// differ between sessions.
    pub(super) fn new(seed: u64, started_ms: u64) -> Self {
        Self {
            seed,
            started_ms,
            next_sent: 0,
            next_received: 0,
            early: BTreeMap::new(),
            early_bytes: 0,
            unacknowledged: VecDeque::new(),
            agent: AgentVersion::default(),
            has_answered: false,
            has_started: false,
        }
    }

    /// Returns true if the session has started, and fewer than [`MAX_UNACKNOWLEDGED_FRAMES`] input frames are
    /// unacknowledged.
    pub(super) fn accepts_input(&self) -> bool {
        self.has_started && self.unacknowledged.len() < MAX_UNACKNOWLEDGED_FRAMES
    }

    /// Handles a frame that arrived at `now`, the time since the start of the session. Does not acknowledge a
    /// damaged frame, so the agent sends it again.
    pub(super) fn receive(&mut self, raw: &[u8], now: Duration) -> ChannelUpdate {
        let mut update = ChannelUpdate::default();
        if raw.len() > MAX_FRAME_BYTES {
            update.events.push(ChannelEvent::OversizedFrame(raw.len()));
            return update;
        }
        let Some(frame) = Frame::decode(raw) else { return update };
        match frame.message {
            MessageType::Acknowledge => self.remove_acknowledged(&frame.payload),
            MessageType::ChannelClosed => {
                let closed: Value = serde_json::from_slice(&frame.payload).unwrap_or_default();
                let reason = closed.get("Output").and_then(Value::as_str).unwrap_or_default();
                update.events.push(ChannelEvent::Ended(reason.to_owned()));
            }
            MessageType::Output => self.receive_output(frame, now, &mut update),
            MessageType::Input | MessageType::StartPublication | MessageType::PausePublication => {}
        }
        update
    }

    /// Returns frames with the input `bytes`, of at most [`MAX_INPUT_BYTES`] each.
    pub(super) fn send_bytes(&mut self, bytes: &[u8], now: Duration) -> Vec<Vec<u8>> {
        bytes
            .chunks(MAX_INPUT_BYTES)
            .map(|chunk| self.send(payload_type::SHELL_OUTPUT, chunk.to_vec(), now))
            .collect()
    }

    /// Returns the frame that reports the terminal's size in columns and rows.
    pub(super) fn send_size(&mut self, columns: u16, rows: u16, now: Duration) -> Vec<u8> {
        let size = json!({ "cols": columns, "rows": rows });
        self.send(payload_type::TERMINAL_SIZE, size.to_string().into_bytes(), now)
    }

    /// Returns the frame with a control flag.
    pub(super) fn send_flag(&mut self, flag: ControlFlag, now: Duration) -> Vec<u8> {
        self.send(payload_type::CONTROL_FLAG, (flag as u32).to_be_bytes().to_vec(), now)
    }

    /// Returns the oldest unacknowledged frame if it is due for retransmission, otherwise `None`.
    pub(super) fn due_repeat(&mut self, now: Duration) -> Option<Vec<u8>> {
        let oldest = self.unacknowledged.front_mut()?;
        let wait = (FIRST_REPEAT * (oldest.repeats + 1)).min(MAX_REPEAT);
        (now.saturating_sub(oldest.sent_at) >= wait).then(|| {
            oldest.sent_at = now;
            oldest.repeats += 1;
            oldest.raw.clone()
        })
    }

    /// Returns true if the agent still has to acknowledge at least one frame.
    pub(super) fn owes_acknowledgement(&self) -> bool {
        !self.unacknowledged.is_empty()
    }

    /// Returns all unacknowledged frames, to be sent again over a new connection.
    pub(super) fn unacknowledged(&self) -> Vec<Vec<u8>> {
        self.unacknowledged.iter().map(|sent| sent.raw.clone()).collect()
    }

    fn receive_output(&mut self, frame: Frame, now: Duration, update: &mut ChannelUpdate) {
        let is_old = frame.sequence < self.next_received;
        let is_early = frame.sequence > self.next_received;
        if is_early && !self.has_room_for(&frame) {
            return;
        }
        update.replies.push(self.acknowledgement(&frame, now));
        if is_old {
            return;
        }
        if let Entry::Vacant(free) = self.early.entry(frame.sequence) {
            self.early_bytes += frame.payload.len();
            free.insert(frame);
        }
        while let Some(frame) = self.early.remove(&self.next_received) {
            self.early_bytes -= frame.payload.len();
            self.next_received += 1;
            self.handle_payload(&frame, now, update);
        }
    }

    /// Returns true if the channel may keep the frame until a missing earlier frame arrives.
    fn has_room_for(&self, frame: &Frame) -> bool {
        self.early.len() < MAX_EARLY_FRAMES && self.early_bytes + frame.payload.len() <= MAX_EARLY_BYTES
    }

    /// Handles the payload of the next frame in order.
    fn handle_payload(&mut self, frame: &Frame, now: Duration, update: &mut ChannelUpdate) {
        match frame.payload_type {
            payload_type::HANDSHAKE_REQUEST => self.answer_handshake(&frame.payload, now, update),
            payload_type::HANDSHAKE_COMPLETE => {
                self.has_started = true;
                update.events.push(ChannelEvent::Started(self.agent));
            }
            payload_type::SHELL_OUTPUT => {
                update.events.push(ChannelEvent::Output(frame.payload.clone(), false));
            }
            payload_type::STANDARD_ERROR | payload_type::AGENT_ERROR => {
                update.events.push(ChannelEvent::Output(frame.payload.clone(), true));
            }
            payload_type::EXIT_CODE => {
                let code = std::str::from_utf8(&frame.payload).ok().and_then(|text| text.trim().parse().ok());
                update.events.extend(code.map(ChannelEvent::ExitCode));
            }
            payload_type::CONTROL_FLAG if frame.payload == CONNECT_TO_PORT_ERROR_FLAG.to_be_bytes()[..] => {
                update.events.push(ChannelEvent::PortRefused);
            }
            _ => {}
        }
    }

    /// Responds to the first handshake request. Portolan can start a session, but can't encrypt it. Further
    /// requests get no response, because the channel repeats the first response until the agent acknowledges
    /// it.
    fn answer_handshake(&mut self, request: &[u8], now: Duration, update: &mut ChannelUpdate) {
        if std::mem::replace(&mut self.has_answered, true) {
            return;
        }
        let request: Option<HandshakeRequest> = serde_json::from_slice(request).ok();
        let (agent, actions) = request.map(|request| (request.agent, request.actions)).unwrap_or_default();
        self.agent = AgentVersion::parse(&agent);
        let answer = |action: &RequestedAction| {
            let done = action.kind == "SessionType";
            json!({
                "ActionType": action.kind,
                "ActionStatus": if done { ACTION_DONE } else { ACTION_UNSUPPORTED },
                "ActionResult": null,
                "Error": if done { "" } else { "not supported by this client" },
            })
        };
        let answers: Vec<Value> = actions.iter().take(MAX_HANDSHAKE_ACTIONS).map(answer).collect();
        let response =
            json!({ "ClientVersion": CLIENT_VERSION, "ProcessedClientActions": answers, "Errors": null });
        let reply = self.send(payload_type::HANDSHAKE_RESPONSE, response.to_string().into_bytes(), now);
        update.replies.push(reply);
        if actions.iter().any(|action| action.kind == "KMSEncryption") {
            update.events.push(ChannelEvent::NeedsEncryption);
        }
    }

    fn remove_acknowledged(&mut self, payload: &[u8]) {
        let receipt: Value = serde_json::from_slice(payload).unwrap_or_default();
        let sequence = receipt.get("AcknowledgedMessageSequenceNumber").and_then(Value::as_i64);
        self.unacknowledged.retain(|sent| Some(sent.sequence) != sequence);
    }

    /// Creates the next input frame. Keeps a copy until the agent acknowledges the frame.
    fn send(&mut self, payload_type: u32, payload: Vec<u8>, now: Duration) -> Vec<u8> {
        let sequence = self.next_sent;
        self.next_sent += 1;
        let id = self.frame_id(sequence, 0);
        let frame =
            Frame { message: MessageType::Input, sequence, id, payload_type, payload: Bytes::from(payload) };
        let raw = frame.encode(self.started_ms + now.as_millis() as u64);
        self.unacknowledged.push_back(SentFrame { sequence, raw: raw.clone(), sent_at: now, repeats: 0 });
        raw
    }

    fn acknowledgement(&self, frame: &Frame, now: Duration) -> Vec<u8> {
        let receipt = json!({
            "AcknowledgedMessageType": frame.message.name(),
            "AcknowledgedMessageId": uuid_text(&frame.id),
            "AcknowledgedMessageSequenceNumber": frame.sequence,
            "IsSequentialMessage": true,
        });
        let reply = Frame {
            message: MessageType::Acknowledge,
            sequence: 0,
            id: self.frame_id(frame.sequence, 1),
            payload_type: 0,
            payload: Bytes::from(receipt.to_string()),
        };
        reply.encode(self.started_ms + now.as_millis() as u64)
    }

    /// Returns an id in the form of a version 4 UUID. No other frame of the session has this id.
    fn frame_id(&self, sequence: i64, stream: u8) -> [u8; 16] {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.seed.to_be_bytes());
        id[8..].copy_from_slice(&sequence.to_be_bytes());
        (id[6], id[8]) = (0x40 | stream, 0x80);
        id
    }
}

//! Tests of the data channel with an agent that loses, doubles and reorders frames.

use super::{
    agent_version::AgentVersion,
    channel::{ChannelEvent, DataChannel},
    frame::{Frame, MessageType, payload_type},
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Fake agent that sends numbered lines, and accepts input in order.
struct Agent {
    sent: Vec<Frame>,
    acknowledged: Vec<bool>,
    next_input: i64,
    early: BTreeMap<i64, Frame>,
    typed: Vec<u8>,
    handshake: Option<Value>,
}

fn output(sequence: i64, payload_type: u32, payload: Vec<u8>) -> Frame {
    Frame {
        message: MessageType::Output,
        sequence,
        id: [sequence as u8; 16],
        payload_type,
        payload: Bytes::from(payload),
    }
}

impl Agent {
    fn new(actions: &Value, lines: usize) -> Self {
        let request = json!({ "AgentVersion": "3.3.987.0", "RequestedClientActions": actions });
        let mut sent = vec![
            output(0, payload_type::HANDSHAKE_REQUEST, request.to_string().into_bytes()),
            output(1, payload_type::HANDSHAKE_COMPLETE, b"{}".to_vec()),
        ];
        sent.extend((0..lines).map(|line| {
            output(line as i64 + 2, payload_type::SHELL_OUTPUT, format!("{line}\n").into_bytes())
        }));
        let acknowledged = vec![false; sent.len()];
        Self { sent, acknowledged, next_input: 0, early: BTreeMap::new(), typed: Vec::new(), handshake: None }
    }

    /// Handles a frame from the client. Returns the acknowledgement.
    fn receive(&mut self, raw: &[u8]) -> Option<Vec<u8>> {
        let frame = Frame::decode(raw).unwrap();
        if frame.message == MessageType::Acknowledge {
            let receipt: Value = serde_json::from_slice(&frame.payload).unwrap();
            let number = receipt["AcknowledgedMessageSequenceNumber"].as_u64().unwrap() as usize;
            self.acknowledged[number] = true;
            return None;
        }
        let receipt = json!({ "AcknowledgedMessageSequenceNumber": frame.sequence }).to_string();
        let reply = Frame {
            message: MessageType::Acknowledge,
            payload: Bytes::from(receipt),
            ..output(0, 0, Vec::new())
        };
        self.early.insert(frame.sequence, frame);
        while let Some(frame) = self.early.remove(&self.next_input) {
            self.next_input += 1;
            match frame.payload_type {
                payload_type::HANDSHAKE_RESPONSE => {
                    self.handshake = serde_json::from_slice(&frame.payload).ok();
                }
                payload_type::SHELL_OUTPUT => self.typed.extend(&frame.payload),
                _ => {}
            }
        }
        Some(reply.encode(0))
    }
}

fn session_type() -> Value {
    json!([{ "ActionType": "SessionType", "ActionParameters": { "SessionType": "InteractiveCommands" } }])
}

/// Pseudo-random number generator (Knuth's MMIX) that gives the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn hits(&mut self, per_cent: u64) -> bool {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % 100 < per_cent
    }
}

/// Runs a session in which `loss` per cent of the frames are lost, and some come twice or late. Returns the
/// output, and the input as the agent received it.
fn run_lossy(loss: u64, seed: u64) -> (String, String) {
    let (mut agent, mut dice) = (Agent::new(&session_type(), 60), Dice(seed));
    let mut channel = DataChannel::new(7, 0);
    let (mut printed, mut to_agent) = (Vec::new(), Vec::<Vec<u8>>::new());
    let mut typed = "echo one; echo two; exit\n".bytes();
    for round in 0..4_000_u64 {
        let now = Duration::from_millis(round * 100);
        // The agent sends its oldest frames again until they are acknowledged.
        let waiting: Vec<usize> = (0..agent.sent.len()).filter(|n| !agent.acknowledged[*n]).take(8).collect();
        let mut wire: Vec<Vec<u8>> = waiting.iter().map(|n| agent.sent[*n].encode(0)).collect();
        if dice.hits(50) {
            wire.reverse();
        }
        for raw in std::mem::take(&mut to_agent) {
            if !dice.hits(loss) {
                wire.extend(agent.receive(&raw).filter(|_| !dice.hits(loss)));
            }
        }
        for raw in wire.into_iter().filter(|_| !dice.hits(loss)).collect::<Vec<_>>() {
            let update = channel.receive(&raw, now);
            to_agent.extend(update.replies);
            for event in update.events {
                if let ChannelEvent::Output(bytes, false) = event {
                    printed.extend(bytes);
                }
            }
        }
        if channel.accepts_input()
            && let Some(byte) = typed.next()
        {
            to_agent.extend(channel.send_bytes(&[byte], now));
        }
        to_agent.extend(channel.due_repeat(now));
    }
    (String::from_utf8(printed).unwrap(), String::from_utf8(agent.typed).unwrap())
}

#[test]
fn every_byte_arrives_once_and_in_order_whatever_is_lost() {
    let lines = (0..60).map(|line| line.to_string()).collect::<Vec<_>>().join("\n") + "\n";
    for (loss, seed) in [(0, 1), (20, 2), (40, 3), (60, 4)] {
        let (printed, typed) = run_lossy(loss, seed);
        assert_eq!(printed, lines, "{loss} % lost");
        assert_eq!(typed, "echo one; echo two; exit\n", "{loss} % lost");
    }
}

#[test]
fn the_handshake_starts_a_session_and_refuses_encryption() {
    let mut agent = Agent::new(&session_type(), 0);
    let mut channel = DataChannel::new(1, 0);
    assert!(!channel.accepts_input(), "nothing is typed before the command runs");
    let update = channel.receive(&agent.sent[0].encode(0), Duration::ZERO);
    update.replies.iter().for_each(|raw| drop(agent.receive(raw)));
    let answer = agent.handshake.take().unwrap();
    assert_eq!(answer["ProcessedClientActions"][0]["ActionStatus"], 1);
    let update = channel.receive(&agent.sent[1].encode(0), Duration::ZERO);
    assert_eq!(update.events, [ChannelEvent::Started(AgentVersion::parse("3.3.987.0"))]);
    assert!(channel.accepts_input());

    let mut agent = Agent::new(&json!([{ "ActionType": "KMSEncryption" }]), 0);
    let update = DataChannel::new(1, 0).receive(&agent.sent[0].encode(0), Duration::ZERO);
    update.replies.iter().for_each(|raw| drop(agent.receive(raw)));
    assert_eq!(update.events, [ChannelEvent::NeedsEncryption]);
    assert_eq!(agent.handshake.unwrap()["ProcessedClientActions"][0]["ActionStatus"], 3);
}

#[test]
fn only_one_handshake_of_a_bounded_size_is_answered() {
    let actions = json!(vec![json!({ "ActionType": "x" }); 2_000]);
    let request = Agent::new(&actions, 0).sent.remove(0);
    let mut channel = DataChannel::new(1, 0);
    for sequence in 0..100 {
        let raw = Frame { sequence, ..request.clone() }.encode(0);
        let length: usize = channel.receive(&raw, Duration::ZERO).replies.iter().map(Vec::len).sum();
        assert!(length < 4 * 1024, "{length} bytes");
    }
    assert_eq!(channel.unacknowledged().len(), 1);
}

#[test]
fn a_closed_channel_and_an_exit_code_are_told() {
    let mut channel = DataChannel::new(1, 0);
    let closed = Frame {
        message: MessageType::ChannelClosed,
        payload: Bytes::from_static(br#"{"Output":"bye"}"#),
        ..output(0, 0, Vec::new())
    };
    assert_eq!(
        channel.receive(&closed.encode(0), Duration::ZERO).events,
        [ChannelEvent::Ended("bye".to_owned())]
    );
    let code = output(0, payload_type::EXIT_CODE, b"3".to_vec());
    assert_eq!(channel.receive(&code.encode(0), Duration::ZERO).events, [ChannelEvent::ExitCode(3)]);
    assert_eq!(channel.receive(b"nonsense", Duration::ZERO).events, []);
}

#[test]
fn early_frames_are_bounded_in_bytes_and_a_frame_that_is_too_large_ends_the_session() {
    let piece = vec![b'x'; 64 * 1024];
    let mut channel = DataChannel::new(1, 0);
    let acknowledged = (1..=4096).take_while(|sequence| {
        let raw = output(*sequence, payload_type::SHELL_OUTPUT, piece.clone()).encode(0);
        !channel.receive(&raw, Duration::ZERO).replies.is_empty()
    });
    assert_eq!(acknowledged.count() * piece.len(), 4 << 20, "the agent keeps the rest");
    let raw = output(0, payload_type::SHELL_OUTPUT, piece.clone()).encode(0);
    let update = channel.receive(&raw, Duration::ZERO);
    assert_eq!(update.events.len() * piece.len(), (4 << 20) + piece.len(), "the waiting frames follow");

    let raw = output(65, payload_type::SHELL_OUTPUT, [&piece[..], b"x"].concat()).encode(0);
    assert_eq!(channel.receive(&raw, Duration::ZERO).events, [ChannelEvent::OversizedFrame(65_657)]);
}

#[test]
fn an_unacknowledged_frame_is_repeated_ever_later_and_all_are_sent_after_a_reconnect() {
    let mut channel = DataChannel::new(1, 0);
    let sent = channel.send_size(80, 24, Duration::ZERO);
    let at = Duration::from_millis;
    assert_eq!(channel.due_repeat(at(199)), None);
    assert_eq!(channel.due_repeat(at(200)).as_ref(), Some(&sent));
    assert_eq!(channel.due_repeat(at(500)), None, "the second wait is longer");
    assert_eq!(channel.due_repeat(at(600)).as_ref(), Some(&sent));
    channel.send_size(90, 24, at(600));
    assert_eq!(channel.unacknowledged().len(), 2);
}

//! Entry points of the fuzz target `session_frame` to the client side of a session. Compiled only for fuzzing.

pub use super::port_forward::fuzzing::demultiplex;

use super::{
    channel::{ChannelEvent, DataChannel},
    failures::{ended_with, oversized_frame},
    frame::{Frame, MessageType},
};
use crate::model::Failure;
use bytes::Bytes;
use std::time::Duration;

/// Types of messages, in the order of [`AgentFrame::message`].
const MESSAGE_TYPES: [MessageType; 6] = [
    MessageType::Output,
    MessageType::Acknowledge,
    MessageType::ChannelClosed,
    MessageType::Input,
    MessageType::StartPublication,
    MessageType::PausePublication,
];

/// Frame of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFrame {
    /// Type of the message, as an index into the list of types; it is taken modulo the length of the list.
    pub message: u8,
    /// Sequence number.
    pub sequence: i64,
    /// Type of the payload.
    pub payload_type: u32,
    /// Payload.
    pub payload: Vec<u8>,
}

impl AgentFrame {
    /// Returns the bytes of the frame, with a valid digest.
    pub fn encode(&self) -> Vec<u8> {
        let frame = Frame {
            message: MESSAGE_TYPES[usize::from(self.message) % MESSAGE_TYPES.len()],
            sequence: self.sequence,
            id: [self.message; 16],
            payload_type: self.payload_type,
            payload: Bytes::copy_from_slice(&self.payload),
        };
        frame.encode(0)
    }

    /// Decodes a frame, or returns `None` if the bytes are none.
    pub fn decode(raw: &[u8]) -> Option<Self> {
        let frame = Frame::decode(raw)?;
        let message = MESSAGE_TYPES.iter().position(|known| *known == frame.message)?;
        Some(Self {
            message: u8::try_from(message).ok()?,
            sequence: frame.sequence,
            payload_type: frame.payload_type,
            payload: frame.payload.to_vec(),
        })
    }
}

/// Client side of a session.
#[derive(Debug)]
pub struct FuzzedSession {
    channel: DataChannel,
    now: Duration,
}

/// Result of one message of the agent.
#[derive(Debug, Default)]
pub struct SessionStep {
    /// Frames to send in return.
    pub replies: Vec<Vec<u8>>,
    /// Output of the command.
    pub output: Vec<Vec<u8>>,
    /// Failures to show to the user.
    pub failures: Vec<Failure>,
}

impl FuzzedSession {
    /// Begins a session.
    pub fn begin() -> Self {
        Self { channel: DataChannel::new(7, 0), now: Duration::ZERO }
    }

    /// Handles a message, which arrives 100 ms after the last one. Types a key if the session takes input.
    pub fn receive(&mut self, message: &[u8]) -> SessionStep {
        self.now += Duration::from_millis(100);
        let update = self.channel.receive(message, self.now);
        let mut step = SessionStep { replies: update.replies, ..SessionStep::default() };
        for event in update.events {
            match event {
                ChannelEvent::Output(bytes, _) => step.output.push(bytes.to_vec()),
                ChannelEvent::Ended(reason) => step.failures.push(ended_with(&reason)),
                ChannelEvent::OversizedFrame(bytes) => step.failures.push(oversized_frame(bytes)),
                ChannelEvent::Started(_)
                | ChannelEvent::ExitCode(_)
                | ChannelEvent::PortRefused
                | ChannelEvent::NeedsEncryption => {}
            }
        }
        if self.channel.accepts_input() {
            step.replies.extend(self.channel.send_bytes(b"x", self.now));
        }
        step.replies.extend(self.channel.due_repeat(self.now));
        step
    }
}

//! Fuzz target for the frames of a session. The input is a list of messages: a type, a sequence number, a payload
//! type, the length in two bytes, and the payload. Type 255 is a message of raw bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::source::ecs::fuzzing::session_fuzzing::{AgentFrame, FuzzedSession, demultiplex};
use portolan_fuzz::{law::assert_safe, run_limits::within_limits};
use std::collections::BTreeSet;

/// Length of the bytes before a payload.
const HEAD_BYTES: usize = 5;
/// Type of a message of raw bytes.
const RAW_MESSAGE: u8 = u8::MAX;

/// Messages of the agent, and the sequence numbers in them.
#[derive(Default)]
struct AgentMessages {
    raw: Vec<Vec<u8>>,
    sequences: BTreeSet<i64>,
}

impl AgentMessages {
    fn parse(mut input: &[u8]) -> Self {
        let mut messages = Self::default();
        while let Some((head, rest)) = input.split_at_checked(HEAD_BYTES) {
            let length = usize::from(u16::from_le_bytes([head[3], head[4]])).min(rest.len());
            let (payload, rest) = rest.split_at(length);
            messages.add(head, payload);
            input = rest;
        }
        messages
    }

    fn add(&mut self, head: &[u8], payload: &[u8]) {
        if head[0] == RAW_MESSAGE {
            self.sequences.extend(AgentFrame::decode(payload).map(|frame| frame.sequence));
            self.raw.push(payload.to_vec());
            return;
        }
        let frame = AgentFrame {
            message: head[0] % 6,
            sequence: i64::from(i8::from_le_bytes([head[1]])),
            payload_type: u32::from(head[2]),
            payload: payload.to_vec(),
        };
        let raw = frame.encode();
        self.sequences.insert(frame.sequence);
        assert_eq!(AgentFrame::decode(&raw), Some(frame), "a frame survives the wire");
        self.raw.push(raw);
    }
}

fuzz_target!(|input: &[u8]| {
    let messages = AgentMessages::parse(input);
    let mut session = FuzzedSession::begin();
    let (mut output, mut pieces) = (Vec::new(), 0);
    within_limits(|| {
        for message in &messages.raw {
            let step = session.receive(message);
            assert_safe(&step.failures);
            assert!(step.replies.iter().all(|reply| AgentFrame::decode(reply).is_some()));
            pieces += step.output.len();
            output.extend(step.output.concat());
        }
    });
    assert!(pieces <= messages.sequences.len(), "each number gives its output once");
    let whole = within_limits(|| demultiplex(&output, usize::MAX));
    assert_eq!(whole, demultiplex(&output, 3), "the pieces make no difference");
});

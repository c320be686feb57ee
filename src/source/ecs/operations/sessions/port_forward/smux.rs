//! Multiplexing of connections in one byte stream, without I/O: the client side of smux, version 1.
//!
//! A frame has a header of 8 bytes and a payload of at most 65,535 bytes. The header contains the version,
//! command, payload length and stream id, as little-endian numbers (github.com/xtaci/smux, `frame.go`). `SYN`
//! begins a stream, and `FIN` ends it. The agent closes both directions of a connection at the first `FIN` of
//! either side (github.com/aws/amazon-ssm-agent, `port_mux.go`). Version 1 has no flow control per stream, so
//! a slow reader delays all streams.

use bytes::{Buf, Bytes};
use std::collections::BTreeSet;

/// Protocol version in every header.
const SMUX_VERSION: u8 = 1;
/// Length of the header, in bytes.
const HEADER_BYTES: usize = 8;
/// Maximum length of a payload that Portolan sends, in bytes. Short frames let the streams take turns.
pub(super) const MAX_SENT_PAYLOAD_BYTES: usize = 8 * 1024;

/// Command that begins a stream.
const SYN_COMMAND: u8 = 0;
/// Command that ends a stream.
const FIN_COMMAND: u8 = 1;
/// Command that carries data of a stream.
const PSH_COMMAND: u8 = 2;
/// Command without an effect, which keeps the connection alive.
const NOP_COMMAND: u8 = 3;

/// Id of a stream, which is one of the multiplexed connections. Streams that the client begins have odd ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct StreamId(u32);

/// Event that the agent's frames report: data of a stream, or its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MuxEvent {
    /// Data of a stream.
    Data(StreamId, Bytes),
    /// The other side has ended the stream.
    Closed(StreamId),
}

/// Error for bytes that are no smux frame. Portolan can't decode anything after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MalformedFrame;

/// Client side of a byte stream that carries several connections at once (smux).
#[derive(Debug, Default)]
pub(super) struct Multiplexer {
    last_stream: u32,
    /// Streams that this side has not ended yet.
    sending: BTreeSet<StreamId>,
    /// Streams that the other side has not ended yet.
    receiving: BTreeSet<StreamId>,
    partial: PartialFrame,
}

/// Frame from the other side that has not arrived completely.
#[derive(Debug)]
enum PartialFrame {
    /// Part of a header, with the number of bytes that have arrived.
    Header([u8; HEADER_BYTES], usize),
    /// Payload for this stream, with the number of bytes that have not arrived yet.
    Payload(StreamId, usize),
}

impl Default for PartialFrame {
    fn default() -> Self {
        Self::Header([0; HEADER_BYTES], 0)
    }
}

impl Multiplexer {
    /// Begins a stream. Returns its id and the frame to send, or `None` if no ids are left.
    pub(super) fn open(&mut self) -> Option<(StreamId, Bytes)> {
        self.last_stream = self.last_stream.checked_add(if self.last_stream == 0 { 1 } else { 2 })?;
        let id = StreamId(self.last_stream);
        self.sending.insert(id);
        self.receiving.insert(id);
        Some((id, frame(SYN_COMMAND, id, &[])))
    }

    /// Returns frames with data of a stream. Returns no frames if this side has ended the stream.
    pub(super) fn send(&self, id: StreamId, data: &[u8]) -> Vec<Bytes> {
        let chunks = data.chunks(MAX_SENT_PAYLOAD_BYTES).filter(|_| self.sending.contains(&id));
        chunks.map(|chunk| frame(PSH_COMMAND, id, chunk)).collect()
    }

    /// Ends this side of a stream. The other side may still send data. Returns the frame to send, or `None`
    /// if this side had already ended the stream.
    pub(super) fn close(&mut self, id: StreamId) -> Option<Bytes> {
        self.sending.remove(&id).then(|| frame(FIN_COMMAND, id, &[]))
    }

    /// Ignores all further data of a stream.
    pub(super) fn ignore(&mut self, id: StreamId) {
        self.receiving.remove(&id);
    }

    /// Returns a keep-alive frame.
    pub(super) fn keep_alive() -> Bytes {
        frame(NOP_COMMAND, StreamId(0), &[])
    }

    /// Handles bytes from the other side. They may end in the middle of a frame. After an error, the
    /// connection can't be used any more.
    pub(super) fn receive(&mut self, mut bytes: Bytes) -> Result<Vec<MuxEvent>, MalformedFrame> {
        let mut events = Vec::new();
        while !bytes.is_empty() {
            self.partial = match std::mem::take(&mut self.partial) {
                PartialFrame::Header(mut header, known) => {
                    let count = bytes.len().min(HEADER_BYTES - known);
                    bytes.copy_to_slice(&mut header[known..known + count]);
                    if known + count == HEADER_BYTES {
                        self.begin_frame(header, &mut events)?
                    } else {
                        PartialFrame::Header(header, known + count)
                    }
                }
                PartialFrame::Payload(id, missing) => {
                    let piece = bytes.split_to(missing.min(bytes.len()));
                    let missing = missing - piece.len();
                    if self.receiving.contains(&id) {
                        events.push(MuxEvent::Data(id, piece));
                    }
                    payload_of(id, missing)
                }
            };
        }
        Ok(events)
    }

    /// Handles a complete header. Returns the state that waits for the payload of the frame or, if the
    /// payload is empty, for the next header.
    fn begin_frame(
        &mut self,
        header: [u8; HEADER_BYTES],
        events: &mut Vec<MuxEvent>,
    ) -> Result<PartialFrame, MalformedFrame> {
        let [version, command, low, high, stream @ ..] = header;
        let (length, id) = (u16::from_le_bytes([low, high]), StreamId(u32::from_le_bytes(stream)));
        match command {
            _ if version != SMUX_VERSION => return Err(MalformedFrame),
            FIN_COMMAND if self.receiving.remove(&id) => events.push(MuxEvent::Closed(id)),
            // The agent begins no streams. It may still end a stream that this side ignores.
            SYN_COMMAND | FIN_COMMAND | PSH_COMMAND | NOP_COMMAND => {}
            _ => return Err(MalformedFrame),
        }
        Ok(payload_of(id, usize::from(length)))
    }
}

/// Returns the state in which `missing` payload bytes of a frame have not arrived yet.
fn payload_of(id: StreamId, missing: usize) -> PartialFrame {
    if missing == 0 { PartialFrame::default() } else { PartialFrame::Payload(id, missing) }
}

/// Encodes a frame. `payload` must have at most [`MAX_SENT_PAYLOAD_BYTES`] bytes.
fn frame(command: u8, id: StreamId, payload: &[u8]) -> Bytes {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + payload.len());
    bytes.extend([SMUX_VERSION, command]);
    bytes.extend((payload.len() as u16).to_le_bytes());
    bytes.extend(id.0.to_le_bytes());
    bytes.extend(payload);
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::{
        FIN_COMMAND, HEADER_BYTES, MAX_SENT_PAYLOAD_BYTES, MalformedFrame, Multiplexer, MuxEvent,
        NOP_COMMAND, PSH_COMMAND, SYN_COMMAND, StreamId, frame,
    };
    use bytes::Bytes;
    use proptest::prelude::*;

    /// Returns a client with two open streams.
    fn with_two_streams() -> (Multiplexer, StreamId, StreamId) {
        let mut mux = Multiplexer::default();
        let (first, second) = (mux.open().unwrap().0, mux.open().unwrap().0);
        (mux, first, second)
    }

    /// Passes `bytes` to `mux` in pieces of `size`, and joins adjacent data of one stream.
    fn receive(mux: &mut Multiplexer, bytes: &[u8], size: usize) -> Result<Vec<MuxEvent>, MalformedFrame> {
        let mut events: Vec<MuxEvent> = Vec::new();
        for piece in bytes.chunks(size) {
            for event in mux.receive(Bytes::copy_from_slice(piece))? {
                match (events.last_mut(), event) {
                    (Some(MuxEvent::Data(last, data)), MuxEvent::Data(id, more)) if *last == id => {
                        *data = [&data[..], &more].concat().into();
                    }
                    (_, event) => events.push(event),
                }
            }
        }
        Ok(events)
    }

    #[test]
    fn frames_are_laid_out_as_in_smux() {
        let mut mux = Multiplexer::default();
        let (id, syn) = mux.open().unwrap();
        assert_eq!(syn[..], [1, 0, 0, 0, 1, 0, 0, 0]);
        assert_eq!(mux.send(id, b"hi"), [Bytes::from_static(&[1, 2, 2, 0, 1, 0, 0, 0, b'h', b'i'])]);
        assert_eq!(mux.open().unwrap().1[..], [1, 0, 0, 0, 3, 0, 0, 0], "the client's streams are odd");
        assert_eq!(mux.close(id).unwrap()[..], [1, 1, 0, 0, 1, 0, 0, 0]);
        assert_eq!(Multiplexer::keep_alive()[..], [1, 3, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn long_data_is_sent_in_several_frames() {
        let (mux, first, _) = with_two_streams();
        let data = vec![7; 2 * MAX_SENT_PAYLOAD_BYTES + 1];
        let lengths: Vec<usize> = mux.send(first, &data).iter().map(|one| one.len() - HEADER_BYTES).collect();
        assert_eq!(lengths, [MAX_SENT_PAYLOAD_BYTES, MAX_SENT_PAYLOAD_BYTES, 1]);
    }

    #[test]
    fn each_side_can_end_a_stream_and_late_frames_are_ignored() {
        let (mut mux, first, second) = with_two_streams();
        let mut bytes = frame(PSH_COMMAND, second, b"two").to_vec();
        bytes.extend(frame(FIN_COMMAND, second, b""));
        bytes.extend(frame(PSH_COMMAND, second, b"late"));
        bytes.extend(frame(FIN_COMMAND, second, b""));
        bytes.extend(frame(NOP_COMMAND, StreamId(0), b""));
        bytes.extend(frame(SYN_COMMAND, StreamId(2), b""));
        let data = MuxEvent::Data(second, Bytes::from_static(b"two"));
        assert_eq!(receive(&mut mux, &bytes, 4), Ok(vec![data, MuxEvent::Closed(second)]));
        assert_eq!(mux.send(second, b"x").len(), 1, "this side has not ended it");
        assert!(mux.close(second).is_some() && mux.close(second).is_none());
        assert!(mux.send(second, b"x").is_empty());

        assert!(mux.close(first).is_some());
        let late = frame(PSH_COMMAND, first, b"late");
        let data = MuxEvent::Data(first, Bytes::from_static(b"late"));
        assert_eq!(receive(&mut mux, &late, 99), Ok(vec![data]), "the other side has not ended it");
        mux.ignore(first);
        assert_eq!(receive(&mut mux, &late, 99), Ok(vec![]));
    }

    #[test]
    fn other_versions_and_commands_are_malformed() {
        let (mut mux, first, _) = with_two_streams();
        let mut newer = frame(PSH_COMMAND, first, b"x").to_vec();
        newer[0] = 2;
        assert_eq!(receive(&mut mux, &newer, 99), Err(MalformedFrame));
        assert_eq!(receive(&mut Multiplexer::default(), &frame(4, first, b""), 1), Err(MalformedFrame));
    }

    #[test]
    fn streams_end_with_their_numbers() {
        let mut mux = Multiplexer { last_stream: u32::MAX - 2, ..Multiplexer::default() };
        assert!(mux.open().is_some());
        assert_eq!(mux.open(), None);
    }

    proptest! {
        #[test]
        fn frames_may_be_cut_anywhere(
            sent in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 1..300)), 1..20),
            size in 1_usize..700,
        ) {
            let (mut mux, first, second) = with_two_streams();
            let (mut whole, _, _) = with_two_streams();
            let frames = sent.iter().map(|(is_first, data)| {
                frame(PSH_COMMAND, if *is_first { first } else { second }, data)
            });
            let bytes: Vec<u8> = frames.flatten().collect();
            let expected = receive(&mut whole, &bytes, bytes.len());
            prop_assert_eq!(receive(&mut mux, &bytes, size), expected);
        }

        #[test]
        fn any_bytes_are_events_or_malformed(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let (mut mux, first, second) = with_two_streams();
            let received = receive(&mut mux, &bytes, 100).unwrap_or_default();
            let length: usize = received.iter().map(|event| match event {
                MuxEvent::Data(id, data) => {
                    assert!([first, second].contains(id));
                    data.len()
                }
                MuxEvent::Closed(_) => 0,
            }).sum();
            prop_assert!(length <= bytes.len());
        }
    }
}

//! Frames of the Session Manager data channel: a binary header and a payload.
//!
//! The layout is that of `messagecontract` in AWS's session-manager-plugin 1.2
//! (github.com/aws/session-manager-plugin, `src/message/clientmessage.go`).

use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Length of the header in bytes, without the field for the length of the payload.
const HEADER_BYTES: usize = 116;
/// Offset of the payload's length, which follows the header.
const PAYLOAD_LENGTH_AT: usize = HEADER_BYTES;
/// Length of the field for the message type, in bytes.
const TYPE_FIELD_BYTES: usize = 32;
/// Version of the frame layout.
const SCHEMA_VERSION: u32 = 1;
/// Flags of an acknowledgement frame: the bits for "first frame" and "last frame" of a stream, because each
/// acknowledgement counts as a stream of its own.
const ACKNOWLEDGE_FLAGS: u64 = 3;
/// Maximum length of a payload that Portolan accepts, in bytes. The agent sends at most 1 KiB.
const MAX_PAYLOAD_BYTES: usize = 64 * 1024;
/// Maximum length of a frame that Portolan accepts, in bytes.
pub(super) const MAX_FRAME_BYTES: usize = HEADER_BYTES + 4 + MAX_PAYLOAD_BYTES;

/// Type of a message on the Session Manager data channel, such as input, output or acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MessageType {
    /// Data from the client.
    Input,
    /// Data from the agent.
    Output,
    /// Acknowledgement of a message from the other side.
    Acknowledge,
    /// The session has ended.
    ChannelClosed,
    /// Permission for the client to send. Portolan ignores this message.
    StartPublication,
    /// Request that the client stop sending for now. Portolan ignores this message.
    PausePublication,
}

/// Names of the message types on the wire.
const TYPE_NAMES: [(MessageType, &str); 6] = [
    (MessageType::Input, "input_stream_data"),
    (MessageType::Output, "output_stream_data"),
    (MessageType::Acknowledge, "acknowledge"),
    (MessageType::ChannelClosed, "channel_closed"),
    (MessageType::StartPublication, "start_publication"),
    (MessageType::PausePublication, "pause_publication"),
];

impl MessageType {
    pub(super) fn name(self) -> &'static str {
        TYPE_NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

/// Payload types: the numbers by which a frame of the data channel states its content, such as shell output,
/// the terminal's size or an exit code.
pub(super) mod payload_type {
    /// Output or input of the session.
    pub(in super::super) const SHELL_OUTPUT: u32 = 1;
    /// Error message of the agent.
    pub(in super::super) const AGENT_ERROR: u32 = 2;
    /// Size of the terminal.
    pub(in super::super) const TERMINAL_SIZE: u32 = 3;
    /// Actions that the agent requests before the session starts.
    pub(in super::super) const HANDSHAKE_REQUEST: u32 = 5;
    /// Results of the requested actions.
    pub(in super::super) const HANDSHAKE_RESPONSE: u32 = 6;
    /// End of the handshake.
    pub(in super::super) const HANDSHAKE_COMPLETE: u32 = 7;
    /// Control flag, such as a request to end the session.
    pub(in super::super) const CONTROL_FLAG: u32 = 10;
    /// Standard error of the command, if the agent reports it separately.
    pub(in super::super) const STANDARD_ERROR: u32 = 11;
    /// Exit code of the command.
    pub(in super::super) const EXIT_CODE: u32 = 12;
}

/// Frame of the data channel: one message between Portolan and the agent, with its sequence number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) message: MessageType,
    /// Sequence number in this direction, from zero.
    pub(super) sequence: i64,
    /// Id of the frame, as a UUID.
    pub(super) id: [u8; 16],
    pub(super) payload_type: u32,
    pub(super) payload: Bytes,
}

impl Frame {
    /// Encodes the frame as bytes for the wire. `created_ms` is the current time in milliseconds since 1970.
    pub(super) fn encode(&self, created_ms: u64) -> Vec<u8> {
        let is_receipt = self.message == MessageType::Acknowledge;
        let flags = if is_receipt { ACKNOWLEDGE_FLAGS } else { u64::from(self.sequence == 0) };
        let mut bytes = Vec::with_capacity(HEADER_BYTES + 4 + self.payload.len());
        bytes.extend((HEADER_BYTES as u32).to_be_bytes());
        let mut name = [b' '; TYPE_FIELD_BYTES];
        name[..self.message.name().len()].copy_from_slice(self.message.name().as_bytes());
        bytes.extend(name);
        bytes.extend(SCHEMA_VERSION.to_be_bytes());
        bytes.extend(created_ms.to_be_bytes());
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(flags.to_be_bytes());
        // On the wire, the second half of the id comes first.
        bytes.extend(&self.id[8..]);
        bytes.extend(&self.id[..8]);
        bytes.extend(Sha256::digest(&self.payload));
        bytes.extend(self.payload_type.to_be_bytes());
        bytes.extend((self.payload.len() as u32).to_be_bytes());
        bytes.extend(&self.payload);
        bytes
    }

    /// Decodes a frame. Returns `None` if its type is unknown, a length is wrong, or the digest does not
    /// match.
    pub(super) fn decode(raw: &[u8]) -> Option<Self> {
        let header = u32::from_be_bytes(field(raw, 0)?) as usize;
        let name = std::str::from_utf8(raw.get(4..4 + TYPE_FIELD_BYTES)?).ok()?;
        let name = name.trim_end_matches([' ', '\0']);
        let message = TYPE_NAMES.iter().find(|(_, known)| *known == name)?.0;
        let sequence = i64::from_be_bytes(field(raw, 48)?);
        let (second, first): ([u8; 8], [u8; 8]) = (field(raw, 64)?, field(raw, 72)?);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&first);
        id[8..].copy_from_slice(&second);
        let digest: [u8; 32] = field(raw, 80)?;
        let length = u32::from_be_bytes(field(raw, PAYLOAD_LENGTH_AT)?) as usize;
        let payload = raw.get(header.checked_add(4)?..)?;
        let fits = header == HEADER_BYTES && length == payload.len() && length <= MAX_PAYLOAD_BYTES;
        // Some frames of Session Manager have neither a digest nor a payload.
        let matches = payload.is_empty() || Sha256::digest(payload).as_slice() == digest;
        let payload_type = u32::from_be_bytes(field(raw, 112)?);
        (fits && matches).then(|| Self {
            message,
            sequence,
            id,
            payload_type,
            payload: Bytes::copy_from_slice(payload),
        })
    }
}

/// Returns the `N` bytes at offset `start`, or `None` if `raw` is too short.
fn field<const N: usize>(raw: &[u8], start: usize) -> Option<[u8; N]> {
    raw.get(start..start + N)?.try_into().ok()
}

/// Returns the id as UUID text, the form in acknowledgements.
pub(super) fn uuid_text(id: &[u8; 16]) -> String {
    let hex: String = id.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hex_digit).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::{Frame, MessageType, payload_type, uuid_text};
    use bytes::Bytes;

    fn frame(payload: &'static [u8]) -> Frame {
        let id = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        let payload = Bytes::from_static(payload);
        Frame {
            message: MessageType::Output,
            sequence: 3,
            id,
            payload_type: payload_type::SHELL_OUTPUT,
            payload,
        }
    }

    #[test]
    fn a_frame_survives_the_wire_with_its_fields_in_place() {
        let sent = frame(b"hello");
        let raw = sent.encode(1_700_000_000_000);
        assert_eq!(raw.len(), 120 + 5);
        assert_eq!(raw[..4], [0, 0, 0, 116]);
        assert_eq!(&raw[4..23], b"output_stream_data ");
        assert_eq!(raw[64..80], [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7], "halves swapped");
        assert_eq!(Frame::decode(&raw), Some(sent));
    }

    #[test]
    fn a_damaged_frame_is_none() {
        let raw = frame(b"hello").encode(0);
        for at in [0, 10, 90, 119, 121] {
            let mut broken = raw.clone();
            broken[at] ^= 0x55;
            assert_eq!(Frame::decode(&broken), None, "byte {at}");
        }
        for length in 0..raw.len() {
            assert_eq!(Frame::decode(&raw[..length]), None, "{length} bytes");
        }
    }

    #[test]
    fn an_id_is_written_as_a_uuid() {
        assert_eq!(uuid_text(&frame(b"").id), "00010203-0405-0607-0809-0a0b0c0d0e0f");
    }
}

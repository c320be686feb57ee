//! Frames of the data channel: the agent encodes and decodes them without Portolan's own code, so that the
//! tests are independent of it.

use sha2::{Digest, Sha256};

/// Length of the header in bytes, without the field for the length of the payload.
const HEADER_BYTES: usize = 116;

pub(super) const OUTPUT: u32 = 1;
pub(super) const SIZE: u32 = 3;
pub(super) const HANDSHAKE_REQUEST: u32 = 5;
pub(super) const HANDSHAKE_RESPONSE: u32 = 6;
pub(super) const HANDSHAKE_COMPLETE: u32 = 7;
pub(super) const FLAG: u32 = 10;

/// Frame of the client.
pub(super) struct ClientFrame {
    pub(super) message: String,
    pub(super) sequence: u64,
    /// Id in the form of a UUID.
    pub(super) id: String,
    pub(super) payload_type: u32,
    pub(super) payload: Vec<u8>,
}

/// Returns the bytes of a frame.
pub(super) fn encode(message: &str, sequence: u64, payload_type: u32, payload: &[u8]) -> Vec<u8> {
    let flags: u64 = if message == "output_stream_data" { u64::from(sequence == 0) } else { 3 };
    let mut bytes = Vec::new();
    bytes.extend((HEADER_BYTES as u32).to_be_bytes());
    bytes.extend(format!("{message:<32}").bytes());
    bytes.extend(1_u32.to_be_bytes());
    bytes.extend(1_700_000_000_000_u64.to_be_bytes());
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(flags.to_be_bytes());
    bytes.extend([0x11; 8]);
    bytes.extend(sequence.to_be_bytes());
    bytes.extend(Sha256::digest(payload));
    bytes.extend(payload_type.to_be_bytes());
    bytes.extend((payload.len() as u32).to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// Decodes a frame of the client. The error describes why the agent can't accept it.
pub(super) fn decode(bytes: &[u8]) -> Result<ClientFrame, String> {
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    if bytes.len() < HEADER_BYTES + 4 || number(0) != HEADER_BYTES {
        return Err(format!("{} bytes are no frame", bytes.len()));
    }
    let payload = bytes[HEADER_BYTES + 4..].to_vec();
    if number(HEADER_BYTES) != payload.len() {
        return Err("wrong length of a payload".into());
    }
    if !payload.is_empty() && Sha256::digest(&payload).as_slice() != &bytes[80..112] {
        return Err("wrong digest of a payload".into());
    }
    // The wire has the second half of the id first.
    let id: Vec<String> =
        [&bytes[72..80], &bytes[64..72]].concat().iter().map(|byte| format!("{byte:02x}")).collect();
    let id = id.concat();
    Ok(ClientFrame {
        message: String::from_utf8_lossy(&bytes[4..36]).trim_end().to_owned(),
        sequence: u64::from_be_bytes(bytes[48..56].try_into().unwrap()),
        id: [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-"),
        payload_type: number(112) as u32,
        payload,
    })
}

//! Access of the fuzz target to multiplexed connections. Compiled only for fuzzing.

use super::smux::{Multiplexer, MuxEvent};
use bytes::Bytes;

/// Returns the data of the first two connections in `raw`, which arrives in pieces of `chunk_bytes`. Returns
/// `None` if it is malformed.
pub fn demultiplex(raw: &[u8], chunk_bytes: usize) -> Option<[Vec<u8>; 2]> {
    let mut mux = Multiplexer::default();
    let ((first, _), (second, _)) = (mux.open()?, mux.open()?);
    let mut data = [Vec::new(), Vec::new()];
    for piece in raw.chunks(chunk_bytes) {
        for event in mux.receive(Bytes::copy_from_slice(piece)).ok()? {
            match event {
                MuxEvent::Data(id, bytes) if id == first => data[0].extend(bytes),
                MuxEvent::Data(id, bytes) if id == second => data[1].extend(bytes),
                MuxEvent::Data(..) | MuxEvent::Closed(_) => {}
            }
        }
    }
    Some(data)
}

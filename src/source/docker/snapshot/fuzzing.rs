//! Access of the fuzz target to the event stream. Compiled only for fuzzing.

use super::events::record_message;
use crate::{
    model::Timestamp,
    source::docker::{
        DockerState,
        engine::event_stream::{StreamedEvent, events_in_chunks},
    },
};

/// Records the events of a stream that arrives in pieces of `chunk_bytes`.
pub(in crate::source::docker) fn record_events(
    shared: &DockerState,
    stream: &[u8],
    chunk_bytes: usize,
    now: Timestamp,
) {
    for event in events_in_chunks(stream, chunk_bytes) {
        if let StreamedEvent::Event(message) = event {
            record_message(shared, &message, now);
        }
    }
}

//! Reader of recordings, compiled from the program's sources.

#[path = "../../src/source/replay/format.rs"]
mod format;
#[path = "../../src/source/replay/read.rs"]
mod read;
#[path = "../../src/source/replay/recording.rs"]
mod recording;

pub use format::{Frame, Header, RECORDING_SCHEMA};
pub use recording::Recording;

//! Recordings: snapshots and log lines of sources in a file of JSON lines. `portolan record` writes them, and
//! a share of the screen contains one.

mod format;
mod read;
mod recorded_sources;

pub use format::{Frame, Header, RECORDING_SCHEMA};
pub use read::MAX_LINE_BYTES;
pub use recorded_sources::Recording;

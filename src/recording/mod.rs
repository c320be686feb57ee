//! Recordings: snapshots and log lines of sources in a file of JSON lines. `portolan record` writes such a
//! file. A share, the document with which a user shows the screen to a colleague, contains one too.

mod format;
mod read;
mod recorded_sources;

pub use format::{Frame, Header, RECORDING_SCHEMA};
pub use read::MAX_LINE_BYTES;
pub use recorded_sources::Recording;

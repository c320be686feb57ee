//! What the program is told: keys, time, and what the sources and workers found.

use super::Mouse;
use crate::{
    keymap::Key,
    layout::Diagram,
    model::{Failure, LogNews, OutageMemory, Pace, Reading, ServiceId, Snapshot, SourceId, Timestamp},
};

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has this size now.
    Resize(u16, u16),
    /// The clock went on.
    Tick(Timestamp),
    /// A source was looked at.
    Looked(SourceId, Result<Snapshot, Failure>),
    /// What an earlier run saw of a source.
    Recalled(SourceId, Box<Snapshot>),
    /// What an earlier run knew of a source's outages.
    Remembered(SourceId, OutageMemory),
    /// When a source is looked at next, and what that costs.
    Paced(SourceId, Pace),
    /// A source began or ceased to tell of changes by itself.
    Nudged(SourceId, bool),
    /// Something was heard of log streams.
    Logs(LogNews),
    /// What instances of a service use was measured, or could not be.
    Measured(ServiceId, Result<Vec<Reading>, Failure>),
    /// The layout of that number is there, drawn in the way of that index.
    Laid(u64, usize, Box<Diagram>),
    /// The layout of that number failed, by a fault of our own.
    Unlaid(u64),
    /// A frame was drawn, and somebody has more to do.
    Again,
    /// Whether a fresh layout would be better by much than that of this number.
    Compared(u64, bool),
    /// Something that is to be said: a file was saved, or could not be.
    Said(String),
}

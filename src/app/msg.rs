//! Messages to the program: user input, time, and results of sources and workers.

use super::MouseAction;
use crate::{
    keymap::Key,
    layout::Diagram,
    model::{
        Failure, LogUpdate, PollSchedule, SavedOutages, ServiceId, Snapshot, SourceId, Timestamp, UsageSample,
    },
};

/// Message to the program.
#[derive(Debug)]
pub enum Msg {
    /// Key press.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// Mouse action.
    Mouse(MouseAction),
    /// New size of the terminal, in columns and rows.
    Resize(u16, u16),
    /// Clock tick with the current time.
    Tick(Timestamp),
    /// Result of polling a source.
    SourcePolled(SourceId, Result<Snapshot, Failure>),
    /// Snapshot of a source from an earlier run.
    CacheLoaded(SourceId, Box<Snapshot>),
    /// Outages of a source from an earlier run.
    OutagesLoaded(SourceId, SavedOutages),
    /// Time of a source's next poll, and the share of the API quota that it uses.
    PollScheduled(SourceId, PollSchedule),
    /// Change in push notifications of a source: true if it now reports changes by itself.
    PushStateChanged(SourceId, bool),
    /// News of log streams: lines, or the start or end of a read.
    Logs(LogUpdate),
    /// Measured usage of the instances of a service, or the failure to measure it.
    UsageMeasured(ServiceId, Result<Vec<UsageSample>, Failure>),
    /// Finished layout: id of the request, index of the chosen candidate, and the layout.
    LayoutReady(u64, usize, Box<Diagram>),
    /// Failed layout, by the id of its request. The cause is a bug in Portolan.
    LayoutFailed(u64),
    /// Call to go on with work that did not fit into the last frame.
    ContinueWork,
    /// Result of a layout comparison: id of the layout request, and true if a fresh layout would be much
    /// better.
    LayoutCompared(u64, bool),
    /// Notice for the user, such as the path of a saved file.
    Notice(String),
}

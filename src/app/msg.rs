//! Messages to the program: user input, time, and results of sources and workers.

use super::MouseAction;
use crate::{
    keymap::Key,
    layout::Diagram,
    model::{
        Checkout, Failure, LogUpdate, PollSchedule, SavedOutages, ServiceId, Snapshot, SourceId, TeamStatus,
        Timestamp, UsageSample,
    },
    note::NoteBook,
    operation::{OperationPlace, OperationReading, OperationRequest, PlanRun, ShellRequest},
    team::TeamHistoryPart,
};
use std::sync::Arc;

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
    /// Outages and requested stops of a source, saved by an earlier run.
    OutagesLoaded(SourceId, SavedOutages),
    /// Repositories on this machine.
    CheckoutsRead(Vec<Arc<Checkout>>),
    /// Notes of people on a source.
    NotesRead(SourceId, Box<NoteBook>),
    /// Part of the history of a source that other members of the team have left.
    TeamHistoryRead(SourceId, Box<TeamHistoryPart>),
    /// Time of a source's next poll, and the share of the API quota that the source used.
    PollScheduled(SourceId, PollSchedule),
    /// Part of this Portolan in the team that reads a source together.
    TeamChanged(SourceId, Box<TeamStatus>),
    /// Start (true) or end (false) of a source's change notifications.
    ChangeNotificationsToggled(SourceId, bool),
    /// Lines of log streams, or the start or end of reading a stream.
    Logs(LogUpdate),
    /// Measured usage of a service's instances, or the failure to measure it.
    UsageMeasured(ServiceId, Result<Vec<UsageSample>, Failure>),
    /// Finished layout of the map: the id of the request, the index of the chosen candidate, and the layout.
    LayoutReady(u64, usize, Box<Diagram>),
    /// Failed layout of the map, by the id of its request. The cause is a bug in Portolan.
    LayoutFailed(u64),
    /// Signal to continue unfinished work of the log screen. The runtime sends it after a frame, in response
    /// to [`Effect::ContinueWork`](crate::effect::Effect::ContinueWork).
    ContinueWork,
    /// Result of a layout comparison: the id of the layout request, and true if a fresh layout would be much
    /// better.
    LayoutCompared(u64, bool),
    /// Place of a source that can be acted on.
    PlaceRead(Box<OperationPlace>),
    /// Place of a shell, for its plan.
    ShellPlaceRead(ShellRequest, Box<Result<OperationPlace, Failure>>),
    /// Services of a request, read anew for a plan.
    TargetsRead(OperationRequest, Box<Result<OperationReading, Failure>>),
    /// Number of calls that an operation has made so far, by the number of the operation.
    PlanStepSent(u64, usize),
    /// End of the calls of an operation, by the number of the operation.
    PlanRunEnded(u64, Box<PlanRun>),
    /// Notice for the user, such as the path of a saved file.
    Notice(String),
}

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
    operation::{OperationPlace, OperationReading, OperationRequest, PlanRun, RequestedSession},
    team::TeamHistoryPart,
};
use std::sync::Arc;

/// Message to the app: user input, a clock tick, or the result of a poll or of another background task.
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
    /// Snapshot that an earlier run saved for a source.
    CacheLoaded(SourceId, Box<Snapshot>),
    /// Outages and requested stops that an earlier run saved for a source.
    OutagesLoaded(SourceId, SavedOutages),
    /// Repositories on this machine whose files describe services.
    CheckoutsRead(Vec<Arc<Checkout>>),
    /// Notes that people wrote about the services of a source.
    NotesRead(SourceId, Box<NoteBook>),
    /// Part of the team's history of a source, which other members have recorded.
    TeamHistoryRead(SourceId, Box<TeamHistoryPart>),
    /// Time of a source's next poll, and the share of the API quota that the source used.
    PollScheduled(SourceId, PollSchedule),
    /// Role of this Portolan in the team that reads the source.
    TeamChanged(SourceId, Box<TeamStatus>),
    /// Start (true) or end (false) of a source's change notifications.
    ChangeNotificationsToggled(SourceId, bool),
    /// Lines of log streams, or the start or end of a read of a stream.
    Logs(LogUpdate),
    /// Measured usage of a service's instances, or the reason why the measurement failed.
    UsageMeasured(ServiceId, Result<Vec<UsageSample>, Failure>),
    /// Computed layout of the map: the id of the request, the index of the chosen candidate, and the layout.
    LayoutReady(u64, usize, Box<Diagram>),
    /// Failed computation of a layout, because of a bug in Portolan: the id of the request.
    LayoutFailed(u64),
    /// Signal to continue unfinished work of the log screen. The runtime sends it after a frame, in response
    /// to [`Effect::ContinueWork`](crate::effect::Effect::ContinueWork).
    ContinueWork,
    /// Result of a layout comparison: the id of the layout request, and true if a fresh layout would be much
    /// better.
    LayoutCompared(u64, bool),
    /// Account and region, or engine, of a source that allows actions.
    PlaceRead(Box<OperationPlace>),
    /// Account and region, or engine, for the plan of a session. The first value is the request as the app made
    /// it. The second contains the request again, in which a forward has the number of its open local port.
    SessionPlaceRead(RequestedSession, Box<Result<(RequestedSession, OperationPlace), Failure>>),
    /// News that the forward with this number is open.
    ForwardOpened(u64),
    /// End of the forward with this number: the outcome in words, or the failure.
    ForwardEnded(u64, Result<String, Failure>),
    /// Services that an operation request names, read again to plan the operation.
    TargetsRead(OperationRequest, Box<Result<OperationReading, Failure>>),
    /// Progress of an operation: the number that identifies it, and the count of calls made so far.
    PlanStepSent(u64, usize),
    /// End of the calls of an operation: the number that identifies the operation, and the result of its
    /// calls.
    PlanRunEnded(u64, Box<PlanRun>),
    /// Notice for the user, such as the path of a saved file.
    Notice(String),
}

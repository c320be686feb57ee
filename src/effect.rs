//! Effects: requests of the app to the runtime, which carries out each of them once.

use crate::{
    history::Entry,
    model::{SavedOutages, SourceId},
    note::NoteDraft,
    operation::{
        AuditOutcome, ConfirmedPlan, ConfirmedSession, ForwardRequest, OperationRequest, RequestedSession,
        ShellRequest, Verdict,
    },
    screen::{
        FileToSave,
        map::{LayoutComparison, LayoutRequest},
    },
    share::{Share, ShareDestination},
    store::World,
};
use std::sync::Arc;

/// Request of the app to the runtime for I/O or other work outside the app, such as saving a file. The
/// runtime carries it out once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Sends [`Msg::ContinueWork`](crate::app::Msg::ContinueWork) after the next frame.
    ContinueWork,
    /// Polls all sources now.
    RefreshSources,
    /// Saves the outage data of a source for the next run: open outages and requested stops.
    SaveOutages(SourceId, SavedOutages),
    /// Writes the entries that this member has recorded about a source into the team's history.
    WriteTeamHistory(SourceId, Vec<Arc<Entry>>),
    /// Copies the text to the clipboard.
    CopyToClipboard(String),
    /// Opens the page with this address in a browser. Copies the address instead if no browser can be opened.
    OpenPage(String),
    /// Writes a new file into the current directory and shows its path. Never overwrites a file.
    SaveFile(FileToSave),
    /// Writes a share, which is the current screen with its data, to a file or to the team's store. Shows the
    /// user how a colleague can open it.
    WriteShare(Box<Share>, ShareDestination),
    /// Writes a note on a service, call or finding into the notes of this source, signed with the user's
    /// name.
    WriteNote(SourceId, NoteDraft),
    /// Captures the mouse if true, or else returns it to the terminal.
    CaptureMouse(bool),
    /// Computes a layout of the map.
    ComputeLayout(Box<LayoutRequest>),
    /// Compares the current layout of the map with a newly computed one, to find out if the user should tidy
    /// the map.
    CompareLayout(Box<LayoutComparison>),
    /// Reads again the services that an operation request names, to plan the operation.
    ReadTargets(OperationRequest),
    /// Runs a confirmed plan. The first value is the number of the operation.
    RunPlan(u64, Box<ConfirmedPlan>),
    /// Adds the verdict of an operation to the audit log. The first value is the number of the operation.
    RecordVerdict(u64, Verdict),
    /// Reads the account and region, or the engine, that the plan of a session needs. Opens the local port of a
    /// forward.
    ReadSessionPlace(RequestedSession),
    /// Runs a confirmed shell in a container, on the user's terminal, until the shell ends.
    OpenShell(Box<ConfirmedSession<ShellRequest>>),
    /// Adds a refused or failed request to the audit log, with the reason.
    RecordRefusal(OperationRequest, AuditOutcome, String),
    /// Forwards a confirmed port until one side ends it. The first value is the number of the forward.
    OpenForward(u64, Box<ConfirmedSession<ForwardRequest>>),
    /// Closes the local port with this number, whose forward the user has not confirmed.
    ClosePlannedPort(u16),
    /// Ends the forward with this number.
    EndForward(u64),
    /// Adds a refused or failed request for a session to the audit log, with the reason.
    RecordSessionRefusal(RequestedSession, AuditOutcome, String),
    /// Ends the program.
    Quit,
}

impl Effect {
    /// Returns the effects that save the data that is due: outages for the next run, and history for the
    /// team.
    #[must_use]
    pub fn saves_of(world: &mut World) -> Vec<Self> {
        let outages = world.due_outage_saves().into_iter();
        let outages = outages.map(|(source, memory)| Self::SaveOutages(source, memory));
        let history = world.due_history_shares().into_iter();
        outages.chain(history.map(|(source, entries)| Self::WriteTeamHistory(source, entries))).collect()
    }
}

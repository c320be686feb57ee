//! Effects: requests of the app to the runtime. Each is carried out once.

use crate::{
    history::Entry,
    model::{SavedOutages, SourceId},
    note::NoteDraft,
    operation::{AuditOutcome, ConfirmedPlan, ConfirmedSession, OperationRequest, ShellRequest, Verdict},
    screen::{
        FileToSave,
        map::{LayoutComparison, LayoutRequest},
    },
    share::{Share, ShareDestination},
    store::World,
};
use std::sync::Arc;

/// Request to the runtime, which carries it out once.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Sends [`Msg::ContinueWork`](crate::app::Msg::ContinueWork) after the next frame.
    ContinueWork,
    /// Polls all sources now.
    RefreshSources,
    /// Saves the open outages and requested stops of a source for the next run.
    SaveOutages(SourceId, SavedOutages),
    /// Writes what this member has recorded about a source into the team's history.
    ShareHistory(SourceId, Vec<Arc<Entry>>),
    /// Copies the text to the clipboard.
    CopyToClipboard(String),
    /// Opens the page in a browser, or copies it where no browser can open it.
    OpenPage(String),
    /// Writes a new file into the current directory and shows its path. Overwrites nothing.
    SaveFile(FileToSave),
    /// Writes a share of the screen, and shows how a colleague opens it.
    WriteShare(Box<Share>, ShareDestination),
    /// Writes a note on a source, signed with the user's name.
    WriteNote(SourceId, NoteDraft),
    /// Captures the mouse if true, else releases it to the terminal.
    CaptureMouse(bool),
    /// Computes a layout of the map.
    ComputeLayout(Box<LayoutRequest>),
    /// Compares a layout of the map with a fresh one.
    CompareLayout(Box<LayoutComparison>),
    /// Reads the services of a request anew, for a plan.
    ReadTargets(OperationRequest),
    /// Runs a confirmed plan, by the number of the operation.
    RunPlan(u64, Box<ConfirmedPlan>),
    /// Adds the verdict of an operation to the audit log, by the number of the operation.
    RecordVerdict(u64, Verdict),
    /// Reads the place of a shell, for its plan.
    ReadShellPlace(ShellRequest),
    /// Gives the terminal to a confirmed shell until it ends.
    OpenShell(Box<ConfirmedSession<ShellRequest>>),
    /// Adds a refused or failed request to the audit log, with the reason.
    RecordRefusal(OperationRequest, AuditOutcome, String),
    /// Adds a refused or failed request for a shell to the audit log, with the reason.
    RecordShellRefusal(ShellRequest, AuditOutcome, String),
    /// Ends the program.
    Quit,
}

impl Effect {
    /// Returns the requests to save what is due: the open outages for the next run, and the history for the team.
    #[must_use]
    pub fn saves_of(world: &mut World) -> Vec<Self> {
        let outages = world.due_outage_saves().into_iter();
        let outages = outages.map(|(source, memory)| Self::SaveOutages(source, memory));
        let history = world.due_history_shares().into_iter();
        outages.chain(history.map(|(source, entries)| Self::ShareHistory(source, entries))).collect()
    }
}

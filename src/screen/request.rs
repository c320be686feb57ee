//! Requests that a screen returns to the program as data.
//!
//! The app carries out a request itself, or passes it on to the runtime as an
//! [`Effect`](crate::effect::Effect). Actions on services are operations: see
//! [`operation`](crate::operation).

use super::{
    ScreenId,
    file_to_save::FileToSave,
    map::{LayoutComparison, LayoutRequest},
};
use crate::model::{NodeId, SourceId, Timestamp};

/// Request of a screen to the program.
#[derive(Clone, Debug, PartialEq)]
pub enum ScreenRequest {
    /// Selects the node on every screen.
    Select(NodeId),
    /// Shows the screen on top of the current one.
    ShowScreen(ScreenId),
    /// Selects the node and shows its logs around the given time.
    ShowLogsAt(NodeId, Timestamp),
    /// Removes all marks.
    ClearMarks,
    /// Shows only the services of this source, or all sources again if only this one is shown already.
    ShowOnlySource(SourceId),
    /// Copies the text to the clipboard.
    CopyText(String),
    /// Shows a notice in the last row until the next key press.
    Notify(String),
    /// Opens a prompt in the last row.
    OpenPrompt(LogPromptKind),
    /// Turns the full-screen view of the logs on or off.
    ToggleFullscreen,
    /// Lets the log screen continue its work after the next frame, because the work takes longer than one
    /// frame.
    ContinueWork,
    /// Writes a new file and shows its path.
    SaveFile(FileToSave),
    /// Computes a layout of the map.
    ComputeLayout(Box<LayoutRequest>),
    /// Computes a fresh layout of the map, and finds out if it is much better than the current one.
    CompareLayout(Box<LayoutComparison>),
}

/// Kind of input that the log screen asks the user for in the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogPromptKind {
    /// Filter for the log lines to show.
    KeepFilter,
    /// Filter for the log lines to hide.
    HideFilter,
    /// Time to scroll the logs to.
    GoToTime,
}

impl LogPromptKind {
    /// Returns the label in front of the input.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::KeepFilter => "show only (text, /regex/, level=warn, status>=500, service=, instance=): ",
            Self::HideFilter => "hide (text, /regex/, level=warn, status>=500, service=, instance=): ",
            Self::GoToTime => "go to (10m, 14:05, yesterday 14:05, a date): ",
        }
    }
}

//! Arguments of `note`.

use super::{Format, candidates};
use clap::Args;
use clap_complete::ArgValueCandidates;

/// Arguments of `note`.
#[derive(Debug, Args)]
pub struct NoteArgs {
    /// Service that the note is about; without it, print all notes
    #[arg(add = ArgValueCandidates::new(candidates::services))]
    pub service: Option<String>,
    /// Text of the note
    pub text: Option<String>,
    /// When the note expires: friday, 2026-12-04, 18:00 or 2h
    #[arg(long, value_name = "WHEN", requires = "text")]
    pub until: Option<String>,
    /// Kind of the finding that the note acknowledges, such as crash-loop
    #[arg(long, value_name = "KIND", requires = "text")]
    pub finding: Option<String>,
    /// Called service, for a note on the call
    #[arg(long, value_name = "SERVICE", requires = "text", conflicts_with = "finding",
        add = ArgValueCandidates::new(candidates::services))]
    pub calls: Option<String>,
    /// Remove the note with this id
    #[arg(long, value_name = "ID", conflicts_with = "service")]
    pub remove: Option<String>,
    /// Output format of the list
    #[arg(long, default_value = "table")]
    pub format: Format,
}

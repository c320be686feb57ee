//! Work in a team: sharing the screen, opening the shares of others, and leaving notes.

mod notes;
mod opened_share;
mod sharing;

use super::App;
use crate::{command::Command, share::ShareDestination};
pub(super) use opened_share::OpenedShare;

impl App {
    /// Runs a command for the work in a team. Returns false for any other command.
    pub(super) fn run_team_command(&mut self, command: Command) -> bool {
        match command {
            Command::Share => self.ask_for_share_comment(ShareDestination::Team),
            Command::ShareFile => self.ask_for_share_comment(ShareDestination::File),
            Command::CompareShare => self.compare_share(),
            Command::Note => self.ask_for_note(),
            _ => return false,
        }
        true
    }
}

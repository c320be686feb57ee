//! Conditions under which a command does something on the log screen.

use super::{Logs, query::scope::ServiceScope};
use crate::{command::Command, store::Store};

/// Returns the reason why the log screen can't show the logs that `command` asks for, or `None` if it can.
#[must_use]
pub fn scope_refusal(command: Command, store: &Store) -> Option<&'static str> {
    ServiceScope::of_command(command, store).err()
}

/// Returns true if at least one service whose logs `command` asks for has an instance. Then the screen can
/// show a log or explain why it is missing.
#[must_use]
pub fn scope_has_logs(command: Command, store: &Store) -> bool {
    ServiceScope::of_command(command, store)
        .is_ok_and(|scope| scope.services(store).iter().any(|service| !service.instances.is_empty()))
}

impl Logs {
    /// Returns true if `command` does something on this screen now.
    pub(super) fn command_applies(&self, command: Command, store: &Store) -> bool {
        let has_lines = || self.queried_lines.last(&store.world.logs).is_some();
        match command {
            Command::Back => {
                self.pane.is_open() || self.marks.selection_start.is_some() || !self.pivot_stack.is_empty()
            }
            Command::Up
            | Command::Down
            | Command::Top
            | Command::Bottom
            | Command::PageUp
            | Command::PageDown
            | Command::HalfUp
            | Command::HalfDown
            | Command::ScrollUp
            | Command::ScrollDown
            | Command::Head
            | Command::Open
            | Command::NextError
            | Command::PreviousError
            | Command::MarkLine
            | Command::SelectLines
            | Command::SaveLogs
            | Command::Pivot => has_lines(),
            Command::Left | Command::Right => self.histogram.is_some() || !self.display.wrap,
            Command::NextMatch | Command::PreviousMatch => !store.session.search.is_empty() && has_lines(),
            Command::NextMark | Command::PreviousMark => self.marks.next_mark(None, true).is_some(),
            Command::RemoveLastFilter | Command::RemoveAllFilters => !self.query.chips.is_empty(),
            Command::NextInstance | Command::PreviousInstance => {
                self.services(store).iter().any(|service| !service.instances.is_empty())
            }
            Command::Pause
            | Command::Wrap
            | Command::NextTimeFormat
            | Command::Tail
            | Command::LastMinute
            | Command::LastFiveMinutes
            | Command::LastFifteenMinutes
            | Command::LastThirtyMinutes
            | Command::LastHour
            | Command::GoToTime
            | Command::KeepFilter
            | Command::HideFilter
            | Command::RaiseMinLevel
            | Command::LowerMinLevel
            | Command::Histogram
            | Command::Patterns
            | Command::ServiceColumn
            | Command::InstanceColumn
            | Command::LevelColumn
            | Command::NextFieldDisplay
            | Command::FullScreen => true,
            _ => false,
        }
    }
}

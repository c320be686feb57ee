//! Selection of the commands that do something in the current state. Footer, palette and help offer only
//! these commands.

use super::{App, prompt::Offer};
use crate::{
    command::{COMMAND_TABLE, Command, CommandSpec},
    screen::logs,
};

impl App {
    /// Returns true if `command` does something in the current state.
    #[must_use]
    pub fn applies(&self, command: Command) -> bool {
        match command {
            Command::Map
            | Command::Tour
            | Command::List
            | Command::SplitLogs
            | Command::Findings
            | Command::Timeline
            | Command::Sources
            | Command::Help
            | Command::CommandPalette
            | Command::Search
            | Command::Back
            | Command::Quit
            | Command::Abort
            | Command::FaultsOnly
            | Command::NextSource
            | Command::NextEdgeFilter
            | Command::GroupBy
            | Command::Refresh
            | Command::ToggleMouse
            | Command::ExportHtml
            | Command::ExportSvg => true,
            Command::OnlyGroup => {
                self.store.session.only_group.is_some() || self.group_of_selected().is_some()
            }
            Command::Card | Command::Why | Command::CopyMenu | Command::Mark => {
                self.store.selected_node().is_some()
            }
            Command::Logs
            | Command::LogsOfMarked
            | Command::LogsDownstream
            | Command::LogsOfNeighbours
            | Command::LogsOfPath
            | Command::LogsOfGroup => logs::scope_has_logs(command, &self.store),
            Command::Share | Command::ShareFile => self.can_share(),
            Command::CompareShare => self.can_compare_share(),
            Command::Note => self.can_note(),
            Command::NextStop | Command::PreviousStop => self.tour.walk.stop().is_some(),
            Command::Actions => !self.action_menu_entries().is_empty(),
            Command::UndoAction => self.store.world.operations.undo().is_some(),
            Command::NextFinding | Command::PreviousFinding => !self.faulty_nodes().is_empty(),
            Command::PreviousSelection => self.store.can_step_selection_history(true),
            Command::NextSelection => self.store.can_step_selection_history(false),
            Command::NextMatch | Command::PreviousMatch if !self.searches_in_screen() => {
                !self.store.session.search.is_empty() || !self.last_search.is_empty()
            }
            Command::Browse => self.screens.get(self.screen()).link(&self.store).is_some(),
            Command::Copy => self.screens.get(self.screen()).clipboard_text(&self.store).is_some(),
            _ => self.screens.get(self.screen()).applies(command, &self.store),
        }
    }

    /// Returns the reason to show when `command` does nothing on the shown screen.
    pub(super) fn refusal(&self, command: Command) -> String {
        let CommandSpec { id, context, description, .. } = command.spec();
        match context.place() {
            Some(place) if *context != self.screen().spec().key_context => format!("{id} works {place}"),
            _ => {
                let what = description.split_once(';').map_or(*description, |(first, _)| first);
                format!("nothing to do here now: {what}")
            }
        }
    }

    /// Returns the footer commands of the shown screen that apply now, the most useful first.
    pub(super) fn footer_offers(&self) -> impl Iterator<Item = Command> {
        let commands = self.screens.get(self.screen()).footer_commands();
        commands.iter().copied().filter(|command| self.applies(*command))
    }

    /// Returns the proposals of the palette: all commands that apply now, then the actions on the selected
    /// service. Leaves out an action if an offered command has the same name, such as `pause` in the logs.
    /// The menu of actions still offers it.
    pub(super) fn palette_offers(&self) -> Vec<Offer> {
        let mut offers: Vec<Offer> =
            self.all_offers().into_iter().map(|spec| Offer::Command(spec.command)).collect();
        for entry in self.action_menu_entries() {
            let Some(kind) = entry.choice.kind() else { continue };
            let offer = Offer::Operation(kind);
            if !offers.iter().any(|known| known.id() == offer.id()) {
                offers.push(offer);
            }
        }
        offers
    }

    /// Returns all commands that apply now, in the order of the command table.
    pub(super) fn all_offers(&self) -> Vec<&'static CommandSpec> {
        COMMAND_TABLE.iter().filter(|spec| self.applies(spec.command)).collect()
    }
}

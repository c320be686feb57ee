//! Commands of the program itself, such as showing a screen, going back, filtering and marking.

use super::{App, QuitGuard, prompt::Prompt};
use crate::{
    command::Command,
    effect::Effect,
    screen::{ScreenId, logs},
    store::{GroupFilter, Search},
    topology::{EdgeFilter, Node},
};

impl App {
    /// Runs a command. Carries out the commands of the program itself, and passes all others to the shown
    /// screen.
    pub(super) fn run_command(&mut self, command: Command) -> Vec<Effect> {
        self.tour.walk.record_command(command);
        match command {
            Command::Map => self.show_screen(ScreenId::Map),
            Command::List => self.show_screen(ScreenId::List),
            Command::Card | Command::Why | Command::CopyMenu if self.store.selected_node().is_none() => {
                self.notify("no service is selected");
            }
            Command::Card => self.show_screen(ScreenId::Card),
            Command::Why => self.show_screen(ScreenId::Why),
            Command::CopyMenu => self.show_screen(ScreenId::CopyMenu),
            Command::Logs
            | Command::LogsOfMarked
            | Command::LogsDownstream
            | Command::LogsOfNeighbours
            | Command::LogsOfPath
            | Command::LogsOfGroup => return self.show_logs(command),
            Command::SplitLogs => self.is_split = !self.is_split,
            Command::Findings => self.show_screen(ScreenId::Findings),
            Command::Timeline => self.show_screen(ScreenId::Timeline),
            Command::Sources => self.show_screen(ScreenId::Sources),
            Command::Help => self.show_screen(ScreenId::Help),
            Command::CommandPalette => self.open_command_palette(),
            Command::Search => self.prompt = Some(Prompt::search(self.store.session.selected.clone())),
            Command::Back => return self.go_back(false),
            Command::Quit => return self.go_back(true),
            Command::Abort => return vec![Effect::Quit],
            Command::Mark => self.mark_selected(),
            Command::FaultsOnly => self.toggle_faults_only(),
            Command::NextSource => self.show_next_source(),
            Command::OnlyGroup => self.toggle_group_filter(),
            Command::GroupBy => self.group_by_next_property(),
            Command::PreviousSelection => self.step_selection_history(true),
            Command::NextSelection => self.step_selection_history(false),
            Command::NextEdgeFilter => self.show_next_edge_filter(),
            Command::Tour => return self.toggle_tour(),
            Command::NextStop | Command::PreviousStop => return self.walk_tour(command == Command::NextStop),
            Command::Actions => self.open_action_menu(),
            Command::UndoAction => return self.undo_operation(),
            Command::Refresh => {
                self.notice = Some("polling all sources".to_owned());
                return vec![Effect::RefreshSources];
            }
            Command::ToggleMouse => return self.toggle_mouse(),
            Command::Copy => return self.copy_to_clipboard(),
            Command::Browse => return self.open_link(),
            Command::ExportHtml => return self.save_map("html"),
            Command::ExportSvg => return self.save_map("svg"),
            Command::NextFinding => self.select_next_finding(1),
            Command::PreviousFinding => self.select_next_finding(-1),
            Command::NextMatch | Command::PreviousMatch if !self.searches_in_screen() => {
                self.select_match(command == Command::NextMatch);
            }
            _ if self.run_team_command(command) => {}
            _ => return self.run_on_screen(command),
        }
        Vec::new()
    }

    /// Switches to the next filter for calls, such as the one that shows only observed calls.
    fn show_next_edge_filter(&mut self) {
        self.store.session.edge_filter = self.store.session.edge_filter.next();
        self.notice = Some(self.store.edge_filter_summary());
    }

    /// Opens the prompt for commands, actions and questions, with the proposals that apply now.
    fn open_command_palette(&mut self) {
        let labels = self.store.visible_nodes().into_iter().map(Node::label).collect();
        let grouping = &self.store.session.map_settings.grouping;
        let groups = GroupFilter::names(grouping, &self.store.world).into_iter().collect();
        self.prompt = Some(Prompt::command(self.palette_offers(), labels, (self.service_names(), groups)));
    }

    /// Marks the selected node, or removes its mark. Says so on screens that don't show marks.
    fn mark_selected(&mut self) {
        let Some(node) = self.store.session.selected.clone() else {
            self.notify("no service is selected");
            return;
        };
        self.store.session.toggle_mark(node.clone());
        if !matches!(self.screen(), ScreenId::Map | ScreenId::List) {
            let done = if self.store.session.marks.contains(&node) { "marked" } else { "unmarked" };
            let label = self.store.selected_node().map(Node::label).unwrap_or_default();
            self.notify(&format!("{done} {label}"));
        }
    }

    /// Shows faulty services only, or all again. Says so on screens other than the map, whose title shows it.
    fn toggle_faults_only(&mut self) {
        let is_on = !self.store.session.faults_only;
        self.store.session.faults_only = is_on;
        if self.screen() != ScreenId::Map {
            let shown = if is_on { "faulty services only" } else { "all services" };
            self.notify(&format!("the map and the list show {shown}"));
        }
    }

    /// Starts or stops capturing the mouse.
    fn toggle_mouse(&mut self) -> Vec<Effect> {
        self.mouse_captured = !self.mouse_captured;
        self.update_hover(None);
        vec![Effect::CaptureMouse(self.mouse_captured)]
    }

    /// Runs a command on the shown screen. If the command does nothing there now, shows a notice, unless the
    /// command only moves a cursor or another notice is shown.
    fn run_on_screen(&mut self, command: Command) -> Vec<Effect> {
        let applies = self.applies(command) || command.moves();
        let effects = self.update_shown_screen(|view, store| view.update(command, store));
        if !applies && self.notice.is_none() {
            let refusal = self.refusal(command);
            self.notify(&refusal);
        }
        effects
    }

    /// Shows the logs of the services that `command` refers to, or a notice if that is impossible.
    fn show_logs(&mut self, command: Command) -> Vec<Effect> {
        if let Some(why) = logs::scope_refusal(command, &self.store) {
            self.notify(why);
            return Vec::new();
        }
        self.show_screen(ScreenId::Logs);
        self.update_shown_screen(|view, store| view.update(command, store))
    }

    /// Groups the map by the next useful property, such as the owner.
    fn group_by_next_property(&mut self) {
        let settings = &mut self.store.session.map_settings;
        settings.grouping = settings.grouping.next_useful(&self.store.world, &settings.configured_grouping);
        self.notice = Some(format!("grouped by: {}", settings.grouping.id()));
    }

    /// Shows `screen` on top of the current screen. If `screen` is open already, closes the screens above it
    /// instead, so that going back never loops.
    pub(super) fn show_screen(&mut self, screen: ScreenId) {
        if let Some(place) = self.screen_stack.iter().position(|shown| *shown == screen) {
            return self.close_screens_above(place + 1);
        }
        if screen == ScreenId::Help {
            let offered = self.all_offers().into_iter().map(|spec| spec.command).collect();
            self.screens.help.open_over(self.screen().spec().key_context, offered);
        }
        self.switch_search(screen);
        self.screen_stack.push(screen);
    }

    /// Ends the search before the app shows the screen `to`. The search of the list filters its rows, so this
    /// search is saved on leaving the list, and restored on returning to it.
    fn switch_search(&mut self, to: ScreenId) {
        let search = std::mem::take(&mut self.store.session.search);
        if self.screen() == ScreenId::List {
            self.list_filter = search;
        }
        if to == ScreenId::List {
            self.store.session.search = self.list_filter.clone();
        }
    }

    /// Closes all screens except the lowest `kept` ones.
    fn close_screens_above(&mut self, kept: usize) {
        if let Some(screen) = self.screen_stack.get(kept.saturating_sub(1)).copied()
            && screen != self.screen()
        {
            self.switch_search(screen);
        }
        if self.screen_stack.drain(kept..).any(|closed| closed == ScreenId::Why) {
            self.screens.why.clear_back_stack();
        }
    }

    /// Undoes one step: closes an overlay, ends the search or the full screen, goes back within the screen,
    /// or closes the screen.
    ///
    /// On the lowest screen, removes a filter or the focus instead of closing the screen. If `quit` is true,
    /// skips all of this: closes the screen, or ends the program if the screen is the lowest one. Asks before
    /// it ends the program if the previous key was a `q` that closed a screen.
    fn go_back(&mut self, quit: bool) -> Vec<Effect> {
        let screen = self.screen();
        let steps = self.screens.get(screen).applies(Command::Back, &self.store);
        let covered = screen == ScreenId::Logs && self.screens.logs.has_overlay();
        let above = self.screen_stack.len() > 1;
        let here = !quit && !covered;
        if here && !self.store.session.search.is_empty() {
            self.store.session.search = Search::default();
        } else if here && self.is_fullscreen() {
            self.logs_fullscreen = false;
        } else if above && (quit || !steps) {
            self.quit_guard = if quit { QuitGuard::ClosedScreen } else { QuitGuard::Open };
            self.close_screens_above(self.screen_stack.len() - 1);
        } else if quit && self.quit_guard == QuitGuard::ClosedScreen {
            self.quit_guard = QuitGuard::Asked;
            self.notify("this is the first screen; press again to quit Portolan");
        } else if quit {
            return vec![Effect::Quit];
        } else if !above && self.store.session.faults_only {
            self.store.session.faults_only = false;
        } else if !above && self.store.session.only_source.is_some() {
            self.store.session.only_source = None;
        } else if !above && self.store.session.only_group.is_some() {
            self.show_only_group(None);
        } else if !above && self.store.session.edge_filter != EdgeFilter::All {
            self.store.session.edge_filter = EdgeFilter::All;
        } else {
            return self.update_shown_screen(|view, store| view.update(Command::Back, store));
        }
        Vec::new()
    }
}

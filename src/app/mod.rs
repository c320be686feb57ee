//! The program as a pure function: it takes a message, updates its state and returns effects as data.

mod prompt_result;
mod draw;
mod save_and_copy;
mod mouse;
mod msg;
mod panes;
mod prompt;
mod selection;
mod polling_priority;

use crate::{
    command::Command,
    effect::{Effect, ScreenId, Subscription},
    keymap::{Key, Keymap},
    screen::{self, HitMap, SCREEN_TABLE, Screen, Theme},
    store::{Search, Store},
    topology::EdgeFilter,
};
pub use mouse::MouseAction;
pub use msg::Msg;
use prompt::Prompt;
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet};

/// Whole state of the program.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct App {
    /// State of all sources, and the selection.
    pub store: Store,
    theme: Theme,
    keymap: Keymap,
    screens: BTreeMap<ScreenId, Box<dyn Screen>>,
    /// Open screens, the shown one last. Never empty.
    screen_stack: Vec<ScreenId>,
    prompt: Option<Prompt>,
    /// Last search for services.
    last_search: Search,
    notice: Option<String>,
    /// True if map and logs share the terminal.
    is_split: bool,
    /// True if the logs take the whole terminal while they are shown.
    logs_fullscreen: bool,
    size: Rect,
    /// Clickable areas of the last frame.
    hit_map: HitMap,
    pointer: (u16, u16),
    mouse_captured: bool,
    /// True if the state may have changed since the last frame.
    dirty: bool,
}

impl App {
    /// Returns the initial state, which shows the map on a terminal of `size` (columns, rows).
    #[must_use]
    pub fn new(store: Store, theme: Theme, keymap: Keymap, size: (u16, u16), mouse_captured: bool) -> Self {
        Self {
            store,
            theme,
            keymap,
            screens: SCREEN_TABLE.iter().map(|spec| (spec.id, (spec.create)())).collect(),
            screen_stack: vec![ScreenId::Map],
            prompt: None,
            last_search: Search::default(),
            notice: None,
            is_split: false,
            logs_fullscreen: false,
            size: Rect::new(0, 0, size.0, size.1),
            hit_map: HitMap::default(),
            pointer: (0, 0),
            mouse_captured,
            dirty: true,
        }
    }

    /// Shows a notice in the last row until the next key press.
    pub fn notify(&mut self, words: &str) {
        self.notice = Some(words.to_owned());
    }

    /// Handles a message and returns effects for the runtime to carry out.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if let Msg::Mouse(mouse @ MouseAction::Move(..)) = msg {
            return self.handle_mouse(mouse);
        }
        self.dirty = true;
        let mut effects = match msg {
            Msg::Key(key) => self.handle_key(key),
            Msg::Paste(text) => self.handle_paste(&text),
            Msg::Mouse(mouse) => self.handle_mouse(mouse),
            Msg::Resize(width, height) => {
                self.size = Rect::new(0, 0, width, height);
                Vec::new()
            }
            Msg::Tick(now) => {
                self.store.world.set_followed_streams(&self.subscriptions(), now);
                self.store.world.tick(now);
                let due = self.store.world.due_outage_saves();
                due.into_iter().map(|(source, memory)| Effect::SaveOutages(source, memory)).collect()
            }
            Msg::SourcePolled(source, outcome) => {
                let before = self.store.selected_node().map(|node| (node.id.clone(), node.name.clone()));
                self.store.apply_snapshot(&source, outcome);
                self.notify_selection_lost(before);
                Vec::new()
            }
            Msg::CacheLoaded(source, snapshot) => {
                self.store.apply_cached_snapshot(&source, *snapshot);
                Vec::new()
            }
            Msg::OutagesLoaded(source, earlier) => {
                self.store.world.restore_outages(&source, earlier);
                Vec::new()
            }
            Msg::PollScheduled(source, pace) => {
                self.store.world.set_poll_schedule(&source, pace);
                Vec::new()
            }
            Msg::PushStateChanged(source, nudged) => {
                self.store.world.set_pushes_changes(&source, nudged);
                Vec::new()
            }
            Msg::Logs(news) => {
                return self.ingest_logs(news);
            }
            Msg::UsageMeasured(service, outcome) => {
                self.store.world.usage.record(service, outcome);
                return Vec::new();
            }
            Msg::ContinueWork => return self.sync_logs(),
            Msg::LayoutReady(number, choice, diagram) => {
                if let Some(map) = self.screens.get_mut(&ScreenId::Map) {
                    map.on_layout_ready(number, choice, *diagram, &self.store);
                }
                Vec::new()
            }
            Msg::LayoutFailed(number) => {
                if let Some(map) = self.screens.get_mut(&ScreenId::Map) {
                    map.on_layout_failed(number);
                }
                self.notify("internal error: map layout failed, see portolan.log");
                Vec::new()
            }
            Msg::LayoutCompared(number, tangled) => {
                if let Some(map) = self.screens.get_mut(&ScreenId::Map) {
                    map.on_layout_compared(number, tangled);
                }
                Vec::new()
            }
            Msg::Notice(words) => {
                self.notify(&words);
                return Vec::new();
            }
        };
        effects.extend(self.sync_screens());
        effects
    }

    /// Returns the data streams that the shown screens need now.
    #[must_use]
    pub fn subscriptions(&self) -> BTreeSet<Subscription> {
        let panes = self.panes();
        let shown = panes.iter().filter_map(|(screen, _)| self.screens.get(screen));
        shown.flat_map(|view| view.subscriptions(&self.store)).collect()
    }

    /// Returns the shown screen; in a split, the one with the keyboard focus.
    #[must_use]
    pub fn screen(&self) -> ScreenId {
        self.screen_stack.last().copied().unwrap_or(ScreenId::Map)
    }

    /// Returns the terminal size in columns and rows.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        (self.size.width, self.size.height)
    }

    /// Returns true if the next frame may differ from the last one.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Stores the clickable areas of the frame that was drawn.
    pub fn frame_drawn(&mut self, hits: HitMap) {
        self.dirty = false;
        self.hit_map = hits;
    }

    fn handle_key(&mut self, key: Key) -> Vec<Effect> {
        self.notice = None;
        if let Some(prompt) = &mut self.prompt {
            let answer = prompt.handle_key(key);
            return self.handle_prompt_event(answer);
        }
        match self.keymap.command(self.screen().spec().key_context, key) {
            Some(command) => self.run_command(command),
            None => Vec::new(),
        }
    }

    fn handle_paste(&mut self, text: &str) -> Vec<Effect> {
        let answer = self.prompt.as_mut().map(|prompt| prompt.paste(text));
        answer.map(|answer| self.handle_prompt_event(answer)).unwrap_or_default()
    }

    /// Runs a command here or, if the program has no use for it, on the shown screen.
    fn run_command(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Map => self.show_screen(ScreenId::Map),
            Command::List => self.show_screen(ScreenId::List),
            Command::Card => self.show_screen(ScreenId::Card),
            Command::Why => self.show_screen(ScreenId::Why),
            Command::Logs
            | Command::LogsOfMarked
            | Command::LogsDownstream
            | Command::LogsOfNeighbours
            | Command::LogsOfPath
            | Command::LogsOfGroup => {
                if let Some(why) = screen::logs::scope_refusal(command, &self.store) {
                    self.notify(why);
                    return Vec::new();
                }
                self.show_screen(ScreenId::Logs);
                return self.update_shown_screen(|view, store| view.update(command, store));
            }
            Command::SplitLogs => self.is_split = !self.is_split,
            Command::Findings => self.show_screen(ScreenId::Findings),
            Command::Timeline => self.show_screen(ScreenId::Timeline),
            Command::Sources => self.show_screen(ScreenId::Sources),
            Command::Help => self.show_screen(ScreenId::Help),
            Command::CommandPalette => self.prompt = Some(Prompt::command()),
            Command::Search => self.prompt = Some(Prompt::search(self.store.session.selected.clone())),
            Command::Back => return self.go_back(false),
            Command::Quit => return self.go_back(true),
            Command::Abort => return vec![Effect::Quit],
            Command::FaultsOnly => self.store.session.faults_only = !self.store.session.faults_only,
            Command::NextSource => self.show_next_source(),
            Command::GroupBy => {
                let grouping = self
                    .store
                    .session
                    .map_settings
                    .grouping
                    .next_useful(&self.store.world, &self.store.session.map_settings.configured_grouping);
                self.notice = Some(format!("grouped by: {}", grouping.id()));
                self.store.session.map_settings.grouping = grouping;
            }
            Command::PreviousSelection | Command::NextSelection => {
                let back = command == Command::PreviousSelection;
                if self.store.go_in_history(back) {
                    self.reveal_selected();
                } else {
                    let direction = if back { "earlier" } else { "later" };
                    self.notice = Some(format!("no {direction} selection"));
                }
            }
            Command::NextEdgeFilter => {
                self.store.session.edge_filter = self.store.session.edge_filter.next();
                self.notice = Some(self.store.edge_filter_summary());
            }
            Command::Refresh => {
                self.notice = Some("polling all sources".to_owned());
                return vec![Effect::RefreshSources];
            }
            Command::ToggleMouse => {
                self.mouse_captured = !self.mouse_captured;
                self.update_hover(None);
                return vec![Effect::CaptureMouse(self.mouse_captured)];
            }
            Command::Copy => return self.copy_to_clipboard(),
            Command::ExportHtml => return self.save_map("html"),
            Command::ExportSvg => return self.save_map("svg"),
            Command::NextFinding => self.select_next_finding(1),
            Command::PreviousFinding => self.select_next_finding(-1),
            Command::NextMatch | Command::PreviousMatch if !self.searches_in_screen() => {
                self.select_match(command == Command::NextMatch);
            }
            _ => return self.update_shown_screen(|view, store| view.update(command, store)),
        }
        Vec::new()
    }

    /// Calls `ask` with the shown screen. Applies those of its effects that concern the program itself and
    /// returns the others.
    fn update_shown_screen(
        &mut self,
        ask: impl FnOnce(&mut dyn Screen, &Store) -> Vec<Effect>,
    ) -> Vec<Effect> {
        let screen = self.screen();
        let Some(view) = self.screens.get_mut(&screen) else { return Vec::new() };
        let mut outside = Vec::new();
        for effect in ask(view.as_mut(), &self.store) {
            match effect {
                Effect::Select(node) => self.store.session.select(node),
                Effect::ShowScreen(screen) => self.show_screen(screen),
                Effect::ShowLogsAt(node, at) => {
                    self.store.session.select(node);
                    self.show_screen(ScreenId::Logs);
                    let logs = self.screens.get_mut(&ScreenId::Logs);
                    outside.extend(logs.into_iter().flat_map(|logs| logs.jump_to_time(at, &self.store)));
                }
                Effect::ToggleMark(node) => self.store.session.toggle_mark(node),
                Effect::ClearMarks => self.store.session.marks.clear(),
                Effect::Notify(words) => self.notice = Some(words),
                Effect::OpenPrompt(question) => self.prompt = Some(Prompt::asking(question)),
                Effect::ToggleFullscreen => self.logs_fullscreen = !self.logs_fullscreen,
                effect => outside.push(effect),
            }
        }
        outside
    }

    /// Shows a screen on top of the current one. If it is open already, closes the screens above it instead,
    /// so that going back never loops.
    fn show_screen(&mut self, screen: ScreenId) {
        if screen != self.screen() {
            self.store.session.search = Search::default();
        }
        if let Some(place) = self.screen_stack.iter().position(|shown| *shown == screen) {
            return self.close_screens_above(place + 1);
        }
        let over = self.screen().spec().key_context;
        self.screen_stack.push(screen);
        if let Some(view) = self.screens.get_mut(&screen) {
            view.on_open(over);
        }
    }

    /// Closes all screens but the lowest `kept`.
    fn close_screens_above(&mut self, kept: usize) {
        for screen in self.screen_stack.drain(kept..) {
            if let Some(view) = self.screens.get_mut(&screen) {
                view.on_close();
            }
        }
    }

    /// Goes one step back: closes an overlay, the search, full screen, a step within the screen, or the
    /// screen.
    ///
    /// On the lowest screen, removes filters and focus. If `quit` is true, skips all but closing the screen,
    /// and quits the program on the lowest one.
    fn go_back(&mut self, quit: bool) -> Vec<Effect> {
        let view = self.screens.get(&self.screen());
        let (steps, covered) = view.map_or((false, false), |view| (view.handles_back(), view.has_overlay()));
        let above = self.screen_stack.len() > 1;
        let here = !quit && !covered;
        if here && !self.store.session.search.is_empty() {
            self.store.session.search = Search::default();
        } else if here && self.is_fullscreen() {
            self.logs_fullscreen = false;
        } else if above && (quit || !steps) {
            self.close_screens_above(self.screen_stack.len() - 1);
        } else if quit {
            return vec![Effect::Quit];
        } else if !above && self.store.session.faults_only {
            self.store.session.faults_only = false;
        } else if !above && self.store.session.only_source.is_some() {
            self.store.session.only_source = None;
        } else if !above && self.store.session.edge_filter != EdgeFilter::All {
            self.store.session.edge_filter = EdgeFilter::All;
        } else {
            return self.update_shown_screen(|view, store| view.update(Command::Back, store));
        }
        Vec::new()
    }
}

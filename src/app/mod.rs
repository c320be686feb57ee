//! The program as a pure function: it takes a message, updates its state, and returns effects as data.

mod requests;
mod commands;
mod draw;
mod save_and_copy;
mod mouse;
mod msg;
mod offers;
mod operations;
mod panes;
mod prompt;
mod screens;
mod selection;
mod team;
mod tour;
mod polling_priority;

use crate::{
    command::{Command, command_of_habit},
    effect::Effect,
    keymap::{Code, Key, Keymap},
    model::{Failure, Snapshot, SourceId, Text, Timestamp},
    operation::OperationPlace,
    screen::{HitMap, ScreenId, Theme},
    store::{Search, Store},
    subscription::Subscription,
};
pub use mouse::MouseAction;
pub use msg::Msg;
use operations::OperationDialog;
use prompt::Prompt;
use ratatui::layout::Rect;
use screens::Screens;
use std::{
    collections::{BTreeSet, VecDeque},
    ops::ControlFlow,
};
use team::OpenedShare;
use tour::Tour;

/// The program without its I/O: its whole state. Messages change the state, and the screen is drawn from it.
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct App {
    /// Data of all sources, and the user's session.
    pub store: Store,
    theme: Theme,
    keymap: Keymap,
    screens: Screens,
    /// Stack of open screens, never empty. The last one is shown.
    screen_stack: Vec<ScreenId>,
    prompt: Option<Prompt>,
    /// Share (the saved screen of a colleague) that the user has opened. It also holds the view that is not
    /// on the terminal now: the live one, or the one of the share.
    share: Option<Box<OpenedShare>>,
    /// Tour for newcomers.
    tour: Tour,
    /// Open dialog of actions, which handles all keys.
    dialog: Option<OperationDialog>,
    /// Failures that wait to be shown, each with its title.
    waiting_failures: VecDeque<(String, Failure)>,
    /// Last confirmed search for nodes, which the command "next match" repeats.
    last_search: Search,
    /// Filter of the list, kept while another screen is shown.
    list_filter: Search,
    /// Notice in the last row, shown until the next key press.
    notice: Option<String>,
    /// True if map and logs share the terminal.
    is_split: bool,
    /// True if the log screen takes the whole terminal while it is shown.
    logs_fullscreen: bool,
    /// Guard against ending the program by one `q` too many.
    quit_guard: QuitGuard,
    /// Whole area of the terminal.
    size: Rect,
    /// Clickable areas of the last frame.
    hit_map: HitMap,
    /// Cell (column, row) of the last press or drag, from which the next drag is measured.
    pointer: (u16, u16),
    mouse_captured: bool,
    /// True if the state may have changed since the last frame.
    dirty: bool,
}

/// Guard against ending the program by one `q` too many. After a `q` that closed a screen, the next `q` on
/// the lowest screen asks first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum QuitGuard {
    /// The last key was not `q`. On the lowest screen, `q` ends the program.
    #[default]
    Open,
    /// The last key was `q` and closed a screen. On the lowest screen, the next `q` asks first.
    ClosedScreen,
    /// The program has asked. The next `q` ends it.
    Asked,
}

impl App {
    /// Creates the initial state, which shows the map on a terminal of `size` (columns, rows).
    #[must_use]
    pub fn new(store: Store, theme: Theme, keymap: Keymap, size: (u16, u16), mouse_captured: bool) -> Self {
        Self {
            store,
            theme,
            keymap,
            screens: Screens::default(),
            screen_stack: vec![ScreenId::Map],
            prompt: None,
            share: None,
            tour: Tour::default(),
            dialog: None,
            waiting_failures: VecDeque::new(),
            last_search: Search::default(),
            list_filter: Search::default(),
            notice: None,
            is_split: false,
            logs_fullscreen: false,
            quit_guard: QuitGuard::default(),
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
        match self.pass_to_hidden_live_view(msg) {
            ControlFlow::Break(effects) => effects,
            ControlFlow::Continue(msg) => {
                let effects = self.handle(msg);
                self.open_waiting_failure();
                effects
            }
        }
    }

    /// Handles a message for the visible view, which is the live one or an opened share.
    fn handle(&mut self, msg: Msg) -> Vec<Effect> {
        let mut effects = Vec::new();
        match msg {
            Msg::Key(key) => effects = self.handle_key(key),
            Msg::Paste(text) => effects = self.handle_paste(&text),
            Msg::Mouse(mouse) => effects = self.handle_mouse(mouse),
            Msg::Resize(width, height) => self.size = Rect::new(0, 0, width, height),
            Msg::Tick(now) => effects = self.tick(now),
            Msg::SourcePolled(source, outcome) => self.apply_poll_result(&source, outcome),
            Msg::CacheLoaded(source, snapshot) => self.store.apply_cached_snapshot(&source, *snapshot),
            Msg::OutagesLoaded(source, earlier) => self.store.world.restore_outages(&source, earlier),
            Msg::CheckoutsRead(checkouts) => self.store.world.set_checkouts(checkouts),
            Msg::TeamChanged(source, team) => self.store.world.set_team_status(&source, *team),
            Msg::NotesRead(source, book) => self.store.world.set_notes(&source, *book),
            Msg::TeamHistoryRead(source, part) => self.store.world.add_team_history(&source, *part),
            Msg::PollScheduled(source, interval) => self.store.world.set_poll_schedule(&source, interval),
            Msg::ChangeNotificationsToggled(source, pushes) => {
                self.store.world.set_pushes_changes(&source, pushes);
            }
            Msg::Logs(update) => return self.ingest_logs(update),
            Msg::UsageMeasured(service, outcome) => {
                self.store.world.usage.record(service, outcome);
                return effects;
            }
            Msg::ContinueWork => return self.sync_logs(),
            Msg::LayoutReady(number, choice, diagram) => {
                self.screens.map.on_layout_ready(number, choice, *diagram, &self.store);
            }
            Msg::LayoutFailed(number) => {
                self.screens.map.on_layout_failed(number);
                self.notify("internal error: map layout failed, see portolan.log");
            }
            Msg::LayoutCompared(number, tangled) => self.screens.map.on_layout_compared(number, tangled),
            Msg::PlaceRead(place) => {
                self.set_account_and_region(&place);
                return effects;
            }
            Msg::TargetsRead(request, outcome) => return self.plan_operation(request, *outcome),
            Msg::SessionPlaceRead(request, place) => return self.plan_session(&request, *place),
            Msg::ForwardOpened(number) => self.notify_forward_opened(number),
            Msg::ForwardEnded(number, ended) => self.notify_forward_ended(number, ended),
            Msg::PlanStepSent(number, sent) => {
                self.store.world.record_sent_steps(number, sent);
                return effects;
            }
            Msg::PlanRunEnded(number, run) => {
                effects = vec![Effect::RefreshSources];
                effects.extend(self.end_run(number, *run));
            }
            Msg::Notice(words) => {
                self.notify(&words);
                return effects;
            }
        }
        effects.extend(self.record_verdicts());
        effects.extend(self.sync_screens());
        effects
    }

    /// Returns the data streams that the shown screens need now.
    #[must_use]
    pub fn subscriptions(&self) -> BTreeSet<Subscription> {
        if self.shows_share() {
            return BTreeSet::new();
        }
        let panes = self.panes();
        panes.iter().flat_map(|(screen, _)| self.screens.get(*screen).subscriptions(&self.store)).collect()
    }

    /// Returns the compose files from which services were started. To find facts about the services, the
    /// runtime also reads the repositories that contain these files.
    #[must_use]
    pub fn compose_files(&self) -> &BTreeSet<Text> {
        &self.store.world.profiles.compose_files
    }

    /// Returns the shown screen. In a split view, this is the screen with the keyboard focus.
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

    /// Records that a frame was drawn, with its clickable areas.
    pub fn frame_drawn(&mut self, hits: HitMap) {
        self.dirty = false;
        self.hit_map = hits;
        if let Some(dialog) = &mut self.dialog {
            dialog.mark_drawn();
        }
    }

    /// Advances the clock to `now`. Returns effects for the data that has to be saved now.
    fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        self.store.world.set_followed_streams(&self.subscriptions(), now);
        self.store.world.tick(now);
        Effect::saves_of(&mut self.store.world)
    }

    /// Stores the account and region of a source, which the header shows for sources that allow actions.
    fn set_account_and_region(&mut self, place: &OperationPlace) {
        if let Some(words) = place.account_and_region() {
            self.store.world.set_account_and_region(&place.source, &words);
        }
    }

    /// Stores the result of a poll, and notifies the user if the selected node was removed.
    fn apply_poll_result(&mut self, source: &SourceId, outcome: Result<Snapshot, Failure>) {
        let before = self.store.selected_node().map(|node| (node.id.clone(), node.name.clone()));
        self.store.apply_poll_result(source, outcome);
        self.notify_selection_lost(before);
        self.renew_tour_stops();
    }

    fn handle_key(&mut self, key: Key) -> Vec<Effect> {
        self.notice = None;
        if self.dialog.is_some() {
            return self.handle_dialog_key(key);
        }
        if let Some(prompt) = &mut self.prompt {
            let answer = prompt.handle_key(key);
            return self.handle_prompt_event(answer);
        }
        let command = self.command_of_key(key);
        if command.is_none() && key.alt {
            // A terminal reports escape and a key that follows at once as that key with alt.
            let mut effects = self.handle_key(Key { code: Code::Escape, alt: false, ctrl: false });
            effects.extend(self.handle_key(Key { alt: false, ..key }));
            return effects;
        }
        if command != Some(Command::Quit) {
            self.quit_guard = QuitGuard::Open;
        }
        let Some(command) = command else {
            self.notify(&self.unbound_key_hint(key));
            return Vec::new();
        };
        self.run_command(command)
    }

    /// Returns the command of a key on the shown screen. Returns `None` for an unbound key, and for the keys
    /// of actions while no source allows actions.
    fn command_of_key(&self, key: Key) -> Option<Command> {
        let command = self.keymap.command(self.screen().spec().key_context, key)?;
        let is_action = matches!(command, Command::Actions | Command::UndoAction);
        (!is_action || self.store.world.allows_actions()).then_some(command)
    }

    /// Returns a hint for a key without a command. If the key has a command in another tool, the hint names
    /// Portolan's key for that command.
    fn unbound_key_hint(&self, key: Key) -> String {
        let context = self.screen().spec().key_context;
        let habit = command_of_habit(&key.to_string(), context)
            .and_then(|command| Some((command, self.keymap.keys_in(context, command).into_iter().next()?)));
        if let Some((command, here)) = habit {
            return format!("{key} is {here} here: {}", command.spec().description);
        }
        let help = self.keymap.keys(Command::Help).into_iter().next().unwrap_or_default();
        format!("{key} has no command here; {help} shows the keys")
    }

    fn handle_paste(&mut self, text: &str) -> Vec<Effect> {
        let answer = self.prompt.as_mut().map(|prompt| prompt.paste(text));
        answer.map(|answer| self.handle_prompt_event(answer)).unwrap_or_default()
    }
}

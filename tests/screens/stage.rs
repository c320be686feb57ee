//! Test harness for the app: takes keys and messages, computes layouts at once, and renders the screen.

use crate::picture::Picture;
use portolan::{
    app::{App, Msg},
    effect::Effect,
    keymap::{Key, Keymap},
    model::{Failure, Inventory, LogReadOptions, LogTarget, Snapshot, SourceId, SourceStatus},
    screen::Theme,
    store::Store,
    subscription::Subscription,
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::collections::{BTreeMap, BTreeSet};

/// App under test, with its screen size and the effects that it has returned.
pub(crate) struct AppHarness {
    pub(crate) app: App,
    size: (u16, u16),
    /// Effects returned so far, except layout requests, which the harness executes at once.
    pub(crate) effects: Vec<Effect>,
}

/// Maximum number of update rounds for one message. More rounds mean an endless loop.
const MAX_UPDATE_ROUNDS: usize = 8;

impl AppHarness {
    /// Creates the app with `sources`, none of which was polled yet.
    pub(crate) fn before_first_poll(sources: Vec<SourceStatus>, size: (u16, u16)) -> Self {
        Self::themed(sources, size, ("night", false))
    }

    /// Creates the app in a theme, in ASCII if `ascii` is true, before any poll.
    pub(crate) fn themed(sources: Vec<SourceStatus>, size: (u16, u16), (theme, ascii): (&str, bool)) -> Self {
        let store = Store::new(Inventory::new(Vec::new()), sources, 1 << 20, crate::estate::now());
        let keymap = Keymap::new(&BTreeMap::new()).unwrap();
        let app = App::new(store, Theme::named(theme, ascii).unwrap(), keymap, size, true);
        let mut stage = Self { app, size, effects: Vec::new() };
        stage.resize(size.0, size.1);
        stage
    }

    /// Creates the app after its sources have returned `snapshots`.
    pub(crate) fn showing(snapshots: &[Snapshot], size: (u16, u16)) -> Self {
        Self::showing_in_theme(snapshots, size, ("night", false))
    }

    /// Creates the app in a theme, after its sources have returned `snapshots`.
    pub(crate) fn showing_in_theme(snapshots: &[Snapshot], size: (u16, u16), theme: (&str, bool)) -> Self {
        let statuses = snapshots.iter().map(|s| crate::estate::source_status(s.source.as_str())).collect();
        let mut stage = Self::themed(statuses, size, theme);
        for snapshot in snapshots {
            stage.poll(snapshot);
        }
        stage
    }

    /// Sends the result of a successful poll.
    pub(crate) fn poll(&mut self, snapshot: &Snapshot) {
        self.send(Msg::SourcePolled(snapshot.source.clone(), Ok(snapshot.clone())));
    }

    /// Sends the failure of a poll of `source`.
    pub(crate) fn poll_failed(&mut self, source: &str, failure: Failure) {
        self.send(Msg::SourcePolled(SourceId::new(source), Err(failure)));
    }

    /// Resizes the terminal.
    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.send(Msg::Resize(width, height));
    }

    /// Presses keys separated by blanks, such as `f l / e r r enter esc`.
    pub(crate) fn press_keys(&mut self, keys: &str) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.press(key.parse().unwrap());
        }
    }

    /// Types `text` character by character.
    pub(crate) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.press(portolan::keymap::Code::Char(c).into());
        }
    }

    /// Searches for the service `name` and selects it.
    pub(crate) fn select_by_search(&mut self, name: &str) {
        self.press_keys("/");
        self.type_text(name);
        self.press_keys("enter esc");
        assert_eq!(self.selected_name(), name);
    }

    /// Presses one key.
    pub(crate) fn press(&mut self, key: Key) {
        self.send(Msg::Key(key));
    }

    /// Clicks a cell of the screen as it is drawn now.
    pub(crate) fn click(&mut self, column: u16, row: u16) {
        self.picture();
        self.send(Msg::Mouse(portolan::app::MouseAction::Press(column, row)));
    }

    /// Sends a message, and executes all layout requests and comparisons that follow from it.
    pub(crate) fn send(&mut self, msg: Msg) {
        let mut effects = self.app.update(msg);
        for _ in 0..MAX_UPDATE_ROUNDS {
            let again = effects.contains(&Effect::ContinueWork);
            effects.retain(|effect| *effect != Effect::ContinueWork);
            let (jobs, others): (Vec<_>, Vec<_>) = effects
                .into_iter()
                .partition(|effect| matches!(effect, Effect::ComputeLayout(_) | Effect::CompareLayout(_)));
            self.effects.extend(others);
            if again {
                effects = self.app.update(Msg::ContinueWork);
                continue;
            }
            // Only the newest request is executed, as in the runtime.
            let answer = match jobs.into_iter().next_back() {
                Some(Effect::ComputeLayout(job)) => {
                    let (choice, diagram) = job.compute();
                    Msg::LayoutReady(job.request_id, choice, Box::new(diagram))
                }
                Some(Effect::CompareLayout(job)) => {
                    Msg::LayoutCompared(job.request_id, job.is_fresh_layout_better())
                }
                _ => return,
            };
            effects = self.app.update(answer);
        }
        panic!("the map asks for one layout after the other");
    }

    /// Returns the log streams to which the app currently subscribes.
    pub(crate) fn wanted_log_streams(&self) -> BTreeSet<(LogTarget, LogReadOptions)> {
        let stream = |wanted| match wanted {
            Subscription::Logs(target, start) => Some((target, start)),
            Subscription::Usage(_) => None,
        };
        self.app.subscriptions().into_iter().filter_map(stream).collect()
    }

    /// Draws the screen and passes its hit map back to the app, as the runtime does after each frame.
    pub(crate) fn picture(&mut self) -> Picture {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let (hits, cursor) = self.app.draw(&mut buffer);
        self.app.frame_drawn(hits);
        Picture { buffer, cursor }
    }

    /// Draws to a buffer of any size, independent of the app's own screen size. The app does not keep the hit
    /// map of it.
    pub(crate) fn draw_at_size(&self, width: u16, height: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        self.app.draw(&mut buffer);
        buffer
    }

    /// Returns the name of the selected node, or an empty string if none is selected.
    pub(crate) fn selected_name(&self) -> String {
        self.app.store.selected_node().map(|node| node.name.clone()).unwrap_or_default()
    }
}

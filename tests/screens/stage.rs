//! The program on a stage: keys and messages go in, effects are carried out at once, and the picture can be taken.

use crate::picture::Picture;
use portolan::{
    app::{App, Msg},
    effect::{Effect, Subscription},
    keymap::{Key, Keymap},
    model::{Failure, Inventory, LogReadOptions, LogTarget, Snapshot, SourceId, SourceStatus},
    store::Store,
    view::Theme,
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::collections::{BTreeMap, BTreeSet};

/// The program with a screen, and what it asked of the outside.
pub(crate) struct Stage {
    pub(crate) app: App,
    size: (u16, u16),
    /// What was asked beside layouts, which are computed at once.
    pub(crate) asked: Vec<Effect>,
}

/// More layouts than any one message needs.
const MANY: usize = 8;

impl Stage {
    /// The program with those sources, none of which has answered.
    pub(crate) fn waiting(sources: Vec<SourceStatus>, size: (u16, u16)) -> Self {
        Self::themed(sources, size, ("night", false))
    }

    /// The same in that theme, in ASCII or not.
    pub(crate) fn themed(sources: Vec<SourceStatus>, size: (u16, u16), (theme, ascii): (&str, bool)) -> Self {
        let store = Store::new(Inventory::new(Vec::new()), sources, 1 << 20, crate::estate::now());
        let keymap = Keymap::new(&BTreeMap::new()).unwrap();
        let app = App::new(store, Theme::named(theme, ascii).unwrap(), keymap, size, true);
        let mut stage = Self { app, size, asked: Vec::new() };
        stage.size(size.0, size.1);
        stage
    }

    /// The program after those sources have answered.
    pub(crate) fn showing(snapshots: &[Snapshot], size: (u16, u16)) -> Self {
        Self::dressed(snapshots, size, ("night", false))
    }

    /// The same in that theme.
    pub(crate) fn dressed(snapshots: &[Snapshot], size: (u16, u16), theme: (&str, bool)) -> Self {
        let statuses = snapshots.iter().map(|s| crate::estate::status(s.source.as_str())).collect();
        let mut stage = Self::themed(statuses, size, theme);
        for snapshot in snapshots {
            stage.looked(snapshot);
        }
        stage
    }

    /// A source answers.
    pub(crate) fn looked(&mut self, snapshot: &Snapshot) {
        self.send(Msg::SourcePolled(snapshot.source.clone(), Ok(snapshot.clone())));
    }

    /// A source fails.
    pub(crate) fn failed(&mut self, source: &str, failure: Failure) {
        self.send(Msg::SourcePolled(SourceId::new(source), Err(failure)));
    }

    /// The terminal gets that size.
    pub(crate) fn size(&mut self, width: u16, height: u16) {
        self.size = (width, height);
        self.send(Msg::Resize(width, height));
    }

    /// Those keys are pressed, written as in `f l / e r r enter esc`.
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ').filter(|key| !key.is_empty()) {
            self.press(key.parse().unwrap());
        }
    }

    /// That text is typed.
    pub(crate) fn typed(&mut self, text: &str) {
        for c in text.chars() {
            self.press(portolan::keymap::Code::Char(c).into());
        }
    }

    /// The service of that name is searched for, and selected.
    pub(crate) fn find(&mut self, name: &str) {
        self.keys("/");
        self.typed(name);
        self.keys("enter esc");
        assert_eq!(self.selected(), name);
    }

    /// Presses one key.
    pub(crate) fn press(&mut self, key: Key) {
        self.send(Msg::Key(key));
    }

    /// A message comes. Layouts are computed and compared at once, as often as they are asked for.
    pub(crate) fn send(&mut self, msg: Msg) {
        let mut effects = self.app.update(msg);
        for _ in 0..MANY {
            let again = effects.contains(&Effect::ContinueWork);
            effects.retain(|effect| *effect != Effect::ContinueWork);
            let (jobs, others): (Vec<_>, Vec<_>) = effects
                .into_iter()
                .partition(|effect| matches!(effect, Effect::ComputeLayout(_) | Effect::CompareLayout(_)));
            self.asked.extend(others);
            if again {
                effects = self.app.update(Msg::ContinueWork);
                continue;
            }
            // Only the newest answer counts, as in the runtime.
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

    /// The log streams that are wanted now.
    pub(crate) fn streams(&self) -> BTreeSet<(LogTarget, LogReadOptions)> {
        let stream = |wanted| match wanted {
            Subscription::Logs(target, start) => Some((target, start)),
            Subscription::Usage(_) => None,
        };
        self.app.subscriptions().into_iter().filter_map(stream).collect()
    }

    /// What is on the screen now. The places of what can be clicked are remembered, as after a frame.
    pub(crate) fn picture(&mut self) -> Picture {
        let mut buffer = Buffer::empty(Rect::new(0, 0, self.size.0, self.size.1));
        let (hits, cursor) = self.app.draw(&mut buffer);
        self.app.frame_drawn(hits);
        Picture { buffer, cursor }
    }

    /// What is drawn into a buffer of that size, whatever size the screens are fitted to. Nothing is remembered of it.
    pub(crate) fn drawn_into(&self, width: u16, height: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        self.app.draw(&mut buffer);
        buffer
    }

    /// The name of the selected node.
    pub(crate) fn selected(&self) -> String {
        self.app.store.selected_node().map(|node| node.name.clone()).unwrap_or_default()
    }
}

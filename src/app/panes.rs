//! Which screens are shown, and where: one, or the map with the logs below it.

use super::{App, draw::areas};
use crate::{
    effect::{Effect, Screen},
    model::LogNews,
    view::Scene,
};
use ratatui::layout::{Position, Rect};

/// The least rows of a body that is split.
const LEAST: u16 = 12;

impl App {
    /// The screens that are shown, and where; the one that has the keys is the last.
    pub(super) fn panes(&self) -> Vec<(Screen, Rect)> {
        self.panes_in(self.size)
    }

    /// The same on a terminal of that size.
    pub(super) fn panes_in(&self, size: Rect) -> Vec<(Screen, Rect)> {
        let top = self.screen();
        let body = areas(size, self.is_filled()).body;
        let splits = self.split && matches!(top, Screen::Map | Screen::Logs) && !self.is_filled();
        if !splits || body.height < LEAST {
            return vec![(top, body)];
        }
        let [map, logs] = halves(body);
        let mut panes = vec![(Screen::Map, map), (Screen::Logs, logs)];
        panes.sort_by_key(|(screen, _)| *screen == top);
        panes
    }

    /// Where the map is, shown or not: it follows what happens also while it is not.
    pub(super) fn map_area(&self) -> Rect {
        let body = areas(self.size, false).body;
        if self.split && body.height >= LEAST { halves(body)[0] } else { body }
    }

    /// Whether the logs have the whole terminal.
    pub(super) fn is_filled(&self) -> bool {
        self.filled && self.screen() == Screen::Logs
    }

    /// Lets the shown screens follow what changed, and the map always.
    pub(super) fn follow(&mut self) -> Vec<Effect> {
        let panes = self.panes();
        let hidden = panes.iter().all(|(screen, _)| *screen != Screen::Map);
        let map = hidden.then(|| (Screen::Map, self.map_area(), false));
        let shown = panes.into_iter().map(|(screen, area)| (screen, area, true));
        self.let_follow(shown.chain(map).collect())
    }

    /// Takes what is heard of log streams.
    pub(super) fn hear(&mut self, news: LogNews) -> Vec<Effect> {
        let closed = match &news {
            LogNews::Closed(target, start) => Some((target.clone(), *start)),
            LogNews::Opened(..) | LogNews::Lines(..) => None,
        };
        self.store.logs.look(self.views.get(&Screen::Logs).and_then(|logs| logs.looks_at()));
        self.store.hear(news);
        if let (Some((target, start)), Some(logs)) = (closed, self.views.get_mut(&Screen::Logs)) {
            logs.closed(&target, &start);
        }
        self.follow_logs()
    }

    /// Lets the logs follow, where they are shown; lines alone change nothing else at once.
    pub(super) fn follow_logs(&mut self) -> Vec<Effect> {
        let logs = self.panes().into_iter().filter(|(screen, _)| *screen == Screen::Logs);
        let logs = logs.map(|(screen, area)| (screen, area, true)).collect();
        self.let_follow(logs)
    }

    fn let_follow(&mut self, screens: Vec<(Screen, Rect, bool)>) -> Vec<Effect> {
        let scene = Scene { store: &self.store, theme: &self.theme, keymap: &self.keymap };
        let mut effects = Vec::new();
        for (screen, area, shown) in screens {
            if let Some(view) = self.views.get_mut(&screen) {
                effects.extend(view.follow(scene, area, shown));
            }
        }
        effects
    }

    /// Gives the keys to the screen at that cell.
    pub(super) fn give_keys(&mut self, column: u16, row: u16) {
        let at = Position::new(column, row);
        let there = self.panes().into_iter().find(|(_, area)| area.contains(at)).map(|(screen, _)| screen);
        if let Some(screen) = there.filter(|screen| *screen != self.screen()) {
            self.show(screen);
        }
    }
}

/// The upper and the lower half.
fn halves(body: Rect) -> [Rect; 2] {
    let upper = body.height / 2;
    [Rect { height: upper, ..body }, Rect { y: body.y + upper, height: body.height - upper, ..body }]
}

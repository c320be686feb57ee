//! Panes: the areas of the shown screens. There is one pane, or two if the map and the logs share the body.

use super::{App, draw::terminal_areas};
use crate::{
    effect::Effect,
    model::LogUpdate,
    screen::{Scene, ScreenId},
};
use ratatui::layout::{Position, Rect};

/// Smallest height of a body that can be split, in rows.
const MIN_SPLIT_HEIGHT: u16 = 12;

impl App {
    /// Returns the shown screens with their areas. The last one has the keyboard focus.
    pub(super) fn panes(&self) -> Vec<(ScreenId, Rect)> {
        self.panes_in(self.size)
    }

    /// Returns the shown screens with their areas on a terminal of this size.
    pub(super) fn panes_in(&self, size: Rect) -> Vec<(ScreenId, Rect)> {
        let top = self.screen();
        let body = terminal_areas(size, self.is_fullscreen(), self.tour_height(size.height)).body;
        let splits = self.is_split && matches!(top, ScreenId::Map | ScreenId::Logs) && !self.is_fullscreen();
        if !splits || body.height < MIN_SPLIT_HEIGHT {
            return vec![(top, body)];
        }
        let [map, logs] = split_in_half(body);
        let mut panes = vec![(ScreenId::Map, map), (ScreenId::Logs, logs)];
        panes.sort_by_key(|(screen, _)| *screen == top);
        panes
    }

    /// Returns the area of the map. A hidden map has an area too, because its layout stays up to date.
    pub(super) fn map_area(&self) -> Rect {
        let body = terminal_areas(self.size, false, self.tour_height(self.size.height)).body;
        if self.is_split && body.height >= MIN_SPLIT_HEIGHT { split_in_half(body)[0] } else { body }
    }

    /// Returns true if the log screen is shown and takes the whole terminal.
    pub(super) fn is_fullscreen(&self) -> bool {
        self.logs_fullscreen && self.screen() == ScreenId::Logs
    }

    /// Calls [`Screen::sync`](crate::screen::Screen::sync) for the shown screens, and also for the map if it
    /// is hidden.
    pub(super) fn sync_screens(&mut self) -> Vec<Effect> {
        let panes = self.panes();
        let hidden = panes.iter().all(|(screen, _)| *screen != ScreenId::Map);
        let map = hidden.then(|| (ScreenId::Map, self.map_area(), false));
        let shown = panes.into_iter().map(|(screen, area)| (screen, area, true));
        self.sync_panes(shown.chain(map).collect())
    }

    /// Adds new log lines or events of streams to the store, and updates the log screen.
    pub(super) fn ingest_logs(&mut self, news: LogUpdate) -> Vec<Effect> {
        let closed = match &news {
            LogUpdate::ReadFinished(target, start) => Some((target.clone(), *start)),
            LogUpdate::ReadStarted(..) | LogUpdate::Lines(..) => None,
        };
        self.store.world.logs.set_viewed_time(self.screens.logs.viewed_time());
        self.store.world.ingest_logs(news);
        if let Some((target, start)) = closed {
            self.screens.logs.on_log_page_end(&target, &start);
        }
        self.sync_logs()
    }

    /// Updates the log screen if it is shown. New lines concern no other screen.
    pub(super) fn sync_logs(&mut self) -> Vec<Effect> {
        let logs = self.panes().into_iter().filter(|(screen, _)| *screen == ScreenId::Logs);
        let logs = logs.map(|(screen, area)| (screen, area, true)).collect();
        self.sync_panes(logs)
    }

    fn sync_panes(&mut self, screens: Vec<(ScreenId, Rect, bool)>) -> Vec<Effect> {
        // In a split view the tour takes its rows from both halves, so the map gets a new layout. Otherwise
        // the tour covers the lowest rows of the map, whose layout stays the same.
        let keeps_size = self.is_split || self.is_fullscreen();
        let covered_rows = if keeps_size { 0 } else { self.tour_height(self.size.height) };
        self.screens.map.set_covered_rows(covered_rows);
        let scene = Scene { store: &self.store, theme: &self.theme, keymap: &self.keymap };
        let mut actions = Vec::new();
        for (screen, area, shown) in screens {
            actions.extend(self.screens.get_mut(screen).sync(scene, area, shown));
        }
        self.apply_requests(actions)
    }

    /// Moves the keyboard focus to the screen at this cell.
    pub(super) fn focus_pane_at(&mut self, column: u16, row: u16) {
        let at = Position::new(column, row);
        let there = self.panes().into_iter().find(|(_, area)| area.contains(at)).map(|(screen, _)| screen);
        if let Some(screen) = there.filter(|screen| *screen != self.screen()) {
            self.show_screen(screen);
        }
    }
}

/// Returns the upper and the lower half of `body`.
fn split_in_half(body: Rect) -> [Rect; 2] {
    let upper = body.height / 2;
    [Rect { height: upper, ..body }, Rect { y: body.y + upper, height: body.height - upper, ..body }]
}

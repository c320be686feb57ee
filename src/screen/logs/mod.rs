//! Log screen: the logs of one or several services, merged by time, with search, filters, histogram and
//! patterns.

mod applies;
mod panes;
mod query;
mod draw;
mod copy_save;
mod level_style;
mod marks;
mod commands;
mod saved_view;
mod scroll_position;

use super::{Canvas, ClickPlace, HitMap, LogPromptKind, Scene, Screen, ScreenRequest};
use crate::{
    command::Command,
    log_store::{EntryKey, LogEntry, StreamScope},
    model::{InstanceId, LogReadOptions, LogTarget, NodeId, Service, TimeExpression, Timestamp},
    store::Store,
    subscription::Subscription,
};
pub use applies::{scope_has_logs, scope_refusal};
use draw::{display_options::DisplayOptions, line::ColumnWidths};
use marks::LineMarks;
use panes::{histogram::Histogram, pane::Pane};
use query::{
    backfill::Backfill,
    filter_chip::FilterChip,
    queried_lines::{QueriedLines, ResolvedQuery},
    scope::ServiceScope,
};
use ratatui::layout::Rect;
pub use saved_view::SavedLogs;
use scroll_position::{LogWindow, ScrollPosition};
use std::collections::BTreeSet;

/// Screen with the log lines of one or several services.
#[derive(Default)]
pub struct Logs {
    query: LogQuery,
    /// Queries and scroll positions that `Back` returns to, one for each pivot. A pivot shows the lines with
    /// one request or trace id in the logs of a service and its neighbours.
    pivot_stack: Vec<PivotOrigin>,
    /// Node that was selected at the last update. Once the user selects another node, a query for the service
    /// of the selected node starts again without filters.
    shown_node: Option<NodeId>,
    queried_lines: QueriedLines,
    scroll: ScrollPosition,
    /// Jump to a time that waits until the lines of that time have been read.
    pending_jump: Option<PendingJump>,
    backfill: Backfill,
    display: DisplayOptions,
    pane: Pane,
    histogram: Option<Histogram>,
    marks: LineMarks,
    /// Area of the screen at the last update.
    area: Rect,
}

/// Query of the user: services, instance, filters and start time of the lines to show.
#[derive(Clone, Debug, Default, PartialEq)]
struct LogQuery {
    /// Services whose lines are shown.
    scope: ServiceScope,
    /// Only instance whose lines are shown; `None` for all instances.
    only_instance: Option<InstanceId>,
    /// Filters that the lines must pass.
    chips: Vec<FilterChip>,
    /// Earliest time of the lines to show; `None` for all lines.
    since: Option<Timestamp>,
}

/// Jump of the cursor to a time. It waits until the lines of that time have been read.
#[derive(Clone, Debug)]
struct PendingJump {
    /// Time to jump to.
    at: Timestamp,
    /// Earliest time of the lines that have to be read for the jump.
    read_since: Timestamp,
    /// Streams from which older lines have been requested for this jump.
    requested_streams: BTreeSet<LogTarget>,
}

/// Query and scroll position before a pivot, which shows the lines with one request or trace id.
type PivotOrigin = (LogQuery, ScrollPosition);

impl Screen for Logs {
    fn update(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        self.run_command(command, store)
    }

    fn applies(&self, command: Command, store: &Store) -> bool {
        self.command_applies(command, store)
    }

    fn footer_commands(&self) -> &'static [Command] {
        use Command::{
            Back, Copy, Head, Help, HideFilter, Histogram, KeepFilter, NextError, NextFieldDisplay, Open,
            Patterns, Pause, Pivot, PreviousError, Search, Wrap,
        };
        match self.pane {
            Pane::None => &[
                Help,
                Pause,
                Search,
                PreviousError,
                KeepFilter,
                HideFilter,
                Open,
                Patterns,
                Histogram,
                NextFieldDisplay,
                Wrap,
                NextError,
                Back,
            ],
            Pane::Details(_) => &[Help, Open, Pivot, PreviousError, NextError, Copy, Back],
            Pane::Patterns(_) => &[Help, Open, HideFilter, Head, Copy, Back],
        }
    }

    fn subscriptions(&self, store: &Store) -> BTreeSet<Subscription> {
        self.backfill.subscriptions(&self.targets(store))
    }

    fn sync(&mut self, scene: Scene<'_>, area: Rect, _shown: bool) -> Vec<ScreenRequest> {
        let store = scene.store;
        if self.shown_node != store.session.selected {
            self.shown_node.clone_from(&store.session.selected);
            // Filters that the user set for another service could hide relevant lines unnoticed.
            if self.query.scope == ServiceScope::Selected {
                self.set_query(LogQuery::default());
            }
        }
        self.area = area;
        self.update_lines(store)
    }

    fn click(&mut self, at: ClickPlace, store: &Store) -> Vec<ScreenRequest> {
        match at {
            ClickPlace::Row(row) => self.click_row(row, store),
            ClickPlace::Heading(_) => Vec::new(),
            ClickPlace::Overview(column, row) => {
                self.click_overview(column, row, store);
                Vec::new()
            }
        }
    }

    fn clipboard_text(&self, store: &Store) -> Option<String> {
        copy_save::clipboard_text(self, store)
    }

    fn draw(&self, scene: Scene<'_>, area: Rect, buf: &mut Canvas<'_>) -> HitMap {
        draw::draw_logs(self, scene, area, buf)
    }
}

impl Logs {
    /// Handles the text that the user entered into a prompt of this screen.
    pub fn on_prompt_input(
        &mut self,
        question: LogPromptKind,
        answer: &str,
        store: &Store,
    ) -> Vec<ScreenRequest> {
        match question {
            LogPromptKind::KeepFilter | LogPromptKind::HideFilter => {
                let services = self.query.scope.services(store);
                match FilterChip::parse(answer, question == LogPromptKind::KeepFilter, &services) {
                    Ok(chip) => self.add_filter(chip),
                    Err(why) => return vec![ScreenRequest::Notify(why)],
                }
            }
            LogPromptKind::GoToTime => match answer.parse::<TimeExpression>() {
                Ok(time) => {
                    self.request_jump(time.resolve(store.world.now, &store.session.time_zone), store);
                }
                Err(why) => return vec![ScreenRequest::Notify(why)],
            },
        }
        self.update_lines(store)
    }

    /// Shows the lines of the selected node around the time `at`.
    pub fn jump_to_time(&mut self, at: Timestamp, store: &Store) -> Vec<ScreenRequest> {
        // Filters that the user set for another service could hide the lines to show.
        let same = self.shown_node == store.session.selected;
        self.shown_node.clone_from(&store.session.selected);
        let chips = if same { std::mem::take(&mut self.query.chips) } else { Vec::new() };
        self.set_query(LogQuery { chips, ..LogQuery::default() });
        self.request_jump(at, store);
        self.update_lines(store)
    }

    /// Handles the end of one read of a log stream, after which a page of older lines is complete.
    pub fn on_log_page_end(&mut self, target: &LogTarget, start: &LogReadOptions) {
        self.backfill.on_page_end(target, start);
    }

    /// Returns the time of the line at the cursor, or `None` while the screen follows the newest line. When
    /// the log store reaches its limit, it drops the lines near this time last.
    #[must_use]
    pub fn viewed_time(&self) -> Option<Timestamp> {
        self.scroll.cursor.map(|cursor| cursor.at)
    }

    /// Returns true if a pane is open below the lines. `Command::Back` closes the pane before it ends a
    /// search.
    #[must_use]
    pub fn has_overlay(&self) -> bool {
        self.pane.is_open()
    }

    /// Moves the cursor to the clicked line. A click on the line at the cursor opens its details.
    fn click_row(&mut self, row: usize, store: &Store) -> Vec<ScreenRequest> {
        if self.pane.is_open() {
            let again = self.pane.chosen_row() == row;
            self.pane.choose_row(row);
            return if again { self.run_command(Command::Open, store) } else { Vec::new() };
        }
        let key = self.lines_on_screen(store, self.area).get(row).map(|line| line.key);
        if key.is_some() && key == self.scroll.cursor {
            return self.run_command(Command::Open, store);
        }
        if let Some(key) = key {
            self.go_to_line(key, store);
        }
        Vec::new()
    }

    /// Removes the clicked filter chip, or jumps to the clicked time in the histogram.
    fn click_overview(&mut self, column: u16, row: u16, store: &Store) {
        let areas = draw::areas(self, store, self.area);
        if let Some(index) = draw::chip_at(self, areas.chips, (column, row)) {
            self.remove_filter(index);
        }
        let at = self
            .histogram
            .as_mut()
            .and_then(|histogram| histogram.choose_column(column.checked_sub(areas.histogram.x)?));
        if let Some(at) = at.filter(|_| areas.histogram.contains((column, row).into())) {
            self.go_to_time(at, store);
        }
    }

    /// Updates lines, histogram and patterns. If work is left, returns a request to continue it later.
    fn update_lines(&mut self, store: &Store) -> Vec<ScreenRequest> {
        if self.backfill.is_reading() {
            self.backfill.retain_streams(&self.targets(store));
        }
        let asked = self.resolved_query(store);
        let mut whole = self.queried_lines.advance(&store.world.logs, asked);
        if whole {
            self.try_pending_jump(store);
        }
        let services = self.query.scope.services(store);
        if let Some(histogram) = &mut self.histogram {
            let width = self.area.width.saturating_sub(2);
            histogram.update(&self.queried_lines, &store.world.logs, &services, store, width);
        }
        if let Pane::Patterns(patterns) = &mut self.pane {
            whole &= patterns.update(&self.queried_lines, &store.world.logs, &services, store.world.now);
        }
        if whole { Vec::new() } else { vec![ScreenRequest::ContinueWork] }
    }

    /// Translates the query into the streams, filters and search of the log store.
    fn resolved_query(&self, store: &Store) -> ResolvedQuery {
        let services = self.query.scope.services(store);
        let scope = match &self.query.only_instance {
            Some(instance) => StreamScope::Instances(BTreeSet::from([instance.clone()])),
            None => StreamScope::Services(services.iter().map(|service| service.id.clone()).collect()),
        };
        let filters = self.query.chips.iter().map(|chip| chip.filter.clone()).collect();
        ResolvedQuery { scope, filters, since: self.query.since, search: store.session.search.clone() }
    }

    /// Returns the log streams to read for the query.
    fn targets(&self, store: &Store) -> Vec<LogTarget> {
        query::scope::streams_to_read(&self.query.scope.services(store), self.query.only_instance.as_ref()).0
    }

    /// Returns the services whose lines are shown.
    fn services<'a>(&self, store: &'a Store) -> Vec<&'a Service> {
        self.query.scope.services(store)
    }

    /// Replaces the query, and resets the scroll position.
    fn set_query(&mut self, aim: LogQuery) {
        self.query = aim;
        self.reset_position();
    }

    /// Shows the lines of the services in `reach`. Keeps only the filters that make sense for these services.
    fn set_scope(&mut self, reach: ServiceScope, store: &Store) {
        let services = reach.services(store);
        let mut chips = std::mem::take(&mut self.query.chips);
        chips.retain(|chip| chip.applies_to(&services));
        self.set_query(LogQuery { scope: reach, chips, ..LogQuery::default() });
    }

    /// Resets scroll position, pending jump and selection, because the screen shows other lines now.
    fn reset_position(&mut self) {
        (self.scroll, self.pending_jump, self.marks.selection_start) =
            (ScrollPosition::default(), None, None);
        self.close_details();
        if let Some(histogram) = &mut self.histogram {
            *histogram = Histogram::default();
        }
    }

    /// Adds a filter, unless an equal filter is already active.
    fn add_filter(&mut self, chip: FilterChip) {
        if !self.query.chips.contains(&chip) {
            self.query.chips.push(chip);
        }
        self.close_details();
    }

    /// Closes the line details, because a filter may hide their line now.
    fn close_details(&mut self) {
        if matches!(self.pane, Pane::Details(_)) {
            self.pane = Pane::None;
        }
    }

    fn remove_filter(&mut self, index: usize) {
        if index < self.query.chips.len() {
            self.query.chips.remove(index);
        }
    }

    /// Jumps to the time `at`. If the lines of that time are not in memory, first requests older lines.
    fn request_jump(&mut self, at: Timestamp, store: &Store) {
        self.query.since = self.query.since.filter(|since| *since <= at);
        self.pending_jump = Some(PendingJump { at, read_since: at, requested_streams: BTreeSet::new() });
        self.try_pending_jump(store);
    }

    /// Makes the pending jump once a line from before the target time is in memory, or once all older lines
    /// have been read. If a stream is new, first waits for its newest lines, and then requests its older
    /// ones.
    fn try_pending_jump(&mut self, store: &Store) {
        let Some(mut jump) = self.pending_jump.take() else { return };
        let targets = self.targets(store);
        let settled = self.backfill.request_since(
            &store.world.logs,
            &targets,
            jump.read_since,
            &mut jump.requested_streams,
        );
        let held = self.queried_lines.first(&store.world.logs).is_some_and(|first| first.at <= jump.at);
        if held || (settled && !self.backfill.is_reading()) {
            self.go_to_time(jump.at, store);
        } else {
            self.pending_jump = Some(jump);
        }
    }

    /// Moves the cursor to the first line at or after `at`. If all lines are older, follows the newest line.
    fn go_to_time(&mut self, at: Timestamp, store: &Store) {
        match self.queried_lines.first_at_or_after(&store.world.logs, at) {
            Some(key) => self.go_to_line(key, store),
            None => self.scroll.resume_following(),
        }
    }

    /// Moves the cursor to a line.
    fn go_to_line(&mut self, key: EntryKey, store: &Store) {
        self.with_window(store, |spot, sheet| spot.go_to_line(key, sheet));
    }

    /// Calls `then` with the scroll position and with the window of visible lines.
    fn with_window(&mut self, store: &Store, then: impl FnOnce(&mut ScrollPosition, &LogWindow<'_>)) {
        let mut spot = std::mem::take(&mut self.scroll);
        then(&mut spot, &self.window(store, self.area));
        self.scroll = spot;
    }

    /// Returns the window of visible lines for a screen with this area.
    fn window<'a>(&'a self, store: &'a Store, area: Rect) -> LogWindow<'a> {
        let rows = usize::from(draw::areas(self, store, area).lines.height).max(1);
        let width = usize::from(area.width.saturating_sub(2));
        let room = ColumnWidths::of(self, &self.services(store), width).text_cells(width);
        let takes = Box::new(move |line: &LogEntry<'_>| draw::line::row_count(self, line, room));
        LogWindow { log_store: &store.world.logs, queried_lines: &self.queried_lines, rows, rows_of: takes }
    }

    /// Returns the visible lines for a screen with this area, the oldest first.
    fn lines_on_screen<'a>(&'a self, store: &'a Store, area: Rect) -> Vec<LogEntry<'a>> {
        self.window(store, area).lines_ending_at(self.scroll.bottom)
    }

    /// Returns the key of the line at the cursor, or of the last line while the screen follows new lines.
    fn cursor_line(&self, store: &Store) -> Option<EntryKey> {
        self.scroll.cursor.or_else(|| self.queried_lines.last(&store.world.logs))
    }
}

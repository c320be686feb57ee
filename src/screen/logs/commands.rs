//! Commands of the log screen: each changes the query, the cursor, the display or the open pane.

use super::{
    LogQuery, Logs, PendingJump, copy_save,
    panes::{details::LineDetails, histogram::Histogram, pane::Pane, patterns::PatternList},
    query::{
        filter_chip::FilterChip,
        scope::{self, ServiceScope},
    },
    scroll_position::ScrollPosition,
};
use crate::{
    command::Command,
    extract::log_line::correlation_ids,
    log_store::{EntryKey, Predicate},
    model::{LogLevel, NodeId},
    screen::{LogPromptKind, ScreenRequest, widget::table},
    store::Store,
};
use jiff::SignedDuration;
use std::collections::BTreeSet;

impl Logs {
    /// Runs a command, then updates the lines and the scroll position.
    pub(super) fn run_command(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        let mut effects = self.apply_command(command, store);
        effects.extend(self.update_lines(store));
        // The open pane and the lines share the screen, so a command that opens or closes the pane changes
        // the number of rows for lines.
        self.with_window(store, ScrollPosition::scroll_to_cursor);
        effects
    }

    /// Applies a command to the open pane if the pane handles it, or else to the lines.
    fn apply_command(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        if let Some(done) = self.apply_pane_command(command, store) {
            return done;
        }
        match command {
            Command::Logs
            | Command::LogsOfMarked
            | Command::LogsDownstream
            | Command::LogsOfNeighbours
            | Command::LogsOfPath
            | Command::LogsOfGroup => return self.change_scope(command, store),
            Command::NextInstance | Command::PreviousInstance => {
                let services = self.services(store);
                let next = scope::next_instance(
                    &services,
                    self.query.only_instance.as_ref(),
                    command == Command::NextInstance,
                );
                self.query.only_instance = next;
                self.reset_position();
            }
            Command::KeepFilter => return vec![ScreenRequest::OpenPrompt(LogPromptKind::KeepFilter)],
            Command::HideFilter => return vec![ScreenRequest::OpenPrompt(LogPromptKind::HideFilter)],
            Command::GoToTime => return vec![ScreenRequest::OpenPrompt(LogPromptKind::GoToTime)],
            Command::RemoveLastFilter => drop(self.query.chips.pop()),
            Command::RemoveAllFilters => self.query.chips.clear(),
            Command::RaiseMinLevel | Command::LowerMinLevel => {
                self.change_min_level(command == Command::RaiseMinLevel);
            }
            Command::MarkLine => self.cursor_line(store).into_iter().for_each(|line| self.marks.toggle(line)),
            Command::NextMark | Command::PreviousMark => {
                let forward = command == Command::NextMark;
                let next = self.marks.next_mark(self.cursor_line(store), forward);
                return self.jump_to(next, forward, "no marked lines", store);
            }
            Command::SelectLines => {
                self.marks.selection_start =
                    self.cursor_line(store).filter(|_| self.marks.selection_start.is_none());
            }
            Command::SaveLogs => return copy_save::save_lines(self, store),
            Command::FullScreen => return vec![ScreenRequest::ToggleFullscreen],
            Command::Histogram => {
                self.histogram = if self.histogram.is_some() { None } else { Some(Histogram::default()) };
            }
            Command::Patterns => self.pane = Pane::Patterns(Box::<PatternList>::default()),
            Command::Pivot => return self.pivot_on_line(store),
            Command::Open => {
                if let Some(line) = self.cursor_line(store) {
                    self.pane = Pane::Details(LineDetails { line, row: 0 });
                    self.go_to_line(line, store);
                }
            }
            Command::Back => self.step_back(),
            _ => return self.move_cursor_or_restyle(command, store),
        }
        Vec::new()
    }

    /// Handles commands that move the cursor, change the display, or limit the lines to the last minutes.
    fn move_cursor_or_restyle(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        // Each of these commands cancels a pending jump.
        self.pending_jump = None;
        let page = usize::from(super::draw::areas(self, store, self.area).lines.height).max(2) as isize;
        let by = match command {
            Command::Up | Command::ScrollUp => -1,
            Command::Down | Command::ScrollDown => 1,
            Command::HalfUp => -page / 2,
            Command::HalfDown => page / 2,
            Command::PageUp => 1 - page,
            Command::PageDown => page - 1,
            Command::Top | Command::Head => {
                self.with_window(store, ScrollPosition::go_to_first);
                self.read_older(store);
                return Vec::new();
            }
            Command::Bottom => {
                self.scroll.resume_following();
                return Vec::new();
            }
            Command::Pause => {
                self.with_window(store, ScrollPosition::toggle_pause);
                return Vec::new();
            }
            Command::NextError | Command::PreviousError => {
                let forward = command == Command::NextError;
                let next = self.queried_lines.next_error(&store.world.logs, self.scroll.cursor, forward);
                return self.jump_to(next, forward, "no errors", store);
            }
            Command::NextMatch | Command::PreviousMatch => {
                let forward = command == Command::NextMatch;
                let next = self.queried_lines.next_match(&store.world.logs, self.scroll.cursor, forward);
                let none = if store.session.search.is_empty() { "press / to search" } else { "no matches" };
                return self.jump_to(next, forward, none, store);
            }
            Command::Left | Command::Right if self.histogram.is_some() => {
                let by = if command == Command::Left { -1 } else { 1 };
                let at = self.histogram.as_mut().and_then(|histogram| histogram.move_by(by));
                at.into_iter().for_each(|at| self.go_to_time(at, store));
                return Vec::new();
            }
            other => {
                let several = self.services(store).len() > 1;
                if !self.display.update(other, several) {
                    self.limit_to_recent(other, store);
                }
                return Vec::new();
            }
        };
        self.with_window(store, |spot, sheet| spot.move_by(by, sheet));
        if by < 0 && self.scroll.cursor == self.queried_lines.first(&store.world.logs) {
            self.read_older(store);
        }
        Vec::new()
    }

    /// Changes the scope to the services whose logs `command` asks for, or notifies the user why that is
    /// impossible.
    fn change_scope(&mut self, command: Command, store: &Store) -> Vec<ScreenRequest> {
        match ServiceScope::of_command(command, store) {
            Ok(reach) if reach != self.query.scope => {
                self.pivot_stack.clear();
                self.set_scope(reach, store);
                Vec::new()
            }
            Ok(_) => Vec::new(),
            Err(why) => vec![ScreenRequest::Notify(why.to_owned())],
        }
    }

    /// Applies a command to the open pane. Returns `None` if no pane is open or if the pane does not handle
    /// the command.
    fn apply_pane_command(&mut self, command: Command, store: &Store) -> Option<Vec<ScreenRequest>> {
        let rows = match &self.pane {
            Pane::None => return None,
            Pane::Details(details) => self
                .queried_lines
                .line(&store.world.logs, details.line)
                .map_or(0, |l| super::panes::details::detail_rows(&l, store).len()),
            Pane::Patterns(patterns) => patterns.len(),
        };
        if let Some(next) = table::row_after_command(command, self.pane.chosen_row(), rows) {
            self.pane.choose_row(next);
            return Some(Vec::new());
        }
        match (&self.pane, command) {
            (Pane::Details(details), Command::Open | Command::Pivot) => {
                let line = self.queried_lines.line(&store.world.logs, details.line)?;
                let row = super::panes::details::detail_rows(&line, store).into_iter().nth(details.row)?;
                if command == Command::Pivot {
                    return Some(self.pivot_to(details.line, &row.value, store));
                }
                match row.filter {
                    Some(chip) => self.add_filter(chip),
                    None => self.pane = Pane::None,
                }
            }
            (Pane::Patterns(patterns), Command::Open | Command::KeepFilter | Command::HideFilter) => {
                let hide = command == Command::HideFilter;
                let chip = FilterChip::template(patterns.chosen_template()?.clone(), !hide);
                self.add_filter(chip);
                if !hide {
                    self.pane = Pane::None;
                }
            }
            (Pane::Patterns(_), Command::Patterns) => self.pane = Pane::None,
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Pivots on the first request or trace id in the line at the cursor: shows the lines with that id in the
    /// logs of the line's service and its neighbours.
    fn pivot_on_line(&mut self, store: &Store) -> Vec<ScreenRequest> {
        let Some(line) =
            self.cursor_line(store).and_then(|key| self.queried_lines.line(&store.world.logs, key))
        else {
            return Vec::new();
        };
        let Some(id) = correlation_ids(line.text, line.format).into_iter().next() else {
            return vec![ScreenRequest::Notify(
                "no request or trace id in this line; enter shows its fields".to_owned(),
            )];
        };
        let value = id.value.into_owned();
        self.pivot_to(line.key, &value, store)
    }

    /// Shows the lines that contain `value` in the logs of the line's service and its neighbours, around the
    /// time of the line. Puts the previous query on the stack, so that `Back` returns to it.
    fn pivot_to(&mut self, key: EntryKey, value: &str, store: &Store) -> Vec<ScreenRequest> {
        let service = self.queried_lines.line(&store.world.logs, key).and_then(|line| line.service.cloned());
        let Some(service) = service else {
            return vec![ScreenRequest::Notify("this line belongs to no service".to_owned())];
        };
        let chip = match FilterChip::text(value) {
            Ok(chip) => chip,
            Err(why) => return vec![ScreenRequest::Notify(why)],
        };
        let reach = ServiceScope::WithNeighbours(NodeId::from(&service));
        let before = (std::mem::take(&mut self.query), self.scroll.clone());
        self.pivot_stack.push(before);
        self.set_query(LogQuery { scope: reach, chips: vec![chip], ..LogQuery::default() });
        let since = key.at.checked_sub(PIVOT_LOOKBACK).unwrap_or(key.at);
        self.pending_jump =
            Some(PendingJump { at: key.at, read_since: since, requested_streams: BTreeSet::new() });
        Vec::new()
    }

    /// Undoes one step: closes the open pane, or else ends the selection of lines, or else returns from a
    /// pivot to the query before it.
    fn step_back(&mut self) {
        if self.pane.is_open() {
            self.pane = Pane::None;
        } else if self.marks.selection_start.is_some() {
            self.marks.selection_start = None;
        } else if let Some((aim, spot)) = self.pivot_stack.pop() {
            self.set_query(aim);
            self.scroll = spot;
        }
    }

    /// Raises or lowers the minimum level of the shown lines by one level. Without a minimum, raising sets it
    /// to `Warn`. Lowering a minimum of `Info` removes the minimum.
    fn change_min_level(&mut self, up: bool) {
        let of = |chip: &FilterChip| match &chip.filter.predicate {
            Predicate::Level(level) if chip.filter.keep_matching => Some(*level),
            _ => None,
        };
        let now = self.query.chips.iter().find_map(of);
        let place = now.and_then(|now| LogLevel::ALL_LEVELS.iter().position(|level| *level == now));
        let next = match (place, up) {
            (None, true) => LogLevel::ALL_LEVELS.iter().position(|level| *level == LogLevel::Warn),
            (None, false) => None,
            (Some(place), true) => Some((place + 1).min(LogLevel::ALL_LEVELS.len() - 1)),
            (Some(place), false) => {
                place.checked_sub(1).filter(|place| LogLevel::ALL_LEVELS[*place] > LogLevel::Debug)
            }
        };
        self.query.chips.retain(|chip| of(chip).is_none());
        self.query.chips.extend(next.map(|next| FilterChip::level(LogLevel::ALL_LEVELS[next])));
    }

    /// Limits the lines to the last minutes that `command` names. `Command::Tail` removes the limit and
    /// follows the newest line.
    fn limit_to_recent(&mut self, command: Command, store: &Store) {
        let minutes = match command {
            Command::LastMinute => 1,
            Command::LastFiveMinutes => 5,
            Command::LastFifteenMinutes => 15,
            Command::LastThirtyMinutes => 30,
            Command::LastHour => 60,
            Command::Tail => {
                self.query.since = None;
                self.scroll.resume_following();
                return;
            }
            _ => return,
        };
        let Ok(since) = store.world.now.checked_sub(SignedDuration::from_mins(minutes)) else { return };
        self.query.since = Some(since);
        self.scroll.resume_following();
        self.backfill.request_older(&store.world.logs, &self.targets(store), Some(since));
    }

    /// Requests the page of lines before the oldest lines in memory, unless the user has limited the lines to
    /// the last minutes.
    fn read_older(&mut self, store: &Store) {
        if self.query.since.is_none() {
            self.backfill.request_older(&store.world.logs, &self.targets(store), None);
        }
    }

    /// Moves the cursor to the line `to`. If `to` is `None`, shows the text `none` as a notice. Also notifies
    /// the user if the search wrapped around.
    fn jump_to(
        &mut self,
        to: Option<EntryKey>,
        forward: bool,
        none: &str,
        store: &Store,
    ) -> Vec<ScreenRequest> {
        let Some(key) = to else { return vec![ScreenRequest::Notify(none.to_owned())] };
        let round = self.scroll.cursor.map(|here| if forward { key <= here } else { key >= here });
        self.go_to_line(key, store);
        if let Pane::Details(details) = &mut self.pane {
            *details = LineDetails { line: key, row: 0 };
        }
        let said = match (round, forward) {
            (Some(true), true) => "wrapped to the top",
            (Some(true), false) => "wrapped to the end",
            _ => return Vec::new(),
        };
        vec![ScreenRequest::Notify(said.to_owned())]
    }
}

/// Time before the current line from which a pivot reads the logs. A pivot shows the lines with one request
/// or trace id in the logs of a service and its neighbours.
const PIVOT_LOOKBACK: SignedDuration = SignedDuration::from_mins(5);

//! An open share: the screen as it was when it was shared, and the live view. One key switches between these
//! two views.
//!
//! While the app shows the share, time stands still in the share and no stream is open. Messages of the
//! sources and of the clock go to the hidden live view.

use crate::{
    app::{
        App, Msg,
        draw::row_writer::RowWriter,
        screens::{ReadViews, Screens},
    },
    command::Command,
    effect::Effect,
    model::{Failure, FailureKind, Finding, Snapshot, SourceId, Text, Timestamp},
    operation::{OperationRequest, PlanRun, Refusal, RunStop},
    screen::{Canvas, ScreenId, widget::text},
    share::{Share, ShareError, ShareHeader},
    store::{Search, Session, Store, World},
};
use jiff::tz::TimeZone;
use ratatui::style::Style;
use serde::Deserialize;
use std::{collections::BTreeMap, mem::swap, ops::ControlFlow};

/// Maximum number of screens that a share restores.
const MAX_OPEN_SCREENS: usize = 16;

/// Maximum width of the mark of an open share, in percent of the last row.
const MAX_MARK_PERCENT: usize = 60;

/// Share (the saved screen of a colleague) that the user has opened, with all that is needed to switch
/// between it and the live view.
pub(in crate::app) struct OpenedShare {
    taken_at: Timestamp,
    by: Text,
    comment: Text,
    /// Size of the terminal on which the screen was shared, in columns and rows.
    size: (u16, u16),
    /// Time of the share as text, in the time zone of the opened view.
    time_label: String,
    /// View that is not on the screen now: the live view or the share.
    hidden: View,
    /// True while the live view is on the screen.
    shows_live_view: bool,
    /// True once the user has seen the live view.
    has_shown_live_view: bool,
    /// Snapshots of the share that have not been compared yet, because their sources have not been read since
    /// the share was opened.
    uncompared: BTreeMap<SourceId, Snapshot>,
    /// Findings in the share.
    findings: Vec<Finding>,
    /// Sources of the share that this Portolan reads too: both snapshots have an instance in common.
    common_sources: Vec<SourceId>,
}

/// State of a view that may be hidden, either the live one or that of the share: its data and its screens.
struct View {
    store: Store,
    screens: Screens,
    screen_stack: Vec<ScreenId>,
    is_split: bool,
    logs_fullscreen: bool,
    last_search: Search,
    list_filter: Search,
}

/// State of all screens and of the session as read from a share, from which the view is restored.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ReadView {
    session: Session,
    screens: ReadViews,
    screen_stack: Vec<ScreenId>,
    is_split: bool,
    logs_fullscreen: bool,
    last_search: Search,
    list_filter: Search,
}

impl View {
    /// Restores the view of a share. Its screens show times in `time_zone`.
    fn of_share(share: &Share, time_zone: TimeZone) -> Result<Self, ShareError> {
        let view = ReadView::deserialize(&share.header.view)
            .map_err(|error| ShareError::Damaged(Text::with_max_chars(&error.to_string(), 200)))?;
        let ReadView { mut session, screens, screen_stack, is_split, .. } = view;
        session.time_zone = time_zone;
        let store = Store { world: share.world(), session };
        let mut stack: Vec<ScreenId> = Vec::new();
        for screen in screen_stack.into_iter().take(MAX_OPEN_SCREENS) {
            if !stack.contains(&screen) {
                stack.push(screen);
            }
        }
        if stack.is_empty() {
            stack.push(ScreenId::Map);
        }
        Ok(Self {
            screens: screens.restore(&store),
            store,
            screen_stack: stack,
            is_split,
            logs_fullscreen: view.logs_fullscreen,
            last_search: view.last_search,
            list_filter: view.list_filter,
        })
    }
}

/// Returns the title and the failure of an operation whose calls failed or were refused; `None` if all succeeded.
fn run_failure(world: &World, number: u64, run: &PlanRun) -> Option<(String, Failure)> {
    let title = world.operations.request(number).map(OperationRequest::title).unwrap_or_default();
    Some(match run.stopped_by.clone()? {
        RunStop::Failed(failure) => (format!("{title} failed"), failure),
        RunStop::Refused(Refusal { reason, remedy }) => (
            format!("{title}: refused, nothing was done"),
            Failure::new(FailureKind::Invalid, reason, remedy),
        ),
    })
}

impl App {
    /// Shows a share in place of the live view. The screens of the share show times in `time_zone`. The
    /// runtime goes on polling the sources in the background.
    ///
    /// # Errors
    /// Returns the reason if the view in the share is damaged.
    pub fn open_share(&mut self, share: &Share, time_zone: TimeZone) -> Result<(), ShareError> {
        let hidden = View::of_share(share, time_zone)?;
        let ShareHeader { taken_at, by, comment, size, .. } = share.header.clone();
        let is_read = |id: &SourceId| self.store.world.sources.iter().any(|status| status.id == *id);
        let common_names = share.snapshots.iter().filter(|snapshot| is_read(&snapshot.source));
        let zoned = taken_at.to_zoned_datetime(hidden.store.session.time_zone.clone());
        self.share = Some(Box::new(OpenedShare {
            taken_at,
            by,
            comment,
            size,
            time_label: zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            hidden,
            shows_live_view: true,
            has_shown_live_view: false,
            uncompared: common_names.map(|snapshot| (snapshot.source.clone(), snapshot.clone())).collect(),
            findings: share.header.world.findings().to_vec(),
            common_sources: Vec::new(),
        }));
        self.swap_views();
        self.notify_other_size();
        Ok(())
    }

    /// Returns true while the terminal shows the opened share and not the live view.
    pub(in crate::app) fn shows_share(&self) -> bool {
        self.share.as_ref().is_some_and(|share| !share.shows_live_view)
    }

    /// Returns true if the user can compare the open share with the live view.
    pub(in crate::app) fn can_compare_share(&self) -> bool {
        self.share.as_ref().is_some_and(|share| !share.common_sources.is_empty())
    }

    /// Shows what has changed since the open share was taken, or returns to the share.
    pub(in crate::app) fn compare_share(&mut self) {
        let Some(share) = &mut self.share else {
            self.notify("no share is open; portolan open shows one");
            return;
        };
        if share.common_sources.is_empty() {
            let is_read = share.uncompared.is_empty();
            self.notify(if is_read {
                "no source of yours has a task or container of this share, so it can't be compared with now"
            } else {
                "your sources have not been read since the share was opened; try again"
            });
            return;
        }
        let (taken_at, is_first) = (share.taken_at, !share.has_shown_live_view);
        share.has_shown_live_view = true;
        self.swap_views();
        if is_first {
            self.screens.timeline.show_since(taken_at);
            self.show_screen(ScreenId::Timeline);
        }
    }

    /// Shows the view that is hidden now, and hides the other one.
    fn swap_views(&mut self) {
        self.screens.map.drop_pending_layout();
        let Some(share) = &mut self.share else { return };
        share.shows_live_view = !share.shows_live_view;
        let hidden = &mut share.hidden;
        swap(&mut self.store, &mut hidden.store);
        swap(&mut self.screens, &mut hidden.screens);
        swap(&mut self.screen_stack, &mut hidden.screen_stack);
        swap(&mut self.is_split, &mut hidden.is_split);
        swap(&mut self.logs_fullscreen, &mut hidden.logs_fullscreen);
        swap(&mut self.last_search, &mut hidden.last_search);
        swap(&mut self.list_filter, &mut hidden.list_filter);
    }

    /// Notifies the user if the size of the terminal differs from the one on which the screen was shared.
    fn notify_other_size(&mut self) {
        let Some(share) = &self.share else { return };
        let (columns, rows) = share.size;
        if share.size != self.size() {
            self.notify(&format!("shared on {columns}x{rows}; at that size it looks exactly as it did"));
        }
    }

    /// Passes a message about the sources, the clock or a stream to the live view while a share hides it, and
    /// breaks with the effects. Continues with the message if it concerns the visible view.
    pub(in crate::app) fn pass_to_hidden_live_view(&mut self, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        self.compare_first_snapshot(&msg);
        let Some(share) = self.share.as_mut().filter(|share| !share.shows_live_view) else {
            return ControlFlow::Continue(msg);
        };
        let store = &mut share.hidden.store;
        let world = &mut store.world;
        match msg {
            Msg::Tick(now) => {
                world.tick(now);
                return ControlFlow::Break(Effect::saves_of(world));
            }
            Msg::SourcePolled(source, outcome) => {
                store.apply_poll_result(&source, outcome);
            }
            Msg::CacheLoaded(source, snapshot) => store.apply_cached_snapshot(&source, *snapshot),
            Msg::OutagesLoaded(source, earlier) => world.restore_outages(&source, earlier),
            Msg::CheckoutsRead(checkouts) => world.set_checkouts(checkouts),
            Msg::TeamChanged(source, team) => world.set_team_status(&source, *team),
            Msg::NotesRead(source, book) => world.set_notes(&source, *book),
            Msg::TeamHistoryRead(source, part) => world.add_team_history(&source, *part),
            Msg::PollScheduled(source, interval) => world.set_poll_schedule(&source, interval),
            Msg::ChangeNotificationsToggled(source, pushes) => world.set_pushes_changes(&source, pushes),
            Msg::Logs(update) => world.ingest_logs(update),
            Msg::UsageMeasured(service, outcome) => world.usage.record(service, outcome),
            Msg::PlaceRead(place) => {
                if let Some(words) = place.account_and_region() {
                    world.set_account_and_region(&place.source, &words);
                }
            }
            // Operations and forwards belong to the live view, which began them.
            Msg::PlanStepSent(number, sent) => world.record_sent_steps(number, sent),
            Msg::PlanRunEnded(number, run) => {
                self.waiting_failures.extend(run_failure(world, number, &run));
                world.end_run(number, *run);
                let verdicts = world.take_verdicts().into_iter();
                let records = verdicts.map(|(number, verdict)| Effect::RecordVerdict(number, verdict));
                return ControlFlow::Break([Effect::RefreshSources].into_iter().chain(records).collect());
            }
            Msg::ForwardOpened(number) => {
                world.forwards.open(number);
            }
            Msg::ForwardEnded(number, ended) => {
                let forward = world.forwards.end(number);
                if let (Some(forward), Err(failure)) = (forward, ended) {
                    self.waiting_failures.push_back((format!("{} failed", forward.request.title()), failure));
                }
            }
            other => return ControlFlow::Continue(other),
        }
        ControlFlow::Break(Vec::new())
    }

    /// Compares the first complete snapshot of a source with the one in the share. Two sources of one name
    /// can read different engines or accounts, so both snapshots must have an instance in common.
    fn compare_first_snapshot(&mut self, msg: &Msg) {
        let (Some(share), Msg::SourcePolled(source, Ok(now))) = (&mut self.share, msg) else { return };
        if !now.progress.is_empty() {
            return;
        }
        let Some(then) = share.uncompared.remove(source).filter(|then| then.has_instance_of(now)) else {
            return;
        };
        let live = if share.shows_live_view { &mut self.store } else { &mut share.hidden.store };
        live.world.set_baseline(then, &share.findings);
        share.common_sources.push(source.clone());
    }

    /// Draws the mark of an open share at the start of the last row: its time, author and comment, and the
    /// key for the comparison with the present.
    pub(in crate::app) fn draw_share_mark(&self, row: &mut RowWriter, buf: &mut Canvas<'_>) {
        let Some(share) = &self.share else { return };
        let styles = &self.theme.styles;
        let by = if share.by.is_empty() { String::new() } else { format!(" by {}", share.by) };
        let comment = if share.comment.is_empty() { String::new() } else { format!(": {}", share.comment) };
        let words = if share.shows_live_view {
            format!(" now; share of {}{by} ", share.time_label)
        } else {
            format!(" as of {}{by}{comment} ", share.time_label)
        };
        let room = usize::from(row.right.saturating_sub(row.x)) * MAX_MARK_PERCENT / 100;
        let words = text::cut_end(&words, room, self.theme.glyphs.ellipsis);
        row.write(&words, Style::from(styles.badge), Some(Command::CompareShare), buf);
        let keys = self.keymap.keys(Command::CompareShare);
        if let (Some(key), false) = (keys.first(), share.common_sources.is_empty()) {
            let live = if share.shows_live_view { &self.store } else { &share.hidden.store };
            let changes = live.world.history.entries().rev().take_while(|entry| entry.at > share.taken_at);
            let label = match changes.count() {
                _ if share.shows_live_view => " back to the share ".to_owned(),
                0 => " changes since ".to_owned(),
                1 => " 1 event since ".to_owned(),
                count => format!(" {count} events since "),
            };
            row.write(&format!(" {key}"), Style::from(styles.key), Some(Command::CompareShare), buf);
            row.write(&label, Style::from(styles.dim), Some(Command::CompareShare), buf);
        }
    }
}

//! State of the log screen in a share (a screen saved for a colleague): query, scroll position, display
//! options and panes. The share holds the log lines separately.

use super::{
    LogQuery, Logs,
    draw::display_options::DisplayOptions,
    marks::LineMarks,
    panes::{details::LineDetails, histogram::Histogram, pane::Pane, patterns::PatternList},
    query::{
        filter_chip::{FilterChip, SavedChip},
        scope::ServiceScope,
    },
    scroll_position::ScrollPosition,
};
use crate::{
    log_store::EntryKey,
    model::{InstanceId, NodeId, ServiceId, Timestamp},
    store::Store,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Maximum horizontal scroll position, in cells, that a share can restore.
const MAX_SCROLL_CELLS: usize = 100_000;

/// State of the log screen that a share saves: query, scroll position, display options, panes and marks. The
/// share holds the log lines separately.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedLogs {
    scope: ServiceScope,
    only_instance: Option<InstanceId>,
    chips: Vec<SavedChip>,
    since: Option<Timestamp>,
    shown_node: Option<NodeId>,
    scroll: ScrollPosition,
    display: DisplayOptions,
    pane: SavedPane,
    /// Selected bucket of the histogram, if it is shown.
    histogram: Option<SavedHistogram>,
    marks: LineMarks,
}

/// State of the histogram in a share: the selected bucket.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct SavedHistogram {
    /// Index of the selected bucket.
    chosen_bucket: Option<usize>,
}

/// State of the pane below the lines, in a share.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SavedPane {
    #[default]
    None,
    Details(LineDetails),
    Patterns(Option<u64>),
}

impl Logs {
    /// Returns the state of this screen to save in a share.
    #[must_use]
    pub fn view(&self) -> SavedLogs {
        let pane = match &self.pane {
            Pane::None => SavedPane::None,
            Pane::Details(details) => SavedPane::Details(details.clone()),
            Pane::Patterns(patterns) => SavedPane::Patterns(patterns.chosen_id()),
        };
        SavedLogs {
            scope: self.query.scope.clone(),
            only_instance: self.query.only_instance.clone(),
            chips: self.query.chips.iter().map(FilterChip::saved).collect(),
            since: self.query.since,
            shown_node: self.shown_node.clone(),
            scroll: self.scroll.clone(),
            display: self.display,
            pane,
            histogram: self
                .histogram
                .as_ref()
                .map(|histogram| SavedHistogram { chosen_bucket: histogram.chosen_bucket }),
            marks: self.marks.clone(),
        }
    }

    /// Restores the state that a share saved. The lines come from `store`.
    pub fn restore(&mut self, view: SavedLogs, store: &Store) {
        let services = view.scope.services(store);
        let chips = view.chips.into_iter().filter_map(|chip| FilterChip::restore(chip, &services)).collect();
        let query =
            LogQuery { scope: view.scope, only_instance: view.only_instance, chips, since: view.since };
        let display =
            DisplayOptions { scroll_x: view.display.scroll_x.min(MAX_SCROLL_CELLS), ..view.display };
        let pane = match view.pane {
            SavedPane::None => Pane::None,
            SavedPane::Details(details) => Pane::Details(details),
            SavedPane::Patterns(chosen) => Pane::Patterns(Box::new(PatternList::choosing(chosen))),
        };
        let histogram = view.histogram.map(|saved| Histogram::choosing(saved.chosen_bucket));
        *self = Self {
            query,
            shown_node: view.shown_node,
            scroll: view.scroll,
            display,
            pane,
            histogram,
            marks: view.marks,
            ..Self::default()
        };
    }

    /// Returns the services whose lines are shown.
    #[must_use]
    pub fn shown_services(&self, store: &Store) -> BTreeSet<ServiceId> {
        self.services(store).into_iter().map(|service| service.id.clone()).collect()
    }

    /// Returns the last line on the screen, or `None` while the screen follows the newest line.
    #[must_use]
    pub fn last_shown_line(&self) -> Option<EntryKey> {
        self.scroll.bottom
    }
}

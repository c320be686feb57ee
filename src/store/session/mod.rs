//! Session of the user: selection, marks, search, filters, map settings and time zone.

mod grouping;
mod search;
mod selection_history;

pub use grouping::{GroupFilter, Grouping};
pub use search::Search;
pub use selection_history::SelectionHistory;

use crate::{
    model::{NodeId, SourceId},
    topology::EdgeFilter,
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Selection, filters and settings of the user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Selected node, the same on every screen.
    pub selected: Option<NodeId>,
    /// Node that the user selected and that has disappeared since. If it returns, it is selected again.
    pub(super) lost_selection: Option<NodeId>,
    /// True if the user made the selection. Otherwise Portolan selects the node with the worst finding until
    /// all sources have been read.
    pub selected_by_user: bool,
    /// Earlier and later selections, through which the user can step. Not part of a shared screen.
    #[serde(skip)]
    pub selection_history: SelectionHistory,
    /// Marked nodes, the newest last.
    pub marks: Vec<NodeId>,
    /// Current search; empty if no search is active.
    pub search: Search,
    /// Source to which the screens are limited; `None` shows all sources.
    pub only_source: Option<SourceId>,
    /// Group to which the screens are limited; `None` shows all groups.
    pub only_group: Option<GroupFilter>,
    /// Part of the map to export; `None` exports everything.
    #[serde(skip)]
    pub only_part: Option<MapPart>,
    /// True if the screens show only faulty nodes, their direct and indirect callers, and their direct
    /// callees.
    pub faults_only: bool,
    /// Filter for the edges that the screens show.
    pub edge_filter: EdgeFilter,
    /// Grouping and hubs of the map.
    pub map_settings: MapSettings,
    /// Identifiers of the columns in the service list; empty for all columns that fit.
    pub list_columns: Vec<String>,
    /// Time zone in which the screens show times.
    #[serde(skip)]
    pub time_zone: TimeZone,
}

/// Part of the map that is exported without the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapPart {
    /// Title of the part for the heading, such as `orders and its neighbours`.
    pub title: String,
    /// Nodes of the part.
    pub nodes: BTreeSet<NodeId>,
}

impl MapPart {
    /// Returns the title for `service` and its neighbours within `hops` calls.
    #[must_use]
    pub fn neighbourhood_title(service: &str, hops: usize) -> String {
        match hops {
            0 => service.to_owned(),
            1 => format!("{service} and its neighbours"),
            _ => format!("{service} and its neighbours up to {hops} calls away"),
        }
    }
}

/// Map settings: the values from the configuration, and the grouping that the user chose later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapSettings {
    /// Grouping in use now.
    pub grouping: Grouping,
    /// Grouping from the configuration.
    pub configured_grouping: Grouping,
    /// Names of services that are hubs by configuration, in addition to those that the map finds. The map
    /// hides the lines to them.
    pub hub_names: Vec<String>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            selected: None,
            lost_selection: None,
            selected_by_user: false,
            selection_history: SelectionHistory::default(),
            marks: Vec::new(),
            search: Search::default(),
            only_source: None,
            only_group: None,
            only_part: None,
            faults_only: false,
            edge_filter: EdgeFilter::All,
            map_settings: MapSettings::default(),
            list_columns: Vec::new(),
            time_zone: TimeZone::UTC,
        }
    }
}

impl Session {
    /// Selects `node` on behalf of the user, and adds it to the selection history.
    pub fn select(&mut self, node: NodeId) {
        if let (false, Some(first)) = (self.selected_by_user, &self.selected) {
            self.selection_history.push(first);
        }
        self.selection_history.push(&node);
        (self.selected, self.selected_by_user, self.lost_selection) = (Some(node), true, None);
    }

    /// Selects `node` temporarily, for example during a search, without adding it to the selection history.
    pub fn preview_selection(&mut self, node: Option<NodeId>) {
        self.selected = node;
    }

    /// Marks `node`, or removes its mark.
    pub fn toggle_mark(&mut self, node: NodeId) {
        let before = self.marks.len();
        self.marks.retain(|mark| *mark != node);
        if self.marks.len() == before {
            self.marks.push(node);
        }
    }

    /// Returns the start and the end of the path to show: the last two marks, or a single mark and the
    /// selected node. Returns `None` if there are not two different nodes.
    #[must_use]
    pub fn path_ends(&self) -> Option<(&NodeId, &NodeId)> {
        match self.marks[..] {
            [.., ref from, ref to] => Some((from, to)),
            [ref from] => self.selected.as_ref().filter(|to| *to != from).map(|to| (from, to)),
            [] => None,
        }
    }
}

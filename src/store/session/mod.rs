//! The session: the user's selection, marks, search, filters, grouping and time zone.

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

/// Selection, filters and settings of the person at the terminal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Selected node, the same on every screen.
    pub selected: Option<NodeId>,
    /// Node that the user selected and that disappeared since. It is selected again when it returns.
    pub(super) lost_selection: Option<NodeId>,
    /// True if the user made the selection. If not, Portolan selects the node with the worst finding until
    /// all sources have been read.
    pub selected_by_user: bool,
    /// Selections before the current one, to go back to. A share of the screen does not contain them.
    #[serde(skip)]
    pub selection_history: SelectionHistory,
    /// Marked nodes, the newest last.
    pub marks: Vec<NodeId>,
    /// Search that the user typed last.
    pub search: Search,
    /// Source to which the screens are limited; `None` shows all sources.
    pub only_source: Option<SourceId>,
    /// Group to which the screens are limited; `None` shows all groups.
    pub only_group: Option<GroupFilter>,
    /// Part of the map to export; `None` exports everything.
    #[serde(skip)]
    pub only_part: Option<MapPart>,
    /// True if only faulty nodes, their direct and indirect callers, and their callees are shown.
    pub faults_only: bool,
    /// Filter for the edges.
    pub edge_filter: EdgeFilter,
    /// Grouping and hubs of the map.
    pub map_settings: MapSettings,
    /// Columns of the service list, by identifier; empty for all that fit.
    pub list_columns: Vec<String>,
    /// Time zone for the times on the screen.
    #[serde(skip)]
    pub time_zone: TimeZone,
}

/// Part of the map that is exported alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapPart {
    /// Title of the part for the heading, such as `orders and its neighbours`.
    pub title: String,
    /// Nodes of the part.
    pub nodes: BTreeSet<NodeId>,
}

impl MapPart {
    /// Returns the title of a service with its neighbours at most `hops` calls away.
    #[must_use]
    pub fn neighbourhood_title(service: &str, hops: usize) -> String {
        match hops {
            0 => service.to_owned(),
            1 => format!("{service} and its neighbours"),
            _ => format!("{service} and its neighbours up to {hops} calls away"),
        }
    }
}

/// Map settings: the configured values, and the grouping that the user chose since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MapSettings {
    /// Grouping in use now.
    pub grouping: Grouping,
    /// Grouping from the configuration.
    pub configured_grouping: Grouping,
    /// Names of services to treat as hubs, in addition to the automatic ones: the lines to them are hidden.
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
    /// Selects `node` because the user asked for it, and adds it to the selection history.
    pub fn select(&mut self, node: NodeId) {
        if let (false, Some(first)) = (self.selected_by_user, &self.selected) {
            self.selection_history.push(first);
        }
        self.selection_history.push(&node);
        (self.selected, self.selected_by_user, self.lost_selection) = (Some(node), true, None);
    }

    /// Selects `node` for now, for example during a search. Does not add it to the selection history.
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

    /// Returns the start and the end of the path to show. They are the two newest marks; with a single mark,
    /// they are that mark and the selected node.
    #[must_use]
    pub fn path_ends(&self) -> Option<(&NodeId, &NodeId)> {
        match self.marks[..] {
            [.., ref from, ref to] => Some((from, to)),
            [ref from] => self.selected.as_ref().filter(|to| *to != from).map(|to| (from, to)),
            [] => None,
        }
    }
}

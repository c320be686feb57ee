//! Changes of the selection: to the next or previous faulty node or search match, and back and forth in its
//! history. Also changes of the filters by source and group.

use super::App;
use crate::{
    model::{NodeId, Severity},
    screen::ScreenId,
    store::GroupFilter,
    topology::Node,
};
use std::collections::{BTreeMap, BTreeSet};

impl App {
    /// Returns true if the shown screen searches in its own text. Then a search selects no nodes.
    pub(super) fn searches_in_screen(&self) -> bool {
        matches!(self.screen(), ScreenId::Logs | ScreenId::Timeline | ScreenId::Help)
    }

    /// Selects a node and makes it visible on the map.
    pub(super) fn select(&mut self, node: NodeId) {
        self.store.session.select(node);
        self.reveal_selected();
    }

    /// Returns the names of all nodes, sorted and without duplicates. If several nodes share a name, returns
    /// their labels.
    pub(super) fn service_names(&self) -> Vec<String> {
        let nodes = &self.store.world.topology().nodes;
        let mut by_name: BTreeMap<&str, Vec<&Node>> = BTreeMap::new();
        for node in nodes.values() {
            by_name.entry(&node.name).or_default().push(node);
        }
        let names = by_name.into_iter().flat_map(|(name, nodes)| match &nodes[..] {
            [_] => vec![name.to_owned()],
            several => several.iter().map(|node| node.label()).collect(),
        });
        names.collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// Makes the selected node visible on the map: removes the group filter and changes the focus if they
    /// exclude the node. A stub, which is a box for nodes outside the focus, does not count as visible.
    pub(super) fn reveal_selected(&mut self) {
        let Some(node) = self.store.session.selected.clone() else { return };
        if self.store.nodes_of_group().is_some_and(|nodes| !nodes.contains(&node)) {
            self.show_only_group(None);
        }
        self.screens.map.reveal_node(&node, &self.store);
    }

    /// Selects the node that was selected before the current one if `back` is true, or else the one after it.
    pub(super) fn step_selection_history(&mut self, back: bool) {
        if self.store.step_selection_history(back) {
            self.reveal_selected();
        } else {
            let direction = if back { "earlier" } else { "later" };
            self.notice = Some(format!("no {direction} selection"));
        }
    }

    /// Returns the nodes with a fault, in the order of the findings.
    pub(super) fn faulty_nodes(&self) -> Vec<NodeId> {
        let faults = self.store.world.findings.iter().filter(|finding| finding.severity > Severity::Info);
        let mut seen = BTreeSet::new();
        faults.filter_map(|fault| fault.node.clone()).filter(|node| seen.insert(node.clone())).collect()
    }

    /// Selects the faulty node that follows `step` places later in the order of the findings. A negative
    /// `step` goes back.
    pub(super) fn select_next_finding(&mut self, step: isize) {
        let nodes = self.faulty_nodes();
        let here = nodes.iter().position(|node| Some(node) == self.store.session.selected.as_ref());
        self.cycle_selection(&nodes, here, step, "no findings");
        // The keys that follow act on the service, so the user has to see it.
        if let Some(node) = self.store.session.selected.clone() {
            self.screens.map.expand_group_of(&node);
        }
    }

    /// Shows only the next source, or all sources after the last one.
    pub(super) fn show_next_source(&mut self) {
        self.store.cycle_source_filter();
        self.notify_source_filter();
    }

    /// Notifies the user which sources are shown.
    pub(super) fn notify_source_filter(&mut self) {
        let words = self.store.session.only_source.as_ref().map(|source| format!("only {source}"));
        self.notice = Some(words.unwrap_or_else(|| "all sources".to_owned()));
    }

    /// Shows only the group of the selected node. If a single group is shown already, shows all groups.
    pub(super) fn toggle_group_filter(&mut self) {
        if self.store.session.only_group.is_some() {
            return self.show_only_group(None);
        }
        match self.group_of_selected() {
            Some(group) => self.show_only_group(Some(group)),
            None => self.notify("the selected service is in no group"),
        }
    }

    /// Returns the group to which the selected node belongs by the current grouping of the map.
    pub(super) fn group_of_selected(&self) -> Option<GroupFilter> {
        let node = self.store.selected_node()?;
        GroupFilter::of_node(&self.store.session.map_settings.grouping, &self.store.world, node)
    }

    /// Limits all screens to one group, or shows all groups if `group` is `None`. If the selected node is not
    /// visible then, selects a visible one.
    pub(super) fn show_only_group(&mut self, group: Option<GroupFilter>) {
        let words = group.as_ref().map(|group| format!("only group {}", group.name));
        self.notice = Some(words.unwrap_or_else(|| "all groups".to_owned()));
        self.store.session.only_group = group;
        self.screens.map.forget_extra_nodes();
        self.store.select_visible();
    }

    /// Shows a notice if the node that the user had selected no longer exists. `before` holds the id and name
    /// of the node that was selected until now.
    pub(super) fn notify_selection_lost(&mut self, before: Option<(NodeId, String)>) {
        let lost = before.filter(|(node, _)| {
            self.store.session.selected_by_user && !self.store.world.topology().nodes.contains_key(node)
        });
        if let (Some((_, gone)), Some(node)) = (lost, self.store.selected_node()) {
            self.notice = Some(format!("{gone} was removed; selected {}", node.name));
        }
    }

    /// Selects the next node that matches the search, or the previous one if `forward` is false, in reading
    /// order. If no search is active, repeats the last one.
    pub(super) fn select_match(&mut self, forward: bool) {
        if self.store.session.search.is_empty() {
            self.store.session.search = self.last_search.clone();
        }
        if self.store.session.search.is_empty() {
            self.notice = Some("no search yet".to_owned());
            return;
        }
        let nodes: Vec<_> = self
            .store
            .visible_nodes()
            .into_iter()
            .filter(|n| self.store.matches_search(n))
            .map(|n| n.id.clone())
            .collect();
        let here = nodes.iter().position(|node| Some(node) == self.store.session.selected.as_ref());
        self.cycle_selection(&nodes, here, if forward { 1 } else { -1 }, "no matches");
    }

    /// Selects the node that is `step` places after the one at the index `here`, and wraps around at the
    /// ends. Shows the notice `none` if `nodes` is empty.
    fn cycle_selection(&mut self, nodes: &[NodeId], here: Option<usize>, step: isize, none: &str) {
        let start = match (here, step > 0) {
            (Some(here), _) => here as isize + step,
            (None, true) => 0,
            (None, false) => -1,
        };
        match usize::try_from(start.rem_euclid(nodes.len().max(1) as isize)).ok().and_then(|i| nodes.get(i)) {
            Some(node) => self.select(node.clone()),
            None => self.notice = Some(none.to_owned()),
        }
    }
}

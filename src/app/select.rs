//! Going from one node of interest to the next: those with findings, those that a search finds.

use super::App;
use crate::{
    effect::Screen,
    model::{NodeId, Severity},
};
use std::collections::BTreeSet;

impl App {
    /// Whether what is searched for is on the shown screen itself, and not a node.
    pub(super) fn searches_itself(&self) -> bool {
        matches!(self.screen(), Screen::Logs | Screen::Timeline | Screen::Help)
    }

    /// Selects a node that stands anywhere: the map leaves a focus that has no room for it.
    pub(super) fn select(&mut self, node: NodeId) {
        self.store.select(node);
        self.bring_into_focus();
    }

    /// Has the map show the selected node itself, and not as a stub beside its focus.
    pub(super) fn bring_into_focus(&mut self) {
        if let (Some(map), Some(node)) = (self.views.get_mut(&Screen::Map), self.store.selected.clone()) {
            map.bring(&node, &self.store);
        }
    }

    /// Selects the next node with a finding, in the order of the findings.
    pub(super) fn select_finding(&mut self, step: isize) {
        let mut nodes: Vec<_> = self
            .store
            .findings
            .iter()
            .filter(|f| f.severity > Severity::Info)
            .filter_map(|f| f.node.clone())
            .collect();
        let mut seen = BTreeSet::new();
        nodes.retain(|node| seen.insert(node.clone()));
        let here = nodes.iter().position(|node| Some(node) == self.store.selected.as_ref());
        self.select_round(&nodes, here, step, "nothing is wrong");
    }

    /// Shows the next source alone, or all.
    pub(super) fn next_source(&mut self) {
        self.store.next_source();
        let words = self.store.only_source.as_ref().map(|source| format!("only {source}"));
        self.notice = Some(words.unwrap_or_else(|| "all sources".to_owned()));
    }

    /// Says so where what somebody had chosen is gone, as something else is selected now.
    pub(super) fn tell_gone(&mut self, before: Option<(NodeId, String)>) {
        let lost =
            before.filter(|(node, _)| self.store.chosen && !self.store.topology().nodes.contains_key(node));
        if let (Some((_, gone)), Some(node)) = (lost, self.store.node()) {
            self.notice = Some(format!("{gone} is gone; {} is selected", node.name));
        }
    }

    /// Selects the next node that the search finds, in reading order.
    pub(super) fn select_match(&mut self, forward: bool) {
        if self.store.search.is_empty() {
            self.store.search = self.searched.clone();
        }
        if self.store.search.is_empty() {
            self.notice = Some("nothing was searched for yet".to_owned());
            return;
        }
        let nodes: Vec<_> =
            self.store.listed().into_iter().filter(|n| self.store.finds(n)).map(|n| n.id.clone()).collect();
        let here = nodes.iter().position(|node| Some(node) == self.store.selected.as_ref());
        self.select_round(&nodes, here, if forward { 1 } else { -1 }, "the search finds nothing");
    }

    /// Selects the node a step on from `here`, round and round.
    fn select_round(&mut self, nodes: &[NodeId], here: Option<usize>, step: isize, none: &str) {
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

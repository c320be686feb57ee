//! The calls that are drawn only while one of their ends is selected: those to hubs, and those that are left to the panel.

use super::plan::{Plan, Shown};
use crate::layout::{Diagram, Raster, reveal};

/// The lines of what is selected.
#[derive(Default)]
pub(super) struct Revealed {
    /// The item whose calls they are.
    of: Option<usize>,
    /// Those calls, by their indices in the plan, in ascending order.
    pub calls: Vec<usize>,
    /// Whether there is a way for each of them.
    has_way: Vec<bool>,
    /// Their lines, in the same order.
    pub raster: Raster,
}

impl Revealed {
    /// Whether that call of the plan has a line here.
    pub(super) fn draws(&self, call: usize) -> bool {
        self.calls.binary_search(&call).is_ok_and(|place| self.has_way.get(place) == Some(&true))
    }

    /// Follows what is selected. Another drawing needs another one of these.
    pub(super) fn follow(&mut self, selected: Option<usize>, plan: &Plan, drawn: &Diagram, lines: &Raster) {
        if self.of == selected {
            return;
        }
        let is_hidden = |shown: Shown| matches!(shown, Shown::Told | Shown::Marked);
        let of =
            |ends: (usize, usize)| ends.0 != ends.1 && (selected == Some(ends.0) || selected == Some(ends.1));
        let calls = plan.calls.iter().enumerate();
        let calls: Vec<usize> = calls
            .filter(|(_, calls)| is_hidden(calls.shown) && of(calls.ends))
            .map(|(index, _)| index)
            .collect();
        let ends: Vec<_> = calls.iter().map(|index| plan.calls[*index].ends).collect();
        let diagram = reveal(&plan.graph, drawn, &lines.marked(), &ends);
        let has_way = diagram.routes.iter().map(|route| !route.points.is_empty()).collect();
        *self = Self { of: selected, raster: Raster::new(&diagram), calls, has_way };
    }
}

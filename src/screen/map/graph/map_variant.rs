//! Map variants: the different ways to draw the current data. They differ in detail level, label width,
//! direction and gaps; the layout chooses one that fits the screen.

use super::{
    build_graph::GraphOptions,
    detail_level::DetailLevel,
    item::{LabelWidth, NO_BADGES_NAME_CELLS},
    map_graph::MapGraph,
};
use crate::{
    layout::{Direction, Graph, Options},
    store::Store,
};
use std::sync::Arc;

/// Map graph with layout options: one way to draw the map.
#[derive(Clone, Debug)]
pub(in crate::screen::map) struct MapVariant {
    /// Graph to draw.
    pub graph: Arc<MapGraph>,
    /// Layout options, such as direction and gaps.
    pub options: Options,
}

/// Maximum total area of all boxes, in screens. If the boxes need more, no variant has boxes.
const MAX_SCREENS_OF_BOXES: usize = 4;

/// Free rows at the level `Names`: between names that stand below each other, and between the lines beside
/// the names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowSpacing {
    /// A free row between two names, and a free row between two lines.
    BetweenAll,
    /// A free row between names only.
    BetweenNames,
    /// No free rows.
    None,
}

impl MapVariant {
    /// Creates the variant of `graph` from left to right.
    fn left_to_right(graph: &Arc<MapGraph>, spacing: RowSpacing) -> Self {
        let names = graph.level == DetailLevel::Names;
        let gap_rows = u16::from(graph.level <= DetailLevel::Names && spacing != RowSpacing::None);
        let airy = names && spacing == RowSpacing::BetweenAll;
        Self {
            options: Options { gap_rows, row_gap_between_lines: airy, ..Options::default() },
            graph: Arc::clone(graph),
        }
    }

    /// Creates the variant of `graph` from top to bottom.
    fn top_down(graph: &Arc<MapGraph>) -> Self {
        let gap_columns = if graph.label_width.is_short() { 1 } else { 2 };
        let options = Options { direction: Direction::TopDown, gap_columns, ..Options::default() };
        Self { options, graph: Arc::clone(graph) }
    }

    /// Returns everything that the layout depends on.
    pub(in crate::screen::map) fn layout_input(&self) -> (&Graph, Options) {
        (&self.graph.layout_graph, self.options)
    }

    /// Returns true if the variant is hard to read: no free rows between lines beside names, or very short
    /// names.
    pub(in crate::screen::map) fn is_hard_to_read(&self) -> bool {
        let Options { direction, row_gap_between_lines: airy, .. } = self.options;
        let close = self.graph.level == DetailLevel::Names && direction == Direction::LeftToRight && !airy;
        close || matches!(self.graph.label_width, LabelWidth::NoBadges(_))
    }
}

/// Returns the ways to draw the nodes that pass the filters, the most informative variant first.
///
/// Left to right comes before top down, because cells are taller than wide and names wider than tall.
/// Variants with dense lines come last.
pub(in crate::screen::map) fn map_variants(store: &Store, options: GraphOptions<'_>) -> Vec<MapVariant> {
    let GraphOptions { view_state: sight, available_size: room, .. } = options;
    let of = |level| Arc::new(MapGraph::build(store, options, level));
    let mut plans = vec![of(sight.level.unwrap_or(DetailLevel::Boxes))];
    let most = MAX_SCREENS_OF_BOXES * (usize::from(room.0) * usize::from(room.1)).max(1);
    let may_close = sight.level.is_none() && sight.focus.is_none() && plans[0].groups.len() > 1;
    if sight.level.is_none() && !(may_close && plans[0].min_name_cells() > most) {
        let pills = [LabelWidth::Full, LabelWidth::NoCounts, LabelWidth::Short];
        plans.extend(
            pills.map(|space| {
                Arc::new(MapGraph::build_with_labels(store, options, DetailLevel::Names, space))
            }),
        );
    }
    let mut coarse = Vec::new();
    if may_close {
        plans.retain(|plan| plan.box_cells() <= most);
        coarse.extend([of(DetailLevel::Groups), of(DetailLevel::Overview)]);
    }
    let both = |plans: &[Arc<MapGraph>]| -> Vec<MapVariant> {
        let across = plans.iter().map(|plan| MapVariant::left_to_right(plan, RowSpacing::BetweenAll));
        across.chain(plans.iter().map(MapVariant::top_down)).collect()
    };
    let mut all = both(&plans);
    // Dense lines are hard to follow, so these variants are a last resort. A level that the user chose
    // may exceed the screen.
    let names = || plans.iter().filter(|plan| plan.level == DetailLevel::Names && sight.level.is_none());
    all.extend(names().map(|plan| MapVariant::left_to_right(plan, RowSpacing::BetweenNames)));
    let Some(least) = names().next_back() else {
        all.extend(both(&coarse));
        return all;
    };
    let pills = |space| Arc::new(MapGraph::build_with_labels(store, options, DetailLevel::Names, space));
    let scant = NO_BADGES_NAME_CELLS.map(|cells| pills(LabelWidth::NoBadges(cells)));
    all.extend(scant.iter().map(|plan| MapVariant::left_to_right(plan, RowSpacing::BetweenAll)));
    all.extend(both(&coarse));
    all.extend(
        [least, &pills(LabelWidth::NoBracket), &scant[2]]
            .map(|plan| MapVariant::left_to_right(plan, RowSpacing::None)),
    );
    all
}

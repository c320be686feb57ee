//! Map variants: possible ways to draw the current data. They differ in detail level, label width, direction
//! and gaps. The layout chooses the one that fits the screen best.

use super::{
    build_graph::GraphOptions,
    detail_level::DetailLevel,
    item::{LabelWidth, MAX_NAME_CELLS, SHORT_NAME_CELLS},
    map_graph::MapGraph,
};
use crate::{
    layout::{Direction, Graph, Options},
    store::Store,
};
use std::sync::Arc;

/// Possible way to draw the map: a map graph with layout options.
#[derive(Clone, Debug)]
pub(in crate::screen::map) struct MapVariant {
    /// Graph to draw.
    pub graph: Arc<MapGraph>,
    /// Layout options, such as direction and gaps.
    pub options: Options,
}

/// Maximum ratio of the total area of all boxes to the area of the screen. If the ratio is higher and there
/// are groups to collapse, no variant has boxes. The same limit applies to names without boxes.
const MAX_SCREENS_OF_BOXES: usize = 4;

/// Free rows at the level `Names`: between names that stand below each other, and between lines beside names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RowSpacing {
    /// One free row between two names, and one between two lines.
    BetweenAll,
    /// One free row between two names, but none between lines.
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
        let options = Options { direction: Direction::TopDown, gap_columns: 2, ..Options::default() };
        Self { options, graph: Arc::clone(graph) }
    }

    /// Creates the variant of `graph` as an outline.
    fn outline(graph: &Arc<MapGraph>) -> Self {
        let options = Options { direction: Direction::Outline, ..Options::default() };
        Self { options, graph: Arc::clone(graph) }
    }

    /// Returns all inputs on which the layout depends.
    pub(in crate::screen::map) fn layout_input(&self) -> (&Graph, Options) {
        (&self.graph.layout_graph, self.options)
    }

    /// Returns true if the variant is hard to read because lines beside names have no free row between them,
    /// or because names are very short.
    pub(in crate::screen::map) fn is_hard_to_read(&self) -> bool {
        let Options { direction, row_gap_between_lines: airy, .. } = self.options;
        let close = self.graph.level == DetailLevel::Names && direction == Direction::LeftToRight && !airy;
        close || self.graph.label_width.name_cells < SHORT_NAME_CELLS
    }
}

/// Maximum name lengths of the variants, in cells, in descending order. Longer names are shortened. Lengths
/// below [`SHORT_NAME_CELLS`] are hard to read.
const NAME_CELLS: [u8; 7] = [MAX_NAME_CELLS, 32, 26, 20, SHORT_NAME_CELLS, 13, 10];

/// Builder of map graphs for the variants, which are the possible ways to draw the map.
struct GraphBuilder<'a> {
    store: &'a Store,
    options: GraphOptions<'a>,
}

impl GraphBuilder<'_> {
    /// Returns a builder for graphs in which groups have no frames.
    const fn without_frames(&self) -> Self {
        Self { options: GraphOptions { has_frames: false, ..self.options }, ..*self }
    }

    /// Builds one graph at `level` for each maximum name length in `name_cells`. Leaves out a graph in which
    /// all boxes have the same sizes as in the graph before it.
    fn graphs(&self, level: DetailLevel, name_cells: &[u8], has_counts: bool) -> Vec<Arc<MapGraph>> {
        let mut graphs: Vec<Arc<MapGraph>> = Vec::new();
        for &name_cells in name_cells {
            let label_width = LabelWidth { name_cells, has_counts };
            let graph = match graphs.last() {
                None => Some(MapGraph::build_with_labels(self.store, self.options, level, label_width)),
                Some(last) => last.with_label_width(self.store, self.options, label_width),
            };
            graphs.extend(graph.map(Arc::new));
        }
        graphs
    }
}

/// Returns the variants for the nodes that pass the filters, the most informative variant first.
///
/// Left to right comes before top down, because a cell is taller than wide and a name is wider than tall.
/// Variants with dense lines or short names come last.
pub(in crate::screen::map) fn map_variants(store: &Store, options: GraphOptions<'_>) -> Vec<MapVariant> {
    let GraphOptions { map_choices: choices, available_size: room, .. } = options;
    let builder = GraphBuilder { store, options };
    let across = |graphs: &[Arc<MapGraph>], spacing| -> Vec<MapVariant> {
        graphs.iter().map(|graph| MapVariant::left_to_right(graph, spacing)).collect()
    };
    if let Some(level) = choices.level {
        let graphs = builder.graphs(level, &[MAX_NAME_CELLS, 26], true);
        let mut all = across(&graphs, RowSpacing::BetweenAll);
        all.extend(graphs.iter().map(MapVariant::top_down));
        return all;
    }
    let boxes = builder.graphs(DetailLevel::Boxes, &NAME_CELLS[..3], true);
    let most = MAX_SCREENS_OF_BOXES * (usize::from(room.0) * usize::from(room.1)).max(1);
    let may_close = choices.focus.is_none() && boxes[0].groups.len() > 1;
    let mut all = Vec::new();
    if !may_close || boxes[0].total_area() <= most {
        all.extend(across(&boxes, RowSpacing::BetweenAll));
    }
    let has_names = !may_close || boxes[0].area_as_short_names() <= most;
    let coarse = may_close.then(|| {
        [DetailLevel::Groups, DetailLevel::Overview].map(|level| MapGraph::build(store, options, level))
    });
    let coarse: Vec<Arc<MapGraph>> = coarse.into_iter().flatten().map(Arc::new).collect();
    let mut narrow = Vec::new();
    if has_names {
        let counted = builder.graphs(DetailLevel::Names, &NAME_CELLS[..2], true);
        let names = builder.graphs(DetailLevel::Names, &NAME_CELLS, false);
        let (whole, short): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|graph| graph.label_width.name_cells >= SHORT_NAME_CELLS);
        all.extend(across(&counted, RowSpacing::BetweenAll));
        all.extend(across(&whole, RowSpacing::BetweenAll));
        let outlines = builder.without_frames().graphs(
            DetailLevel::Names,
            &[MAX_NAME_CELLS, 26, SHORT_NAME_CELLS],
            false,
        );
        all.extend(outlines.first().map(MapVariant::outline));
        all.extend(across(&whole, RowSpacing::BetweenNames));
        all.extend(outlines.iter().skip(1).map(MapVariant::outline));
        all.extend(whole.last().map(MapVariant::top_down));
        all.extend(across(&short, RowSpacing::BetweenAll));
        narrow = across(&whole, RowSpacing::None);
        narrow.extend(across(&short, RowSpacing::None));
    }
    all.extend(across(&coarse, RowSpacing::BetweenAll));
    all.extend(coarse.iter().map(MapVariant::top_down));
    all.extend(narrow);
    all
}

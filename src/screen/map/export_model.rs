//! Model of the map for exports such as SVG: positions of the nodes, and routes and styles of the edges.

use super::graph::{
    build_graph::GraphOptions,
    detail_level::DetailLevel,
    item::{Item, MAX_NAME_CELLS},
    map_choices::MapChoices,
    map_edge::MapEdge,
    map_graph::MapGraph,
};
use crate::{
    layout::{Direction, Options, Point, Rect, layout},
    model::{Health, NodeId},
    screen::{Scene, widget::text},
    topology::{Edge, Node, Strength},
};

/// Whole map with its layout, which does not depend on the screen size. Coordinates are in cells.
pub struct MapExport<'a> {
    /// Nodes of the map.
    pub nodes: Vec<ExportNode<'a>>,
    /// Title and frame of each group; the frame is in cells.
    pub groups: Vec<(String, Rect)>,
    /// Edges of the map that the filters show, with their routes.
    pub edges: Vec<ExportEdge<'a>>,
    /// Width and height of the whole map, in cells.
    pub size: (i32, i32),
    /// Direction from callers to callees: left to right or top down.
    pub direction: Direction,
}

/// Node with its position on the exported map.
pub struct ExportNode<'a> {
    /// Node of the topology.
    pub node: &'a Node,
    /// Box of the node, in cells.
    pub rect: Rect,
    /// Name of the node, shortened to fit into the box.
    pub name: String,
}

/// Edge with the route of its line on the exported map.
pub struct ExportEdge<'a> {
    /// Node that makes the call.
    pub from: &'a Node,
    /// Node that receives the call.
    pub to: &'a Node,
    /// Edge of the topology, with its evidence.
    pub edge: &'a Edge,
    /// Cells at which the line starts, turns and ends. Empty if the node calls itself.
    pub points: Vec<Point>,
    /// Importance of the edge and strength of its evidence, which decide the style of the line.
    pub style: EdgeStyle,
}

/// Style of an edge. In a cell that several lines share, the highest tone and the highest strength apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeStyle {
    /// Importance of the edge.
    pub tone: ExportEdgeTone,
    /// Strength of the edge's evidence.
    pub strength: Strength,
}

/// Importance of an edge on the exported map, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExportEdgeTone {
    /// The call is only possible, or has not been observed for a while.
    Quiet,
    /// The call is declared or observed, and its target is healthy.
    Plain,
    /// The target of the call is degraded or failing.
    ToFault,
}

/// Returns the map of all nodes that the filters show, with a box for each node. The layout equals that of
/// `map_as_text`.
#[must_use]
pub fn export_map(scene: Scene<'_>) -> MapExport<'_> {
    let store = scene.store;
    let options = GraphOptions {
        map_choices: &MapChoices::default(),
        available_size: (0, 0),
        half_cells: false,
        hides_hub_lines: false,
        has_frames: true,
    };
    let graph = MapGraph::build(store, options, DetailLevel::Boxes);
    let diagram = layout(&graph.layout_graph, None, &Options::default());
    let topology = store.world.topology();
    let known = |id: &NodeId| topology.nodes.get(id);
    let spot = |(item, cells): (&Item, &Rect)| {
        let node = known(item.representative()?)?;
        let name = text::cut_middle(&node.name, usize::from(MAX_NAME_CELLS), scene.theme.glyphs.ellipsis);
        Some(ExportNode { node, rect: *cells, name })
    };
    let routes = diagram.routes.into_iter().map(|route| route.points);
    let line = |(calls, points): (&MapEdge, Vec<Point>)| {
        let (from, to) = calls.calls.first()?;
        let edge = topology.edges.get(&(from.clone(), to.clone()))?;
        let (from, to) = known(from).zip(known(to))?;
        let look = edge_style(edge, to, scene);
        store.shows_edge(&from.id, &to.id, edge).then_some(ExportEdge { from, to, edge, points, style: look })
    };
    MapExport {
        nodes: graph.items.iter().zip(&diagram.nodes).filter_map(spot).collect(),
        edges: graph.edges.iter().zip(routes).filter_map(line).collect(),
        groups: graph.groups.into_iter().map(|(_, title)| title).zip(diagram.groups).collect(),
        size: diagram.size,
        direction: diagram.direction,
    }
}

fn edge_style(edge: &Edge, to: &Node, scene: Scene<'_>) -> EdgeStyle {
    let strength = edge.strength();
    let tone = match () {
        () if to.health >= Health::Degraded => ExportEdgeTone::ToFault,
        () if strength == Strength::Possible || edge.is_faded(scene.store.world.now) => ExportEdgeTone::Quiet,
        () => ExportEdgeTone::Plain,
    };
    EdgeStyle { tone, strength }
}

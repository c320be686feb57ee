//! The whole map for what is no terminal: what stands where, and how each line is to look.

use super::{
    item::{Item, LONGEST_NAME},
    level::Level,
    plan::{Calls, Frame, Plan},
    sight::Sight,
};
use crate::{
    layout::{Direction, Options, Point, Rect, layout},
    model::{Health, NodeId},
    topology::{Edge, Node, Strength},
    view::{Scene, widget::text},
};

/// The map as the screen lays it out, in cells.
pub struct Sketch<'a> {
    /// Its nodes.
    pub nodes: Vec<Spot<'a>>,
    /// The frames of its groups, with their titles.
    pub groups: Vec<(String, Rect)>,
    /// Its lines.
    pub lines: Vec<Line<'a>>,
    /// Columns and rows.
    pub size: (i32, i32),
    /// The way the flow runs.
    pub direction: Direction,
}

/// A node with its place.
pub struct Spot<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its box.
    pub cells: Rect,
    /// Its name as the box has room for.
    pub name: String,
}

/// An edge with its way.
pub struct Line<'a> {
    /// The caller.
    pub from: &'a Node,
    /// The called.
    pub to: &'a Node,
    /// Why it is there.
    pub edge: &'a Edge,
    /// The cells at which it starts, turns and ends; none for what calls itself.
    pub points: Vec<Point>,
    /// How it looks.
    pub look: Look,
}

/// How a line looks. Where several run over the same cells, the highest of each part is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Look {
    /// How important it is.
    pub tone: Tone,
    /// How sure it is.
    pub strength: Strength,
}

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Merely possible, or seen long ago.
    Quiet,
    /// As lines are.
    Plain,
    /// It leads to something that is not well.
    ToFault,
}

/// The map of all that the filters let through, in boxes, as `whole` prints it.
#[must_use]
pub fn sketch(scene: Scene<'_>) -> Sketch<'_> {
    let store = scene.store;
    let frame = Frame { sight: &Sight::default(), room: (0, 0), halves: false, stubs: false };
    let plan = Plan::of(store, frame, Level::Boxes);
    let diagram = layout(&plan.graph, None, &Options::default());
    let topology = store.topology();
    let known = |id: &NodeId| topology.nodes.get(id);
    let spot = |(item, cells): (&Item, &Rect)| {
        let node = known(item.face()?)?;
        let name = text::squeeze(&node.name, LONGEST_NAME, scene.theme.glyphs.ellipsis);
        Some(Spot { node, cells: *cells, name })
    };
    let ways = diagram.routes.into_iter().map(|route| route.points);
    let line = |(calls, points): (&Calls, Vec<Point>)| {
        let (from, to) = calls.pairs.first()?;
        let edge = topology.edges.get(&(from.clone(), to.clone()))?;
        let (from, to) = known(from).zip(known(to))?;
        let look = look(edge, to, scene);
        store.shows(&from.id, &to.id, edge).then_some(Line { from, to, edge, points, look })
    };
    Sketch {
        nodes: plan.items.iter().zip(&diagram.nodes).filter_map(spot).collect(),
        lines: plan.calls.iter().zip(ways).filter_map(line).collect(),
        groups: plan.groups.into_iter().map(|(_, title)| title).zip(diagram.groups).collect(),
        size: diagram.size,
        direction: diagram.direction,
    }
}

fn look(edge: &Edge, to: &Node, scene: Scene<'_>) -> Look {
    let strength = edge.strength();
    let tone = match () {
        () if to.health >= Health::Degraded => Tone::ToFault,
        () if strength == Strength::Possible || edge.is_faded(scene.store.now) => Tone::Quiet,
        () => Tone::Plain,
    };
    Look { tone, strength }
}

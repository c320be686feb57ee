//! Groups: each is laid out alone, then the picture of groups with the sizes that came out.
//!
//! A line between groups is drawn in three parts that meet in the cells of the borders: from its caller to a gate in
//! the right border, through the channels of the outer picture to a gate in the left border of the other group, and
//! on to its target. All of them are bundled by target, so the whole way to a target is one tree. A level that asks
//! the same as last time is answered from memory; a change touches one group and the outer picture.
use super::assemble::Assembly;
use super::diagram::{Diagram, Seed};
use super::graph::{Direction, Edge, Graph, Key, Node, Options, RankHint};
use super::level::{Item, Level, Role};
use super::past::{Memo, Past};
use super::plan;
use super::sheet::{Sheet, Spot};
use super::vacant;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Cells that a title needs beside its own: two corners and two of border.
const TITLE_MARGIN: i32 = 4;

/// Lays out a graph; see [`super::layout`].
pub fn layout(graph: &Graph, seed: Option<&Seed>, options: &Options) -> Diagram {
    let seed = seed.filter(|s| s.options.is_some_and(|o| o.direction == options.direction));
    let whole = seed.map(|s| vacant::with_absent(graph, &s.whole));
    let sorted = Sorted::new(whole.as_ref().unwrap_or(graph), options);
    let mut diagram = draw_all(&sorted, seed);
    diagram.nodes.truncate(graph.nodes.len());
    diagram.groups.truncate(graph.groups.len());
    diagram.routes.truncate(graph.edges.len());
    diagram.seed.whole = Arc::new(sorted.whole());
    diagram
}

/// A fresh picture with groups is drawn a second time, with the gates of each group in the order of what lies beyond
/// them, and the better one is taken; later pictures keep the order of the gates.
fn draw_all(sorted: &Sorted<'_>, seed: Option<&Seed>) -> Diagram {
    let mut inner: Vec<Sheet> = (0..sorted.groups.len()).map(|g| sorted.inner(g)).collect();
    for (sheet, &group) in inner.iter_mut().zip(&sorted.groups) {
        if let Some(past) = seed.and_then(|s| s.groups.get(&sorted.graph.groups[group].key)) {
            sheet.keep_gates(past);
        }
    }
    let first = compose(sorted, inner, seed);
    if seed.is_some() || !first.has_gates() {
        return first.diagram(seed);
    }
    let second = compose(sorted, first.settled(), None).diagram(None);
    let first = first.diagram(None);
    let merit = |d: &Diagram| (d.quality.crossings, d.quality.length);
    if merit(&second) < merit(&first) { second } else { first }
}

/// Draws all levels.
fn compose<'a>(sorted: &'a Sorted<'a>, inner: Vec<Sheet>, seed: Option<&Seed>) -> Assembly<'a> {
    let past = |group: usize| seed.and_then(|s| s.groups.get(&sorted.graph.groups[group].key));
    let drawn: Vec<Arc<Memo>> =
        inner.iter().zip(&sorted.groups).map(|(sheet, &group)| draw(&sheet.level, past(group))).collect();
    let outer = sorted.outer(&inner, &drawn);
    let top = draw(&outer.level, seed.map(|s| &s.top));
    Assembly { sorted, inner, drawn, outer, top }
}

/// The answer from memory if the question was asked of late, else a new one, close to the last.
fn draw(level: &Level, past: Option<&Past>) -> Arc<Memo> {
    if let Some(memo) = past.and_then(|p| p.answer(level)) {
        return Arc::clone(memo);
    }
    let plan = plan::plan(level, past.and_then(Past::newest).map(|memo| &memo.plan.memory));
    Arc::new(Memo { level: level.clone(), plan })
}

/// The graph with everything sorted by key.
pub struct Sorted<'a> {
    pub graph: &'a Graph,
    pub options: &'a Options,
    /// Indices into the graph.
    pub nodes: Vec<usize>,
    pub groups: Vec<usize>,
    /// The group of each sorted node, as a place in `groups`.
    pub home: Vec<Option<usize>>,
    /// The distinct pairs of sorted nodes that are joined.
    pub pairs: BTreeSet<(usize, usize)>,
    /// The place of each node of the graph in `nodes`.
    pub place: Vec<usize>,
}

impl<'a> Sorted<'a> {
    fn new(graph: &'a Graph, options: &'a Options) -> Self {
        let mut nodes: Vec<usize> = (0..graph.nodes.len()).collect();
        nodes.sort_by(|&a, &b| graph.nodes[a].key.cmp(&graph.nodes[b].key));
        let mut groups: Vec<usize> = (0..graph.groups.len()).collect();
        groups.sort_by(|&a, &b| graph.groups[a].key.cmp(&graph.groups[b].key));
        let mut group_place = vec![0; groups.len()];
        groups.iter().enumerate().for_each(|(place, &group)| group_place[group] = place);
        let mut place = vec![0; nodes.len()];
        nodes.iter().enumerate().for_each(|(at, &node)| place[node] = at);
        let home = nodes
            .iter()
            .map(|&n| graph.nodes[n].group.filter(|&g| g < groups.len()).map(|g| group_place[g]))
            .collect();
        let count = nodes.len();
        let drawable = graph.edges.iter().filter(|e| e.from < count && e.to < count && e.from != e.to);
        let pairs = drawable.map(|e| (place[e.from], place[e.to])).collect();
        Self { graph, options, nodes, groups, home, pairs, place }
    }

    /// The graph, in this order.
    fn whole(&self) -> Graph {
        let node =
            |(&node, &group): (&usize, &Option<usize>)| Node { group, ..self.graph.nodes[node].clone() };
        Graph {
            nodes: self.nodes.iter().zip(&self.home).map(node).collect(),
            edges: self.pairs.iter().map(|&(from, to)| Edge { from, to }).collect(),
            groups: self.groups.iter().map(|&group| self.graph.groups[group].clone()).collect(),
        }
    }

    /// Width and height as the engine sees them: its flow always runs left to right.
    pub fn turn(&self, width: i32, height: i32) -> (i32, i32) {
        match self.options.direction {
            Direction::LeftToRight => (width, height),
            Direction::TopDown => (height, width),
        }
    }

    /// Notes in a question how its level is to be drawn.
    fn style(&self, level: &mut Level) {
        let Options { direction, gap_rows, gap_columns, airy } = *self.options;
        level.down = direction == Direction::TopDown;
        level.gap = i32::from(if level.down { gap_columns } else { gap_rows });
        level.airy = airy;
    }

    fn key(&self, node: usize) -> &Key {
        &self.graph.nodes[self.nodes[node]].key
    }

    fn node_item(&self, node: usize) -> Item {
        let node = &self.graph.nodes[self.nodes[node]];
        let (width, height) = self.turn(i32::from(node.width.max(1)), i32::from(node.height.max(1)));
        Item { key: node.key.clone(), width, height, hint: node.hint, role: Role::Box, order: None }
    }

    /// The row of a node at which its lines arrive and leave.
    pub fn port(&self, node: usize) -> i32 {
        (self.node_item(node).height - 1) / 2
    }

    fn gate(&self, node: usize, role: Role) -> Item {
        let prefix = if role == Role::Entry { "\u{1}in " } else { "\u{1}out " };
        let key = Key::from(format!("{prefix}{}", self.key(node)));
        Item { key, width: 1, height: 1, hint: RankHint::Free, role, order: None }
    }

    /// The question for the inside of a group.
    pub fn inner(&self, group: usize) -> Sheet {
        let inside = |node: usize| self.home[node] == Some(group);
        let mut spots: BTreeSet<Spot> =
            (0..self.nodes.len()).filter(|&n| inside(n)).map(Spot::Node).collect();
        for &(from, to) in &self.pairs {
            match (inside(from), inside(to)) {
                (true, false) => spots.insert(Spot::Exit(to)),
                (false, true) => spots.insert(Spot::Entry(to)),
                _ => false,
            };
        }
        let item = |spot: Spot| match spot {
            Spot::Entry(node) => self.gate(node, Role::Entry),
            Spot::Exit(node) => self.gate(node, Role::Exit),
            Spot::Node(node) | Spot::Group(node) => self.node_item(node),
        };
        let mut sheet = Sheet::new(spots.into_iter().map(|s| (s, item(s))));
        let title = i32::from(self.graph.groups[self.groups[group]].title_width);
        sheet.level.least = self.turn(title + TITLE_MARGIN, 2);
        sheet.level.bordered = true;
        self.style(&mut sheet.level);
        for &(from, to) in &self.pairs {
            let (caller, row) =
                if inside(from) { (Spot::Node(from), self.port(from)) } else { (Spot::Entry(to), 0) };
            let (called, at) = if inside(to) { (Spot::Node(to), self.port(to)) } else { (Spot::Exit(to), 0) };
            if inside(from) || inside(to) {
                sheet.call((caller, row), (called, at), to, self.key(to));
            }
        }
        sheet.close()
    }

    /// The question for the outermost picture, given the groups as they came out.
    fn outer(&self, inner: &[Sheet], drawn: &[Arc<Memo>]) -> Sheet {
        let without = (0..self.nodes.len()).filter(|&n| self.home[n].is_none());
        let nodes = without.map(|n| (Spot::Node(n), self.node_item(n)));
        let groups = drawn.iter().enumerate().map(|(group, memo)| {
            let key = Key::from(format!("\u{1}group {}", self.graph.groups[self.groups[group]].key));
            let (width, height) = memo.plan.size;
            (
                Spot::Group(group),
                Item { key, width, height, hint: RankHint::Free, role: Role::Box, order: None },
            )
        });
        let mut sheet = Sheet::new(nodes.chain(groups));
        self.style(&mut sheet.level);
        sheet.level.gap = sheet.level.gap.max(i32::from(!drawn.is_empty()));
        let end = |node: usize, gate: Spot| match self.home[node] {
            None => (Spot::Node(node), self.port(node)),
            Some(group) => {
                let item = inner[group].item.get(&gate).copied();
                (Spot::Group(group), item.map_or(0, |i| drawn[group].plan.at[i].y))
            }
        };
        for &(from, to) in &self.pairs {
            if self.home[from].is_none() || self.home[from] != self.home[to] {
                sheet.call(end(from, Spot::Exit(to)), end(to, Spot::Entry(to)), to, self.key(to));
            }
        }
        sheet.close()
    }
}

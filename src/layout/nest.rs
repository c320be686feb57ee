//! Groups: each is laid out alone, then the picture of groups with the sizes that came out.
//!
//! A line between groups is drawn in three parts that meet in the cells of the borders: from its caller to a gate in
//! the right border, through the channels of the outer picture to a gate in the left border of the other group, and
//! on to its target. All of them are bundled by target, so the whole way to a target is one tree. A level that asks
//! the same as last time is answered from memory; a change touches one group and the outer picture.
use super::diagram::{Diagram, Memo, Point, Quality, Rect, Route, Seed};
use super::graph::{Direction, Graph, Key, Options, RankHint};
use super::level::{Item, Level, Link, Role, Target};
use super::plan::{self, Plan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Cells that a title needs beside its own: two corners and two of border.
const TITLE_MARGIN: i32 = 4;

/// Lays out a graph; see [`super::layout`].
pub fn layout(graph: &Graph, seed: Option<&Seed>, options: &Options) -> Diagram {
    let seed = seed.filter(|s| s.options.is_some_and(|o| o.direction == options.direction));
    let sorted = Sorted::new(graph, options);
    let inner: Vec<Sheet> = (0..sorted.groups.len()).map(|g| sorted.inner(g)).collect();
    let mut drawn = Vec::with_capacity(inner.len());
    for (sheet, key) in inner.iter().zip(&sorted.groups) {
        let memo = seed.and_then(|s| s.groups.get(&graph.groups[*key].key));
        drawn.push(draw(&sheet.level, memo));
    }
    let outer = sorted.outer(&inner, &drawn);
    let top = draw(&outer.level, seed.and_then(|s| s.top.as_ref()));
    Assembly { sorted: &sorted, inner: &inner, drawn, outer: &outer, top }.diagram()
}

/// The answer from memory if the question is the same, else a new one, close to the old.
fn draw(level: &Level, memo: Option<&Arc<Memo>>) -> Arc<Memo> {
    match memo {
        Some(memo) if memo.level == *level => Arc::clone(memo),
        _ => {
            let plan = plan::plan(level, memo.map(|m| &m.plan.memory));
            Arc::new(Memo { level: level.clone(), plan })
        }
    }
}

/// Something that has a place in a level; nodes and groups by their place in the sorted order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Node(usize),
    Group(usize),
    /// The gate through which this node is called from outside.
    Entry(usize),
    /// The gate through which this outer node is called.
    Exit(usize),
}

/// The graph with everything sorted by key.
struct Sorted<'a> {
    graph: &'a Graph,
    options: &'a Options,
    /// Indices into the graph.
    nodes: Vec<usize>,
    groups: Vec<usize>,
    /// The group of each sorted node, as a place in `groups`.
    home: Vec<Option<usize>>,
    /// The distinct pairs of sorted nodes that are joined.
    pairs: BTreeSet<(usize, usize)>,
    /// The place of each node of the graph in `nodes`.
    place: Vec<usize>,
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

    /// Width and height as the engine sees them: its flow always runs left to right.
    fn turn(&self, width: i32, height: i32) -> (i32, i32) {
        match self.options.direction {
            Direction::LeftToRight => (width, height),
            Direction::TopDown => (height, width),
        }
    }

    fn gap(&self) -> i32 {
        i32::from(match self.options.direction {
            Direction::LeftToRight => self.options.gap_rows,
            Direction::TopDown => self.options.gap_columns,
        })
    }

    fn key(&self, node: usize) -> &Key {
        &self.graph.nodes[self.nodes[node]].key
    }

    fn node_item(&self, node: usize) -> Item {
        let node = &self.graph.nodes[self.nodes[node]];
        let (width, height) = self.turn(i32::from(node.width.max(1)), i32::from(node.height.max(1)));
        Item { key: node.key.clone(), width, height, hint: node.hint, role: Role::Box }
    }

    /// The row of a node at which its lines arrive and leave.
    fn port(&self, node: usize) -> i32 {
        (self.node_item(node).height - 1) / 2
    }

    fn gate(&self, node: usize, role: Role) -> Item {
        let prefix = if role == Role::Entry { "\u{1}in " } else { "\u{1}out " };
        let key = Key::from(format!("{prefix}{}", self.key(node)));
        Item { key, width: 1, height: 1, hint: RankHint::Free, role }
    }

    /// The question for the inside of a group.
    fn inner(&self, group: usize) -> Sheet {
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
        sheet.level.gap = self.gap();
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
        let loose = (0..self.nodes.len()).filter(|&n| self.home[n].is_none());
        let nodes = loose.map(|n| (Spot::Node(n), self.node_item(n)));
        let groups = drawn.iter().enumerate().map(|(group, memo)| {
            let key = Key::from(format!("\u{1}group {}", self.graph.groups[self.groups[group]].key));
            let (width, height) = memo.plan.size;
            (Spot::Group(group), Item { key, width, height, hint: RankHint::Free, role: Role::Box })
        });
        let mut sheet = Sheet::new(nodes.chain(groups));
        sheet.level.gap = if drawn.is_empty() { self.gap() } else { self.gap().max(1) };
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

/// A level under construction, with the names of what is in it.
struct Sheet {
    level: Level,
    item: BTreeMap<Spot, usize>,
    /// Targets by the node that is called in the end.
    target: BTreeMap<usize, usize>,
}

impl Sheet {
    fn new(items: impl Iterator<Item = (Spot, Item)>) -> Self {
        let (spots, items): (Vec<Spot>, Vec<Item>) = items.unzip();
        let item = spots.into_iter().enumerate().map(|(index, spot)| (spot, index)).collect();
        Self { level: Level { items, ..Level::default() }, item, target: BTreeMap::new() }
    }

    /// Notes a call from a row of one spot to a row of another, on the way to `node`.
    fn call(&mut self, (from, row): (Spot, i32), (to, at): (Spot, i32), node: usize, key: &Key) {
        let (Some(&from), Some(&item)) = (self.item.get(&from), self.item.get(&to)) else { return };
        let targets = &mut self.level.targets;
        let target = *self.target.entry(node).or_insert_with(|| {
            targets.push(Target { key: key.clone(), item, row: at });
            targets.len() - 1
        });
        self.level.links.push(Link { target, from, row });
    }

    fn close(mut self) -> Self {
        self.level.links.sort_unstable();
        self.level.links.dedup();
        self
    }

    /// The way from a spot towards a node, in the cells of this level.
    fn path<'p>(&self, plan: &'p Plan, from: Spot, node: usize) -> &'p [Point] {
        let (Some(&from), Some(&target)) = (self.item.get(&from), self.target.get(&node)) else { return &[] };
        let link = self.level.links.partition_point(|l| (l.target, l.from) < (target, from));
        plan.paths.get(link).map_or(&[], Vec::as_slice)
    }

    fn rect(&self, plan: &Plan, spot: Spot) -> Rect {
        let Some(&item) = self.item.get(&spot) else { return Rect::default() };
        let (at, size) = (plan.at[item], &self.level.items[item]);
        Rect { x: at.x, y: at.y, width: size.width, height: size.height }
    }
}

/// All levels, ready to be put together.
struct Assembly<'a> {
    sorted: &'a Sorted<'a>,
    inner: &'a [Sheet],
    drawn: Vec<Arc<Memo>>,
    outer: &'a Sheet,
    top: Arc<Memo>,
}

impl Assembly<'_> {
    fn diagram(self) -> Diagram {
        let graph = self.sorted.graph;
        let mut diagram = Diagram {
            nodes: vec![Rect::default(); graph.nodes.len()],
            groups: vec![Rect::default(); graph.groups.len()],
            routes: Vec::with_capacity(graph.edges.len()),
            size: self.sorted.turn(self.top.plan.size.0, self.top.plan.size.1),
            direction: self.sorted.options.direction,
            ..Diagram::default()
        };
        for (place, &group) in self.sorted.groups.iter().enumerate() {
            diagram.groups[group] = self.turned(self.frame(place));
        }
        for (place, &node) in self.sorted.nodes.iter().enumerate() {
            diagram.nodes[node] = self.turned(self.node(place));
        }
        let ways: BTreeMap<(usize, usize), Route> =
            self.sorted.pairs.iter().map(|&(from, to)| ((from, to), self.way(from, to))).collect();
        let place = |node: usize| self.sorted.place.get(node).copied();
        let way = |from, to| Some(ways.get(&(place(from)?, place(to)?))?.clone());
        diagram.routes.extend(graph.edges.iter().map(|e| way(e.from, e.to).unwrap_or_default()));
        diagram.quality = self.quality(ways.values());
        diagram.seed = self.seed();
        diagram
    }

    fn frame(&self, group: usize) -> Rect {
        self.outer.rect(&self.top.plan, Spot::Group(group))
    }

    fn node(&self, node: usize) -> Rect {
        let Some(group) = self.sorted.home[node] else {
            return self.outer.rect(&self.top.plan, Spot::Node(node));
        };
        let (frame, inside) =
            (self.frame(group), self.inner[group].rect(&self.drawn[group].plan, Spot::Node(node)));
        Rect { x: frame.x + inside.x, y: frame.y + inside.y, ..inside }
    }

    /// The whole way of a pair: inside its group, outside, and inside the other group.
    fn way(&self, from: usize, to: usize) -> Route {
        let (here, there) = (self.sorted.home[from], self.sorted.home[to]);
        let mut points = Vec::new();
        let mut inside = |group: usize, spot: Spot| {
            let frame = self.frame(group);
            let path = self.inner[group].path(&self.drawn[group].plan, spot, to);
            points.extend(path.iter().map(|p| Point { x: p.x + frame.x, y: p.y + frame.y }));
        };
        if let Some(group) = here {
            inside(group, Spot::Node(from));
        }
        if here != there || here.is_none() {
            let spot = here.map_or(Spot::Node(from), Spot::Group);
            let middle = self.outer.path(&self.top.plan, spot, to);
            let at = points.len();
            if let Some(group) = there {
                let frame = self.frame(group);
                let path = self.inner[group].path(&self.drawn[group].plan, Spot::Entry(to), to);
                points.extend(path.iter().map(|p| Point { x: p.x + frame.x, y: p.y + frame.y }));
            }
            points.splice(at..at, middle.iter().copied());
        }
        let mut route = Route { points: straighten(&points) };
        if self.sorted.options.direction == Direction::TopDown {
            route.points.iter_mut().for_each(|p| *p = Point { x: p.y, y: p.x });
        }
        route
    }

    fn turned(&self, rect: Rect) -> Rect {
        match self.sorted.options.direction {
            Direction::LeftToRight => rect,
            Direction::TopDown => Rect { x: rect.y, y: rect.x, width: rect.height, height: rect.width },
        }
    }

    fn quality<'r>(&self, routes: impl Iterator<Item = &'r Route>) -> Quality {
        let levels = self.drawn.iter().chain([&self.top]).map(|memo| memo.plan.quality);
        let mut total = levels.fold(Quality::default(), |sum, level| Quality {
            crossings: sum.crossings + level.crossings,
            against: sum.against + level.against,
            doglegs: sum.doglegs + level.doglegs,
            ..sum
        });
        for route in routes {
            total.bends += route.points.len().saturating_sub(2);
            let steps = route.points.windows(2).map(|w| w[0].x.abs_diff(w[1].x) + w[0].y.abs_diff(w[1].y));
            total.length += steps.map(|s| s as usize).sum::<usize>();
        }
        total
    }

    fn seed(self) -> Seed {
        let key = |place: usize| self.sorted.graph.groups[self.sorted.groups[place]].key.clone();
        Seed {
            options: Some(*self.sorted.options),
            groups: self
                .drawn
                .iter()
                .enumerate()
                .map(|(place, memo)| (key(place), Arc::clone(memo)))
                .collect(),
            top: Some(self.top),
        }
    }
}

/// Only the points at which the way turns, beside its ends.
fn straighten(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for &point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept.as_slice() {
            if (a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y) {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

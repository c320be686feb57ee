//! Levels put together: boxes moved into their groups, the parts of each line joined, top-down pictures turned.
use super::diagram::{Diagram, Point, Quality, Rect, Route, Seed};
use super::graph::{Direction, Key};
use super::level::Role;
use super::nest::Sorted;
use super::past::{Memo, Past};
use super::sheet::{Sheet, Spot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All levels, ready to be put together.
pub struct Assembly<'a> {
    pub sorted: &'a Sorted<'a>,
    pub inner: Vec<Sheet>,
    pub drawn: Vec<Arc<Memo>>,
    pub outer: Sheet,
    pub top: Arc<Memo>,
}

impl Assembly<'_> {
    /// Whether any group is called from outside or calls outside.
    pub fn has_gates(&self) -> bool {
        self.inner.iter().flat_map(|sheet| &sheet.level.items).any(|item| item.role != Role::Box)
    }

    /// The questions for the groups, with their gates in the order of what lies beyond them in this picture.
    pub fn settled(&self) -> Vec<Sheet> {
        let rows: Vec<i32> =
            (0..self.sorted.nodes.len()).map(|n| self.node(n).y + self.sorted.port(n)).collect();
        let mut callers = vec![(0, 0); rows.len()];
        for &(from, to) in &self.sorted.pairs {
            if self.sorted.home[from] != self.sorted.home[to] {
                callers[to] = (callers[to].0 + rows[from], callers[to].1 + 1);
            }
        }
        let beyond = |gate: Spot| match gate {
            Spot::Exit(node) => Some(rows[node]),
            Spot::Entry(node) => i32::checked_div(callers[node].0, callers[node].1),
            Spot::Node(_) | Spot::Group(_) => None,
        };
        let settle = |group: usize| {
            let mut sheet = self.sorted.inner(group);
            let wish = |&spot: &Spot| beyond(spot).map(|row| (row, spot));
            let mut gates: Vec<(i32, Spot)> = sheet.item.keys().filter_map(wish).collect();
            gates.sort_unstable();
            for (order, (_, spot)) in gates.into_iter().enumerate() {
                sheet.level.items[sheet.item[&spot]].order = Some(order);
            }
            sheet
        };
        (0..self.inner.len()).map(settle).collect()
    }

    /// Everything in the cells of one picture.
    pub fn diagram(self, before: Option<&Seed>) -> Diagram {
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
        diagram.quality.area = usize::try_from(diagram.size.0 * diagram.size.1).unwrap_or(usize::MAX);
        diagram.seed = self.seed(before);
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
        let mut points = here.map(|group| self.inside(group, Spot::Node(from), to)).unwrap_or_default();
        if here.is_none() || here != there {
            let spot = here.map_or(Spot::Node(from), Spot::Group);
            points.extend(self.outer.path(&self.top.plan, spot, to));
            points.extend(there.map(|group| self.inside(group, Spot::Entry(to), to)).unwrap_or_default());
        }
        let mut route = Route { points: straighten(&points) };
        if self.sorted.options.direction == Direction::TopDown {
            route.points.iter_mut().for_each(|p| *p = Point { x: p.y, y: p.x });
        }
        route
    }

    /// The way towards a node within a group, in the cells of the diagram.
    fn inside(&self, group: usize, from: Spot, to: usize) -> Vec<Point> {
        let frame = self.frame(group);
        let path = self.inner[group].path(&self.drawn[group].plan, from, to);
        path.iter().map(|p| Point { x: p.x + frame.x, y: p.y + frame.y }).collect()
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

    /// What to remember.
    fn seed(self, before: Option<&Seed>) -> Seed {
        let key = |place: usize| &self.sorted.graph.groups[self.sorted.groups[place]].key;
        let past = |key: &Key| before.and_then(|b| b.groups.get(key));
        let drawn = self.drawn.iter().enumerate().map(|(place, memo)| {
            let key = key(place);
            (key.clone(), Past::with(past(key), memo))
        });
        let groups: BTreeMap<Key, Past> = drawn.collect();
        let top = Past::with(before.map(|b| &b.top), &self.top);
        Seed { options: Some(*self.sorted.options), groups, top, ..Seed::default() }
    }
}

/// Only the points at which the way turns, beside its ends.
fn straighten(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for &point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept.as_slice()
            && ((a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y))
        {
            kept.pop();
        }
        kept.push(point);
    }
    kept
}

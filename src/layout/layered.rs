//! The proper layered graph (Sugiyama, Tagawa and Toda, 1981): every line is cut where it passes a layer.
//!
//! A target's callers share one lane of dummies through the layers, so a lane is known by (target, layer) and stays
//! the same when callers come and go. An edge against the flow leaves its caller on the right like any other, turns
//! round, runs back through a lane of its own and enters its target from the left: "out on the right, in on the
//! left" holds for every box. Between layer `g - 1` and layer `g` lies gap `g`; there each target has at most one net.
use super::level::{Level, Link};
use std::ops::Range;

/// A place in a layer: an item or a dummy of a lane.
#[derive(Clone, Debug)]
pub struct Vertex {
    pub layer: usize,
    pub height: i32,
    pub role: Occupant,
}

/// Who stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupant {
    Item(usize),
    Lane { target: usize, back: bool },
}

/// Where a line meets a gap: a row of a vertex in the layer on the left or right of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    pub vertex: usize,
    pub row: i32,
    /// The vertex lies in the layer to the right of the gap.
    pub right: bool,
}

/// What flows to one target through one gap: several pins in, one pin out.
#[derive(Clone, Debug)]
pub struct Net {
    pub gap: usize,
    pub ins: Vec<Pin>,
    pub out: Pin,
}

/// A pin of a net, as `(net, index into its ins)`.
pub type Hop = (usize, usize);

/// Layers of vertices, and nets between them.
#[derive(Clone, Debug)]
pub struct Layered {
    pub vertices: Vec<Vertex>,
    /// The vertices of each layer; the order is what the ordering phase decides.
    pub layers: Vec<Vec<usize>>,
    /// Layers of gates whose order is settled from outside.
    pub settled: Vec<bool>,
    /// Sorted by target, then gap.
    pub nets: Vec<Net>,
    /// For each link of the level, the pins it passes, in the order of the flow.
    pub hops: Vec<Vec<Hop>>,
    /// Links that run against the flow.
    pub against: usize,
}

impl Layered {
    /// Cuts the links of a level whose linked items have these layers (`None`: not part of the layered picture).
    pub fn new(level: &Level, layer_of: &[Option<usize>], layers: usize) -> Self {
        let mut built = Self::with_items(level, layer_of, layers);
        let vertex_of = built.items_by_level(level.items.len());
        let mut first = 0;
        while first < level.links.len() {
            let target = level.links[first].target;
            let size = level.links[first..].iter().take_while(|l| l.target == target).count();
            built.add_tree(level, &vertex_of, first..first + size);
            first += size;
        }
        for (index, vertex) in built.vertices.iter().enumerate() {
            built.layers[vertex.layer].push(index);
        }
        built.settle_gates(level);
        built
    }

    /// Whether a vertex is no item but a stretch of a line.
    pub fn is_lane(&self, vertex: usize) -> bool {
        matches!(self.vertices[vertex].role, Occupant::Lane { .. })
    }

    /// Sorts the layers of gates that have an order.
    fn settle_gates(&mut self, level: &Level) {
        for (layer, settled) in self.layers.iter_mut().zip(&mut self.settled) {
            let order = |vertex: usize| match self.vertices[vertex].role {
                Occupant::Item(item) => level.items[item].order,
                Occupant::Lane { .. } => None,
            };
            if !layer.is_empty() && layer.iter().all(|&v| order(v).is_some()) {
                layer.sort_by_key(|&v| order(v));
                *settled = true;
            }
        }
    }

    fn with_items(level: &Level, layer_of: &[Option<usize>], layers: usize) -> Self {
        let placed = layer_of.iter().enumerate().filter_map(|(item, &layer)| layer.map(|l| (item, l)));
        let vertices: Vec<Vertex> = placed
            .map(|(item, layer)| Vertex {
                layer,
                height: level.items[item].height,
                role: Occupant::Item(item),
            })
            .collect();
        Self {
            vertices,
            layers: vec![Vec::new(); layers],
            settled: vec![false; layers],
            nets: Vec::new(),
            hops: vec![Vec::new(); level.links.len()],
            against: 0,
        }
    }

    fn items_by_level(&self, count: usize) -> Vec<usize> {
        let mut vertex_of = vec![usize::MAX; count];
        for (index, vertex) in self.vertices.iter().enumerate() {
            if let Occupant::Item(item) = vertex.role {
                vertex_of[item] = index;
            }
        }
        vertex_of
    }

    /// Adds the lanes and nets of the links to one target.
    fn add_tree(&mut self, level: &Level, vertex_of: &[usize], links: Range<usize>) {
        let target = level.links[links.start].target;
        let goal = &level.targets[target];
        let out = Pin { vertex: vertex_of[goal.item], row: goal.row, right: true };
        let home = self.vertices[out.vertex].layer;
        let layer_of_link =
            |built: &Self, link: usize| built.vertices[vertex_of[level.links[link].from]].layer;
        let (mut low, mut high) = (home, None);
        for link in links.clone() {
            let layer = layer_of_link(self, link);
            if layer < home {
                low = low.min(layer + 1);
            } else {
                high = high.max(Some(layer));
                self.against += 1;
            }
        }
        let tree = Tree { first_lane: self.vertices.len(), first_net: self.nets.len(), low, home, high };
        self.add_lanes(target, &tree);
        self.add_nets(&tree, out);
        for link in links {
            let Link { from, row, .. } = level.links[link];
            let pin = Pin { vertex: vertex_of[from], row, right: false };
            let gap = layer_of_link(self, link) + 1;
            self.attach(&tree, link, pin, gap);
        }
    }

    fn add_lanes(&mut self, target: usize, tree: &Tree) {
        for layer in tree.lanes() {
            let role = Occupant::Lane { target, back: layer >= tree.home };
            self.vertices.push(Vertex { layer, height: 1, role });
        }
    }

    /// The nets of a tree with the pins of its lanes; those of the callers follow.
    fn add_nets(&mut self, tree: &Tree, goal: Pin) {
        for gap in tree.gaps() {
            let pin =
                |layer: usize, right: bool| tree.lane(layer).map(|vertex| Pin { vertex, row: 0, right });
            let (before, at) = (gap.checked_sub(1).and_then(|l| pin(l, false)), pin(gap, true));
            let forward = gap <= tree.home;
            let (out, ins) = match (forward, gap == tree.home) {
                (true, true) => (Some(goal), vec![before, at]),
                (true, false) => (at, vec![before]),
                (false, _) => (before, vec![at]),
            };
            self.nets.push(Net { gap, ins: ins.into_iter().flatten().collect(), out: out.unwrap_or(goal) });
        }
    }

    /// Lets a caller's pin in, and notes the way of its link through the tree.
    fn attach(&mut self, tree: &Tree, link: usize, pin: Pin, gap: usize) {
        let mut net = tree.first_net + gap - tree.low;
        self.nets[net].ins.push(pin);
        self.hops[link].push((net, self.nets[net].ins.len() - 1));
        let goal = tree.first_net + tree.home - tree.low;
        while net != goal {
            let lane = self.nets[net].out.vertex;
            net = if net < goal { net + 1 } else { net - 1 };
            let entry = self.nets[net].ins.iter().position(|p| p.vertex == lane).unwrap_or(0);
            self.hops[link].push((net, entry));
        }
    }
}

/// The extent of one target's lanes and nets.
struct Tree {
    first_lane: usize,
    first_net: usize,
    /// The first gap with a net, which is also the layer of the first lane.
    low: usize,
    /// The layer of the target.
    home: usize,
    /// The last layer from which it is called against the flow.
    high: Option<usize>,
}

impl Tree {
    fn lanes(&self) -> Range<usize> {
        self.low..self.high.map_or(self.home, |h| h + 1)
    }

    fn gaps(&self) -> Range<usize> {
        self.low..self.high.map_or(self.home, |h| h + 1) + 1
    }

    fn lane(&self, layer: usize) -> Option<usize> {
        self.lanes().contains(&layer).then(|| self.first_lane + layer - self.low)
    }
}

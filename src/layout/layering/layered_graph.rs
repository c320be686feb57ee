//! Proper layered graph (Sugiyama, Tagawa and Toda, 1981): dummy vertices divide every edge into pieces
//! between neighbouring layers.
//!
//! All callers of a target share one chain of dummy vertices through the layers. So the target and the layer
//! identify a dummy vertex, even in the next layout, in which the target may have other callers. An edge
//! against the flow leaves its caller on the right like any other edge. It then makes a U-turn, runs back
//! through its own dummy vertices, and enters its target from the left. So for every box, edges leave on the
//! right and arrive on the left.
//!
//! Gap `g` lies between layer `g - 1` and layer `g`. A net consists of the pieces of all lines to one target
//! in one gap and one direction.
use crate::layout::subgraph::{Link, Subgraph};
use std::ops::Range;

/// A vertex in a layer: a node of the subgraph, or a dummy vertex of an edge.
#[derive(Clone, Debug)]
pub struct Vertex {
    pub layer: usize,
    /// Height in rows; 1 for a dummy vertex.
    pub height: i32,
    pub kind: VertexKind,
}

/// The kind of a [`Vertex`]: a node of the subgraph, or a dummy vertex on a long line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VertexKind {
    /// A node of the subgraph, given by its index.
    Node(usize),
    /// A dummy vertex of the lines to a target. `backward` is true for lines against the flow.
    Dummy { target: usize, backward: bool },
}

/// A point at which a line enters or leaves a gap: a row of a vertex in the layer to the left or right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    pub vertex: usize,
    /// Row within the vertex, counted from its top.
    pub row: i32,
    /// True if the vertex lies in the layer to the right of the gap.
    pub right: bool,
}

/// A net: the lines to one target in one direction within one gap. It has several input pins and one output
/// pin.
#[derive(Clone, Debug)]
pub struct Net {
    /// Number of the gap in which the net lies.
    pub gap: usize,
    pub inputs: Vec<Pin>,
    pub output: Pin,
}

/// A net that a link passes through, and the input pin at which the link enters it:
/// `(net, index of the pin)`.
pub type Hop = (usize, usize);

/// The vertices in their layers, and the nets between the layers. A net consists of the lines to one target
/// in one gap.
#[derive(Clone, Debug)]
pub struct LayeredGraph {
    pub vertices: Vec<Vertex>,
    /// Vertices of each layer. After the ordering stage they are sorted from top to bottom.
    pub layers: Vec<Vec<usize>>,
    /// For each layer, true if it consists of ports whose order the ordering stage must not change.
    pub fixed: Vec<bool>,
    /// Nets, sorted by target, then by gap.
    pub nets: Vec<Net>,
    /// For each link of the subgraph, the nets that it passes through, in the direction of the call.
    pub hops: Vec<Vec<Hop>>,
    /// Number of links that run against the flow.
    pub back_links: usize,
}

impl LayeredGraph {
    /// Builds the layered graph of `subgraph`. `layer_of` holds the layer of each node; `None` for an
    /// isolated node.
    pub fn new(subgraph: &Subgraph, layer_of: &[Option<usize>], layers: usize) -> Self {
        let mut built = Self::with_nodes(subgraph, layer_of, layers);
        let vertex_of = built.vertex_by_node(subgraph.nodes.len());
        let mut first = 0;
        while first < subgraph.links.len() {
            let target = subgraph.links[first].target;
            let size = subgraph.links[first..].iter().take_while(|l| l.target == target).count();
            built.add_trees(subgraph, &vertex_of, first..first + size);
            first += size;
        }
        for (index, vertex) in built.vertices.iter().enumerate() {
            built.layers[vertex.layer].push(index);
        }
        built.fix_port_layers(subgraph);
        built
    }

    /// Returns true if `vertex` is a dummy vertex.
    pub fn is_dummy(&self, vertex: usize) -> bool {
        matches!(self.vertices[vertex].kind, VertexKind::Dummy { .. })
    }

    /// Sorts each layer that consists of ports with a given order, and marks the layer as fixed.
    fn fix_port_layers(&mut self, subgraph: &Subgraph) {
        for (layer, settled) in self.layers.iter_mut().zip(&mut self.fixed) {
            let order = |vertex: usize| match self.vertices[vertex].kind {
                VertexKind::Node(item) => subgraph.nodes[item].port_order,
                VertexKind::Dummy { .. } => None,
            };
            if !layer.is_empty() && layer.iter().all(|&v| order(v).is_some()) {
                layer.sort_by_key(|&v| order(v));
                *settled = true;
            }
        }
    }

    fn with_nodes(subgraph: &Subgraph, layer_of: &[Option<usize>], layers: usize) -> Self {
        let placed = layer_of.iter().enumerate().filter_map(|(item, &layer)| layer.map(|l| (item, l)));
        let vertices: Vec<Vertex> = placed
            .map(|(item, layer)| Vertex {
                layer,
                height: subgraph.nodes[item].height,
                kind: VertexKind::Node(item),
            })
            .collect();
        Self {
            vertices,
            layers: vec![Vec::new(); layers],
            fixed: vec![false; layers],
            nets: Vec::new(),
            hops: vec![Vec::new(); subgraph.links.len()],
            back_links: 0,
        }
    }

    fn vertex_by_node(&self, count: usize) -> Vec<usize> {
        let mut vertex_of = vec![usize::MAX; count];
        for (index, vertex) in self.vertices.iter().enumerate() {
            if let VertexKind::Node(item) = vertex.kind {
                vertex_of[item] = index;
            }
        }
        vertex_of
    }

    /// Adds the dummy vertices and nets for the links to one target. Links against the flow get a separate
    /// tree, so that they share no trunk with the others.
    fn add_trees(&mut self, subgraph: &Subgraph, vertex_of: &[usize], links: Range<usize>) {
        let target = subgraph.links[links.start].target;
        let goal = &subgraph.targets[target];
        let goal = Pin { vertex: vertex_of[goal.node], row: goal.row, right: true };
        let target_layer = self.vertices[goal.vertex].layer;
        let layer_of_link = |link: usize| self.vertices[vertex_of[subgraph.links[link].from]].layer;
        let (forward, backward): (Vec<usize>, Vec<usize>) =
            links.partition(|&link| layer_of_link(link) < target_layer);
        let first_forward = forward.iter().map(|&link| layer_of_link(link) + 1).min();
        let last_backward = backward.iter().map(|&link| layer_of_link(link) + 1).max();
        self.back_links += backward.len();
        if let Some(first) = first_forward {
            self.add_tree(subgraph, vertex_of, (target, goal), (first..target_layer, &forward));
        }
        if let Some(end) = last_backward {
            self.add_tree(subgraph, vertex_of, (target, goal), (target_layer..end, &backward));
        }
    }

    /// Adds the tree of `links`. It has dummy vertices in `dummy_layers`, and ends at the pin `goal`.
    fn add_tree(
        &mut self,
        subgraph: &Subgraph,
        vertex_of: &[usize],
        (target, goal): (usize, Pin),
        (dummy_layers, links): (Range<usize>, &[usize]),
    ) {
        let target_layer = self.vertices[goal.vertex].layer;
        let backward = dummy_layers.end > target_layer;
        let tree = TargetTree {
            first_dummy: self.vertices.len(),
            first_net: self.nets.len(),
            dummy_layers,
            target_layer,
            backward,
        };
        let dummies = tree.dummy_layers.clone().map(|layer| Vertex {
            layer,
            height: 1,
            kind: VertexKind::Dummy { target, backward },
        });
        self.vertices.extend(dummies);
        self.add_nets(&tree, goal);
        for &link in links {
            let Link { from, row, .. } = subgraph.links[link];
            let pin = Pin { vertex: vertex_of[from], row, right: false };
            self.attach_link(&tree, link, pin);
        }
    }

    /// Adds the nets of a tree, with the pins at its dummy vertices. `attach_link` adds the pins at the
    /// callers.
    fn add_nets(&mut self, tree: &TargetTree, goal: Pin) {
        for gap in tree.gaps() {
            let pin =
                |layer: usize, right: bool| tree.dummy(layer).map(|vertex| Pin { vertex, row: 0, right });
            let (before, at) = (gap.checked_sub(1).and_then(|l| pin(l, false)), pin(gap, true));
            let (input, output) = if tree.backward { (at, before) } else { (before, at) };
            let output = output.filter(|_| gap != tree.target_layer).unwrap_or(goal);
            self.nets.push(Net { gap, inputs: input.into_iter().collect(), output });
        }
    }

    /// Adds the pin at the caller of a link, and records the nets that the link passes through on the way to
    /// the target.
    fn attach_link(&mut self, tree: &TargetTree, link: usize, pin: Pin) {
        let net_of_gap = |gap: usize| tree.first_net + gap - tree.dummy_layers.start;
        let mut net = net_of_gap(self.vertices[pin.vertex].layer + 1);
        self.nets[net].inputs.push(pin);
        self.hops[link].push((net, self.nets[net].inputs.len() - 1));
        let goal = net_of_gap(tree.target_layer);
        while net != goal {
            let dummy = self.nets[net].output.vertex;
            net = if net < goal { net + 1 } else { net - 1 };
            let entry = self.nets[net].inputs.iter().position(|p| p.vertex == dummy).unwrap_or(0);
            self.hops[link].push((net, entry));
        }
    }
}

/// The dummy vertices and nets for the lines to one target in one direction: the first index of each, and the
/// layers that they cover.
struct TargetTree {
    first_dummy: usize,
    first_net: usize,
    /// Layers with a dummy vertex. The first of them has the same number as the first gap with a net.
    dummy_layers: Range<usize>,
    /// Layer that contains the target.
    target_layer: usize,
    /// True if the lines run against the flow.
    backward: bool,
}

impl TargetTree {
    fn gaps(&self) -> Range<usize> {
        self.dummy_layers.start..self.dummy_layers.end + 1
    }

    fn dummy(&self, layer: usize) -> Option<usize> {
        self.dummy_layers.contains(&layer).then(|| self.first_dummy + layer - self.dummy_layers.start)
    }
}

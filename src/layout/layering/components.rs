//! Connected components of a subgraph: finds them, and places them beside and below each other.
//!
//! If all components began in the first layer, one below the other, the diagram would be too tall for a wide
//! screen. So each component is packed as a rectangle: as wide as its layers, and as tall as its fullest
//! layer. The components follow from the largest to the smallest, and each component is placed as high up as
//! possible (Baker, Coffman and Rivest, "Orthogonal Packings in Two Dimensions", 1980). The module tries
//! several numbers of layers, and uses the packing that fits a screen best.
use super::rank_input::RankInput;
use std::cmp::Reverse;

/// Number of columns per row of a typical screen.
const SCREEN_COLUMNS_PER_ROW: i32 = 4;
/// Estimated width of a gap between two layers, in columns. In a top-down diagram, the estimated height in
/// rows.
const ESTIMATED_GAP_COLUMNS: i32 = 6;

/// The connected components of a graph, numbered from the largest to the smallest.
pub struct Components {
    component_of: Vec<usize>,
    count: usize,
}

impl Components {
    /// Finds the components of a graph with `nodes` nodes and the edges `joins`.
    ///
    /// The size of a component is the number of its nodes for which `is_counted` returns true.
    pub fn new(
        nodes: usize,
        joins: impl Iterator<Item = (usize, usize)>,
        is_counted: impl Fn(usize) -> bool,
    ) -> Self {
        let mut above: Vec<usize> = (0..nodes).collect();
        for (a, b) in joins {
            let (a, b) = (find_root(&mut above, a), find_root(&mut above, b));
            above[a.max(b)] = a.min(b);
        }
        let roots: Vec<usize> = (0..nodes).map(|node| find_root(&mut above, node)).collect();
        let mut size = vec![0_usize; nodes];
        (0..nodes).filter(|&node| is_counted(node)).for_each(|node| size[roots[node]] += 1);
        let mut firsts: Vec<usize> = (0..nodes).filter(|&node| roots[node] == node).collect();
        firsts.sort_by_key(|&first| Reverse(size[first]));
        let mut number = vec![0; nodes];
        firsts.iter().enumerate().for_each(|(place, &first)| number[first] = place);
        Self { component_of: roots.into_iter().map(|root| number[root]).collect(), count: firsts.len() }
    }

    /// Returns the number of the component that contains `node`.
    pub fn component_of(&self, node: usize) -> usize {
        self.component_of[node]
    }

    /// Returns the number of components.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Returns the lowest and the highest rank of each component.
    pub fn rank_spans(&self, rank: &[i32]) -> Vec<(i32, i32)> {
        let mut spans = vec![(i32::MAX, i32::MIN); self.count];
        for (&part, &rank) in self.component_of.iter().zip(rank) {
            let span = &mut spans[part];
            *span = (span.0.min(rank), span.1.max(rank));
        }
        spans
    }
}

/// Returns the representative of the set that contains `node` (union-find). `above` holds the parent of each
/// node.
fn find_root(above: &mut [usize], mut node: usize) -> usize {
    while above[node] != node {
        above[node] = above[above[node]];
        node = above[node];
    }
    node
}

/// Packs the components: adds to the rank of each node the layer at which its component begins. Components
/// that are linked to the border of their group begin at rank 0.
///
/// In `rank`, each component must begin at rank 0. `down` is true for a top-down diagram.
pub fn place_components(components: &Components, rank: &mut [i32], inputs: &[RankInput], down: bool) {
    if components.count() < 2 {
        return;
    }
    let rects = component_rects(components, rank, inputs);
    let longest = rects.iter().map(|block| block.layers).max().unwrap_or(1);
    let all: usize = rects.iter().map(|block| block.layers).sum();
    let mut best: Option<(i32, Vec<usize>)> = None;
    let mut layers = longest;
    while layers <= all {
        let (first, rows) = pack_rects(&rects, layers);
        let columns = estimated_columns(components, rank, inputs, (&first, layers));
        let (across, along) = if down {
            (rows, SCREEN_COLUMNS_PER_ROW * columns)
        } else {
            (SCREEN_COLUMNS_PER_ROW * rows, columns)
        };
        if best.as_ref().is_none_or(|(least, _)| across.max(along) < *least) {
            best = Some((across.max(along), first));
        }
        if along >= across {
            break;
        }
        layers += 1 + layers / 4;
    }
    let first = best.map(|(_, first)| first).unwrap_or_default();
    for (node, rank) in rank.iter_mut().enumerate() {
        *rank +=
            first.get(components.component_of(node)).map_or(0, |&first| i32::try_from(first).unwrap_or(0));
    }
}

/// The rectangle that a connected component takes in the packing: its layers and rows.
#[derive(Clone, Default)]
struct ComponentRect {
    layers: usize,
    rows: i32,
    /// True if the component is linked to the border, and must therefore begin at rank 0.
    linked_to_border: bool,
}

fn component_rects(components: &Components, rank: &[i32], inputs: &[RankInput]) -> Vec<ComponentRect> {
    let mut loads: Vec<Vec<i32>> = vec![Vec::new(); components.count()];
    let mut bound = vec![false; components.count()];
    for (node, shape) in inputs.iter().enumerate() {
        let (part, layer) = (components.component_of(node), usize::try_from(rank[node]).unwrap_or(0));
        let load = &mut loads[part];
        load.resize(load.len().max(layer + 1), 0);
        load[layer] += shape.height + 1;
        bound[part] |= shape.linked_to_border;
    }
    let block = |(load, bound): (Vec<i32>, bool)| ComponentRect {
        layers: load.len(),
        rows: load.into_iter().max().unwrap_or(0),
        linked_to_border: bound,
    };
    loads.into_iter().zip(bound).map(block).collect()
}

/// Packs `rects` into `layers` layers. Returns the first layer of each rectangle, and the total number of
/// rows.
fn pack_rects(rects: &[ComponentRect], layers: usize) -> (Vec<usize>, i32) {
    let mut floor = vec![0; layers];
    let mut firsts = Vec::with_capacity(rects.len());
    for block in rects {
        let last = if block.linked_to_border { 0 } else { layers.saturating_sub(block.layers) };
        let top = |at: usize| floor[at..at + block.layers].iter().copied().max().unwrap_or(0);
        let (top, at) = (0..=last).map(|at| (top(at), at)).min().unwrap_or_default();
        floor[at..at + block.layers].fill(top + block.rows);
        firsts.push(at);
    }
    (firsts, floor.into_iter().max().unwrap_or(0))
}

/// Returns the estimated width of the diagram, in columns. `first` is the layer at which each component
/// begins, and `layers` the total number of layers.
fn estimated_columns(
    components: &Components,
    rank: &[i32],
    inputs: &[RankInput],
    (first, layers): (&[usize], usize),
) -> i32 {
    let mut widths = vec![0; layers];
    for (node, shape) in inputs.iter().enumerate() {
        let layer = first[components.component_of(node)] + usize::try_from(rank[node]).unwrap_or(0);
        widths[layer] = shape.width.max(widths[layer]);
    }
    widths.iter().sum::<i32>() + ESTIMATED_GAP_COLUMNS * (i32::try_from(layers).unwrap_or(0) - 1)
}

//! Adjacency of a layered graph, the input of the ordering: the neighbours of each vertex in the layers
//! beside it.
use crate::layout::layering::layered_graph::LayeredGraph;

/// Other end of a line: its vertex, the row there, and the row at this end.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    /// Vertex at the other end.
    pub vertex: usize,
    /// Row within that vertex.
    pub row: i32,
    /// Row within the vertex at this end.
    pub own_row: i32,
}

/// Neighbours of each vertex on the left and on the right, and its U-turn partners in the same layer.
pub struct Adjacency {
    /// Neighbours of each vertex in the layer to the left.
    pub left: Vec<Vec<Neighbour>>,
    /// Neighbours of each vertex in the layer to the right.
    pub right: Vec<Vec<Neighbour>>,
    /// U-turns of each vertex: the vertex at the other end, and true if the line turns on the right.
    pub u_turns: Vec<Vec<(usize, bool)>>,
    /// Number greater than any row within a vertex: a position is `place * stride + row`.
    pub stride: i64,
}

impl Adjacency {
    pub fn new(graph: &LayeredGraph) -> Self {
        let count = graph.vertices.len();
        let tallest = graph.vertices.iter().map(|v| v.height).max().unwrap_or(1);
        let mut adjacency = Self {
            left: vec![Vec::new(); count],
            right: vec![Vec::new(); count],
            u_turns: vec![Vec::new(); count],
            stride: i64::from(tallest) + 1,
        };
        for net in &graph.nets {
            for pin in &net.inputs {
                if pin.right == net.output.right {
                    adjacency.u_turns[pin.vertex].push((net.output.vertex, !pin.right));
                    adjacency.u_turns[net.output.vertex].push((pin.vertex, !pin.right));
                    continue;
                }
                let (west, east) = if pin.right { (&net.output, pin) } else { (pin, &net.output) };
                adjacency.right[west.vertex].push(Neighbour {
                    vertex: east.vertex,
                    row: east.row,
                    own_row: west.row,
                });
                adjacency.left[east.vertex].push(Neighbour {
                    vertex: west.vertex,
                    row: west.row,
                    own_row: east.row,
                });
            }
        }
        adjacency
    }

    /// Returns the neighbours of all vertices on one side, the right one if `right`.
    pub fn side(&self, right: bool) -> &[Vec<Neighbour>] {
        if right { &self.right } else { &self.left }
    }

    /// Returns the position of a neighbour, given the places of all vertices in their layers.
    pub fn position(&self, neighbour: &Neighbour, place: &[usize]) -> i64 {
        place[neighbour.vertex] as i64 * self.stride + i64::from(neighbour.row)
    }
}

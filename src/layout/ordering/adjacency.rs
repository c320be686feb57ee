//! Adjacency of a layered graph: the neighbours of each vertex in the layers to its left and right. Ordering
//! and row assignment read it.
use crate::layout::layering::layered_graph::LayeredGraph;

/// Vertex at the other end of a line, with the rows of both ends.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    /// Vertex at the other end.
    pub vertex: usize,
    /// Row within that vertex.
    pub row: i32,
    /// Row within the vertex at this end.
    pub own_row: i32,
}

/// Neighbours of each vertex on the left and on the right, and in the same layer the vertices to which
/// U-turns lead.
pub struct Adjacency {
    /// Neighbours of each vertex in the layer to the left.
    pub left: Vec<Vec<Neighbour>>,
    /// Neighbours of each vertex in the layer to the right.
    pub right: Vec<Vec<Neighbour>>,
    /// U-turns of each vertex, which are lines to a vertex in the same layer: the other vertex, and true if
    /// the line turns on the right side of the layer.
    pub u_turns: Vec<Vec<(usize, bool)>>,
    /// Number greater than any row within a vertex. The position of a line's end in its layer is `place *
    /// stride + row`.
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

    /// Returns the neighbours of all vertices on the right if `right`, or else on the left.
    pub fn side(&self, right: bool) -> &[Vec<Neighbour>] {
        if right { &self.right } else { &self.left }
    }

    /// Returns the position in its layer of the line's end at a neighbour. `place` holds the place of each
    /// vertex in its layer.
    pub fn position(&self, neighbour: &Neighbour, place: &[usize]) -> i64 {
        place[neighbour.vertex] as i64 * self.stride + i64::from(neighbour.row)
    }
}

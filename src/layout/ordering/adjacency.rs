//! Adjacency of a layered graph: the neighbours of each vertex in the layers to its left and right. Ordering
//! and row assignment use it.
use crate::layout::layering::layered_graph::LayeredGraph;

/// A neighbour: the vertex at the other end of a line, with the rows of both ends.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    /// Vertex at the other end.
    pub vertex: usize,
    /// Row of the line within that vertex.
    pub row: i32,
    /// Row of the line within the vertex at this end.
    pub own_row: i32,
}

/// The neighbours of each vertex to the left and right, and the vertices of its own layer to which U-turns
/// connect it.
pub struct Adjacency {
    /// For each vertex, its neighbours in the layer to the left.
    pub left: Vec<Vec<Neighbour>>,
    /// For each vertex, its neighbours in the layer to the right.
    pub right: Vec<Vec<Neighbour>>,
    /// For each vertex, its U-turns, which are lines to a vertex in the same layer: the other vertex, and
    /// true if the line turns on the right side of the layer.
    pub u_turns: Vec<Vec<(usize, bool)>>,
    /// A number that is greater than any row within a vertex. The position of a line's end in its layer is
    /// `place * stride + row`.
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

    /// Returns the right neighbours of all vertices if `right` is true, and the left neighbours otherwise.
    pub fn side(&self, right: bool) -> &[Vec<Neighbour>] {
        if right { &self.right } else { &self.left }
    }

    /// Returns the position of the line's end at `neighbour`, within the layer of that vertex. `place` holds
    /// the place of each vertex in its layer.
    pub fn position(&self, neighbour: &Neighbour, place: &[usize]) -> i64 {
        place[neighbour.vertex] as i64 * self.stride + i64::from(neighbour.row)
    }
}

//! The layered graph as the ordering sees it: for each vertex what lies at the other ends of its lines.
use super::layered::Layered;

/// The other end of a line: its vertex, the row there, and the row here.
#[derive(Clone, Copy, Debug)]
pub struct End {
    pub vertex: usize,
    pub row: i32,
    pub own: i32,
}

/// All ends, on the left and on the right, and the partners in the same layer of lines that turn round.
pub struct Ends {
    pub left: Vec<Vec<End>>,
    pub right: Vec<Vec<End>>,
    /// Per vertex: the vertex at the other end of a line that turns round, and whether it does so on the right.
    pub turns: Vec<Vec<(usize, bool)>>,
    /// More than any row within a vertex: a position is `place * stride + row`.
    pub stride: i64,
}

impl Ends {
    pub fn new(graph: &Layered) -> Self {
        let count = graph.vertices.len();
        let tallest = graph.vertices.iter().map(|v| v.height).max().unwrap_or(1);
        let mut ends = Self {
            left: vec![Vec::new(); count],
            right: vec![Vec::new(); count],
            turns: vec![Vec::new(); count],
            stride: i64::from(tallest) + 1,
        };
        for net in &graph.nets {
            for pin in &net.ins {
                if pin.right == net.out.right {
                    ends.turns[pin.vertex].push((net.out.vertex, !pin.right));
                    ends.turns[net.out.vertex].push((pin.vertex, !pin.right));
                    continue;
                }
                let (west, east) = if pin.right { (&net.out, pin) } else { (pin, &net.out) };
                ends.right[west.vertex].push(End { vertex: east.vertex, row: east.row, own: west.row });
                ends.left[east.vertex].push(End { vertex: west.vertex, row: west.row, own: east.row });
            }
        }
        ends
    }

    /// The lines of a vertex towards one side.
    pub fn side(&self, right: bool) -> &[Vec<End>] {
        if right { &self.right } else { &self.left }
    }

    /// Where an end lies, given the places of all vertices.
    pub fn position(&self, end: &End, place: &[usize]) -> i64 {
        place[end.vertex] as i64 * self.stride + i64::from(end.row)
    }
}

//! All lines of one orientation, cut into pieces that the same edges share, to be found by position.

/// A stretch of a line, from one cell to another, and the edges that run over it.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    pub from: i32,
    pub to: i32,
    edges: (u32, u32),
}

/// Part of an edge: it runs along this line from one cell to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    pub line: i32,
    pub from: i32,
    pub to: i32,
    pub edge: u32,
}

/// Pieces sorted by line and position; on a line they do not overlap.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The pieces of line `i` are those from `starts[i]` to `starts[i + 1]`.
    starts: Vec<usize>,
    pieces: Vec<Piece>,
    pool: Vec<u32>,
}

impl Lines {
    pub fn new(mut runs: Vec<Run>) -> Self {
        runs.retain(|r| r.line >= 0 && r.from < r.to);
        runs.sort_unstable();
        let mut lines = Self { starts: vec![0], ..Self::default() };
        for same in runs.chunk_by(|a, b| a.line == b.line) {
            let line = usize::try_from(same[0].line).unwrap_or(0);
            lines.starts.resize(line + 1, lines.pieces.len());
            lines.add_line(same);
            lines.starts.push(lines.pieces.len());
        }
        lines
    }

    /// Sweeps over the runs of one line; a piece ends wherever an edge joins or leaves.
    fn add_line(&mut self, runs: &[Run]) {
        let mut stops: Vec<i32> = runs.iter().flat_map(|r| [r.from, r.to]).collect();
        stops.sort_unstable();
        stops.dedup();
        let mut active: Vec<Run> = Vec::new();
        let mut next = 0;
        for pair in stops.windows(2) {
            active.retain(|r| r.to > pair[0]);
            while let Some(run) = runs.get(next).filter(|r| r.from <= pair[0]) {
                active.push(*run);
                next += 1;
            }
            if active.is_empty() {
                continue;
            }
            let start = self.pool.len();
            self.pool.extend(active.iter().map(|r| r.edge));
            self.pool[start..].sort_unstable();
            let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
            let edges = (index(start), index(self.pool.len()));
            self.pieces.push(Piece { from: pair[0], to: pair[1], edges });
        }
    }

    fn of_line(&self, line: i32) -> &[Piece] {
        let index = usize::try_from(line).unwrap_or(usize::MAX);
        match (self.starts.get(index), index.checked_add(1).and_then(|i| self.starts.get(i))) {
            (Some(&start), Some(&end)) => &self.pieces[start..end],
            _ => &[],
        }
    }

    /// The pieces of a line that touch the cells from `low` to `high`.
    pub fn touching(&self, line: i32, low: i32, high: i32) -> &[Piece] {
        let pieces = self.of_line(line);
        let first = pieces.partition_point(|p| p.to < low);
        let count = pieces[first..].partition_point(|p| p.from <= high);
        &pieces[first..first + count]
    }

    /// The piece between a cell of a line and the next one.
    pub fn link(&self, line: i32, cell: i32) -> Option<&Piece> {
        let pieces = self.of_line(line);
        let after = pieces.partition_point(|p| p.from <= cell);
        after.checked_sub(1).map(|i| &pieces[i]).filter(|p| p.to > cell)
    }

    pub fn edges(&self, piece: &Piece) -> &[u32] {
        &self.pool[piece.edges.0 as usize..piece.edges.1 as usize]
    }
}

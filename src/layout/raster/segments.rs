//! Index of all horizontal or all vertical lines, divided into segments. All cells of a segment have the same
//! edges.

/// A segment of a line, from the cell `from` to the cell `to`, with the edges that share it.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    pub from: i32,
    pub to: i32,
    /// Range of the segment's edges in [`SegmentIndex::edge_pool`].
    edge_range: (u32, u32),
}

/// A straight part of one edge. It runs along the row or column `line`, from the cell `from` to the later
/// cell `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EdgeRun {
    pub line: i32,
    pub from: i32,
    pub to: i32,
    pub edge: u32,
}

/// The segments of all lines, sorted by line (a row or column) and then by position. Segments of the same
/// line don't overlap.
#[derive(Clone, Debug, Default)]
pub struct SegmentIndex {
    /// Index in `segments` of the first segment of each line. Line `i` has the segments from `starts[i]` up
    /// to, but not including, `starts[i + 1]`.
    starts: Vec<usize>,
    segments: Vec<Segment>,
    /// The edges of all segments. Each segment has a range of this vector.
    edge_pool: Vec<u32>,
}

impl SegmentIndex {
    pub fn new(mut runs: Vec<EdgeRun>) -> Self {
        runs.retain(|r| r.line >= 0 && r.from < r.to);
        runs.sort_unstable();
        let mut lines = Self { starts: vec![0], ..Self::default() };
        for same in runs.chunk_by(|a, b| a.line == b.line) {
            let line = usize::try_from(same[0].line).unwrap_or(0);
            lines.starts.resize(line + 1, lines.segments.len());
            lines.add_line(same);
            lines.starts.push(lines.segments.len());
        }
        lines
    }

    /// Divides the runs of one line into segments. A segment ends wherever an edge joins or leaves the line.
    fn add_line(&mut self, runs: &[EdgeRun]) {
        let mut stops: Vec<i32> = runs.iter().flat_map(|r| [r.from, r.to]).collect();
        stops.sort_unstable();
        stops.dedup();
        let mut active: Vec<EdgeRun> = Vec::new();
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
            let start = self.edge_pool.len();
            self.edge_pool.extend(active.iter().map(|r| r.edge));
            self.edge_pool[start..].sort_unstable();
            let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
            let edges = (index(start), index(self.edge_pool.len()));
            self.segments.push(Segment { from: pair[0], to: pair[1], edge_range: edges });
        }
    }

    fn segments_of_line(&self, line: i32) -> &[Segment] {
        let index = usize::try_from(line).unwrap_or(usize::MAX);
        match (self.starts.get(index), index.checked_add(1).and_then(|i| self.starts.get(i))) {
            (Some(&start), Some(&end)) => &self.segments[start..end],
            _ => &[],
        }
    }

    /// Returns the segments of a line that contain any of the cells from `low` to `high`.
    pub fn segments_in(&self, line: i32, low: i32, high: i32) -> &[Segment] {
        let segments = self.segments_of_line(line);
        let first = segments.partition_point(|p| p.to < low);
        let count = segments[first..].partition_point(|p| p.from <= high);
        &segments[first..first + count]
    }

    /// Returns the segment between a cell of a line and the next cell; `None` if no edge runs there.
    pub fn segment_after(&self, line: i32, cell: i32) -> Option<&Segment> {
        let segments = self.segments_of_line(line);
        let after = segments.partition_point(|p| p.from <= cell);
        after.checked_sub(1).map(|i| &segments[i]).filter(|p| p.to > cell)
    }

    pub fn edges_of(&self, segment: &Segment) -> &[u32] {
        &self.edge_pool[segment.edge_range.0 as usize..segment.edge_range.1 as usize]
    }
}

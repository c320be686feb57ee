//! A vertical line of a channel, and what it costs to have it left of another one.

/// Cost of a crossing, of a caller's line that runs on past a shared trunk with a tick, and of one that needs a stub.
pub const CROSSING: i64 = 4;
const RUNS_ON: i64 = 1;
const NEEDS_STUB: i64 = 8;

/// A vertical line and the rows it is tapped at.
#[derive(Clone, Debug, Default)]
pub struct Trunk {
    /// Rows of pins on the left and on the right side of the channel.
    pub left: Vec<i32>,
    pub right: Vec<i32>,
    /// Rows of bridges from and to other trunks.
    pub west: Vec<i32>,
    pub east: Vec<i32>,
    /// The row on which it flows out, and how many lines flow in.
    pub out: i32,
    pub ins: usize,
    pub low: i32,
    pub high: i32,
}

/// A horizontal line between two trunks on a row that nothing else uses.
#[derive(Clone, Copy, Debug)]
pub struct Bridge {
    pub row: i32,
    pub west: usize,
    pub east: usize,
}

impl Trunk {
    /// A trunk that only carries one line from a row to a bridge.
    pub fn stub(row: i32, bridge: i32) -> Self {
        Self { left: vec![row], east: vec![bridge], out: bridge, ins: 1, ..Self::default() }
    }

    /// Sorts the taps and finds the extent.
    pub fn measure(&mut self) {
        for rows in [&mut self.left, &mut self.right, &mut self.west, &mut self.east] {
            rows.sort_unstable();
            rows.dedup();
        }
        self.low = self.taps().min().unwrap_or(0);
        self.high = self.taps().max().unwrap_or(0);
    }

    fn taps(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.left, &self.right, &self.west, &self.east].into_iter().flatten().copied()
    }

    /// Whether it is tapped at this row.
    pub fn touches(&self, row: i32) -> bool {
        [&self.left, &self.right, &self.west, &self.east].iter().any(|rows| rows.binary_search(&row).is_ok())
    }

    /// Whether a tick fits beside a line that runs on past this trunk: it ends here, and is not tapped right after.
    fn has_room(&self, row: i32) -> bool {
        (row == self.low && !self.touches(row + 1)) || (row == self.high && !self.touches(row - 1))
    }

    /// The rows of lines from the left, and of those to the right.
    pub fn lefts(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.left, &self.west].into_iter().flatten().copied()
    }

    /// See above.
    pub fn rights(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.right, &self.east].into_iter().flatten().copied()
    }

    /// What it costs that a line of its own on this row runs on to a trunk right of it.
    pub fn cost_of_passing(&self, row: i32) -> i64 {
        match () {
            () if self.ins < 2 => 0,
            () if self.has_room(row) => RUNS_ON,
            () => NEEDS_STUB,
        }
    }

    /// The cost of having this trunk on the left of the other one.
    pub fn cost_before(&self, other: &Self) -> i64 {
        if self.high < other.low || other.high < self.low {
            return 0;
        }
        let mut cost = 0;
        for rows in [&other.left, &other.west] {
            let from = rows.partition_point(|&r| r < self.low);
            for row in rows[from..].iter().take_while(|&&r| r <= self.high) {
                let shared = self.left.binary_search(row).is_ok();
                cost += if shared { self.cost_of_passing(*row) } else { CROSSING };
            }
        }
        for rows in [&self.right, &self.east] {
            let from = rows.partition_point(|&r| r < other.low);
            cost += rows[from..].iter().take_while(|&&r| r <= other.high).count() as i64 * CROSSING;
        }
        cost
    }
}

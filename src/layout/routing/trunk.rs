//! Trunks: the vertical lines of nets in a channel, and the cost of placing one to the left of another.

/// Cost of a crossing.
pub const CROSSING_COST: i64 = 4;
/// Cost of a stub, which a caller's line needs if it continues past a shared trunk.
const STUB_COST: i64 = 8;

/// The vertical line of a net, with the rows on which horizontal lines meet it.
#[derive(Clone, Debug, Default)]
pub struct Trunk {
    /// Rows of pins on the left side of the channel.
    pub left_pins: Vec<i32>,
    /// Rows of pins on the right side of the channel.
    pub right_pins: Vec<i32>,
    /// Rows of jogs from trunks on the left.
    pub left_jogs: Vec<i32>,
    /// Rows of jogs to trunks on the right.
    pub right_jogs: Vec<i32>,
    /// Row on which the lines of the net leave the trunk.
    pub output_row: i32,
    /// Number of lines that leave the channel at the output pin of the trunk's net. It is 1 for a stub, and
    /// for a part that was broken off.
    pub input_count: usize,
    /// First row of the trunk.
    pub first_row: i32,
    /// Last row of the trunk.
    pub last_row: i32,
}

/// A jog: a horizontal line between two trunks, on a row without pins.
#[derive(Clone, Copy, Debug)]
pub struct Jog {
    /// Row of the jog.
    pub row: i32,
    /// Index of the trunk at the left end.
    pub left_trunk: usize,
    /// Index of the trunk at the right end.
    pub right_trunk: usize,
}

impl Trunk {
    /// Creates a stub: a short trunk that leads one line from `row` to the jog on `jog_row`.
    pub fn stub(row: i32, jog_row: i32) -> Self {
        Self {
            left_pins: vec![row],
            right_jogs: vec![jog_row],
            output_row: jog_row,
            input_count: 1,
            ..Self::default()
        }
    }

    /// Sorts the rows of pins and jogs, and updates the first and last row. This must be called after each
    /// change of these rows.
    pub fn update_extent(&mut self) {
        for rows in [&mut self.left_pins, &mut self.right_pins, &mut self.left_jogs, &mut self.right_jogs] {
            rows.sort_unstable();
            rows.dedup();
        }
        self.first_row = self.connection_rows().min().unwrap_or(0);
        self.last_row = self.connection_rows().max().unwrap_or(0);
    }

    fn connection_rows(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.left_pins, &self.right_pins, &self.left_jogs, &self.right_jogs].into_iter().flatten().copied()
    }

    /// Returns the rows on which lines meet the trunk from the left.
    pub fn left_rows(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.left_pins, &self.left_jogs].into_iter().flatten().copied()
    }

    /// Returns the rows on which lines meet the trunk from the right.
    pub fn right_rows(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.right_pins, &self.right_jogs].into_iter().flatten().copied()
    }

    /// Returns the cost if one of the lines to this trunk continues to a trunk further right: the cost of a
    /// stub, or 0 if no other line shares the trunk's output pin.
    pub const fn cost_of_passing(&self) -> i64 {
        if self.input_count < 2 { 0 } else { STUB_COST }
    }

    /// Returns the cost of placing this trunk to the left of `other`: the cost of the crossings and stubs
    /// between the two.
    pub fn cost_left_of(&self, other: &Self) -> i64 {
        if self.last_row < other.first_row || other.last_row < self.first_row {
            return 0;
        }
        let mut cost = 0;
        for rows in [&other.left_pins, &other.left_jogs] {
            let from = rows.partition_point(|&r| r < self.first_row);
            for row in rows[from..].iter().take_while(|&&r| r <= self.last_row) {
                let shared = self.left_pins.binary_search(row).is_ok();
                cost += if shared { self.cost_of_passing() } else { CROSSING_COST };
            }
        }
        for rows in [&self.right_pins, &self.right_jogs] {
            let from = rows.partition_point(|&r| r < other.first_row);
            cost += rows[from..].iter().take_while(|&&r| r <= other.last_row).count() as i64 * CROSSING_COST;
        }
        cost
    }
}

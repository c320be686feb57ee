//! Trunk, the vertical line of a net in a channel, and the cost of placing one trunk left of another.

/// Cost of a crossing.
pub const CROSSING_COST: i64 = 4;
/// Cost of a stub, which a caller's line needs if it runs on past a shared trunk.
const STUB_COST: i64 = 8;

/// Vertical line of a net, with the rows at which horizontal lines meet it.
#[derive(Clone, Debug, Default)]
pub struct Trunk {
    /// Rows of pins on the left side of the channel.
    pub left_pins: Vec<i32>,
    /// Rows of pins on the right side of the channel.
    pub right_pins: Vec<i32>,
    /// Rows of jogs to trunks on the left.
    pub left_jogs: Vec<i32>,
    /// Rows of jogs to trunks on the right.
    pub right_jogs: Vec<i32>,
    /// Row on which the net leaves the trunk.
    pub output_row: i32,
    /// Number of lines that enter the trunk.
    pub input_count: usize,
    /// Uppermost row that the trunk covers.
    pub first_row: i32,
    /// Lowest row that the trunk covers.
    pub last_row: i32,
}

/// Jog: a horizontal line that connects two trunks, on a row without pins.
#[derive(Clone, Copy, Debug)]
pub struct Jog {
    /// Row of the jog.
    pub row: i32,
    /// Index of the trunk at its left end.
    pub left_trunk: usize,
    /// Index of the trunk at its right end.
    pub right_trunk: usize,
}

impl Trunk {
    /// Returns a stub: a short trunk that leads one line from `row` to the jog on `jog_row`.
    pub fn stub(row: i32, jog_row: i32) -> Self {
        Self {
            left_pins: vec![row],
            right_jogs: vec![jog_row],
            output_row: jog_row,
            input_count: 1,
            ..Self::default()
        }
    }

    /// Updates the first and last row after a change, and sorts the rows of pins and jogs.
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

    /// Returns the rows of lines that meet the trunk from the left.
    pub fn left_rows(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.left_pins, &self.left_jogs].into_iter().flatten().copied()
    }

    /// Returns the rows of lines that meet the trunk from the right.
    pub fn right_rows(&self) -> impl Iterator<Item = i32> + '_ {
        [&self.right_pins, &self.right_jogs].into_iter().flatten().copied()
    }

    /// Returns the cost if a line that feeds the trunk runs on to a trunk further right: the cost of a stub, or
    /// 0 if the trunk has no other line.
    pub const fn cost_of_passing(&self) -> i64 {
        if self.input_count < 2 { 0 } else { STUB_COST }
    }

    /// Returns the cost of placing this trunk left of `other`: of the crossings and stubs between the two.
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

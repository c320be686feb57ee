//! Occupancy of the rows in a channel: free rows for jogs, and the tracks at which lines end.
use super::channel_net::ChannelNet;
use super::trunk::Trunk;
use std::collections::BTreeSet;

/// Returns the rows of a channel that have pins, sorted.
pub fn pinned_rows(nets: &[ChannelNet]) -> Vec<i32> {
    let mut rows: Vec<i32> =
        nets.iter().flat_map(|n| n.inputs.iter().chain([&n.output])).map(|t| t.row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Allocator of rows for jogs, which are horizontal lines between two trunks. Each jog gets a row that has no
/// pins and no other jog.
pub struct JogRowAllocator<'a> {
    /// Rows with pins, sorted.
    pinned: &'a [i32],
    /// Rows that jogs already use.
    taken: BTreeSet<i32>,
}

impl<'a> JogRowAllocator<'a> {
    pub const fn new(pinned: &'a [i32]) -> Self {
        Self { pinned, taken: BTreeSet::new() }
    }

    /// Claims the free row nearest to `near`, but never `near` itself. If two rows are equally near, claims
    /// the upper one if `way` is negative, and the lower one otherwise.
    pub fn claim_nearest(&mut self, near: i32, way: i32) -> i32 {
        let way = if way == 0 { 1 } else { way };
        let mut distance = 1;
        loop {
            for row in [near + way * distance, near - way * distance] {
                if self.pinned.binary_search(&row).is_err() && self.taken.insert(row) {
                    return row;
                }
            }
            distance += 1;
        }
    }
}

/// The tracks at which lines from the left side of a routed channel end.
pub struct LineEnds<'a> {
    /// Rows of lines that cross the whole channel.
    straight_rows: &'a BTreeSet<i32>,
    /// Lines from the left, as (row, track of a trunk that the line leads to), sorted. A line that leads to
    /// several trunks occurs once for each.
    left_lines: Vec<(i32, usize)>,
}

impl<'a> LineEnds<'a> {
    pub fn new(straight_rows: &'a BTreeSet<i32>, trunks: &[Trunk], track: &[usize]) -> Self {
        let lines = trunks.iter().zip(track);
        let mut left_lines: Vec<(i32, usize)> =
            lines.flat_map(|(trunk, &at)| trunk.left_pins.iter().map(move |&row| (row, at))).collect();
        left_lines.sort_unstable();
        Self { straight_rows, left_lines }
    }

    /// Returns the track of the rightmost trunk that the line on this row leads to, coming from the left.
    /// Returns `usize::MAX` if the line crosses the whole channel, and 0 if there is no such line.
    pub fn end_track(&self, row: i32) -> usize {
        if self.straight_rows.contains(&row) {
            return usize::MAX;
        }
        let after = self.left_lines.partition_point(|&(r, _)| r <= row);
        let last = after.checked_sub(1).map(|last| self.left_lines[last]);
        last.filter(|&(r, _)| r == row).map_or(0, |(_, track)| track)
    }
}

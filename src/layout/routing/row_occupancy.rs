//! Rows of a channel: free rows for jogs, and the horizontal lines that occupy the others.
use super::channel_net::ChannelNet;
use super::trunk::{Jog, Trunk};
use std::collections::BTreeSet;

/// Returns the rows of a channel that have pins, sorted.
pub fn pinned_rows(nets: &[ChannelNet]) -> Vec<i32> {
    let mut rows: Vec<i32> =
        nets.iter().flat_map(|n| n.inputs.iter().chain([&n.output])).map(|t| t.row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Allocator of rows for jogs: each jog gets a row without pins and without another jog.
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

    /// Claims the free row nearest to `near`, but not `near` itself. Of two equally near rows, claims the one
    /// above if `way` is negative, or else the one below.
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

/// Horizontal lines of a routed channel with the tracks between which they run. All lists are sorted by row.
pub struct RowOccupancy<'a> {
    /// Rows of lines that cross the whole channel.
    straight_rows: &'a BTreeSet<i32>,
    /// Lines from the left, as (row, track of a trunk that the line feeds). A line that feeds several trunks
    /// occurs once for each.
    left_lines: Vec<(i32, usize)>,
    /// Lines to the right, as (row, track of the trunk where the line starts).
    right_lines: Vec<(i32, usize)>,
    /// Jogs, as (row, track of the left end, track of the right end).
    jogs: Vec<(i32, usize, usize)>,
}

impl<'a> RowOccupancy<'a> {
    pub fn new(straight: &'a BTreeSet<i32>, trunks: &[Trunk], jogs: &[Jog], track: &[usize]) -> Self {
        let tracked = || trunks.iter().zip(track);
        let mut reach = Self {
            straight_rows: straight,
            left_lines: tracked()
                .flat_map(|(trunk, &at)| trunk.left_pins.iter().map(move |&row| (row, at)))
                .collect(),
            right_lines: tracked()
                .flat_map(|(trunk, &at)| trunk.right_pins.iter().map(move |&row| (row, at)))
                .collect(),
            jogs: jogs.iter().map(|b| (b.row, track[b.left_trunk], track[b.right_trunk])).collect(),
        };
        reach.left_lines.sort_unstable();
        reach.right_lines.sort_unstable();
        reach.jogs.sort_unstable();
        reach
    }

    /// Returns the track up to which the line from the left on this row runs; `usize::MAX` if it crosses the
    /// whole channel.
    pub fn left_line_end(&self, row: i32) -> usize {
        if self.straight_rows.contains(&row) { usize::MAX } else { self.farthest_track(row).unwrap_or(0) }
    }

    /// Returns the track of the rightmost trunk that the line from the left on this row feeds.
    fn farthest_track(&self, row: i32) -> Option<usize> {
        let after = self.left_lines.partition_point(|&(r, _)| r <= row);
        after
            .checked_sub(1)
            .map(|last| self.left_lines[last])
            .filter(|&(r, _)| r == row)
            .map(|(_, track)| track)
    }

    /// Returns true if a horizontal line runs through the cell at this row and track.
    pub fn is_occupied(&self, row: i32, track: usize) -> bool {
        let right = || self.right_lines.binary_search_by_key(&row, |r| r.0).map(|at| self.right_lines[at].1);
        let jog = || self.jogs.binary_search_by_key(&row, |b| b.0).map(|at| self.jogs[at]);
        self.straight_rows.contains(&row)
            || self.farthest_track(row).is_some_and(|reach| reach >= track)
            || right().is_ok_and(|start| start <= track)
            || jog().is_ok_and(|(_, west, east)| west <= track && track <= east)
    }
}

//! Which cells of a channel the horizontal lines take, and which rows are free.
use super::channel::Wiring;
use super::trunk::{Bridge, Trunk};
use std::collections::BTreeSet;

/// The rows that the pins of a channel use, in order.
pub fn pinned(nets: &[Wiring]) -> Vec<i32> {
    let mut rows: Vec<i32> = nets.iter().flat_map(|n| n.ins.iter().chain([&n.out])).map(|t| t.row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// Rows that no pin of the channel uses.
pub struct FreeRows<'a> {
    pinned: &'a [i32],
    taken: BTreeSet<i32>,
}

impl<'a> FreeRows<'a> {
    pub const fn new(pinned: &'a [i32]) -> Self {
        Self { pinned, taken: BTreeSet::new() }
    }

    /// The free row nearest to the given one, rather on the wished side of it.
    pub fn take(&mut self, near: i32, way: i32) -> i32 {
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

/// How far the horizontal lines of a routed channel reach. All sorted by row.
pub struct Reach<'a> {
    straight: &'a BTreeSet<i32>,
    /// Lines from the left, with the tracks of the trunks that they feed.
    left: Vec<(i32, usize)>,
    right: Vec<(i32, usize)>,
    bridges: Vec<(i32, usize, usize)>,
}

impl<'a> Reach<'a> {
    pub fn new(straight: &'a BTreeSet<i32>, trunks: &[Trunk], bridges: &[Bridge], track: &[usize]) -> Self {
        let tracked = || trunks.iter().zip(track);
        let mut reach = Self {
            straight,
            left: tracked().flat_map(|(trunk, &at)| trunk.left.iter().map(move |&row| (row, at))).collect(),
            right: tracked().flat_map(|(trunk, &at)| trunk.right.iter().map(move |&row| (row, at))).collect(),
            bridges: bridges.iter().map(|b| (b.row, track[b.west], track[b.east])).collect(),
        };
        reach.left.sort_unstable();
        reach.right.sort_unstable();
        reach.bridges.sort_unstable();
        reach
    }

    /// The track up to which the line from the left on this row runs.
    pub fn left(&self, row: i32) -> usize {
        if self.straight.contains(&row) { usize::MAX } else { self.farthest(row).unwrap_or(0) }
    }

    /// The farthest trunk that the line from the left on this row feeds.
    fn farthest(&self, row: i32) -> Option<usize> {
        let after = self.left.partition_point(|&(r, _)| r <= row);
        after.checked_sub(1).map(|last| self.left[last]).filter(|&(r, _)| r == row).map(|(_, track)| track)
    }

    /// Whether some line runs across this cell.
    pub fn crosses(&self, row: i32, track: usize) -> bool {
        let right = || self.right.binary_search_by_key(&row, |r| r.0).map(|at| self.right[at].1);
        let bridge = || self.bridges.binary_search_by_key(&row, |b| b.0).map(|at| self.bridges[at]);
        self.straight.contains(&row)
            || self.farthest(row).is_some_and(|reach| reach >= track)
            || right().is_ok_and(|start| start <= track)
            || bridge().is_ok_and(|(_, west, east)| west <= track && track <= east)
    }
}

//! Which cells of a channel the horizontal lines take, and which rows are free.
use super::channel::Wiring;
use super::trunk::{Bridge, Trunk};
use std::collections::{BTreeMap, BTreeSet};

/// Rows that no pin of the channel uses.
pub struct FreeRows {
    used: BTreeSet<i32>,
}

impl FreeRows {
    pub fn new(nets: &[Wiring]) -> Self {
        Self { used: nets.iter().flat_map(|n| n.ins.iter().chain([&n.out])).map(|t| t.row).collect() }
    }

    /// The free row nearest to the given one, rather on the wished side of it.
    pub fn take(&mut self, near: i32, way: i32) -> i32 {
        let way = if way == 0 { 1 } else { way };
        let mut distance = 1;
        loop {
            for row in [near + way * distance, near - way * distance] {
                if self.used.insert(row) {
                    return row;
                }
            }
            distance += 1;
        }
    }
}

/// How far the horizontal lines of a routed channel reach.
pub struct Reach<'a> {
    straight: &'a BTreeSet<i32>,
    left: BTreeMap<i32, usize>,
    right: BTreeMap<i32, usize>,
    bridges: BTreeMap<i32, (usize, usize)>,
}

impl<'a> Reach<'a> {
    pub fn new(straight: &'a BTreeSet<i32>, trunks: &[Trunk], bridges: &[Bridge], track: &[usize]) -> Self {
        let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
        for (trunk, &track) in trunks.iter().zip(track) {
            for &row in &trunk.left {
                let reach = left.entry(row).or_insert(track);
                *reach = track.max(*reach);
            }
            right.extend(trunk.right.iter().map(|&row| (row, track)));
        }
        let bridges = bridges.iter().map(|b| (b.row, (track[b.west], track[b.east]))).collect();
        Self { straight, left, right, bridges }
    }

    /// The track up to which the line from the left on this row runs.
    pub fn left(&self, row: i32) -> usize {
        if self.straight.contains(&row) { usize::MAX } else { self.left.get(&row).copied().unwrap_or(0) }
    }

    /// Whether some line runs across this cell.
    pub fn crosses(&self, row: i32, track: usize) -> bool {
        self.straight.contains(&row)
            || self.left.get(&row).is_some_and(|&reach| reach >= track)
            || self.right.get(&row).is_some_and(|&start| start <= track)
            || self.bridges.get(&row).is_some_and(|&(west, east)| west <= track && track <= east)
    }
}

//! Channel routing: the lines in the gap between two layers.
//!
//! Each net that changes rows is a vertical trunk on a track of its own (Hashimoto and Stevens 1971; the constraints
//! are those of Deutsch's dogleg router, 1976). A line that comes in from the left on some row must have turned before
//! another line goes out to the right on the same row; where such demands form a cycle, the trunk that goes out is
//! broken in two by a dogleg over a free row.
//!
//! A reader must never be led astray. Where a caller's line feeds a trunk and runs on, a reader who comes along the
//! trunk could take the wrong line, so the raster draws a tick there; where no tick has room, or the trunk passes the
//! line on both sides, the caller gets a small trunk of its own (a stub) that enters the trunk from the left.
use super::reach::{self, FreeRows, Reach};
use super::tracks;
use super::trunk::{Bridge, Trunk};
use std::collections::{BTreeMap, BTreeSet};

/// Attempts to find room for all ticks.
const ROUNDS: usize = 12;
/// With more trunks than this, stubs that later turned out to be unneeded stay.
const SPARE_LIMIT: usize = 60;

/// Where a line meets the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tap {
    pub row: i32,
    pub right: bool,
}

/// A net of the channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wiring {
    pub ins: Vec<Tap>,
    pub out: Tap,
}

/// A turn of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bend {
    pub track: usize,
    pub row: i32,
}

/// A routed channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// How many columns the trunks need.
    pub tracks: usize,
    /// For each net, for each of its ins: the turns on the way out.
    pub bends: Vec<Vec<Vec<Bend>>>,
    /// Trunks that had to be broken.
    pub doglegs: usize,
}

/// Routes the nets of one gap.
pub fn route(nets: &[Wiring]) -> Channel {
    let pinned = reach::pinned(nets);
    let mut plan = Plan::new(nets, &pinned);
    for _ in 0..ROUNDS {
        plan.build();
        let wanted = plan.misleading();
        if wanted.is_empty() {
            break;
        }
        plan.stubs.extend(wanted);
    }
    plan.spare_stubs();
    plan.channel()
}

/// A net and one of its rows.
type Place = (usize, i32);

struct Plan<'a> {
    nets: &'a [Wiring],
    /// Rows that pins use.
    pinned: &'a [i32],
    /// Rows that cross the channel without a turn.
    straight: BTreeSet<i32>,
    /// Callers that must not touch the trunk of the net with their own row.
    stubs: BTreeSet<Place>,
    trunks: Vec<Trunk>,
    bridges: Vec<Bridge>,
    trunk_of: Vec<Option<usize>>,
    bridge_of: BTreeMap<Place, usize>,
    track: Vec<usize>,
    doglegs: usize,
}

impl<'a> Plan<'a> {
    fn new(nets: &'a [Wiring], pinned: &'a [i32]) -> Self {
        let is_straight = |net: &&Wiring| net.ins.iter().all(|t| t.row == net.out.row);
        Self {
            nets,
            pinned,
            straight: nets.iter().filter(is_straight).map(|n| n.out.row).collect(),
            stubs: BTreeSet::new(),
            trunks: Vec::new(),
            bridges: Vec::new(),
            trunk_of: vec![None; nets.len()],
            bridge_of: BTreeMap::new(),
            track: Vec::new(),
            doglegs: 0,
        }
    }

    /// Makes the trunks and gives them tracks.
    fn build(&mut self) {
        self.trunks.clear();
        self.bridges.clear();
        self.bridge_of.clear();
        let mut rows = FreeRows::new(self.pinned);
        for (index, net) in self.nets.iter().enumerate() {
            if net.ins.iter().all(|t| t.row == net.out.row) {
                continue;
            }
            let mut trunk = Trunk { out: net.out.row, ins: net.ins.len(), ..Trunk::default() };
            let number = self.trunks.len();
            self.trunk_of[index] = Some(number);
            self.trunks.push(Trunk::default());
            for tap in net.ins.iter().chain([&net.out]) {
                if !tap.right && self.stubs.contains(&(index, tap.row)) {
                    let row = rows.take(tap.row, (net.out.row - tap.row).signum());
                    self.bridge_of.insert((index, tap.row), self.bridges.len());
                    self.bridges.push(Bridge { row, west: self.trunks.len(), east: number });
                    self.trunks.push(Trunk::stub(tap.row, row));
                    trunk.west.push(row);
                } else if tap.right {
                    trunk.right.push(tap.row);
                } else {
                    trunk.left.push(tap.row);
                }
            }
            self.trunks[number] = trunk;
        }
        self.trunks.iter_mut().for_each(Trunk::measure);
        let legs = tracks::assign(&mut self.trunks, &mut self.bridges, &mut |near, way| rows.take(near, way));
        self.track = legs.track;
        self.doglegs = legs.broken.len();
        let net_of: BTreeMap<usize, usize> =
            self.trunk_of.iter().enumerate().filter_map(|(net, t)| t.map(|t| (t, net))).collect();
        for (trunk, row, bridge) in legs.broken {
            if let Some(&net) = net_of.get(&trunk) {
                self.bridge_of.insert((net, RIGHT_SIDE + row), bridge);
            }
        }
    }

    /// Takes back stubs that are not needed any more, now that others are there.
    fn spare_stubs(&mut self) {
        if self.trunks.len() > SPARE_LIMIT {
            return;
        }
        for stub in self.stubs.clone() {
            let (doglegs, misleading) = (self.doglegs, self.misleading().len());
            self.stubs.remove(&stub);
            self.build();
            if self.doglegs > doglegs || self.misleading().len() > misleading {
                self.stubs.insert(stub);
                self.build();
            }
        }
    }

    /// Callers whose line runs on past a trunk in a way that no tick can make clear.
    fn misleading(&self) -> Vec<Place> {
        let reach = Reach::new(&self.straight, &self.trunks, &self.bridges, &self.track);
        let mut found = Vec::new();
        for (net, trunk_index) in self.trunk_of.iter().enumerate() {
            let Some(index) = *trunk_index else { continue };
            let trunk = &self.trunks[index];
            if trunk.ins < 2 {
                continue;
            }
            for tap in self.nets[net].ins.iter().filter(|t| !t.right) {
                let direct = !self.stubs.contains(&(net, tap.row));
                let runs_on = reach.left(tap.row) > self.track[index];
                if direct && runs_on && tap.row != trunk.out && !self.has_room(&reach, index, tap.row) {
                    found.push((net, tap.row));
                }
            }
        }
        found
    }

    /// Whether a tick fits on the trunk beside the row: before its next tap a cell that nothing crosses.
    fn has_room(&self, reach: &Reach<'_>, index: usize, row: i32) -> bool {
        let trunk = &self.trunks[index];
        if trunk.low < row && row < trunk.high {
            return false;
        }
        let way = (trunk.out - row).signum();
        let mut at = row + way;
        while !trunk.touches(at) && trunk.low < at && at < trunk.high {
            if !reach.crosses(at, self.track[index]) {
                return true;
            }
            at += way;
        }
        false
    }

    fn channel(&self) -> Channel {
        let bends = self.nets.iter().enumerate().map(|(net, wiring)| {
            let Some(trunk) = self.trunk_of[net] else { return vec![Vec::new(); wiring.ins.len()] };
            wiring.ins.iter().map(|tap| self.way(net, trunk, *tap, wiring.out)).collect()
        });
        Channel {
            bends: bends.collect(),
            tracks: self.track.iter().map(|t| t + 1).max().unwrap_or(0),
            doglegs: self.doglegs,
        }
    }

    /// The turns from one tap to the other, over the trunk of the net.
    fn way(&self, net: usize, trunk: usize, from: Tap, to: Tap) -> Vec<Bend> {
        let mut bends = self.approach(net, trunk, from);
        bends.extend(self.approach(net, trunk, to).into_iter().rev());
        bends
    }

    /// The turns between a tap and the trunk.
    fn approach(&self, net: usize, trunk: usize, tap: Tap) -> Vec<Bend> {
        let key = if tap.right { RIGHT_SIDE + tap.row } else { tap.row };
        let main = self.track[trunk];
        match self.bridge_of.get(&(net, key)).map(|&b| &self.bridges[b]) {
            None => vec![Bend { track: main, row: tap.row }],
            Some(bridge) => {
                let side = self.track[bridge.west + bridge.east - trunk];
                vec![
                    Bend { track: side, row: tap.row },
                    Bend { track: side, row: bridge.row },
                    Bend { track: main, row: bridge.row },
                ]
            }
        }
    }
}

/// Added to a row to name a tap on the right side; rows are far smaller.
const RIGHT_SIDE: i32 = 1 << 28;

//! Channel routing: finds the paths of the lines in a channel, which is the gap between two layers.
//!
//! A net consists of the lines to one target in the gap. Each net that changes rows gets a trunk, which is a
//! vertical line on a track (Hashimoto and Stevens 1971). The rules are those of Deutsch's dogleg router
//! (1976): if a line from the left and a line to the right share a row, the trunk of the first must lie to
//! the left of the trunk of the second. If such rules form a cycle, a dogleg breaks the trunk of an outgoing
//! line in two. A jog, which is a horizontal line on a free row, connects the two parts.
//!
//! The drawing must never mislead the reader. If a caller's line both joined a shared trunk and continued
//! past it, a reader who follows the trunk could take the wrong line. So such a line gets a stub: a short
//! trunk for this line alone, from which a jog leads to the shared trunk.
use super::channel_net::{ChannelNet, ChannelPin};
use super::row_occupancy::{self, JogRowAllocator, LineEnds};
use super::tracks;
use super::trunk::{Jog, Trunk};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of routing rounds. Each round adds stubs, which are short vertical lines for a single
/// caller, where the reader would be misled otherwise.
const MAX_STUB_ROUNDS: usize = 12;
/// Maximum number of trunks for which the router removes unnecessary stubs.
const DROP_STUBS_MAX_TRUNKS: usize = 60;

/// A turn of a line in a channel: the cell at a track (a column for vertical lines) and a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bend {
    pub track: usize,
    pub row: i32,
}

/// The finished routes of all lines in one channel, the gap between two layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoutedChannel {
    /// Number of tracks, which are the columns for trunks.
    pub track_count: usize,
    /// Turns of each line from its input pin to the output pin, by net and then by input pin.
    pub bends: Vec<Vec<Vec<Bend>>>,
    /// Number of trunks that had to be broken in two.
    pub dogleg_count: usize,
}

/// Routes the nets of one gap.
pub fn route_channel(nets: &[ChannelNet]) -> RoutedChannel {
    let pinned_rows = row_occupancy::pinned_rows(nets);
    let mut router = ChannelRouter::new(nets, &pinned_rows);
    for _ in 0..MAX_STUB_ROUNDS {
        router.build_trunks();
        let wanted = router.ambiguous_pins();
        if wanted.is_empty() {
            break;
        }
        router.stubs.extend(wanted);
    }
    router.drop_needless_stubs();
    router.routed_channel()
}

/// A pin, as (index of its net, row). For a pin on the right side, the row includes [`RIGHT_SIDE_OFFSET`].
type PinKey = (usize, i32);

/// Router of the lines in one channel, the gap between two layers. It holds the trunks (vertical lines) and
/// jogs (horizontal detours) of the latest round.
struct ChannelRouter<'a> {
    nets: &'a [ChannelNet],
    /// Rows that have pins.
    pinned_rows: &'a [i32],
    /// Rows of lines that cross the channel without a turn.
    straight_rows: BTreeSet<i32>,
    /// For each net, the number of lines that leave the channel at its output pin. Several nets may share
    /// that pin, because the lines to one target meet before its arrow head.
    lines_at_output: Vec<usize>,
    /// Input pins that a stub connects to the trunk of their net.
    stubs: BTreeSet<PinKey>,
    trunks: Vec<Trunk>,
    jogs: Vec<Jog>,
    /// Index of the trunk of each net; `None` for a net without turns.
    trunk_of: Vec<Option<usize>>,
    /// Index of the jog between a pin and the trunk of its net. Most pins need none.
    jog_of: BTreeMap<PinKey, usize>,
    /// Track of each trunk.
    track_of: Vec<usize>,
    /// Number of trunks that had to be broken in two.
    dogleg_count: usize,
}

impl<'a> ChannelRouter<'a> {
    fn new(nets: &'a [ChannelNet], pinned_rows: &'a [i32]) -> Self {
        let is_straight = |net: &&ChannelNet| net.inputs.iter().all(|t| t.row == net.output.row);
        Self {
            nets,
            pinned_rows,
            straight_rows: nets.iter().filter(is_straight).map(|n| n.output.row).collect(),
            lines_at_output: lines_at_output(nets),
            stubs: BTreeSet::new(),
            trunks: Vec::new(),
            jogs: Vec::new(),
            trunk_of: vec![None; nets.len()],
            jog_of: BTreeMap::new(),
            track_of: Vec::new(),
            dogleg_count: 0,
        }
    }

    /// Creates the trunks, and assigns them to tracks.
    fn build_trunks(&mut self) {
        self.trunks.clear();
        self.jogs.clear();
        self.jog_of.clear();
        let mut rows = JogRowAllocator::new(self.pinned_rows);
        for (index, net) in self.nets.iter().enumerate() {
            if net.inputs.iter().all(|t| t.row == net.output.row) {
                continue;
            }
            let mut trunk = Trunk {
                output_row: net.output.row,
                input_count: self.lines_at_output[index],
                ..Trunk::default()
            };
            let number = self.trunks.len();
            self.trunk_of[index] = Some(number);
            self.trunks.push(Trunk::default());
            for pin in net.inputs.iter().chain([&net.output]) {
                if !pin.right && self.stubs.contains(&(index, pin.row)) {
                    let row = rows.claim_nearest(pin.row, (net.output.row - pin.row).signum());
                    self.jog_of.insert((index, pin.row), self.jogs.len());
                    self.jogs.push(Jog { row, left_trunk: self.trunks.len(), right_trunk: number });
                    self.trunks.push(Trunk::stub(pin.row, row));
                    trunk.left_jogs.push(row);
                } else if pin.right {
                    trunk.right_pins.push(pin.row);
                } else {
                    trunk.left_pins.push(pin.row);
                }
            }
            self.trunks[number] = trunk;
        }
        self.trunks.iter_mut().for_each(Trunk::update_extent);
        let assignment = tracks::assign_tracks(&mut self.trunks, &mut self.jogs, &mut |near, way| {
            rows.claim_nearest(near, way)
        });
        self.track_of = assignment.track_of;
        self.dogleg_count = assignment.broken_trunks.len();
        for (trunk, row, jog) in assignment.broken_trunks {
            if let Some(net) = self.trunk_of.iter().position(|of_net| *of_net == Some(trunk)) {
                self.jog_of.insert((net, RIGHT_SIDE_OFFSET + row), jog);
            }
        }
    }

    /// Removes stubs that later stubs have made unnecessary. Tries this only if the line of the stub does not
    /// continue past the shared trunk in the current routing. Nearly all other stubs are still necessary.
    fn drop_needless_stubs(&mut self) {
        if self.trunks.len() > DROP_STUBS_MAX_TRUNKS {
            return;
        }
        for stub in self.stubs.clone() {
            let ends = LineEnds::new(&self.straight_rows, &self.trunks, &self.track_of);
            if self.trunk_of[stub.0].is_some_and(|trunk| ends.end_track(stub.1) > self.track_of[trunk]) {
                continue;
            }
            let (doglegs, misleading) = (self.dogleg_count, self.ambiguous_pins().len());
            self.stubs.remove(&stub);
            self.build_trunks();
            if self.dogleg_count > doglegs || self.ambiguous_pins().len() > misleading {
                self.stubs.insert(stub);
                self.build_trunks();
            }
        }
    }

    /// Returns the input pins that need a stub, because their line continues past a trunk that it shares with
    /// others.
    fn ambiguous_pins(&self) -> Vec<PinKey> {
        let ends = LineEnds::new(&self.straight_rows, &self.trunks, &self.track_of);
        let mut found = Vec::new();
        for (net, trunk_index) in self.trunk_of.iter().enumerate() {
            let Some(index) = *trunk_index else { continue };
            let trunk = &self.trunks[index];
            if trunk.input_count < 2 {
                continue;
            }
            for pin in self.nets[net].inputs.iter().filter(|t| !t.right) {
                let direct = !self.stubs.contains(&(net, pin.row));
                let runs_on = ends.end_track(pin.row) > self.track_of[index];
                if direct && runs_on && pin.row != trunk.output_row {
                    found.push((net, pin.row));
                }
            }
        }
        found
    }

    fn routed_channel(&self) -> RoutedChannel {
        let bends = self.nets.iter().enumerate().map(|(net, channel_net)| {
            let Some(trunk) = self.trunk_of[net] else { return vec![Vec::new(); channel_net.inputs.len()] };
            channel_net
                .inputs
                .iter()
                .map(|pin| self.bends_between(net, trunk, *pin, channel_net.output))
                .collect()
        });
        RoutedChannel {
            bends: bends.collect(),
            track_count: self.track_of.iter().map(|t| t + 1).max().unwrap_or(0),
            dogleg_count: self.dogleg_count,
        }
    }

    /// Returns the turns of a line between two pins of a net, by way of the trunk.
    fn bends_between(&self, net: usize, trunk: usize, from: ChannelPin, to: ChannelPin) -> Vec<Bend> {
        let mut bends = Vec::with_capacity(2);
        self.add_bends_to_trunk(&mut bends, net, trunk, from);
        let turn = bends.len();
        self.add_bends_to_trunk(&mut bends, net, trunk, to);
        bends[turn..].reverse();
        bends
    }

    /// Adds the turns of a line between a pin and the trunk of its net.
    fn add_bends_to_trunk(&self, bends: &mut Vec<Bend>, net: usize, trunk: usize, pin: ChannelPin) {
        let key = if pin.right { RIGHT_SIDE_OFFSET + pin.row } else { pin.row };
        let main = self.track_of[trunk];
        match self.jog_of.get(&(net, key)).map(|&b| &self.jogs[b]) {
            None => bends.push(Bend { track: main, row: pin.row }),
            Some(jog) => {
                let side = self.track_of[jog.left_trunk + jog.right_trunk - trunk];
                bends.extend([
                    Bend { track: side, row: pin.row },
                    Bend { track: side, row: jog.row },
                    Bend { track: main, row: jog.row },
                ]);
            }
        }
    }
}

/// Returns for each net the number of lines that leave the channel at its output pin.
fn lines_at_output(nets: &[ChannelNet]) -> Vec<usize> {
    let mut lines: BTreeMap<ChannelPin, usize> = BTreeMap::new();
    for net in nets {
        *lines.entry(net.output).or_default() += net.inputs.len();
    }
    nets.iter().map(|net| lines[&net.output]).collect()
}

/// Number that is added to the row of a pin on the right side, so that a single number identifies row and
/// side. It is far greater than any row.
const RIGHT_SIDE_OFFSET: i32 = 1 << 28;

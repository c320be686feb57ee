//! The tracks of a channel: an order of the trunks with few crossings that breaks no rule, then packing.
//!
//! The order starts from pairwise crossing counts (a Borda score), follows the rules by topological sorting, and is
//! improved by exchanging neighbours. Packing is the left-edge algorithm with rules, which here is a longest path.
use super::trunk::{Bridge, CROSSING, Trunk};
use std::collections::BTreeSet;

/// Up to this many trunks neighbours are exchanged.
const EXCHANGE_LIMIT: usize = 120;
/// The answer: a track for each trunk, and which trunks were broken, at which right row, by which bridge.
pub struct Tracks {
    pub track: Vec<usize>,
    pub broken: Vec<(usize, i32, usize)>,
}

/// Gives every trunk a track; `free_row` finds a row for the bridge of a dogleg.
pub fn assign(
    trunks: &mut Vec<Trunk>,
    bridges: &mut Vec<Bridge>,
    free_row: &mut dyn FnMut(i32, i32) -> i32,
) -> Tracks {
    let mut sorter = Sorter::new(trunks, bridges);
    let broken = sorter.sort(trunks, bridges, free_row);
    let Sorter { mut order, before, .. } = sorter;
    if trunks.len() <= EXCHANGE_LIMIT {
        exchange(trunks, &before, &mut order);
    }
    Tracks { track: pack(trunks, &before, &order), broken }
}

/// The trunks that must be on the left of one, and for the sake of which of its right rows (`None`: a bridge).
type Rules = BTreeSet<(usize, Option<i32>)>;

/// A topological sort that prefers low scores and breaks trunks where it is stuck.
struct Sorter {
    /// How many trunks there were before any was broken.
    whole: usize,
    score: Vec<i64>,
    before: Vec<Rules>,
    order: Vec<usize>,
}

impl Sorter {
    fn new(trunks: &[Trunk], bridges: &[Bridge]) -> Self {
        let fed = fed(trunks);
        let mut before = vec![Rules::new(); trunks.len()];
        for (index, trunk) in trunks.iter().enumerate() {
            for &row in &trunk.right {
                let others = feeding(&fed, row).iter().filter(|&&(_, other)| other != index);
                before[index].extend(others.map(|&(_, other)| (other, Some(row))));
            }
        }
        for bridge in bridges {
            before[bridge.east].insert((bridge.west, None));
        }
        Self { whole: trunks.len(), score: scores(trunks, &fed), before, order: Vec::new() }
    }

    fn sort(
        &mut self,
        trunks: &mut Vec<Trunk>,
        bridges: &mut Vec<Bridge>,
        free_row: &mut dyn FnMut(i32, i32) -> i32,
    ) -> Vec<(usize, i32, usize)> {
        let mut broken = Vec::new();
        let mut waiting: Vec<usize> = self.before.iter().map(Rules::len).collect();
        let mut after = self.after();
        let mut ready: BTreeSet<(i64, usize)> =
            (0..trunks.len()).filter(|&t| waiting[t] == 0).map(|t| (self.score[t], t)).collect();
        let mut placed = vec![false; trunks.len()];
        while self.order.len() < trunks.len() {
            let Some((_, next)) = ready.pop_first() else {
                let Some(stuck) = self.stuck(&placed) else { break };
                for row in self.blocked_rows(stuck, &placed) {
                    let bridge = free_row(row, (trunks[stuck].out - row).signum());
                    broken.push((stuck, row, bridges.len()));
                    bridges.push(Bridge { row: bridge, west: stuck, east: trunks.len() });
                    self.split(trunks, stuck, row, bridge);
                    placed.push(false);
                }
                let open = |rules: &Rules| rules.iter().filter(|&&(b, _)| !placed[b]).count();
                waiting = self.before.iter().map(open).collect();
                after = self.after();
                let free = (0..trunks.len()).filter(|&t| !placed[t] && waiting[t] == 0);
                ready = free.map(|t| (self.score[t], t)).collect();
                continue;
            };
            placed[next] = true;
            self.order.push(next);
            for &trunk in &after[next] {
                waiting[trunk] -= 1;
                if waiting[trunk] == 0 {
                    ready.insert((self.score[trunk], trunk));
                }
            }
        }
        broken
    }

    /// For each trunk, which wait for it, once for each rule.
    fn after(&self) -> Vec<Vec<usize>> {
        let mut after = vec![Vec::new(); self.before.len()];
        for (index, rules) in self.before.iter().enumerate() {
            for &(b, _) in rules {
                after[b].push(index);
            }
        }
        after
    }

    /// The trunk to break: the waiting one with the fewest unplaced predecessors, all of them for a row's sake. What was
    /// broken off already would only wait again.
    fn stuck(&self, placed: &[bool]) -> Option<usize> {
        let waits_for = |t: usize| self.before[t].iter().filter(|&&(b, _)| !placed[b]);
        let candidates =
            (0..self.whole).filter(|&t| !placed[t] && waits_for(t).all(|&(_, row)| row.is_some()));
        candidates.min_by_key(|&t| (waits_for(t).count(), t))
    }

    fn blocked_rows(&self, trunk: usize, placed: &[bool]) -> BTreeSet<i32> {
        self.before[trunk].iter().filter(|&&(b, _)| !placed[b]).filter_map(|&(_, row)| row).collect()
    }

    /// Moves one right row of a trunk to a new trunk behind a bridge; what had to be left of the row is now left of that.
    fn split(&mut self, trunks: &mut Vec<Trunk>, index: usize, row: i32, bridge: i32) {
        let trunk = &mut trunks[index];
        trunk.right.retain(|&r| r != row);
        trunk.east.push(bridge);
        let flows_out = trunk.out == row;
        if flows_out {
            trunk.out = bridge;
        }
        trunk.measure();
        let out = if flows_out { row } else { bridge };
        let mut second = Trunk { right: vec![row], west: vec![bridge], out, ins: 1, ..Trunk::default() };
        second.measure();
        trunks.push(second);
        let of_row = |&&(_, cause): &&(usize, Option<i32>)| cause == Some(row);
        let mut moved: Rules = self.before[index].iter().filter(of_row).copied().collect();
        self.before[index].retain(|&(_, cause)| cause != Some(row));
        moved.insert((index, None));
        self.before.push(moved);
        self.score.push(self.score[index]);
    }
}

/// How much each trunk would rather be on the right: what it costs to have it left of each other one, less what it
/// costs to have it right of them, summed over all others (a Borda score). Counted by rows, not by pairs.
fn scores(trunks: &[Trunk], fed: &[Fed]) -> Vec<i64> {
    let low = trunks.iter().map(|t| t.low).min().unwrap_or(0);
    let high = trunks.iter().map(|t| t.high).max().unwrap_or(0);
    let place = |row: i32| usize::try_from(row - low).unwrap_or(0);
    // For each row: taps on the left less those on the right in all rows above it, and trunks that pass it.
    let mut taps = vec![0; place(high) + 2];
    let mut passing = vec![0; place(high) + 2];
    for trunk in trunks {
        trunk.lefts().for_each(|row| taps[place(row) + 1] += 1);
        trunk.rights().for_each(|row| taps[place(row) + 1] -= 1);
        passing[place(trunk.low)] += 1;
        passing[place(trunk.high) + 1] -= 1;
    }
    for row in 1..taps.len() {
        taps[row] += taps[row - 1];
        passing[row] += passing[row - 1];
    }
    let score = |trunk: &Trunk| {
        let crossed = taps[place(trunk.high) + 1] - taps[place(trunk.low)];
        let lefts: i64 = trunk.lefts().map(|row| passing[place(row)]).sum();
        let rights: i64 = trunk.rights().map(|row| passing[place(row)]).sum();
        CROSSING * (crossed + rights - lefts)
    };
    let mut score: Vec<i64> = trunks.iter().map(score).collect();
    for sharing in fed.chunk_by(|a, b| a.0 == b.0).filter(|sharing| sharing.len() > 1) {
        let costs: Vec<i64> =
            sharing.iter().map(|&(row, trunk)| trunks[trunk].cost_of_passing(row)).collect();
        let sum: i64 = costs.iter().sum();
        for (&(_, trunk), cost) in sharing.iter().zip(&costs) {
            score[trunk] += cost * sharing.len() as i64 - sum;
        }
    }
    score
}

/// A row on which a line comes from the left, and a trunk that it feeds.
type Fed = (i32, usize);

/// All of them, sorted.
fn fed(trunks: &[Trunk]) -> Vec<Fed> {
    let of = |(index, trunk): (usize, &'_ Trunk)| {
        trunk.left.iter().map(move |&row| (row, index)).collect::<Vec<_>>()
    };
    let mut fed: Vec<Fed> = trunks.iter().enumerate().flat_map(of).collect();
    fed.sort_unstable();
    fed
}

/// Those on one row.
fn feeding(fed: &[Fed], row: i32) -> &[Fed] {
    let first = fed.partition_point(|f| f.0 < row);
    let count = fed[first..].iter().take_while(|f| f.0 == row).count();
    &fed[first..first + count]
}

/// Exchanges neighbours while that saves crossings; a pair that was compared is so again only after one of it changed.
fn exchange(trunks: &[Trunk], before: &[Rules], order: &mut [usize]) {
    let mut stale = vec![true; order.len()];
    for _ in 0..order.len() {
        let mut moved = false;
        for at in 1..order.len() {
            if !std::mem::take(&mut stale[at]) {
                continue;
            }
            let (a, b) = (order[at - 1], order[at]);
            if before[b].range((a, None)..=(a, Some(i32::MAX))).next().is_some() {
                continue;
            }
            if trunks[b].cost_before(&trunks[a]) < trunks[a].cost_before(&trunks[b]) {
                order.swap(at - 1, at);
                stale[at - 1] = true;
                if let Some(next) = stale.get_mut(at + 1) {
                    *next = true;
                }
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

/// In order, each trunk takes the first track right of all that overlap it or must be left of it.
///
/// Ends on the same track keep a row apart, and lines on the same row a column, so that nothing seems to touch; a
/// bridge that flows to the left gets a column for its tick.
fn pack(trunks: &[Trunk], before: &[Rules], order: &[usize]) -> Vec<usize> {
    let low = trunks.iter().map(|t| t.low).min().unwrap_or(0) - 1;
    let high = trunks.iter().map(|t| t.high).max().unwrap_or(0) + 1;
    let mut next_free = vec![0_usize; usize::try_from(high - low + 1).unwrap_or(0)];
    let mut track = vec![0; trunks.len()];
    for &index in order {
        let trunk = &trunks[index];
        let span = |margin: i32| {
            let row = |r: i32| usize::try_from(r - low).unwrap_or(0);
            row(trunk.low - margin)..row(trunk.high + margin) + 1
        };
        let apart = next_free[span(1)].iter().copied().max().unwrap_or(0);
        let leftward = trunk.west.contains(&trunk.out);
        let apart_from = |cause: Option<i32>| 1 + usize::from(cause.is_some() || leftward);
        let ruled = before[index].iter().map(|&(b, cause)| track[b] + apart_from(cause)).max();
        track[index] = apart.max(ruled.unwrap_or(0));
        next_free[span(0)].fill(track[index] + 1);
    }
    track
}

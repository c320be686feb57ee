//! Track assignment in a channel: puts each trunk on a track, which is a column, so that the rules hold and
//! few lines cross.
//!
//! A rule requires that one trunk lies to the left of another. The initial order of the trunks comes from
//! pairwise crossing counts (a Borda score). A topological sort applies the rules, and exchanges of
//! neighbours improve the order. The left-edge algorithm then packs the trunks in this order.
use super::trunk::{CROSSING_COST, Jog, Trunk};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Maximum number of trunks for exchanges of neighbours.
const EXCHANGE_MAX_TRUNKS: usize = 120;
/// The track of each trunk, and the trunks that had to be broken in two.
pub struct TrackAssignment {
    /// Track of each trunk.
    pub track_of: Vec<usize>,
    /// Broken trunks, as (trunk, row of the right pin, index of the jog).
    pub broken_trunks: Vec<(usize, i32, usize)>,
}

/// Assigns a track to every trunk. Breaks trunks in two where the rules form a cycle, and appends the new
/// trunks and jogs to `trunks` and `jogs`.
///
/// `free_row` claims a row for a jog. Its arguments are a row nearby and a direction (negative is up).
pub fn assign_tracks(
    trunks: &mut Vec<Trunk>,
    jogs: &mut Vec<Jog>,
    free_row: &mut dyn FnMut(i32, i32) -> i32,
) -> TrackAssignment {
    let mut sorter = TrunkSorter::new(trunks, jogs);
    let broken = sorter.sort(trunks, jogs, free_row);
    let TrunkSorter { mut order, left_of_rules: before, .. } = sorter;
    if trunks.len() <= EXCHANGE_MAX_TRUNKS {
        exchange_neighbours(trunks, &before, &mut order);
    }
    TrackAssignment { track_of: pack_tracks(trunks, &before, &order), broken_trunks: broken }
}

/// The rules for one trunk: the trunks that must lie to the left of it, sorted. Each comes with the row of
/// the right pin that causes the rule, or `None` if a jog causes it.
type LeftOfRules = Vec<(usize, Option<i32>)>;

/// Topological sort of the trunks from left to right. A rule requires that one trunk lies to the left of
/// another. The sort prefers low scores, and breaks a trunk in two if the rules form a cycle.
struct TrunkSorter {
    /// Number of trunks before the sort broke any.
    original_count: usize,
    /// Score of each trunk. A trunk with a high score should lie far to the right.
    score: Vec<i64>,
    /// Rules for each trunk.
    left_of_rules: Vec<LeftOfRules>,
    /// Trunks in the order found so far.
    order: Vec<usize>,
}

impl TrunkSorter {
    fn new(trunks: &[Trunk], jogs: &[Jog]) -> Self {
        let fed = trunk_inputs(trunks);
        let mut left_of_rules = vec![LeftOfRules::new(); trunks.len()];
        for (index, trunk) in trunks.iter().enumerate() {
            for &row in &trunk.right_pins {
                let others = pairs_of(&fed, row).iter().filter(|&&(_, other)| other != index);
                left_of_rules[index].extend(others.map(|&(_, other)| (other, Some(row))));
            }
        }
        for jog in jogs {
            left_of_rules[jog.right_trunk].push((jog.left_trunk, None));
        }
        for rules in &mut left_of_rules {
            rules.sort_unstable();
            rules.dedup();
        }
        Self {
            original_count: trunks.len(),
            score: borda_scores(trunks, &fed),
            left_of_rules,
            order: Vec::new(),
        }
    }

    fn sort(
        &mut self,
        trunks: &mut Vec<Trunk>,
        jogs: &mut Vec<Jog>,
        free_row: &mut dyn FnMut(i32, i32) -> i32,
    ) -> Vec<(usize, i32, usize)> {
        let mut broken = Vec::new();
        let mut waiting: Vec<usize> = self.left_of_rules.iter().map(LeftOfRules::len).collect();
        let mut after = self.waiting_for();
        let mut ready: BinaryHeap<Reverse<(i64, usize)>> =
            (0..trunks.len()).filter(|&t| waiting[t] == 0).map(|t| Reverse((self.score[t], t))).collect();
        let mut placed = vec![false; trunks.len()];
        while self.order.len() < trunks.len() {
            let Some(Reverse((_, next))) = ready.pop() else {
                let Some(stuck) = self.trunk_to_break(&placed) else { break };
                for row in self.blocked_rows(stuck, &placed) {
                    let jog_row = free_row(row, (trunks[stuck].output_row - row).signum());
                    broken.push((stuck, row, jogs.len()));
                    jogs.push(Jog { row: jog_row, left_trunk: stuck, right_trunk: trunks.len() });
                    self.break_trunk(trunks, stuck, row, jog_row);
                    placed.push(false);
                }
                let open = |rules: &LeftOfRules| rules.iter().filter(|&&(b, _)| !placed[b]).count();
                waiting = self.left_of_rules.iter().map(open).collect();
                after = self.waiting_for();
                let free = (0..trunks.len()).filter(|&t| !placed[t] && waiting[t] == 0);
                ready = free.map(|t| Reverse((self.score[t], t))).collect();
                continue;
            };
            placed[next] = true;
            self.order.push(next);
            for &(_, trunk) in pairs_of(&after, next) {
                waiting[trunk] -= 1;
                if waiting[trunk] == 0 {
                    ready.push(Reverse((self.score[trunk], trunk)));
                }
            }
        }
        broken
    }

    /// Returns the rules as (trunk, trunk that must lie to the right of it), sorted.
    fn waiting_for(&self) -> Vec<(usize, usize)> {
        let rules = self.left_of_rules.iter().enumerate();
        let mut pairs: Vec<(usize, usize)> =
            rules.flat_map(|(right, rules)| rules.iter().map(move |&(left, _)| (left, right))).collect();
        pairs.sort_unstable();
        pairs
    }

    /// Returns the trunk to break. A rule of a trunk is unmet while the trunk that must lie to its left is
    /// not placed. The function chooses among the trunks whose unmet rules all come from pins, and takes the
    /// one with the fewest unmet rules.
    ///
    /// A part that was broken off is never broken again, because its new part would have the same rules.
    fn trunk_to_break(&self, placed: &[bool]) -> Option<usize> {
        let waits_for = |t: usize| self.left_of_rules[t].iter().filter(|&&(b, _)| !placed[b]);
        let candidates =
            (0..self.original_count).filter(|&t| !placed[t] && waits_for(t).all(|&(_, row)| row.is_some()));
        candidates.min_by_key(|&t| (waits_for(t).count(), t))
    }

    /// Returns the rows of the right pins that cause the unmet rules of a trunk.
    fn blocked_rows(&self, trunk: usize, placed: &[bool]) -> BTreeSet<i32> {
        self.left_of_rules[trunk].iter().filter(|&&(b, _)| !placed[b]).filter_map(|&(_, row)| row).collect()
    }

    /// Breaks a trunk: moves its right pin on `row` to a new trunk, which a jog connects to the old one. The
    /// rules that this pin causes now apply to the new trunk.
    fn break_trunk(&mut self, trunks: &mut Vec<Trunk>, index: usize, row: i32, jog_row: i32) {
        let trunk = &mut trunks[index];
        trunk.right_pins.retain(|&r| r != row);
        trunk.right_jogs.push(jog_row);
        let flows_out = trunk.output_row == row;
        if flows_out {
            trunk.output_row = jog_row;
        }
        trunk.update_extent();
        let out = if flows_out { row } else { jog_row };
        let mut second = Trunk {
            right_pins: vec![row],
            left_jogs: vec![jog_row],
            output_row: out,
            input_count: 1,
            ..Trunk::default()
        };
        second.update_extent();
        trunks.push(second);
        let (mut moved, kept): (LeftOfRules, LeftOfRules) =
            self.left_of_rules[index].iter().partition(|&&(_, cause)| cause == Some(row));
        self.left_of_rules[index] = kept;
        moved.push((index, None));
        moved.sort_unstable();
        self.left_of_rules.push(moved);
        self.score.push(self.score[index]);
    }
}

/// Returns the score of each trunk. A trunk with a high score should lie far to the right.
///
/// The score (a Borda score) is a sum over all other trunks: the cost of placing this trunk to the left of
/// the other one, less the cost of placing it to the right. The function computes the sums row by row, which
/// is faster than pair by pair.
fn borda_scores(trunks: &[Trunk], fed: &[TrunkInput]) -> Vec<i64> {
    let low = trunks.iter().map(|t| t.first_row).min().unwrap_or(0);
    let high = trunks.iter().map(|t| t.last_row).max().unwrap_or(0);
    let place = |row: i32| usize::try_from(row - low).unwrap_or(0);
    // For each row: the number of left connections minus the number of right connections in all rows above
    // it, and the number of trunks that pass it.
    let mut taps = vec![0; place(high) + 2];
    let mut passing = vec![0; place(high) + 2];
    for trunk in trunks {
        trunk.left_rows().for_each(|row| taps[place(row) + 1] += 1);
        trunk.right_rows().for_each(|row| taps[place(row) + 1] -= 1);
        passing[place(trunk.first_row)] += 1;
        passing[place(trunk.last_row) + 1] -= 1;
    }
    for row in 1..taps.len() {
        taps[row] += taps[row - 1];
        passing[row] += passing[row - 1];
    }
    let score = |trunk: &Trunk| {
        let crossed = taps[place(trunk.last_row) + 1] - taps[place(trunk.first_row)];
        let lefts: i64 = trunk.left_rows().map(|row| passing[place(row)]).sum();
        let rights: i64 = trunk.right_rows().map(|row| passing[place(row)]).sum();
        CROSSING_COST * (crossed + rights - lefts)
    };
    let mut score: Vec<i64> = trunks.iter().map(score).collect();
    for sharing in fed.chunk_by(|a, b| a.0 == b.0).filter(|sharing| sharing.len() > 1) {
        let costs: Vec<i64> = sharing.iter().map(|&(_, trunk)| trunks[trunk].cost_of_passing()).collect();
        let sum: i64 = costs.iter().sum();
        for (&(_, trunk), cost) in sharing.iter().zip(&costs) {
            score[trunk] += cost * sharing.len() as i64 - sum;
        }
    }
    score
}

/// An input of a trunk: the row of a line from the left, and the trunk that it leads to.
type TrunkInput = (i32, usize);

/// Returns all inputs of the trunks, sorted.
fn trunk_inputs(trunks: &[Trunk]) -> Vec<TrunkInput> {
    let mut fed = Vec::with_capacity(trunks.iter().map(|trunk| trunk.left_pins.len()).sum());
    for (index, trunk) in trunks.iter().enumerate() {
        fed.extend(trunk.left_pins.iter().map(|&row| (row, index)));
    }
    fed.sort_unstable();
    fed
}

/// Returns the pairs with the key `key`. `pairs` must be sorted by key.
fn pairs_of<K: Ord + Copy, V>(pairs: &[(K, V)], key: K) -> &[(K, V)] {
    let first = pairs.partition_point(|pair| pair.0 < key);
    let count = pairs[first..].iter().take_while(|pair| pair.0 == key).count();
    &pairs[first..first + count]
}

/// Swaps neighbours in `order` as long as that reduces the cost and the rules `before` allow it. Compares a
/// pair again only after one of the two has changed.
fn exchange_neighbours(trunks: &[Trunk], before: &[LeftOfRules], order: &mut [usize]) {
    let mut stale = vec![true; order.len()];
    for _ in 0..order.len() {
        let mut moved = false;
        for at in 1..order.len() {
            if !std::mem::take(&mut stale[at]) {
                continue;
            }
            let (a, b) = (order[at - 1], order[at]);
            if !pairs_of(&before[b], a).is_empty() {
                continue;
            }
            if trunks[b].cost_left_of(&trunks[a]) < trunks[a].cost_left_of(&trunks[b]) {
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

/// Returns the track of each trunk. Trunks are placed in the sequence of `order`. Each gets the first track
/// to the right of all placed trunks that overlap it or must lie to the left of it.
///
/// Two trunks on the same track keep a free row between them, and two lines on the same row a free column, so
/// that they don't seem to touch. If the lines of a trunk leave it to the left, on a jog, one more column
/// stays free between this trunk and the one at the left end of the jog.
fn pack_tracks(trunks: &[Trunk], before: &[LeftOfRules], order: &[usize]) -> Vec<usize> {
    let low = trunks.iter().map(|t| t.first_row).min().unwrap_or(0) - 1;
    let high = trunks.iter().map(|t| t.last_row).max().unwrap_or(0) + 1;
    let mut next_free = vec![0_usize; usize::try_from(high - low + 1).unwrap_or(0)];
    let mut track = vec![0; trunks.len()];
    for &index in order {
        let trunk = &trunks[index];
        let span = |margin: i32| {
            let row = |r: i32| usize::try_from(r - low).unwrap_or(0);
            row(trunk.first_row - margin)..row(trunk.last_row + margin) + 1
        };
        let apart = next_free[span(1)].iter().copied().fold(0, usize::max);
        let leftward = trunk.left_jogs.contains(&trunk.output_row);
        let apart_from = |cause: Option<i32>| 1 + usize::from(cause.is_some() || leftward);
        let ruled = before[index].iter().map(|&(b, cause)| track[b] + apart_from(cause)).max();
        track[index] = apart.max(ruled.unwrap_or(0));
        next_free[span(0)].fill(track[index] + 1);
    }
    track
}

//! Which calls to make next, as a pure function of what is known: what was never read first, then what is on the move
//! or looked at, then whatever has waited longest. So a big estate takes turns, and a small one is read whole each time.

use super::{
    census::{Census, Op},
    roll::Roll,
};
use crate::source::ecs::{budget::Group, decode::run::Run};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// What was read since this long ago is fresh.
pub(crate) const FRESH: Duration = Duration::from_secs(4);

/// A call to a cluster, by the key of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The cluster's key.
    pub cluster: String,
    /// The bucket it draws from: services or tasks.
    pub group: Group,
    /// What is asked.
    pub what: What,
}

/// What is asked of a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The next page of that listing.
    Page(usize),
    /// The tasks of the service of that name that run.
    TasksOf(String),
    /// These.
    Describe(Vec<String>),
}

/// How much a call matters; the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Unlisted,
    New,
    Urgent,
    Turn,
}

/// What calls are planned by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'a> {
    /// The time.
    pub now: Duration,
    /// When this look began.
    pub began: Duration,
    /// The names of services that are looked at, by the cluster's key.
    pub watched: &'a BTreeMap<String, BTreeSet<String>>,
}

impl Circumstances<'_> {
    /// Since when something was described that need not be described again.
    fn fresh(&self) -> Duration {
        // What was described within this look is fresh in any case.
        self.now.saturating_sub(FRESH).min(self.began)
    }
}

/// The calls of one group to make now, at most `tokens`.
pub(crate) fn plan(
    clusters: &BTreeMap<String, Census>,
    group: Group,
    tokens: usize,
    around: Circumstances<'_>,
) -> Vec<Ask> {
    let mut wanted: Vec<(Rank, Reverse<Duration>, Ask)> = Vec::new();
    for (key, census) in clusters {
        let watched = around.watched.get(key).filter(|names| !names.is_empty());
        let watches = |service: Option<&str>| {
            watched.zip(service).is_some_and(|(names, service)| names.contains(service))
        };
        if group == Group::Services {
            let watched = |s: &aws_sdk_ecs::types::Service| watches(s.service_name());
            want(&mut wanted, (key, census), (group, &census.services), (10, 1), watched, around, tokens);
        } else {
            let stirred = census.stirred.iter().filter(|_| !census.rests(Op::ListRunning, around.began));
            wanted.extend(stirred.map(|name| {
                let what = What::TasksOf(name.clone());
                (Rank::Urgent, Reverse(Duration::ZERO), Ask { cluster: key.clone(), group, what })
            }));
            let watched = |run: &Run| watches(run.service());
            want(&mut wanted, (key, census), (group, &census.tasks), (100, 2), watched, around, tokens);
        }
    }
    wanted.sort_by(|a, b| (a.0, a.1, &a.2.cluster).cmp(&(b.0, b.1, &b.2.cluster)));
    // What is urgent may be much and stay so: it leaves half to those whose turn it is.
    let turns = wanted.iter().filter(|(rank, ..)| *rank == Rank::Turn).count();
    let mut urgent = tokens.div_ceil(2).max(tokens.saturating_sub(turns));
    let mut chosen: Vec<Ask> = Vec::new();
    for (rank, _, ask) in wanted {
        if chosen.len() == tokens {
            break;
        }
        if rank == Rank::Urgent {
            if urgent == 0 {
                continue;
            }
            urgent -= 1;
        }
        chosen.push(ask);
    }
    chosen
}

/// Adds what is wanted of one roll: the pages of its listings that are due, and its things in batches of `size`. A listing
/// counts as `weight` times as old as it is, as it also tells what is new.
fn want<T: PartialEq>(
    wanted: &mut Vec<(Rank, Reverse<Duration>, Ask)>,
    (key, census): (&str, &Census),
    (group, roll): (Group, &Roll<T>),
    (size, weight): (usize, u32),
    watched: impl Fn(&T) -> bool,
    around: Circumstances<'_>,
    tokens: usize,
) {
    let rests = |op| census.rests(op, around.began);
    let ask = |what| Ask { cluster: key.to_owned(), group, what };
    for listing in 0..roll.listings() {
        // Until all is known once, nothing is asked for a second time.
        let old = |began| census.settled && began < around.fresh();
        let due = roll.token(listing).is_some() || roll.listed(listing).is_none_or(old);
        if due && !rests(Op::page(group, listing)) {
            let (rank, age) = match roll.listed(listing) {
                None => (Rank::Unlisted, Duration::ZERO),
                Some(began) => (Rank::Turn, around.now.saturating_sub(began) * weight),
            };
            wanted.push((rank, Reverse(age), ask(What::Page(listing))));
        }
    }
    if rests(Op::describe(group)) {
        return;
    }
    let due = roll.due(around.fresh(), watched, tokens * size);
    let new = due.new.into_iter().map(|id| (Rank::New, Duration::ZERO, id));
    let urgent = due.urgent.into_iter().map(|id| (Rank::Urgent, Duration::ZERO, id));
    let calm = due.calm.into_iter().map(|(at, id)| (Rank::Turn, around.now.saturating_sub(at), id));
    let again = urgent.chain(calm).filter(|_| census.settled);
    let all: Vec<_> = new.chain(again).collect();
    // A batch costs the same however full it is, so the last of the urgent ones takes calm ones with it.
    let mut batches: BTreeMap<Rank, usize> = BTreeMap::new();
    for batch in all.chunks(size) {
        let (rank, age, _) = &batch[0];
        let before = batches.entry(*rank).or_default();
        *before += 1;
        // No more of a rank than there are tokens can be chosen: a big estate has hundreds.
        if *before > tokens {
            continue;
        }
        let ids = batch.iter().map(|(_, _, id)| String::clone(id)).collect();
        wanted.push((*rank, Reverse(*age), ask(What::Describe(ids))));
    }
}

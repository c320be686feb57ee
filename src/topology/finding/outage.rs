//! Since when an outage lasts, over many judgings and over restarts of the program. A source forgets: ECS lists the newest
//! ended tasks only, and an engine its events, so that the oldest of them moves on as the fault goes on. What was known of
//! the beginning once is kept here for as long as the outage lasts.

use super::{Draft, KINDS, Kind, Part, restarts::Counts};
use crate::model::{Finding, Inventory, NodeId, Onset, Outage, ServiceId, SourceId, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// How long a fault is young: a source may show what is wanted before what is on its way.
const YOUNG: SignedDuration = SignedDuration::from_secs(30);

/// How long an outage may be out of sight and still be the same: a service that fails again and again looks well in
/// between.
const GRACE: SignedDuration = SignedDuration::from_mins(2);

/// How long nobody may have watched an outage, of which its source does not know the beginning, that is taken for the same.
const UNWATCHED: SignedDuration = SignedDuration::from_hours(1);

/// How much earlier an onset must be than the known one to take its place: some are reckoned, and never twice to the second.
const CLEARLY: SignedDuration = SignedDuration::from_secs(15);

/// What lasts from one judging to the next.
#[derive(Clone, Debug, Default)]
pub struct Lasting {
    /// The outages by service: one may be told by other words as it goes on, and is the same.
    pub(super) outages: BTreeMap<NodeId, Outage>,
    /// The sources that were judged whole before: what is new there now has begun since.
    pub(super) watched: BTreeSet<SourceId>,
    /// How often what was started again.
    pub(super) counts: Counts,
}

/// Whether a fault that began at `own`, by its source, is the known outage.
fn is_same(known: &Outage, own: Option<Onset>, now: Timestamp) -> bool {
    match own {
        Some(own) if !own.at_least => own.at.duration_since(known.seen) <= GRACE,
        Some(own) => own.at.duration_since(known.seen) <= UNWATCHED,
        None => now.duration_since(known.seen) <= UNWATCHED,
    }
}

/// The beginning of an outage that is known since `known`, and that its source tells as `own` now.
fn onset(known: Onset, own: Option<Onset>) -> Onset {
    match own {
        Some(own) if known.at.duration_since(own.at) > CLEARLY => own,
        Some(own) if own.at <= known.at && known.at_least && !own.at_least => own,
        _ => known,
    }
}

impl Lasting {
    /// Takes what an earlier run knew of outages, which this one may have begun to see meanwhile.
    pub fn recall(&mut self, earlier: BTreeMap<NodeId, Outage>) {
        for (node, outage) in earlier {
            let same =
                |now: &Outage| now.wanted == outage.wanted && is_same(&outage, Some(now.since), now.seen);
            match self.outages.get_mut(&node) {
                Some(now) if same(now) => now.since = onset(outage.since, Some(now.since)),
                Some(_) => {}
                None => {
                    self.outages.insert(node, outage);
                }
            }
        }
    }

    /// The outages of a source's services.
    pub fn outages<'a>(&'a self, source: &'a SourceId) -> impl Iterator<Item = (&'a NodeId, &'a Outage)> {
        self.outages.iter().filter(move |(node, _)| source_of(node) == *source)
    }

    /// The same after a judging: what was found lasts, and what was out of sight for a while is over. `whole` are the
    /// sources that were read whole.
    pub(super) fn follow(
        mut self,
        findings: &[Finding],
        inventory: &Inventory,
        whole: BTreeSet<SourceId>,
        now: Timestamp,
    ) -> Self {
        self.counts.follow(inventory, &self.watched, now);
        self.outages.retain(|node, outage| {
            let patience = if whole.contains(&source_of(node)) { GRACE } else { UNWATCHED };
            now.duration_since(outage.seen) <= patience
        });
        self.outages.extend(findings.iter().filter_map(|finding| found(finding, now)));
        self.watched = whole;
        self
    }

    /// Whether such a fault of a service has begun only just now, as far as it was watched.
    pub(super) fn is_young(&self, now: Timestamp, service: &ServiceId) -> bool {
        match self.outages.get(&NodeId::from(service)) {
            Some(outage) => !outage.since.at_least && now.duration_since(outage.since.at) < YOUNG,
            None => self.watched.contains(&SourceId::from(service)),
        }
    }

    /// Puts right since when a fault is: no later than it was known to be; now, if it is new and its source does not say.
    pub(super) fn amend(&self, kind: &Kind, draft: &mut Draft, now: Timestamp) {
        let (true, Some(node)) = (kind.part.is_end(), draft.node().cloned()) else { return };
        let wanted = kind.part == Part::Rest;
        let known = self.outages.get(&node);
        let known = known.filter(|outage| outage.wanted == wanted && is_same(outage, draft.since, now));
        let watched = self.watched.contains(&source_of(&node));
        draft.since = Some(match (known, draft.since) {
            (Some(outage), own) => onset(outage.since, own),
            (None, Some(own)) => own,
            (None, None) => Onset { at: now, at_least: !watched },
        });
    }
}

/// The outage that a finding tells of, where it tells of one.
fn found(finding: &Finding, now: Timestamp) -> Option<(NodeId, Outage)> {
    let kind = KINDS.iter().find(|kind| kind.id == finding.kind).filter(|kind| kind.part.is_end())?;
    let outage = Outage { since: finding.onset()?, seen: now, wanted: kind.part == Part::Rest };
    Some((finding.node.clone()?, outage))
}

/// The source of a service's node, whose id begins with it.
fn source_of(node: &NodeId) -> SourceId {
    SourceId::from(&ServiceId::new(node.as_str()))
}

#[cfg(test)]
mod tests;

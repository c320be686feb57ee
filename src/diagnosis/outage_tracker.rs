//! The outage tracker: start times of outages over many evaluations and over restarts of Portolan.
//!
//! Sources forget. ECS lists only the newest stopped tasks and an engine only recent events, so the oldest
//! known failure moves forward while a fault lasts. The tracker keeps the earliest known start for as long as
//! the outage lasts.

use super::{class::FindingClass, draft::FindingDraft, restart_counts::RestartCounts};
use crate::model::{Inventory, NodeId, Onset, Outage, ServiceId, SourceId, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// Age below which a fault is new: a source may report a higher desired count before the new instances.
const NEW_FAULT_PERIOD: SignedDuration = SignedDuration::from_secs(30);

/// Maximum time without a fault within one outage: a service that fails repeatedly looks healthy in between.
const MAX_HEALTHY_GAP: SignedDuration = SignedDuration::from_mins(2);

/// Maximum time without observation within one outage, if the source does not know its start.
const MAX_UNWATCHED_GAP: SignedDuration = SignedDuration::from_hours(1);

/// Minimum time by which an onset must precede the known one to replace it. Some onsets are computed, and
/// differ by seconds each time.
const ONSET_TOLERANCE: SignedDuration = SignedDuration::from_secs(15);

/// The state that is passed from one evaluation to the next.
#[derive(Clone, Debug, Default)]
pub struct OutageTracker {
    /// The current outages, by service. The reported reason may change while an outage lasts.
    pub(super) outages: BTreeMap<NodeId, Outage>,
    /// The sources that were complete at the previous evaluation, so that a new fault in them has begun
    /// since.
    pub(super) complete_sources: BTreeSet<SourceId>,
    /// Recent restarts of instances.
    pub(super) restart_counts: RestartCounts,
}

/// Returns true if a fault that began at `own`, by its source's records, is the `known` outage.
fn is_same_outage(known: &Outage, own: Option<Onset>, now: Timestamp) -> bool {
    match own {
        Some(own) if !own.at_least => own.at.duration_since(known.last_seen) <= MAX_HEALTHY_GAP,
        Some(own) => own.at.duration_since(known.last_seen) <= MAX_UNWATCHED_GAP,
        None => now.duration_since(known.last_seen) <= MAX_UNWATCHED_GAP,
    }
}

/// Returns the onset of an outage, from the `known` one and the source's `own` one.
fn merge_onsets(known: Onset, own: Option<Onset>) -> Onset {
    match own {
        Some(own) if known.at.duration_since(own.at) > ONSET_TOLERANCE => own,
        Some(own) if own.at <= known.at && known.at_least && !own.at_least => own,
        _ => known,
    }
}

impl OutageTracker {
    /// Merges the outages that an earlier run saved. This run may already have found some of them again.
    pub fn load_saved(&mut self, earlier: BTreeMap<NodeId, Outage>) {
        for (node, outage) in earlier {
            let same = |now: &Outage| {
                now.intentional == outage.intentional
                    && is_same_outage(&outage, Some(now.since), now.last_seen)
            };
            match self.outages.get_mut(&node) {
                Some(now) if same(now) => now.since = merge_onsets(outage.since, Some(now.since)),
                Some(_) => {}
                None => {
                    self.outages.insert(node, outage);
                }
            }
        }
    }

    /// Returns the outages of the services of `source`.
    pub fn outages_of<'a>(&'a self, source: &'a SourceId) -> impl Iterator<Item = (&'a NodeId, &'a Outage)> {
        self.outages.iter().filter(move |(node, _)| node.service_source().as_ref() == Some(source))
    }

    /// Adds the outages of an evaluation, and removes those not found for a while. `whole` lists the
    /// sources that are complete.
    pub(super) fn update(
        mut self,
        outages: impl Iterator<Item = (NodeId, Outage)>,
        inventory: &Inventory,
        whole: BTreeSet<SourceId>,
        now: Timestamp,
    ) -> Self {
        self.restart_counts.update(inventory, &self.complete_sources, now);
        self.outages.retain(|node, outage| {
            let is_complete = node.service_source().is_some_and(|source| whole.contains(&source));
            let patience = if is_complete { MAX_HEALTHY_GAP } else { MAX_UNWATCHED_GAP };
            now.duration_since(outage.last_seen) <= patience
        });
        self.outages.extend(outages);
        self.complete_sources = whole;
        self
    }

    /// Returns true if a fault of `service` is new, as far as the service was observed.
    pub(super) fn just_began(&self, now: Timestamp, service: &ServiceId) -> bool {
        match self.outages.get(&NodeId::from(service)) {
            Some(outage) => !outage.since.at_least && now.duration_since(outage.since.at) < NEW_FAULT_PERIOD,
            None => self.complete_sources.contains(&SourceId::from(service)),
        }
    }

    /// Corrects the onset of a draft: no later than the known one, or `now` if the outage is new and its
    /// source gives no time.
    pub(super) fn correct_onset(&self, class: FindingClass, draft: &mut FindingDraft, now: Timestamp) {
        let (true, Some(node)) = (class.explains_downtime(), draft.node().cloned()) else { return };
        let wanted = class == FindingClass::IntentionalStop;
        let known = self.outages.get(&node);
        let known =
            known.filter(|outage| outage.intentional == wanted && is_same_outage(outage, draft.since, now));
        let watched = node.service_source().is_some_and(|source| self.complete_sources.contains(&source));
        draft.since = Some(match (known, draft.since) {
            (Some(outage), own) => merge_onsets(outage.since, own),
            (None, Some(own)) => own,
            (None, None) => Onset { at: now, at_least: !watched },
        });
    }
}

#[cfg(test)]
mod tests;

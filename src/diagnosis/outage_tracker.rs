//! Tracking of outages over many evaluations and over restarts of Portolan, so that each keeps its start.
//!
//! Sources forget: ECS lists only the newest stopped tasks, and an engine only recent events. Therefore,
//! while a fault lasts, the oldest failure that the source still reports becomes ever newer. The tracker
//! keeps the earliest known start until the outage ends.

use super::{class::FindingClass, draft::FindingDraft, restart_counts::RestartCounts};
use crate::model::{Inventory, NodeId, Onset, Outage, ServiceId, SourceId, Timestamp};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// Age below which a fault counts as new. Missing instances are no alarm during this time, because a source
/// may report a higher desired count before it lists the new instances.
const NEW_FAULT_PERIOD: SignedDuration = SignedDuration::from_secs(30);

/// Maximum time without a fault within one outage. A service that fails repeatedly looks healthy between two
/// failures.
const MAX_HEALTHY_GAP: SignedDuration = SignedDuration::from_mins(2);

/// Maximum time within one outage during which Portolan did not observe the service. This limit applies if
/// the source does not know when the fault started.
const MAX_UNOBSERVED_GAP: SignedDuration = SignedDuration::from_hours(1);

/// Minimum time by which a computed onset must precede the known one to replace it. Computed onsets vary by
/// some seconds between evaluations.
const ONSET_TOLERANCE: SignedDuration = SignedDuration::from_secs(15);

/// The outages and restart counts that earlier evaluations found. Each evaluation passes the tracker on to
/// the next one.
#[derive(Clone, Debug, Default)]
pub struct OutageTracker {
    /// The current outages, by node of the service.
    pub(super) outages: BTreeMap<NodeId, Outage>,
    /// The sources that were read completely at the previous evaluation. If one of them did not show a fault
    /// then, the fault has begun since.
    pub(super) complete_sources: BTreeSet<SourceId>,
    /// Restart counts of instances at recent evaluations.
    pub(super) restart_counts: RestartCounts,
}

/// Returns true if a fault is part of the outage `known`. `own` is the fault's onset according to the source;
/// `None` if the source does not know it.
fn is_same_outage(known: &Outage, own: Option<Onset>, now: Timestamp) -> bool {
    match own {
        Some(own) if !own.at_least => own.at.duration_since(known.last_seen) <= MAX_HEALTHY_GAP,
        Some(own) => own.at.duration_since(known.last_seen) <= MAX_UNOBSERVED_GAP,
        None => now.duration_since(known.last_seen) <= MAX_UNOBSERVED_GAP,
    }
}

/// Returns the earlier one of two onsets of the same outage: `known` from earlier evaluations, or `own` from
/// the source. Keeps `known` if it is at most [`ONSET_TOLERANCE`] later, unless only `own` is exact.
fn merge_onsets(known: Onset, own: Option<Onset>) -> Onset {
    match own {
        Some(own) if known.at.duration_since(own.at) > ONSET_TOLERANCE => own,
        Some(own) if own.at <= known.at && known.at_least && !own.at_least => own,
        _ => known,
    }
}

impl OutageTracker {
    /// Adds the outages that an earlier run of Portolan saved. If this run has already found the same outage,
    /// that outage gets the earlier onset.
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

    /// Adds the outages that an evaluation found, and removes those that no recent evaluation has found.
    /// `whole` lists the sources that were read completely.
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
            let patience = if is_complete { MAX_HEALTHY_GAP } else { MAX_UNOBSERVED_GAP };
            now.duration_since(outage.last_seen) <= patience
        });
        self.outages.extend(outages);
        self.complete_sources = whole;
        self
    }

    /// Returns true if a fault of `service` that exists at `now` certainly began within the last
    /// [`NEW_FAULT_PERIOD`], or after the previous evaluation.
    pub(super) fn just_began(&self, now: Timestamp, service: &ServiceId) -> bool {
        match self.outages.get(&NodeId::from(service)) {
            Some(outage) => !outage.since.at_least && now.duration_since(outage.since.at) < NEW_FAULT_PERIOD,
            None => self.complete_sources.contains(&SourceId::from(service)),
        }
    }

    /// Corrects the onset of a draft that explains why a service is down. Uses the onset of the known outage
    /// if that is earlier. If neither the draft nor the tracker has an onset, the onset is `now`.
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

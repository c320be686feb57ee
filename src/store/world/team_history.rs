//! History of a team: merges the history that other members recorded, and returns the history of this member
//! while it leads.

use super::World;
use crate::{
    history::{Entry, Subject},
    model::{EventKind, ServiceId, SourceId, SourceStatus, TeamRole, Text, Timestamp},
    team::{SharedAction, TeamHistoryPart, is_team_entry},
};
use jiff::SignedDuration;
use std::{collections::BTreeMap, sync::Arc};

/// Minimum time between two writes of one source's history.
const SHARE_INTERVAL: SignedDuration = SignedDuration::from_mins(1);

/// Maximum time by which another member's clock may be ahead of this member's clock. Portolan ignores entries
/// that are further in the future.
const MAX_CLOCK_LEAD: SignedDuration = SignedDuration::from_mins(5);

/// State of sharing the history with a team: the time for which the team keeps it, and the version of each
/// source's history that this member last shared.
#[derive(Clone, Debug, Default)]
pub(super) struct TeamHistoryState {
    /// Time for which the team keeps its history; zero if the team keeps none.
    keep: SignedDuration,
    /// Time at which the history of each source was last shared, and its version then.
    last_shared: BTreeMap<SourceId, (Timestamp, u64)>,
}

impl World {
    /// Sets the time for which the team keeps its history. With zero, the team keeps none.
    #[must_use]
    pub fn with_team_history(mut self, keep: SignedDuration) -> Self {
        self.team_history.keep = keep;
        self
    }

    /// Merges a part of the team's history of `source`.
    pub fn add_team_history(&mut self, source: &SourceId, part: TeamHistoryPart) {
        match part {
            TeamHistoryPart::Entries(entries) => {
                let latest = self.latest_accepted_time();
                self.history.merge(entries.into_iter().filter(|entry| entry.at <= latest));
            }
            TeamHistoryPart::Actions(actions) => {
                let latest = self.latest_accepted_time();
                let entries = actions.iter().flat_map(|action| action_entries(source, action));
                self.history.merge(entries.filter(|entry| entry.at <= latest));
            }
        }
    }

    /// Returns the latest time that an entry of another member may have. Later entries are ignored.
    fn latest_accepted_time(&self) -> Timestamp {
        self.now.checked_add(MAX_CLOCK_LEAD).unwrap_or(Timestamp::MAX)
    }

    /// Returns the history of each source that this member polls for the team, if the history has changed
    /// since it was last shared. Each source is due at most once a minute.
    pub fn due_history_shares(&mut self) -> Vec<(SourceId, Vec<Arc<Entry>>)> {
        if self.team_history.keep.is_zero() {
            return Vec::new();
        }
        let (now, version) = (self.now, self.history.version());
        let last_shared = &mut self.team_history.last_shared;
        let mut due = Vec::new();
        for status in &self.sources {
            if !leads(status) {
                last_shared.remove(&status.id);
                continue;
            }
            let is_due = last_shared.get(&status.id).is_none_or(|(at, last_version)| {
                *last_version != version && now.duration_since(*at) >= SHARE_INTERVAL
            });
            if is_due {
                last_shared.insert(status.id.clone(), (now, version));
                let oldest = now.checked_sub(self.team_history.keep).unwrap_or(Timestamp::MIN);
                let recent = self.history.entries().rev().take_while(|entry| entry.at >= oldest);
                let shared = recent.filter(|entry| is_team_entry(entry, &status.id)).cloned();
                due.push((status.id.clone(), shared.collect()));
            }
        }
        due
    }
}

/// Returns the timeline entries for another member's action: the same entries for each service of the action.
fn action_entries(source: &SourceId, action: &SharedAction) -> Vec<Entry> {
    let texts = action.timeline_texts().into_iter();
    let entries = texts.flat_map(|(at, text, health)| {
        let subject = |service: &Text| Subject::from(&ServiceId::of(source, None, service));
        let subjects: Vec<Subject> = action.services.iter().map(subject).collect();
        subjects
            .into_iter()
            .map(move |subject| Entry::new(at, subject, EventKind::Action, text.clone(), health))
    });
    entries.collect()
}

/// Returns true if this member polls the source for its team.
fn leads(status: &SourceStatus) -> bool {
    status.team.as_ref().is_some_and(|team| matches!(team.role, TeamRole::Leading { .. }))
}

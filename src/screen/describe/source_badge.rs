//! State of a source in a few words, for the header and the sources screen. Each kind of failure has its own
//! label.

use super::time;
use crate::{
    model::{FailureKind, Health, SourcePart, SourceState, SourceStatus, Timestamp},
    screen::Theme,
    store::World,
};

/// Delay after its scheduled time, in seconds, beyond which a poll counts as late.
const OVERDUE_AFTER_SECONDS: i64 = 10;

/// Returns the state of a source as text, and as the health whose glyph and colour express it.
#[must_use]
pub fn source_badge(status: &SourceStatus, world: &World) -> (Health, String) {
    let now = world.now;
    let health = Theme::source_health(status.state);
    let age = status.last_read.map(|at| time::age(at, now)).unwrap_or_default();
    let trouble = status.failure.as_ref().map(|failure| failure_label(failure.kind));
    match status.state {
        SourceState::Loading => {
            (health, loading_progress(status).unwrap_or_else(|| status.state.as_str().to_owned()))
        }
        SourceState::Cached => {
            let suffix = loading_progress(status).map(|words| format!(", {words}")).unwrap_or_default();
            (health, format!("cached {age}{suffix}"))
        }
        SourceState::Live if is_overdue(status, now) => (Health::Degraded, format!("late, {age} old")),
        SourceState::Live => match (worst_unread_part(status, world), status.pushes_changes) {
            (Some(kind), _) => (Health::Degraded, format!("{age}, {}", failure_label(kind))),
            (None, true) => (health, "live".to_owned()),
            (None, false) => (health, age),
        },
        SourceState::Stale => (health, format!("{}, {age} old", trouble.unwrap_or("stale"))),
        SourceState::Denied | SourceState::Failed => {
            (health, trouble.unwrap_or(status.state.as_str()).to_owned())
        }
    }
}

/// Returns a label for the failure of a source, or else for the worst failure among its unread parts. Returns
/// `None` if nothing has failed.
#[must_use]
pub fn problem_label(status: &SourceStatus, world: &World) -> Option<&'static str> {
    let failure = status.failure.as_ref().map(|failure| failure.kind);
    failure.or_else(|| worst_unread_part(status, world)).map(failure_label)
}

/// Returns the progress of the initial load, such as `12/40 services`, for the part that has the most items
/// left to read. Ignores the enrichment, which is data beside services and tasks. Returns `None` while no
/// item has been found.
#[must_use]
pub fn loading_progress(status: &SourceStatus) -> Option<String> {
    let parts = status.progress.iter().filter(|progress| progress.part != SourcePart::Enrichment);
    let most = parts.max_by_key(|progress| progress.known.saturating_sub(progress.read))?;
    (most.known > 0).then(|| format!("{}/{} {}", most.read, most.known, most.part.label()))
}

/// Returns the time until the next poll as text, or `None` if no poll is scheduled or the poll is already
/// due.
#[must_use]
pub fn next_poll_label(status: &SourceStatus, now: Timestamp) -> Option<String> {
    let left = status.poll_schedule?.next_poll.as_second() - now.as_second();
    (left > 0).then(|| format!("next poll in {left}s"))
}

/// Returns true if the scheduled poll is late by more than `OVERDUE_AFTER_SECONDS`.
fn is_overdue(status: &SourceStatus, now: Timestamp) -> bool {
    status
        .poll_schedule
        .is_some_and(|pace| now.as_second() - pace.next_poll.as_second() > OVERDUE_AFTER_SECONDS)
}

/// All kinds of failure, the worst first. A failure that needs action by the user is worse than one that may
/// end by itself.
const FAILURES_WORST_FIRST: [FailureKind; 7] = [
    FailureKind::Credentials,
    FailureKind::Denied,
    FailureKind::Invalid,
    FailureKind::Missing,
    FailureKind::Unreachable,
    FailureKind::Throttled,
    FailureKind::Timeout,
];

/// Returns the worst kind of failure among the parts of the source that could not be read.
fn worst_unread_part(status: &SourceStatus, world: &World) -> Option<FailureKind> {
    worst_failure(world.inventory.snapshot(&status.id)?.unread_parts.iter().map(|gap| gap.failure.kind))
}

fn worst_failure(kinds: impl Iterator<Item = FailureKind>) -> Option<FailureKind> {
    kinds.min_by_key(|kind| FAILURES_WORST_FIRST.iter().position(|rank| rank == kind))
}

/// Returns the label of a kind of failure.
fn failure_label(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Denied => "denied",
        FailureKind::Credentials => "auth failed",
        FailureKind::Throttled => "throttled",
        FailureKind::Unreachable => "unreachable",
        FailureKind::Timeout => "timeout",
        FailureKind::Missing => "not found",
        FailureKind::Invalid => "invalid",
    }
}

#[cfg(test)]
mod tests {
    use super::{FAILURES_WORST_FIRST, loading_progress, worst_failure};
    use crate::model::{FailureKind, LoadProgress, SourceId, SourcePart, SourceStatus};

    #[test]
    fn a_load_that_has_not_begun_has_no_numbers() {
        let mut status = SourceStatus::new(SourceId::new("ecs"), "ecs", "1-x");
        for (known, expected) in [(0, None), (4, Some("0/4 services"))] {
            status.progress = vec![LoadProgress { part: SourcePart::Services, read: 0, known }];
            assert_eq!(loading_progress(&status).as_deref(), expected);
        }
    }

    #[test]
    fn failures_that_need_action_come_first() {
        use FailureKind::{Credentials, Denied, Throttled, Timeout, Unreachable};
        assert_eq!(worst_failure([Throttled, Denied, Timeout].into_iter()), Some(Denied));
        assert_eq!(worst_failure([Denied, Credentials].into_iter()), Some(Credentials));
        assert_eq!(worst_failure([Timeout, Unreachable].into_iter()), Some(Unreachable));
        assert_eq!(worst_failure(FAILURES_WORST_FIRST.into_iter().rev()), Some(FAILURES_WORST_FIRST[0]));
    }
}

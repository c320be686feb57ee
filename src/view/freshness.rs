//! How fresh a source is, in as few words as a header has room for: each trouble looks different from the others.

use super::{Theme, time};
use crate::{
    model::{FailureKind, Health, Part, SourceState, SourceStatus, Timestamp},
    store::Store,
};

/// How much later than it was meant to be a look makes a source slow, in seconds.
const LATE: i64 = 10;

/// The colour and the words for a source now.
#[must_use]
pub fn freshness(status: &SourceStatus, store: &Store) -> (Health, String) {
    let now = store.now;
    let health = Theme::source(status.state);
    let age = status.last_read.map(|at| time::age(at, now)).unwrap_or_default();
    let trouble = status.failure.as_ref().map(|failure| word(failure.kind));
    match status.state {
        SourceState::Loading => (health, progress(status).unwrap_or_else(|| status.state.word().to_owned())),
        SourceState::Cached => {
            let far = progress(status).map(|words| format!(", {words}")).unwrap_or_default();
            (health, format!("from {age} ago{far}"))
        }
        SourceState::Live if is_late(status, now) => (Health::Degraded, format!("slow, {age} old")),
        SourceState::Live => match (gap(status, store), status.nudged) {
            (Some(kind), _) => (Health::Degraded, format!("{age}, {}", word(kind))),
            (None, true) => (health, "live".to_owned()),
            (None, false) => (health, age),
        },
        SourceState::Stale => (health, format!("{}, {age} old", trouble.unwrap_or("stale"))),
        SourceState::Denied | SourceState::Failed => {
            (health, trouble.unwrap_or(status.state.word()).to_owned())
        }
    }
}

/// What is wrong with it now, in a word.
#[must_use]
pub fn trouble(status: &SourceStatus, store: &Store) -> Option<&'static str> {
    let failure = status.failure.as_ref().map(|failure| failure.kind);
    failure.or_else(|| gap(status, store)).map(word)
}

/// How far the first reading is, of the part that has the most left.
#[must_use]
pub fn progress(status: &SourceStatus) -> Option<String> {
    let parts = status.progress.iter().filter(|progress| progress.part != Part::Surroundings);
    let most = parts.max_by_key(|progress| progress.known.saturating_sub(progress.read))?;
    Some(format!("{}/{} {}", most.read, most.known, most.part.words()))
}

/// When it is looked at next, where that is not at once.
#[must_use]
pub fn next(status: &SourceStatus, now: Timestamp) -> Option<String> {
    let left = status.pace?.next.as_second() - now.as_second();
    (left > 0).then(|| format!("next look in {left} s"))
}

/// Whether the look that is due does not come back.
fn is_late(status: &SourceStatus, now: Timestamp) -> bool {
    status.pace.is_some_and(|pace| now.as_second() - pace.next.as_second() > LATE)
}

/// Of several troubles one word tells: what stays until somebody acts comes before what may pass by itself.
const WORST_FIRST: [FailureKind; 7] = [
    FailureKind::Credentials,
    FailureKind::Denied,
    FailureKind::Invalid,
    FailureKind::Missing,
    FailureKind::Unreachable,
    FailureKind::Throttled,
    FailureKind::Timeout,
];

/// The worst trouble with a part of it.
fn gap(status: &SourceStatus, store: &Store) -> Option<FailureKind> {
    worst(store.inventory.snapshot(&status.id)?.gaps.iter().map(|gap| gap.failure.kind))
}

fn worst(kinds: impl Iterator<Item = FailureKind>) -> Option<FailureKind> {
    kinds.min_by_key(|kind| WORST_FIRST.iter().position(|rank| rank == kind))
}

/// A word for a trouble.
fn word(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Denied => "denied",
        FailureKind::Credentials => "no valid login",
        FailureKind::Throttled => "throttled",
        FailureKind::Unreachable => "unreachable",
        FailureKind::Timeout => "slow",
        FailureKind::Missing => "gone",
        FailureKind::Invalid => "unreadable",
    }
}

#[cfg(test)]
mod tests {
    use super::{WORST_FIRST, worst};
    use crate::model::FailureKind;

    #[test]
    fn what_somebody_must_mend_is_told_before_what_passes() {
        use FailureKind::{Credentials, Denied, Throttled, Timeout, Unreachable};
        assert_eq!(worst([Throttled, Denied, Timeout].into_iter()), Some(Denied));
        assert_eq!(worst([Denied, Credentials].into_iter()), Some(Credentials));
        assert_eq!(worst([Timeout, Unreachable].into_iter()), Some(Unreachable));
        assert_eq!(worst(WORST_FIRST.into_iter().rev()), Some(WORST_FIRST[0]));
    }
}

//! Cache of the result of the last read, with the keys that were read, such as ARNs.

use crate::model::UnreadPart;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Time for which an incomplete result (one with an unread part) is reused.
const PARTIAL_CACHE_TTL: Duration = Duration::from_secs(10);

/// Cache of the result of the last read. A later read of the same keys, or of some of them, gets this result.
#[derive(Debug)]
pub(super) struct LastRead<K, T> {
    /// Time for which a complete result is reused.
    ttl: Duration,
    cached: Mutex<Option<CachedResult<K, T>>>,
}

#[derive(Debug)]
struct CachedResult<K, T> {
    fetched_at: Instant,
    keys: BTreeSet<K>,
    data: Arc<T>,
    unread_part: Option<UnreadPart>,
}

impl<K: Ord, T> LastRead<K, T> {
    /// Creates an empty cache that reuses a complete result for `ttl`.
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, cached: Mutex::new(None) }
    }

    /// Returns the last result if its keys include all of `wanted` and it is still valid at `now`. An
    /// incomplete result, which has an unread part, is valid for [`PARTIAL_CACHE_TTL`].
    pub(super) fn get(&self, wanted: &BTreeSet<K>, now: Instant) -> Option<(Arc<T>, Option<UnreadPart>)> {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let last = cached.as_ref().filter(|last| last.keys.is_superset(wanted))?;
        let ttl = if last.unread_part.is_some() { PARTIAL_CACHE_TTL } else { self.ttl };
        (now.duration_since(last.fetched_at) < ttl)
            .then(|| (Arc::clone(&last.data), last.unread_part.clone()))
    }

    /// Caches `data` and `unread_part` as the result of a read of `keys`, and returns both.
    pub(super) fn put(
        &self,
        keys: BTreeSet<K>,
        data: T,
        unread_part: Option<UnreadPart>,
    ) -> (Arc<T>, Option<UnreadPart>) {
        let data = Arc::new(data);
        let result = CachedResult {
            fetched_at: Instant::now(),
            keys,
            data: Arc::clone(&data),
            unread_part: unread_part.clone(),
        };
        *self.cached.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        (data, unread_part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Failure, FailureKind};

    #[test]
    fn a_result_is_reused_while_it_is_recent_and_covers_the_keys() {
        let last = LastRead::new(Duration::from_mins(1));
        let one = BTreeSet::from(["a"]);
        assert!(last.get(&one, Instant::now()).is_none());
        last.put(BTreeSet::from(["a", "b"]), 7, None);
        let now = Instant::now();
        assert_eq!(last.get(&one, now).map(|(data, _)| *data), Some(7));
        assert!(last.get(&BTreeSet::from(["a", "c"]), now).is_none());
        assert!(last.get(&one, now + Duration::from_mins(1)).is_none());
    }

    #[test]
    fn an_incomplete_result_is_reused_for_a_shorter_time() {
        let last = LastRead::new(Duration::from_mins(1));
        let one = BTreeSet::from(["a"]);
        let failure = Failure::new(FailureKind::Denied, "denied", "");
        last.put(one.clone(), 7, Some(UnreadPart { name: "load balancers".into(), failure }));
        let now = Instant::now();
        assert!(last.get(&one, now).is_some_and(|(_, unread)| unread.is_some()));
        assert!(last.get(&one, now + PARTIAL_CACHE_TTL).is_none());
    }
}

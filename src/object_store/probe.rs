//! Probe that tests whether a store honours write conditions. Some stores ignore them and report success to
//! every writer. A team can't choose a leader with such a store.

use super::{Fetched, ObjectStore, ObjectVersion, StoredObject, WriteCondition, WriteOutcome};
use crate::model::{Failure, FailureKind};

/// Maximum size in bytes of the object that the probe writes.
const MAX_PROBE_BYTES: usize = 1 << 10;

/// Tests whether `store` honours write conditions. Tries to create the object `key` twice, and to replace it
/// once with its current version and once with an outdated version as the condition. Then deletes the object.
/// No other process may use `key`.
///
/// # Errors
/// Fails with [`FailureKind::Invalid`] if the store ignores a condition. Any other kind means that a call
/// failed, so the probe may be repeated.
pub async fn probe_conditions(store: &dyn ObjectStore, key: &str) -> Result<(), Failure> {
    let outcome = probe_key(store, key).await;
    // A failure to delete the object matters less than the outcome.
    let _ = store.delete(key).await;
    outcome
}

async fn probe_key(store: &dyn ObjectStore, key: &str) -> Result<(), Failure> {
    let unfit = |why: String| {
        let what = format!("{} {why}", store.location());
        Failure::new(FailureKind::Invalid, what, "use a store with conditional writes, such as Amazon S3")
    };
    let ignores =
        |condition: &str| unfit(format!("ignores the condition {condition}, so several members would lead"));
    let write = |text: &str, condition| store.write(key, text.as_bytes().to_vec(), condition);
    let first = match write("1", WriteCondition::IfMissing).await? {
        WriteOutcome::Written(version) => version,
        // The response to an earlier attempt was lost, or an earlier probe of this process left the object.
        WriteOutcome::Refused => read_probe(store, key).await?.version,
    };
    if write("2", WriteCondition::IfMissing).await? != WriteOutcome::Refused {
        return Err(ignores("If-None-Match"));
    }
    let second = match write("3", WriteCondition::IfVersion(first.clone())).await? {
        WriteOutcome::Written(version) => version,
        WriteOutcome::Refused => match read_probe(store, key).await? {
            // The response to the first attempt was lost, and the client sent the write again.
            object if object.bytes == b"3" => object.version,
            _ => return Err(unfinished(store, key)),
        },
    };
    let stale = if first == second { ObjectVersion("\"stale\"".to_owned()) } else { first };
    if write("4", WriteCondition::IfVersion(stale)).await? != WriteOutcome::Refused {
        return Err(ignores("If-Match"));
    }
    Ok(())
}

/// Reads the probe's object after the store refused a write.
async fn read_probe(store: &dyn ObjectStore, key: &str) -> Result<StoredObject, Failure> {
    match store.read(key, None, MAX_PROBE_BYTES).await? {
        Fetched::Found(object) => Ok(object),
        Fetched::Missing | Fetched::Unchanged => Err(unfinished(store, key)),
    }
}

/// Returns the failure of a probe whose write the store refuses for a temporary reason, such as a concurrent
/// write.
fn unfinished(store: &dyn ObjectStore, key: &str) -> Failure {
    let what = format!("{} refuses to write the object {key}", store.location());
    Failure::new(FailureKind::Throttled, what, "no action needed: it is written again soon")
}

#[cfg(test)]
mod tests {
    use super::probe_conditions;
    use crate::object_store::memory_store::{MemoryStore, StoreFault};

    #[tokio::test]
    async fn writes_that_the_client_sends_again_are_no_reason_to_refuse_a_store() {
        for call in 0..5 {
            let store = MemoryStore::default();
            let mut faults = vec![None; 5];
            faults[call] = Some(StoreFault::Retried);
            store.set_faults(faults);
            assert_eq!(probe_conditions(&store, "1").await, Ok(()), "call {call}");
            store.set_faults([None, None, None, None, Some(StoreFault::Dropped)]);
            assert_eq!(probe_conditions(&store, "2").await, Ok(()));
            assert_eq!(probe_conditions(&store, "2").await, Ok(()), "with an object that was left");
        }
    }

    #[tokio::test]
    async fn a_store_that_ignores_a_condition_is_refused() {
        let store = MemoryStore::default();
        probe_conditions(&store, "1").await.unwrap();
        for (name, ignored) in [("If-None-Match", [true, false]), ("If-Match", [false, true])] {
            store.ignore_conditions(ignored);
            let failure = probe_conditions(&store, "2").await.unwrap_err();
            assert!(failure.message.contains(name), "{failure:?}");
        }
    }
}

//! Probe of a store: does it honour the conditions of writes? Some stores ignore them and tell every writer
//! that it won. A team must not choose a leader there.

use super::{ObjectStore, ObjectVersion, WriteCondition, WriteOutcome};
use crate::model::{Failure, FailureKind};

/// Key of the object with which a store is probed, below a team's folder.
const PROBE_PREFIX: &str = "probe/";

/// Creates an object below `folder` twice, and writes it over a version that it does not have. `unique` is a
/// text that no other process uses. Deletes the object again.
///
/// # Errors
/// Fails if the store ignores a condition, or a call fails.
pub async fn probe_conditions(store: &dyn ObjectStore, folder: &str, unique: &str) -> Result<(), Failure> {
    let key = format!("{folder}/{PROBE_PREFIX}{unique}");
    let outcome = probe_key(store, &key).await;
    // The outcome matters more than an object that is left.
    let _ = store.delete(&key).await;
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
    let WriteOutcome::Written(first) = write("1", WriteCondition::IfMissing).await? else {
        return Err(unfit(format!("refuses to create the object {key}")));
    };
    if write("2", WriteCondition::IfMissing).await? != WriteOutcome::Refused {
        return Err(ignores("If-None-Match"));
    }
    let WriteOutcome::Written(second) = write("3", WriteCondition::IfVersion(first.clone())).await? else {
        return Err(unfit("refuses a write over the version that is there".to_owned()));
    };
    let stale = if first == second { ObjectVersion("\"stale\"".to_owned()) } else { first };
    if write("4", WriteCondition::IfVersion(stale)).await? != WriteOutcome::Refused {
        return Err(ignores("If-Match"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::probe_conditions;
    use crate::object_store::memory_store::MemoryStore;

    #[tokio::test]
    async fn a_store_that_ignores_a_condition_is_refused() {
        let store = MemoryStore::default();
        probe_conditions(&store, "team", "1").await.unwrap();
        for (name, ignored) in [("If-None-Match", [true, false]), ("If-Match", [false, true])] {
            store.ignore_conditions(ignored);
            let failure = probe_conditions(&store, "team", "2").await.unwrap_err();
            assert!(failure.message.contains(name), "{failure:?}");
        }
    }
}

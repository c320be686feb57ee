//! Read-modify-write of an object that several members may write.

use crate::{
    background::run_blocking,
    model::{Failure, FailureKind},
    object_store::{Fetched, ObjectStore, WriteCondition, WriteOutcome},
};
use std::sync::Arc;

/// Maximum number of attempts to write while other members write too.
const MAX_WRITE_ATTEMPTS: usize = 8;

/// Changes the object at `key`, of which the function reads at most `max_bytes`. `change` gets the object's
/// content, or `None` if there is no object. It returns the new content, or `None` to leave the object
/// unchanged. If another member has written meanwhile, `change` runs again on the new content. Fails after
/// `MAX_WRITE_ATTEMPTS` attempts.
pub(super) async fn change_object(
    store: &dyn ObjectStore,
    key: &str,
    max_bytes: usize,
    change: impl Fn(Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Failure> + Send + Sync + 'static,
) -> Result<(), Failure> {
    let change = Arc::new(change);
    for _ in 0..MAX_WRITE_ATTEMPTS {
        let (content, condition) = match store.read(key, None, max_bytes).await? {
            Fetched::Found(object) => (Some(object.bytes), WriteCondition::IfVersion(object.version)),
            Fetched::Missing | Fetched::Unchanged => (None, WriteCondition::IfMissing),
        };
        let change = Arc::clone(&change);
        let changed = run_blocking(move || change(content)).await;
        let changed =
            changed.map_err(|panicked| panicked.failure("internal error while changing an object"))?;
        let Some(bytes) = changed? else { return Ok(()) };
        if store.write(key, bytes, condition).await? != WriteOutcome::Refused {
            return Ok(());
        }
    }
    let what = format!("{}: many others write {key} at this moment", store.location());
    Err(Failure::new(FailureKind::Throttled, what, "no action needed: it is written again soon"))
}

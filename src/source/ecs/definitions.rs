//! Task definitions, each read once and kept for ever, because a revision never changes.

use super::{
    api::Api,
    calls,
    decode::{Book, definition},
    gate::IN_FLIGHT,
};
use crate::model::{Failure, FailureKind, Gap};
use futures::{StreamExt, stream};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long one look at the estate may wait for definitions: the first one, which nobody wants to wait for, and each
/// after it. Of a big account they take minutes within the quota; the rest comes with the next looks.
const PATIENCE_FIRST: Duration = Duration::from_secs(8);
const PATIENCE: Duration = Duration::from_secs(20);

/// The definitions read so far, and those that can not be.
#[derive(Debug, Default)]
pub(crate) struct Library {
    book: Mutex<Book>,
    refused: Mutex<BTreeSet<String>>,
}

impl Library {
    /// What has been read so far.
    #[must_use]
    pub(crate) fn book(&self) -> Book {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads those of `wanted` that are not known, as many as patience allows. Says what is still missing.
    pub(crate) async fn fetch(&self, api: &Api, wanted: BTreeSet<String>) -> Option<Gap> {
        let missing = self.missing(wanted);
        if missing.is_empty() {
            return None;
        }
        let first = self.book.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
        let deadline = Instant::now() + if first { PATIENCE_FIRST } else { PATIENCE };
        let reads: Vec<_> = missing.iter().map(|arn| self.read(api, arn)).collect();
        let mut answers = stream::iter(reads).buffer_unordered(IN_FLIGHT);
        let (mut done, mut failure) = (0, None);
        while done < missing.len() {
            match tokio::time::timeout_at(deadline, answers.next()).await {
                Ok(Some(Ok(()))) => done += 1,
                Ok(Some(Err(e))) if e.kind == FailureKind::Missing || e.kind == FailureKind::Invalid => {
                    done += 1;
                }
                Ok(Some(Err(e))) => {
                    failure = Some(e);
                    break;
                }
                Ok(None) => break,
                Err(_) => {
                    failure = Some(unfinished(done, missing.len()));
                    break;
                }
            }
        }
        failure.map(|failure| Gap { what: calls::DESCRIBE_TASK_DEFINITION.gives.to_owned(), failure })
    }

    fn missing(&self, mut wanted: BTreeSet<String>) -> Vec<String> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        wanted.retain(|arn| !book.contains_key(arn) && !refused.contains(arn));
        wanted.into_iter().collect()
    }

    async fn read(&self, api: &Api, arn: &str) -> Result<(), Failure> {
        let ask = api.clients.ecs.describe_task_definition().task_definition(arn).send();
        match api.pass(&calls::DESCRIBE_TASK_DEFINITION, ask).await {
            Ok(answer) => {
                if let Some(raw) = answer.task_definition() {
                    let read = Arc::new(definition::definition(raw));
                    self.book.lock().unwrap_or_else(PoisonError::into_inner).insert(arn.to_owned(), read);
                }
                Ok(())
            }
            Err(failure) => {
                // A deleted definition stays deleted; asking again would only spend quota.
                if failure.kind == FailureKind::Missing || failure.kind == FailureKind::Invalid {
                    self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(arn.to_owned());
                }
                Err(failure)
            }
        }
    }
}

fn unfinished(done: usize, of: usize) -> Failure {
    Failure::new(
        FailureKind::Throttled,
        format!(
            "{}: {done} of {of} read so far, within the account's quota",
            calls::DESCRIBE_TASK_DEFINITION.action
        ),
        "nothing to do: the rest comes with the next looks, and each is read only once",
    )
}

//! AWS clients behind the rate limiter, and helpers that read lists page by page or batch by batch.

use super::{
    connect::Clients,
    failure::RawResponse,
    paging::{MAX_LIST_PAGES, PageToken, Paging, PagingError},
    rate_limiter::{MAX_CALLS_IN_FLIGHT, RateLimiter},
};
use crate::{
    model::{Failure, UnreadPart},
    source::ecs::quota::calls::Call,
};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use std::{error::Error, sync::Arc};

/// AWS clients of one source, and the rate limiter through which every call goes.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// SDK clients, and the region, profile and endpoint that they use.
    pub clients: Clients,
    /// Rate limiter for the calls in flight and the calls per second.
    pub rate_limiter: Arc<RateLimiter>,
}

/// Result of reading a list: the items that could be read, and the failure that stopped the reading, if any.
#[derive(Clone, Debug)]
pub(crate) struct PartialList<T> {
    /// Items read before the failure, if any.
    pub items: Vec<T>,
    /// First failure; `None` if the list is complete.
    pub failure: Option<Failure>,
}

impl Api {
    /// Makes one call through the rate limiter. `answer` is the SDK's future for the call. Such a future is
    /// large, so this function moves it to the heap.
    pub(crate) fn call<'a, T, E, R>(
        &'a self,
        call: &'static Call,
        answer: impl Future<Output = Result<T, SdkError<E, R>>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, Failure>>
    where
        T: 'a,
        E: ProvideErrorMetadata + Error + Send + 'static,
        R: RawResponse + Send + 'static,
    {
        self.rate_limiter.call(call, &self.clients.target, answer).boxed()
    }
}

impl<T> PartialList<T> {
    /// Returns the result of a complete read: `items`, and no failure.
    pub(crate) fn complete(items: Vec<T>) -> Self {
        Self { items, failure: None }
    }

    /// Returns the unread part of this list, named by `what`. Returns `None` if the list is complete.
    pub(crate) fn unread_part(&self, what: impl FnOnce() -> String) -> Option<UnreadPart> {
        self.failure.clone().map(|failure| UnreadPart { name: what().into(), failure })
    }
}

impl<T> Default for PartialList<T> {
    fn default() -> Self {
        Self::complete(Vec::new())
    }
}

/// Maximum number of items that Portolan reads of one list.
const MAX_LIST_ITEMS: usize = 50_000;

/// Reads the pages of a list until a page has no next token, a call fails, or a limit is reached. `ask`
/// requests one page, and returns its items with the token of the next page.
pub(crate) async fn read_pages<T, F, A>(call: &'static Call, mut ask: F) -> PartialList<T>
where
    F: FnMut(Option<PageToken>) -> A,
    A: Future<Output = Result<(Vec<T>, Option<String>), Failure>>,
{
    let mut items = Vec::new();
    let (mut token, mut paging) = (None, Paging::new(MAX_LIST_PAGES));
    loop {
        let (page, next) = match ask(token).await {
            Ok(answer) => answer,
            Err(failure) => return PartialList { items, failure: Some(failure) },
        };
        let (room, came) = (MAX_LIST_ITEMS - items.len(), page.len());
        items.extend(page.into_iter().take(room));
        let next =
            if came > room { Err(PagingError::TooManyItems(MAX_LIST_ITEMS)) } else { paging.next(next) };
        token = match next {
            Ok(None) => return PartialList::complete(items),
            Ok(next) => next,
            Err(endless) => return PartialList { items, failure: Some(endless.failure(call)) },
        };
    }
}

/// Reads items by keys, in batches. `ask` requests the items of at most `size` keys; several requests run at
/// once. The items keep the order of `keys`.
pub(crate) async fn read_batches<K: Clone, T, F, A>(keys: &[K], size: usize, ask: F) -> PartialList<T>
where
    F: Fn(Vec<K>) -> A,
    A: Future<Output = Result<Vec<T>, Failure>>,
{
    let asked: Vec<A> = keys.chunks(size).map(|batch| ask(batch.to_vec())).collect();
    let answers: Vec<_> = stream::iter(asked).buffered(MAX_CALLS_IN_FLIGHT).collect().await;
    let mut read = PartialList::default();
    for answer in answers {
        match answer {
            Ok(items) => read.items.extend(items),
            Err(failure) => {
                read.failure.get_or_insert(failure);
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::{MAX_LIST_ITEMS, read_batches, read_pages};
    use crate::{
        model::{Failure, FailureKind},
        source::ecs::quota::calls::LIST_CLUSTERS,
    };

    #[tokio::test]
    async fn pages_end_without_a_token_and_keep_what_came_before_a_failure() {
        let read = read_pages(&LIST_CLUSTERS, |token| async move {
            match token.map(String::from).as_deref() {
                None => Ok((vec![1, 2], Some("a".to_owned()))),
                Some("a") => Ok((vec![3], None)),
                _ => Err(Failure::new(FailureKind::Invalid, "", "")),
            }
        })
        .await;
        assert_eq!((read.items, read.failure), (vec![1, 2, 3], None));
        let read = read_pages(&LIST_CLUSTERS, |token| async move {
            if token.is_some() {
                Err(Failure::new(FailureKind::Denied, "no", ""))
            } else {
                Ok((vec![1], Some("x".into())))
            }
        })
        .await;
        assert_eq!(read.items, [1]);
        assert!(read.failure.is_some());
    }

    #[tokio::test]
    async fn lists_without_end_are_cut_and_named() {
        let read = read_pages(&LIST_CLUSTERS, |_| async { Ok((vec![0_u8; MAX_LIST_ITEMS + 1], None)) }).await;
        assert_eq!(read.items.len(), MAX_LIST_ITEMS);
        let what = read.failure.unwrap().message;
        assert_eq!(what, "ecs:ListClusters: more than 50000 items; the rest was not read");
        let mut page = 0;
        let read = read_pages(&LIST_CLUSTERS, |_| {
            page += 1;
            async move { Ok((vec![page], Some(page.to_string()))) }
        })
        .await;
        assert_eq!(read.items.len(), 100);
        assert!(read.failure.unwrap().message.contains("more than 100 pages;"));
    }

    #[tokio::test]
    async fn batches_keep_their_order_and_size() {
        let keys: Vec<u32> = (0..25).collect();
        let read = read_batches(&keys, 10, |batch| async move {
            assert!(batch.len() <= 10);
            Ok(batch)
        })
        .await;
        assert_eq!(read.items, keys);
    }
}

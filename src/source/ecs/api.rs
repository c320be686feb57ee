//! The clients of one source behind its gate, and the two shapes of reading: page by page, batch by batch.

use super::{
    calls::Call,
    connect::Clients,
    gate::{Gate, IN_FLIGHT},
    paging::{Endless, MAX_LIST_PAGES, Paging, Token},
};
use crate::model::{Failure, Gap};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use std::{error::Error, sync::Arc};

/// What a source calls with.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// The clients.
    pub clients: Clients,
    /// The gate all calls pass.
    pub gate: Arc<Gate>,
}

/// What could be read, and why not the rest.
#[derive(Clone, Debug)]
pub(crate) struct Read<T> {
    /// What came.
    pub items: Vec<T>,
    /// The first failure.
    pub failure: Option<Failure>,
}

impl Api {
    /// Makes one call through the gate. The SDK's futures are large, so each is boxed once, here.
    pub(crate) fn pass<'a, T, E, R>(
        &'a self,
        call: &'static Call,
        answer: impl Future<Output = Result<T, SdkError<E, R>>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, Failure>>
    where
        T: 'a,
        E: ProvideErrorMetadata + Error + Send + 'static,
        R: std::fmt::Debug + Send + 'static,
    {
        self.gate.pass(call, &self.clients.setting, answer).boxed()
    }
}

impl<T> Read<T> {
    /// Everything was read.
    pub(crate) fn all(items: Vec<T>) -> Self {
        Self { items, failure: None }
    }

    /// Says what is missing, where something is.
    pub(crate) fn gap(&self, what: impl FnOnce() -> String) -> Option<Gap> {
        self.failure.clone().map(|failure| Gap { what: what().into(), failure })
    }
}

impl<T> Default for Read<T> {
    fn default() -> Self {
        Self::all(Vec::new())
    }
}

/// The most items of one list.
const MAX_ITEMS: usize = 50_000;

/// Reads page after page of a call until there is no further token, a call fails, or a limit is met.
pub(crate) async fn pages<T, F, A>(call: &'static Call, mut ask: F) -> Read<T>
where
    F: FnMut(Option<Token>) -> A,
    A: Future<Output = Result<(Vec<T>, Option<String>), Failure>>,
{
    let mut items = Vec::new();
    let (mut token, mut paging) = (None, Paging::new(MAX_LIST_PAGES));
    loop {
        let (page, next) = match ask(token).await {
            Ok(answer) => answer,
            Err(failure) => return Read { items, failure: Some(failure) },
        };
        let (room, came) = (MAX_ITEMS - items.len(), page.len());
        items.extend(page.into_iter().take(room));
        let next = if came > room { Err(Endless::Items(MAX_ITEMS)) } else { paging.next(next) };
        token = match next {
            Ok(None) => return Read::all(items),
            Ok(next) => next,
            Err(endless) => return Read { items, failure: Some(endless.of(call)) },
        };
    }
}

/// Reads batches of at most `size`, a few at a time, in any order of answering; the result keeps the order asked.
pub(crate) async fn batches<K: Clone, T, F, A>(keys: &[K], size: usize, ask: F) -> Read<T>
where
    F: Fn(Vec<K>) -> A,
    A: Future<Output = Result<Vec<T>, Failure>>,
{
    let asked: Vec<A> = keys.chunks(size).map(|batch| ask(batch.to_vec())).collect();
    let answers: Vec<_> = stream::iter(asked).buffered(IN_FLIGHT).collect().await;
    let mut read = Read::default();
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
    use super::{MAX_ITEMS, batches, pages};
    use crate::{
        model::{Failure, FailureKind},
        source::ecs::calls::LIST_CLUSTERS,
    };

    #[tokio::test]
    async fn pages_end_without_a_token_and_keep_what_came_before_a_failure() {
        let read = pages(&LIST_CLUSTERS, |token| async move {
            match token.map(String::from).as_deref() {
                None => Ok((vec![1, 2], Some("a".to_owned()))),
                Some("a") => Ok((vec![3], None)),
                _ => Err(Failure::new(FailureKind::Invalid, "", "")),
            }
        })
        .await;
        assert_eq!((read.items, read.failure), (vec![1, 2, 3], None));
        let read = pages(&LIST_CLUSTERS, |token| async move {
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
        let read = pages(&LIST_CLUSTERS, |_| async { Ok((vec![0_u8; MAX_ITEMS + 1], None)) }).await;
        assert_eq!(read.items.len(), MAX_ITEMS);
        let what = read.failure.unwrap().what;
        assert_eq!(what, "ecs:ListClusters: more than 50000 items came; the rest is left out");
        let mut page = 0;
        let read = pages(&LIST_CLUSTERS, |_| {
            page += 1;
            async move { Ok((vec![page], Some(page.to_string()))) }
        })
        .await;
        assert_eq!(read.items.len(), 100);
        assert!(read.failure.unwrap().what.contains("more than 100 pages came"));
    }

    #[tokio::test]
    async fn batches_keep_their_order_and_size() {
        let keys: Vec<u32> = (0..25).collect();
        let read = batches(&keys, 10, |batch| async move {
            assert!(batch.len() <= 10);
            Ok(batch)
        })
        .await;
        assert_eq!(read.items, keys);
    }
}

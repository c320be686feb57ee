//! Several streams as one, in the order of time, reading no further ahead than the next item of each.

use super::Item;
use crate::model::Timestamp;
use futures::{
    StreamExt, future,
    stream::{self, BoxStream},
};

/// A stream and the item of it that comes next.
struct Head {
    stream: BoxStream<'static, Item>,
    next: Option<Item>,
    ended: bool,
}

/// The items of all streams in the order of time.
pub(super) fn by_time(streams: Vec<BoxStream<'static, Item>>) -> BoxStream<'static, Item> {
    let heads: Vec<_> = streams.into_iter().map(|stream| Head { stream, next: None, ended: false }).collect();
    stream::unfold(heads, |mut heads| async move {
        future::join_all(heads.iter_mut().map(fill)).await;
        let first = heads.iter_mut().filter(|h| h.next.is_some()).min_by_key(|h| time(h.next.as_ref()))?;
        let item = first.next.take()?;
        heads.retain(|h| !h.ended || h.next.is_some());
        Some((item, heads))
    })
    .boxed()
}

async fn fill(head: &mut Head) {
    if head.next.is_none() && !head.ended {
        head.next = head.stream.next().await;
        head.ended = head.next.is_none();
    }
}

/// A note without a time comes as soon as it is known.
fn time(item: Option<&Item>) -> Option<Timestamp> {
    match item? {
        Item::Line(line) => Some(line.at),
        Item::Note(note) => note.at,
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, by_time};
    use crate::model::{LogNote, NoteKind, Timestamp};
    use futures::{StreamExt, stream};

    fn at(seconds: i64) -> Item {
        let at = Timestamp::from_second(seconds).ok();
        Item::Note(LogNote {
            at,
            service: None,
            label: "".into(),
            kind: NoteKind::Ended,
            text: String::new(),
        })
    }

    #[tokio::test]
    async fn the_oldest_comes_first() {
        let streams = vec![
            stream::iter([at(1), at(4), at(5)]).boxed(),
            stream::iter([]).boxed(),
            stream::iter([at(2), at(3), at(9)]).boxed(),
        ];
        let merged: Vec<_> = by_time(streams).collect().await;
        assert_eq!(merged, [at(1), at(2), at(3), at(4), at(5), at(9)]);
    }
}

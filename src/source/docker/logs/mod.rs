//! Logs as the engine keeps them: every target is read by itself, and their lines travel together in batches.

mod ended;
mod line;
mod merge;
mod target;

use super::connect::Engine;
use crate::model::{Failure, LogBatch, LogLine, LogNote, LogRoute, LogStart, LogTarget, NoteKind};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How many lines and notes travel together at most.
const BATCH: usize = 500;
/// How long a line waits for others to travel with.
const WAIT: Duration = Duration::from_millis(50);

/// What one target has to say next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Line(LogLine),
    Note(LogNote),
}

/// The lines of `targets`: in the order of time where all are read to their end, as they come where they are followed.
pub(super) fn read(
    engine: Engine,
    targets: Vec<LogTarget>,
    start: LogStart,
) -> BoxStream<'static, Result<LogBatch, Failure>> {
    let opened = async move {
        if let Err(failure) = engine.client().await {
            return stream::iter([Err(failure)]).boxed();
        }
        let streams = targets.into_iter().filter_map(|t| one(&engine, t, start));
        batches(if start.follow {
            stream::select_all(streams).boxed()
        } else {
            merge::by_time(streams.collect())
        })
    };
    stream::once(opened).flatten().boxed()
}

/// The stream of one target; none where another source has it.
fn one(engine: &Engine, target: LogTarget, start: LogStart) -> Option<BoxStream<'static, Item>> {
    match &target.route {
        LogRoute::Engine { container } => {
            let container = container.clone();
            Some(target::read(engine.clone(), target, container, start))
        }
        LogRoute::Nowhere { why } => {
            let note = LogNote {
                at: None,
                service: Some(target.service),
                label: target.label,
                kind: NoteKind::Unreadable,
                text: why.clone(),
            };
            Some(stream::iter([Item::Note(note)]).boxed())
        }
        LogRoute::CloudWatch { .. } => None,
    }
}

/// The items in batches: a quiet stream waits little, a busy one travels in large ones.
fn batches(items: BoxStream<'static, Item>) -> BoxStream<'static, Result<LogBatch, Failure>> {
    stream::unfold(items.fuse(), |mut items| async move {
        let first = items.next().await?;
        let deadline = Instant::now() + WAIT;
        let mut batch = LogBatch::default();
        put(&mut batch, first);
        while batch.lines.len() + batch.notes.len() < BATCH {
            match timeout_at(deadline, items.next()).await {
                Ok(Some(item)) => put(&mut batch, item),
                _ => break,
            }
        }
        Some((Ok(batch), items))
    })
    .boxed()
}

fn put(batch: &mut LogBatch, item: Item) {
    match item {
        Item::Line(line) => batch.lines.push(line),
        Item::Note(note) => batch.notes.push(note),
    }
}

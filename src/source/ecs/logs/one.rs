//! One stream: what it holds first, then what the hub hears of it, until its task has ended.

use super::{
    Event, Logs, Place, history,
    hub::{Hub, Seat},
    member::{Member, SPAN, note, of},
    words,
};
use crate::{
    model::{Failure, FailureKind, LogBatch, LogNote, LogStart, LogTarget, NoteKind, SharedText, Timestamp},
    source::{
        ecs::{
            api::Read,
            calls,
            paging::{MAX_LOG_PAGES, Paging, Token},
        },
        once::{Once, Reading, hash},
    },
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::sync::Arc;
use tokio::sync::mpsc::{self, Receiver};

/// Batches that may wait for their reader.
const QUEUE: usize = 4;
/// Events before the tail that are read to know them: those of the same millisecond as its first belong to no tail.
const BEFORE: usize = 100;

type Item = Result<LogBatch, Failure>;

/// Where the reading stands.
enum Stage {
    /// What is held, after the pages that were read.
    History(Paging, Option<Token>),
    /// What is held is read.
    Join,
    Fed(Receiver<LogBatch>, Seat),
    Done,
}

struct One {
    logs: Logs,
    hub: Arc<Hub>,
    place: Place,
    target: LogTarget,
    start: LogStart,
    begun: i64,
    once: Once,
    reading: Reading,
    stage: Stage,
}

/// The lines of one stream.
pub(super) fn read(
    logs: Logs,
    hub: Arc<Hub>,
    (place, target): (Place, LogTarget),
    start: LogStart,
) -> BoxStream<'static, Item> {
    let mut once = Once::new(SPAN);
    let reading = once.begin(true);
    if let Some(since) = start.since {
        once.begin_at(since.as_millisecond());
    }
    let (begun, stage) =
        (Timestamp::now().as_millisecond(), Stage::History(Paging::new(MAX_LOG_PAGES), None));
    let one = One { logs, hub, place, target, start, begun, once, reading, stage };
    stream::unfold(one, |mut one| async move {
        loop {
            if matches!(one.stage, Stage::Done) {
                return None;
            }
            // Nothing to say is not said.
            if let Some(batch) = one.step().await {
                return Some((Ok(batch), one));
            }
        }
    })
    .boxed()
}

impl One {
    async fn step(&mut self) -> Option<LogBatch> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::History(paging, token) => {
                let batch = self.history(paging, token).await;
                (!batch.lines.is_empty() || !batch.notes.is_empty()).then_some(batch)
            }
            Stage::Join => self.join(),
            Stage::Fed(mut feed, seat) => {
                let batch = feed.recv().await?;
                self.stage = Stage::Fed(feed, seat);
                Some(batch)
            }
            Stage::Done => None,
        }
    }

    async fn history(&mut self, mut paging: Paging, token: Option<Token>) -> LogBatch {
        let then = if self.start.follow { Stage::Join } else { Stage::Done };
        let read = if self.start.tail == usize::MAX {
            let page = history::onward(&self.logs, &self.place, self.start, token).await;
            page.map(|(items, next)| match paging.next(next) {
                Ok(next) => (Read::all(items), next),
                Err(endless) => (Read { items, failure: Some(endless.of(&calls::GET_LOG_EVENTS)) }, None),
            })
        } else {
            let many = self.start.tail.saturating_add(BEFORE);
            history::newest(&self.logs, &self.place, self.start, many).await.map(|read| (read, None))
        };
        let (read, next) =
            read.unwrap_or_else(|failure| (Read { items: Vec::new(), failure: Some(failure) }, None));
        self.stage = if next.is_some() { Stage::History(paging, next) } else { then };
        let mut batch = self.lines(&read.items);
        batch.notes.extend(read.failure.map(|failure| self.note(&failure)));
        batch
    }

    /// Says why a part of what is held could not be read.
    fn note(&self, failure: &Failure) -> LogNote {
        let kind = match failure.kind {
            FailureKind::Denied if !self.start.follow => NoteKind::Unreadable,
            FailureKind::Missing => NoteKind::Absent,
            _ => NoteKind::Disturbed,
        };
        let mut note = note(&self.target, None, kind, words(failure));
        if failure.kind == FailureKind::Missing {
            // It is said once of all streams that would be in it.
            note.label = SharedText::new(&self.place.group);
        }
        note
    }

    /// The lines that were asked for of those events, which are known from then on.
    fn lines(&mut self, events: &[Event]) -> LogBatch {
        let until = self.start.until;
        if self.start.follow {
            if events.len() >= self.start.tail {
                self.once.begin_at(events.first().map_or(self.begun, |event| event.at));
            }
            for event in events {
                self.once.is_new(self.reading, event.at, hash(&event.message));
            }
        }
        let lines = events.iter().flat_map(|event| of(&self.target, event));
        let mut lines: Vec<_> = lines.filter(|line| until.is_none_or(|until| line.at < until)).collect();
        let surplus = lines.len().saturating_sub(self.start.tail);
        lines.drain(..surplus);
        LogBatch { lines, notes: Vec::new() }
    }

    /// From here on the hub brings what comes, unless the task has ended long ago.
    fn join(&mut self) -> Option<LogBatch> {
        if let Some(end) = self.hub.long_ended(&self.target.instance) {
            let note = note(&self.target, end.at, NoteKind::Ended, end.text);
            return Some(LogBatch { lines: Vec::new(), notes: vec![note] });
        }
        self.once.end(self.reading);
        let (sender, feed) = mpsc::channel(QUEUE);
        let once = std::mem::replace(&mut self.once, Once::new(SPAN));
        let member = Member::new((self.place.clone(), self.target.clone()), once, self.begun, sender);
        self.stage = Stage::Fed(feed, self.hub.join(&self.logs, member));
        None
    }
}

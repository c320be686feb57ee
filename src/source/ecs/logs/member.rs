//! One stream that is followed: whose it is, what of it is known, and where its lines go.

use super::{Event, Place};
use crate::{
    decode::paint,
    model::{LogBatch, LogLine, LogNote, LogStream, LogTarget, NoteKind, Timestamp},
    source::once::{Once, Reading, hash},
};
use std::borrow::Cow;
use tokio::{sync::mpsc::Sender, time::Instant};

/// How far readings overlap, in milliseconds: events arrive late and out of order.
pub(super) const OVERLAP: i64 = 15_000;
/// How long an event is remembered, in milliseconds.
pub(super) const SPAN: i64 = 120_000;
/// How many lines of one event are kept: it may be an end of line in each of its bytes.
const MAX_EVENT_LINES: usize = 1_000;
/// Lines that travel together at most.
const TOGETHER: usize = 500;

/// A stream that is followed.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) place: Place,
    pub(super) target: LogTarget,
    pub(super) once: Once,
    /// Up to when everything was asked for, in milliseconds.
    pub(super) read_to: i64,
    /// Its reading of the live session, where that covers it.
    pub(super) live: Option<Reading>,
    /// When its task has ended and the late events are over.
    pub(super) over: Option<Instant>,
    feed: Sender<LogBatch>,
}

impl Member {
    /// A stream of which everything up to `read_to` was read.
    pub(super) fn new(
        (place, target): (Place, LogTarget),
        once: Once,
        read_to: i64,
        feed: Sender<LogBatch>,
    ) -> Self {
        Self { place, target, once, read_to, live: None, over: None, feed }
    }

    /// Whether nobody reads it any more.
    pub(super) fn is_gone(&self) -> bool {
        self.feed.is_closed()
    }

    /// Its reading of a new live session begins.
    pub(super) fn go_live(&mut self) {
        self.go_dead();
        self.live = Some(self.once.begin(false));
    }

    /// The live session is over.
    pub(super) fn go_dead(&mut self) {
        if let Some(reading) = self.live.take() {
            self.once.end(reading);
        }
    }

    /// Sends on what is new of its events. Waits where the reader is behind.
    pub(super) async fn take(&mut self, reading: Reading, events: &[&Event]) {
        let mut lines = Vec::new();
        for event in events {
            if self.once.is_new(reading, event.at, hash(&event.message)) {
                lines.extend(of(&self.target, event));
            }
            if lines.len() >= TOGETHER {
                self.send(std::mem::take(&mut lines), Vec::new()).await;
            }
        }
        self.send(lines, Vec::new()).await;
    }

    /// Sends a note.
    pub(super) async fn tell(&self, note: LogNote) {
        self.send(Vec::new(), vec![note]).await;
    }

    async fn send(&self, lines: Vec<LogLine>, notes: Vec<LogNote>) {
        if !lines.is_empty() || !notes.is_empty() {
            // Who has left wants nothing more; the feed looks for that by itself.
            let _ = self.feed.send(LogBatch { lines, notes }).await;
        }
    }
}

/// The lines of one event: several where the driver joins them by a pattern.
pub(super) fn of<'a>(target: &'a LogTarget, event: &'a Event) -> impl Iterator<Item = LogLine> + 'a {
    let at = Timestamp::from_millisecond(event.at).ok();
    let message = event.message.trim_end_matches(['\n', '\r']);
    let more = message.split('\n').count().saturating_sub(MAX_EVENT_LINES);
    let cut = (more > 0).then(|| format!("… ({more} lines cut)"));
    let texts = message.split('\n').take(MAX_EVENT_LINES).map(Cow::Borrowed);
    texts.chain(cut.map(Cow::Owned)).filter_map(move |text| {
        let (text, paint) = paint(text.trim_matches('\r'));
        Some(LogLine {
            at: at?,
            service: target.service.clone(),
            label: target.label.clone(),
            stream: LogStream::Out,
            text,
            paint,
        })
    })
}

/// A note on that stream.
pub(super) fn note(target: &LogTarget, at: Option<Timestamp>, kind: NoteKind, text: String) -> LogNote {
    LogNote {
        at,
        service: Some(target.service.clone()),
        label: target.label.clone(),
        kind,
        text: text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, MAX_EVENT_LINES, of};
    use crate::model::{InstanceId, LogRoute, LogTarget, ServiceId};

    #[test]
    fn an_event_of_several_lines_is_several_lines() {
        let target = LogTarget {
            service: ServiceId::new("ecs/c/a"),
            instance: InstanceId::new("ecs/1"),
            label: "a".into(),
            route: LogRoute::Nowhere { why: String::new().into() },
        };
        let texts = |message: &str| {
            let event = Event { stream: "s".into(), at: 1_000, message: message.into() };
            of(&target, &event).map(|line| line.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("one\r\ntwo\u{1b}[31m!\n"), ["one", "two!"]);
        assert_eq!(texts("no stock\r\tat shop.Orders"), ["no stock   at shop.Orders"]);
        let many = texts(&"x\n".repeat(MAX_EVENT_LINES + 7));
        assert_eq!((many.len(), many.last().unwrap().as_str()), (MAX_EVENT_LINES + 1, "… (7 lines cut)"));
    }
}

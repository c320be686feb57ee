//! Subscriber of a log stream: the record that the session worker has of one reader, to which it sends the
//! new lines of the stream.

use super::{LogEvent, StreamLocation};
use crate::{
    extract::parse_ansi,
    model::{LogBatch, LogLine, LogNote, LogTarget, OutputStream, Timestamp},
    source::line_dedup::{LineDedup, ReadPass, line_hash},
};
use std::borrow::Cow;
use tokio::{sync::mpsc::Sender, time::Instant};

/// Time in milliseconds by which a poll overlaps the previous poll, because events arrive late and out of
/// order.
pub(super) const POLL_OVERLAP_MS: i64 = 15_000;
/// Time in milliseconds for which the subscriber remembers an event, to recognise repetitions.
pub(super) const DEDUP_SPAN_MS: i64 = 120_000;
/// Maximum number of lines of one event. An event may consist of nothing but line ends.
const MAX_EVENT_LINES: usize = 1_000;
/// Number of lines that make a batch: with this many lines, the subscriber sends a batch before it handles
/// further events.
const MAX_BATCH_LINES: usize = 500;

/// Subscriber of one log stream: its target, a memory of its recent events, and the channel to its reader.
#[derive(Debug)]
pub(super) struct Subscriber {
    pub(super) place: StreamLocation,
    pub(super) target: LogTarget,
    /// Memory of recent events, so that the subscriber sends each event once.
    pub(super) dedup: LineDedup,
    /// Time up to which polls have read all events, in milliseconds since 1970.
    pub(super) polled_until_ms: i64,
    /// Pass of the deduplication over the events of the live session; `None` if no session covers this
    /// stream.
    pub(super) live_pass: Option<ReadPass>,
    /// Time at which all late events of the stopped task should have arrived; `None` while the task runs.
    pub(super) finish_at: Option<Instant>,
    sender: Sender<LogBatch>,
}

impl Subscriber {
    /// Creates a subscriber of a stream that was already read up to `polled_until_ms`.
    pub(super) fn new(
        (place, target): (StreamLocation, LogTarget),
        dedup: LineDedup,
        polled_until_ms: i64,
        sender: Sender<LogBatch>,
    ) -> Self {
        Self { place, target, dedup, polled_until_ms, live_pass: None, finish_at: None, sender }
    }

    /// Returns true if the reader has dropped its end of the channel.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Begins the deduplication pass of a new live session.
    pub(super) fn begin_live(&mut self) {
        self.end_live();
        self.live_pass = Some(self.dedup.begin_pass(false));
    }

    /// Ends the deduplication pass of the live session.
    pub(super) fn end_live(&mut self) {
        if let Some(reading) = self.live_pass.take() {
            self.dedup.end_pass(reading);
        }
    }

    /// Sends the lines of those `events` that are new. `reading` is the deduplication pass to which the
    /// events belong. Waits if the reader is slow.
    pub(super) async fn send_new_events(&mut self, reading: ReadPass, events: &[&LogEvent]) {
        let mut lines = Vec::new();
        for event in events {
            if self.dedup.is_new(reading, event.at_ms, line_hash(&event.message)) {
                lines.extend(event_lines(&self.target, event));
            }
            if lines.len() >= MAX_BATCH_LINES {
                self.send(std::mem::take(&mut lines), Vec::new()).await;
            }
        }
        self.send(lines, Vec::new()).await;
    }

    /// Sends a note.
    pub(super) async fn send_note(&self, note: LogNote) {
        self.send(Vec::new(), vec![note]).await;
    }

    async fn send(&self, lines: Vec<LogLine>, notes: Vec<LogNote>) {
        if !lines.is_empty() || !notes.is_empty() {
            // A failed send means that the reader is gone. The worker removes closed subscribers itself.
            let _ = self.sender.send(LogBatch { lines, notes }).await;
        }
    }
}

/// Returns the lines of one event. An event has several lines if the log driver joins lines by a pattern.
pub(super) fn event_lines<'a>(
    target: &'a LogTarget,
    event: &'a LogEvent,
) -> impl Iterator<Item = LogLine> + 'a {
    let at = Timestamp::from_millisecond(event.at_ms).ok();
    let message = event.message.trim_end_matches(['\n', '\r']);
    let more = message.split('\n').count().saturating_sub(MAX_EVENT_LINES);
    let cut = (more > 0).then(|| format!("… ({more} lines cut)"));
    let texts = message.split('\n').take(MAX_EVENT_LINES).map(Cow::Borrowed);
    texts.chain(cut.map(Cow::Owned)).filter_map(move |text| {
        let (text, paint) = parse_ansi(text.trim_matches('\r'));
        Some(LogLine {
            at: at?,
            service: target.service.clone(),
            label: target.label.clone(),
            stream: OutputStream::Stdout,
            text,
            styles: paint,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{LogEvent, MAX_EVENT_LINES, event_lines};
    use crate::model::{InstanceId, LogRoute, LogTarget, ServiceId};

    #[test]
    fn an_event_of_several_lines_is_several_lines() {
        let target = LogTarget {
            service: ServiceId::new("ecs/c/a"),
            instance: InstanceId::new("ecs/1"),
            label: "a".into(),
            route: LogRoute::Unreadable { why: String::new().into() },
        };
        let texts = |message: &str| {
            let event = LogEvent { stream: "s".into(), at_ms: 1_000, message: message.into() };
            event_lines(&target, &event).map(|line| line.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("one\r\ntwo\u{1b}[31m!\n"), ["one", "two!"]);
        assert_eq!(texts("no stock\r\tat shop.Orders"), ["no stock   at shop.Orders"]);
        let many = texts(&"x\n".repeat(MAX_EVENT_LINES + 7));
        assert_eq!((many.len(), many.last().unwrap().as_str()), (MAX_EVENT_LINES + 1, "… (7 lines cut)"));
    }
}

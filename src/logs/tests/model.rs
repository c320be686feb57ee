//! Lines and news for the tests, and the simple model: all lines in a sorted list.

use crate::{
    logs::{LogStore, Sift, key::nanos},
    model::{
        InstanceId, LogBatch, LogLine, LogNews, LogRoute, LogStart, LogStream, LogTarget, ServiceId,
        Timestamp,
    },
};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn line(stream: u32, second: i64, text: &str) -> LogLine {
    let label = format!("web-{stream}");
    LogLine {
        at: at(second),
        service: ServiceId::new("docker/web"),
        label: label.into(),
        stream: LogStream::Out,
        text: text.into(),
        paint: Vec::new(),
    }
}

pub(super) fn target(stream: u32) -> LogTarget {
    LogTarget {
        service: ServiceId::new("docker/web"),
        instance: InstanceId::new(format!("web-{stream}")),
        label: format!("web-{stream}").into(),
        route: LogRoute::Engine { container: format!("web-{stream}").into() },
    }
}

pub(super) fn start(since: Option<i64>, until: Option<i64>, tail: usize) -> LogStart {
    LogStart { since: since.map(at), until: until.map(at), tail, follow: until.is_none() }
}

pub(super) fn hear(store: &mut LogStore, lines: Vec<LogLine>) {
    store.hear(LogNews::Lines(LogBatch { lines, notes: Vec::new() }), at(0));
}

pub(super) fn open(store: &mut LogStore, stream: u32, start: LogStart) {
    store.hear(LogNews::Opened(target(stream), start), at(0));
}

pub(super) fn close(store: &mut LogStore, stream: u32, start: LogStart) {
    store.hear(LogNews::Closed(target(stream), start), at(0));
}

/// What a sift lets through, as time, label and text.
pub(super) fn shown(sift: &Sift, store: &LogStore) -> Vec<(i64, String, String)> {
    let lines = sift.forward(store, None).filter(|line| line.note.is_none());
    lines.map(|l| (nanos(l.key.at) / 1_000_000_000, l.label.to_owned(), l.text.to_owned())).collect()
}

/// All that is held.
pub(super) fn held(store: &LogStore) -> Vec<(i64, String, String)> {
    shown(&Sift::of(&ServiceId::new("docker/web"), store), store)
}

/// The notes, as time and text.
pub(super) fn notes(store: &LogStore) -> Vec<(i64, String)> {
    let sift = Sift::of(&ServiceId::new("docker/web"), store);
    let notes = sift.forward(store, None).filter(|line| line.note.is_some());
    notes.map(|l| (nanos(l.key.at) / 1_000_000_000, l.text.to_owned())).collect()
}

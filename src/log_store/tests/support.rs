//! Helpers for the tests of the log store: they build lines and updates, and return the store's content as
//! sorted lists.

use crate::{
    log_store::{LogStore, QueryResults, entry_key::to_nanos},
    model::{
        InstanceId, LogBatch, LogLine, LogReadOptions, LogRoute, LogTarget, LogUpdate, OutputStream,
        ServiceId, Timestamp,
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
        stream: OutputStream::Stdout,
        text: text.into(),
        styles: Vec::new(),
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

pub(super) fn start(since: Option<i64>, until: Option<i64>, tail: usize) -> LogReadOptions {
    LogReadOptions { since: since.map(at), until: until.map(at), tail, follow: until.is_none() }
}

pub(super) fn ingest(store: &mut LogStore, lines: Vec<LogLine>) {
    store.ingest(LogUpdate::Lines(LogBatch { lines, notes: Vec::new() }), at(0));
}

pub(super) fn begin_session(store: &mut LogStore, stream: u32, start: LogReadOptions) {
    store.ingest(LogUpdate::ReadStarted(target(stream), start), at(0));
}

pub(super) fn end_session(store: &mut LogStore, stream: u32, start: LogReadOptions) {
    store.ingest(LogUpdate::ReadFinished(target(stream), start), at(0));
}

/// Returns the matching lines as (seconds since 1970, label, text).
pub(super) fn entries(results: &QueryResults, store: &LogStore) -> Vec<(i64, String, String)> {
    let lines = results.forward(store, None).filter(|line| line.note.is_none());
    lines.map(|l| (to_nanos(l.key.at) / 1_000_000_000, l.label.to_owned(), l.text.to_owned())).collect()
}

/// Returns all stored lines of the service `docker/web` as (seconds since 1970, label, text).
pub(super) fn all_entries(store: &LogStore) -> Vec<(i64, String, String)> {
    entries(&QueryResults::of_service(&ServiceId::new("docker/web"), store), store)
}

/// Returns the notes of the service `docker/web` as (seconds since 1970, text).
pub(super) fn notes(store: &LogStore) -> Vec<(i64, String)> {
    let results = QueryResults::of_service(&ServiceId::new("docker/web"), store);
    let notes = results.forward(store, None).filter(|line| line.note.is_some());
    notes.map(|l| (to_nanos(l.key.at) / 1_000_000_000, l.text.to_owned())).collect()
}

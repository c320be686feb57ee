//! All log lines that are held: bounded in bytes, no stream at the cost of others, and counted where they are dropped.

use super::{
    key::{Key, nanos},
    note::{ALL, Note, Notes},
    stream::{State, Stream},
};
use crate::model::{
    LogBatch, LogLine, LogNews, LogNote, LogTarget, NoteKind, ServiceId, SharedText, Timestamp,
};
use std::collections::BTreeMap;

/// The log lines that are held. A copy shares the text with it.
#[derive(Clone, Debug, Default)]
pub struct LogStore {
    pub(super) streams: Vec<Stream>,
    pub(super) notes: Notes,
    index: BTreeMap<(ServiceId, SharedText), u32>,
    bytes: usize,
    limit: usize,
    arrivals: u64,
    chunks: u64,
    version: u64,
    /// Where somebody looks at lines that are not the newest.
    looked_at: Option<i64>,
}

impl LogStore {
    /// An empty store that takes at most `limit` bytes of memory. An eighth of it is left to what stands beside: lines
    /// that are on their way, what filters know of each line, and what the allocator can not use.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit: limit - limit / 8, ..Self::default() }
    }

    /// Takes what is heard of a stream.
    pub fn hear(&mut self, news: LogNews, now: Timestamp) {
        self.version += 1;
        match news {
            LogNews::Opened(target, start) => {
                let number = self.opened(&target);
                self.arrivals += 1;
                let stream = &mut self.streams[number as usize];
                stream.open(start, self.arrivals);
                (stream.target, stream.state) = (Some(target), State::Open);
            }
            LogNews::Lines(batch) => self.take(batch, now),
            LogNews::Closed(target, start) => {
                let number = self.opened(&target);
                self.altering(number, |stream| stream.close(start));
                let stream = &mut self.streams[number as usize];
                if stream.state == State::Open && stream.readings.iter().all(Option::is_none) {
                    stream.state = State::Closed;
                }
            }
        }
        self.shrink();
    }

    /// Somebody looks at the lines around that time, or at the newest: what is farthest from there goes first.
    pub fn look(&mut self, at: Option<Timestamp>) {
        self.looked_at = at.map(nanos);
    }

    /// The streams, in the order of their numbers.
    pub fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.streams.iter()
    }

    /// Counts up with every change.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many lines were dropped, of all streams together.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.streams.iter().map(|stream| stream.dropped).sum()
    }

    /// What lines and notes take of memory, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes + self.notes.cost()
    }

    /// The number of a stream that is read: the one it had before, though it may have another label now, and never that of
    /// another one which had its label before.
    fn opened(&mut self, target: &LogTarget) -> u32 {
        let same = |stream: &Stream| stream.target.as_ref() == Some(target);
        let key = (target.service.clone(), target.label.clone());
        if let Some(number) = self.streams.iter().position(same) {
            self.streams[number].label = target.label.clone();
            self.index.insert(key, number as u32);
            return number as u32;
        }
        let number = self.number(&target.service, &target.label);
        if self.streams[number as usize].target.is_none() {
            return number;
        }
        self.index.remove(&key);
        self.number(&target.service, &target.label)
    }

    fn number(&mut self, service: &ServiceId, label: &SharedText) -> u32 {
        let key = (service.clone(), label.clone());
        let streams = &mut self.streams;
        *self.index.entry(key).or_insert_with_key(|(service, label)| {
            streams.push(Stream::new(service.clone(), label.clone()));
            streams.len() as u32 - 1
        })
    }

    fn take(&mut self, batch: LogBatch, now: Timestamp) {
        let mut last: Option<(ServiceId, SharedText, u32)> = None;
        for line in &batch.lines {
            let same = |(service, label, _): &(ServiceId, SharedText, u32)| {
                label.is_same(&line.label) && service == &line.service
            };
            let number = match last.as_ref().filter(|last| same(last)) {
                Some((.., number)) => *number,
                None => self.number(&line.service, &line.label),
            };
            if last.as_ref().is_none_or(|(.., last)| *last != number) {
                last = Some((line.service.clone(), line.label.clone(), number));
            }
            self.put(number, line);
        }
        for note in batch.notes {
            self.note(note, now);
        }
    }

    fn note(&mut self, LogNote { at, service, label, kind, text }: LogNote, now: Timestamp) {
        let number = service.as_ref().map_or(ALL, |service| self.number(service, &label));
        if let Some(stream) = self.streams.get_mut(number as usize) {
            stream.state = match kind {
                NoteKind::Ended => State::Ended,
                NoteKind::Unreadable => State::Unreadable,
                _ => stream.state,
            };
        }
        self.arrivals += 1;
        let key = Key { at: at.unwrap_or(now), stream: number, seq: self.arrivals };
        self.notes.take(key, Note { service, label, kind, text: text.to_string() });
    }

    fn put(&mut self, number: u32, line: &LogLine) {
        self.arrivals += 1;
        let (seq, mut chunks) = (self.arrivals, self.chunks);
        self.altering(number, |stream| stream.take(line, seq, &mut chunks));
        self.chunks = chunks;
        self.shrink();
    }

    /// Changes a stream's lines or holes, counts what it takes, and lets its notes say what is missing.
    fn altering(&mut self, number: u32, change: impl FnOnce(&mut Stream)) {
        let stream = &mut self.streams[number as usize];
        let bytes = stream.bytes;
        change(stream);
        self.bytes = self.bytes + stream.bytes - bytes;
        if stream.gaps == stream.told {
            return;
        }
        for gap in stream.told.iter().filter(|gap| !stream.gaps.contains(gap)) {
            self.notes.remove(gap.high.key(number));
        }
        for gap in stream.gaps.iter().filter(|gap| !stream.told.contains(gap)) {
            let (service, label) = (Some(stream.service.clone()), stream.label.clone());
            let note = Note { service, label, kind: NoteKind::Missing(gap.count), text: gap.words() };
            self.notes.put(gap.high.key(number), note);
        }
        stream.told.clone_from(&stream.gaps);
    }

    /// Drops chunks, and notes beyond their part, until what is held is within the bound.
    fn shrink(&mut self) {
        while self.notes.cost() > self.limit / 8 {
            let Some(key) = self.notes.forget() else { break };
            if let Some(stream) = self.streams.get_mut(key.stream as usize) {
                stream.gaps.retain(|gap| gap.high.key(key.stream) != key);
                stream.told.clone_from(&stream.gaps);
            }
        }
        let looked_at = self.looked_at;
        while self.bytes() > self.limit {
            let Some(number) = self.most_dispensable() else { break };
            self.altering(number, |stream| {
                let index = stream.dispensable(looked_at);
                if let Some((first, last, count)) = stream.evict(index) {
                    stream.lose(index, first, last, count);
                }
            });
        }
    }

    /// The stream with the oldest lines among those that take more than their share.
    fn most_dispensable(&self) -> Option<u32> {
        let full = || (0u32..).zip(&self.streams).filter(|(_, stream)| stream.bytes > 0);
        let share = self.limit / full().count().max(1);
        let greedy = full().filter(|(_, stream)| stream.bytes > share);
        let oldest = |(_, stream): &(u32, &Stream)| stream.oldest();
        greedy.min_by_key(oldest).or_else(|| full().max_by_key(|(_, s)| s.bytes)).map(|(number, _)| number)
    }
}

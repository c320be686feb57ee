//! One log group from its newest lines on: history, then a live session, or asking every other second where there
//! is none. What was missed while a session was down is read afterwards.

use super::{
    Logs, Sources, filter, history,
    recent::Recent,
    tail::{Heard, Session},
};
use crate::model::{Failure, FailureKind, LogBatch, LogStart, NoteKind, Timestamp};
use futures::{
    StreamExt,
    future::join_all,
    stream::{self, BoxStream},
};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// How often to ask where there is no live session: below every region's quota even for several groups.
const EVERY: Duration = Duration::from_secs(2);
/// How long to wait after a failure: at first, and at most.
const PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// Streams read at once.
const AT_ONCE: usize = 4;
/// Sessions that may fail to begin before the reader stops trying.
const TRIES: u32 = 3;

/// Where the reader stands.
#[derive(Debug)]
enum Stage {
    History(VecDeque<String>),
    Open,
    Live(Box<Session>),
    Asking,
    Done,
}

/// The reader of one group.
#[derive(Debug)]
pub(super) struct Reader {
    logs: Arc<Logs>,
    sources: Sources,
    start: LogStart,
    begun: i64,
    recent: Recent,
    stage: Stage,
    failures: u32,
    missing: bool,
}

type Item = Result<LogBatch, Failure>;

impl Reader {
    /// A reader at the beginning.
    pub(super) fn new(logs: Arc<Logs>, sources: Sources, start: LogStart) -> Self {
        let streams = sources.streams.keys().cloned().collect();
        Self {
            logs,
            sources,
            start,
            begun: Timestamp::now().as_millisecond(),
            recent: Recent::default(),
            stage: Stage::History(streams),
            failures: 0,
            missing: false,
        }
    }

    /// Its lines.
    pub(super) fn stream(self) -> BoxStream<'static, Item> {
        stream::unfold(self, |mut reader| async move {
            loop {
                if matches!(reader.stage, Stage::Done) {
                    return None;
                }
                // Nothing to say is not said.
                if let Some(item) = reader.step().await {
                    return Some((item, reader));
                }
            }
        })
        .boxed()
    }

    async fn step(&mut self) -> Option<Item> {
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::History(streams) => self.history(streams).await,
            Stage::Open => self.open().await,
            Stage::Live(session) => self.live(session).await,
            Stage::Asking => {
                tokio::time::sleep(EVERY).await;
                self.stage = Stage::Asking;
                self.catch_up().await
            }
            Stage::Done => None,
        }
    }

    /// Reads the newest lines of the next few streams.
    async fn history(&mut self, mut streams: VecDeque<String>) -> Option<Item> {
        let few: Vec<String> = streams.drain(..AT_ONCE.min(streams.len())).collect();
        if few.is_empty() {
            self.stage = if self.start.follow { Stage::Open } else { Stage::Done };
            return None;
        }
        let (logs, sources, start) = (&self.logs, &self.sources, self.start);
        let reads = few.iter().map(|stream| async move {
            let mut recent = Recent::default();
            let read = history::newest(logs, sources, stream, start, &mut recent).await;
            (read, recent)
        });
        let mut batch = LogBatch::default();
        let mut failure = None;
        for (read, recent) in join_all(reads).await {
            self.recent.merge(recent);
            match read {
                Ok(read) => batch.lines.extend(read.lines),
                Err(e) => failure = Some(e),
            }
        }
        batch.lines.sort_by_key(|line| line.at);
        self.stage = Stage::History(streams);
        if let Some(failure) = failure {
            batch.notes.extend(self.sources.note(NoteKind::Disturbed, words(&failure)).notes);
            // What is denied for one stream of a group is denied for all.
            if failure.kind == FailureKind::Denied {
                self.stage = if self.start.follow { Stage::Open } else { Stage::Done };
            }
        }
        said(batch)
    }

    async fn open(&mut self) -> Option<Item> {
        match Session::open(&self.logs, &self.sources).await {
            Ok(session) => {
                self.stage = Stage::Live(Box::new(session));
                None
            }
            Err(failure) if failure.kind == FailureKind::Missing => {
                self.stage = Stage::Open;
                let first = !std::mem::replace(&mut self.missing, true);
                if !first {
                    self.pause().await;
                }
                first.then(|| Ok(self.sources.note(NoteKind::Disturbed, words(&failure))))
            }
            Err(failure) => {
                self.failures += 1;
                let lasting = failure.kind == FailureKind::Denied || self.failures >= TRIES;
                self.stage = if lasting { Stage::Asking } else { Stage::Open };
                if !lasting {
                    self.pause().await;
                    return None;
                }
                Some(Ok(self.sources.note(
                    NoteKind::Disturbed,
                    format!("no live tail, asking every 2 s instead: {}", words(&failure)),
                )))
            }
        }
    }

    async fn live(&mut self, mut session: Box<Session>) -> Option<Item> {
        match session.next(&self.logs, &self.sources, &mut self.recent).await {
            Heard::Open => {
                self.failures = 0;
                self.stage = Stage::Live(session);
                self.catch_up().await
            }
            Heard::Lines(batch) => {
                self.stage = Stage::Live(session);
                said(batch)
            }
            Heard::Ended(why) => {
                self.failures += 1;
                self.stage = if self.failures >= TRIES { Stage::Asking } else { Stage::Open };
                self.pause().await;
                Some(Ok(self.sources.note(NoteKind::Disturbed, format!("{why}; reading on"))))
            }
        }
    }

    /// Reads what came since the newest line that was seen.
    async fn catch_up(&mut self) -> Option<Item> {
        let from = self.recent.resume().unwrap_or(self.begun);
        match filter::since(&self.logs, &self.sources, from, &mut self.recent).await {
            Ok(batch) => {
                self.failures = 0;
                said(batch)
            }
            Err(failure) if failure.kind == FailureKind::Missing => None,
            Err(failure) => {
                self.failures += 1;
                if failure.kind == FailureKind::Denied && matches!(self.stage, Stage::Asking) {
                    self.stage = Stage::Done;
                } else {
                    self.pause().await;
                }
                Some(Ok(self.sources.note(NoteKind::Disturbed, words(&failure))))
            }
        }
    }

    async fn pause(&self) {
        tokio::time::sleep((PAUSE * 2u32.pow(self.failures.min(5))).min(LONGEST_PAUSE)).await;
    }
}

fn said(batch: LogBatch) -> Option<Item> {
    (!batch.lines.is_empty() || !batch.notes.is_empty()).then_some(Ok(batch))
}

fn words(failure: &Failure) -> String {
    format!("{} ({})", failure.what, failure.remedy)
}

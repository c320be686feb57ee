//! An older page of a container's log. The engine takes the tail first and cuts at the time then, so that one
//! question can not be put as "the last hundred before noon": the tail is asked for with a growing number until enough
//! lines stand before the time, or the first line does.

use super::{
    line::Assembler,
    target::{note, of, options, why},
};
use crate::{
    model::{Failure, LogBatch, LogLine, LogStart, LogTarget, Timestamp},
    source::docker::connect::Engine,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::collections::VecDeque;

/// How many lines are asked for at first, at least.
const FIRST: usize = 2_000;
/// How many times more are asked for each time.
const MORE: usize = 4;
/// From here on everything is asked for.
const ALL: usize = 1 << 30;

/// At most `start.tail` of the newest lines before a time, oldest first.
pub(super) fn read(
    engine: Engine,
    target: LogTarget,
    container: String,
    page: (LogStart, Timestamp),
) -> BoxStream<'static, LogBatch> {
    stream::once(async move {
        match lines(&engine, &target, &container, page).await {
            Ok(lines) => LogBatch { lines, notes: Vec::new() },
            Err(failure) => {
                let (kind, text) = why(&failure);
                LogBatch { lines: Vec::new(), notes: vec![note(&target, None, kind, text)] }
            }
        }
    })
    .boxed()
}

async fn lines(
    engine: &Engine,
    target: &LogTarget,
    container: &str,
    page: (LogStart, Timestamp),
) -> Result<Vec<LogLine>, Failure> {
    let mut tail = page.0.tail.saturating_mul(2).max(FIRST);
    let mut before = 0;
    loop {
        let everything = tail >= ALL;
        let (found, lines) =
            ask(engine, target, container, page, if everything { usize::MAX } else { tail }).await?;
        // A longer tail that brings no more lines before the time has reached the first line.
        if lines.len() >= page.0.tail || everything || (found > 0 && found == before) {
            return Ok(lines);
        }
        before = found;
        tail = tail.saturating_mul(MORE);
    }
}

/// Of the last `tail` lines those before the time that were asked for, and how many there were in all.
async fn ask(
    engine: &Engine,
    target: &LogTarget,
    container: &str,
    (start, until): (LogStart, Timestamp),
    tail: usize,
) -> Result<(usize, Vec<LogLine>), Failure> {
    // The engine counts in whole seconds: what is of the last one and too new is left out here.
    let second = i32::try_from(until.as_second().saturating_add(1)).unwrap_or(i32::MAX);
    let options = options(start.since, tail).until(second).build();
    let mut messages = engine.logs(container, &options).await?;
    let mut assembler = Assembler::default();
    let (mut found, mut kept, mut fresh) = (0, VecDeque::new(), Vec::new());
    loop {
        let message = messages.next().await;
        let more = message.is_some();
        match message {
            Some(Ok(message)) => assembler.take(&message, &mut fresh),
            Some(Err(error)) => return Err(engine.failed("logs", &error)),
            None => fresh.extend(assembler.finish()),
        }
        for line in fresh.drain(..) {
            if line.at < until && start.since.is_none_or(|since| line.at >= since) {
                found += 1;
                kept.push_back(of(target, line));
                if kept.len() > start.tail {
                    kept.pop_front();
                }
            }
        }
        if !more {
            return Ok((found, kept.into()));
        }
    }
}

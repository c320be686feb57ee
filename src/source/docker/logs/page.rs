//! Older pages of a container's log. The engine applies `tail` before `until`, so one call can't return "the
//! last hundred lines before noon". Portolan requests ever longer tails until one has enough lines before
//! that time, or reaches the first line of the log.

use super::{
    container_log::{failure_note, log_line, logs_options},
    line_assembler::LineAssembler,
};
use crate::{
    model::{Failure, LogBatch, LogLine, LogNote, LogReadOptions, LogTarget, Timestamp},
    source::docker::engine::client::Engine,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::collections::VecDeque;

/// Minimum number of lines in the first request.
const MIN_TAIL_LINES: usize = 2_000;
/// Factor by which each requested tail is longer than the previous one.
const TAIL_GROWTH_FACTOR: usize = 4;
/// Number of lines in a requested tail from which the reader requests the whole log instead.
const MAX_TAIL_LINES: usize = 1 << 30;

/// Reads the last lines before an end time, oldest first. The first value of `page` holds the number of lines
/// (`tail`) and other options, the second the end time.
pub(super) fn read_page(
    engine: Engine,
    target: LogTarget,
    container: String,
    page: (LogReadOptions, Timestamp),
) -> BoxStream<'static, LogBatch> {
    stream::once(async move {
        match page_lines(&engine, &target, &container, page).await {
            Ok(lines) => LogBatch { lines, notes: Vec::new() },
            Err(failure) => {
                let (kind, text) = failure_note(&failure);
                LogBatch { lines: Vec::new(), notes: vec![LogNote::on_stream(&target, None, kind, text)] }
            }
        }
    })
    .boxed()
}

async fn page_lines(
    engine: &Engine,
    target: &LogTarget,
    container: &str,
    page: (LogReadOptions, Timestamp),
) -> Result<Vec<LogLine>, Failure> {
    let mut tail = page.0.tail.saturating_mul(2).max(MIN_TAIL_LINES);
    let mut before = 0;
    loop {
        let everything = tail >= MAX_TAIL_LINES;
        let (found, lines) =
            tail_lines(engine, target, container, page, if everything { usize::MAX } else { tail }).await?;
        // If a longer tail brings no more lines before the end time, it has reached the log's first line.
        if lines.len() >= page.0.tail || everything || (found > 0 && found == before) {
            return Ok(lines);
        }
        before = found;
        tail = tail.saturating_mul(TAIL_GROWTH_FACTOR);
    }
}

/// Reads the last `tail` lines of the log. Counts the lines in the period from `start.since` to the end time.
/// Returns this count, and the newest `start.tail` lines of the period.
async fn tail_lines(
    engine: &Engine,
    target: &LogTarget,
    container: &str,
    (start, until): (LogReadOptions, Timestamp),
    tail: usize,
) -> Result<(usize, Vec<LogLine>), Failure> {
    // The engine filters by whole seconds, so the lines after `until` in its last second are dropped here.
    let second = i32::try_from(until.as_second().saturating_add(1)).unwrap_or(i32::MAX);
    let options = logs_options(start.since, tail).until(second).build();
    let mut messages = engine.logs(container, &options).await?;
    let mut assembler = LineAssembler::default();
    let (mut found, mut kept, mut fresh) = (0, VecDeque::new(), Vec::new());
    loop {
        let message = messages.next().await;
        let more = message.is_some();
        match message {
            Some(Ok(message)) => assembler.push_message(&message, &mut fresh),
            Some(Err(error)) => return Err(engine.call_failure("logs", &error)),
            None => fresh.extend(assembler.finish()),
        }
        for line in fresh.drain(..) {
            if line.at < until && start.since.is_none_or(|since| line.at >= since) {
                found += 1;
                kept.push_back(log_line(target, line));
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

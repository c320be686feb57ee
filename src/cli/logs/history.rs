//! `logs` without `--follow`: prints the stored lines of all streams in time order. Reads at most one batch
//! of each stream ahead.

use super::print::Printer;
use crate::{
    cli::{Error, Outcome},
    model::{
        Failure, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions, LogTarget, SourceId, Timestamp,
    },
    source::Source,
};
use futures::{
    StreamExt,
    future::join_all,
    stream::{self, BoxStream},
};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

/// Next batch of a stream, or the failure to read it.
type BatchResult = Result<LogBatch, Failure>;

/// Stream with the lines that were read from it but not printed yet.
struct StreamHead {
    stream: BoxStream<'static, BatchResult>,
    /// Lines read but not printed yet, oldest first.
    lines: VecDeque<LogLine>,
    /// True if the stream has no more batches.
    ended: bool,
    /// False if the last read of the stream failed.
    readable: bool,
}

/// Prints the stored lines of the targets in time order, at most `start.tail` of them.
pub(super) async fn run(
    sources: &[Arc<dyn Source>],
    targets: Vec<LogTarget>,
    start: LogReadOptions,
    mut printer: Printer,
) -> Result<Outcome, Error> {
    let mut heads: Vec<StreamHead> = targets
        .into_iter()
        .filter_map(|target| {
            let source = sources.iter().find(|s| *s.id() == SourceId::from(&target.service))?;
            let stream = source.logs(vec![target], start);
            Some(StreamHead { stream, lines: VecDeque::new(), ended: false, readable: true })
        })
        .collect();
    let many = heads.len();
    let mut unreadable = 0;
    let mut printed_notes = BTreeSet::new();
    // With a limit, the newest lines of all streams together are known only at the end.
    let mut newest = VecDeque::new();
    loop {
        let notes = join_all(heads.iter_mut().map(read_until_line)).await;
        for note in notes
            .into_iter()
            .flatten()
            .filter(|note| printed_notes.insert((note.label.clone(), note.text.clone())))
        {
            printer.print_note(&note);
        }
        heads.retain(|head| {
            unreadable += usize::from(head.ended && !head.readable);
            !head.ended || !head.lines.is_empty()
        });
        let Some(line) = pop_oldest(&mut heads) else { break };
        if start.tail == usize::MAX {
            printer.print_line(&line)?;
        } else {
            newest.push_back(line);
            if newest.len() > start.tail {
                newest.pop_front();
            }
        }
    }
    for line in &newest {
        printer.print_line(line)?;
    }
    printer.finish()?;
    Ok(if unreadable >= many { Outcome::NothingRead } else { Outcome::Success })
}

/// Removes and returns the oldest line of all streams; `None` if no line is left.
fn pop_oldest(heads: &mut [StreamHead]) -> Option<LogLine> {
    let time = |head: &&mut StreamHead| head.lines.front().map_or(Timestamp::MAX, |line| line.at);
    heads.iter_mut().filter(|head| !head.lines.is_empty()).min_by_key(time)?.lines.pop_front()
}

/// Reads a stream until it has a line or ends. Returns the notes on the way.
async fn read_until_line(head: &mut StreamHead) -> Vec<LogNote> {
    let mut notes = Vec::new();
    while head.lines.is_empty() && !head.ended {
        match head.stream.next().await {
            Some(Ok(batch)) => {
                let fails = |note: &LogNote| {
                    matches!(
                        note.kind,
                        LogNoteKind::Unreadable | LogNoteKind::LogGroupMissing | LogNoteKind::Interrupted
                    )
                };
                head.readable &= !batch.notes.iter().any(fails);
                head.readable |= !batch.lines.is_empty();
                notes.extend(batch.notes);
                let mut lines = batch.lines;
                // The engine reads stdout and stderr separately, so their lines may be slightly out of order.
                lines.sort_by_key(|line| line.at);
                head.lines.extend(lines);
            }
            Some(Err(failure)) => {
                head.readable = false;
                notes.push(failure_note(&failure));
            }
            None => {
                head.ended = true;
                head.stream = stream::empty().boxed();
            }
        }
    }
    notes
}

/// Converts the failure to read a stream into a note.
fn failure_note(failure: &Failure) -> LogNote {
    LogNote {
        at: None,
        service: None,
        label: "logs".into(),
        kind: LogNoteKind::Unreadable,
        text: format!("{} ({})", failure.message, failure.remedy).into(),
    }
}

//! What is there already, of all streams in the order of time, reading no further ahead than one batch of each.

use super::print::Printer;
use crate::{
    cli::{Error, Outcome},
    model::{Failure, LogBatch, LogLine, LogNote, LogStart, LogTarget, NoteKind, SourceId, Timestamp},
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

type Item = Result<LogBatch, Failure>;

/// A stream and what of it comes next.
struct Head {
    stream: BoxStream<'static, Item>,
    lines: VecDeque<LogLine>,
    ended: bool,
    readable: bool,
}

/// Prints what the targets hold.
pub(super) async fn run(
    sources: &[Arc<dyn Source>],
    targets: Vec<LogTarget>,
    start: LogStart,
    mut printer: Printer,
) -> Result<Outcome, Error> {
    let mut heads: Vec<Head> = targets
        .into_iter()
        .filter_map(|target| {
            let source = sources.iter().find(|s| *s.id() == SourceId::from(&target.service))?;
            let stream = source.logs(vec![target], start);
            Some(Head { stream, lines: VecDeque::new(), ended: false, readable: true })
        })
        .collect();
    let many = heads.len();
    let mut unreadable = 0;
    let mut told = BTreeSet::new();
    // The newest of all can be told from the others only at the end.
    let mut newest = VecDeque::new();
    loop {
        let notes = join_all(heads.iter_mut().map(fill)).await;
        for note in
            notes.into_iter().flatten().filter(|note| told.insert((note.label.clone(), note.text.clone())))
        {
            printer.note(&note);
        }
        heads.retain(|head| {
            unreadable += usize::from(head.ended && !head.readable);
            !head.ended || !head.lines.is_empty()
        });
        let Some(line) = oldest(&mut heads) else { break };
        if start.tail == usize::MAX {
            printer.line(&line)?;
        } else {
            newest.push_back(line);
            if newest.len() > start.tail {
                newest.pop_front();
            }
        }
    }
    for line in &newest {
        printer.line(line)?;
    }
    printer.finish()?;
    Ok(if unreadable >= many { Outcome::NothingRead } else { Outcome::Fine })
}

/// Takes the oldest line of all.
fn oldest(heads: &mut [Head]) -> Option<LogLine> {
    let time = |head: &&mut Head| head.lines.front().map_or(Timestamp::MAX, |line| line.at);
    heads.iter_mut().filter(|head| !head.lines.is_empty()).min_by_key(time)?.lines.pop_front()
}

/// Waits until a stream has a line, or has ended. Gives what is to be said of it.
async fn fill(head: &mut Head) -> Vec<LogNote> {
    let mut notes = Vec::new();
    while head.lines.is_empty() && !head.ended {
        match head.stream.next().await {
            Some(Ok(batch)) => {
                let fails = |note: &LogNote| {
                    matches!(note.kind, NoteKind::Unreadable | NoteKind::Absent | NoteKind::Disturbed)
                };
                head.readable &= !batch.notes.iter().any(fails);
                head.readable |= !batch.lines.is_empty();
                notes.extend(batch.notes);
                let mut lines = batch.lines;
                // The engine's two readers of a container are out of order by a little.
                lines.sort_by_key(|line| line.at);
                head.lines.extend(lines);
            }
            Some(Err(failure)) => {
                head.readable = false;
                notes.push(said(&failure));
            }
            None => {
                head.ended = true;
                head.stream = stream::empty().boxed();
            }
        }
    }
    notes
}

fn said(failure: &Failure) -> LogNote {
    LogNote {
        at: None,
        service: None,
        label: "logs".into(),
        kind: NoteKind::Unreadable,
        text: format!("{} ({})", failure.what, failure.remedy).into(),
    }
}

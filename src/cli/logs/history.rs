//! `logs` without `--follow`: prints the stored lines of all streams in time order. Reads at most one batch
//! of each stream ahead, and gives up a stream that does not end in time.

use super::print::Printer;
use crate::{
    cli::{Error, Outcome},
    model::{
        Failure, FailureKind, LogBatch, LogLine, LogNote, LogNoteKind, LogReadOptions, LogTarget, ServiceId,
        SharedText, SourceId, Timestamp,
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
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// Next batch of a stream, or the failure to read it.
type BatchResult = Result<LogBatch, Failure>;

/// Stream with the lines that were read from it but not printed yet.
struct StreamHead {
    service: ServiceId,
    label: SharedText,
    stream: BoxStream<'static, BatchResult>,
    /// Lines read but not printed yet, oldest first.
    lines: VecDeque<LogLine>,
    /// True if the stream has no more batches.
    ended: bool,
    /// False if the last read of the stream failed.
    readable: bool,
}

impl StreamHead {
    /// Ends the stream and closes its connection.
    fn end(&mut self) {
        self.ended = true;
        self.stream = stream::empty().boxed();
    }
}

/// Time limits for the reading of log streams, from `--wait`.
#[derive(Clone, Copy)]
struct ReadDeadline {
    /// Maximum wait for the next batch of a stream.
    wait: Duration,
    /// End of the whole read; `None` if lines are printed at once, because then the user sees progress.
    end: Option<Instant>,
}

impl ReadDeadline {
    /// Returns the deadline of a read that starts now, with at most `tail` lines.
    fn from_now(wait: Duration, tail: usize) -> Self {
        Self { wait, end: (tail != usize::MAX).then(|| Instant::now() + wait) }
    }

    /// Returns the time until which to wait for the next batch.
    fn of_next_batch(self) -> Instant {
        let next = Instant::now() + self.wait;
        self.end.map_or(next, |end| end.min(next))
    }
}

/// Prints the stored lines of the targets in time order, at most `start.tail` of them. Reads for at most
/// `wait`; without a limit on the lines, waits at most `wait` for each batch.
pub(super) async fn run(
    sources: &[Arc<dyn Source>],
    targets: Vec<LogTarget>,
    start: LogReadOptions,
    wait: Duration,
    mut printer: Printer,
) -> Result<Outcome, Error> {
    let deadline = ReadDeadline::from_now(wait, start.tail);
    let mut heads: Vec<StreamHead> = targets
        .into_iter()
        .filter_map(|target| {
            let source = sources.iter().find(|s| *s.id() == SourceId::from(&target.service))?;
            let (service, label) = (target.service.clone(), target.label.clone());
            let stream = source.logs(vec![target], start);
            Some(StreamHead { service, label, stream, lines: VecDeque::new(), ended: false, readable: true })
        })
        .collect();
    let many = heads.len();
    let mut unreadable = 0;
    let mut printed_notes = BTreeSet::new();
    // With a limit, the newest lines of all streams together are known only at the end.
    let mut newest = VecDeque::new();
    loop {
        let notes = join_all(heads.iter_mut().map(|head| read_until_line(head, deadline))).await;
        for note in notes.into_iter().flatten().filter(|note| {
            printed_notes.insert((note.service.clone(), note.label.clone(), note.text.clone()))
        }) {
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

/// Reads a stream until it has a line or ends, at most until `deadline`. Returns the notes that came before
/// the line.
async fn read_until_line(head: &mut StreamHead, deadline: ReadDeadline) -> Vec<LogNote> {
    let mut notes = Vec::new();
    while head.lines.is_empty() && !head.ended {
        let Ok(next) = timeout_at(deadline.of_next_batch(), head.stream.next()).await else {
            head.readable = false;
            head.end();
            let note = failure_note(&late_failure(deadline));
            notes.push(LogNote { service: Some(head.service.clone()), label: head.label.clone(), ..note });
            break;
        };
        match next {
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
            None => head.end(),
        }
    }
    notes
}

/// Returns the failure of a stream that has not ended by `deadline`.
fn late_failure(deadline: ReadDeadline) -> Failure {
    let seconds = deadline.wait.as_secs();
    let what = match deadline.end {
        Some(_) => format!("not read to the end in {seconds}s"),
        None => format!("no answer for {seconds}s"),
    };
    Failure::new(FailureKind::Timeout, what, "wait longer with `--wait`, or read less with `--since`")
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

#[cfg(test)]
mod tests {
    use super::{ReadDeadline, StreamHead, read_until_line};
    use crate::model::{LogBatch, LogLine, OutputStream, ServiceId, Timestamp};
    use futures::{StreamExt, stream};
    use std::{collections::VecDeque, time::Duration};
    use tokio::time::sleep;

    /// Maximum wait for a batch in these tests.
    const TEST_READ_WAIT: Duration = Duration::from_secs(2);

    /// Returns a stream with ten lines a second, without end.
    fn dripping_stream() -> StreamHead {
        let drip = |number: i64| async move {
            sleep(Duration::from_millis(100)).await;
            let line = LogLine {
                at: Timestamp::from_second(number).unwrap(),
                service: ServiceId::new("docker/web"),
                label: "web-1".into(),
                stream: OutputStream::Stdout,
                text: "drip".to_owned().into(),
                styles: Vec::new(),
            };
            Some((Ok(LogBatch { lines: vec![line], notes: Vec::new() }), number + 1))
        };
        StreamHead {
            service: ServiceId::new("docker/web"),
            label: "web-1".into(),
            stream: stream::unfold(0, drip).boxed(),
            lines: VecDeque::new(),
            ended: false,
            readable: true,
        }
    }

    #[tokio::test]
    async fn a_log_without_an_end_ends_in_time_and_says_so() {
        let deadline = ReadDeadline::from_now(TEST_READ_WAIT, 100);
        let mut head = dripping_stream();
        let notes = loop {
            let notes = read_until_line(&mut head, deadline).await;
            if head.ended {
                break notes;
            }
            head.lines.clear();
        };
        assert!(notes[0].text.contains("not read to the end in 2s"), "{notes:?}");
    }

    #[tokio::test]
    async fn a_log_that_is_printed_at_once_may_take_longer() {
        let deadline = ReadDeadline::from_now(TEST_READ_WAIT, usize::MAX);
        let mut head = dripping_stream();
        for _ in 0..25 {
            assert!(read_until_line(&mut head, deadline).await.is_empty());
            head.lines.clear();
        }
        head.stream = stream::pending().boxed();
        let notes = read_until_line(&mut head, deadline).await;
        assert!(head.ended && notes[0].text.contains("no answer for 2s"), "{notes:?}");
    }
}

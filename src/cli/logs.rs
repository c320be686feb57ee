//! The logs of a service on standard output; what could not be read goes to standard error.

use super::{Error, Outcome, args::Format, sources::Opened, why};
use crate::{
    model::{Failure, FailureKind, LogBatch, LogLine, LogStart, LogStream, Timestamp},
    store::{Store, log_targets},
    view::widget::text,
};
use futures::StreamExt;
use jiff::SignedDuration;
use serde::Serialize;
use std::io::{Write, stdout};

/// What was asked for.
pub(super) struct Asked {
    /// The service, as people name it.
    pub service: String,
    /// Whether to go on with new lines.
    pub follow: bool,
    /// Not before this long ago.
    pub since: Option<SignedDuration>,
    /// At most this many lines.
    pub tail: Option<usize>,
    /// How to print.
    pub format: Format,
}

/// A line as JSON: `portolan.log/1`.
#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    at: Timestamp,
    service: &'a str,
    instance: &'a str,
    stream: &'static str,
    text: &'a str,
}

/// The newest lines that are printed when nobody says how many.
const TAIL: usize = 100;

/// Prints the lines; with `--follow` until it is interrupted or nobody reads.
pub(super) async fn run(store: &Store, opened: &Opened, asked: &Asked) -> Result<Outcome, Error> {
    let node = why::one(store, &asked.service)?;
    let Some(service) = store.service_of(node) else {
        let what = format!("{} is nothing that a source runs", node.label());
        return Err(Failure::new(FailureKind::Invalid, what, "only services have logs").into());
    };
    let since = asked.since.and_then(|back| store.now.checked_sub(back).ok());
    let tail = asked.tail.unwrap_or(if since.is_some() { usize::MAX } else { TAIL });
    let start = LogStart { since, until: None, tail, follow: asked.follow };
    let Some(source) = opened.sources.iter().find(|s| s.id() == &service.source()) else {
        return Ok(Outcome::NothingRead);
    };
    let mut batches = source.logs(log_targets(service), start);
    let mut outcome = Outcome::Fine;
    let mut read = false;
    // What is not followed has an end: all of it is put in order of time before it is printed.
    let mut history = LogBatch::default();
    while let Some(batch) = batches.next().await {
        match batch {
            Ok(batch) => {
                read |= !batch.lines.is_empty() || batch.notes.is_empty();
                if asked.follow {
                    write(&batch, asked.format)?;
                } else {
                    history.lines.extend(batch.lines);
                    history.notes.extend(batch.notes);
                }
            }
            Err(failure) => {
                eprintln!("portolan: {} ({})", failure.what, failure.remedy);
                outcome = Outcome::NothingRead;
            }
        }
    }
    history.lines.sort_by_key(|line| line.at);
    history.lines.drain(..history.lines.len().saturating_sub(tail));
    write(&history, asked.format)?;
    Ok(if read { Outcome::Fine } else { outcome })
}

/// Prints a batch.
fn write(batch: &LogBatch, format: Format) -> std::io::Result<()> {
    let mut out = stdout().lock();
    for line in &batch.lines {
        let printed = match format {
            Format::Table => {
                format!("{} {} {}", line.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"), label(line), line.text)
            }
            Format::Json => serde_json::to_string(&json(line)).unwrap_or_default(),
        };
        writeln!(out, "{printed}")?;
    }
    for note in &batch.notes {
        eprintln!("portolan: {}: {}", note.label, note.text);
    }
    out.flush()
}

fn label(line: &LogLine) -> String {
    text::fit(&line.label, 24, "…").trim_end().to_owned()
}

fn json(line: &LogLine) -> Line<'_> {
    Line {
        schema: "portolan.log/1",
        at: line.at,
        service: line.service.as_str(),
        instance: &line.label,
        stream: if line.stream == LogStream::Out { "out" } else { "err" },
        text: &line.text,
    }
}

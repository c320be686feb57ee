//! What was looked for, what was found, which calls work, and what to fix.

use super::{
    Error, Outcome,
    args::{Common, Format},
    config_file, open, print,
    sources::Opened,
};
use crate::{
    model::{Failure, FailureKind},
    source::{Examined, Source},
};
use serde::Serialize;
use std::{fmt::Write, time::Duration};

/// `portolan.doctor/1`.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    configuration: Option<String>,
    cache: Option<String>,
    looked_at: Vec<String>,
    sources: Vec<Checked>,
}

/// One source with everything that was tried on it.
#[derive(Serialize)]
struct Checked {
    id: String,
    kind: &'static str,
    place: String,
    tries: Vec<Try>,
}

/// One thing that was tried.
#[derive(Serialize)]
struct Try {
    what: String,
    ok: bool,
    outcome: String,
    remedy: Option<String>,
}

/// Examines every source.
pub(super) async fn run(common: &Common, format: Format) -> Result<Outcome, Error> {
    let (config, opened) = open(common)?;
    let file = common.config.clone().or_else(|| config_file().filter(|file| file.exists()));
    let mut report = Report {
        schema: "portolan.doctor/1",
        configuration: file.map(|file| file.display().to_string()),
        cache: opened.cache.as_ref().map(|folder| folder.path().display().to_string()),
        looked_at: opened.looked.clone(),
        sources: Vec::new(),
    };
    if format == Format::Table {
        print(beginning(&report, &config, &opened))?;
    }
    let wait = Duration::try_from(common.wait).unwrap_or(Duration::ZERO);
    for source in &opened.sources {
        let checked = checked(&**source, wait).await;
        if format == Format::Table {
            print(lines(&checked))?;
        }
        report.sources.push(checked);
    }
    if format == Format::Json {
        print(serde_json::to_string_pretty(&report).unwrap_or_default() + "\n")?;
    }
    let any = report.sources.iter().flat_map(|source| &source.tries).any(|one| one.ok);
    Ok(if any { Outcome::Fine } else { Outcome::NothingRead })
}

/// Everything that was tried on a source, for which it may take that long.
async fn checked(source: &dyn Source, wait: Duration) -> Checked {
    source.set_time_limit(wait);
    let late = |_| {
        let what = format!("{} was not examined within {} s", source.place(), wait.as_secs());
        let failure = Failure::new(FailureKind::Timeout, what, "wait longer with --wait");
        vec![Examined { what: "examine".to_owned(), outcome: Err(failure) }]
    };
    let examined = tokio::time::timeout(wait, source.examine()).await.unwrap_or_else(late);
    let tries = examined.into_iter().map(tried).collect();
    Checked { id: source.id().to_string(), kind: source.kind(), place: source.place(), tries }
}

fn tried(Examined { what, outcome }: Examined) -> Try {
    match outcome {
        Ok(outcome) => Try { what, ok: true, outcome, remedy: None },
        Err(failure) => Try {
            what,
            ok: false,
            outcome: failure.what.to_string(),
            remedy: Some(failure.remedy.to_string()),
        },
    }
}

/// What was looked for, before anything is tried.
fn beginning(report: &Report, config: &crate::config::Config, opened: &Opened) -> String {
    let mut out = String::new();
    let usual =
        config_file().map(|file| format!("none; {} would be read", file.display())).unwrap_or_default();
    let _ = writeln!(out, "configuration  {}", report.configuration.as_ref().unwrap_or(&usual));
    let cache = report.cache.as_deref().unwrap_or("none: nothing is kept between runs");
    let _ = writeln!(out, "cache          {cache}");
    for place in &report.looked_at {
        let _ = writeln!(out, "looked at      {place}");
    }
    for annotation in config.service.iter().filter(|a| a.service.is_empty()) {
        let _ =
            writeln!(out, "unclear        a [[service]] of {} does not say which service", annotation.owner);
    }
    if opened.sources.is_empty() {
        out.push_str("\nnothing to look at: start a Docker engine, configure AWS, or see --demo\n");
    }
    out
}

/// One source for people.
fn lines(source: &Checked) -> String {
    let mut out = format!("\n{} ({}): {}\n", source.id, source.kind, source.place);
    for one in &source.tries {
        let word = if one.ok { "ok    " } else { "failed" };
        let _ = writeln!(out, "  {word}  {}: {}", one.what, one.outcome);
        if let Some(remedy) = &one.remedy {
            let _ = writeln!(out, "          {remedy}");
        }
    }
    out
}

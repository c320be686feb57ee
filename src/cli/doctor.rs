//! Command `doctor`: where Portolan searched, which sources it found, which calls work, and how to fix the
//! others.

use super::{
    Error, Outcome,
    args::{CommonArgs, Format},
    config_file, open_sources, print,
    sources::OpenedSources,
};
use crate::{
    model::{Failure, FailureKind},
    source::{DoctorCheck, Source},
};
use serde::Serialize;
use std::{fmt::Write, time::Duration};

/// JSON output, schema `portolan.doctor/1`.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    configuration: Option<String>,
    cache: Option<String>,
    looked_at: Vec<String>,
    sources: Vec<CheckedSource>,
}

/// One source with all checks.
#[derive(Serialize)]
struct CheckedSource {
    id: String,
    kind: &'static str,
    place: String,
    tries: Vec<CheckOutcome>,
}

/// Result of one check.
#[derive(Serialize)]
struct CheckOutcome {
    what: String,
    ok: bool,
    outcome: String,
    remedy: Option<String>,
}

/// Checks every source and prints the report.
pub(super) async fn run(common: &CommonArgs, format: Format) -> Result<Outcome, Error> {
    let (config, opened) = open_sources(common)?;
    let file = common.config.clone().or_else(|| config_file().filter(|file| file.exists()));
    let mut report = Report {
        schema: "portolan.doctor/1",
        configuration: file.map(|file| file.display().to_string()),
        cache: opened.cache.as_ref().map(|folder| folder.path().display().to_string()),
        looked_at: opened.searched.clone(),
        sources: Vec::new(),
    };
    if format == Format::Table {
        print(header_text(&report, &config, &opened))?;
    }
    let wait = Duration::try_from(common.wait).unwrap_or(Duration::ZERO);
    for source in &opened.sources {
        let checked = check_source(&**source, wait).await;
        if format == Format::Table {
            print(source_text(&checked))?;
        }
        report.sources.push(checked);
    }
    if format == Format::Json {
        print(serde_json::to_string_pretty(&report).unwrap_or_default() + "\n")?;
    }
    let any = report.sources.iter().flat_map(|source| &source.tries).any(|one| one.ok);
    Ok(if any { Outcome::Fine } else { Outcome::NothingRead })
}

/// Checks a source within the time `wait`.
async fn check_source(source: &dyn Source, wait: Duration) -> CheckedSource {
    source.set_time_limit(wait);
    let late = |_| {
        let what = format!("the checks of {} did not finish within {} s", source.location(), wait.as_secs());
        let failure = Failure::new(FailureKind::Timeout, what, "increase --wait");
        vec![DoctorCheck { name: "checks".to_owned(), outcome: Err(failure) }]
    };
    let examined = tokio::time::timeout(wait, source.diagnose()).await.unwrap_or_else(late);
    let tries = examined.into_iter().map(check_outcome).collect();
    CheckedSource { id: source.id().to_string(), kind: source.kind(), place: source.location(), tries }
}

fn check_outcome(DoctorCheck { name: what, outcome }: DoctorCheck) -> CheckOutcome {
    match outcome {
        Ok(outcome) => CheckOutcome { what, ok: true, outcome, remedy: None },
        Err(failure) => CheckOutcome {
            what,
            ok: false,
            outcome: failure.message.to_string(),
            remedy: Some(failure.remedy.to_string()),
        },
    }
}

/// Returns the part of the report that needs no check: configuration, cache and searched places.
fn header_text(report: &Report, config: &crate::config::Config, opened: &OpenedSources) -> String {
    let mut out = String::new();
    let usual = config_file().map(|file| format!("none (default: {})", file.display())).unwrap_or_default();
    let _ = writeln!(out, "configuration  {}", report.configuration.as_ref().unwrap_or(&usual));
    let cache = report.cache.as_deref().unwrap_or("off: nothing is saved between runs");
    let _ = writeln!(out, "cache          {cache}");
    for place in &report.looked_at {
        let _ = writeln!(out, "searched       {place}");
    }
    for annotation in config.service.iter().filter(|a| a.service.is_empty()) {
        let _ = writeln!(out, "invalid        a [[service]] has no `service` (owner: {})", annotation.owner);
    }
    if opened.sources.is_empty() {
        out.push_str("\nno source found: start a Docker engine, configure AWS, or try --demo\n");
    }
    out
}

/// Returns the checks of one source as text.
fn source_text(source: &CheckedSource) -> String {
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

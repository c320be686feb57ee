//! Command `doctor`: reports where Portolan searched for sources, which it found, the result of each check,
//! and how to fix failures.

use super::{
    Error, Outcome,
    args::{CommonArgs, Format},
    collect, config_file, open_sources, print,
    sources::OpenedSources,
    used_config_file,
};
use crate::{
    background::run_blocking,
    config::Config,
    model::{Checkout, Failure, FailureKind},
    source::{DoctorCheck, Source},
};
use serde::Serialize;
use std::{collections::BTreeSet, fmt::Write, sync::Arc, time::Duration};

/// Report of `doctor` as JSON, schema `portolan.doctor/1`.
#[derive(Serialize)]
struct Report {
    schema: &'static str,
    /// Path of the configuration file; `None` if there is none.
    configuration: Option<String>,
    /// Directory of the cache; `None` if caching is off.
    cache: Option<String>,
    /// Places where Portolan searched for sources, each with its result in words.
    looked_at: Vec<String>,
    repositories: Vec<RepositoryOut>,
    sources: Vec<CheckedSource>,
}

/// Repository in the report of `doctor`: a local directory that matches a path pattern in the configuration.
#[derive(Serialize)]
struct RepositoryOut {
    path: String,
    /// Number of services and resources in its catalogue files.
    catalogued: usize,
    /// Files that can't be read, each with the reason.
    unread: Vec<String>,
}

/// Source in the report of `doctor`, with the results of all its checks.
#[derive(Serialize)]
struct CheckedSource {
    id: String,
    kind: &'static str,
    /// Address or region of the source.
    place: String,
    /// Checks with their results.
    tries: Vec<CheckOutcome>,
}

/// Check in the report of `doctor`, with its result.
#[derive(Serialize)]
struct CheckOutcome {
    /// Name of the check.
    what: String,
    ok: bool,
    /// Result of the check in words.
    outcome: String,
    /// Remedy for a failure; `None` on success.
    remedy: Option<String>,
}

/// Checks every source and prints the report.
pub(super) async fn run(common: &CommonArgs, format: Format) -> Result<Outcome, Error> {
    let (config, opened) = open_sources(common)?;
    let file = used_config_file(common);
    let mut report = Report {
        schema: "portolan.doctor/1",
        configuration: file.map(|file| file.display().to_string()),
        cache: opened.cache.as_ref().map(|folder| folder.path().display().to_string()),
        looked_at: opened.searched.clone(),
        repositories: read_repositories(&config).await,
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
    Ok(doctor_outcome(&report))
}

/// Returns [`Outcome::NothingRead`] if no check succeeded, [`Outcome::Findings`] if only some did, and
/// [`Outcome::Success`] if all did.
fn doctor_outcome(report: &Report) -> Outcome {
    let checks = || report.sources.iter().flat_map(|source| &source.tries);
    if !checks().any(|check| check.ok) {
        Outcome::NothingRead
    } else if checks().all(|check| check.ok) {
        Outcome::Success
    } else {
        Outcome::Findings
    }
}

/// Reads the repositories that the configuration names.
async fn read_repositories(config: &Config) -> Vec<RepositoryOut> {
    let mut reader = collect::checkout_reader(config);
    let read = run_blocking(move || reader.read(&BTreeSet::new())).await.unwrap_or_default();
    let repository = |checkout: &Arc<Checkout>| RepositoryOut {
        path: checkout.path.to_string(),
        catalogued: checkout.entities.len(),
        unread: checkout.unread.iter().map(ToString::to_string).collect(),
    };
    read.iter().map(repository).collect()
}

/// Runs the checks of a source, for at most `wait`.
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

/// Converts the result of a check for the report.
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

/// Formats the first part of the report as text: configuration, cache, searched places and repositories.
fn header_text(report: &Report, config: &Config, opened: &OpenedSources) -> String {
    let mut out = String::new();
    let usual = config_file().map(|file| format!("none (default: {})", file.display())).unwrap_or_default();
    let _ = writeln!(out, "configuration  {}", report.configuration.as_ref().unwrap_or(&usual));
    let cache = report.cache.as_deref().unwrap_or("off: nothing is saved between runs");
    let _ = writeln!(out, "cache          {cache}");
    for place in &report.looked_at {
        let _ = writeln!(out, "searched       {place}");
    }
    if !config.repositories.is_empty() {
        let catalogued: usize = report.repositories.iter().map(|one| one.catalogued).sum();
        let number = report.repositories.len();
        let _ = writeln!(out, "repositories   {number} with {catalogued} catalogued services and resources");
    }
    for unread in report.repositories.iter().flat_map(|one| &one.unread) {
        let _ = writeln!(out, "unread         {unread}");
    }
    for annotation in config.service.iter().filter(|a| a.service.is_empty()) {
        let _ = writeln!(out, "invalid        a [[service]] has no `service` (owner: {})", annotation.owner);
    }
    if opened.sources.is_empty() {
        out.push_str("\nno source found: start a Docker engine, configure AWS, or try --demo\n");
    }
    out
}

/// Formats a source and the results of its checks as text.
fn source_text(source: &CheckedSource) -> String {
    let mut out = format!("\n{} ({}): {}\n", source.id, source.kind, source.place);
    for one in &source.tries {
        let word = if one.ok { "ok    " } else { "failed" };
        // The message of a failure often begins with the name of its check.
        let outcome = one.outcome.strip_prefix(&format!("{}: ", one.what)).unwrap_or(&one.outcome);
        let _ = writeln!(out, "  {word}  {}: {outcome}", one.what);
        if let Some(remedy) = &one.remedy {
            let _ = writeln!(out, "          {remedy}");
        }
    }
    out
}

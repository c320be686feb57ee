//! Health check of a container, with the output of its last failure.

use super::parse_time;
use crate::{
    extract,
    model::{HealthCheckStatus, Text, Timestamp},
    source::docker::api_types::Health,
};

/// Maximum length of a health check's output, in characters.
const MAX_OUTPUT_CHARS: usize = 400;

/// Decodes the health check with the output of its last failure.
pub(super) fn health_check(health: &Health) -> HealthCheckStatus {
    match health.status.as_deref().unwrap_or_default() {
        "starting" => HealthCheckStatus::Pending,
        "healthy" => HealthCheckStatus::Healthy,
        "unhealthy" => {
            let failures = health.log.iter().flatten().rev().filter(|r| r.exit_code != Some(0));
            let output = failures
                .filter_map(|r| r.output.as_deref())
                .map(|o| Text::with_max_chars(extract::redact_secrets(o).trim(), MAX_OUTPUT_CHARS))
                .next();
            HealthCheckStatus::Unhealthy {
                output: output.filter(|o| !o.is_empty()),
                since: failing_since(health),
            }
        }
        _ => HealthCheckStatus::None,
    }
}

/// Returns the start of the current series of failed health checks. Returns `None` if the engine has kept no
/// result of that series.
///
/// The engine keeps only the latest results and the length of the series. If the series is longer than the
/// kept results, its start is an estimate from the average interval between these results.
fn failing_since(health: &Health) -> Option<Timestamp> {
    let log: Vec<_> = health.log.iter().flatten().collect();
    let row = log.iter().rev().take_while(|result| result.exit_code != Some(0));
    let mut starts: Vec<Timestamp> = row.filter_map(|result| parse_time(result.start.as_deref()?)).collect();
    starts.sort();
    let (first, last) = (*starts.first()?, *starts.last()?);
    let streak = usize::try_from(health.failing_streak.unwrap_or(0)).unwrap_or(0);
    let beyond = i32::try_from(streak.saturating_sub(starts.len())).unwrap_or(0);
    // A single kept result has no interval.
    let steps = i32::try_from(starts.len() - 1).unwrap_or(1).max(1);
    let pace = last.duration_since(first) / steps;
    first.checked_sub(pace * beyond).ok()
}

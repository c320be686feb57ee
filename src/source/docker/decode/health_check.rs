//! Health check of a container, with the output of its last failure.

use super::parse_time;
use crate::{
    extract,
    model::{HealthCheckStatus, Text, Timestamp},
    source::docker::api_types::Health,
};

/// Maximum length of a health check's output, in characters.
const MAX_OUTPUT_CHARS: usize = 400;

/// Decodes the health check with the output of its last failure. The container's run began at `started`.
pub(super) fn health_check(health: &Health, started: Option<Timestamp>) -> HealthCheckStatus {
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
                since: failing_since(health).map(|since| started.map_or(since, |started| since.max(started))),
            }
        }
        _ => HealthCheckStatus::None,
    }
}

/// Returns the start of the current series of failed health checks. Returns `None` if the engine has kept no
/// result of that series. The length of the series does not include failures in the start period (moby,
/// `daemon/health.go`).
///
/// The engine keeps only the latest results and the length of the series. If the series is longer than the
/// kept results, its start is an estimate from the average interval between these results.
fn failing_since(health: &Health) -> Option<Timestamp> {
    let log: Vec<_> = health.log.iter().flatten().collect();
    let streak = usize::try_from(health.failing_streak.unwrap_or(0)).unwrap_or(0);
    let counted = if streak == 0 { log.len() } else { streak };
    let row = log.iter().rev().take_while(|result| result.exit_code != Some(0)).take(counted);
    let mut starts: Vec<Timestamp> = row.filter_map(|result| parse_time(result.start.as_deref()?)).collect();
    starts.sort();
    let (first, last) = (*starts.first()?, *starts.last()?);
    let beyond = i32::try_from(streak.saturating_sub(starts.len())).unwrap_or(0);
    // A single kept result has no interval.
    let steps = i32::try_from(starts.len() - 1).unwrap_or(1).max(1);
    let pace = last.duration_since(first) / steps;
    first.checked_sub(pace * beyond).ok()
}

#[cfg(test)]
mod tests {
    use super::{Health, Timestamp, health_check, parse_time};
    use crate::model::HealthCheckStatus;

    /// Returns the time since which a check fails that ran every ten seconds from 10:00:00 on. `codes` are the
    /// kept exit codes, the last `streak` of which count.
    fn failing_since(codes: &[i64], streak: i64, started: &str) -> Option<Timestamp> {
        let results = codes.iter().enumerate().map(|(number, code)| {
            serde_json::json!({"Start": format!("2026-11-28T10:00:{:02}Z", number * 10), "ExitCode": code})
        });
        let health = serde_json::json!({
            "Status": "unhealthy", "FailingStreak": streak, "Log": results.collect::<Vec<_>>(),
        });
        let health: Health = serde_json::from_str(&health.to_string()).unwrap();
        match health_check(&health, parse_time(started)) {
            HealthCheckStatus::Unhealthy { since, .. } => since,
            _ => None,
        }
    }

    #[test]
    fn a_check_fails_since_the_first_counted_failure() {
        let started = "2026-11-28T09:59:55Z";
        let since = |codes: &[i64], streak| failing_since(codes, streak, started);
        assert_eq!(since(&[0, 1, 1], 2), parse_time("2026-11-28T10:00:10Z"));
        assert_eq!(since(&[1, 1, 1, 1], 2), parse_time("2026-11-28T10:00:20Z"), "two in the start period");
        assert_eq!(since(&[1, 1, 1, 1], 0), parse_time("2026-11-28T10:00:00Z"), "no length of the series");
        assert_eq!(since(&[1, 1, 1, 1], 9), parse_time(started), "not before the start");
    }
}

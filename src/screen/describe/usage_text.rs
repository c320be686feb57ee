//! Usage of CPU, memory and network as text and sparklines, for the card, the panel and the headless
//! commands.

use super::time;
use crate::{
    model::{Instance, InstanceState, Service, Timestamp, UsageSample},
    screen::widget::bar,
    store::{UsageHistory, usage_target},
};
use jiff::SignedDuration;

/// Maximum width of a sparkline, in cells. Each cell stands for one sample.
const SPARKLINE_WIDTH: usize = 10;

/// Minimum value that fills the height of a sparkline, for a resource without a limit. If the largest sample
/// alone set the scale, the noise of an idle service would look like peaks.
///
/// The values are for CPU in millicores, memory in bytes, and network in bytes per second.
const MIN_FULL_SCALE: (u64, u64, u64) = (50, 1 << 20, 1 << 10);

/// Age of the newest sample beyond which the text also states that age.
const SHOW_AGE_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// Maximum time by which an instance's latest sample may be older than the newest one of the service and
/// still count. Samples differ in age because CloudWatch Container Insights writes one sample a minute, and
/// some samples arrive late.
const MAX_SAMPLE_SKEW: SignedDuration = SignedDuration::from_mins(2);

/// Returns the total usage of a service's running instances, as one text for each resource. If some instances
/// have no recent sample, a last text gives the number of measured instances.
#[must_use]
pub fn service_gauges(usage: &UsageHistory, service: &Service, now: Timestamp, ascii: bool) -> Vec<String> {
    let running: Vec<&Instance> = running_instances(service).collect();
    let newest =
        running.iter().filter_map(|one| usage.samples(&one.id).next_back()).map(|last| last.at).max();
    let is_of_now =
        |last: &UsageSample| newest.is_some_and(|at| at.duration_since(last.at) <= MAX_SAMPLE_SKEW);
    let series = running.iter().map(|one| usage.samples(&one.id).collect::<Vec<_>>());
    let series: Vec<_> = series.filter(|series| series.last().is_some_and(|last| is_of_now(last))).collect();
    let mut texts = gauges(&series, now, ascii);
    if !texts.is_empty() && series.len() < running.len() {
        texts.push(format!("{} of {} instances measured", series.len(), running.len()));
    }
    texts
}

/// Returns the CPU, in millicores, and the memory, in bytes, that a service's running instances used at their
/// latest samples. Leaves out instances whose latest sample is too old. Returns `None` for a resource without
/// a sample.
pub(in crate::screen) fn latest_totals(
    usage: &UsageHistory,
    service: &Service,
) -> (Option<u64>, Option<u64>) {
    let latest = || running_instances(service).filter_map(|one| usage.samples(&one.id).next_back());
    let newest = latest().map(|sample| sample.at).max();
    let current =
        || latest().filter(|sample| newest.is_some_and(|at| at.duration_since(sample.at) <= MAX_SAMPLE_SKEW));
    let total = |of: fn(&UsageSample) -> Option<u64>| current().filter_map(of).reduce(u64::saturating_add);
    (total(|sample| sample.cpu), total(|sample| sample.memory))
}

fn running_instances(service: &Service) -> impl Iterator<Item = &Instance> {
    service.instances.iter().filter(|instance| instance.state == InstanceState::Running)
}

/// Returns the total usage of several instances, as one text for each resource, such as `cpu ▂▄ 0.4 of 1
/// cores (40%)`. If the newest sample is old, a last text gives its age. `series` holds the samples of each
/// instance, the oldest first.
#[must_use]
pub fn gauges(series: &[Vec<&UsageSample>], now: Timestamp, ascii: bool) -> Vec<String> {
    let mut texts = resource_gauges(series, ascii);
    let newest = series.iter().filter_map(|readings| readings.last()).map(|last| last.at).max();
    let old = newest.filter(|at| !texts.is_empty() && now.duration_since(*at) > SHOW_AGE_AFTER);
    texts.extend(old.map(|at| format!("measured {} ago", time::age(at, now))));
    texts
}

fn resource_gauges(series: &[Vec<&UsageSample>], ascii: bool) -> Vec<String> {
    let mut texts = Vec::new();
    let mut push = |label: &str, values: Vec<u64>, limit: Option<u64>, least: u64, words: String| {
        texts.push(format!("{label} {} {words}", sparkline(&values, limit, least, ascii)));
    };
    let (cpu, cpu_limit) = (summed_values(series, |r| r.cpu), summed_limit(series, |r| r.cpu_limit));
    if let Some(now) = cpu.last() {
        let words = match cpu_limit {
            Some(limit) => format!(
                "{} of {} cores{}",
                format_cores(*now),
                format_cores(limit),
                format_percent(*now, limit)
            ),
            None => format!("{} cores", format_cores(*now)),
        };
        push("cpu", cpu, cpu_limit, MIN_FULL_SCALE.0, words);
    }
    let (memory, memory_limit) =
        (summed_values(series, |r| r.memory), summed_limit(series, |r| r.memory_limit));
    if let Some(now) = memory.last() {
        let words = match memory_limit {
            Some(limit) => format!("{}{}", format_bytes_of_limit(*now, limit), format_percent(*now, limit)),
            None => format_bytes(*now),
        };
        push("memory", memory, memory_limit, MIN_FULL_SCALE.1, words);
    }
    let (received, sent) = (summed_values(series, |r| r.received), summed_values(series, |r| r.sent));
    if let (Some(inward), Some(outward)) = (received.last(), sent.last()) {
        let words = format!("in {}/s, out {}/s", format_bytes(*inward), format_bytes(*outward));
        // The newest values are last, and one of the lists may reach further back.
        let pairs = received.iter().rev().zip(sent.iter().rev());
        let mut both: Vec<u64> = pairs.map(|(inward, outward)| inward.saturating_add(*outward)).collect();
        both.reverse();
        push("network", both, None, MIN_FULL_SCALE.2, words);
    }
    texts
}

/// Returns the period that the sparklines of a service's running instances cover, such as `2m`, or `None`
/// without samples.
#[must_use]
pub fn sampled_span(usage: &UsageHistory, service: &Service) -> Option<String> {
    let ends = running_instances(service).filter_map(|instance| {
        let readings = usage.samples(&instance.id);
        let newest = readings.clone().next_back()?;
        Some((readings.rev().take(SPARKLINE_WIDTH).last()?.at, newest.at))
    });
    let (oldest, newest) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Some(time::age(oldest, newest))
}

/// Returns the failure of the usage measurement, or else the reason why a service has no sample yet. Returns
/// `None` if it has samples and no failure, or if it has no instance to measure.
#[must_use]
pub fn missing_usage_reason(usage: &UsageHistory, service: &Service) -> Option<String> {
    let target = usage_target(service)?;
    if let Some(failure) = usage.failure(&service.id) {
        return Some(format!("{} ({})", failure.message, failure.remedy));
    }
    let measured = target.instances.iter().any(|instance| usage.samples(instance).next().is_some());
    match (measured, usage.has_result(&service.id)) {
        (true, _) => None,
        (false, true) => Some("no measurements yet".to_owned()),
        (false, false) => Some("measuring".to_owned()),
    }
}

/// Returns the sums of the latest samples of several series, the oldest sum first. Adds the newest samples of
/// all series, then the second newest, and so on, for at most `SPARKLINE_WIDTH` sums.
fn summed_values(series: &[Vec<&UsageSample>], of: impl Fn(&UsageSample) -> Option<u64>) -> Vec<u64> {
    let columns = (0..SPARKLINE_WIDTH).map_while(|back| {
        let values = series.iter().filter_map(|readings| of(readings.iter().rev().nth(back)?));
        values.reduce(u64::saturating_add)
    });
    let mut values: Vec<u64> = columns.collect();
    values.reverse();
    values
}

/// Returns the sum of the limits in the newest samples. Returns `None` if one of the series has no limit, or
/// if there is no series.
fn summed_limit(series: &[Vec<&UsageSample>], of: impl Fn(&UsageSample) -> Option<u64>) -> Option<u64> {
    let mut limits = series.iter().filter_map(|readings| readings.last()).map(|reading| of(reading));
    limits.try_fold(0, |sum, limit| Some(sum + limit?)).filter(|limit| *limit > 0)
}

fn sparkline(values: &[u64], limit: Option<u64>, least: u64, ascii: bool) -> String {
    let full = limit.unwrap_or_else(|| values.iter().copied().max().unwrap_or(0).max(least));
    values.iter().map(|value| bar::sparkline_glyph(*value, full, ascii)).collect()
}

/// Formats millicores as cores.
pub(in crate::screen) fn format_cores(thousandths: u64) -> String {
    let digits = if thousandths < 100 { 3 } else { 2 };
    let text = format!("{:.digits$}", thousandths as f64 / 1_000.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Formats the share of a limit as a percentage in parentheses.
fn format_percent(now: u64, limit: u64) -> String {
    format!(" ({:.0}%)", now as f64 / limit as f64 * 100.0)
}

/// Formats a number of bytes in its largest unit.
pub(in crate::screen) fn format_bytes(number: u64) -> String {
    let mut amount = number as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if amount < 1_000.0 {
            let digits = usize::from(unit != "B" && amount < 10.0);
            return format!("{amount:.digits$} {unit}");
        }
        amount /= 1_024.0;
    }
    format!("{amount:.1} TiB")
}

/// Formats a number of bytes and its limit, such as `32 of 64 MiB`. A unit that both share appears once.
fn format_bytes_of_limit(number: u64, limit: u64) -> String {
    let (number, limit) = (format_bytes(number), format_bytes(limit));
    match (number.split_once(' '), limit.split_once(' ')) {
        (Some((amount, unit)), Some((_, same))) if unit == same => format!("{amount} of {limit}"),
        _ => format!("{number} of {limit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{format_bytes, format_cores, gauges, missing_usage_reason, sampled_span, service_gauges};
    use crate::{
        model::{Failure, FailureKind, InstanceId, InstanceState, Service, UsageSample, fixtures},
        store::UsageHistory,
    };

    fn reading(instance: &str, ago: i64, cpu: u64) -> UsageSample {
        UsageSample {
            instance: InstanceId::new(format!("docker/{instance}")),
            at: fixtures::ago(ago),
            cpu: Some(cpu),
            cpu_limit: Some(500),
            memory: Some(32 << 20),
            memory_limit: Some(64 << 20),
            received: Some(1_536),
            sent: Some(20),
        }
    }

    fn gauges_of(readings: &[UsageSample], ascii: bool) -> Vec<String> {
        gauges(&[readings.iter().collect()], fixtures::ago(0), ascii)
    }

    fn service_with_two_instances() -> Service {
        let instances = vec![fixtures::instance("a"), fixtures::instance("b")];
        Service { instances, ..fixtures::service("web") }
    }

    #[test]
    fn gauges_show_usage_against_limits() {
        let all = [reading("a", 4, 0), reading("a", 2, 250), reading("a", 0, 500)];
        assert_eq!(
            gauges_of(&all, false),
            [
                "cpu ▁▅█ 0.5 of 0.5 cores (100%)",
                "memory ▅▅▅ 32 of 64 MiB (50%)",
                "network ███ in 1.5 KiB/s, out 20 B/s"
            ]
        );
        assert!(gauges_of(&all, true).iter().all(|words| words.is_ascii()));
        let endless = all.map(|reading| UsageSample { cpu_limit: None, memory_limit: None, ..reading });
        assert_eq!(gauges_of(&endless, false)[..2], ["cpu ▁▅█ 0.5 cores", "memory ███ 32 MiB"]);
        let untold = endless.map(|reading| UsageSample { cpu: None, received: None, ..reading });
        assert_eq!(gauges_of(&untold, false), ["memory ███ 32 MiB"]);
    }

    #[test]
    fn service_gauges_sum_running_instances() {
        let (mut usage, mut web) = (UsageHistory::default(), service_with_two_instances());
        let all = [reading("a", 2, 100), reading("a", 0, 100), reading("b", 0, 300)];
        usage.record(web.id.clone(), Ok(all.to_vec()));
        assert_eq!(service_gauges(&usage, &web, fixtures::ago(0), false)[0], "cpu ▂▄ 0.4 of 1 cores (40%)");
        assert_eq!(sampled_span(&usage, &web).as_deref(), Some("2s"));
        web.instances[0].state = InstanceState::Stopped;
        assert_eq!(service_gauges(&usage, &web, fixtures::ago(0), false)[0], "cpu ▅ 0.3 of 0.5 cores (60%)");
        assert_eq!(sampled_span(&usage, &web).as_deref(), Some("0s"), "one that ended counts no more");
    }

    #[test]
    fn old_or_partial_readings_are_labelled() {
        let (mut usage, mut web) = (UsageHistory::default(), service_with_two_instances());
        usage.record(web.id.clone(), Ok(vec![reading("a", 0, 100)]));
        let told =
            |usage: &UsageHistory, web: &Service, ago| service_gauges(usage, web, fixtures::ago(ago), false);
        assert_eq!(told(&usage, &web, 0)[3..], ["1 of 2 instances measured"]);
        assert_eq!(told(&usage, &web, -15)[3..], ["1 of 2 instances measured"], "fresh enough");
        assert_eq!(told(&usage, &web, -180)[3..], ["measured 3m ago", "1 of 2 instances measured"]);
        web.instances.truncate(1);
        assert_eq!(told(&usage, &web, 0).len(), 3, "all of them, and now");
        web = service_with_two_instances();
        usage.record(web.id.clone(), Ok(vec![reading("b", -600, 300)]));
        let later = told(&usage, &web, -600);
        assert!(
            later[0].ends_with("0.3 of 0.5 cores (60%)"),
            "what was measured long before is not added: {later:?}"
        );
        assert_eq!(later[3..], ["1 of 2 instances measured"]);
    }

    #[test]
    fn missing_usage_has_a_reason() {
        let (mut usage, mut web) = (UsageHistory::default(), service_with_two_instances());
        assert_eq!(missing_usage_reason(&usage, &web).as_deref(), Some("measuring"));
        usage.record(web.id.clone(), Err(Failure::new(FailureKind::Denied, "not allowed", "allow it")));
        assert_eq!(missing_usage_reason(&usage, &web).as_deref(), Some("not allowed (allow it)"));
        usage.record(web.id.clone(), Ok(Vec::new()));
        assert_eq!(missing_usage_reason(&usage, &web).as_deref(), Some("no measurements yet"));
        usage.record(web.id.clone(), Ok(vec![reading("b", 0, 1)]));
        assert_eq!(missing_usage_reason(&usage, &web), None);
        web.instances.clear();
        assert_eq!(missing_usage_reason(&usage, &web), None, "nothing runs");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [3, 80, 120, 500, 1_000, 12_500].map(format_cores),
            ["0.003", "0.08", "0.12", "0.5", "1", "12.5"]
        );
        let told = [0, 999, 1_000, 5 << 20, 999 << 20, 3 << 30, 7 << 40].map(format_bytes);
        assert_eq!(told, ["0 B", "999 B", "1.0 KiB", "5.0 MiB", "999 MiB", "3.0 GiB", "7.0 TiB"]);
    }
}

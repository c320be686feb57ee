//! What instances use, in words and small curves: the card, the panel and the headless command tell the same.

use super::{time, widget::bar};
use crate::{
    model::{Instance, Reading, Service, State, Timestamp},
    store::{Usage, usage_target},
};
use jiff::SignedDuration;

/// The cells of a curve, a reading each.
const CELLS: usize = 10;

/// The least that fills a curve where there is no limit: 50 thousandths of a core, 1 MiB, 1 KiB a second. What is less
/// than that is nothing to see mountains in.
const LEAST: (u64, u64, u64) = (50, 1 << 20, 1 << 10);

/// Readings that are older than this say how old they are.
const FRESH: SignedDuration = SignedDuration::from_secs(15);

/// How much older than the newest the reading of an instance may be and still count as of the same time: Container
/// Insights writes one a minute, and some of them come late.
const TOGETHER: SignedDuration = SignedDuration::from_mins(2);

/// What all running instances of a service use together, and how many of them that is, where it is not all.
#[must_use]
pub fn of_service(usage: &Usage, service: &Service, now: Timestamp, ascii: bool) -> Vec<String> {
    let running: Vec<&Instance> = running(service).collect();
    let newest = running.iter().filter_map(|one| usage.of(&one.id).next_back()).map(|last| last.at).max();
    let is_of_now = |last: &Reading| newest.is_some_and(|at| at.duration_since(last.at) <= TOGETHER);
    let series = running.iter().map(|one| usage.of(&one.id).collect::<Vec<_>>());
    let series: Vec<_> = series.filter(|series| series.last().is_some_and(|last| is_of_now(last))).collect();
    let mut told = gauges(&series, now, ascii);
    if !told.is_empty() && series.len() < running.len() {
        told.push(format!("{} of {} measured", series.len(), running.len()));
    }
    told
}

fn running(service: &Service) -> impl Iterator<Item = &Instance> {
    service.instances.iter().filter(|instance| instance.state == State::Running)
}

/// What those readings tell, those of several instances added up: a piece of text for each thing that is used, and how
/// old that is where it is not of now.
#[must_use]
pub fn gauges(series: &[Vec<&Reading>], now: Timestamp, ascii: bool) -> Vec<String> {
    let mut told = used(series, ascii);
    let newest = series.iter().filter_map(|readings| readings.last()).map(|last| last.at).max();
    let old = newest.filter(|at| !told.is_empty() && now.duration_since(*at) > FRESH);
    told.extend(old.map(|at| format!("measured {} ago", time::age(at, now))));
    told
}

fn used(series: &[Vec<&Reading>], ascii: bool) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |label: &str, values: Vec<u64>, limit: Option<u64>, least: u64, words: String| {
        told.push(format!("{label} {} {words}", curve(&values, limit, least, ascii)));
    };
    let (cpu, cpu_limit) = (added(series, |r| r.cpu), limit(series, |r| r.cpu_limit));
    if let Some(now) = cpu.last() {
        let words = match cpu_limit {
            Some(limit) => format!("{} of {} cores{}", cores(*now), cores(limit), part(*now, limit)),
            None => format!("{} cores", cores(*now)),
        };
        tell("cpu", cpu, cpu_limit, LEAST.0, words);
    }
    let (memory, memory_limit) = (added(series, |r| r.memory), limit(series, |r| r.memory_limit));
    if let Some(now) = memory.last() {
        let words = match memory_limit {
            Some(limit) => format!("{}{}", of_bytes(*now, limit), part(*now, limit)),
            None => bytes(*now),
        };
        tell("memory", memory, memory_limit, LEAST.1, words);
    }
    let (received, sent) = (added(series, |r| r.received), added(series, |r| r.sent));
    if let (Some(inward), Some(outward)) = (received.last(), sent.last()) {
        let words = format!("in {}/s, out {}/s", bytes(*inward), bytes(*outward));
        let both = received.iter().zip(&sent).map(|(inward, outward)| inward + outward).collect();
        tell("network", both, None, LEAST.2, words);
    }
    told
}

/// How far back the curves of the running instances go, in words.
#[must_use]
pub fn span(usage: &Usage, service: &Service) -> Option<String> {
    let ends = running(service).filter_map(|instance| {
        let readings = usage.of(&instance.id);
        let newest = readings.clone().next_back()?;
        Some((readings.rev().take(CELLS).last()?.at, newest.at))
    });
    let (oldest, newest) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Some(time::age(oldest, newest))
}

/// Why there is nothing to tell of what a service uses; nothing where there is, or where nothing runs.
#[must_use]
pub fn excuse(usage: &Usage, service: &Service) -> Option<String> {
    let target = usage_target(service)?;
    if let Some(failure) = usage.failure(&service.id) {
        return Some(format!("{} ({})", failure.what, failure.remedy));
    }
    let measured = target.instances.iter().any(|instance| usage.of(instance).next().is_some());
    match (measured, usage.is_heard(&service.id)) {
        (true, _) => None,
        (false, true) => Some("nothing was measured of it yet".to_owned()),
        (false, false) => Some("being measured".to_owned()),
    }
}

/// The last values of several series, added up from their ends on, as far as any of them goes.
fn added(series: &[Vec<&Reading>], of: impl Fn(&Reading) -> Option<u64>) -> Vec<u64> {
    let columns = (0..CELLS).map_while(|back| {
        let values = series.iter().filter_map(|readings| of(readings.iter().rev().nth(back)?));
        values.reduce(u64::saturating_add)
    });
    let mut values: Vec<u64> = columns.collect();
    values.reverse();
    values
}

/// The limit of all together, where each has one.
fn limit(series: &[Vec<&Reading>], of: impl Fn(&Reading) -> Option<u64>) -> Option<u64> {
    let mut limits = series.iter().filter_map(|readings| readings.last()).map(|reading| of(reading));
    limits.try_fold(0, |sum, limit| Some(sum + limit?)).filter(|limit| *limit > 0)
}

fn curve(values: &[u64], limit: Option<u64>, least: u64, ascii: bool) -> String {
    let full = limit.unwrap_or_else(|| values.iter().copied().max().unwrap_or(0).max(least));
    values.iter().map(|value| bar::level(*value, full, ascii)).collect()
}

/// Thousandths of a core, in cores.
fn cores(thousandths: u64) -> String {
    let digits = if thousandths < 100 { 3 } else { 2 };
    let text = format!("{:.digits$}", thousandths as f64 / 1_000.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How much of a limit that is.
fn part(now: u64, limit: u64) -> String {
    format!(" ({:.0}%)", now as f64 / limit as f64 * 100.0)
}

/// A number of bytes, in the unit in which people read it.
fn bytes(number: u64) -> String {
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

/// A number of bytes of a limit, with the unit once where it is the same.
fn of_bytes(number: u64, limit: u64) -> String {
    let (number, limit) = (bytes(number), bytes(limit));
    match (number.split_once(' '), limit.split_once(' ')) {
        (Some((amount, unit)), Some((_, same))) if unit == same => format!("{amount} of {limit}"),
        _ => format!("{number} of {limit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, cores, excuse, gauges, of_service, span};
    use crate::{
        model::{Failure, FailureKind, InstanceId, Reading, Service, State, sample},
        store::Usage,
    };

    fn reading(instance: &str, ago: i64, cpu: u64) -> Reading {
        Reading {
            instance: InstanceId::new(format!("docker/{instance}")),
            at: sample::ago(ago),
            cpu: Some(cpu),
            cpu_limit: Some(500),
            memory: Some(32 << 20),
            memory_limit: Some(64 << 20),
            received: Some(1_536),
            sent: Some(20),
        }
    }

    fn told(readings: &[Reading], ascii: bool) -> Vec<String> {
        gauges(&[readings.iter().collect()], sample::ago(0), ascii)
    }

    fn two() -> Service {
        let instances = vec![sample::instance("a"), sample::instance("b")];
        Service { instances, ..sample::service("web") }
    }

    #[test]
    fn one_instance_is_told_against_its_limits() {
        let all = [reading("a", 4, 0), reading("a", 2, 250), reading("a", 0, 500)];
        assert_eq!(
            told(&all, false),
            [
                "cpu ▁▅█ 0.5 of 0.5 cores (100%)",
                "memory ▅▅▅ 32 of 64 MiB (50%)",
                "network ███ in 1.5 KiB/s, out 20 B/s"
            ]
        );
        assert!(told(&all, true).iter().all(|words| words.is_ascii()));
        let endless = all.map(|reading| Reading { cpu_limit: None, memory_limit: None, ..reading });
        assert_eq!(told(&endless, false)[..2], ["cpu ▁▅█ 0.5 cores", "memory ███ 32 MiB"]);
        let untold = endless.map(|reading| Reading { cpu: None, received: None, ..reading });
        assert_eq!(told(&untold, false), ["memory ███ 32 MiB"]);
    }

    #[test]
    fn those_of_a_service_are_added_up_while_they_run() {
        let (mut usage, mut web) = (Usage::default(), two());
        let all = [reading("a", 2, 100), reading("a", 0, 100), reading("b", 0, 300)];
        usage.hear(web.id.clone(), Ok(all.to_vec()));
        assert_eq!(of_service(&usage, &web, sample::ago(0), false)[0], "cpu ▂▄ 0.4 of 1 cores (40%)");
        assert_eq!(span(&usage, &web).as_deref(), Some("2s"));
        web.instances[0].state = State::Stopped;
        assert_eq!(of_service(&usage, &web, sample::ago(0), false)[0], "cpu ▅ 0.3 of 0.5 cores (60%)");
        assert_eq!(span(&usage, &web).as_deref(), Some("0s"), "one that ended counts no more");
    }

    #[test]
    fn what_is_not_of_now_and_not_of_all_says_so() {
        let (mut usage, mut web) = (Usage::default(), two());
        usage.hear(web.id.clone(), Ok(vec![reading("a", 0, 100)]));
        let told = |usage: &Usage, web: &Service, ago| of_service(usage, web, sample::ago(ago), false);
        assert_eq!(told(&usage, &web, 0)[3..], ["1 of 2 measured"]);
        assert_eq!(told(&usage, &web, -15)[3..], ["1 of 2 measured"], "fresh enough");
        assert_eq!(told(&usage, &web, -180)[3..], ["measured 3m ago", "1 of 2 measured"]);
        web.instances.truncate(1);
        assert_eq!(told(&usage, &web, 0).len(), 3, "all of them, and now");
        web = two();
        usage.hear(web.id.clone(), Ok(vec![reading("b", -600, 300)]));
        let later = told(&usage, &web, -600);
        assert!(
            later[0].ends_with("0.3 of 0.5 cores (60%)"),
            "what was measured long before is not added: {later:?}"
        );
        assert_eq!(later[3..], ["1 of 2 measured"]);
    }

    #[test]
    fn what_can_not_be_told_says_why() {
        let (mut usage, mut web) = (Usage::default(), two());
        assert_eq!(excuse(&usage, &web).as_deref(), Some("being measured"));
        usage.hear(web.id.clone(), Err(Failure::new(FailureKind::Denied, "not allowed", "allow it")));
        assert_eq!(excuse(&usage, &web).as_deref(), Some("not allowed (allow it)"));
        usage.hear(web.id.clone(), Ok(Vec::new()));
        assert_eq!(excuse(&usage, &web).as_deref(), Some("nothing was measured of it yet"));
        usage.hear(web.id.clone(), Ok(vec![reading("b", 0, 1)]));
        assert_eq!(excuse(&usage, &web), None);
        web.instances.clear();
        assert_eq!(excuse(&usage, &web), None, "nothing runs");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [3, 80, 120, 500, 1_000, 12_500].map(cores),
            ["0.003", "0.08", "0.12", "0.5", "1", "12.5"]
        );
        let told = [0, 999, 1_000, 5 << 20, 999 << 20, 3 << 30, 7 << 40].map(bytes);
        assert_eq!(told, ["0 B", "999 B", "1.0 KiB", "5.0 MiB", "999 MiB", "3.0 GiB", "7.0 TiB"]);
    }
}

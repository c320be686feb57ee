//! Mass failures: several services of one source failed at about the same time, which suggests a common
//! cause.

use crate::{
    diagnosis::{FindingDraft, RuleContext, Subject, join_names},
    model::{Exit, Onset, Service, Severity, SourceId, Timestamp},
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Maximum time between the first and the last failure of a mass failure.
const MAX_STOP_SPREAD: SignedDuration = SignedDuration::from_secs(30);
/// Minimum number of services in a mass failure.
const MIN_SERVICES: usize = 4;
/// Age up to which a mass failure is reported.
const MAX_MASS_FAILURE_AGE: SignedDuration = SignedDuration::from_mins(30);

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    let mut ends: BTreeMap<SourceId, Vec<(Timestamp, String)>> = BTreeMap::new();
    // A service that fails repeatedly may fail at the same time as others by chance. So only services without
    // repeated restarts count.
    let steady = |s: &&Service| s.instances.iter().all(|i| i.restarts < 2);
    for service in context.inventory.services().filter(steady) {
        let faults = service.instances.iter().filter(|i| i.is_faulty()).filter_map(|i| i.exit.as_ref());
        // A missing image or secret concerns one service only, so failed starts don't count.
        let sudden = faults.filter(|exit| !exit.cause.is_start_failure());
        let newest: Option<&Exit> = sudden.max_by_key(|exit| exit.at);
        // A service that has been failing for long doesn't count either.
        let is_first = |at: &Timestamp| {
            service.failing_since.is_none_or(|since| at.duration_since(since.at) <= MAX_STOP_SPREAD)
        };
        if let Some(at) = newest.and_then(|exit| exit.at).filter(is_first)
            && context.now.duration_since(at) <= MAX_MASS_FAILURE_AGE
        {
            ends.entry(service.source()).or_default().push((at, service.name.to_string()));
        }
    }
    for (source, mut ends) in ends {
        ends.sort();
        let Some((first, last, names)) =
            densest_window(&ends).filter(|(.., names)| names.len() >= MIN_SERVICES)
        else {
            continue;
        };
        let seconds = last.duration_since(first).as_secs().max(1);
        drafts.push(FindingDraft {
            severity: Severity::Warning,
            subject: Subject::Source(source),
            since: Some(Onset::exact(first)),
            reason: format!("{} services failed within {seconds} s: {}", names.len(), join_names(&names)),
            next_step: "check what they share: host, network, a common deployment".to_owned(),
        });
    }
}

/// Returns the period of at most [`MAX_STOP_SPREAD`] with the most failures: the times of its first and last
/// failure, and the names of the services. Returns `None` if `ends` is empty. `ends` must be sorted by time.
fn densest_window(ends: &[(Timestamp, String)]) -> Option<(Timestamp, Timestamp, Vec<String>)> {
    let window = |start: usize| {
        let first = ends[start].0;
        let inside =
            ends[start..].iter().take_while(move |(at, _)| at.duration_since(first) <= MAX_STOP_SPREAD);
        inside.collect::<Vec<_>>()
    };
    let best = (0..ends.len()).map(window).max_by_key(Vec::len)?;
    let names = best.iter().map(|(_, name)| name.clone()).collect();
    Some((best.first()?.0, best.last()?.0, names))
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::tests::findings_of,
        model::{fixtures::*, *},
    };

    #[test]
    fn who_has_kept_failing_is_no_part_of_a_storm() {
        let storms = |since: i64| {
            let failing = |name: &str| Service {
                instances: vec![failed_instance(name, 1)],
                failing_since: Some(Onset::exact(ago(since))),
                ..service(name)
            };
            let all = findings_of(&inventory(["a", "b", "c", "d"].map(failing).to_vec()));
            all.iter().filter(|finding| finding.kind == "restart-storm").count()
        };
        assert_eq!((storms(60), storms(1_200)), (1, 0));
    }
}

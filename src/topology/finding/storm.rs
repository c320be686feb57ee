//! A storm: several services of one source ended by faults at the same moment. That is one cause, not many.

use super::{About, Draft, Evidence, listed};
use crate::model::{Exit, Onset, Service, Severity, SourceId, Timestamp};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// How close together the ends are.
const TOGETHER: SignedDuration = SignedDuration::from_secs(30);
/// How many services make a storm.
const MANY: usize = 4;
/// How long after it a storm is told of.
const LATELY: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    let mut ends: BTreeMap<SourceId, Vec<(Timestamp, String)>> = BTreeMap::new();
    // Who ends again and again ends at any moment, and also at this one.
    let steady = |s: &&Service| s.instances.iter().all(|i| i.restarts < 2);
    for service in evidence.inventory.services().filter(steady) {
        let faults = service.instances.iter().filter(|i| i.is_faulty()).filter_map(|i| i.exit.as_ref());
        // An image or secret that is missing is missing for each by itself.
        let sudden = faults.filter(|exit| !exit.ending.is_obstacle());
        let newest: Option<&Exit> = sudden.max_by_key(|exit| exit.at);
        // So does who has kept failing since long before.
        let is_first = |at: &Timestamp| {
            service.failing_since.is_none_or(|since| at.duration_since(since.at) <= TOGETHER)
        };
        if let Some(at) = newest.and_then(|exit| exit.at).filter(is_first)
            && evidence.now.duration_since(at) <= LATELY
        {
            ends.entry(service.source()).or_default().push((at, service.name.to_string()));
        }
    }
    for (source, mut ends) in ends {
        ends.sort();
        let Some((first, last, names)) = thickest(&ends).filter(|(.., names)| names.len() >= MANY) else {
            continue;
        };
        let seconds = last.duration_since(first).as_secs().max(1);
        drafts.push(Draft {
            severity: Severity::Warning,
            about: About::Source(source),
            since: Some(Onset::exact(first)),
            reason: format!(
                "{} services ended by faults within {seconds} s: {}",
                names.len(),
                listed(&names)
            ),
            next: "look at what they share: the host, the network, a deployment of all".to_owned(),
        });
    }
}

/// The moment in which most services ended: its first and last end, and their names.
fn thickest(ends: &[(Timestamp, String)]) -> Option<(Timestamp, Timestamp, Vec<String>)> {
    let window = |start: usize| {
        let first = ends[start].0;
        let inside = ends[start..].iter().take_while(move |(at, _)| at.duration_since(first) <= TOGETHER);
        inside.collect::<Vec<_>>()
    };
    let best = (0..ends.len()).map(window).max_by_key(Vec::len)?;
    let names = best.iter().map(|(_, name)| name.clone()).collect();
    Some((best.first()?.0, best.last()?.0, names))
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{sample::*, *};

    #[test]
    fn who_has_kept_failing_is_no_part_of_a_storm() {
        let storms = |since: i64| {
            let failing = |name: &str| Service {
                instances: vec![failed(name, 1)],
                failing_since: Some(Onset::exact(ago(since))),
                ..service(name)
            };
            let all = of(&inventory(["a", "b", "c", "d"].map(failing).to_vec()));
            all.iter().filter(|finding| finding.kind == "restart-storm").count()
        };
        assert_eq!((storms(60), storms(1_200)), (1, 0));
    }
}

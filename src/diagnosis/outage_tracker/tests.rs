//! Tests of several evaluations in a row. In them a source forgets the start of a fault, or Portolan
//! restarts.

use super::OutageTracker;
use crate::{
    diagnosis::{RuleContext, findings, tests::rule_input},
    model::{fixtures::*, *},
    topology::infer,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn later(minutes: i64) -> Timestamp {
    ago(-60 * minutes)
}

/// Returns the findings on `web` at `now`, and the updated tracker.
fn evaluate(web: Service, lasting: OutageTracker, now: Timestamp) -> (Vec<Finding>, OutageTracker) {
    let inventory = inventory(vec![web]);
    let topology = infer(&inventory);
    let context = RuleContext::new(rule_input(&inventory, &topology), lasting, now);
    let found = findings(&context);
    let watched = BTreeSet::from([SourceId::new("docker")]);
    let lasting = context.into_tracker(&found, watched);
    (found, lasting)
}

/// Returns a service with two desired instances. It has one failed instance for each element of `ends`, which
/// is the age of the failure in seconds.
fn failing(ends: &[i64]) -> Service {
    let one = |(number, at): (usize, &i64)| {
        let exit = Exit { code: Some(1), at: Some(ago(*at)), ..Exit::default() };
        Instance { exit: Some(exit), ..failed_instance(&number.to_string(), 1) }
    };
    Service { desired: Some(2), instances: ends.iter().enumerate().map(one).collect(), ..service("web") }
}

fn tracker_watching_docker() -> OutageTracker {
    OutageTracker { complete_sources: BTreeSet::from([SourceId::new("docker")]), ..OutageTracker::default() }
}

/// Returns a new tracker that has loaded the outages of `before`.
fn after_restart(before: &OutageTracker) -> OutageTracker {
    let mut lasting = OutageTracker::default();
    let docker = SourceId::new("docker");
    lasting.load_saved(before.outages_of(&docker).map(|(node, outage)| (node.clone(), *outage)).collect());
    lasting
}

fn kind_onset_severity(found: &[Finding]) -> (&str, Option<Onset>, Severity) {
    (found[0].kind.as_str(), found[0].onset(), found[0].severity)
}

#[test]
fn a_fault_never_begins_later_than_it_did() {
    let critical = Severity::Critical;
    let (first, lasting) = evaluate(failing(&[900, 600]), OutageTracker::default(), ago(0));
    assert_eq!(kind_onset_severity(&first), ("crash-loop", Some(Onset::at_least(ago(900))), critical));
    let (later, lasting) = evaluate(failing(&[300, 60]), lasting, ago(0));
    assert_eq!(
        kind_onset_severity(&later),
        ("crash-loop", Some(Onset::at_least(ago(900))), critical),
        "the first are forgotten"
    );
    let (other, _) = evaluate(failing(&[]), lasting, ago(0));
    assert_eq!(
        kind_onset_severity(&other),
        ("too-few-running", Some(Onset::at_least(ago(900))), critical),
        "other words"
    );
}

#[test]
fn what_is_well_for_a_while_is_over() {
    let (_, lasting) = evaluate(failing(&[900, 600]), OutageTracker::default(), ago(0));
    let well = || Service { desired: Some(1), ..service("web") };
    let (none, lasting) = evaluate(well(), lasting, later(1));
    assert_eq!(none, []);
    let (again, lasting) = evaluate(failing(&[-60, -90]), lasting, later(2));
    assert_eq!(again[0].since, Some(ago(900)), "it was well for a moment only");
    let (_, lasting) = evaluate(well(), lasting, later(3));
    let (_, lasting) = evaluate(well(), lasting, later(6));
    let (anew, _) = evaluate(failing(&[-380, -400]), lasting, later(7));
    assert_eq!(anew[0].since, Some(ago(-380)));
}

#[test]
fn an_outage_outlives_the_program() {
    let (first, lasting) = evaluate(failing(&[900, 600]), OutageTracker::default(), ago(0));
    for minutes in [1, 20, 40] {
        let recent = [5 - 60 * minutes, 65 - 60 * minutes];
        let (found, _) = evaluate(failing(&recent), after_restart(&lasting), later(minutes));
        assert_eq!(found[0].onset(), first[0].onset(), "{minutes} min later");
    }
    let long = 60 * 24 * 3;
    let (found, _) =
        evaluate(failing(&[5 - 60 * long, 65 - 60 * long]), after_restart(&lasting), later(long));
    assert_eq!(found[0].since, Some(ago(65 - 60 * long)), "nobody knows what was in between");
    let exact = Service { failing_since: Some(Onset::exact(later(30))), ..failing(&[-1_830, -1_850]) };
    let (found, _) = evaluate(exact, after_restart(&lasting), later(31));
    assert_eq!(found[0].onset(), Some(Onset::exact(later(30))), "its source knows that this is another one");
}

#[test]
fn one_fault_read_at_four_ages_is_one_sentence_one_since_and_one_cause() {
    let deployment = Deployment {
        id: "d".into(),
        version: "web:7".into(),
        rollout: RolloutState::Completed,
        reason: None,
        desired: 2,
        running: 0,
        failed: 0,
        created: Some(ago(300)),
        updated: None,
        previous: None,
        changes: Vec::new(),
    };
    let mut lasting = OutageTracker::default();
    let mut sentences = BTreeSet::new();
    for minutes in [1, 5, 20, 40] {
        // The source lists only the last two failures. It knows the start of the fault only at the first
        // evaluation.
        let ends = [20 - 60 * minutes, 40 - 60 * minutes];
        let failing_since = (minutes == 1).then(|| Onset::exact(ago(30)));
        let web = Service { deployments: vec![deployment.clone()], failing_since, ..failing(&ends) };
        let (found, next) = evaluate(web, after_restart(&lasting), later(minutes));
        lasting = next;
        let cause = found[0].suspects[0].description.to_string();
        sentences.insert((found[0].reason.to_string(), found[0].onset(), found[0].severity, cause));
    }
    let cause = "possibly the deployment of web:7, 4 min earlier".to_owned();
    let one = (
        "crash loop: exit code 1; 2 failed containers".to_owned(),
        Some(Onset::exact(ago(30))),
        Severity::Critical,
        cause,
    );
    assert_eq!(sentences, BTreeSet::from([one]));
}

#[test]
fn who_stops_it_ends_the_outage() {
    let (_, lasting) = evaluate(failing(&[900, 600]), OutageTracker::default(), ago(0));
    let exit = Exit { cause: ExitCause::StopRequested, code: Some(143), reason: None, at: Some(later(1)) };
    let stopped = Instance { state: InstanceState::Stopped, exit: Some(exit), ..instance("1") };
    let (found, _) = evaluate(Service { instances: vec![stopped], ..service("web") }, lasting, later(1));
    assert_eq!((found[0].kind.as_str(), found[0].onset()), ("stopped", Some(Onset::exact(later(1)))));
}

#[test]
fn of_runs_that_end_the_newest_tells_its_own_time() {
    let exit = Exit { code: Some(1), at: Some(ago(60)), ..Exit::default() };
    let run = Instance { exit: Some(exit), ..failed_instance("2", 1) };
    let migrate = Service { instances: vec![run], ..service("migrate") };
    let since = |kind| {
        let outage = Outage { since: Onset::exact(ago(900)), last_seen: ago(30), intentional: false };
        let outages = BTreeMap::from([(NodeId::from(&service_id("migrate")), outage)]);
        evaluate(
            Service { kind, ..migrate.clone() },
            OutageTracker { outages, ..tracker_watching_docker() },
            ago(0),
        )
        .0[0]
            .since
    };
    assert_eq!(since(ServiceKind::EcsService), Some(ago(900)), "it lasts");
    assert_eq!(since(ServiceKind::EcsFamily), Some(ago(60)), "the run that failed before was another");
}

#[test]
fn what_says_nothing_of_its_time_began_now_or_before() {
    let since = |lasting| evaluate(failing(&[]), lasting, ago(0)).0[0].onset();
    assert_eq!(
        since(OutageTracker::default()),
        Some(Onset::at_least(ago(0))),
        "it may have been so for long"
    );
    assert_eq!(since(tracker_watching_docker()), Some(Onset::exact(ago(0))));
    let (seen, lasting) = evaluate(failing(&[]), tracker_watching_docker(), ago(0));
    assert_eq!(seen[0].severity, Severity::Info, "more may be on their way");
    let (held, _) = evaluate(failing(&[]), lasting, later(1));
    assert_eq!((held[0].since, held[0].severity), (Some(ago(0)), Severity::Critical));
    let (first, _) = evaluate(failing(&[]), OutageTracker::default(), ago(0));
    assert_eq!(first[0].severity, Severity::Critical, "nobody has watched it begin");
}

proptest! {
    #[test]
    fn since_never_moves_later_while_an_outage_lasts(
        steps in proptest::collection::vec((1_i64..40, 0_usize..4, any::<bool>(), any::<bool>()), 1..20)
    ) {
        let (mut lasting, mut now, mut known) = (OutageTracker::default(), 0, None);
        for (wait, ends, starts_anew, telling) in steps {
            now += wait;
            let ends: Vec<i64> = (0..ends).map(|n| 5 + 20 * n as i64 - now).collect();
            let first = ends.iter().max().copied().filter(|_| telling).map(|first| Onset::at_least(ago(first)));
            let web = Service { failing_since: first, ..failing(&ends) };
            let before = if starts_anew { after_restart(&lasting) } else { lasting };
            let (found, next) = evaluate(web, before, ago(-now));
            let since = found[0].since;
            prop_assert!(since.is_some() && known.is_none_or(|known| since <= known), "{since:?} {known:?}");
            (lasting, known) = (next, Some(since));
        }
    }

    #[test]
    fn the_same_state_is_told_by_the_same_sentence(ends in proptest::collection::vec(1_i64..900, 0..5), minutes in 0_i64..9) {
        let (first, lasting) = evaluate(failing(&ends), OutageTracker::default(), ago(0));
        let (again, _) = evaluate(failing(&ends), lasting, ago(-60 * minutes));
        let words = |found: &[Finding]| -> Vec<_> {
            found.iter().map(|f| (f.kind.clone(), f.reason.clone(), f.severity, f.onset(), f.suspects.clone())).collect()
        };
        prop_assert_eq!(words(&first), words(&again));
    }
}

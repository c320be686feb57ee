//! Tests of recording, deduplication, bounds and grouping.

use super::{Entry, EventGroup, History, MAX_ENTRIES, MAX_ENTRIES_PER_SUBJECT, Subject, coalesce};
use crate::model::{
    Container, Event, EventKind, Fact, Failure, FailureKind, Finding, Health, Impact, InstanceState,
    Inventory, LoadProgress, LogRoute, NodeId, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget,
    Service, ServiceId, Severity, Snapshot, SnapshotDiff, SourceId, SourcePart, SourceState, SourceStatus,
    Timestamp, UnreadPart, fixtures,
};
use jiff::SignedDuration;
use proptest::prelude::*;
use std::sync::Arc;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn event(second: i64, service: &str, kind: EventKind, text: &str) -> Event {
    Event { at: at(second), service: ServiceId::new(service), instance: None, kind, text: text.into() }
}

/// Returns a service with one running instance of the image `name:1`.
fn service(name: &str) -> Service {
    let mut service = fixtures::service(name);
    service.id = ServiceId::new(format!("s/{name}"));
    service.desired = Some(1);
    service.instances = vec![fixtures::instance(&format!("{name}-1"))];
    service.instances[0].containers = vec![Container {
        name: name.into(),
        image: format!("{name}:1").into(),
        digest: None,
        log_route: LogRoute::Engine { container: name.into() },
        exit: None,
    }];
    service
}

fn snapshot(second: i64, services: Vec<Service>, events: Vec<Event>) -> Snapshot {
    let (source, taken) = (SourceId::new("s"), at(second));
    let (gateways, gaps, flows, watched) = Default::default();
    let services = services.into_iter().map(Arc::new).collect();
    Snapshot {
        source,
        taken_at: taken,
        services,
        load_balancers: gateways,
        events,
        unread_parts: gaps,
        connections: flows,
        monitored: watched,
        progress: Vec::new(),
    }
}

/// Returns the history after the snapshots of one source in `looks`.
fn history_of(looks: &[Snapshot]) -> History {
    let (mut inventory, mut history) = (Inventory::default(), History::default());
    for look in looks {
        let old = inventory.snapshot(&look.source).cloned();
        let change = inventory.replace(Arc::new(look.clone()));
        history.record_snapshot(old.as_deref(), inventory.snapshot(&look.source).unwrap(), &change);
    }
    history
}

fn kinds_and_texts(history: &History) -> Vec<(EventKind, String)> {
    history.entries().map(|entry| (entry.kind, entry.text.clone())).collect()
}

/// Returns the entries that result from a change of a service between two snapshots.
fn entries_of_change(before: Service, after_it: Service, events: Vec<Event>) -> Vec<(EventKind, String)> {
    kinds_and_texts(&history_of(&[
        snapshot(0, vec![before], Vec::new()),
        snapshot(10, vec![after_it], events),
    ]))
}

#[test]
fn repeated_snapshots_add_no_entries() {
    let web = service("web");
    let look = snapshot(0, vec![web.clone()], vec![event(-5, "s/web", EventKind::Start, "web started")]);
    let once = history_of(std::slice::from_ref(&look));
    let twice = history_of(&[look.clone(), Snapshot { taken_at: at(10), ..look.clone() }, look]);
    assert_eq!(kinds_and_texts(&once), [(EventKind::Start, "web started".to_owned())]);
    assert_eq!(kinds_and_texts(&once), kinds_and_texts(&twice));
    assert_eq!(once.version(), twice.version());
}

/// Edit of a service between two snapshots.
type ServiceEdit = fn(&mut Service);

#[test]
fn differences_without_events_become_entries() {
    let web = service("web");
    let with = |change: ServiceEdit| {
        let mut other = web.clone();
        change(&mut other);
        entries_of_change(web.clone(), other, Vec::new())
    };
    let cases: [(ServiceEdit, EventKind, &str); 4] = [
        (|web| web.desired = Some(3), EventKind::Scaling, "desired count 3, was 1"),
        (
            |web| web.instances[0].containers[0].image = "web:2".into(),
            EventKind::Deployment,
            "version web:2, was web:1",
        ),
        (|web| web.instances[0].restarts = 2, EventKind::Restart, "web-1 restarted (restart count 2)"),
        (
            |web| {
                web.references.push(Reference {
                    kind: ReferenceKind::Environment,
                    location: ReferenceLocation::for_key("environment DB"),
                    target: ReferenceTarget::ServiceName("db".into()),
                });
            },
            EventKind::Configuration,
            "configuration changed: environment DB",
        ),
    ];
    for (change, kind, text) in cases {
        let told = with(change);
        assert!(told.contains(&(kind, text.to_owned())), "{told:?}");
    }
    let ended = with(|web| web.instances[0].state = InstanceState::Failed);
    let both = [(EventKind::Stop, "web-1 stopped"), (EventKind::Health, "failing, was healthy")];
    assert_eq!(ended, both.map(|(kind, text)| (kind, text.to_owned())));
}

#[test]
fn stopped_and_ephemeral_ports_are_not_configuration() {
    let web = |port: Option<&str>, state| {
        let mut web = service("web");
        web.instances[0].state = state;
        web.facts.extend(port.map(|port| Fact::new("port", port)));
        web
    };
    let told = |before, after_it| {
        let all = entries_of_change(before, after_it, Vec::new());
        all.iter().any(|(kind, _)| *kind == EventKind::Configuration)
    };
    let (runs, stopped) = (InstanceState::Running, InstanceState::Stopped);
    let chosen = Some("0.0.0.0:8080 → 80/tcp");
    assert!(!told(web(chosen, runs), web(None, stopped)), "docker stop");
    assert!(!told(web(None, stopped), web(chosen, runs)), "docker start");
    let given = [Some("0.0.0.0:32768 → 80/tcp"), Some("0.0.0.0:49153 → 80/tcp")];
    assert!(!told(web(given[0], runs), web(given[1], runs)), "another port was given out");
    assert!(told(web(chosen, runs), web(Some("0.0.0.0:8081 → 80/tcp"), runs)));
    assert!(told(web(given[0], runs), web(Some("0.0.0.0:32768 → 81/tcp"), runs)));
}

#[test]
fn differences_with_events_add_no_entries() {
    let web = service("web");
    let mut ended = web.clone();
    ended.instances[0].state = InstanceState::Failed;
    let die = event(9, "s/web", EventKind::Stop, "web-1 exited with code 1");
    let kinds: Vec<_> = entries_of_change(web, ended, vec![die]).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [EventKind::Stop, EventKind::Health]);
}

#[test]
fn stop_events_cover_ends_seen_later() {
    let web = service("web");
    let mut ended = web.clone();
    ended.instances[0].state = InstanceState::Failed;
    let die = || vec![event(9, "s/web", EventKind::Stop, "web-1 exited with code 1")];
    let stops = |last: i64| {
        let looks = [
            snapshot(0, vec![web.clone()], Vec::new()),
            snapshot(10, vec![web.clone()], die()),
            snapshot(last, vec![ended.clone()], die()),
        ];
        kinds_and_texts(&history_of(&looks)).iter().filter(|(kind, _)| *kind == EventKind::Stop).count()
    };
    assert_eq!(stops(12), 1);
    assert_eq!(stops(300), 2, "that is another end");
}

#[test]
fn services_come_and_go() {
    let (web, db) = (service("web"), service("db"));
    let looks = [
        snapshot(0, vec![web.clone()], Vec::new()),
        snapshot(10, vec![web.clone(), db], Vec::new()),
        snapshot(20, vec![web], Vec::new()),
    ];
    let told: Vec<_> =
        history_of(&looks).entries().map(|e| (e.subject.name().to_owned(), e.text.clone())).collect();
    let db = |text: &str| ("db".to_owned(), text.to_owned());
    assert_eq!(told, [db("appeared (db:1)"), db("removed")]);
}

#[test]
fn unreadable_parts_are_not_differences() {
    let (web, db) = (service("web"), service("db"));
    let mut blind = snapshot(10, vec![Service { instances: Vec::new(), ..web.clone() }], Vec::new());
    let failure = Failure::new(FailureKind::Throttled, "too many calls", "nothing to do");
    blind.unread_parts = vec![UnreadPart { name: "tasks".into(), failure }];
    let seen = |second| snapshot(second, vec![web.clone(), db.clone()], Vec::new());
    assert!(kinds_and_texts(&history_of(&[seen(0), blind.clone(), seen(20)])).is_empty());
    let mut still_blind = blind.clone();
    Arc::make_mut(&mut still_blind.services[0]).desired = Some(2);
    assert_eq!(
        kinds_and_texts(&history_of(&[blind, still_blind])).len(),
        1,
        "the same gap hides no difference in the rest"
    );
}

/// Docker's list reports the container's start time, its event stream a later one. The second report is the
/// more exact one.
#[test]
fn more_exact_events_replace_earlier_ones() {
    let web = service("web");
    let looks = [
        snapshot(0, vec![web.clone()], vec![event(-3, "s/web", EventKind::Start, "web-1 started")]),
        snapshot(1, vec![web], vec![event(-2, "s/web", EventKind::Restart, "web-1 started again")]),
    ];
    assert_eq!(
        kinds_and_texts(&history_of(&looks)),
        [(EventKind::Restart, "web-1 started again".to_owned())]
    );
}

#[test]
fn sources_go_stale_and_come_back() {
    let mut status = SourceStatus::new(SourceId::new("docker"), "docker", "here".to_owned());
    let mut history = History::default();
    status.record_success(at(0), &[]);
    history.record_source_state(SourceState::Loading, &status, at(0));
    assert_eq!(history.entries().count(), 0, "the first answer is no event");
    status.record_failure(Failure::new(FailureKind::Unreachable, "nobody answers", "start it"));
    history.record_source_state(SourceState::Live, &status, at(1));
    history.record_source_state(SourceState::Stale, &status, at(2));
    status.record_success(at(3), &[]);
    history.record_source_state(SourceState::Stale, &status, at(3));
    let texts: Vec<_> = history.entries().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["unreadable, showing the last snapshot: nobody answers", "readable again"]);
    assert!(history.entries().all(|entry| entry.subject.name() == "docker"));
}

fn finding(kind: &str, reason: &str) -> Finding {
    Finding {
        kind: kind.into(),
        severity: Severity::Critical,
        subject: "web".into(),
        node: Some(NodeId::new("s/web")),
        since: Some(at(-60)),
        since_at_least: false,
        reason: reason.into(),
        suspects: Vec::new(),
        impact: Impact::default(),
        next_step: "look".into(),
    }
}

#[test]
fn findings_start_and_resolve_once_despite_changed_wording() {
    let mut history = History::default();
    history.record_findings(&[finding("crash-loop", "2 stops")], at(0));
    history.record_findings(&[finding("crash-loop", "3 stops")], at(10));
    history.record_findings(&[], at(20));
    history.record_findings(&[], at(30));
    history.record_findings(&[finding("crash-loop", "3 stops")], at(31));
    assert_eq!(history.entries().count(), 1, "it was away for too short to be over");
    for second in 40..70 {
        history.record_findings(&[], at(second));
    }
    let seen: Vec<_> = history.entries().map(|e| (e.at, &*e.text, e.health)).collect();
    assert_eq!(
        seen,
        [
            (at(-60), "2 stops", Some(Health::Failing)),
            (at(40), "resolved: crash loop", Some(Health::Healthy))
        ]
    );
}

#[test]
fn entries_before_a_time_come_newest_first() {
    let events = (0..6).map(|n| event(n * 60, "s/web", EventKind::Message, &format!("number {n}"))).collect();
    let history = history_of(&[snapshot(400, vec![service("web")], events)]);
    let before = history.entries_before(&ServiceId::new("s/web"), at(240), SignedDuration::from_mins(2));
    assert_eq!(before.map(|e| &*e.text).collect::<Vec<_>>(), ["number 4", "number 3", "number 2"]);
    let other = history.entries_before(&ServiceId::new("s/db"), at(240), SignedDuration::from_hours(9));
    assert_eq!(other.count(), 0);
}

#[test]
fn repeats_ignore_ids_but_not_exit_codes() {
    let ended = |n: i64, text: &str| event(n * 30, "s/web", EventKind::Stop, text);
    let events = vec![
        ended(0, "task 4f2a91c0 ended: exit code 1"),
        ended(1, "task 77ab01de ended: exit code 1"),
        ended(2, "task 1366aeaa0fe43b1e6cfa7d8e99e6f519 ended: exit code 137"),
        ended(60, "task 00000001 ended: exit code 1"),
    ];
    let history = history_of(&[snapshot(9_000, vec![service("web")], events)]);
    let counts: Vec<_> = coalesce(history.entries()).iter().map(|row| row.count).collect();
    assert_eq!(counts, [2, 1, 1], "the last one is too far from the first two");
}

#[test]
fn entries_per_subject_are_bounded() {
    let web = || service("web");
    let many = |from: i64, to: i64| -> Vec<Event> {
        (from..to).map(|n| event(n, "s/web", EventKind::Message, "again")).collect()
    };
    let share = MAX_ENTRIES_PER_SUBJECT as i64;
    let (first, all) =
        (snapshot(0, vec![web()], many(0, share)), snapshot(1, vec![web()], many(0, 2 * share)));
    for history in [history_of(&[first.clone(), all.clone()]), history_of(&[all.clone(), first, all])] {
        assert_eq!(history.entries().count(), MAX_ENTRIES_PER_SUBJECT);
        assert_eq!(history.entries().next().map(|entry| entry.at), Some(at(share)));
    }
}

#[test]
fn total_entries_are_bounded() {
    let services = MAX_ENTRIES / MAX_ENTRIES_PER_SUBJECT + 2;
    let events = (0..services * MAX_ENTRIES_PER_SUBJECT)
        .map(|n| event(n as i64, &format!("s/{}", n % services), EventKind::Message, "x"))
        .collect();
    let history = history_of(&[snapshot(0, Vec::new(), events)]);
    assert_eq!(history.entries().count(), MAX_ENTRIES);
    let threads: usize = (0..services)
        .map(|n| history.entries_of(&Subject::from(&ServiceId::new(format!("s/{n}")))).count())
        .sum();
    assert_eq!(threads, MAX_ENTRIES, "both views hold the same");
}

#[test]
fn incomplete_reads_are_not_differences() {
    let reading = |second, service| {
        let progress = vec![LoadProgress { part: SourcePart::TaskDefinitions, read: 0, known: 1 }];
        Snapshot { progress, ..snapshot(second, vec![service], Vec::new()) }
    };
    let known = |desired, image: &str| {
        let place = ReferenceLocation::for_key("environment DB");
        let mut web = service("web");
        web.references.push(Reference {
            kind: ReferenceKind::Environment,
            location: place,
            target: ReferenceTarget::ServiceName("db".into()),
        });
        web.desired = Some(desired);
        web.instances[0].containers[0].image = image.into();
        web
    };
    let first = [reading(0, service("web")), snapshot(1, vec![known(1, "web:1")], Vec::new())];
    assert_eq!(kinds_and_texts(&history_of(&first)), [], "the first reading fills in");
    let mut later = first.to_vec();
    later.extend([reading(2, service("web")), snapshot(3, vec![known(1, "web:2")], Vec::new())]);
    later.push(snapshot(4, vec![known(2, "web:2")], Vec::new()));
    let expected = [
        (EventKind::Deployment, "version web:2, was web:1".to_owned()),
        (EventKind::Scaling, "desired count 2, was 1".to_owned()),
        (EventKind::Health, "degraded, was healthy".to_owned()),
    ];
    let mut all = kinds_and_texts(&history_of(&later));
    all.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(all, expected, "what changed meanwhile is told once all is read");
}

#[test]
fn unchanged_snapshots_are_skipped() {
    let web = snapshot(0, vec![service("web")], vec![event(0, "s/web", EventKind::Start, "x")]);
    let mut history = History::default();
    history.record_snapshot(None, &Arc::new(web), &SnapshotDiff::Unchanged);
    assert_eq!(history.entries().count(), 0);
}

/// Generates events of a few services at a few times, so that some are equal.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let kinds = prop::sample::select(vec![EventKind::Start, EventKind::Stop, EventKind::Health]);
    let one = (0i64..2_000, 0u8..3, kinds, 0u8..3).prop_map(|(second, service, kind, text)| {
        event(second, &format!("s/{service}"), kind, &format!("text {text}"))
    });
    prop::collection::vec(one, 0..40)
}

fn groups_of(events: &[Event]) -> Vec<EventGroup> {
    coalesce(history_of(&[snapshot(5_000, Vec::new(), events.to_vec())]).entries())
}

proptest! {
    #[test]
    fn the_order_of_news_is_of_no_account(mut all in events(), cut in 0usize..40) {
        let whole = |events: &[Event]| snapshot(5_000, Vec::new(), events.to_vec());
        let forward = history_of(&[whole(&all)]);
        let part = all[..cut.min(all.len())].to_vec();
        all.reverse();
        let backward = history_of(&[whole(&part), whole(&all), whole(&all)]);
        prop_assert!(forward.entries().eq(backward.entries()));
    }

    #[test]
    fn folding_loses_nothing(all in events()) {
        let kept: Vec<Arc<Entry>> =
            history_of(&[snapshot(5_000, Vec::new(), all.clone())]).entries().cloned().collect();
        let rows = groups_of(&all);
        prop_assert_eq!(rows.iter().map(|row| row.count).sum::<usize>(), kept.len());
        prop_assert!(rows.is_sorted_by(|a, b| a.last <= b.last));
        prop_assert!(rows.iter().all(|row| row.first <= row.last && (row.count > 1 || row.first == row.last)));
    }
}

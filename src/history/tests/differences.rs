//! Tests of the entries that the history derives from the differences between two snapshots.

use super::{at, entries_of_change, event, history_of, kinds_and_texts, service, snapshot};
use crate::{
    history::History,
    model::{
        EventKind, Fact, FactKind, Failure, FailureKind, InstanceState, LoadProgress, Reference,
        ReferenceKind, ReferenceLocation, ReferenceTarget, Service, Snapshot, SnapshotDiff, SourcePart,
        UnreadPart,
    },
};
use std::sync::Arc;

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

/// Function that changes a service between two snapshots.
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
                    location: ReferenceLocation::parse("environment DB"),
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
        web.facts.extend(port.map(|port| Fact::new(FactKind::Port, port)));
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

#[test]
fn incomplete_reads_are_not_differences() {
    let reading = |second, service| {
        let progress = vec![LoadProgress { part: SourcePart::TaskDefinitions, read: 0, known: 1 }];
        Snapshot { progress, ..snapshot(second, vec![service], Vec::new()) }
    };
    let known = |desired, image: &str| {
        let place = ReferenceLocation::parse("environment DB");
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

//! What history keeps, and what it makes of two looks.

use super::{Entry, History, MOST, Row, SHARE, Subject, fold};
use crate::model::{
    Change, Container, Event, EventKind, Fact, Failure, FailureKind, Finding, Gap, Health, Inventory,
    LogRoute, Mention, NodeId, Part, Place, Progress, Reach, Service, ServiceId, Severity, Snapshot,
    SourceId, SourceState, SourceStatus, State, Target, Timestamp, Via, sample,
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

/// A service of which one instance of the image `name:1` runs.
fn service(name: &str) -> Service {
    let mut service = sample::service(name);
    service.id = ServiceId::new(format!("s/{name}"));
    service.desired = Some(1);
    service.instances = vec![sample::instance(&format!("{name}-1"))];
    service.instances[0].containers = vec![Container {
        name: name.into(),
        image: format!("{name}:1").into(),
        digest: None,
        log: LogRoute::Engine { container: name.into() },
        exit: None,
    }];
    service
}

fn snapshot(second: i64, services: Vec<Service>, events: Vec<Event>) -> Snapshot {
    let (source, taken) = (SourceId::new("s"), at(second));
    let (gateways, gaps, flows, watched) = Default::default();
    let services = services.into_iter().map(Arc::new).collect();
    Snapshot { source, taken, services, gateways, events, gaps, flows, watched, progress: Vec::new() }
}

/// What is kept after those looks at one source.
fn after(looks: &[Snapshot]) -> History {
    let (mut inventory, mut history) = (Inventory::default(), History::default());
    for look in looks {
        let old = inventory.snapshot(&look.source).cloned();
        let change = inventory.replace(Arc::new(look.clone()));
        history.look(old.as_deref(), inventory.snapshot(&look.source).unwrap(), &change);
    }
    history
}

fn told(history: &History) -> Vec<(EventKind, String)> {
    history.entries().map(|entry| (entry.kind, entry.text.clone())).collect()
}

/// What is told of a change from one look to the next.
fn changed(before: Service, after_it: Service, events: Vec<Event>) -> Vec<(EventKind, String)> {
    told(&after(&[snapshot(0, vec![before], Vec::new()), snapshot(10, vec![after_it], events)]))
}

#[test]
fn the_same_news_twice_is_no_news() {
    let web = service("web");
    let look = snapshot(0, vec![web.clone()], vec![event(-5, "s/web", EventKind::Start, "web started")]);
    let once = after(std::slice::from_ref(&look));
    let twice = after(&[look.clone(), Snapshot { taken: at(10), ..look.clone() }, look]);
    assert_eq!(told(&once), [(EventKind::Start, "web started".to_owned())]);
    assert_eq!(told(&once), told(&twice));
    assert_eq!(once.version(), twice.version());
}

/// What happens to a service between two looks.
type Alter = fn(&mut Service);

#[test]
fn what_no_event_tells_is_told_by_the_difference() {
    let web = service("web");
    let with = |change: Alter| {
        let mut other = web.clone();
        change(&mut other);
        changed(web.clone(), other, Vec::new())
    };
    let cases: [(Alter, EventKind, &str); 4] = [
        (|web| web.desired = Some(3), EventKind::Scaling, "wants 3 instances, wanted 1"),
        (
            |web| web.instances[0].containers[0].image = "web:2".into(),
            EventKind::Deployment,
            "web:2 in place of web:1",
        ),
        (|web| web.instances[0].restarts = 2, EventKind::Restart, "web-1 was started again, 2 times so far"),
        (
            |web| {
                web.mentions.push(Mention {
                    via: Via::Environment,
                    place: Place::at("environment DB"),
                    target: Target::Peer("db".into()),
                });
            },
            EventKind::Configuration,
            "other settings: environment DB",
        ),
    ];
    for (change, kind, text) in cases {
        let told = with(change);
        assert!(told.contains(&(kind, text.to_owned())), "{told:?}");
    }
    let ended = with(|web| web.instances[0].state = State::Failed);
    let both = [(EventKind::Stop, "web-1 ended"), (EventKind::Health, "failing, was healthy")];
    assert_eq!(ended, both.map(|(kind, text)| (kind, text.to_owned())));
}

#[test]
fn ports_of_what_stopped_and_ports_that_nobody_chose_are_no_settings() {
    let web = |port: Option<&str>, state| {
        let mut web = service("web");
        web.instances[0].state = state;
        web.facts.extend(port.map(|port| Fact::new("port", port)));
        web
    };
    let told = |before, after_it| {
        let all = changed(before, after_it, Vec::new());
        all.iter().any(|(kind, _)| *kind == EventKind::Configuration)
    };
    let (runs, stopped) = (State::Running, State::Stopped);
    let chosen = Some("0.0.0.0:8080 → 80/tcp");
    assert!(!told(web(chosen, runs), web(None, stopped)), "docker stop");
    assert!(!told(web(None, stopped), web(chosen, runs)), "docker start");
    let given = [Some("0.0.0.0:32768 → 80/tcp"), Some("0.0.0.0:49153 → 80/tcp")];
    assert!(!told(web(given[0], runs), web(given[1], runs)), "another port was given out");
    assert!(told(web(chosen, runs), web(Some("0.0.0.0:8081 → 80/tcp"), runs)));
    assert!(told(web(given[0], runs), web(Some("0.0.0.0:32768 → 81/tcp"), runs)));
}

#[test]
fn what_an_event_tells_is_not_told_again_by_the_difference() {
    let web = service("web");
    let mut ended = web.clone();
    ended.instances[0].state = State::Failed;
    let die = event(9, "s/web", EventKind::Stop, "web-1 exited with code 1");
    let kinds: Vec<_> = changed(web, ended, vec![die]).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [EventKind::Stop, EventKind::Health]);
}

#[test]
fn an_end_that_was_told_before_it_was_seen_is_not_told_again() {
    let web = service("web");
    let mut ended = web.clone();
    ended.instances[0].state = State::Failed;
    let die = || vec![event(9, "s/web", EventKind::Stop, "web-1 exited with code 1")];
    let stops = |last: i64| {
        let looks = [
            snapshot(0, vec![web.clone()], Vec::new()),
            snapshot(10, vec![web.clone()], die()),
            snapshot(last, vec![ended.clone()], die()),
        ];
        told(&after(&looks)).iter().filter(|(kind, _)| *kind == EventKind::Stop).count()
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
        after(&looks).entries().map(|e| (e.subject.name().to_owned(), e.text.clone())).collect();
    let db = |text: &str| ("db".to_owned(), text.to_owned());
    assert_eq!(told, [db("is new, db:1"), db("is gone")]);
}

#[test]
fn what_can_not_be_read_is_no_difference() {
    let (web, db) = (service("web"), service("db"));
    let mut blind = snapshot(10, vec![Service { instances: Vec::new(), ..web.clone() }], Vec::new());
    let failure = Failure::new(FailureKind::Throttled, "too many calls", "nothing to do");
    blind.gaps = vec![Gap { what: "tasks".into(), failure }];
    let seen = |second| snapshot(second, vec![web.clone(), db.clone()], Vec::new());
    assert!(told(&after(&[seen(0), blind.clone(), seen(20)])).is_empty());
    let mut still_blind = blind.clone();
    Arc::make_mut(&mut still_blind.services[0]).desired = Some(2);
    assert_eq!(told(&after(&[blind, still_blind])).len(), 1, "the same gap hides no difference in the rest");
}

/// An engine's list has the time in the container, its events that of the engine: the second look tells it better.
#[test]
fn what_is_told_better_takes_the_place_of_what_was_told() {
    let web = service("web");
    let looks = [
        snapshot(0, vec![web.clone()], vec![event(-3, "s/web", EventKind::Start, "web-1 started")]),
        snapshot(1, vec![web], vec![event(-2, "s/web", EventKind::Restart, "web-1 started again")]),
    ];
    assert_eq!(told(&after(&looks)), [(EventKind::Restart, "web-1 started again".to_owned())]);
}

#[test]
fn sources_go_stale_and_come_back() {
    let mut status = SourceStatus::new(SourceId::new("docker"), "docker", "here".to_owned());
    let mut history = History::default();
    status.read(at(0), &[]);
    history.source(SourceState::Loading, &status, at(0));
    assert_eq!(history.entries().count(), 0, "the first answer is no event");
    status.failed(Failure::new(FailureKind::Unreachable, "nobody answers", "start it"));
    history.source(SourceState::Live, &status, at(1));
    history.source(SourceState::Stale, &status, at(2));
    status.read(at(3), &[]);
    history.source(SourceState::Stale, &status, at(3));
    let texts: Vec<_> = history.entries().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["went stale: nobody answers", "can be read again"]);
    assert!(history.entries().all(|entry| entry.subject.name() == "docker"));
}

fn finding(kind: &str, reason: &str) -> Finding {
    Finding {
        kind: kind.into(),
        severity: Severity::Critical,
        service: "web".into(),
        node: Some(NodeId::new("s/web")),
        since: Some(at(-60)),
        since_at_least: false,
        reason: reason.into(),
        suspects: Vec::new(),
        reach: Reach::default(),
        next: "look".into(),
    }
}

#[test]
fn findings_begin_and_end_and_other_words_are_the_same_finding() {
    let mut history = History::default();
    history.judged(&[finding("crash-loop", "2 stops")], at(0));
    history.judged(&[finding("crash-loop", "3 stops")], at(10));
    history.judged(&[], at(20));
    history.judged(&[], at(30));
    history.judged(&[finding("crash-loop", "3 stops")], at(31));
    assert_eq!(history.entries().count(), 1, "it was away for too short to be over");
    for second in 40..70 {
        history.judged(&[], at(second));
    }
    let seen: Vec<_> = history.entries().map(|e| (e.at, &*e.text, e.tone)).collect();
    assert_eq!(
        seen,
        [(at(-60), "2 stops", Some(Health::Failing)), (at(40), "over: crash loop", Some(Health::Healthy))]
    );
}

#[test]
fn what_happened_before_a_time_comes_newest_first() {
    let events = (0..6).map(|n| event(n * 60, "s/web", EventKind::Message, &format!("number {n}"))).collect();
    let history = after(&[snapshot(400, vec![service("web")], events)]);
    let before = history.before(&ServiceId::new("s/web"), at(240), SignedDuration::from_mins(2));
    assert_eq!(before.map(|e| &*e.text).collect::<Vec<_>>(), ["number 4", "number 3", "number 2"]);
    let other = history.before(&ServiceId::new("s/db"), at(240), SignedDuration::from_hours(9));
    assert_eq!(other.count(), 0);
}

#[test]
fn ids_are_folded_and_codes_are_not() {
    let ended = |n: i64, text: &str| event(n * 30, "s/web", EventKind::Stop, text);
    let events = vec![
        ended(0, "task 4f2a91c0 ended: exit code 1"),
        ended(1, "task 77ab01de ended: exit code 1"),
        ended(2, "task 1366aeaa0fe43b1e6cfa7d8e99e6f519 ended: exit code 137"),
        ended(60, "task 00000001 ended: exit code 1"),
    ];
    let history = after(&[snapshot(9_000, vec![service("web")], events)]);
    let counts: Vec<_> = fold(history.entries()).iter().map(|row| row.count).collect();
    assert_eq!(counts, [2, 1, 1], "the last one is too far from the first two");
}

#[test]
fn each_subject_has_its_share_and_what_was_dropped_stays_away() {
    let web = || service("web");
    let many = |from: i64, to: i64| -> Vec<Event> {
        (from..to).map(|n| event(n, "s/web", EventKind::Message, "again")).collect()
    };
    let share = SHARE as i64;
    let (first, all) =
        (snapshot(0, vec![web()], many(0, share)), snapshot(1, vec![web()], many(0, 2 * share)));
    for history in [after(&[first.clone(), all.clone()]), after(&[all.clone(), first, all])] {
        assert_eq!(history.entries().count(), SHARE);
        assert_eq!(history.entries().next().map(|entry| entry.at), Some(at(share)));
    }
}

#[test]
fn all_together_are_bounded() {
    let services = MOST / SHARE + 2;
    let events = (0..services * SHARE)
        .map(|n| event(n as i64, &format!("s/{}", n % services), EventKind::Message, "x"))
        .collect();
    let history = after(&[snapshot(0, Vec::new(), events)]);
    assert_eq!(history.entries().count(), MOST);
    let threads: usize =
        (0..services).map(|n| history.of(&Subject::from(&ServiceId::new(format!("s/{n}")))).count()).sum();
    assert_eq!(threads, MOST, "both views hold the same");
}

#[test]
fn what_is_not_read_yet_is_no_difference() {
    let reading = |second, service| {
        let progress = vec![Progress { part: Part::Definitions, read: 0, known: 1 }];
        Snapshot { progress, ..snapshot(second, vec![service], Vec::new()) }
    };
    let known = |desired, image: &str| {
        let place = Place::at("environment DB");
        let mut web = service("web");
        web.mentions.push(Mention { via: Via::Environment, place, target: Target::Peer("db".into()) });
        web.desired = Some(desired);
        web.instances[0].containers[0].image = image.into();
        web
    };
    let first = [reading(0, service("web")), snapshot(1, vec![known(1, "web:1")], Vec::new())];
    assert_eq!(told(&after(&first)), [], "the first reading fills in");
    let mut later = first.to_vec();
    later.extend([reading(2, service("web")), snapshot(3, vec![known(1, "web:2")], Vec::new())]);
    later.push(snapshot(4, vec![known(2, "web:2")], Vec::new()));
    let expected = [
        (EventKind::Deployment, "web:2 in place of web:1".to_owned()),
        (EventKind::Scaling, "wants 2 instances, wanted 1".to_owned()),
        (EventKind::Health, "degraded, was healthy".to_owned()),
    ];
    let mut all = told(&after(&later));
    all.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(all, expected, "what changed meanwhile is told once all is read");
}

#[test]
fn a_change_of_nothing_is_not_looked_into() {
    let web = snapshot(0, vec![service("web")], vec![event(0, "s/web", EventKind::Start, "x")]);
    let mut history = History::default();
    history.look(None, &Arc::new(web), &Change::Nothing);
    assert_eq!(history.entries().count(), 0);
}

/// Events of a few services at a few times, so that some are the same.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let kinds = prop::sample::select(vec![EventKind::Start, EventKind::Stop, EventKind::Health]);
    let one = (0i64..2_000, 0u8..3, kinds, 0u8..3).prop_map(|(second, service, kind, text)| {
        event(second, &format!("s/{service}"), kind, &format!("text {text}"))
    });
    prop::collection::vec(one, 0..40)
}

fn rows_of(events: &[Event]) -> Vec<Row> {
    fold(after(&[snapshot(5_000, Vec::new(), events.to_vec())]).entries())
}

proptest! {
    #[test]
    fn the_order_of_news_is_of_no_account(mut all in events(), cut in 0usize..40) {
        let whole = |events: &[Event]| snapshot(5_000, Vec::new(), events.to_vec());
        let forward = after(&[whole(&all)]);
        let part = all[..cut.min(all.len())].to_vec();
        all.reverse();
        let backward = after(&[whole(&part), whole(&all), whole(&all)]);
        prop_assert!(forward.entries().eq(backward.entries()));
    }

    #[test]
    fn folding_loses_nothing(all in events()) {
        let kept: Vec<Arc<Entry>> =
            after(&[snapshot(5_000, Vec::new(), all.clone())]).entries().cloned().collect();
        let rows = rows_of(&all);
        prop_assert_eq!(rows.iter().map(|row| row.count).sum::<usize>(), kept.len());
        prop_assert!(rows.is_sorted_by(|a, b| a.last <= b.last));
        prop_assert!(rows.iter().all(|row| row.first <= row.last && (row.count > 1 || row.first == row.last)));
    }
}

//! Tests of the entries: no duplicates, order of time, grouping and limits.

use super::{at, event, history_of, kinds_and_texts, service, snapshot};
use crate::{
    history::{History, MAX_ENTRIES, MAX_ENTRIES_PER_SUBJECT, Subject, coalesce},
    model::{
        Event, EventKind, Failure, FailureKind, Finding, Health, Impact, NodeId, ServiceId, Severity,
        SourceId, SourceState, SourceStatus,
    },
};
use jiff::SignedDuration;

/// Docker's container list gives the container's start time, and its event stream gives a later, more exact
/// time.
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

#[test]
fn a_source_of_an_earlier_run_that_is_unreadable_now_goes_stale() {
    let mut status = SourceStatus::new(SourceId::new("docker"), "docker", "here".to_owned());
    let mut history = History::default();
    status.record_cached(at(-60));
    status.record_failure(Failure::new(FailureKind::Unreachable, "nobody answers", "start it"));
    history.record_source_state(SourceState::Cached, &status, at(1));
    let texts: Vec<_> = history.entries().map(|entry| &*entry.text).collect();
    assert_eq!(texts, ["unreadable, showing the last snapshot: nobody answers"]);
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

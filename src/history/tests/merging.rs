//! Tests of merging entries that other members of a team recorded, and of looking up the previous occurrence
//! of a finding.

use super::{at, event, history_of, service, snapshot};
use crate::{
    history::{EarlierOccurrence, Entry, History, Subject},
    model::{EventKind, Finding, Health, Impact, NodeId, Severity, Text},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

fn entry(second: i64, text: &str) -> Entry {
    Entry::new(at(second), Subject::Node(NodeId::new("s/web")), EventKind::Stop, text.to_owned(), None)
}

fn texts(history: &History) -> Vec<(i64, &str)> {
    history.entries().map(|entry| (entry.at.as_second() - at(0).as_second(), &*entry.text)).collect()
}

fn finding(kind: &str, since: i64) -> Finding {
    Finding {
        kind: kind.into(),
        severity: Severity::Critical,
        subject: "web".into(),
        node: Some(NodeId::new("s/web")),
        since: Some(at(since)),
        since_at_least: false,
        reason: format!("{kind} since {since}").into(),
        suspects: Vec::new(),
        impact: Impact::default(),
        next_step: "look".into(),
    }
}

/// Records a finding that starts at second `from` and is absent from second `to` on.
fn record_finding(history: &mut History, kind: &str, from: i64, to: i64) {
    history.record_findings(&[finding(kind, from)], at(from));
    for second in [to, to + 20] {
        history.record_findings(&[], at(second));
    }
}

#[test]
fn what_two_members_recorded_by_their_own_clocks_is_there_once() {
    let ended = event(100, "s/web", EventKind::Stop, "web-1 exited with code 1");
    let mut history = history_of(&[snapshot(200, vec![service("web")], vec![ended])]);
    history.merge([entry(97, "web-1 exited with code 1"), entry(97, "web-2 exited with code 1")]);
    assert_eq!(texts(&history), [(97, "web-2 exited with code 1"), (100, "web-1 exited with code 1")]);
    history.merge([entry(-7_200, "web-1 exited with code 1")]);
    assert_eq!(history.entries().count(), 3, "another time is another change");
}

#[test]
fn a_finding_that_two_members_word_differently_is_there_once() {
    let (mut mine, mut theirs) = (History::default(), History::default());
    mine.record_findings(&[finding("crash-loop", 0)], at(10));
    theirs.record_findings(&[Finding { reason: "9 stops".into(), ..finding("crash-loop", 5) }], at(20));
    theirs.record_findings(&[finding("unhealthy", 5)], at(20));
    mine.merge(theirs.entries().map(|entry| Entry::clone(entry)));
    let kinds: Vec<_> = mine.entries().map(|entry| entry.finding.clone().unwrap().to_string()).collect();
    assert_eq!(kinds, ["crash-loop", "unhealthy"]);
}

#[test]
fn a_finding_knows_its_last_time() {
    let mut history = History::default();
    let now = finding("crash-loop", 9_000);
    assert_eq!(history.earlier_occurrence(&now), None);
    record_finding(&mut history, "crash-loop", 0, 60);
    record_finding(&mut history, "crash-loop", 3_000, 3_600);
    record_finding(&mut history, "unhealthy", 4_000, 4_600);
    history.record_findings(std::slice::from_ref(&now), at(9_010));
    let expected = EarlierOccurrence { began: Some(at(3_000)), ended: at(3_600) };
    assert_eq!(history.earlier_occurrence(&now), Some(expected));
    assert_eq!(
        history.earlier_occurrence(&finding("crash-loop", 100)).map(|found| found.ended),
        Some(at(60))
    );
    assert_eq!(history.earlier_occurrence(&finding("out-of-memory", 9_000)), None);
}

#[test]
fn an_end_without_its_start_is_known_too() {
    let mut history = History::default();
    let resolved = Entry {
        finding: Some(Text::from("crash-loop")),
        ..Entry::new(
            at(0),
            Subject::Node(NodeId::new("s/web")),
            EventKind::Finding,
            "resolved: crash loop".to_owned(),
            Some(Health::Healthy),
        )
    };
    history.merge([resolved]);
    let expected = EarlierOccurrence { began: None, ended: at(0) };
    assert_eq!(history.earlier_occurrence(&finding("crash-loop", 600)), Some(expected));
}

proptest! {
    /// Merging the same entries again changes nothing, whatever their order.
    #[test]
    fn merging_again_changes_nothing(seconds in prop::collection::vec((0i64..600, 0u8..3), 0..40)) {
        let entries: Vec<Entry> =
            seconds.iter().map(|(second, text)| entry(*second, &format!("text {text}"))).collect();
        let mut history = History::default();
        history.merge(entries.clone());
        let once: BTreeSet<Arc<Entry>> = history.entries().cloned().collect();
        history.merge(entries.iter().rev().cloned());
        prop_assert!(history.entries().eq(once.iter()));
        prop_assert!(entries.iter().all(|entry| entry.is_recorded_in(&once)));
        for text in 0u8..3 {
            let of_text: Vec<_> = once.iter().filter(|entry| entry.text == format!("text {text}")).collect();
            prop_assert!(of_text.windows(2).all(|pair| pair[1].at.duration_since(pair[0].at).as_secs() >= 60));
        }
    }
}

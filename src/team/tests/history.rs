//! Tests of segments and of the action book: entries that they keep, and objects that they reject.

use crate::{
    history::{Entry, Subject},
    model::{EventKind, Health, NodeId, ServiceId, SourceId, Text, Timestamp},
    operation::{AuditOutcome, AuditRecord, OperationKind, OperationRequest},
    team::{ActionBook, HistoryHour, HistorySegment, ObjectError, SharedAction, TEAM_SCHEMA, pack},
};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn at(second: i64) -> Timestamp {
    // The start of an hour.
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn entry(second: i64, kind: EventKind, text: &str) -> Arc<Entry> {
    let subject = Subject::Node(NodeId::new("ecs:ann/shop/web"));
    Arc::new(Entry::new(at(second), subject, kind, text.to_owned(), None))
}

fn ben() -> SourceId {
    SourceId::new("ecs:ben")
}

fn read(object: &[u8]) -> Result<Vec<(String, String)>, ObjectError> {
    let segment = HistorySegment::unpack(object, HistoryHour::of(at(0)), &ben())?;
    let shown = |entry: &Arc<Entry>| {
        (entry.subject.node().map(NodeId::to_string).unwrap_or_default(), entry.text.clone())
    };
    Ok(segment.entries().map(shown).collect())
}

fn packed(entries: impl IntoIterator<Item = Arc<Entry>>) -> Vec<u8> {
    let mut segment = HistorySegment::default();
    segment.add(entries);
    segment.pack().unwrap()
}

/// Packs `value` into an object whose content Portolan itself would not write.
fn forged(value: &Value) -> Vec<u8> {
    pack(value).unwrap()
}

fn forged_entry(changes: &Value) -> Value {
    let mut entry = json!({
        "at": at(5), "subject": {"node": "ecs:ann/shop/web"}, "kind": "stop", "text": "ended",
    });
    entry.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    entry
}

#[test]
fn a_segment_is_read_as_one_of_the_readers_source() {
    let object = packed([entry(5, EventKind::Stop, "web-1 exited with code 137: out of memory")]);
    let expected = ("ecs:ben/shop/web".to_owned(), "web-1 exited with code 137: out of memory".to_owned());
    assert_eq!(read(&object), Ok(vec![expected]));
    for end in 0..object.len() {
        assert!(read(&object[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_new_leader_adds_only_what_the_segment_lacks() {
    let mut segment = HistorySegment::default();
    assert!(segment.add([entry(5, EventKind::Stop, "web-1 ended")]));
    assert!(!segment.add([entry(9, EventKind::Stop, "web-1 ended")]), "the same, by another clock");
    assert!(segment.add([entry(9, EventKind::Stop, "web-2 ended")]));
    assert_eq!(segment.entries().count(), 2);
}

#[test]
fn entries_of_an_attacker_are_left_out() {
    let forged_entries = [
        json!({"kind": "action", "text": "your action: scale to 0"}),
        json!({"kind": "note"}),
        json!({"kind": "source", "subject": {"source": "ecs:ben"}}),
        json!({"subject": {"node": "internet"}}),
        json!({"subject": {"node": "dependency:db"}}),
        json!({"kind": "finding"}),
        json!({"kind": "finding", "finding": "log-silence"}),
        json!({"kind": "finding", "finding": "no-such-kind"}),
        json!({"at": at(3_600)}),
        json!({"at": at(-1)}),
    ];
    let mut entries: Vec<Value> = forged_entries.iter().map(forged_entry).collect();
    entries.push(forged_entry(&json!({"text": "\u{1b}[2J\u{202e}ended", "subject": {"node": "docker/a/b"}})));
    let shown = read(&forged(&json!({"entries": entries}))).unwrap();
    assert_eq!(shown, [("ecs:ben/a/b".to_owned(), "ended".to_owned())]);
}

#[test]
fn a_hostile_segment_is_refused_with_a_reason() {
    let many = vec![forged_entry(&json!({})); 5_001];
    assert_eq!(read(&forged(&json!({"entries": many}))), Err(ObjectError::TooLarge("5,000 entries")));
    for wrong in [
        json!({"entries": {"a": 1}}),
        json!({"entries": [1]}),
        json!([]),
        json!({"entries": [forged_entry(&json!({"kind": "unheard-of"}))]}),
        json!({"entries": [forged_entry(&json!({"at": "yesterday"}))]}),
        json!({"entries": [forged_entry(&json!({"text": ["a"]}))]}),
    ] {
        assert!(matches!(read(&forged(&wrong)), Err(ObjectError::Damaged(_))), "{wrong}");
    }
    let other = [b"portolan.team/2\n".as_slice(), &packed([])[TEAM_SCHEMA.len() + 1..]].concat();
    assert_eq!(read(&other), Err(ObjectError::OtherSchema("portolan.team/2".into())));
    assert_eq!(read(&vec![0; (512 << 10) + 1]), Err(ObjectError::TooLarge("512 KiB")));
}

#[test]
fn a_full_segment_keeps_the_important_entries_and_says_so() {
    let messages = (0..6_000).map(|n| entry(n % 3_600, EventKind::Message, &format!("message {n}")));
    let stop = entry(1, EventKind::Stop, "web-1 ended");
    let mut segment = HistorySegment::default();
    segment.add(messages.chain([Arc::clone(&stop)]));
    assert!(!segment.is_cut());
    let object = segment.pack().unwrap();
    let shown = HistorySegment::unpack(&object, HistoryHour::of(at(0)), &ben()).unwrap();
    assert!(shown.is_cut());
    assert_eq!(shown.entries().count(), 5_000);
    assert!(shown.entries().any(|entry| entry.text == stop.text));
    assert!(object.len() < 200 << 10, "{} bytes", object.len());
}

#[test]
fn a_segment_of_texts_that_do_not_compress_fits_its_object() {
    // A simple generator is enough: compression only must find no repeated text.
    let mut state = 1u64;
    let mut letters = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + ((state >> 33) % 90) as u8)
    };
    let texts: Vec<String> = (0..2_000).map(|_| (0..1_000).map(|_| letters()).collect()).collect();
    let entries = texts.iter().enumerate().map(|(n, text)| entry(n as i64, EventKind::Message, text));
    let object = packed(entries);
    assert!(object.len() <= 512 << 10);
    assert!(!read(&object).unwrap().is_empty());
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes: Vec<u8>, is_framed: bool) {
        let object =
            if is_framed { [TEAM_SCHEMA.as_bytes(), b"\n", &bytes].concat() } else { bytes };
        let _ = (read(&object), ActionBook::unpack(&object));
    }
}

fn record(outcome: AuditOutcome) -> AuditRecord {
    let request =
        OperationRequest::new(OperationKind::Restart, [ServiceId::new("ecs:ann/shop/web")]).unwrap();
    AuditRecord {
        caller: Some("arn:aws:sts::123456789012:assumed-role/Dev/ann".into()),
        plan: vec!["web: PASSWORD=hunter2".into()],
        reason: Some("ticket 812".into()),
        outcome,
        verdict: Some("3 of 3 run".into()),
        ..AuditRecord::of_request(&request, "ann (uid 1000)", at(0))
    }
}

fn action(id: &str, outcome: AuditOutcome, ended: Option<Timestamp>) -> SharedAction {
    SharedAction::of_record(id, &Text::from("ann@laptop"), &record(outcome), ended)
}

#[test]
fn an_action_names_its_person_and_no_command() {
    let mut book = ActionBook::default();
    book.add(action("1", AuditOutcome::Unfinished, None));
    book.add(action("1", AuditOutcome::Sent, Some(at(60))));
    let object = book.pack().unwrap();
    let read = ActionBook::unpack(&object).unwrap();
    let [one] = read.actions() else { panic!("{read:?}") };
    assert_eq!(one.services.iter().map(|name| &**name).collect::<Vec<_>>(), ["shop/web"]);
    assert!(!serde_json::to_string(one).unwrap().contains("hunter2"));
    let shown = one.timeline_texts();
    assert_eq!(shown[0], (at(0), "ann@laptop as role Dev: restart (ticket 812)".to_owned(), None));
    let end = "ann@laptop as role Dev: restart: 3 of 3 run".to_owned();
    assert_eq!(shown[1], (at(60), end, Some(Health::Healthy)));
    let refused = action("2", AuditOutcome::Refused, Some(at(1))).timeline_texts();
    assert_eq!(refused[1].2, Some(Health::Failing));
    assert!(refused[1].1.ends_with("refused; nothing was done"), "{refused:?}");
}

#[test]
fn a_book_of_actions_is_bounded() {
    let mut book = ActionBook::default();
    for number in 0..400 {
        let later = at(0) + SignedDuration::from_secs(number);
        book.add(SharedAction { at: later, ..action(&number.to_string(), AuditOutcome::Sent, None) });
    }
    assert_eq!((book.actions().len(), &*book.actions()[0].id), (300, "100"));
    assert!(book.remove_before(at(399)) && !book.remove_before(at(399)));
    assert_eq!(book.actions().len(), 1);
    let one = action("1", AuditOutcome::Sent, Some(at(1)));
    let huge = SharedAction { services: vec!["a".repeat(500).as_str().into(); 1_000], ..one.clone() };
    let read = ActionBook::unpack(&pack(&vec![huge]).unwrap()).unwrap();
    assert_eq!(read.actions()[0].services.len(), 50);
    assert_eq!(
        ActionBook::unpack(&pack(&vec![one; 301]).unwrap()),
        Err(ObjectError::TooLarge("300 actions"))
    );
}

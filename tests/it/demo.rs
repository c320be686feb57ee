//! Tests of the built-in demo: it uses the terms and kinds of this version, and contains what the
//! documentation shows.

use portolan::model::EventKind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Returns the frames of the demo.
fn frames() -> impl Iterator<Item = Value> {
    let text = include_str!("../../assets/demo.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap())
}

/// Returns the entries of the list `field` in all frames as one list.
fn all(field: &str) -> Vec<Value> {
    frames().filter_map(|frame| frame[field].as_array().cloned()).flatten().collect()
}

#[test]
fn its_events_use_current_words_and_short_ids() {
    let events = all("events");
    assert!(!events.is_empty());
    for event in &events {
        let text = event["text"].as_str().unwrap();
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        assert!(!words.contains("ended") && !words.contains("began"), "{text}");
        let long = |word: &&&str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert_eq!(words.iter().find(long), None, "{text}");
    }
}

#[test]
fn a_kill_for_memory_is_an_event_of_its_own_kind() {
    let events = all("events");
    let kind = |event: &Value| serde_json::from_value::<EventKind>(event["kind"].clone()).unwrap();
    let of_memory = |event: &&Value| event["text"].as_str().unwrap().contains("OutOfMemoryError");
    let kinds: Vec<_> = events.iter().filter(of_memory).map(kind).collect();
    assert!(kinds.len() > 3 && kinds.iter().all(|kind| *kind == EventKind::OutOfMemory), "{kinds:?}");
}

#[test]
fn every_ecs_service_has_its_arn() {
    for service in all("services").iter().filter(|service| service["kind"] == "ecs-service") {
        let facts = service["facts"].as_array().unwrap();
        assert!(facts.iter().any(|fact| fact["label"] == "ARN"), "{}", service["id"]);
    }
}

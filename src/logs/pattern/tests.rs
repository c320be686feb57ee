//! Lines of real-life programs, and which of them are of one kind.
use super::{MOST, Patterns};
use crate::model::{Level, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Lines in kinds: all of a group should have one pattern, and no other group the same.
const KINDS: &[&[&str]] = &[
    &["GET /orders/17 200 12ms", "GET /orders/9 404 3ms", "GET /orders/1234 500 1.5s"],
    &["GET /health 200 1ms", "GET /health 200 2ms"],
    &["POST /orders/17 201 40ms", "POST /orders/18 201 41ms"],
    &["connection from 10.0.0.1:40312 accepted", "connection from 10.0.3.9:51000 accepted"],
    &[
        "connect() failed (111: Connection refused) while connecting to upstream",
        "connect() failed (113: Host unreachable) while connecting to upstream",
    ],
    &["duration: 12.5 ms statement: SELECT 1", "duration: 1.25 ms statement: SELECT 2"],
    &["checkpoint complete: wrote 44 buffers (0.3%)", "checkpoint complete: wrote 9 buffers (0.1%)"],
    &["DB saved on disk", "DB saved on disk"],
    &["Background saving started by pid 17", "Background saving started by pid 18"],
    &[
        "order f47ac10b-58cc-4372-a567-0e02b2c3d479 paid by user 4",
        "order 0b1c2d3e-58cc-4372-a567-0e02b2c3d479 paid by user 17",
    ],
    &["user alice logged in from web", "user bob logged in from phone"],
    &["cache miss for key session:7f9c4d11", "cache miss for key session:aa00bb22"],
    &[
        "Started ShopApplication in 2.5 seconds (process running for 3.1)",
        "Started ShopApplication in 12.25 seconds (process running for 13.4)",
    ],
    &["worker 3 exited with code 1", "worker 12 exited with code 137"],
];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn lines_of_one_kind_have_one_pattern() {
    let mut patterns = Patterns::default();
    let mut found: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
    // Mixed, as they come in life.
    for round in 0..3 {
        for (kind, lines) in KINDS.iter().enumerate() {
            if let Some(line) = lines.get(round) {
                found.entry(kind).or_default().insert(patterns.add(line, at(round as i64), None));
            }
        }
    }
    for (kind, ids) in &found {
        assert_eq!(ids.len(), 1, "{:?}", KINDS[*kind]);
    }
    let all: BTreeSet<_> = found.values().flatten().collect();
    assert_eq!(all.len(), KINDS.len(), "each kind has its own");
}

#[test]
fn a_pattern_knows_its_lines() {
    let mut patterns = Patterns::default();
    let id = patterns.add("user alice logged in", at(5), Some(Level::Info));
    patterns.add("user bob logged in", at(9), Some(Level::Error));
    patterns.add("user carol logged in", at(2), None);
    let pattern = patterns.get(id).unwrap();
    assert_eq!((pattern.count, pattern.first, pattern.last), (3, at(2), at(9)));
    assert_eq!(
        (pattern.template().as_str(), pattern.example.as_str()),
        ("user <*> logged in", "user bob logged in")
    );
    assert_eq!(pattern.level, Some(Level::Error));
    assert!(pattern.is_new_since(at(2)) && !pattern.is_new_since(at(3)));
}

#[test]
fn memory_is_bounded_and_what_goes_is_counted() {
    let mut patterns = Patterns::default();
    let letters = |mut n: usize| {
        let mut word = String::new();
        while n > 0 {
            word.push((b'g' + (n % 20) as u8) as char);
            n /= 20;
        }
        word
    };
    for n in 0..MOST + 50 {
        patterns.add(&format!("{} begins here", letters(n * 31 + 1)), at(n as i64), None);
    }
    assert_eq!(patterns.iter().count(), MOST);
    assert_eq!(patterns.dropped, 50);
    assert_eq!(patterns.iter().next().unwrap().first, at(50));
}

proptest::proptest! {
    #[test]
    fn any_text_has_a_pattern(texts in proptest::collection::vec("\\PC{0,40}", 1..20)) {
        let mut patterns = Patterns::default();
        for text in &texts {
            let id = patterns.add(text, at(0), None);
            proptest::prop_assert!(patterns.get(id).is_some());
        }
        proptest::prop_assert_eq!(patterns.iter().map(|p| p.count).sum::<u64>(), texts.len() as u64);
    }
}

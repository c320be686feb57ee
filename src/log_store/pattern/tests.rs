//! Tests of pattern detection, on log lines of real programs.
use super::{LoggedMessage, MAX_PATTERNS, MAX_PATTERNS_COMPARED, PatternSet};
use crate::model::{LogLevel, ServiceId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Groups of log lines. All lines of a group must get the same pattern, and no two groups the same one.
const LINES_BY_KIND: &[&[&str]] = &[
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

/// Adds a line of `service`. Returns the id of its pattern.
fn add_for_service(
    patterns: &mut PatternSet,
    service: &str,
    message: &str,
    at: Timestamp,
    level: Option<LogLevel>,
) -> u64 {
    let service = &ServiceId::new(service);
    patterns.record_read_from(service, at);
    patterns.add(LoggedMessage { service, at, level, message })
}

fn add(patterns: &mut PatternSet, message: &str, at: Timestamp, level: Option<LogLevel>) -> u64 {
    add_for_service(patterns, "s/a", message, at, level)
}

#[test]
fn lines_of_one_kind_have_one_pattern() {
    let mut patterns = PatternSet::default();
    let mut found: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
    // The lines of all groups alternate, as in real logs.
    for round in 0..3 {
        for (kind, lines) in LINES_BY_KIND.iter().enumerate() {
            if let Some(line) = lines.get(round) {
                found.entry(kind).or_default().insert(add(&mut patterns, line, at(round as i64), None));
            }
        }
    }
    for (kind, ids) in &found {
        assert_eq!(ids.len(), 1, "{:?}", LINES_BY_KIND[*kind]);
    }
    let all: BTreeSet<_> = found.values().flatten().collect();
    assert_eq!(all.len(), LINES_BY_KIND.len(), "each kind has its own");
}

#[test]
fn a_pattern_knows_its_lines() {
    let mut patterns = PatternSet::default();
    let id = add(&mut patterns, "user alice logged in", at(5), Some(LogLevel::Info));
    add(&mut patterns, "user bob logged in", at(9), Some(LogLevel::Error));
    add(&mut patterns, "user carol logged in", at(2), None);
    let pattern = patterns.get(id).unwrap();
    assert_eq!((pattern.count, pattern.first_seen(), pattern.last_seen), (3, at(2), at(9)));
    assert_eq!(
        (pattern.template.to_string().as_str(), pattern.example.as_str()),
        ("user <*> logged in", "user bob logged in")
    );
    assert_eq!(pattern.level, Some(LogLevel::Error));
}

#[test]
fn a_pattern_is_new_if_its_services_first_wrote_it_after_their_deployments() {
    let mut patterns = PatternSet::default();
    let old = add(&mut patterns, "listening on 80", at(1), None);
    add(&mut patterns, "listening on 81", at(11), None);
    let new = add(&mut patterns, "no such column", at(12), None);
    let unknown = add_for_service(&mut patterns, "s/b", "hello there", at(30), None);
    let both = add(&mut patterns, "shared by two", at(12), None);
    add_for_service(&mut patterns, "s/b", "shared by two", at(31), None);
    let since =
        |a: i64, b: i64| BTreeMap::from([(ServiceId::new("s/a"), at(a)), (ServiceId::new("s/b"), at(b))]);
    let is_new = |id, since| patterns.is_new(patterns.get(id).unwrap(), &since);
    assert_eq!(is_new(old, since(10, 20)), Some(false));
    assert_eq!(is_new(new, since(10, 20)), Some(true));
    assert_eq!(is_new(unknown, since(10, 20)), None, "nothing of it was read from before its deployment");
    assert_eq!(is_new(both, since(10, 20)), Some(true), "the other has nothing from before to compare with");
    assert_eq!(is_new(both, since(10, 40)), Some(false));
    assert_eq!(is_new(new, BTreeMap::new()), None);
}

/// Returns a word without digits that is different for each `n`.
fn letters(mut n: usize) -> String {
    let mut word = String::new();
    while n > 0 {
        word.push((b'g' + (n % 20) as u8) as char);
        n /= 20;
    }
    word
}

#[test]
fn memory_is_bounded_and_what_goes_is_counted() {
    let mut patterns = PatternSet::default();
    for n in 0..MAX_PATTERNS + 50 {
        add(&mut patterns, &format!("{} begins here", letters(n * 31 + 1)), at(n as i64), None);
    }
    assert_eq!(patterns.iter().count(), MAX_PATTERNS);
    assert_eq!(patterns.dropped, 50);
    assert_eq!(patterns.iter().next().unwrap().first_seen(), at(50));
}

#[test]
fn a_line_is_compared_with_few() {
    let mut patterns = PatternSet::default();
    for n in 0..MAX_PATTERNS_COMPARED + 20 {
        let [a, b] = [letters(n * 31 + 1), letters(n * 37 + 1)];
        add(&mut patterns, &format!("the {a} of {b}{b} {a}{a}"), at(n as i64), None);
    }
    assert_eq!((patterns.iter().count(), patterns.dropped), (MAX_PATTERNS_COMPARED, 20));
}

proptest::proptest! {
    #[test]
    fn any_text_has_a_pattern_whose_template_fits_it(texts in proptest::collection::vec("\\PC{0,40}|[a-c ]{0,12}", 1..20)) {
        let mut patterns = PatternSet::default();
        let ids: Vec<u64> = texts.iter().map(|text| add(&mut patterns, text, at(0), None)).collect();
        for (id, text) in ids.into_iter().zip(&texts) {
            proptest::prop_assert!(patterns.get(id).unwrap().template.matches(text));
        }
        proptest::prop_assert_eq!(patterns.iter().map(|p| p.count).sum::<u64>(), texts.len() as u64);
    }
}

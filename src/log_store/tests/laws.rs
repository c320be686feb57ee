//! Properties of the log store that hold after any sequence of updates.

use super::support::{all_entries, at, begin_session, end_session, entries, ingest, line, notes, start};
use crate::{
    log_store::{LogFilter, LogStore, PatternCounts, Predicate, QueryResults, StreamScope, TextMatcher},
    model::{
        InstanceId, LogBatch, LogLine, LogReadOptions, LogRoute, LogTarget, LogUpdate, OutputStream,
        ServiceId, Timestamp,
    },
};
use proptest::{collection::vec, prelude::*};
use std::{collections::BTreeMap, sync::LazyLock};

const AMPLE_LIMIT_BYTES: usize = 64 << 20;

/// Matchers for each search method: case-insensitive, case-sensitive, and line by line.
static SAMPLE_MATCHERS: LazyLock<[TextMatcher; 4]> = LazyLock::new(|| {
    let all = [
        TextMatcher::literal("a b"),
        TextMatcher::literal("bA"),
        TextMatcher::literal("error"),
        TextMatcher::regex("^a.*c$"),
    ];
    all.map(Result::unwrap)
});

/// Generates lines of several streams: mostly in order, some late, some with the same time and text.
fn lines() -> impl Strategy<Value = Vec<Vec<(u32, i64, String)>>> {
    let text =
        prop_oneof![Just("error".to_owned()), "[a-cA ]{0,6}", (0..3_000_usize).prop_map(|n| "x".repeat(n))];
    vec(vec((0..3_u32, 0..60_i64, text), 0..40), 0..20)
}

/// Returns the lines in the order that queries must return them: by time, then by stream, then by arrival.
fn sorted(batches: &[Vec<(u32, i64, String)>]) -> Vec<(i64, String, String)> {
    let mut first = Vec::new();
    let mut all: Vec<_> = batches.iter().flatten().enumerate().collect();
    for (_, (stream, ..)) in &all {
        if !first.contains(stream) {
            first.push(*stream);
        }
    }
    let number = |stream: &u32| first.iter().position(|s| s == stream);
    all.sort_by_key(|(order, (stream, second, _))| (*second, number(stream), *order));
    all.into_iter().map(|(_, (s, second, text))| (*second, format!("web-{s}"), text.clone())).collect()
}

fn to_log_lines(batch: &[(u32, i64, String)]) -> Vec<crate::model::LogLine> {
    batch.iter().map(|(stream, second, text)| line(*stream, *second, text)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_lines_are_held_in_the_order_of_the_model(batches in lines()) {
        let mut store = LogStore::new(AMPLE_LIMIT_BYTES);
        batches.iter().for_each(|batch| ingest(&mut store, to_log_lines(batch)));
        prop_assert_eq!(all_entries(&store), sorted(&batches));
    }

    #[test]
    fn the_bound_holds_and_what_is_dropped_is_counted(batches in lines(), limit in 6_000..60_000_usize) {
        let mut store = LogStore::new(limit);
        let mut count = 0;
        for batch in &batches {
            ingest(&mut store, to_log_lines(batch));
            count += batch.len();
            prop_assert!(store.memory_bytes() <= limit);
            let held: usize = store.streams().map(crate::log_store::StoredStream::lines).sum();
            prop_assert_eq!(held as u64 + store.dropped_lines(), count as u64);
        }
        let all = sorted(&batches);
        prop_assert!(all_entries(&store).iter().all(|line| all.contains(line)));
    }

    #[test]
    fn a_sift_gives_what_filtering_gives(batches in lines(), work in 1..50_usize, keep: bool, small: bool) {
        for needle in SAMPLE_MATCHERS.iter() {
            let mut store = LogStore::new(if small { 30_000 } else { AMPLE_LIMIT_BYTES });
            let filter = LogFilter { predicate: Predicate::Text(needle.clone()), keep_matching: keep };
            let mut results = QueryResults::new(StreamScope::All, vec![filter], Some(at(5)));
            for batch in &batches {
                ingest(&mut store, to_log_lines(batch));
                results.advance(&store, work);
            }
            while !results.advance(&store, work) {}
            let fits = |(second, _, text): &(i64, String, String)| *second >= 5 && needle.is_match(text) == keep;
            let wanted: Vec<_> = all_entries(&store).into_iter().filter(fits).collect();
            prop_assert_eq!(results.count(&store), wanted.len());
            prop_assert_eq!(entries(&results, &store), wanted.clone());
            let sum = results.histogram(&store, at(0), at(60), 7).iter().map(|b| b.lines).sum::<usize>();
            prop_assert_eq!(sum, wanted.len());
            for (rank, line) in results.forward(&store, None).filter(|line| line.note.is_none()).enumerate() {
                prop_assert_eq!(results.matches_before(&store, line.key), rank);
            }
            let mut back: Vec<_> = results.backward(&store, None).map(|line| line.key).collect();
            back.reverse();
            prop_assert_eq!(back, results.forward(&store, None).map(|line| line.key).collect::<Vec<_>>());
        }
    }

    #[test]
    fn each_line_that_passed_counts_once_for_a_kind_that_it_fits(batches in lines(), work in 1..50_usize, small: bool) {
        let mut store = LogStore::new(if small { 30_000 } else { AMPLE_LIMIT_BYTES });
        let filter = LogFilter { predicate: Predicate::Text(TextMatcher::literal("a").unwrap()), keep_matching: false };
        let mut results = QueryResults::new(StreamScope::All, vec![filter.clone()], None);
        let mut counts = PatternCounts::default();
        for batch in &batches {
            ingest(&mut store, to_log_lines(batch));
            results.advance(&store, work);
            counts.advance(&results, &store, work);
        }
        while !(results.advance(&store, work) & counts.advance(&results, &store, work)) {}
        let listed = counts.ranked(&BTreeMap::new());
        prop_assert_eq!(listed.iter().map(|pattern| pattern.count).sum::<u64>(), results.count(&store) as u64);
        for kind in listed.into_iter().take(9) {
            let template = LogFilter { predicate: Predicate::Template(kind.pattern.template.clone()), keep_matching: true };
            let mut own = QueryResults::new(StreamScope::All, vec![filter.clone(), template], None);
            own.advance(&store, usize::MAX);
            prop_assert!(own.count(&store) as u64 >= kind.count, "{}", kind.pattern.template);
        }
    }

    #[test]
    fn a_line_read_twice_is_stored_once(seconds in vec(0..9_i64, 0..60), cut in 0..60_usize, tail in 1..80_usize) {
        let mut seconds = seconds;
        seconds.sort_unstable();
        let all: Vec<_> = seconds.iter().map(|second| line(0, *second, "same")).collect();
        let mut store = LogStore::new(AMPLE_LIMIT_BYTES);
        begin_session(&mut store, 0, start(None, None, usize::MAX));
        ingest(&mut store, all[..cut.min(all.len())].to_vec());
        begin_session(&mut store, 0, start(None, None, usize::MAX));
        ingest(&mut store, all.clone());
        let page = start(None, Some(20), tail);
        begin_session(&mut store, 0, page);
        ingest(&mut store, all[all.len().saturating_sub(tail)..].to_vec());
        end_session(&mut store, 0, page);
        prop_assert_eq!(all_entries(&store).len(), all.len());
        prop_assert!(notes(&store).is_empty());
        prop_assert_eq!(store.streams().next().unwrap().has_first_line, all.len() < tail);
    }
}

#[test]
fn a_hole_between_readings_is_told_and_filled_by_pages() {
    let mut store = LogStore::new(AMPLE_LIMIT_BYTES);
    let second = |range: std::ops::Range<i64>| range.map(|s| line(0, s, "x")).collect::<Vec<_>>();
    begin_session(&mut store, 0, start(None, None, 10));
    ingest(&mut store, second(0..10));
    begin_session(&mut store, 0, start(None, None, 10));
    ingest(&mut store, second(50..60));
    assert_eq!(notes(&store).iter().map(|note| note.0).collect::<Vec<_>>(), [50]);
    let page = start(None, Some(51), 10);
    begin_session(&mut store, 0, page);
    ingest(&mut store, second(41..51));
    end_session(&mut store, 0, page);
    assert_eq!(notes(&store).iter().map(|note| note.0).collect::<Vec<_>>(), [41]);
    let page = start(None, Some(42), 60);
    begin_session(&mut store, 0, page);
    ingest(&mut store, second(0..42));
    end_session(&mut store, 0, page);
    assert!(notes(&store).is_empty());
    assert!(store.streams().next().unwrap().has_first_line);
    assert_eq!(all_entries(&store).len(), 60);
}

#[test]
fn a_note_counts_dropped_lines_at_their_place_until_they_are_read_again() {
    let mut store = LogStore::new(256 << 10);
    let second =
        |range: std::ops::Range<i64>| range.map(|s| line(0, s, &"x".repeat(200))).collect::<Vec<_>>();
    begin_session(&mut store, 0, start(None, None, 5_000));
    ingest(&mut store, second(0..5_000));
    let stream = store.streams().next().unwrap();
    let (dropped, oldest) = (stream.dropped_lines as i64, stream.oldest().unwrap());
    assert!(dropped > 0 && oldest == at(dropped));
    let note = format!("{dropped} lines dropped here: log-memory limit reached");
    assert_eq!(notes(&store), [(dropped - 1, note)]);
}

#[test]
fn where_somebody_looks_lines_stay_and_those_between_there_and_the_newest_go() {
    let mut store = LogStore::new(1 << 20);
    let second =
        |range: std::ops::Range<i64>| range.map(|s| line(0, s, &"x".repeat(200))).collect::<Vec<_>>();
    begin_session(&mut store, 0, start(None, None, 10_000));
    ingest(&mut store, second(2_000..12_000));
    let oldest = store.streams().next().unwrap().oldest().unwrap().as_second();
    store.set_viewed_time(Some(at(oldest)));
    let page = start(None, Some(oldest + 1), 500);
    begin_session(&mut store, 0, page);
    ingest(&mut store, second(oldest - 499..oldest + 1));
    end_session(&mut store, 0, page);
    ingest(&mut store, second(12_000..14_000));
    let lines = all_entries(&store);
    let is_held = |second: i64| lines.iter().any(|(at, ..)| *at == second);
    assert!((oldest - 499..=oldest).all(is_held) && is_held(13_999));
    // The notes state exactly the number of missing lines.
    let counted: i64 =
        notes(&store).iter().filter_map(|(_, text)| text.split(' ').next()?.parse::<i64>().ok()).sum();
    assert_eq!(counted, 12_000 - lines.len() as i64);
    store.set_viewed_time(None);
    ingest(&mut store, second(14_000..24_000));
    assert!(all_entries(&store)[0].0 > 14_000);
}

#[test]
fn a_noisy_stream_takes_no_quiet_ones_lines() {
    let mut store = LogStore::new(512 << 10);
    ingest(&mut store, (0..100).map(|s| line(1, s, "quiet")).collect());
    ingest(&mut store, (100..20_000).map(|s| line(0, s, "noisy noisy noisy")).collect());
    let lines: Vec<_> = store.streams().map(|stream| (stream.lines(), stream.dropped_lines)).collect();
    assert_eq!(lines[0], (100, 0));
    assert!(lines[1].1 > 0);
}

#[test]
fn a_hostile_expression_is_refused() {
    assert!(TextMatcher::regex("((a{1,1000}){1,1000}){1,1000}").is_err());
    assert!(TextMatcher::regex("(").is_err());
    assert!(TextMatcher::regex(r"\Werror").unwrap().is_match("an ERROR"));
    assert!(!TextMatcher::literal("Err").unwrap().is_match("error"));
}

/// Begins a read session of `container` with the label `name`, and adds lines at the given seconds since
/// 1970.
fn read_as(store: &mut LogStore, container: &str, name: &str, seconds: std::ops::Range<i64>) {
    let target = LogTarget {
        service: ServiceId::new("docker/shop/web"),
        instance: InstanceId::new(format!("docker/{container}")),
        label: name.into(),
        route: LogRoute::Engine { container: container.into() },
    };
    let line = |second: i64| LogLine {
        at: Timestamp::from_second(second).unwrap(),
        service: target.service.clone(),
        label: target.label.clone(),
        stream: OutputStream::Stdout,
        text: format!("{container} {second}").into(),
        styles: Vec::new(),
    };
    let lines = seconds.map(line).collect();
    let start = LogReadOptions { since: None, until: None, tail: 100, follow: true };
    store.ingest(LogUpdate::ReadStarted(target, start), Timestamp::UNIX_EPOCH);
    store.ingest(LogUpdate::Lines(LogBatch { lines, notes: Vec::new() }), Timestamp::UNIX_EPOCH);
}

#[test]
fn a_container_with_another_name_is_the_same_stream_and_one_with_its_old_name_is_not() {
    let mut store = LogStore::new(1 << 20);
    read_as(&mut store, "a", "web-1", 0..5);
    read_as(&mut store, "a", "old_web-1", 0..8);
    read_as(&mut store, "b", "web-1", 8..10);
    let streams: Vec<_> = store.streams().map(|stream| (stream.label.to_string(), stream.lines())).collect();
    assert_eq!(streams, [("old_web-1".to_owned(), 8), ("web-1".to_owned(), 2)], "each line once");
}

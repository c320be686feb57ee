//! What holds for any sequence of news.

use super::model::{at, close, hear, held, line, notes, open, shown, start};
use crate::{
    logs::{Filter, Kinds, LogStore, Needle, Scope, Sift, What},
    model::{
        InstanceId, LogBatch, LogLine, LogNews, LogRoute, LogStart, LogStream, LogTarget, ServiceId,
        Timestamp,
    },
};
use proptest::{collection::vec, prelude::*};
use std::{collections::BTreeMap, sync::LazyLock};

const WIDE: usize = 64 << 20;

/// One for each way to look: without capitals, with them, and line by line.
static NEEDLES: LazyLock<[Needle; 4]> = LazyLock::new(|| {
    let all =
        [Needle::literal("a b"), Needle::literal("bA"), Needle::literal("error"), Needle::regex("^a.*c$")];
    all.map(Result::unwrap)
});

/// Lines of several streams, mostly in order, some late, some with the same time and text.
fn lines() -> impl Strategy<Value = Vec<Vec<(u32, i64, String)>>> {
    let text =
        prop_oneof![Just("error".to_owned()), "[a-cA ]{0,6}", (0..3_000_usize).prop_map(|n| "x".repeat(n))];
    vec(vec((0..3_u32, 0..60_i64, text), 0..40), 0..20)
}

/// The model: time, stream, order of arrival.
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

fn taken(batch: &[(u32, i64, String)]) -> Vec<crate::model::LogLine> {
    batch.iter().map(|(stream, second, text)| line(*stream, *second, text)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn all_lines_are_held_in_the_order_of_the_model(batches in lines()) {
        let mut store = LogStore::new(WIDE);
        batches.iter().for_each(|batch| hear(&mut store, taken(batch)));
        prop_assert_eq!(held(&store), sorted(&batches));
    }

    #[test]
    fn the_bound_holds_and_what_is_dropped_is_counted(batches in lines(), limit in 6_000..60_000_usize) {
        let mut store = LogStore::new(limit);
        let mut count = 0;
        for batch in &batches {
            hear(&mut store, taken(batch));
            count += batch.len();
            prop_assert!(store.bytes() <= limit);
            let held: usize = store.streams().map(crate::logs::Stream::lines).sum();
            prop_assert_eq!(held as u64 + store.dropped(), count as u64);
        }
        let all = sorted(&batches);
        prop_assert!(held(&store).iter().all(|line| all.contains(line)));
    }

    #[test]
    fn a_sift_gives_what_filtering_gives(batches in lines(), work in 1..50_usize, keep: bool, small: bool) {
        for needle in NEEDLES.iter() {
            let mut store = LogStore::new(if small { 30_000 } else { WIDE });
            let filter = Filter { what: What::Text(needle.clone()), keep };
            let mut sift = Sift::new(Scope::All, vec![filter], Some(at(5)));
            for batch in &batches {
                hear(&mut store, taken(batch));
                sift.advance(&store, work);
            }
            while !sift.advance(&store, work) {}
            let fits = |(second, _, text): &(i64, String, String)| *second >= 5 && needle.is_in(text) == keep;
            let wanted: Vec<_> = held(&store).into_iter().filter(fits).collect();
            prop_assert_eq!(sift.count(&store), wanted.len());
            prop_assert_eq!(shown(&sift, &store), wanted.clone());
            let sum = sift.histogram(&store, at(0), at(60), 7).iter().map(|b| b.lines).sum::<usize>();
            prop_assert_eq!(sum, wanted.len());
            for (rank, line) in sift.forward(&store, None).filter(|line| line.note.is_none()).enumerate() {
                prop_assert_eq!(sift.rank(&store, line.key), rank);
            }
            let mut back: Vec<_> = sift.back(&store, None).map(|line| line.key).collect();
            back.reverse();
            prop_assert_eq!(back, sift.forward(&store, None).map(|line| line.key).collect::<Vec<_>>());
        }
    }

    #[test]
    fn each_line_that_passed_counts_once_for_a_kind_that_it_fits(batches in lines(), work in 1..50_usize, small: bool) {
        let mut store = LogStore::new(if small { 30_000 } else { WIDE });
        let filter = Filter { what: What::Text(Needle::literal("a").unwrap()), keep: false };
        let mut sift = Sift::new(Scope::All, vec![filter.clone()], None);
        let mut kinds = Kinds::default();
        for batch in &batches {
            hear(&mut store, taken(batch));
            sift.advance(&store, work);
            kinds.advance(&sift, &store, work);
        }
        while !(sift.advance(&store, work) & kinds.advance(&sift, &store, work)) {}
        let listed = kinds.listed(&BTreeMap::new());
        prop_assert_eq!(listed.iter().map(|kind| kind.count).sum::<u64>(), sift.count(&store) as u64);
        for kind in listed.into_iter().take(9) {
            let template = Filter { what: What::Template(kind.pattern.template.clone()), keep: true };
            let mut own = Sift::new(Scope::All, vec![filter.clone(), template], None);
            own.advance(&store, usize::MAX);
            prop_assert!(own.count(&store) as u64 >= kind.count, "{}", kind.pattern.template);
        }
    }

    #[test]
    fn what_is_read_again_is_taken_once(seconds in vec(0..9_i64, 0..60), cut in 0..60_usize, tail in 1..80_usize) {
        let mut seconds = seconds;
        seconds.sort_unstable();
        let all: Vec<_> = seconds.iter().map(|second| line(0, *second, "same")).collect();
        let mut store = LogStore::new(WIDE);
        open(&mut store, 0, start(None, None, usize::MAX));
        hear(&mut store, all[..cut.min(all.len())].to_vec());
        open(&mut store, 0, start(None, None, usize::MAX));
        hear(&mut store, all.clone());
        let page = start(None, Some(20), tail);
        open(&mut store, 0, page);
        hear(&mut store, all[all.len().saturating_sub(tail)..].to_vec());
        close(&mut store, 0, page);
        prop_assert_eq!(held(&store).len(), all.len());
        prop_assert!(notes(&store).is_empty());
        prop_assert_eq!(store.streams().next().unwrap().begins, all.len() < tail);
    }
}

#[test]
fn a_hole_between_readings_is_told_and_filled_by_pages() {
    let mut store = LogStore::new(WIDE);
    let second = |range: std::ops::Range<i64>| range.map(|s| line(0, s, "x")).collect::<Vec<_>>();
    open(&mut store, 0, start(None, None, 10));
    hear(&mut store, second(0..10));
    open(&mut store, 0, start(None, None, 10));
    hear(&mut store, second(50..60));
    assert_eq!(notes(&store).iter().map(|note| note.0).collect::<Vec<_>>(), [50]);
    let page = start(None, Some(51), 10);
    open(&mut store, 0, page);
    hear(&mut store, second(41..51));
    close(&mut store, 0, page);
    assert_eq!(notes(&store).iter().map(|note| note.0).collect::<Vec<_>>(), [41]);
    let page = start(None, Some(42), 60);
    open(&mut store, 0, page);
    hear(&mut store, second(0..42));
    close(&mut store, 0, page);
    assert!(notes(&store).is_empty());
    assert!(store.streams().next().unwrap().begins);
    assert_eq!(held(&store).len(), 60);
}

#[test]
fn what_was_dropped_is_told_where_it_stood_and_no_more_when_it_is_read_again() {
    let mut store = LogStore::new(256 << 10);
    let second =
        |range: std::ops::Range<i64>| range.map(|s| line(0, s, &"x".repeat(200))).collect::<Vec<_>>();
    open(&mut store, 0, start(None, None, 5_000));
    hear(&mut store, second(0..5_000));
    let stream = store.streams().next().unwrap();
    let (dropped, oldest) = (stream.dropped as i64, stream.oldest().unwrap());
    assert!(dropped > 0 && oldest == at(dropped));
    let said = format!("{dropped} lines were dropped here, to keep within log-memory");
    assert_eq!(notes(&store), [(dropped - 1, said)]);
}

#[test]
fn where_somebody_looks_lines_stay_and_those_between_there_and_the_newest_go() {
    let mut store = LogStore::new(1 << 20);
    let second =
        |range: std::ops::Range<i64>| range.map(|s| line(0, s, &"x".repeat(200))).collect::<Vec<_>>();
    open(&mut store, 0, start(None, None, 10_000));
    hear(&mut store, second(2_000..12_000));
    let oldest = store.streams().next().unwrap().oldest().unwrap().as_second();
    store.look(Some(at(oldest)));
    let page = start(None, Some(oldest + 1), 500);
    open(&mut store, 0, page);
    hear(&mut store, second(oldest - 499..oldest + 1));
    close(&mut store, 0, page);
    hear(&mut store, second(12_000..14_000));
    let lines = held(&store);
    let is_held = |second: i64| lines.iter().any(|(at, ..)| *at == second);
    assert!((oldest - 499..=oldest).all(is_held) && is_held(13_999));
    // What is told to be missing is what is missing.
    let said: i64 =
        notes(&store).iter().filter_map(|(_, text)| text.split(' ').next()?.parse::<i64>().ok()).sum();
    assert_eq!(said, 12_000 - lines.len() as i64);
    store.look(None);
    hear(&mut store, second(14_000..24_000));
    assert!(held(&store)[0].0 > 14_000);
}

#[test]
fn a_noisy_stream_takes_no_quiet_ones_lines() {
    let mut store = LogStore::new(512 << 10);
    hear(&mut store, (0..100).map(|s| line(1, s, "quiet")).collect());
    hear(&mut store, (100..20_000).map(|s| line(0, s, "noisy noisy noisy")).collect());
    let lines: Vec<_> = store.streams().map(|stream| (stream.lines(), stream.dropped)).collect();
    assert_eq!(lines[0], (100, 0));
    assert!(lines[1].1 > 0);
}

#[test]
fn a_hostile_expression_is_refused() {
    assert!(Needle::regex("((a{1,1000}){1,1000}){1,1000}").is_err());
    assert!(Needle::regex("(").is_err());
    assert!(Needle::regex(r"\Werror").unwrap().is_in("an ERROR"));
    assert!(!Needle::literal("Err").unwrap().is_in("error"));
}

/// Opens the stream of that container under that name, and gives it lines, each so many seconds after 1970.
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
        stream: LogStream::Out,
        text: format!("{container} {second}").into(),
        paint: Vec::new(),
    };
    let lines = seconds.map(line).collect();
    let start = LogStart { since: None, until: None, tail: 100, follow: true };
    store.hear(LogNews::Opened(target, start), Timestamp::UNIX_EPOCH);
    store.hear(LogNews::Lines(LogBatch { lines, notes: Vec::new() }), Timestamp::UNIX_EPOCH);
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

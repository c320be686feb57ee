//! Cost of ingesting log lines, and of searching, counting and showing a million of them.
//!
//! The lines have five common formats: JSON, logfmt, Spring Boot, access log, and text with ANSI colours.
//! `newline_split` is the baseline: it only splits the same bytes into lines.

mod program_allocator;

use divan::{Bencher, black_box, counter::ItemsCount};
use portolan::{
    extract::{log_line, parse_ansi},
    log_store::{
        FieldCondition, LogFilter, LogStore, Predicate, QueryResults, StreamScope, TextMatcher,
        pattern::{LoggedMessage, PatternSet},
    },
    model::{LogBatch, LogLevel, LogLine, LogUpdate, OutputStream, ServiceId, SharedText, Timestamp},
};

fn main() {
    divan::main();
}

const MILLION_LINES: usize = 1_000_000;
const LINES_PER_RUN: usize = 100_000;
const STREAM_COUNT: usize = 8;
/// Memory limit in bytes that is large enough for all lines of a run.
const UNLIMITED_BYTES: usize = 1 << 30;

/// Returns raw line `number` in one of the five formats.
fn raw_line(number: usize) -> String {
    let (user, took, minute) = (number * 7919 % 10_000, number * 31 % 900, number / 60_000 % 60);
    let second = number / 1_000 % 60;
    let level = if number.is_multiple_of(97) { "error" } else { "info" };
    match number % 5 {
        0 => format!(
            r#"{{"time":"2026-11-25T16:{minute:02}:{second:02}Z","level":"{level}","msg":"order placed","user":{user},"took_ms":{took},"trace_id":"{number:032x}"}}"#
        ),
        1 => format!(
            r#"time=2026-11-25T16:{minute:02}:{second:02}Z level={level} msg="request served" path=/orders/{user} status=200 took={took}ms"#
        ),
        2 => format!(
            "2026-11-25 16:{minute:02}:{second:02}.123  {} 1 --- [nio-8080-exec-{}] c.acme.orders.OrderService : order {user} placed in {took} ms",
            level.to_uppercase(),
            number % 10
        ),
        3 => format!(
            r#"10.0.{}.{} - - [25/Nov/2026:16:{minute:02}:{second:02} +0000] "GET /orders/{user} HTTP/1.1" 200 {took} "-" "curl/8.1""#,
            number % 200,
            number % 250
        ),
        _ => format!("\u{1b}[32m{level}\u{1b}[0m: worker {} took job {user} in {took} ms", number % 16),
    }
}

fn raw_lines(lines: usize) -> String {
    (0..lines).map(|number| raw_line(number) + "\n").collect()
}

/// Service and instance labels of the lines.
struct LineOrigin {
    service: ServiceId,
    labels: Vec<SharedText>,
}

impl LineOrigin {
    fn new() -> Self {
        let labels = (0..STREAM_COUNT).map(|n| format!("orders-{n}").into()).collect();
        Self { service: ServiceId::new("docker/orders"), labels }
    }

    /// Returns line `number`. Each thousand consecutive lines belong to one stream.
    fn line(&self, number: usize, raw: &str) -> LogLine {
        let (text, paint) = parse_ansi(raw);
        LogLine {
            at: Timestamp::from_nanosecond(1_795_622_400_000_000_000 + number as i128 * 1_000)
                .unwrap_or_default(),
            service: self.service.clone(),
            label: self.labels[number / 1_000 % STREAM_COUNT].clone(),
            stream: OutputStream::Stdout,
            text,
            styles: paint,
        }
    }
}

/// Ingests raw lines in batches of a thousand, as a source delivers them, and advances the query after each.
fn ingest_lines(store: &mut LogStore, sift: &mut QueryResults, whose: &LineOrigin, raw: &str, first: usize) {
    let mut numbered = (first..).zip(raw.lines()).peekable();
    while numbered.peek().is_some() {
        let lines = numbered.by_ref().take(1_000).map(|(number, raw)| whose.line(number, raw)).collect();
        store.ingest(LogUpdate::Lines(LogBatch { lines, notes: Vec::new() }), Timestamp::UNIX_EPOCH);
        sift.advance(store, usize::MAX);
    }
}

/// Returns a store with a million lines, and a query that has processed all of them.
fn store_with_a_million_lines() -> (LogStore, QueryResults) {
    let (mut store, mut sift, whose) =
        (LogStore::new(UNLIMITED_BYTES), unfiltered_query(), LineOrigin::new());
    for part in 0..MILLION_LINES / LINES_PER_RUN {
        let raw: String = (part * LINES_PER_RUN..(part + 1) * LINES_PER_RUN)
            .map(|number| raw_line(number) + "\n")
            .collect();
        ingest_lines(&mut store, &mut sift, &whose, &raw, part * LINES_PER_RUN);
    }
    (store, sift)
}

fn unfiltered_query() -> QueryResults {
    QueryResults::new(StreamScope::All, Vec::new(), None)
}

fn filtered_query(predicate: Predicate) -> QueryResults {
    QueryResults::new(StreamScope::All, vec![LogFilter { predicate, keep_matching: true }], None)
}

/// Baseline: splits the same bytes at line ends.
#[divan::bench]
fn newline_split(bencher: Bencher<'_, '_>) {
    let text = raw_lines(LINES_PER_RUN);
    bencher
        .counter(ItemsCount::new(LINES_PER_RUN))
        .bench_local(|| black_box(&text).split('\n').map(|line| black_box(line).len()).sum::<usize>());
}

/// Parses time, level, message and fields of each line.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let text = raw_lines(LINES_PER_RUN);
    bencher.counter(ItemsCount::new(LINES_PER_RUN)).bench_local(|| {
        for line in black_box(&text).lines() {
            black_box(log_line::parse(line));
        }
    });
}

/// Ingests raw bytes: sanitizes, parses and stores lines, and runs a query over them.
#[divan::bench(sample_count = 20)]
fn ingest(bencher: Bencher<'_, '_>) {
    let (text, whose) = (raw_lines(LINES_PER_RUN), LineOrigin::new());
    bencher.counter(ItemsCount::new(LINES_PER_RUN)).bench_local(|| {
        let (mut store, mut sift) = (LogStore::new(UNLIMITED_BYTES), unfiltered_query());
        ingest_lines(&mut store, &mut sift, &whose, black_box(&text), 0);
        sift.count(&store)
    });
}

/// Ingests into a full store, which drops one line for each new line.
#[divan::bench(sample_count = 20)]
fn ingest_when_full(bencher: Bencher<'_, '_>) {
    let (text, whose) = (raw_lines(LINES_PER_RUN), LineOrigin::new());
    let (mut store, mut sift, mut first) = (LogStore::new(8 << 20), unfiltered_query(), 0);
    ingest_lines(&mut store, &mut sift, &whose, &text, first);
    bencher.counter(ItemsCount::new(LINES_PER_RUN)).bench_local(|| {
        first += LINES_PER_RUN;
        ingest_lines(&mut store, &mut sift, &whose, black_box(&text), first);
        store.dropped_lines()
    });
}

/// Searches a million lines for a literal text.
#[divan::bench(args = ["order placed", "trace_id", "no such text", "Timeout"], sample_count = 10)]
fn search_literal(bencher: Bencher<'_, '_>, text: &str) {
    bench_search(bencher, TextMatcher::literal(text));
}

/// Searches a million lines for a regular expression.
#[divan::bench(args = [r"took[ =]\d+ ?ms", r"order \d+ (placed|refused)", r"\berror\b", r"[45]\d\d \d+$", r"user.*took.*[89]\d\d", r"\w+@\w+\.com"], sample_count = 10)]
fn search_regex(bencher: Bencher<'_, '_>, expression: &str) {
    bench_search(bencher, TextMatcher::regex(expression));
}

fn bench_search(bencher: Bencher<'_, '_>, needle: Result<TextMatcher, String>) {
    let Ok(needle) = needle else { return };
    let (store, _) = store_with_a_million_lines();
    bencher.counter(ItemsCount::new(MILLION_LINES)).bench_local(|| {
        let mut sift = filtered_query(Predicate::Text(needle.clone()));
        sift.advance(black_box(&store), usize::MAX);
        sift.count(&store)
    });
}

/// Filters by level, which the store parsed at ingestion.
#[divan::bench(sample_count = 10)]
fn filter_level(bencher: Bencher<'_, '_>) {
    let (store, _) = store_with_a_million_lines();
    bencher.counter(ItemsCount::new(MILLION_LINES)).bench_local(|| {
        let mut sift = filtered_query(Predicate::Level(LogLevel::Error));
        sift.advance(black_box(&store), usize::MAX);
        sift.count(&store)
    });
}

/// Filters by a field, which requires parsing each line again.
#[divan::bench(sample_count = 5)]
fn filter_field(bencher: Bencher<'_, '_>) {
    let (store, _) = store_with_a_million_lines();
    bencher.counter(ItemsCount::new(MILLION_LINES)).bench_local(|| {
        let mut sift = filtered_query(Predicate::Field(FieldCondition::equal("user", "7919")));
        sift.advance(black_box(&store), usize::MAX);
        sift.count(&store)
    });
}

/// Updates a finished search over a million lines after a thousand new lines.
#[divan::bench(sample_count = 20)]
fn search_after_new_lines(bencher: Bencher<'_, '_>) {
    let (mut store, _) = store_with_a_million_lines();
    let Ok(needle) = TextMatcher::literal("order placed") else { return };
    let (mut sift, whose, mut number) =
        (filtered_query(Predicate::Text(needle)), LineOrigin::new(), MILLION_LINES);
    sift.advance(&store, usize::MAX);
    bencher.counter(ItemsCount::new(1_000_usize)).bench_local(|| {
        let lines = (number..number + 1_000).map(|number| whose.line(number, "order placed by 7")).collect();
        number += 1_000;
        store.ingest(LogUpdate::Lines(LogBatch { lines, notes: Vec::new() }), Timestamp::UNIX_EPOCH);
        sift.advance(black_box(&store), usize::MAX);
    });
}

/// Returns the rows of one screen from the middle of a million lines.
#[divan::bench]
fn rows_of_a_screen(bencher: Bencher<'_, '_>) {
    let (store, sift) = store_with_a_million_lines();
    let middle = sift.backward(&store, None).nth(MILLION_LINES / 2).map(|line| line.key);
    bencher.bench_local(|| sift.entries_up_to(black_box(&store), middle, 60).len());
}

/// Counts the lines and computes the position of one line, as in the title of the logs screen.
#[divan::bench]
fn count_and_rank(bencher: Bencher<'_, '_>) {
    let (store, sift) = store_with_a_million_lines();
    let middle = sift.backward(&store, None).nth(MILLION_LINES / 2).map(|line| line.key);
    bencher
        .bench_local(|| (sift.count(black_box(&store)), middle.map(|key| sift.matches_before(&store, key))));
}

/// Computes a histogram over a million lines.
#[divan::bench]
fn histogram(bencher: Bencher<'_, '_>) {
    let (store, sift) = store_with_a_million_lines();
    let ends = sift.first_key(&store).zip(sift.last_key(&store)).map(|(first, last)| (first.at, last.at));
    let (from, to) = ends.unwrap_or_default();
    bencher.bench_local(|| sift.histogram(black_box(&store), from, to, 200));
}

/// Groups lines by pattern.
#[divan::bench(sample_count = 10)]
fn patterns(bencher: Bencher<'_, '_>) {
    let (text, service) = (raw_lines(LINES_PER_RUN), ServiceId::new("s/web"));
    bencher.counter(ItemsCount::new(LINES_PER_RUN)).bench_local(|| {
        let mut patterns = PatternSet::default();
        for message in black_box(&text).lines() {
            patterns.add(LoggedMessage {
                service: &service,
                at: Timestamp::UNIX_EPOCH,
                level: None,
                message,
            });
        }
        patterns.iter().count()
    });
}

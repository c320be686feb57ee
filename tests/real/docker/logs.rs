//! Log tests with real containers: merging, following across restarts, and the end of a stream.

use super::lab::{Lab, run_docker};
use futures::{StreamExt, stream::BoxStream};
use portolan::{
    model::{Failure, LogBatch, LogNoteKind, LogReadOptions, LogUpdate, OutputStream},
    runtime::LogTasks,
    source::Source,
    subscription::Subscription,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

const READ_ALL: LogReadOptions = LogReadOptions { since: None, until: None, tail: usize::MAX, follow: false };
const READ_AND_FOLLOW: LogReadOptions = LogReadOptions { follow: true, ..READ_ALL };

/// Reads batches until the stream ends or `enough` returns true.
async fn read_batches(
    mut stream: BoxStream<'static, Result<LogBatch, Failure>>,
    enough: impl Fn(&LogBatch) -> bool,
) -> LogBatch {
    let mut all = LogBatch::default();
    let reading = async {
        while let Some(batch) = stream.next().await {
            let batch = batch.unwrap();
            all.lines.extend(batch.lines);
            all.notes.extend(batch.notes);
            if enough(&all) {
                break;
            }
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(30), reading).await;
    assert!(done.is_ok(), "the stream goes on: {all:?}");
    all
}

fn labelled_texts(batch: &LogBatch) -> Vec<String> {
    batch.lines.iter().map(|l| format!("{} {}", l.label, l.text)).collect()
}

#[tokio::test]
async fn lines_of_several_containers_come_each_in_its_order() {
    let Some(lab) = Lab::open() else { return };
    lab.run(
        "a",
        &[],
        "echo one; busybox sleep 1; echo two >&2; busybox sleep 0.2; busybox printf 'bad \\377 \\033[31mred\\n'",
    );
    lab.run("b", &["-t"], "busybox sleep 0.2; echo three; busybox sleep 0.6; busybox printf '10%%\\r20%%'");
    lab.run("mute", &["--log-driver", "none"], "echo lost");
    // On a fast machine container `b` may end before `a`.
    lab.wait_for_instance("a", |i| i.exit.is_some()).await;
    lab.wait_for_instance("b", |i| i.exit.is_some()).await;
    let targets = lab.log_targets(&["a", "b", "mute"]).await;
    let all = read_batches(lab.source.logs(targets.clone(), READ_ALL), |_| false).await;
    let (a, b): (Vec<_>, Vec<_>) = labelled_texts(&all).into_iter().partition(|t| t.starts_with('a'));
    assert_eq!(a, ["a one", "a two", "a bad \u{fffd} red"]);
    assert_eq!(b, ["b three", "b 20%"]);
    let two = all.lines.iter().find(|l| l.text == "two").unwrap();
    assert_eq!(two.stream, OutputStream::Stderr);
    assert_eq!(all.notes.len(), 1);
    assert!(all.notes[0].text.contains("log driver none"), "{:?}", all.notes);

    let last =
        read_batches(lab.source.logs(targets[..1].to_vec(), LogReadOptions { tail: 1, ..READ_ALL }), |_| {
            false
        })
        .await;
    assert_eq!(labelled_texts(&last), ["a bad \u{fffd} red"]);
    let since = Some(two.at);
    let late =
        read_batches(lab.source.logs(targets[..1].to_vec(), LogReadOptions { since, ..READ_ALL }), |_| false)
            .await;
    assert_eq!(labelled_texts(&late), ["a two", "a bad \u{fffd} red"]);
}

#[tokio::test]
async fn a_long_line_is_one_line() {
    let Some(lab) = Lab::open() else { return };
    let script = "busybox head -c 20000 /dev/zero | busybox tr '\\0' x; echo end; echo next";
    lab.run("plain", &[], script);
    lab.run("terminal", &["-t"], script);
    for name in ["plain", "terminal"] {
        lab.wait_for_instance(name, |i| i.exit.is_some()).await;
        let all = read_batches(lab.source.logs(lab.log_targets(&[name]).await, READ_ALL), |_| false).await;
        let long = "x".repeat(20_000);
        assert_eq!(labelled_texts(&all), [format!("{name} {long}end"), format!("{name} next")]);
    }
}

#[tokio::test]
async fn following_ends_with_the_container_and_says_so() {
    let Some(lab) = Lab::open() else { return };
    lab.run("job", &[], "echo begun; busybox sleep 1.5; echo ending; exit 4");
    let all = read_batches(lab.source.logs(lab.log_targets(&["job"]).await, READ_AND_FOLLOW), |b| {
        !b.notes.is_empty()
    })
    .await;
    assert_eq!(labelled_texts(&all), ["job begun", "job ending"]);
    assert_eq!(all.notes.len(), 1);
    assert_eq!(all.notes[0].text, "the container exited with code 4");
    assert_eq!(all.notes[0].kind, LogNoteKind::Ended);
    assert!(all.notes[0].at.is_some());
}

#[tokio::test]
async fn older_pages_lead_back_to_the_first_line() {
    let Some(lab) = Lab::open() else { return };
    for (name, options) in [
        ("file", &["--log-driver", "json-file", "--log-opt", "max-size=40k", "--log-opt", "max-file=20"][..]),
        ("local", &["--log-driver", "local"]),
        ("terminal", &["-t"]),
    ] {
        lab.run(name, options, "busybox seq 1 9000");
        lab.wait_for_instance(name, |i| i.exit.is_some()).await;
        let targets = lab.log_targets(&[name]).await;
        let newest =
            read_batches(lab.source.logs(targets.clone(), LogReadOptions { tail: 2, ..READ_ALL }), |_| false)
                .await;
        assert_eq!(labelled_texts(&newest), [format!("{name} 8999"), format!("{name} 9000")]);
        let (mut until, mut first, mut pages) = (newest.lines[0].at, 8_999, 0);
        while first > 1 {
            let older = LogReadOptions { until: Some(until), tail: 3_000, ..READ_ALL };
            let page = read_batches(lab.source.logs(targets.clone(), older), |_| false).await;
            let numbers: Vec<i32> = page.lines.iter().map(|l| l.text.parse().unwrap()).collect();
            assert!(numbers.len() == 3_000 || numbers.first() == Some(&1), "{name}: {}", numbers.len());
            assert_eq!(numbers, (numbers[0]..first).collect::<Vec<_>>(), "{name}");
            (until, first, pages) = (page.lines[0].at, numbers[0], pages + 1);
        }
        assert_eq!(pages, 3, "{name}");
        let before = LogReadOptions { until: Some(until), tail: 10, ..READ_ALL };
        assert_eq!(read_batches(lab.source.logs(targets, before), |_| false).await.lines, []);
    }
}

#[tokio::test]
async fn each_line_comes_once_though_the_container_is_restarted() {
    let Some(lab) = Lab::open() else { return };
    let full = lab.full_name("again");
    lab.run("again", &["-t"], "busybox seq 1 200; trap 'exit 3' TERM; while :; do busybox sleep 0.1; done");
    let target = lab.log_targets(&["again"]).await.remove(0);
    let (mut streams, mut news) = LogTasks::new(vec![Arc::new(lab.source.clone())]);
    streams.sync(&BTreeSet::from([Subscription::Logs(target.clone(), READ_AND_FOLLOW)]));
    let restarts = tokio::task::spawn_blocking(move || {
        (0..2).for_each(|_| drop(run_docker(&["restart", "-t", "2", &full])));
    });
    let mut followed = Vec::new();
    let reading = async {
        while followed.len() < 600 {
            if let Some(LogUpdate::Lines(batch)) = news.next().await {
                followed.extend(batch.lines);
            }
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(30), reading).await;
    assert!(done.is_ok(), "only {} lines", followed.len());
    restarts.await.unwrap();
    let held = read_batches(lab.source.logs(vec![target], READ_ALL), |_| false).await;
    assert_eq!(followed, held.lines);
}

#[tokio::test]
async fn following_goes_on_when_the_engine_starts_it_again() {
    let Some(lab) = Lab::open() else { return };
    lab.run("loop", &["--restart", "always"], "echo begun; busybox sleep 0.5; exit 1");
    let targets = lab.log_targets(&["loop"]).await;
    let all = read_batches(lab.source.logs(targets, READ_AND_FOLLOW), |b| b.lines.len() >= 4).await;
    assert!(all.lines.windows(2).all(|pair| pair[0].at < pair[1].at), "{all:?}");
    assert!(all.notes.iter().any(|n| n.text.contains("exited with code 1")), "{:?}", all.notes);
}

#[tokio::test]
async fn a_container_that_goes_is_a_note_and_others_go_on() {
    let Some(lab) = Lab::open() else { return };
    lab.run("gone", &[], "echo here");
    lab.run("stays", &[], "echo here");
    lab.wait_for_instance("stays", |i| i.exit.is_some()).await;
    let targets = lab.log_targets(&["gone", "stays"]).await;
    run_docker(&["rm", "-f", &lab.full_name("gone")]);
    let all = read_batches(lab.source.logs(targets, READ_ALL), |_| false).await;
    assert_eq!(labelled_texts(&all), ["stays here"]);
    assert_eq!(all.notes[0].text, "the container was removed, its logs are gone");
}

#[tokio::test]
async fn each_line_comes_once_though_the_engine_turns_to_new_files() {
    let Some(lab) = Lab::open() else { return };
    let script = "busybox sleep 1; for t in $(busybox seq 0 29); do busybox seq $((t*200+1)) $((t*200+200)); \
                  busybox sleep 0.2; done; busybox sleep 30";
    lab.run("turns", &["--log-opt", "max-size=100k", "--log-opt", "max-file=5"], script);
    let targets = lab.log_targets(&["turns"]).await;
    let over = |batch: &LogBatch| batch.lines.last().is_some_and(|line| line.text == "6000");
    let mut all = read_batches(lab.source.logs(targets, READ_AND_FOLLOW), over).await;
    // A single repeated line is indistinguishable from an equal line with the same time.
    all.lines.dedup();
    let wanted: Vec<_> = (1..=6000).map(|n| n.to_string()).collect();
    assert_eq!(all.lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>(), wanted);
}

//! Logs of real containers: merged, followed across restarts, and ended.

use super::lab::{Lab, must};
use futures::{StreamExt, stream::BoxStream};
use portolan::{
    model::{Failure, LogBatch, LogStart, LogStream},
    source::Source,
};
use std::time::Duration;

const ALL: LogStart = LogStart { since: None, until: None, tail: usize::MAX, follow: false };
const FOLLOW: LogStart = LogStart { follow: true, ..ALL };

/// Reads until the stream ends or `enough`.
async fn read(
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

fn texts(batch: &LogBatch) -> Vec<String> {
    batch.lines.iter().map(|l| format!("{} {}", l.label, l.text)).collect()
}

#[tokio::test]
async fn lines_of_several_containers_come_in_order_of_time() {
    let Some(lab) = Lab::open() else { return };
    lab.run(
        "a",
        &[],
        "echo one; busybox sleep 1; echo two >&2; busybox sleep 0.2; busybox printf 'bad \\377 \\033[31mred\\n'",
    );
    lab.run("b", &["-t"], "busybox sleep 0.2; echo three; busybox sleep 0.6; busybox printf '10%%\\r20%%'");
    lab.run("mute", &["--log-driver", "none"], "echo lost");
    lab.until("b", |i| i.exit.is_some()).await;
    let targets = lab.targets(&["a", "b", "mute"]).await;
    let all = read(lab.source.logs(targets.clone(), ALL), |_| false).await;
    assert!(all.lines.is_sorted_by_key(|l| l.at), "{all:?}");
    let (a, b): (Vec<_>, Vec<_>) = texts(&all).into_iter().partition(|t| t.starts_with('a'));
    assert_eq!(a, ["a one", "a two", "a bad \u{fffd} red"]);
    assert_eq!(b, ["b three", "b 20%"]);
    let two = all.lines.iter().find(|l| l.text == "two").unwrap();
    assert_eq!(two.stream, LogStream::Err);
    assert_eq!(all.notes.len(), 1);
    assert!(all.notes[0].text.contains("log driver none"), "{:?}", all.notes);

    let last = read(lab.source.logs(targets[..1].to_vec(), LogStart { tail: 1, ..ALL }), |_| false).await;
    assert_eq!(texts(&last), ["a bad \u{fffd} red"]);
    let since = Some(two.at);
    let late = read(lab.source.logs(targets[..1].to_vec(), LogStart { since, ..ALL }), |_| false).await;
    assert_eq!(texts(&late), ["a two", "a bad \u{fffd} red"]);
}

#[tokio::test]
async fn a_long_line_is_one_line() {
    let Some(lab) = Lab::open() else { return };
    let script = "busybox head -c 20000 /dev/zero | busybox tr '\\0' x; echo end; echo next";
    lab.run("plain", &[], script);
    lab.run("terminal", &["-t"], script);
    for name in ["plain", "terminal"] {
        lab.until(name, |i| i.exit.is_some()).await;
        let all = read(lab.source.logs(lab.targets(&[name]).await, ALL), |_| false).await;
        let long = "x".repeat(20_000);
        assert_eq!(texts(&all), [format!("{name} {long}end"), format!("{name} next")]);
    }
}

#[tokio::test]
async fn following_ends_with_the_container_and_says_so() {
    let Some(lab) = Lab::open() else { return };
    lab.run("job", &[], "echo begun; busybox sleep 1.5; echo ending; exit 4");
    let all = read(lab.source.logs(lab.targets(&["job"]).await, FOLLOW), |_| false).await;
    assert_eq!(texts(&all), ["job begun", "job ending"]);
    assert_eq!(all.notes.len(), 1);
    assert_eq!(all.notes[0].text, "the container ended with exit code 4");
    assert!(all.notes[0].at.is_some());
}

#[tokio::test]
async fn following_goes_on_when_the_engine_starts_it_again() {
    let Some(lab) = Lab::open() else { return };
    lab.run("loop", &["--restart", "always"], "echo begun; busybox sleep 0.5; exit 1");
    let targets = lab.targets(&["loop"]).await;
    let all = read(lab.source.logs(targets, FOLLOW), |b| b.lines.len() >= 4).await;
    assert!(all.lines.windows(2).all(|pair| pair[0].at < pair[1].at), "{all:?}");
    assert!(all.notes.iter().any(|n| n.text.contains("exit code 1")), "{:?}", all.notes);
}

#[tokio::test]
async fn a_container_that_goes_is_a_note_and_others_go_on() {
    let Some(lab) = Lab::open() else { return };
    lab.run("gone", &[], "echo here");
    lab.run("stays", &[], "echo here");
    lab.until("stays", |i| i.exit.is_some()).await;
    let targets = lab.targets(&["gone", "stays"]).await;
    must(&["rm", "-f", &lab.full("gone")]);
    let all = read(lab.source.logs(targets, ALL), |_| false).await;
    assert_eq!(texts(&all), ["stays here"]);
    assert_eq!(all.notes[0].text, "the container was removed: its log is gone");
}

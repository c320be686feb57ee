//! Tests with complete, damaged, truncated, oversized and missing recordings.

use super::{Config, open, shifted_snapshot};
use crate::{
    model::{SourceId, Timestamp, fixtures},
    recording::{Frame, Header, RECORDING_SCHEMA, Recording},
};
use jiff::SignedDuration;
use std::time::Duration;

fn header(seconds: u64) -> String {
    serde_json::to_string(&Header::new(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds))).unwrap()
}

fn frame(seconds: u64, source: &str) -> String {
    let frame = Frame::empty(Duration::from_secs(seconds), SourceId::new(source));
    serde_json::to_string(&frame).unwrap()
}

fn read(lines: &[String]) -> Result<Recording, String> {
    Recording::read(lines.join("\n").as_bytes(), "x.jsonl").map_err(|failure| failure.message.to_string())
}

fn faults(recording: &Recording) -> Vec<String> {
    recording.read_failures().iter().map(|failure| failure.message.to_string()).collect()
}

#[test]
fn damaged_lines_are_named_and_left_out() {
    let unknown = frame(2, "a").replace("\"at_ms\"", "\"\\u001b]52;c;x\\u0007\":1,\"at_ms\"");
    let lines = [header(60), frame(1, "a"), "{nonsense".to_owned(), unknown, String::new(), frame(3, "b")];
    let recording = read(&lines).unwrap();
    assert_eq!(recording.sources().len(), 2);
    assert_eq!(recording.length(), Duration::from_mins(1));
    let told = faults(&recording);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("x.jsonl: skipped 2 damaged lines, the first is line 3: "), "{told:?}");
    assert!(!told[0].contains('\u{1b}'));
    let snapshot = recording.snapshot(&SourceId::new("a"), Duration::from_secs(1));
    assert_eq!(snapshot.unread_parts.len(), 1, "what is left out is told of wherever the recording is shown");
    let one = read(&[header(9), frame(1, "a"), frame(2, "a/b"), frame(3, "a")]).unwrap();
    assert!(faults(&one)[0].contains("skipped 1 damaged line: line 3: invalid source name"));
}

#[test]
fn a_recording_that_is_cut_short_plays_up_to_its_end() {
    let last = frame(20, "a");
    let cut = last[..last.len() / 2].to_owned();
    let recording = read(&[header(600), frame(1, "a"), frame(10, "a"), cut]).unwrap();
    assert_eq!(recording.length(), Duration::from_secs(15));
    assert!(faults(&recording)[0].contains("line 4"), "{:?}", faults(&recording));
    let bytes = b"\xff\xfe\xfa".repeat(3);
    let text = [format!("{}\n{}\n", header(600), frame(7, "a")).into_bytes(), bytes].concat();
    let recording = Recording::read(&text[..], "x").unwrap();
    assert_eq!(recording.length(), Duration::from_secs(12));
}

#[test]
fn other_files_are_refused() {
    for (lines, words) in [
        (vec![], "the file is empty"),
        (vec!["\0".repeat(100)], "line 1 is not a recording header"),
        (vec![header(1)], "no source"),
        (vec![header(1).replace(RECORDING_SCHEMA, "\\u001b[2J")], "its format is"),
        (vec![header(1), "x".to_owned()], "skipped 1 damaged line"),
        (vec!["x".repeat(17 << 20)], "longer than"),
    ] {
        let what = read(&lines).unwrap_err();
        assert!(what.contains(words) && !what.contains('\u{1b}'), "{what}");
    }
}

#[test]
fn lines_sources_and_recordings_are_limited() {
    let long = "x".repeat(17 << 20);
    let recording = read(&[header(9), frame(1, "a"), long, frame(2, "b")]).unwrap();
    assert_eq!(recording.sources().len(), 2);
    assert!(faults(&recording)[0].contains("line 3: longer than 16 MiB"));
    let many: Vec<String> = (0..100).map(|n| frame(1, &format!("s{n}"))).collect();
    let recording = read(&[vec![header(9)], many].concat()).unwrap();
    assert_eq!((recording.sources().len(), faults(&recording).len()), (64, 1));
    let blank = " ".repeat(9 << 20);
    let endless: Vec<String> =
        [header(600), frame(1, "a")].into_iter().chain((0..8).map(|_| blank.clone())).collect();
    let recording = read(&endless).unwrap();
    assert!(faults(&recording)[0].contains("larger than 64 MiB"), "{:?}", faults(&recording));
    assert_eq!(recording.length(), Duration::from_secs(6));
}

#[cfg(unix)]
#[test]
fn devices_and_folders_are_no_recordings() {
    for path in ["/dev/zero", "/tmp", "/nowhere"] {
        let failure = open(&Config { path: path.to_owned() }).err().unwrap();
        assert!(
            failure.message.contains(&format!("the recording {path} can't be read")),
            "{}",
            failure.message
        );
    }
}

#[test]
fn paths_of_the_recorded_machine_are_forgotten() {
    let mut web = fixtures::service("web");
    web.profile.compose_files = vec!["/src/shop/compose.yaml".into()];
    let recorded = fixtures::snapshot("docker", vec![web]);
    let first = Frame::between(Duration::from_secs(1), None, &recorded);
    let recording = read(&[header(60), serde_json::to_string(&first).unwrap()]).unwrap();
    let (at, began) = (Duration::from_secs(2), Timestamp::UNIX_EPOCH);
    let shown = shifted_snapshot(&recording, &SourceId::new("docker"), at, SignedDuration::ZERO, began);
    assert_eq!(shown.services.len(), 1);
    assert!(shown.services[0].profile.compose_files.is_empty());
}

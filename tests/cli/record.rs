//! Recording tests: a replay shows the same as the recorded session, so that users can send recordings to
//! colleagues.

use crate::home::{Home, harbour_recording};
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    thread,
    time::{Duration, Instant},
};

#[test]
fn a_recording_shows_what_was_seen() {
    let home = Home::new();
    let file = home.0.join("again.jsonl");
    let recorded = home.run_on_harbour(&["record", file.to_str().unwrap(), "--for", "1s"]);
    assert_eq!(recorded.exit_code, Some(0), "{recorded:?}");
    let replay = format!("source=[{{kind=\"replay\",path=\"{}\"}}]", file.display());
    let before = home.run_on_harbour(&["map", "--format", "json"]).json();
    let after = home.run(&["map", "--format", "json", "--set", &replay]).json();
    for part in ["nodes", "edges"] {
        assert_eq!(after[part], before[part]);
    }
    assert_eq!(after["findings"][0]["reason"], before["findings"][0]["reason"]);
    let lines =
        |text: &str| text.lines().map(|l| l.split_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>();
    let (before, after) =
        (home.run_on_harbour(&["logs", "crane"]), home.run(&["logs", "crane", "--set", &replay]));
    assert_eq!(lines(&after.stdout), lines(&before.stdout));
    assert_eq!(lines(&before.stdout).len(), 3);
}

#[test]
fn a_file_that_can_not_be_written_is_named() {
    let home = Home::new();
    home.run_on_harbour(&["record", "/nonexistent/x.jsonl", "--for", "1s"])
        .assert_exit_and_stderr(2, &["/nonexistent/x.jsonl"]);
}

#[test]
fn a_file_that_is_there_is_replaced_only_with_force() {
    let home = Home::new();
    let file = home.write_file("precious.jsonl", "precious");
    home.run_on_harbour(&["record", &file, "--for", "1s"])
        .assert_exit_and_stderr(2, &["already exists", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    let recorded = home.run_on_harbour(&["record", &file, "--for", "1s", "--force"]);
    assert_eq!(recorded.exit_code, Some(0), "{recorded:?}");
    assert!(fs::read_to_string(&file).unwrap().starts_with("{\"schema\""));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let link = home.0.join("link.jsonl");
    symlink(&file, &link).unwrap();
    home.run_on_harbour(&["record", link.to_str().unwrap(), "--for", "1s", "--force"])
        .assert_exit_and_stderr(2, &["symbolic link"]);
    home.run_on_harbour(&["record", "/dev/full", "--for", "1s", "--force"])
        .assert_exit_and_stderr(2, &["not a regular file"]);
}

#[test]
fn a_recording_that_is_killed_holds_what_there_was() {
    let home = Home::new();
    let file = home.0.join("killed.jsonl");
    let setting = home.replay_setting(&harbour_recording(true));
    let mut recording =
        home.command(&["record", file.to_str().unwrap(), "--for", "10m", "--set", &setting]).spawn().unwrap();
    let began = Instant::now();
    while !fs::read_to_string(&file).is_ok_and(|text| text.contains("chain is broken")) {
        assert!(began.elapsed() < Duration::from_mins(1), "nothing is written");
        thread::sleep(Duration::from_millis(20));
    }
    recording.kill().unwrap();
    recording.wait().unwrap();
    let replay = format!("source=[{{kind=\"replay\",path=\"{}\"}}]", file.display());
    let shown = home.run(&["logs", "crane", "--set", &replay]);
    assert!(shown.stdout.contains("ERROR the chain is broken"), "{shown:?}");
    assert_eq!(
        home.run(&["map", "--format", "json", "--set", &replay]).json()["nodes"].as_array().unwrap().len(),
        2
    );
}

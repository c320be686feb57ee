//! Recording and replaying are inverses: what a user sees can be sent to a colleague and seen again.

use crate::home::Home;

#[test]
fn a_recording_shows_what_was_seen() {
    let home = Home::new();
    let file = home.0.join("again.jsonl");
    let recorded = home.harbour(&["record", file.to_str().unwrap(), "--for", "1s"]);
    assert_eq!(recorded.code, Some(0), "{recorded:?}");
    let replay = format!("source=[{{kind=\"replay\",path=\"{}\"}}]", file.display());
    let before = home.harbour(&["map", "--format", "json"]).json();
    let after = home.run(&["map", "--format", "json", "--set", &replay]).json();
    for part in ["nodes", "edges"] {
        assert_eq!(after[part], before[part]);
    }
    assert_eq!(after["findings"][0]["reason"], before["findings"][0]["reason"]);
    let lines =
        |text: &str| text.lines().map(|l| l.split_once(' ').unwrap().1.to_owned()).collect::<Vec<_>>();
    let (before, after) = (home.harbour(&["logs", "crane"]), home.run(&["logs", "crane", "--set", &replay]));
    assert_eq!(lines(&after.out), lines(&before.out));
    assert_eq!(lines(&before.out).len(), 3);
}

#[test]
fn a_file_that_can_not_be_written_is_named() {
    let home = Home::new();
    home.harbour(&["record", "/nonexistent/x.jsonl", "--for", "1s"]).complains(2, &["/nonexistent/x.jsonl"]);
}

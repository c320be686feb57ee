//! Commands `act` and `audit`: refusals without permission and without a terminal, and the audit log.

use crate::home::Home;
use std::{fs, os::unix::fs::PermissionsExt};

/// Returns the text of the audit log in a home.
fn audit_log(home: &Home) -> String {
    fs::read_to_string(home.0.join("state/portolan/audit.jsonl")).unwrap_or_default()
}

#[test]
fn a_source_that_is_only_read_refuses() {
    let home = Home::new();
    let run = home.run_on_harbour(&["act", "restart", "crane", "--yes", "--reason", "drill"]);
    run.assert_exit_and_stderr(4, &["refused", "actions are off", "nothing was done"]);
    let log = audit_log(&home);
    assert_eq!(log.lines().count(), 1, "{log}");
    let record: serde_json::Value = serde_json::from_str(log.trim()).unwrap();
    assert_eq!((&record["outcome"], &record["action"]), (&"refused".into(), &"restart".into()));
    assert_eq!(record["reason"], "drill");
    let mode = |path: &str| fs::metadata(home.0.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("state/portolan"), mode("state/portolan/audit.jsonl")), (0o700, 0o600));
    let printed = home.run(&["audit"]);
    assert_eq!(printed.exit_code, Some(0));
    assert!(
        printed.stdout.contains("restart docker/quay/crane") && printed.stdout.contains("refused"),
        "{printed:?}"
    );
    assert_eq!(home.run(&["audit", "--format", "json"]).stdout, log);
}

#[test]
fn wrong_use_is_an_error_that_names_the_actions() {
    let home = Home::new();
    home.run(&["act", "explode", "crane"]).assert_exit_and_stderr(2, &["restart, stop, start"]);
    home.run_on_harbour(&["act", "restart", "crne"])
        .assert_exit_and_stderr(2, &["`crne` not found", "crane"]);
    home.run(&["act", "restart", "crane", "--plan", "--yes"])
        .assert_exit_and_stderr(2, &["cannot be used with"]);
    let empty = home.run(&["audit"]);
    assert_eq!((empty.exit_code, empty.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_configuration_permits_actions_in_words() {
    let home = Home::new();
    let setting = format!(
        "source=[{{kind=\"docker\",host=\"unix://{}/x.sock\",actions=\"perhaps\"}}]",
        home.0.display()
    );
    home.run(&["status", "--set", &setting]).assert_exit_and_stderr(2, &["off", "ask", "protected"]);
}

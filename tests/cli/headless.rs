//! Tests of the commands without a screen: they print the same facts as the screens, with meaningful exit
//! codes.

use crate::home::{Home, harbour_recording, harbour_recording_with_lines};
use serde_json::Value;
use std::{io, process::Stdio};

/// Asserts that the JSON object `value` has all `keys`.
#[track_caller]
fn assert_has_keys(value: &Value, keys: &[&str]) {
    let missing: Vec<_> = keys.iter().filter(|key| value.get(**key).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in {value}");
}

#[test]
fn the_demo_is_a_map_in_every_format() {
    let home = Home::new();
    let map = home.run(&["map", "--demo", "--format", "json"]);
    assert_eq!((map.exit_code, map.stderr.as_str()), (Some(0), ""));
    let map = map.json();
    assert_eq!(map["schema"], "portolan.map/1");
    assert_has_keys(&map, &["taken", "sources", "nodes", "edges", "findings"]);
    assert_has_keys(&map["sources"][0], &["id", "kind", "state", "age_s", "error"]);
    assert_eq!(map["sources"][0]["state"], "live");
    assert_has_keys(
        &map["nodes"][0],
        &["id", "name", "kind", "source", "group", "health", "running", "desired"],
    );
    assert_has_keys(&map["edges"][0], &["from", "to", "strength", "evidence"]);
    assert_has_keys(&map["edges"][0]["evidence"][0], &["kind", "place", "detail", "first_seen", "last_seen"]);
    for (format, start) in [
        ("text", "Portolan: map, "),
        ("dot", "digraph portolan {\n"),
        ("mermaid", "---\ntitle: \"Portolan: map, "),
        ("svg", "<svg "),
        ("html", "<!DOCTYPE html>\n"),
        ("csv", "from,to,strength,"),
    ] {
        let ran = home.run(&["map", "--demo", "--format", format]);
        assert_eq!(ran.exit_code, Some(0), "{ran:?}");
        assert!(ran.stdout.len() > 100 && ran.stdout.starts_with(start), "{format}: {}", ran.stdout);
        assert!(!ran.stdout.contains('\u{1b}'), "no escapes in a pipe");
    }
}

/// Every export format names the exported part of the map.
#[test]
fn a_part_of_the_map_is_printed_alone_under_its_name() {
    let home = Home::new();
    let run = |part: &[&str], format: &str| {
        let ran = home.run(&[&["map", "--demo", "--format", format], part].concat());
        assert_eq!(ran.exit_code, Some(0), "{ran:?}");
        ran.stdout
    };
    let whole: Value = serde_json::from_str(&run(&[], "json")).unwrap();
    let (group, named) = ("shop-prod", "group shop-prod");
    for format in ["text", "json", "dot", "mermaid", "svg", "html", "csv"] {
        let part = run(&[group], format);
        assert!(part.contains(named), "{format}: {part}");
        assert!(!part.contains("shop-staging") && !run(&[], format).contains(named), "{format}: {part}");
    }
    let part: Value = serde_json::from_str(&run(&[group], "json")).unwrap();
    assert_eq!((part["part"].as_str(), whole["part"].as_str()), (Some(named), None));
    let is_outside = |node: &&Value| node["group"].is_string() && node["group"] != group;
    assert_eq!(part["nodes"].as_array().unwrap().iter().find(is_outside), None);
    let ran = home.run(&["map", "--demo", "no-such-part"]);
    assert!(ran.exit_code != Some(0) && ran.stderr.contains("`no-such-part` not found"), "{ran:?}");
}

#[test]
fn ascii_prints_nothing_else() {
    let drawing = Home::new().run_on_harbour(&["map", "--ascii"]).stdout;
    assert!(drawing.is_ascii() && drawing.contains("crane"), "{drawing}");
}

#[test]
fn the_exit_code_of_status_says_whether_something_is_wrong() {
    let home = Home::new();
    let broken = home.run_on_harbour(&["status"]);
    assert_eq!(broken.exit_code, Some(1), "{broken:?}");
    assert!(broken.stdout.contains("quay/crane") && broken.stdout.contains("exit code 3"), "{broken:?}");
    let setting = home.replay_setting(&harbour_recording(false));
    let calm = home.run(&["status", "--set", &setting]);
    assert_eq!(calm.exit_code, Some(0), "{calm:?}");
    let json = home.run_on_harbour(&["status", "--format", "json"]);
    assert_eq!((json.exit_code, &json.json()["schema"]), (Some(1), &"portolan.status/1".into()));
}

#[test]
fn the_status_of_the_demo_follows_from_its_findings() {
    let home = Home::new();
    let findings = home.run(&["findings", "--demo", "--format", "json"]).json();
    assert_eq!(findings["schema"], "portolan.findings/1");
    let wrong = findings["findings"].as_array().unwrap().iter().any(|finding| finding["severity"] != "info");
    assert_eq!(home.run(&["status", "--demo"]).exit_code, Some(i32::from(wrong)));
}

#[test]
fn findings_say_what_where_and_what_next() {
    let home = Home::new();
    let table = home.run_on_harbour(&["findings"]);
    assert_eq!(table.exit_code, Some(0));
    assert!(table.stdout.contains("critical") && table.stdout.contains("quay/crane"), "{table:?}");
    let json = home.run_on_harbour(&["findings", "--format", "json"]).json();
    let finding = &json["findings"][0];
    assert_has_keys(
        finding,
        &["kind", "severity", "service", "node", "since", "reason", "suspects", "reach", "next"],
    );
    assert_eq!((&finding["kind"], &finding["severity"]), (&"stopped-with-error".into(), &"critical".into()));
    assert_eq!(finding["node"], "docker/quay/crane");
}

#[test]
fn why_prints_the_evidence() {
    let home = Home::new();
    let why = home.run_on_harbour(&["why", "crane", "quay/store"]);
    assert_eq!(why.exit_code, Some(0));
    assert!(why.stdout.contains("quay/crane calls quay/store: declared"), "{why:?}");
    assert!(why.stdout.contains("environment STORE_URL") && why.stdout.contains("store:80"), "{why:?}");
    let other = home.run_on_harbour(&["why", "store", "crane"]);
    assert!(
        other.stdout.contains("no evidence that") && other.stdout.contains("path: quay/crane → quay/store"),
        "{other:?}"
    );
}

#[test]
fn why_without_an_edge_prints_what_was_searched() {
    let home = Home::new();
    let why = home.run_on_harbour(&["why", "crane", "crane"]);
    assert_eq!(why.exit_code, Some(0));
    assert!(why.stdout.contains("environment variable: 1 address named, none matches quay/crane"), "{why:?}");
    assert!(why.stdout.contains("nothing found for quay/crane: socket"), "{why:?}");
    assert!(why.stdout.contains("connections of quay/crane: not monitored"), "{why:?}");
    let json = home.run_on_harbour(&["why", "store", "crane", "--format", "json"]).json();
    assert_has_keys(&json, &["searched", "from_watched_since", "to_watched_since", "dangling", "rejected"]);
    assert!(json["searched"].as_array().unwrap().iter().all(|kind| kind["places"] == 0), "{json}");
}

#[test]
fn edges_can_be_filtered_in_every_format() {
    let home = Home::new();
    let edges = |filter| {
        let map = home.run_on_harbour(&["map", "--format", "json", "--calls", filter]).json();
        map["edges"].as_array().unwrap().len()
    };
    assert_eq!(["all", "observed", "never-observed", "undeclared"].map(edges), [1, 0, 0, 0]);
    for (format, line) in [("dot", "->"), ("mermaid", "-.->"), ("text", "╌▸")] {
        assert!(home.run_on_harbour(&["map", "--format", format]).stdout.contains(line));
        assert!(
            !home.run_on_harbour(&["map", "--format", format, "--calls", "observed"]).stdout.contains(line)
        );
    }
    home.run_on_harbour(&["map", "--calls", "some"]).assert_exit_and_stderr(2, &["some", "never-observed"]);
}

#[test]
fn logs_come_in_order_and_as_many_as_asked_for() {
    let home = Home::new();
    let logs = home.run_on_harbour(&["logs", "crane"]);
    assert_eq!(logs.exit_code, Some(0));
    let lines: Vec<&str> = logs.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{logs:?}");
    assert!(lines[0].ends_with("lifting") && lines[2].ends_with("stopping"), "{logs:?}");
    assert!(lines.iter().all(|line| line.contains("crane-1")));
    assert_eq!(home.run_on_harbour(&["logs", "crane", "--tail", "1"]).stdout.lines().count(), 1);
    for line in home.run_on_harbour(&["logs", "crane", "--format", "json"]).stdout.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_has_keys(&line, &["schema", "at", "service", "instance", "stream", "text"]);
        assert_eq!(line["schema"], "portolan.log/1");
    }
}

#[test]
fn unreadable_logs_fail_with_a_reason() {
    let home = Home::new();
    let mut without: Value = serde_json::from_str(harbour_recording(true).lines().nth(1).unwrap()).unwrap();
    without["services"][1]["instances"] = Value::Array(Vec::new());
    let recording = format!("{}\n{without}\n", harbour_recording(true).lines().next().unwrap());
    let setting = home.replay_setting(&recording);
    let none = home.run(&["logs", "quay/store", "--set", &setting]);
    none.assert_exit_and_stderr(3, &["no logs: docker/quay/store has no running"]);
    assert_eq!(none.stdout, "");
    let one_of_two = home.run(&["logs", "quay/store", "crane", "--set", &setting]);
    one_of_two.assert_exit_and_stderr(0, &["no logs: docker/quay/store has no running"]);
    assert_eq!(one_of_two.stdout.lines().count(), 3);
}

#[test]
fn events_can_be_filtered_by_kind_and_service() {
    let home = Home::new();
    let events = home.run_on_harbour(&["events", "--since", "100h"]);
    assert_eq!(events.exit_code, Some(0), "{events:?}");
    assert!(events.stdout.contains("quay/crane") && events.stdout.contains("finding"), "{events:?}");
    let only = home.run_on_harbour(&["events", "--since", "100h", "--kind", "finding", "--format", "json"]);
    for line in only.stdout.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_has_keys(
            &line,
            &["schema", "at", "first_at", "count", "source", "node", "name", "kind", "text", "tone"],
        );
        assert_eq!((&line["schema"], &line["kind"]), (&"portolan.event/1".into(), &"finding".into()));
    }
    assert!(only.stdout.lines().count() > 0);
    let other = home.run_on_harbour(&["events", "--since", "100h", "--service", "quay/store"]);
    assert!(!other.stdout.contains("crane"), "{other:?}");
    home.run_on_harbour(&["events", "--kind", "earthquake"]).assert_exit_and_stderr(2, &["out-of-memory"]);
    home.run_on_harbour(&["events", "--service", "nobody"]).assert_exit_and_stderr(2, &["nobody"]);
}

#[test]
fn deployments_are_listed_for_one_service() {
    let home = Home::new();
    let none = home.run_on_harbour(&["deployments", "crane"]);
    assert_eq!((none.exit_code, &*none.stdout), (Some(0), "no deployments known for quay/crane\n"));
    let json = home.run_on_harbour(&["deployments", "quay/store", "--format", "json"]).json();
    assert_has_keys(&json, &["schema", "taken", "service", "versions", "deployments"]);
    home.run_on_harbour(&["deployments", "nobody"]).assert_exit_and_stderr(2, &["nobody"]);
    let demo = home.run(&["deployments", "shop-prod/orders", "--demo"]);
    assert!(demo.stdout.contains("running") && demo.stdout.contains("on orders:"), "{demo:?}");
}

#[test]
fn patterns_are_printed_in_place_of_lines_the_most_frequent_first() {
    let home = Home::new();
    let setting = home.replay_setting(&harbour_recording_with_lines(
        true,
        &[(10, "lifted 3"), (20, "lifted 17"), (30, "ERROR no chain")],
    ));
    let ran = |more: &[&str]| home.run(&[&["logs", "crane", "--patterns", "--set", &setting], more].concat());
    let table = ran(&[]);
    assert_eq!(table.exit_code, Some(0), "{table:?}");
    let rows: Vec<&str> = table.stdout.lines().collect();
    assert!(rows[0].starts_with("COUNT") && rows.len() == 3, "{table:?}");
    assert!(rows[1].starts_with('2') && rows[1].ends_with("lifted <n>"), "{table:?}");
    assert!(
        rows[2].starts_with('1') && rows[2].contains("error") && rows[2].ends_with("no chain"),
        "{table:?}"
    );
    let json = ran(&["--format", "json", "--level", "error"]).json();
    assert_eq!((&json["count"], &json["example"]), (&1.into(), &"no chain".into()));
    assert_eq!(json["new"], Value::Null, "nothing of it runs, so nothing can be told: {json}");
    let none = ran(&["--grep", "sunk"]);
    assert!(none.exit_code == Some(0) && none.stderr.contains("no matches in 3 lines"), "{none:?}");
    ran(&["-f"]).assert_exit_and_stderr(2, &["--follow", "--patterns"]);
}

/// A closed pipe, as after `| head`, is not an error and prints no message.
#[test]
fn it_ends_quietly_when_nobody_reads() {
    let home = Home::new();
    let setting = home.replay_setting(&harbour_recording(true));
    for arguments in [
        &["logs", "-f", "crane"][..],
        &["events", "-f"],
        &["map"],
        &["status"],
        &["completions", "bash"],
        &["doctor"],
    ] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut command = home.command(&[arguments, &["--set", &setting]].concat());
        let output = command.stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.code() == Some(0) && err.is_empty(),
            "{arguments:?}: {:?} {err}",
            output.status
        );
    }
}

#[test]
fn the_sources_can_be_chosen() {
    let home = Home::new();
    assert_eq!(home.run_on_harbour(&["map", "--source", "docker"]).exit_code, Some(0));
    home.run_on_harbour(&["map", "--source", "dokcer"]).assert_exit_and_stderr(2, &["dokcer", "docker"]);
}

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let help = Home::new().run(&["--help"]);
    assert_eq!(help.exit_code, Some(0));
    for word in [
        "map",
        "status",
        "findings",
        "logs",
        "events",
        "deployments",
        "why",
        "need",
        "handbook",
        "doctor",
        "record",
        "collect",
        "completions",
        "man",
        "Exit codes",
    ] {
        assert!(help.stdout.contains(word), "{word} is not in {}", help.stdout);
    }
    assert!(Home::new().run(&["--version"]).stdout.contains(env!("CARGO_PKG_VERSION")));
}

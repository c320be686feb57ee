//! Tests of wrong usage, configuration and recordings: exit code 2 or 3, and a message that names the remedy.

use crate::home::{Home, harbour_recording};

#[test]
fn usage() {
    let home = Home::new();
    home.run(&["frobnicate"]).assert_exit_and_stderr(2, &["frobnicate"]);
    home.run(&["map", "--wait", "soon"]).assert_exit_and_stderr(2, &["soon", "90s"]);
    home.run(&["logs"]).assert_exit_and_stderr(2, &["<TARGET>"]);
    home.run(&["map", "--demo", "--format", "pdf"]).assert_exit_and_stderr(2, &["pdf", "mermaid"]);
}

#[test]
fn unknown_service_names_get_suggestions() {
    let home = Home::new();
    home.run_on_harbour(&["why", "crnae", "store"])
        .assert_exit_and_stderr(2, &["crnae", "did you mean quay/crane?"]);
    home.run_on_harbour(&["logs", "stroe"]).assert_exit_and_stderr(2, &["stroe", "did you mean quay/store?"]);
}

#[test]
fn unknown_configuration_keys_get_suggestions() {
    let home = Home::new();
    home.run(&["map", "--set", "thme=day"]).assert_exit_and_stderr(2, &["thme", "did you mean `theme`"]);
    home.run(&["map", "--set", "theme"]).assert_exit_and_stderr(2, &["theme", "key=value"]);
    let file = home.write_file("c.toml", "log_memory = 3\n");
    let ignored = "unknown setting `log_memory` ignored; did you mean `log-memory`?";
    home.run(&["map", "--demo", "--config", &file])
        .assert_exit_and_stderr(0, &[&format!("{file}:1: {ignored}")]);
    home.write_file("config/portolan/config.toml", "mous = false\n");
    home.run(&["map", "--demo"]).assert_exit_and_stderr(0, &["mous", "did you mean `mouse`"]);
}

#[test]
fn files_that_can_not_be_read() {
    let home = Home::new();
    let file = home.write_file("c.toml", "theme = [\n");
    home.run(&["map", "--config", &file]).assert_exit_and_stderr(2, &[&file, "TOML"]);
    home.run(&["map", "--config", "/nonexistent/c.toml"])
        .assert_exit_and_stderr(2, &["/nonexistent/c.toml", "--config"]);
    let source = "source=[{kind=\"replay\",path=\"/nonexistent/r.jsonl\"}]";
    home.run(&["map", "--set", source])
        .assert_exit_and_stderr(3, &["/nonexistent/r.jsonl", "portolan record"]);
}

#[test]
fn invalid_recordings_are_rejected() {
    let home = Home::new();
    let cut = harbour_recording(true).replace("\"at_ms\"", "\"at\"");
    let later = harbour_recording(true).replace("portolan.recording/1", "portolan.recording/9");
    for (text, words) in [
        ("", &["empty"][..]),
        ("\u{0}\u{1}not a recording\n", &["line 1"]),
        (&cut, &["line 2"]),
        (&later, &["portolan.recording/9", "portolan.recording/1"]),
    ] {
        let setting = home.replay_setting(text);
        home.run(&["map", "--set", &setting])
            .assert_exit_and_stderr(3, &[words, &["harbour.jsonl"]].concat());
    }
}

#[test]
fn invalid_settings_are_named() {
    let home = Home::new();
    home.run(&["map", "--set", "log-memory=\"much\""]).assert_exit_and_stderr(2, &["log-memory"]);
    home.run(&["map", "--set", "source=[{kind=\"dokcer\"}]"])
        .assert_exit_and_stderr(2, &["dokcer", "docker"]);
    let unknown = home.run(&["map", "--set", "source=[{kind=\"docker\",hots=\"x\"}]"]);
    unknown.assert_exit_and_stderr(2, &["hots", "host"]);
}

#[test]
fn a_period_or_a_service_without_lines_is_not_silent() {
    let home = Home::new();
    let logs = |options: &[&str]| home.run(&[&["logs", "--demo", "shop-prod/orders"], options].concat());
    logs(&["--since", "10m", "--until", "1h"]).assert_exit_and_stderr(2, &["is not before --until"]);
    logs(&["--since", "2999-01-01"]).assert_exit_and_stderr(2, &["2999-01-01", "is in the future"]);
    logs(&["--tail", "x"]).assert_exit_and_stderr(2, &["--tail", "a number of lines"]);
    logs(&["--field", "status>=high"]).assert_exit_and_stderr(2, &["`high` is no number"]);
    home.run(&["events", "--demo", "--since", "2999-01-01"]).assert_exit_and_stderr(2, &["is in the future"]);
    // The image of this service is missing, so the service has never run.
    home.run(&["logs", "--demo", "shop-prod/search-indexer"]).assert_exit_and_stderr(0, &["no log lines"]);
    home.run(&["logs", "--demo", "orders"])
        .assert_exit_and_stderr(2, &["ambiguous", "shop-prod/orders, shop-staging/orders"]);
    home.run(&["logs", "--demo", "zookeeper"])
        .assert_exit_and_stderr(2, &["`zookeeper` not found", "lists all names"]);
}

#[test]
fn an_edge_from_the_internet_is_a_sentence() {
    let why = Home::new().run(&["why", "--demo", "internet", "shop-public"]);
    assert!(why.stdout.contains("internet-facing address routes to shop-public"), "{why:?}");
}

#[test]
fn the_configuration_is_printed_as_it_is_and_as_it_is_used() {
    let home = Home::new();
    let default = home.run(&["config"]);
    assert_eq!((default.exit_code, default.stdout.contains("# Colours:")), (Some(0), true), "{default:?}");
    home.write_file("config/portolan/config.toml", "theme = \"day\"\n");
    let used = home.run(&["config", "--effective", "--set", "log-memory=7"]).stdout;
    assert!(used.contains("theme = \"day\"") && used.contains("log-memory = 7"), "{used}");
    let help = home.run(&["logs", "--help"]).stdout;
    assert!(help.find("--follow") < help.find("Options of every command"), "{help}");
    assert!(help.find("Options of every command") < help.find("--profile"), "{help}");
}

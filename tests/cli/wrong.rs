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
    home.run(&["map", "--config", &file])
        .assert_exit_and_stderr(2, &["log_memory", "did you mean `log-memory`"]);
    home.write_file("config/portolan/config.toml", "mous = false\n");
    home.run(&["map"]).assert_exit_and_stderr(2, &["mous", "did you mean `mouse`"]);
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

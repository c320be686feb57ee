//! Tests of wrong usage, configuration and recordings: exit code 2 or 3, and a message that names the remedy.

use crate::home::{Home, harbour};

#[test]
fn usage() {
    let home = Home::new();
    home.run(&["frobnicate"]).complains(2, &["frobnicate"]);
    home.run(&["map", "--wait", "soon"]).complains(2, &["soon", "90s"]);
    home.run(&["logs"]).complains(2, &["<TARGET>"]);
    home.run(&["map", "--demo", "--format", "pdf"]).complains(2, &["pdf", "mermaid"]);
}

#[test]
fn names_that_nothing_has() {
    let home = Home::new();
    home.harbour(&["why", "crnae", "store"]).complains(2, &["crnae", "did you mean quay/crane?"]);
    home.harbour(&["logs", "stroe"]).complains(2, &["stroe", "did you mean quay/store?"]);
}

#[test]
fn keys_that_nobody_knows() {
    let home = Home::new();
    home.run(&["map", "--set", "thme=day"]).complains(2, &["thme", "did you mean `theme`"]);
    home.run(&["map", "--set", "theme"]).complains(2, &["theme", "key=value"]);
    let file = home.file("c.toml", "log_memory = 3\n");
    home.run(&["map", "--config", &file]).complains(2, &["log_memory", "did you mean `log-memory`"]);
    home.file("config/portolan/config.toml", "mous = false\n");
    home.run(&["map"]).complains(2, &["mous", "did you mean `mouse`"]);
}

#[test]
fn files_that_can_not_be_read() {
    let home = Home::new();
    let file = home.file("c.toml", "theme = [\n");
    home.run(&["map", "--config", &file]).complains(2, &[&file, "TOML"]);
    home.run(&["map", "--config", "/nonexistent/c.toml"]).complains(2, &["/nonexistent/c.toml", "--config"]);
    let source = "source=[{kind=\"replay\",path=\"/nonexistent/r.jsonl\"}]";
    home.run(&["map", "--set", source]).complains(3, &["/nonexistent/r.jsonl", "portolan record"]);
}

#[test]
fn recordings_that_are_none() {
    let home = Home::new();
    let cut = harbour(true).replace("\"at_ms\"", "\"at\"");
    let later = harbour(true).replace("portolan.recording/1", "portolan.recording/9");
    for (text, words) in [
        ("", &["empty"][..]),
        ("\u{0}\u{1}not a recording\n", &["line 1"]),
        (&cut, &["line 2"]),
        (&later, &["portolan.recording/9", "portolan.recording/1"]),
    ] {
        let setting = home.replaying(text);
        home.run(&["map", "--set", &setting]).complains(3, &[words, &["harbour.jsonl"]].concat());
    }
}

#[test]
fn settings_that_make_no_sense_are_told_by_name() {
    let home = Home::new();
    home.run(&["map", "--set", "log-memory=\"much\""]).complains(2, &["log-memory"]);
    home.run(&["map", "--set", "source=[{kind=\"dokcer\"}]"]).complains(2, &["dokcer", "docker"]);
    let unknown = home.run(&["map", "--set", "source=[{kind=\"docker\",hots=\"x\"}]"]);
    unknown.complains(2, &["hots", "host"]);
}

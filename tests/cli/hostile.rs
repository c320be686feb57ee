//! Hostile text in every input of every command: no output may contain terminal control sequences, not even
//! in a pipe.

use crate::home::{Home, RunOutput, harbour_recording};
use serde_json::Value;

/// Text that writes to the clipboard, clears the screen, sets the title, reverses text, and hides characters
/// in it.
const HOSTILE_TEXT: &str = "\u{1b}]52;c;UFdORUQ=\u{7}\u{1b}[2J\u{9b}31m\u{1b}]0;PWNED\u{7}\u{202e}\u{2066}\u{200b}\u{3164}\r\u{85}\u{2028}";

/// Fields of a recording that accept any text.
const FREE_TEXT_FIELDS: [&str; 10] =
    ["name", "group", "label", "text", "key", "image", "version", "container", "reason", "service"];

/// Returns `value` with hostile text appended to all free text fields and all ids.
fn with_hostile_text(value: Value, field: &str) -> Value {
    match value {
        Value::String(text) if FREE_TEXT_FIELDS.contains(&field) || text.starts_with("docker/") => {
            Value::String(format!("{text}{HOSTILE_TEXT}"))
        }
        Value::Array(all) => all.into_iter().map(|one| with_hostile_text(one, field)).collect(),
        Value::Object(all) => {
            all.into_iter().map(|(key, one)| (key.clone(), with_hostile_text(one, &key))).collect()
        }
        other => other,
    }
}

/// Returns the harbour recording with hostile text in every text field.
fn hostile_recording() -> String {
    let recorded = harbour_recording(true);
    let (head, frames) = recorded.split_once('\n').unwrap();
    let frames =
        frames.lines().map(|line| with_hostile_text(serde_json::from_str(line).unwrap(), "").to_string());
    format!("{head}\n{}\n", frames.collect::<Vec<_>>().join("\n"))
}

/// Asserts that neither output stream contains a character that controls a terminal or hides text.
#[track_caller]
fn assert_harmless(ran: &RunOutput) {
    let harms = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{3164}')
    };
    let found = ran.stdout.replace("\r\n", "\n").find(harms).or(ran.stderr.find(harms));
    assert!(found.is_none() && !ran.stderr.contains("panicked"), "{ran:?}");
}

#[test]
fn a_recording_from_a_stranger() {
    let home = Home::new();
    let setting = home.replay_setting(&hostile_recording());
    let run = |arguments: &[&str]| home.run(&[arguments, &["--set", &setting]].concat());
    let map = run(&["map", "--format", "json"]).json();
    let ids: Vec<&str> =
        map["nodes"].as_array().unwrap().iter().filter_map(|node| node["id"].as_str()).collect();
    let crane = ids.iter().find(|id| id.contains("crane")).unwrap();
    let store = ids.iter().find(|id| id.contains("store")).unwrap();
    for format in ["text", "json", "dot", "mermaid", "svg", "html", "csv"] {
        assert_harmless(&run(&["map", "--format", format]));
    }
    for arguments in [
        &["status"][..],
        &["status", "--format", "json"],
        &["findings"],
        &["findings", "--format", "json"],
        &["events", "--since", "99h"],
        &["events", "--since", "99h", "--format", "json"],
        &["doctor"],
        &["doctor", "--format", "json"],
        &["deployments", crane],
        &["usage", crane],
        &["why", crane, store],
        &["why", store, crane],
        &["why", crane, store, "--format", "json"],
        &["logs", crane],
        &["logs", crane, "--format", "json"],
        &["logs", crane, "--patterns"],
        &["logs", crane, "--patterns", "--format", "json"],
    ] {
        let ran = run(arguments);
        assert_ne!(ran.exit_code, Some(2), "{arguments:?}: {ran:?}");
        assert_harmless(&ran);
    }
}

#[test]
fn a_recording_that_is_broken_by_its_keys() {
    let home = Home::new();
    for (from, to) in [
        ("\"at_ms\"", format!("{:?}", format!("at{HOSTILE_TEXT}"))),
        ("\"schema\"", format!("{:?}", format!("schema{HOSTILE_TEXT}"))),
        ("portolan.recording/1", format!("portolan.recording/{HOSTILE_TEXT}")),
        ("\"via\"", format!("\"via{HOSTILE_TEXT}\"")),
        ("\"environment\"", format!("\"{HOSTILE_TEXT}\"")),
    ] {
        let text = serde_json::to_string(&to).unwrap();
        for to in [&to, text.trim_matches('"'), &to.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007")]
        {
            let setting = home.replay_setting(&harbour_recording(true).replacen(from, to, 1));
            let ran = home.run(&["map", "--set", &setting]);
            assert_ne!(ran.exit_code, Some(0), "{ran:?}");
            assert_harmless(&ran);
        }
    }
}

#[test]
fn arguments_settings_and_files_that_are_echoed() {
    let home = Home::new();
    let named = |text: &str| format!("{text}{HOSTILE_TEXT}");
    let nasty = named("x");
    for arguments in [
        &[nasty.as_str()][..],
        &["map", "--format", &nasty],
        &["map", "--wait", &nasty],
        &["map", "--set", &nasty],
        &["map", "--set", &named("thme=")],
        &["map", "--set", &format!("theme=\"{HOSTILE_TEXT}\"")],
        &["map", "--set", &format!("source=[{{kind=\"replay\",path=\"/{HOSTILE_TEXT}\"}}]")],
        &["map", "--set", &format!("source=[{{kind=\"compose\",path=\"/{}\"}}]", "\\u001b[2Jx")],
        &["map", "--config", &nasty],
        &["map", "--source", &nasty],
        &["why", &nasty, &nasty],
        &["logs", &nasty],
        &["logs", "x", "--grep", &named("(")],
        &["record", &nasty, "--for", &nasty],
        &[&named("--x")],
    ] {
        let ran = home.run(arguments);
        assert_ne!(ran.exit_code, Some(0), "{arguments:?}: {ran:?}");
        assert_harmless(&ran);
        assert_harmless(&home.run_on_harbour(arguments));
    }
    for text in [
        named("them"),
        format!("theme = \"{HOSTILE_TEXT}\"\n"),
        "[[source]]\nkind = \"x\\u001b[2J\"\n".to_owned(),
    ] {
        let file = home.write_file("c.toml", &text);
        assert_harmless(&home.run(&["map", "--config", &file]));
    }
}

#[test]
fn what_the_environment_says_of_engines() {
    let home = Home::new();
    home.write_file("docker/config.json", &serde_json::json!({"currentContext": HOSTILE_TEXT}).to_string());
    for (variable, value) in [
        ("DOCKER_HOST", format!("tcp://{HOSTILE_TEXT}:1")),
        ("DOCKER_HOST", format!("x{HOSTILE_TEXT}://y")),
        ("DOCKER_HOST", format!("unix:///{HOSTILE_TEXT}")),
        ("DOCKER_HOST", String::new()),
        ("DOCKER_CONTEXT", HOSTILE_TEXT.to_owned()),
    ] {
        for arguments in [&["status"][..], &["doctor"], &["doctor", "--format", "json"]] {
            let mut command = home.command(arguments);
            if variable == "DOCKER_CONTEXT" {
                command.env_remove("DOCKER_HOST");
            }
            assert_harmless(&RunOutput::from_output(command.env(variable, &value).output().unwrap()));
        }
    }
}

#[test]
fn a_password_in_an_address_is_not_told() {
    let home = Home::new();
    for (variable, value) in [
        ("DOCKER_HOST", "tcp://user:S3CR@127.0.0.1:9?token=S3CR"),
        ("DOCKER_HOST", "https://user:S3CR@127.0.0.1:9"),
        ("DOCKER_HOST", "ssh://user:S3CR@127.0.0.1"),
        ("DOCKER_HOST", "bogus://user:S3/CR@127.0.0.1#S3CR"),
        ("AWS_ENDPOINT_URL", "http://user:S3CR@127.0.0.1:9/?S3CR"),
    ] {
        for arguments in [&["status"][..], &["doctor"], &["map", "--format", "json", "--wait", "2s"]] {
            let mut command = home.command(arguments);
            command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "x");
            command.env("AWS_REGION", "eu-west-1").env(variable, value);
            let ran = RunOutput::from_output(command.output().unwrap());
            for text in [&ran.stdout, &ran.stderr] {
                assert!(!text.contains("S3CR") && !text.contains("CR@"), "{variable} {arguments:?}: {ran:?}");
            }
        }
    }
}

#[test]
fn a_compose_project_of_a_stranger() {
    let home = Home::new();
    // Compose rejects names that end with a blank, and so does Portolan.
    let nasty = HOSTILE_TEXT
        .trim_end()
        .chars()
        .map(|c| format!("\\U{:08x}", u32::from(c)))
        .collect::<Vec<_>>()
        .concat();
    let text = format!(
        "name: shop\nservices:\n  web:\n    image: \"x{nasty}\"\n    labels: {{\"a{nasty}\": \"b{nasty}\"}}\n    \
         environment: {{\"DB{nasty}_URL\": \"postgres://db{nasty}:5432\", DB_URL: \"postgres://db:5432\"}}\n    \
         depends_on: [db]\n  db: {{image: \"postgres{nasty}\"}}\n"
    );
    let path = home.write_file("shop/compose.yaml", &text);
    let setting = format!("source=[{{kind=\"compose\",path=\"{path}\"}}]");
    for format in ["text", "json", "dot", "mermaid", "svg", "html", "csv"] {
        let ran = home.run(&["map", "--format", format, "--set", &setting]);
        assert_eq!(ran.exit_code, Some(0), "{ran:?}");
        assert_harmless(&ran);
    }
    assert_harmless(&home.run(&["why", "web", "db", "--set", &setting]));
    home.write_file("shop/compose.yaml", &format!("services:\n  \"web{nasty}\": {{image: x}}\n"));
    assert_harmless(&home.run(&["map", "--set", &setting]));
    home.write_file("shop/compose.yaml", &format!("services:\n  web: {{image: x, \"bad{nasty}\": [}}\n"));
    assert_harmless(&home.run(&["map", "--set", &setting]));
}

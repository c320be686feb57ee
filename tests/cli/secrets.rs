//! Secret tests on the command line: passwords in every common form of address, planted in a compose project.
//! None may appear in output, recordings, caches or logs, and the edge to the database must exist.

#[path = "../properties/forms.rs"]
mod forms;

use super::home::Home;
use forms::{ADDRESS_FORMS, COMMAND_LINES, fill_form, must_yield_host};
use serde_json::Value;
use std::{fmt::Write, fs, path::Path};

/// Planted secrets. Each word in them starts with `zz`, so that the tests find every part.
const PLANTED_SECRETS: &[&str] =
    &["zzplain99", "Pzz@zzlate/zz?zz#zz;zz=zz,zz zz:443", "zz'zz\"zz{zz}zz|zz&zz%zz\\zz"];

/// Returns a compose project with one service for each address form and each command line, all calling `db`.
fn compose_project(secret: &str) -> String {
    let mut text = "name: shop\nservices:\n  db: {image: \"postgres:16\"}\n".to_owned();
    for (number, form) in ADDRESS_FORMS.iter().enumerate() {
        let value = fill_form(form, secret, "db").replace('$', "$$");
        let value = serde_json::to_string(&value).unwrap();
        let _ = writeln!(text, "  s{number}: {{image: \"app:1\", environment: {{{}: {value}}}}}", form.key);
    }
    for (number, command) in COMMAND_LINES.iter().enumerate() {
        let word = |word: &&str| word.replace("{h}", "db").replace("{s}", secret).replace('$', "$$");
        let words = serde_json::to_string(&command.iter().map(word).collect::<Vec<_>>()).unwrap();
        let _ = writeln!(text, "  c{number}: {{image: \"app:1\", command: {words}}}");
    }
    text
}

/// Returns the concatenated content of all files below `folder`, except files named `but`.
fn file_contents_below(folder: &Path, but: &str) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all += &file_contents_below(&path, but);
        } else if path.file_name().is_some_and(|name| name != but) {
            all += &String::from_utf8_lossy(&fs::read(&path).unwrap_or_default());
        }
    }
    all
}

#[test]
fn no_output_has_a_planted_secret() {
    for secret in PLANTED_SECRETS {
        let home = Home::new();
        let path = home.write_file("shop/compose.yaml", &compose_project(secret));
        let setting = format!("source=[{{kind=\"compose\",path=\"{path}\"}}]");
        let recording = home.0.join("shop.jsonl");
        let record = ["record", recording.to_str().unwrap(), "--for", "1s"];
        let mut runs: Vec<Vec<&str>> = vec![
            vec!["status"],
            vec!["status", "--format", "json"],
            vec!["findings"],
            vec!["findings", "--format", "json"],
            vec!["events"],
            vec!["why", "s0", "db"],
            vec!["doctor"],
            record.to_vec(),
        ];
        let formats = ["text", "json", "dot", "mermaid", "svg", "html", "csv"];
        runs.extend(formats.map(|format| vec!["map", "--format", format]));
        for run in runs {
            let ran = home.run(&[&run[..], &["--set", &setting]].concat());
            let told = format!("{}{}", ran.stdout, ran.stderr).to_lowercase();
            let at = told.find("zz").map(|at| &told[at.saturating_sub(80)..(at + 80).min(told.len())]);
            assert_eq!(at, None, "{run:?} of {secret}");
        }
        assert!(recording.exists(), "nothing was recorded");
        assert!(
            !file_contents_below(&home.0, "compose.yaml").to_lowercase().contains("zz"),
            "{secret} is on disk"
        );
        let map = home.run(&["map", "--format", "json", "--set", &setting]).json();
        assert_edges_to_db(&map, secret);
    }
}

/// Asserts that every service calls `db` if Portolan must find the host in its form of address.
#[track_caller]
fn assert_edges_to_db(map: &Value, secret: &str) {
    let edges = map["edges"].as_array().unwrap();
    for (number, form) in ADDRESS_FORMS.iter().enumerate().filter(|(_, form)| must_yield_host(form, secret)) {
        let from = format!("/s{number}");
        let is_line = |edge: &&Value| {
            edge["from"].as_str().is_some_and(|id| id.ends_with(&from))
                && edge["to"].as_str().is_some_and(|id| id.ends_with("/db"))
        };
        assert!(edges.iter().any(|edge| is_line(&edge)), "no line for {form:?} with {secret}");
    }
}

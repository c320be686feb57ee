//! Tests of the man pages and shell completions that packages install, and of the version.

use crate::home::{Home, PORTOLAN_BINARY};
use clap::CommandFactory;
use portolan::{
    cache::{CacheDir, save_snapshot},
    cli::args::Cli,
    command::COMMAND_TABLE,
    model::{Snapshot, Timestamp},
};
use std::{path::Path, process::Command};

/// Returns the man page without roff escapes.
fn plain(page: &str) -> String {
    page.replace("\\-", "-")
        .replace("\\fB", "")
        .replace("\\fI", "")
        .replace("\\fR", "")
        .replace("\\*(Aq", "'")
}

#[test]
fn the_man_page_has_every_command_option_and_key() {
    let page = plain(&Home::new().run(&["man"]).stdout);
    for title in [".TH portolan 1", ".SH KEYS", ".SH FILES", ".SH ENVIRONMENT", ".SH EXAMPLES", ".SH EXTRA"] {
        assert!(page.contains(title), "{title} is not in {page}");
    }
    for command in Cli::command().get_subcommands() {
        assert!(page.contains(&format!("portolan-{}(1)", command.get_name())), "{command}");
    }
    for option in Cli::command().get_arguments().filter_map(|option| option.get_long()) {
        assert!(page.contains(&format!("--{option}")), "{option}");
    }
    for command in COMMAND_TABLE.iter().filter(|command| !command.default_keys.is_empty()) {
        assert!(page.contains(command.description), "{}", command.description);
    }
}

#[test]
fn every_command_has_a_man_page() {
    let home = Home::new();
    for command in Cli::command().get_subcommands() {
        let page = plain(&home.run(&["man", command.get_name()]).stdout);
        assert!(page.contains(&command.get_about().unwrap().to_string()), "{page}");
        for option in command.get_arguments().filter_map(|option| option.get_long()) {
            assert!(page.contains(&format!("--{option}")), "{option} is not in {page}");
        }
    }
    home.run(&["man", "lgos"]).assert_exit_and_stderr(2, &["unknown command `lgos`", "use one of: map, "]);
}

#[test]
fn every_shell_has_a_completion_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = Home::new().run(&["completions", shell]);
        assert_eq!(ran.exit_code, Some(0));
        assert!(
            ran.stdout.contains("COMPLETE") && ran.stdout.contains("portolan"),
            "{shell}: {}",
            ran.stdout
        );
    }
}

/// Returns the words that bash offers for the last of `words`, using the script that Portolan prints.
fn words_in_bash(home: &Home, words: &[&str]) -> Vec<String> {
    let script = home.write_file("completion.bash", &home.run(&["completions", "bash"]).stdout);
    let folder = Path::new(PORTOLAN_BINARY).parent().unwrap().to_str().unwrap();
    let line = format!(
        "source {script}; COMP_WORDS=({}); COMP_CWORD={}; _clap_complete_portolan portolan '{}' ''; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.join(" "),
        words.len() - 1,
        words.last().unwrap().trim_matches('\''),
    );
    let mut command = Command::new("bash");
    command.args(["--norc", "-c", &line]).env_clear().envs(home.environment());
    command.env("PATH", format!("{folder}:{}", std::env::var("PATH").unwrap()));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let offered = String::from_utf8(output.stdout).unwrap();
    offered.lines().filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the words that bash offers, without options.
fn names_in_bash(home: &Home, words: &[&str]) -> Vec<String> {
    let mut offered = words_in_bash(home, words);
    offered.retain(|word| !word.starts_with('-'));
    offered
}

/// Saves a snapshot with `services` (group and name), as an earlier run does.
fn remember(home: &Home, services: &[(&str, &str)]) {
    let service = |(group, name): &(&str, &str)| {
        serde_json::json!({
            "id": format!("docker/{group}/{name}"), "group": group, "name": name, "kind": "compose",
            "desired": null, "reported_running": null, "instances": [], "deployments": [], "answers": [],
            "mentions": [], "networks": [], "facts": [],
        })
    };
    let snapshot = serde_json::json!({
        "source": "docker", "taken": Timestamp::now().to_string(),
        "services": services.iter().map(service).collect::<Vec<_>>(), "gateways": [], "events": [], "gaps": [],
    });
    let snapshot: Snapshot = serde_json::from_value(snapshot).unwrap();
    save_snapshot(&CacheDir::new(home.0.join("cache/portolan")), "docker", &snapshot).unwrap();
}

#[test]
fn bash_completes_commands_services_and_sources() {
    let home = Home::new();
    assert_eq!(words_in_bash(&home, &["portolan", "deploy"]), ["deployments"]);
    assert!(words_in_bash(&home, &["portolan", "logs", "o"]).is_empty(), "nothing is known yet");
    remember(&home, &[("shop", "orders"), ("shop", "web"), ("old", "web")]);
    assert_eq!(words_in_bash(&home, &["portolan", "deployments", "o"]), ["orders", "old/web"]);
    assert_eq!(names_in_bash(&home, &["portolan", "usage", "''"]), ["orders", "old/web", "shop/web"]);
    assert_eq!(words_in_bash(&home, &["portolan", "logs", "s"]), ["shop/web", "shop"]);
    assert_eq!(words_in_bash(&home, &["portolan", "map", "--source", "d"]), ["docker"]);
    assert_eq!(words_in_bash(&home, &["portolan", "map", "--format", "m"]), ["mermaid"]);
    assert!(names_in_bash(&home, &["portolan", "--demo", "why", "''"]).len() > 5, "the demo has services");
}

#[test]
fn bash_completes_aws_profiles() {
    let home = Home::new();
    home.write_file("aws/config", "[default]\n[profile prod-readonly]\nregion = eu-west-1\n");
    assert_eq!(words_in_bash(&home, &["portolan", "--profile", "p"]), ["prod-readonly"]);
}

#[test]
fn the_version_tells_the_build() {
    let version = Home::new().run(&["--version"]).stdout;
    assert!(version.starts_with(&format!("portolan {} (", env!("CARGO_PKG_VERSION"))), "{version}");
    assert!(version.contains(" build, ") && version.contains(std::env::consts::ARCH), "{version}");
}

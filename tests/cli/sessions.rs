//! Shells in ECS tasks on a pseudo-terminal: sessions that AWS's plugin has to run, and connections that
//! break.

use crate::{
    home::Home,
    pty::PtyTerminal,
    session_agent::{AgentSwitches, SessionAgent},
};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Replacement for AWS's plugin; its version replaces `VERSION`. It writes down its arguments and its
/// variable, and leaves the terminal in disorder.
const STAND_IN: &str = r#"#!/bin/sh
if [ "$1" = --version ]; then echo VERSION; exit; fi
printf '%s\n' "$@" >"$HOME/arguments"
ps -ww -o args= -p "$$" -p "$PPID" >"$HOME/processes"
printf %s "$AWS_SSM_START_SESSION_RESPONSE" >"$HOME/response"
trap 'echo interrupted' INT
stty cbreak -echo
printf '\033[?1049h\033[?25l'
echo "the plugin runs"
until read -r line; do :; done
exit "$line"
"#;

/// Home with AWS keys, a session agent and, if given, the replacement for the plugin.
struct Stage {
    agent: SessionAgent,
    home: Home,
    folder: PathBuf,
    setting: String,
}

impl Stage {
    /// Sets up an agent, which encrypts its sessions if `encrypts`. `plugin` is the version of the
    /// replacement for the plugin; `None` for no plugin.
    async fn new(encrypts: bool, plugin: Option<&str>) -> Self {
        Self::with_agent(AgentSwitches { encrypts, ..AgentSwitches::default() }, plugin).await
    }

    /// Sets up an agent with these switches.
    async fn with_agent(switches: AgentSwitches, plugin: Option<&str>) -> Self {
        let agent = SessionAgent::listen(switches).await;
        let home = Home::new();
        if let Some(version) = plugin {
            let path = home.write_file("bin/session-manager-plugin", &STAND_IN.replace("VERSION", version));
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let source =
            format!("kind=\"ecs\",endpoint=\"{}\",region=\"us-east-1\",actions=\"ask\"", agent.endpoint);
        Self { agent, folder: home.0.clone(), home, setting: format!("source=[{{{source}}}]") }
    }

    /// Starts the binary with `arguments` and one source. Returns the terminal, the agent and the folder of
    /// the home.
    fn start(self, arguments: &[&str]) -> (PtyTerminal, SessionAgent, PathBuf) {
        let arguments = [arguments, &["--set", &self.setting]].concat();
        let path = format!("{}/bin:{}", self.folder.display(), std::env::var("PATH").unwrap_or_default());
        let variables =
            [("PATH", path.as_str()), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
        (PtyTerminal::start_in(self.home, &arguments, &variables), self.agent, self.folder)
    }
}

/// Returns the only record of the audit log.
fn audit_record(folder: &Path) -> Value {
    let log = fs::read_to_string(folder.join("state/portolan/audit.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    serde_json::from_str(log.trim()).unwrap()
}

/// Returns the calls in a record.
fn calls(record: &Value) -> Vec<&str> {
    record["sent"].as_array().unwrap().iter().filter_map(|call| call["call"].as_str()).collect()
}

/// Returns the content of all files in the state and cache directories as one text.
fn written_text(folder: &Path) -> String {
    let (mut text, mut folders) = (String::new(), vec![folder.join("state"), folder.join("cache")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text += &String::from_utf8_lossy(&fs::read(path).unwrap());
            }
        }
    }
    text
}

/// Asserts that the plugin got the token in its variable, and that no file contains the token.
#[track_caller]
fn assert_token_is_secret(folder: &Path, terminal: &PtyTerminal, agent: &SessionAgent) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let response: Value = serde_json::from_str(&read("response")).unwrap();
    let token = response["TokenValue"].as_str().unwrap();
    assert_eq!((response["SessionId"].as_str(), token), (Some("session-1"), "token-1"), "the second session");
    let task = "2fea63228e99c697d688ad7cf8bdebd5";
    let request = format!(r#"{{"Target":"ecs:shop-prod_{task}_{task}-2989921211"}}"#);
    let expected =
        ["AWS_SSM_START_SESSION_RESPONSE", "us-east-1", "StartSession", "", &request, &agent.endpoint];
    assert_eq!(read("arguments").lines().collect::<Vec<_>>(), expected);
    assert!(read("processes").contains("StartSession"), "{}", read("processes"));
    let seen = String::from_utf8_lossy(&terminal.raw_output()).into_owned();
    for (place, text) in [("argv", read("processes")), ("files", written_text(folder)), ("screen", seen)] {
        assert!(!text.contains(token), "the token is in the {place}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_command_is_run_by_the_plugin_with_the_terminal_as_before() {
    let stage = Stage::new(true, Some("1.2.764.0")).await;
    let (mut terminal, agent, folder) = stage.start(&["exec", "shop-prod/redis", "--yes"]);
    terminal.wait_for_text("the plugin runs");
    assert!(String::from_utf8_lossy(&terminal.raw_output()).contains("the session is encrypted"));
    terminal.type_keys("\u{3}");
    terminal.wait_for_text("interrupted");
    terminal.type_keys("\u{1a}0\n");
    assert_eq!(terminal.wait_for_exit(), 0, "ctrl-z stops neither of the two");
    terminal.assert_restored();
    let record = audit_record(&folder);
    let expected = ["ecs:ExecuteCommand", "ecs:ExecuteCommand for session-manager-plugin 1.2.764.0"];
    assert_eq!((calls(&record), &record["outcome"]), (expected.to_vec(), &"sent".into()));
    assert!(record["verdict"].as_str().unwrap().contains("session-manager-plugin 1.2.764.0"), "{record}");
    assert_eq!(agent.terminated(), ["session-1", "session-1"], "each session is ended");
    assert_token_is_secret(&folder, &terminal, &agent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_fails_or_is_left_by_a_signal_leaves_the_terminal_and_no_session() {
    for (signal, code) in [(None, 2), (Some("TERM"), 128 + 15)] {
        let stage = Stage::new(true, Some("1.2.764.0")).await;
        let (mut terminal, agent, folder) = stage.start(&["exec", "shop-prod/redis", "--yes"]);
        terminal.wait_for_text("the plugin runs");
        match signal {
            Some(name) => terminal.send_signal(name),
            None => terminal.type_keys("3\n"),
        }
        assert_eq!(terminal.wait_for_exit(), code);
        terminal.assert_restored();
        assert_eq!(agent.terminated(), ["session-1", "session-1"], "{signal:?}");
        let record = audit_record(&folder);
        let words = ["why", "verdict"].map(|key| record[key].as_str().unwrap_or_default()).concat();
        let expected = if signal.is_some() { "ended by signal 15" } else { "failed: exit status: 3" };
        assert!(words.contains(expected), "{record}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fitting_plugin_an_encrypted_command_is_refused_in_words() {
    for (plugin, words) in
        [(None, "install it"), (Some("1.2.497.0"), "update it to a version above 1.2.497.0")]
    {
        let stage = Stage::new(true, plugin).await;
        let (mut terminal, agent, folder) = stage.start(&["exec", "shop-prod/redis", "--yes"]);
        assert_ne!(terminal.wait_for_exit(), 0);
        terminal.assert_restored();
        // The text wraps on the terminal.
        let text = terminal.text().replace('\n', "");
        assert!(text.contains(words) && text.contains("session-manager-plugin"), "{text}");
        let record = audit_record(&folder);
        assert_eq!((calls(&record), &record["outcome"]), (vec!["ecs:ExecuteCommand"], &"failed".into()));
        assert_eq!(agent.terminated(), ["session-1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_session_names_the_iam_action_and_its_failed_call_is_in_the_audit_log() {
    for (command, action) in [("exec", "ecs:ExecuteCommand"), ("forward", "ssm:StartSession")] {
        let stage = Stage::with_agent(AgentSwitches { denies: true, ..AgentSwitches::default() }, None).await;
        let port: &[&str] = if command == "forward" { &[":6379"] } else { &[] };
        let arguments = [&[command, "shop-prod/redis", "--yes"], port].concat();
        let (mut terminal, _, folder) = stage.start(&arguments);
        assert_eq!(terminal.wait_for_exit(), 6, "{command}");
        terminal.assert_restored();
        let text = terminal.text().replace('\n', "");
        assert!(text.contains(&format!("allow {action}")), "{text}");
        let record = audit_record(&folder);
        assert_eq!((calls(&record), &record["outcome"]), (vec![action], &"failed".into()));
        assert!(record["sent"][0]["failure"].as_str().unwrap().contains(action), "{record}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_shell_from_the_screen_names_the_iam_action_in_full() {
    let stage = Stage::with_agent(AgentSwitches { denies: true, ..AgentSwitches::default() }, None).await;
    let (mut terminal, _, _) = stage.start(&[]);
    open_shell_from_screen(&mut terminal);
    terminal.wait_for_text("allow ecs:ExecuteCommand");
    terminal.assert_taken_over();
    terminal.type_keys("\u{7}q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

/// Opens a shell in `redis` from the screen, up to its confirmation.
fn open_shell_from_screen(terminal: &mut PtyTerminal) {
    terminal.wait_for_text("redis");
    terminal.type_keys("/redis\r");
    terminal.type_keys("R");
    terminal.wait_for_text("open a shell in redis");
    terminal.type_keys("!");
    terminal.wait_for_text("ctrl-] leaves it");
    terminal.type_keys("y");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_shell_from_the_screen_is_run_by_the_plugin_and_the_screen_comes_back() {
    let stage = Stage::new(true, Some("1.2.764.0")).await;
    let (mut terminal, agent, folder) = stage.start(&[]);
    open_shell_from_screen(&mut terminal);
    terminal.wait_for_text("the plugin runs");
    // On the screen, these keys would end the program.
    terminal.type_keys("\u{3}");
    terminal.wait_for_text("interrupted");
    terminal.type_keys("0\n");
    terminal.wait_for_text("the shell in redis ended in session-manager-plugin 1.2.764.0");
    terminal.assert_taken_over();
    assert_eq!(calls(&audit_record(&folder)).len(), 2);
    assert_token_is_secret(&folder, &terminal, &agent);
    terminal.type_keys("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_restored();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_ends_a_shell_from_the_screen_with_the_reason_and_the_screen_comes_back() {
    let stage = Stage::new(false, None).await;
    let (mut terminal, agent, folder) = stage.start(&[]);
    open_shell_from_screen(&mut terminal);
    // The session drops keys that arrive before the shell is open.
    terminal.wait_for_text("# ");
    // Only the shell prints the two parts as one word. The command leaves the terminal in disorder.
    terminal.type_keys("printf '\\033[?1049h\\033[?1000h'; echo re''ady\r");
    terminal.wait_for_text("ready");
    agent.cut_off();
    terminal.wait_for_text("the connection to the session was lost");
    terminal.wait_for_text("the shell in redis failed");
    terminal.assert_taken_over();
    terminal.type_keys("\u{7}");
    let record = audit_record(&folder);
    assert_eq!((calls(&record), &record["outcome"]), (vec!["ecs:ExecuteCommand"], &"failed".into()));
    assert!(record["why"].as_str().unwrap().contains("can't be resumed"), "{record}");
    terminal.type_keys("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_restored();
}

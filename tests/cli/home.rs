//! Temporary home directory for each run of the binary: no engine, no AWS, and only the configuration that
//! the test writes.

use serde_json::{Value, json};
use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

/// Path of the compiled binary.
pub(crate) const PORTOLAN_BINARY: &str = env!("CARGO_BIN_EXE_portolan");

static HOME_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Temporary home directory, removed on drop.
pub(crate) struct Home(pub(crate) PathBuf);

impl Home {
    pub(crate) fn new() -> Self {
        let name =
            format!("portolan-home-{}-{}", std::process::id(), HOME_COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file into the home and returns its path.
    pub(crate) fn write_file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Returns environment variables that confine a program to this home.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let at = |name: &str| self.0.join(name).to_str().unwrap().to_owned();
        vec![
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", at("")),
            ("XDG_CONFIG_HOME", at("config")),
            ("XDG_STATE_HOME", at("state")),
            ("XDG_CACHE_HOME", at("cache")),
            ("XDG_DATA_HOME", at("data")),
            ("XDG_RUNTIME_DIR", at("run")),
            ("DOCKER_HOST", format!("unix://{}", at("no-engine.sock"))),
            ("DOCKER_CONFIG", at("docker")),
            ("AWS_CONFIG_FILE", at("aws/config")),
            ("AWS_SHARED_CREDENTIALS_FILE", at("aws/credentials")),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("TZ", "UTC".to_owned()),
        ]
    }

    /// Returns a command that runs the binary in this home.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PORTOLAN_BINARY);
        command.args(arguments).env_clear().envs(self.environment()).stdin(Stdio::null());
        command
    }

    /// Runs the binary and waits until it exits.
    pub(crate) fn run(&self, arguments: &[&str]) -> RunOutput {
        RunOutput::from_output(self.command(arguments).output().unwrap())
    }

    /// Runs the binary with the recording of the broken harbour as its only source.
    pub(crate) fn run_on_harbour(&self, arguments: &[&str]) -> RunOutput {
        let setting = self.replay_setting(&harbour_recording(true));
        self.run(&[arguments, &["--set", &setting]].concat())
    }

    /// Writes `recording` to a file and returns the setting that makes it the only source.
    pub(crate) fn replay_setting(&self, recording: &str) -> String {
        format!("source=[{{kind=\"replay\",path=\"{}\"}}]", self.write_file("harbour.jsonl", recording))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Exit code and output of a finished run.
#[derive(Debug)]
pub(crate) struct RunOutput {
    pub(crate) exit_code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl RunOutput {
    pub(crate) fn from_output(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { exit_code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Parses the standard output as JSON. Panics if it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that the run ended with `code`, that standard error contains all `words`, and that it shows no
    /// panic message.
    #[track_caller]
    pub(crate) fn assert_exit_and_stderr(&self, code: i32, words: &[&str]) {
        assert_eq!(self.exit_code, Some(code), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in {self:?}");
        }
        assert!(!self.stderr.contains("panicked") && !self.stderr.contains("RUST_BACKTRACE"), "{self:?}");
    }
}

/// Returns a recording of a crane that calls a store, with three log lines. If `broken`, the crane exited
/// with code 3.
pub(crate) fn harbour_recording(broken: bool) -> String {
    harbour_recording_with_lines(
        broken,
        &[(10, "lifting"), (20, "ERROR the chain is broken"), (30, "stopping")],
    )
}

/// Returns the same recording with other log lines of the crane, each with its second within 02:59.
pub(crate) fn harbour_recording_with_lines(broken: bool, lines: &[(u32, &str)]) -> String {
    let taken = "2026-03-08T03:00:00Z";
    let exit = json!({"code": 3, "ending": "itself", "reason": null, "at": taken});
    let crane = recorded_service(
        "crane",
        if broken { ("failed", exit) } else { ("running", Value::Null) },
        &json!([{
            "via": "environment",
            "place": {"container": null, "key": "environment STORE_URL"},
            "target": {"address": {"scheme": "http", "host": {"Name": "store"}, "port": 80}}
        }]),
    );
    let store = recorded_service("store", ("running", Value::Null), &json!([]));
    let line = |(second, text): &(u32, &str)| {
        json!({"at": format!("2026-03-08T02:59:{second}Z"), "service": "docker/quay/crane", "label": "crane-1",
               "stream": "out", "text": text})
    };
    let lines: Vec<Value> = lines.iter().map(line).collect();
    [
        json!({"schema": "portolan.recording/1", "taken": taken, "length_ms": 600_000}),
        json!({"at_ms": 0, "source": "docker", "services": [crane, store], "gateways": [], "gaps": [],
               "logs": {"lines": lines, "notes": []}}),
    ]
    .map(|line| format!("{line}\n"))
    .concat()
}

fn recorded_service(name: &str, (state, exit): (&str, Value), mentions: &Value) -> Value {
    let id = format!("docker/quay/{name}");
    let network = "docker/quay_default";
    json!({
        "id": id, "group": "quay", "name": name, "kind": "compose", "desired": null, "reported_running": null,
        "instances": [{
            "id": format!("docker/{name}-1"), "name": format!("{name}-1"), "state": state, "check": "none",
            "started": "2026-03-08T02:00:00Z", "exit": exit, "restarts": 0, "version": "1",
            "containers": [{
                "name": name, "image": format!("{name}:1"), "digest": null,
                "log": {"engine": {"container": name}}, "exit": null
            }]
        }],
        "deployments": [],
        "answers": [{"host": {"Name": name}, "port": null, "scope": {"Network": network}, "by": "service-name"}],
        "mentions": mentions, "networks": [network], "facts": []
    })
}

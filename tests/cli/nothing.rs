//! Tests without readable sources: no engine, a silent engine, no AWS. Portolan reports that and never hangs.

use crate::home::{Home, PORTOLAN_BINARY, RunOutput};
use std::{os::unix::net::UnixListener, path::Path, process::Command};

#[test]
fn an_engine_that_is_not_there() {
    let home = Home::new();
    let socket = home.0.join("no-engine.sock");
    for command in [&["map"][..], &["status"], &["findings"], &["map", "--format", "json"]] {
        home.run(command).assert_exit_and_stderr(3, &[socket.to_str().unwrap()]);
    }
    let json = home.run(&["map", "--format", "json"]).json();
    assert_eq!(json["sources"][0]["state"], "failed");
    assert!(json["sources"][0]["error"].as_str().unwrap().contains("no-engine.sock"), "{json}");
}

#[test]
fn an_engine_that_accepts_and_never_answers() {
    let home = Home::new();
    let listener = UnixListener::bind(home.0.join("no-engine.sock")).unwrap();
    home.run(&["map", "--wait", "1s"])
        .assert_exit_and_stderr(3, &["did not respond within 1 s", "portolan doctor"]);
    drop(listener);
}

#[test]
fn an_engine_that_speaks_something_else() {
    let home = Home::new();
    let listener = UnixListener::bind(home.0.join("no-engine.sock")).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Write::write_all(&mut stream, b"220 mail.example.com ESMTP\r\n");
        }
    });
    let ran = home.run(&["map", "--wait", "10s"]);
    assert_eq!(ran.exit_code, Some(3), "{ran:?}");
    assert!(ran.stderr.starts_with("portolan: docker: "), "{ran:?}");
}

#[test]
fn doctor_says_what_was_looked_at_and_what_failed() {
    let home = Home::new();
    let ran = home.run(&["doctor"]);
    assert_eq!(ran.exit_code, Some(3), "{ran:?}");
    for words in ["configuration", "DOCKER_HOST", "AWS_PROFILE", "failed"] {
        assert!(ran.stdout.contains(words), "{words} is not in {}", ran.stdout);
    }
    let demo = home.run(&["doctor", "--demo"]);
    assert_eq!(demo.exit_code, Some(0), "{demo:?}");
    assert!(demo.stdout.contains("  ok "), "{demo:?}");
}

/// Runs without an engine socket in the usual places and without AWS. If this machine has such a socket, the
/// test hides it under a mount.
#[test]
fn no_source_at_all() {
    let home = Home::new();
    let Some(mut command) = command_without_engine(&home) else {
        eprintln!("SKIPPED: an engine's socket is in the usual place, and this user can't hide it (unshare)");
        return;
    };
    let ran = RunOutput::from_output(command.args(["map"]).output().unwrap());
    ran.assert_exit_and_stderr(2, &["no source found", "docker.sock", "AWS_PROFILE", "--demo"]);
}

/// Returns a command without `DOCKER_HOST` and without sockets in the usual places. Returns `None` if this
/// user may not hide them.
fn command_without_engine(home: &Home) -> Option<Command> {
    let sockets = ["/var/run/docker.sock", "/run/podman/podman.sock"];
    let mut command = if sockets.iter().any(|socket| Path::new(socket).exists()) {
        let hide = "mount -t tmpfs none /run && exec \"$0\" \"$@\"";
        let flags =
            if std::env::var("USER").is_ok_and(|user| user == "root") || is_root() { "-m" } else { "-rm" };
        let works = Command::new("unshare").args([flags, "sh", "-c", "mount -t tmpfs none /run"]).status();
        if !works.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut command = Command::new("unshare");
        command.args([flags, "sh", "-c", hide, PORTOLAN_BINARY]);
        command
    } else {
        Command::new(PORTOLAN_BINARY)
    };
    command.env_clear().envs(home.environment().into_iter().filter(|(name, _)| *name != "DOCKER_HOST"));
    Some(command)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

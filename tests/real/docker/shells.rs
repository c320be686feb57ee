//! Sessions in containers of the real engine: commands with output, input, exit code and terminal size, and
//! forwarded ports.

use super::{IDLE_SCRIPT, lab::Lab};
use crate::in_container::{self, assert_echoes, connect, first_target, read_to_end, read_until, type_bytes};
use portolan::{
    model::{ActionPermission, InstanceState},
    operation::SessionTarget,
    source::{
        docker::Config,
        session::{Shell, ShellInput},
    },
};

/// Waits until the container `name` of the lab runs.
pub(super) async fn running(lab: &Lab, name: &str) -> SessionTarget {
    lab.wait_for_instance(name, |i| i.state == InstanceState::Running).await;
    first_target(lab.service(&lab.snapshot().await, name))
}

/// Starts a command in the container `name` of the lab.
pub(super) async fn open_shell(lab: &Lab, name: &str, script: &str, size: Option<(u16, u16)>) -> Shell {
    let target = running(lab, name).await;
    in_container::open_shell(&lab.source, target, &["busybox", "sh", "-c", script], size).await
}

pub(super) fn open_lab() -> Option<Lab> {
    Lab::open_with(&Config { actions: ActionPermission::Ask, ..Config::default() })
}

#[tokio::test]
async fn a_command_gives_both_streams_and_its_exit_code() {
    let Some(lab) = open_lab() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let shell = open_shell(&lab, "web", "echo out; echo err >&2; exit 7", None).await;
    assert_eq!(read_to_end(shell).await, ("out\n".to_owned(), "err\n".to_owned(), Some(7)));
    let shell = open_shell(&lab, "web", "busybox seq 1 20000", None).await;
    let lines = (1..=20_000).map(|number| number.to_string()).collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(read_to_end(shell).await.0, lines);
    let shell = open_shell(&lab, "web", "busybox cat; echo over", None).await;
    type_bytes(&shell, b"typed\n").await;
    shell.input.send(ShellInput::Eof).await.unwrap();
    assert_eq!(read_to_end(shell).await.0, "typed\nover\n");
}

#[tokio::test]
async fn a_terminal_has_the_size_of_the_user_s() {
    let Some(lab) = open_lab() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let script = "busybox sleep 1; busybox stty size; read line; busybox stty size";
    let mut shell = open_shell(&lab, "web", script, Some((91, 33))).await;
    let seen = read_until(&mut shell, "\n").await;
    shell.input.send(ShellInput::Resize(120, 40)).await.unwrap();
    type_bytes(&shell, b"\r").await;
    let rest = read_to_end(shell).await.0;
    assert_eq!(seen, "33 91\r\n");
    assert!(rest.trim_end().ends_with("40 120"), "{rest:?}");
}

#[tokio::test]
async fn a_port_is_reached_at_the_container_s_address_and_as_published() {
    let Some(lab) = open_lab() else { return };
    let echo = "busybox nc -ll -p 7000 -e busybox cat";
    lab.run("inside", &["--network", "bridge"], echo);
    lab.run("published", &["--network", "bridge", "-p", "127.0.0.1::7000"], echo);
    for name in ["inside", "published"] {
        let target = running(&lab, name).await;
        let forward = in_container::open_forward(&lab.source, target.clone(), 7000).await.unwrap();
        let (one, two) = (connect(&forward).await, connect(&forward).await);
        tokio::join!(assert_echoes(one, 300_000, 1), assert_echoes(two, 300_000, 2));
        assert_eq!(forward.end().await, Ok(None));

        let mut refused = in_container::open_forward(&lab.source, target, 7001).await.unwrap();
        let _connection = connect(&refused).await;
        let failure = refused.output.recv().await.unwrap();
        assert!(failure.message.contains("can't be reached"), "{failure:?}");
    }
}

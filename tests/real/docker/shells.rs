//! Commands in containers of the real engine: output, input, exit code and terminal size.

use super::{IDLE_SCRIPT, lab::Lab};
use bytes::Bytes;
use portolan::{
    model::{ActionPermission, InstanceState},
    operation::{ConfirmedShell, ShellPlan, ShellRequest},
    source::{
        Source,
        docker::Config,
        shell::{Shell, ShellInput, ShellOutput},
    },
};

/// Starts a confirmed command in the container `name` of the lab.
async fn open_shell(lab: &Lab, name: &str, script: &str, size: Option<(u16, u16)>) -> Shell {
    let instance = lab.wait_for_instance(name, |i| i.state == InstanceState::Running).await;
    let snapshot = lab.snapshot().await;
    let service = lab.service(&snapshot, name);
    let request = ShellRequest {
        service: service.id.clone(),
        group: None,
        service_label: service.name.clone(),
        instance: instance.id.clone(),
        container: instance.containers[0].name.clone(),
        command: ["busybox", "sh", "-c", script].map(str::to_owned).to_vec(),
        size,
    };
    let operator = lab.source.operator().unwrap();
    let plan = ShellPlan::new(request, operator.place().await.unwrap(), ActionPermission::Ask).unwrap();
    operator.open_shell(&ConfirmedShell::by_flag(plan, None).unwrap()).await.unwrap()
}

/// Reads a shell to its end. Returns standard output, standard error and the exit code.
async fn read_to_end(mut shell: Shell) -> (String, String, Option<i64>) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    while let Some(piece) = shell.output.recv().await {
        match piece {
            ShellOutput::Standard(bytes) => out.extend(bytes),
            ShellOutput::Error(bytes) => err.extend(bytes),
        }
    }
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(out), text(err), shell.end().await.unwrap())
}

fn open_lab() -> Option<Lab> {
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
    shell.input.send(ShellInput::Bytes(Bytes::from_static(b"typed\n"))).await.unwrap();
    shell.input.send(ShellInput::Eof).await.unwrap();
    assert_eq!(read_to_end(shell).await.0, "typed\nover\n");
}

#[tokio::test]
async fn a_terminal_has_the_size_of_the_user_s() {
    let Some(lab) = open_lab() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let script = "busybox sleep 1; busybox stty size; read line; busybox stty size";
    let mut shell = open_shell(&lab, "web", script, Some((91, 33))).await;
    let mut seen = String::new();
    while !seen.contains('\n') {
        let Some(ShellOutput::Standard(bytes)) = shell.output.recv().await else { panic!("{seen:?}") };
        seen += std::str::from_utf8(&bytes).unwrap();
    }
    shell.input.send(ShellInput::Resize(120, 40)).await.unwrap();
    shell.input.send(ShellInput::Bytes(Bytes::from_static(b"\r"))).await.unwrap();
    let rest = read_to_end(shell).await.0;
    assert_eq!(seen, "33 91\r\n");
    assert!(rest.trim_end().ends_with("40 120"), "{rest:?}");
}

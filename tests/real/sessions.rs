//! Sessions in ECS tasks against a test agent, which runs real processes and connects to real ports.

use crate::{
    in_container::{assert_echoes, connect, open_forward, open_shell, read_to_end, read_until, type_bytes},
    session_agent::{AgentSwitches, SessionAgent},
};
use portolan::{
    model::{Failure, InstanceId, ServiceId},
    operation::SessionTarget,
    source::session::{SessionFailure, ShellInput},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::TcpListener,
};

/// Agents: one without faults, one that loses and reorders frames, and one that closes the connection once.
const AGENTS: [AgentSwitches; 3] = [
    GOOD_AGENT,
    AgentSwitches { loss_per_cent: 20, reorders: true, ..GOOD_AGENT },
    AgentSwitches { hang_up_after: Some(12), ..GOOD_AGENT },
];

/// Agent without faults.
const GOOD_AGENT: AgentSwitches = AgentSwitches {
    loss_per_cent: 0,
    reorders: false,
    is_old: false,
    hang_up_after: None,
    hang_up_every: None,
    is_silent: false,
    encrypts: false,
    denies: false,
};

fn target() -> SessionTarget {
    SessionTarget {
        service: ServiceId::new("ecs/cluster/web"),
        group: Some("cluster".into()),
        service_label: "cluster/web".into(),
        instance: InstanceId::new("ecs/cluster/task"),
        container: "app".into(),
    }
}

/// Starts a server that echoes everything it receives. Returns its port.
async fn start_echo_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut reader, mut writer) = connection.split();
                // A client may disconnect at any time.
                let _ = copy(&mut reader, &mut writer).await;
            });
        }
    });
    port
}

/// Returns the output of `seq 1 COUNT` on a terminal.
fn numbered_lines(count: u32) -> String {
    let lines: Vec<String> = (1..=count).map(|number| format!("{number}\r\n")).collect();
    lines.concat()
}

#[tokio::test]
async fn a_shell_is_interactive_and_ends_with_its_process() {
    for switches in AGENTS {
        let Some(agent) = SessionAgent::start(switches).await else { return };
        let source = agent.source();
        let script =
            "read go; stty size; read line; stty size; echo got $line; sleep 1000; echo after; seq 1 2000";
        let mut shell = open_shell(&source, target(), &["sh", "-c", script], Some((91, 33))).await;
        // The first size is sent before the first key.
        type_bytes(&shell, b"go\r").await;
        read_until(&mut shell, "33 91\r\n").await;
        shell.input.send(ShellInput::Resize(120, 40)).await.unwrap();
        type_bytes(&shell, b"hello\r").await;
        let seen = read_until(&mut shell, "got hello\r\n").await;
        assert!(seen.contains("40 120\r\n"), "{switches:?}: {seen:?}");
        type_bytes(&shell, b"\x03").await;
        let (rest, _, code) = read_to_end(shell).await;
        assert!(rest.contains("^C"), "{switches:?}: {rest:?}");
        assert_eq!((agent.complaints(), code), (vec![], None), "{switches:?}");
    }
}

#[tokio::test]
async fn twenty_thousand_lines_arrive_in_order() {
    for switches in AGENTS {
        let Some(agent) = SessionAgent::start(switches).await else { return };
        let count = if switches.loss_per_cent > 0 { 2_000 } else { 20_000 };
        let command = ["seq".to_owned(), "1".to_owned(), count.to_string()];
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let shell = open_shell(&agent.source(), target(), &command, None).await;
        let lines = numbered_lines(count);
        assert!(read_to_end(shell).await.0 == lines, "{switches:?}");
        assert_eq!(agent.complaints(), Vec::<String>::new(), "{switches:?}");
    }
}

#[tokio::test]
async fn a_session_survives_more_lost_connections_than_one_restoration_has_attempts() {
    let switches = AgentSwitches { hang_up_every: Some(10), ..GOOD_AGENT };
    let Some(agent) = SessionAgent::start(switches).await else { return };
    let shell = open_shell(&agent.source(), target(), &["seq", "1", "20000"], None).await;
    let lines = numbered_lines(20_000);
    assert!(read_to_end(shell).await.0 == lines);
}

#[tokio::test]
async fn a_session_that_can_not_be_resumed_ends_with_the_reason() {
    let Some(agent) = SessionAgent::start(GOOD_AGENT).await else { return };
    let mut shell = open_shell(&agent.source(), target(), &["sh", "-c", "echo ready; sleep 60"], None).await;
    read_until(&mut shell, "ready").await;
    agent.cut_off();
    while shell.output.recv().await.is_some() {}
    let failure = Failure::from(shell.end().await.unwrap_err());
    assert!(failure.message.contains("can't be resumed"), "{failure:?}");
}

#[tokio::test]
async fn leaving_ends_a_session_whose_agent_is_silent() {
    let switches = AgentSwitches { is_silent: true, ..GOOD_AGENT };
    let Some(agent) = SessionAgent::start(switches).await else { return };
    let shell = open_shell(&agent.source(), target(), &["sh"], Some((80, 24))).await;
    assert_eq!(shell.end().await, Ok(None));
    assert_eq!(agent.terminated(), ["session-1"]);
}

#[tokio::test]
async fn an_encrypted_session_is_ended_before_its_command_starts() {
    let Some(agent) = SessionAgent::start(AgentSwitches { encrypts: true, ..GOOD_AGENT }).await else {
        return;
    };
    let mut shell = open_shell(&agent.source(), target(), &["sh"], None).await;
    assert_eq!(shell.output.recv().await, None);
    assert_eq!(shell.end().await, Err(SessionFailure::Encrypted));
    assert_eq!(agent.terminated(), ["session-1"]);

    let mut forward = open_forward(&agent.source(), target(), 80).await.unwrap();
    assert_eq!(forward.output.recv().await, None);
    let failure = Failure::from(forward.end().await.unwrap_err());
    let command = format!(
        r#"aws --region us-east-1 --endpoint-url {} ssm start-session --target ecs:cluster_task_runtime-1 --document-name AWS-StartPortForwardingSession --parameters '{{"localPortNumber":["1"],"portNumber":["80"]}}'"#,
        agent.endpoint
    );
    assert!(failure.message.contains("KMS") && failure.remedy.contains(&command), "{failure:?}");
    assert_eq!(agent.terminated(), ["session-1", "session-1"]);
}

#[tokio::test]
async fn connections_share_a_forwarded_port() {
    let port = start_echo_server().await;
    for switches in AGENTS {
        let Some(agent) = SessionAgent::start(switches).await else { return };
        let forward = open_forward(&agent.source(), target(), port).await.unwrap();
        let bytes = if switches.loss_per_cent > 0 { 40_000 } else { 2_000_000 };
        let (one, two, three) = (connect(&forward).await, connect(&forward).await, connect(&forward).await);
        tokio::join!(assert_echoes(one, bytes, 1), assert_echoes(two, bytes, 2), assert_echoes(three, 1, 3));
        assert_eq!(forward.end().await, Ok(None), "{switches:?}");
        assert_eq!(agent.complaints(), Vec::<String>::new(), "{switches:?}");
    }
}

#[tokio::test]
async fn an_old_agent_forwards_one_connection_after_the_other() {
    let port = start_echo_server().await;
    let Some(agent) = SessionAgent::start(AgentSwitches { is_old: true, ..GOOD_AGENT }).await else {
        return;
    };
    let forward = open_forward(&agent.source(), target(), port).await.unwrap();
    for seed in 1..4 {
        assert_echoes(connect(&forward).await, 200_000, seed).await;
    }
    assert_eq!(forward.end().await, Ok(None));
    assert_eq!(agent.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn the_end_of_the_port_s_side_reaches_the_local_program() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.write_all(b"goodbye").await.unwrap();
    });
    let Some(agent) = SessionAgent::start(GOOD_AGENT).await else { return };
    let forward = open_forward(&agent.source(), target(), port).await.unwrap();
    let mut received = String::new();
    connect(&forward).await.read_to_string(&mut received).await.unwrap();
    assert_eq!(received, "goodbye");
}

#[tokio::test]
async fn a_refused_port_is_named() {
    // The port was free a moment ago, so nothing listens there.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let Some(agent) = SessionAgent::start(GOOD_AGENT).await else { return };
    let mut forward = open_forward(&agent.source(), target(), port).await.unwrap();
    let mut connection = connect(&forward).await;
    assert_eq!(connection.read(&mut [0; 9]).await.unwrap(), 0, "the local program sees the end");
    let failure = forward.output.recv().await.unwrap();
    assert_eq!(failure.message, format!("port {port} refused a connection"));

    let Some(old) = SessionAgent::start(AgentSwitches { is_old: true, ..GOOD_AGENT }).await else {
        return;
    };
    let mut forward = open_forward(&old.source(), target(), port).await.unwrap();
    assert_eq!(forward.output.recv().await, None);
    let failure = Failure::from(forward.end().await.unwrap_err());
    assert!(failure.message.contains("Unable to connect to specified port"), "{failure:?}");
}

//! Ends of commands in containers of the real engine: input that the command does not read, a user who
//! leaves, and a lost connection.

use super::{
    IDLE_SCRIPT,
    faulty::{Fault, FaultProxy},
    lab::{Lab, run_docker},
    shells::{open_lab, open_shell, running},
};
use crate::in_container::{self, read_to_end, read_until, type_bytes};
use bytes::Bytes;
use portolan::{model::Failure, source::session::ShellInput};

#[tokio::test]
async fn input_that_nothing_reads_holds_up_neither_the_output_nor_the_end() {
    let Some(lab) = open_lab() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    for size in [None, Some((80, 24))] {
        let script =
            "busybox stty raw 2>/dev/null; echo one; busybox sleep 2; echo two; exec busybox sleep 60";
        let mut shell = open_shell(&lab, "web", script, size).await;
        let input = shell.input.clone();
        let typing = tokio::spawn(async move {
            let piece = Bytes::from(vec![b'x'; 4096]);
            while input.send(ShellInput::Bytes(piece.clone())).await.is_ok() {}
        });
        read_until(&mut shell, "two").await;
        let failure = Failure::from(shell.end().await.unwrap_err());
        assert!(failure.message.contains("the command may still run"), "{failure:?}");
        typing.await.unwrap();
    }

    let shell = open_shell(&lab, "web", "busybox sleep 1; exit 3", None).await;
    for _ in 0..64 {
        type_bytes(&shell, &[b'x'; 4096]).await;
    }
    let (.., code) = read_to_end(shell).await;
    assert_eq!(code, Some(3), "the engine resets a connection with unread input");
}

#[tokio::test]
async fn leaving_ends_a_shell_and_adds_nothing_to_the_input() {
    let Some(lab) = open_lab() else { return };
    let id = lab.run("web", &[], IDLE_SCRIPT);
    let mut shell = open_shell(&lab, "web", "busybox tee /typed; exit 5", None).await;
    type_bytes(&shell, b"abc").await;
    read_until(&mut shell, "abc").await;
    assert_eq!(shell.end().await, Ok(Some(5)));
    assert_eq!(run_docker(&["exec", &id, "busybox", "cat", "/typed"]), "abc");

    for says_so in [false, true] {
        let mut shell = open_shell(&lab, "web", "exec busybox sh -i", Some((80, 24))).await;
        // Of the two words, only the shell prints them together. Input that comes before its next prompt may be lost,
        // because the shell then sets the terminal up anew.
        type_bytes(&shell, b"echo re''ady\r").await;
        read_until(&mut shell, "ready\r\n/ # ").await;
        if says_so {
            shell.input.send(ShellInput::Eof).await.unwrap();
            while shell.output.recv().await.is_some() {}
        }
        assert_eq!(shell.end().await, Ok(Some(0)), "after the end of the input: {says_so}");
    }
}

#[tokio::test]
async fn a_lost_connection_is_no_success() {
    let Some(lab) = Lab::open() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let proxy = FaultProxy::start(&lab);
    let docker = proxy.source_with_fault("/start", Fault::CutAfter("ready"));
    let target = running(&lab, "web").await;
    let command = ["busybox", "sh", "-c", "echo ready; exec busybox sleep 60"];
    let mut shell = in_container::open_shell(&docker, target, &command, None).await;
    read_until(&mut shell, "ready").await;
    while shell.output.recv().await.is_some() {}
    let failure = Failure::from(shell.end().await.unwrap_err());
    assert!(failure.message.contains("the command may still run"), "{failure:?}");
}

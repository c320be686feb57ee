//! Tests with engines that are missing, silent or send invalid responses: each failure names a remedy, and
//! nothing hangs.

use super::lab::Lab;
use futures::StreamExt;
use portolan::{
    model::{Failure, FailureKind},
    source::{
        Source,
        docker::{Config, Docker, EngineEndpoint, FoundEngine},
    },
};
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    os::unix::{fs::symlink, net::UnixListener},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

fn source_at(endpoint: EngineEndpoint) -> Docker {
    Docker::new(
        FoundEngine { name: "docker".into(), endpoint, found_by: "a test".into(), warning: None },
        &Config::default(),
    )
}

/// Creates a temporary folder for this test process.
fn temp_folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("portolan-test-{}-{name}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    path
}

async fn poll_failure(docker: &Docker) -> Failure {
    docker.snapshot().await.unwrap_err()
}

#[tokio::test]
async fn a_missing_socket_names_a_remedy() {
    let docker = source_at(EngineEndpoint::Socket("/nowhere/docker.sock".into()));
    let failed = poll_failure(&docker).await;
    assert_eq!(failed.kind, FailureKind::Unreachable);
    assert!(failed.message.contains("unix:///nowhere/docker.sock") && failed.remedy.contains("DOCKER_HOST"));
    assert!(docker.diagnose().await[0].outcome.is_err());
}

#[tokio::test]
async fn an_engine_that_comes_back_is_read_again() {
    if Lab::open().is_none() {
        return;
    }
    let path = temp_folder("back").join("docker.sock");
    let docker = source_at(EngineEndpoint::Socket(path.clone()));
    assert_eq!(poll_failure(&docker).await.kind, FailureKind::Unreachable);
    assert_eq!(docker.change_notifications().next().await, None);
    for _ in 0..2 {
        symlink("/var/run/docker.sock", &path).unwrap();
        assert!(docker.snapshot().await.is_ok());
        fs::remove_file(&path).unwrap();
        assert_eq!(poll_failure(&docker).await.kind, FailureKind::Unreachable);
    }
}

#[tokio::test]
async fn a_dead_socket_is_reported() {
    let path = temp_folder("dead").join("docker.sock");
    drop(UnixListener::bind(&path).unwrap());
    let failed = poll_failure(&source_at(EngineEndpoint::Socket(path))).await;
    assert_eq!(failed.kind, FailureKind::Unreachable);
    assert!(failed.message.contains("connection refused"), "{failed:?}");
}

#[tokio::test]
async fn a_silent_engine_times_out() {
    let path = temp_folder("mute").join("docker.sock");
    let _listener = UnixListener::bind(&path).unwrap();
    let began = Instant::now();
    let failed = poll_failure(&source_at(EngineEndpoint::Socket(path))).await;
    assert_eq!(failed.kind, FailureKind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn an_invalid_response_is_rejected() {
    let address = serve_response(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
    let failed = poll_failure(&source_at(EngineEndpoint::Tcp(address))).await;
    assert_eq!(failed.kind, FailureKind::Invalid, "{failed:?}");
}

#[tokio::test]
async fn tls_to_a_plain_port_fails_with_a_message() {
    let certificates = temp_folder("tls");
    for name in ["ca.pem", "cert.pem", "key.pem"] {
        fs::write(certificates.join(name), "").unwrap();
    }
    let address = serve_response(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let failed = poll_failure(&source_at(EngineEndpoint::Tls { address, certificates })).await;
    assert_eq!(failed.kind, FailureKind::Credentials, "{failed:?}");
}

/// Starts a server that sends `answer` on every connection, and returns its address.
fn serve_response(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer);
        }
    });
    address
}

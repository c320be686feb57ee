//! Fault injection for the Docker source: a proxy breaks one kind of call at a time. The snapshot must name
//! the failure and still show every container.

use super::lab::Lab;
use futures::StreamExt;
use portolan::{
    model::{ActionPermission, FailureKind, LogNoteKind, LogReadOptions, LogTarget, Snapshot},
    source::{
        Source,
        docker::{Config, Docker, EngineEndpoint, FoundEngine},
    },
};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

/// Fault that the proxy injects into a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// Never responds.
    Hang,
    /// Responds with this HTTP status.
    Status(u16),
    /// Responds with a body that is not JSON.
    NotJson,
    /// Sends half of the response, then closes the connection.
    Truncated,
    /// Closes the connection after the engine has sent this text.
    CutAfter(&'static str),
}

const ALL_FAULTS: [Fault; 6] = [
    Fault::Hang,
    Fault::Status(403),
    Fault::Status(404),
    Fault::Status(500),
    Fault::NotJson,
    Fault::Truncated,
];

/// Suffix of the request path to break, with its fault.
type FaultRule = Arc<Mutex<Option<(String, Fault)>>>;

/// Proxy in front of the engine.
pub(super) struct FaultProxy {
    rule: FaultRule,
    socket: PathBuf,
}

impl FaultProxy {
    pub(super) fn start(lab: &Lab) -> Self {
        let socket = std::env::temp_dir().join(format!("{}-proxy.sock", lab.name));
        let _ = std::fs::remove_file(&socket);
        let (listener, rule) = (UnixListener::bind(&socket).unwrap(), FaultRule::default());
        let shared = Arc::clone(&rule);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A client may disconnect at any time.
                let serving = serve(client, Arc::clone(&shared));
                tokio::spawn(async move { serving.await.unwrap_or_default() });
            }
        });
        Self { rule, socket }
    }

    /// Returns a new source. Its calls whose path ends with `call` get `fault`.
    pub(super) fn source_with_fault(&self, call: &str, fault: Fault) -> Docker {
        *self.rule.lock().unwrap() = Some((call.to_owned(), fault));
        let endpoint = EngineEndpoint::Socket(self.socket.clone());
        let found = FoundEngine { name: "docker".into(), endpoint, found_by: "a test".into(), warning: None };
        let config = Config { actions: ActionPermission::Ask, ..Config::default() };
        let docker = Docker::new(found, &config);
        docker.set_time_limit(Duration::from_secs(12));
        docker
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// Serves one request: injects the fault, or forwards the request to the engine.
async fn serve(mut client: UnixStream, rule: FaultRule) -> std::io::Result<()> {
    let (mut request, mut piece) = (Vec::new(), [0; 4_096]);
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match client.read(&mut piece).await? {
            0 => return Ok(()),
            read => request.extend_from_slice(&piece[..read]),
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let fault = rule.lock().unwrap().clone().filter(|(call, _)| path.ends_with(call.as_str()));
    match fault.map(|(_, fault)| fault) {
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Status(status)) => client.write_all(&http_response(status, b"<html>no</html>")).await,
        Some(Fault::NotJson) => client.write_all(&http_response(200, b"hello")).await,
        Some(Fault::CutAfter(text)) => cut_after(text, &request, client).await,
        fault => {
            let mut engine = UnixStream::connect("/var/run/docker.sock").await?;
            let once = text.replacen("\r\n", "\r\nconnection: close\r\n", 1);
            engine.write_all(once.as_bytes()).await?;
            if fault.is_none() {
                return tokio::io::copy_bidirectional(&mut client, &mut engine).await.map(|_| ());
            }
            let mut response = Vec::new();
            engine.read_to_end(&mut response).await?;
            client.write_all(&response[..response.len() / 2]).await
        }
    }
}

/// Forwards a request, and closes the connection after the engine has sent `text`.
async fn cut_after(text: &str, request: &[u8], mut client: UnixStream) -> std::io::Result<()> {
    let mut engine = UnixStream::connect("/var/run/docker.sock").await?;
    engine.write_all(request).await?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_engine, mut to_engine) = engine.split();
    let answer = async {
        let (mut seen, mut piece) = (Vec::new(), [0; 4_096]);
        while !seen.windows(text.len()).any(|window| window == text.as_bytes()) {
            let read = from_engine.read(&mut piece).await?;
            if read == 0 {
                break;
            }
            seen.extend_from_slice(&piece[..read]);
            to_client.write_all(&piece[..read]).await?;
        }
        Ok(())
    };
    tokio::select! {
        answered = answer => answered,
        copied = tokio::io::copy(&mut from_client, &mut to_engine) => copied.map(drop),
    }
}

fn http_response(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// Returns the sorted names of the lab's containers in `snapshot`, without the lab's prefix.
fn container_names(lab: &Lab, snapshot: &Snapshot) -> Vec<String> {
    let names = snapshot.services.iter().flat_map(|service| &service.instances).map(|i| i.name.clone());
    let mut names: Vec<_> = names.filter_map(|name| Some(name.strip_prefix(&lab.name)?.to_owned())).collect();
    names.sort();
    names
}

const IDLE_SCRIPT: &str = "trap 'exit 0' TERM; echo hello; while :; do busybox sleep 0.2; done";

#[tokio::test]
async fn one_broken_call_loses_no_container() {
    let Some(lab) = Lab::open() else { return };
    lab.run("db", &[], IDLE_SCRIPT);
    lab.run("web", &["-e", "DB_URL=postgres://db:5432/x"], IDLE_SCRIPT);
    let broken = lab.run("broken", &["-e", "DB_URL=postgres://db:5432/x"], IDLE_SCRIPT);
    let proxy = FaultProxy::start(&lab);
    let inspect = format!("{broken}/json");
    let calls = ["/_ping", "/version", &inspect, "/events", "/logs", "/archive", "/stats"];
    for call in calls {
        for fault in ALL_FAULTS {
            let snapshot = proxy.source_with_fault(call, fault).snapshot().await;
            let snapshot = snapshot.unwrap_or_else(|failure| panic!("{call} {fault:?}: {failure:?}"));
            let mut expected = vec!["-broken", "-db", "-web"];
            // With status 404 the engine reports the container as removed, and the source has to believe it.
            if call == inspect && fault == Fault::Status(404) {
                expected.remove(0);
            }
            assert_eq!(container_names(&lab, &snapshot), expected, "{call} {fault:?}");
            let web = lab.service(&snapshot, "web");
            assert!(!web.references.is_empty(), "{call} {fault:?}: it was read whole");
            let named = snapshot.unread_parts.iter().any(|gap| gap.name.contains("-broken"));
            let is_named = call == inspect && fault != Fault::Status(404);
            assert_eq!(named, is_named, "{call} {fault:?}: {:?}", snapshot.unread_parts);
        }
    }
}

#[tokio::test]
async fn a_broken_container_list_is_reported() {
    let Some(lab) = Lab::open() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let proxy = FaultProxy::start(&lab);
    for (fault, kind) in [
        (Fault::Hang, FailureKind::Timeout),
        (Fault::Status(403), FailureKind::Denied),
        (Fault::Status(500), FailureKind::Invalid),
        (Fault::NotJson, FailureKind::Invalid),
    ] {
        let docker = proxy.source_with_fault("/containers/json", fault);
        let failure = docker.snapshot().await.unwrap_err();
        assert_eq!(failure.kind, kind, "{fault:?}: {failure:?}");
        *proxy.rule.lock().unwrap() = None;
        assert_eq!(container_names(&lab, &docker.snapshot().await.unwrap()), ["-web"], "{fault:?} is over");
    }
}

#[tokio::test]
async fn a_denied_event_stream_is_an_unread_part() {
    let Some(lab) = Lab::open() else { return };
    lab.run("web", &[], IDLE_SCRIPT);
    let proxy = FaultProxy::start(&lab);
    let docker = proxy.source_with_fault("/events", Fault::Status(403));
    assert_eq!(docker.change_notifications().next().await, None);
    assert!(!docker.pushes_changes(), "it says so");
    let snapshot = docker.snapshot().await.unwrap();
    assert!(
        snapshot.unread_parts.iter().any(|gap| gap.failure.kind == FailureKind::Denied),
        "{:?}",
        snapshot.unread_parts
    );
}

#[tokio::test]
async fn a_stalled_log_ends_with_a_note() {
    let Some(lab) = Lab::open() else { return };
    let id = lab.run("web", &[], IDLE_SCRIPT);
    let snapshot = lab.snapshot().await;
    let service = lab.service(&snapshot, "web");
    let instance = &service.instances[0];
    let target = LogTarget {
        service: service.id.clone(),
        instance: instance.id.clone(),
        label: "web".into(),
        route: instance.containers[0].log_route.clone(),
    };
    let proxy = FaultProxy::start(&lab);
    let docker = proxy.source_with_fault(&format!("{id}/logs"), Fault::Hang);
    let start = LogReadOptions { since: None, until: None, tail: 10, follow: false };
    let batches: Vec<_> = docker.logs(vec![target], start).collect().await;
    let notes = batches.into_iter().flatten().flat_map(|batch| batch.notes);
    assert_eq!(notes.map(|note| note.kind).collect::<Vec<_>>(), [LogNoteKind::Interrupted]);
}

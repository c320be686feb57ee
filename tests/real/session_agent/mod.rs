//! Remote end of ECS Exec on this machine: the calls of ECS and Session Manager that open a session, and the
//! agent of a container, which runs a real process or connects to a real port. The agent can lose and reorder
//! frames, close connections, behave like an old version, and request encryption. Its services and tasks come
//! from a recorded region.

mod backend;
mod frames;
mod link;
mod recorded;

use futures::StreamExt;
use link::{BackendKind, ClientSocket, run_session};
use portolan::model::ActionPermission;
use portolan::source::ecs::{Config, Ecs};
use recorded::recorded_answer;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Sender},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// Reasons why the agent could not accept frames.
pub(crate) type Complaints = Arc<Mutex<Vec<String>>>;

/// Sessions by token. A resumed session has a new token.
type Sessions = Arc<Mutex<BTreeMap<String, Sender<ClientSocket>>>>;

/// Faults and properties of the agent.
#[expect(clippy::struct_excessive_bools, reason = "each is a fault or property of its own")]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AgentSwitches {
    /// Chance that a frame or an acknowledgement is lost, in per cent.
    pub(crate) loss_per_cent: u64,
    /// True if the agent sends later frames before earlier ones.
    pub(crate) reorders: bool,
    /// True if the agent forwards only one connection at a time, as old versions do.
    pub(crate) is_old: bool,
    /// Number of frames after which the agent closes the connection once; `None` for never.
    pub(crate) hang_up_after: Option<usize>,
    /// Number of frames after which the agent closes each connection; `None` for never.
    pub(crate) hang_up_every: Option<usize>,
    /// True if the agent accepts connections but sends nothing.
    pub(crate) is_silent: bool,
    /// True if the agent requests encryption with a KMS key.
    pub(crate) encrypts: bool,
    /// True if the caller may not open sessions.
    pub(crate) denies: bool,
}

/// Running agent, with the API that opens its sessions.
pub(crate) struct SessionAgent {
    /// Address of the API.
    pub(crate) endpoint: String,
    complaints: Complaints,
    terminated: Arc<Mutex<Vec<String>>>,
    is_cut_off: Arc<AtomicBool>,
}

/// State that all connections share.
#[derive(Clone)]
struct Shared {
    switches: AgentSwitches,
    stream_url: String,
    sessions: Sessions,
    complaints: Complaints,
    terminated: Arc<Mutex<Vec<String>>>,
    /// True once all sessions are lost and can't be resumed.
    is_cut_off: Arc<AtomicBool>,
}

impl SessionAgent {
    /// Starts the agent. Returns `None` if there are no AWS keys for the calls and real tests are skipped.
    pub(crate) async fn start(switches: AgentSwitches) -> Option<Self> {
        if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
            assert!(
                std::env::var("PORTOLAN_SKIP_REAL").is_ok_and(|v| v == "1"),
                "no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to `test`, or PORTOLAN_SKIP_REAL=1"
            );
            eprintln!("SKIPPED: AWS_ACCESS_KEY_ID is not set, and PORTOLAN_SKIP_REAL=1");
            return None;
        }
        Some(Self::listen(switches).await)
    }

    /// Starts the agent, for clients that have AWS keys.
    pub(crate) async fn listen(switches: AgentSwitches) -> Self {
        let calls = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let channel = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", calls.local_addr().unwrap());
        let shared = Shared {
            switches,
            stream_url: format!("ws://{}", channel.local_addr().unwrap()),
            sessions: Sessions::default(),
            complaints: Complaints::default(),
            terminated: Arc::default(),
            is_cut_off: Arc::default(),
        };
        let is_cut_off = Arc::clone(&shared.is_cut_off);
        let (complaints, terminated) = (Arc::clone(&shared.complaints), Arc::clone(&shared.terminated));
        let sessions = Arc::clone(&shared.sessions);
        tokio::spawn(async move {
            while let Ok((client, _)) = channel.accept().await {
                tokio::spawn(attach_client(client, Arc::clone(&sessions)));
            }
        });
        tokio::spawn(async move {
            while let Ok((client, _)) = calls.accept().await {
                let shared = shared.clone();
                // A client may disconnect at any time.
                tokio::spawn(async move { answer_call(client, &shared).await.unwrap_or_default() });
            }
        });
        Self { endpoint, complaints, terminated, is_cut_off }
    }

    /// Closes the connections of all sessions. They can't be resumed.
    pub(crate) fn cut_off(&self) {
        self.is_cut_off.store(true, Ordering::SeqCst);
    }

    /// Returns a source whose sessions connect to this agent.
    pub(crate) fn source(&self) -> Ecs {
        let (endpoint, region) = (self.endpoint.clone(), "us-east-1".to_owned());
        let config = Config { endpoint, region, actions: ActionPermission::Ask, ..Config::default() };
        Ecs::new(config, &Arc::default(), None)
    }

    /// Returns the reasons why the agent could not accept frames.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    /// Returns the ids of the sessions that a call has ended.
    pub(crate) fn terminated(&self) -> Vec<String> {
        self.terminated.lock().unwrap().clone()
    }
}

/// Passes a client's WebSocket to its session. The first message must be the token.
async fn attach_client(client: TcpStream, sessions: Sessions) {
    let Ok(mut socket) = accept_async(client).await else { return };
    let Some(Ok(Message::Text(greeting))) = socket.next().await else { return };
    let greeting: Value = serde_json::from_str(&greeting).unwrap_or_default();
    let session = sessions.lock().unwrap().get(greeting["TokenValue"].as_str().unwrap_or_default()).cloned();
    if let Some(session) = session {
        let _ = session.send(socket).await;
    }
}

/// Answers one call.
async fn answer_call(mut client: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    let (head, body) = loop {
        let count = client.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head, body.to_owned());
        }
    };
    let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target:")?.rsplit('.').next());
    let operation = target.map_or_else(|| action_of(&body).to_ascii_lowercase(), str::to_owned);
    let body = serde_json::from_str(&body).unwrap_or_default();
    let (status, answer) = match recorded_answer(&operation, &body) {
        Some(answer) => ("200 OK", answer),
        None => match answer(&operation, &body, shared) {
            Ok(answer) => ("200 OK", answer.to_string()),
            Err(code) => ("400 Bad Request", json!({ "__type": code, "message": operation }).to_string()),
        },
    };
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\n");
    client.write_all(format!("{head}Content-Length: {}\r\n\r\n{answer}", answer.len()).as_bytes()).await
}

/// Returns the operation of a request in the Query protocol.
fn action_of(body: &str) -> &str {
    body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default()
}

/// Returns the response to a call, or the code of its error.
fn answer(operation: &str, body: &Value, shared: &Shared) -> Result<Value, &'static str> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let address = |token: String| json!({ "SessionId": "session-1", "StreamUrl": shared.stream_url, "TokenValue": token });
    Ok(match operation {
        "executecommand" | "startsession" if shared.switches.denies => return Err("AccessDeniedException"),
        "executecommand" => {
            let token = begin(BackendKind::Process(text(&body["command"])), shared);
            json!({ "session": { "sessionId": "session-1", "streamUrl": shared.stream_url, "tokenValue": token } })
        }
        "describetasks" => {
            let container = json!({ "name": "app", "runtimeId": "runtime-1", "lastStatus": "RUNNING" });
            json!({ "tasks": [{ "taskArn": "arn:aws:ecs:us-east-1:1:task/c/t", "containers": [container] }] })
        }
        "startsession" => {
            let port = text(&body["Parameters"]["portNumber"][0]).parse().unwrap_or(0);
            address(begin(BackendKind::Port(port), shared))
        }
        "resumesession" if shared.is_cut_off.load(Ordering::SeqCst) => return Err("DoesNotExistException"),
        "resumesession" => {
            let mut sessions = shared.sessions.lock().unwrap();
            let last = sessions.values().next_back().cloned();
            let token = format!("token-{}", sessions.len());
            sessions.extend(last.map(|session| (token.clone(), session)));
            address(token)
        }
        "terminatesession" => {
            shared.terminated.lock().unwrap().push(text(&body["SessionId"]));
            json!({})
        }
        _ => return Err("UnknownOperationException"),
    })
}

/// Begins a session. Returns its token.
fn begin(kind: BackendKind, shared: &Shared) -> String {
    let (sender, sockets) = mpsc::channel(1);
    let (complaints, is_cut_off) = (Arc::clone(&shared.complaints), Arc::clone(&shared.is_cut_off));
    tokio::spawn(run_session(kind, sockets, shared.switches, complaints, is_cut_off));
    let mut sessions = shared.sessions.lock().unwrap();
    let token = format!("token-{}", sessions.len());
    sessions.insert(token.clone(), sender);
    token
}

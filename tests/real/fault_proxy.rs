//! Proxy in front of the ECS emulator that injects faults into calls, and counts them.

use portolan::source::ecs::{Config, Ecs};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Fault that the proxy injects into a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Responds with this HTTP status and AWS error code.
    Error(u16, &'static str),
    /// Closes the connection without a response.
    Reset,
    /// Sends half of the response body, with a matching content length.
    Truncated,
    /// Delays the response.
    Delayed(Duration),
    /// Responds with this JSON instead of forwarding the call.
    Response(String),
}

/// Operations with the fault to inject into each. `*` stands for every operation.
type FaultRules = Arc<Mutex<Vec<(&'static str, Fault)>>>;

/// Names of the operations of the JSON protocol that reached the proxy, in order.
type SeenCalls = Arc<Mutex<Vec<String>>>;

/// Proxy in front of the emulator.
pub(crate) struct FaultProxy {
    rules: FaultRules,
    seen: SeenCalls,
    address: String,
}

impl FaultProxy {
    pub(crate) async fn start(endpoint: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (rules, seen) = (FaultRules::default(), SeenCalls::default());
        let (upstream, shared) = (endpoint.trim_start_matches("http://").to_owned(), Arc::clone(&rules));
        let calls = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A client may disconnect at any time.
                let serving = serve(client, upstream.clone(), Arc::clone(&shared), Arc::clone(&calls));
                tokio::spawn(async move { serving.await.unwrap_or_default() });
            }
        });
        Self { rules, seen, address }
    }

    pub(crate) fn set_rules(&self, rules: &[(&'static str, Fault)]) {
        *self.rules.lock().unwrap() = rules.to_vec();
    }

    /// Returns the number of calls of `operation` that reached the proxy.
    pub(crate) fn count(&self, operation: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|seen| *seen == operation).count()
    }

    pub(crate) fn source(&self) -> Ecs {
        self.source_with(Config::default())
    }

    /// Returns a source behind the proxy that may use the whole quota.
    pub(crate) fn source_with(&self, config: Config) -> Ecs {
        let (endpoint, region) = (self.address.clone(), "us-east-1".to_owned());
        let config = Config { endpoint, region, start_share: 100, steady_share: 100, ..config };
        Ecs::new(config, &Arc::default(), None)
    }
}

/// Serves one request: injects a fault, or forwards the request to the emulator.
async fn serve(
    mut client: TcpStream,
    upstream: String,
    rules: FaultRules,
    seen: SeenCalls,
) -> std::io::Result<()> {
    let request = read_request(&mut client).await?;
    let text = String::from_utf8_lossy(&request).into_owned();
    seen.lock().unwrap().extend(json_operation(&text));
    let fault = {
        let rules = rules.lock().unwrap();
        rules.iter().find(|(operation, _)| is_call_of(&text, operation)).map(|(_, fault)| fault.clone())
    };
    match fault {
        Some(Fault::Reset) => return Ok(()),
        Some(Fault::Error(status, code)) => {
            let json = format!("{{\"__type\":\"{code}\",\"message\":\"as the test wants it\"}}");
            let xml = format!(
                "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
            );
            let body = if text.contains("Action=") { xml } else { json };
            return client.write_all(&http_response(status, body.as_bytes())).await;
        }
        Some(Fault::Response(json)) => {
            return client.write_all(&http_response(200, json.as_bytes())).await;
        }
        Some(Fault::Delayed(time)) => tokio::time::sleep(time).await,
        _ => {}
    }
    let mut server = TcpStream::connect(&upstream).await?;
    let once = text.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let head = once.len() - text.len();
    let mut bytes = request.clone();
    let end = text.find("\r\n").unwrap_or(0) + 2;
    bytes.splice(end..end, once.as_bytes()[end..end + head].to_vec());
    server.write_all(&bytes).await?;
    let mut response = Vec::new();
    server.read_to_end(&mut response).await?;
    if fault == Some(Fault::Truncated) {
        let body = response.windows(4).position(|w| w == b"\r\n\r\n").map_or(0, |at| at + 4);
        let half = &response[body..body + (response.len() - body) / 2];
        response = http_response(200, half);
    }
    client.write_all(&response).await
}

fn http_response(status: u16, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Returns true if `request` calls `operation`, in the JSON or the Query protocol.
fn is_call_of(request: &str, operation: &str) -> bool {
    operation == "*"
        || request.lines().any(|line| {
            line.to_lowercase().starts_with("x-amz-target:") && line.ends_with(&format!(".{operation}"))
        })
        || request.split(['&', '?', '\n', ' ']).any(|part| part.trim() == format!("Action={operation}"))
}

/// Reads one complete HTTP request.
async fn read_request(from: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut all, mut piece) = (Vec::new(), vec![0; 16_384]);
    loop {
        let read = from.read(&mut piece).await?;
        all.extend_from_slice(&piece[..read]);
        let Some(body) = all.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4) else {
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            continue;
        };
        let head = String::from_utf8_lossy(&all[..body]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        if read == 0 || all.len() >= body + length.unwrap_or(0) {
            return Ok(all);
        }
    }
}

/// Returns the operation that a request of the JSON protocol names; `None` if it names none.
fn json_operation(request: &str) -> Option<String> {
    let header = request.lines().find(|line| line.to_lowercase().starts_with("x-amz-target:"))?;
    header.trim().rsplit('.').next().map(str::to_owned)
}

//! Fault injection for the ECS source: a proxy breaks calls to the emulator. The source must name each
//! failure, keep the rest working, and recover when the faults stop.

use super::ecs::{emulator_endpoint, service};
use portolan::{
    model::{FailureKind, InstanceState, Snapshot},
    source::{
        Source,
        ecs::{Config, Ecs},
    },
};
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
enum Fault {
    /// Responds with this HTTP status and AWS error code.
    Error(u16, &'static str),
    /// Closes the connection without a response.
    Reset,
    /// Sends half of the response body, with a matching content length.
    Truncated,
    /// Delays the response.
    Delayed(Duration),
}

/// Operations to break, each with its fault. `*` stands for every operation.
type FaultRules = Arc<Mutex<Vec<(&'static str, Fault)>>>;

/// Proxy in front of the emulator.
struct FaultProxy {
    rules: FaultRules,
    address: String,
}

impl FaultProxy {
    async fn start(endpoint: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let rules = FaultRules::default();
        let (upstream, shared) = (endpoint.trim_start_matches("http://").to_owned(), Arc::clone(&rules));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A client may disconnect at any time.
                let serving = serve(client, upstream.clone(), Arc::clone(&shared));
                tokio::spawn(async move { serving.await.unwrap_or_default() });
            }
        });
        Self { rules, address }
    }

    fn set_rules(&self, rules: &[(&'static str, Fault)]) {
        *self.rules.lock().unwrap() = rules.to_vec();
    }

    fn source(&self) -> Ecs {
        let (endpoint, region) = (self.address.clone(), "us-east-1".to_owned());
        let shares = (100, 100);
        let config =
            Config { endpoint, region, start_share: shares.0, steady_share: shares.1, ..Config::default() };
        Ecs::new(config, &Arc::default(), None)
    }
}

/// Serves one request: injects a fault, or forwards the request to the emulator.
async fn serve(mut client: TcpStream, upstream: String, rules: FaultRules) -> std::io::Result<()> {
    let request = read_request(&mut client).await?;
    let text = String::from_utf8_lossy(&request).into_owned();
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

/// Polls until the first complete read is done.
async fn poll_until_complete(source: &Ecs) -> Result<Snapshot, portolan::model::Failure> {
    loop {
        let snapshot = source.snapshot().await?;
        if snapshot.progress.is_empty() {
            return Ok(snapshot);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Returns the kinds of failures: those of a snapshot's unread parts, or that of the failed poll.
fn failure_kinds(looked: &Result<Snapshot, portolan::model::Failure>) -> Vec<FailureKind> {
    match looked {
        Ok(snapshot) => snapshot.unread_parts.iter().map(|gap| gap.failure.kind).collect(),
        Err(failure) => vec![failure.kind],
    }
}

/// Polls at most `looks` times until a snapshot has no unread parts. Panics if none has.
async fn poll_until_recovered(source: &Ecs, looks: usize) -> Snapshot {
    let mut last = None;
    for _ in 0..looks {
        // The source neither repeats a recent call nor retries a failed one at once.
        tokio::time::sleep(Duration::from_secs(4)).await;
        match source.snapshot().await {
            Ok(snapshot) if snapshot.unread_parts.is_empty() => return snapshot,
            other => last = Some(failure_kinds(&other)),
        }
    }
    panic!("still amiss: {last:?}");
}

#[tokio::test]
async fn every_fault_is_named_and_followed_by_recovery() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = proxy.source();
    poll_until_complete(&source).await.unwrap();
    let all = ["*", "DescribeServices"];
    for (fault, kinds, operations) in [
        (Fault::Error(400, "ThrottlingException"), &[FailureKind::Throttled][..], &all[..]),
        (Fault::Error(400, "ExpiredTokenException"), &[FailureKind::Credentials], &all[..1]),
        (Fault::Error(400, "AccessDeniedException"), &[FailureKind::Denied], &all[1..]),
        (Fault::Error(500, "ServerException"), &[FailureKind::Unreachable], &all[..1]),
        (Fault::Error(503, "ServiceUnavailable"), &[FailureKind::Unreachable], &all[1..]),
        (Fault::Reset, &[FailureKind::Unreachable, FailureKind::Timeout], &all[..1]),
        (Fault::Truncated, &[FailureKind::Invalid, FailureKind::Unreachable], &all[1..]),
        (Fault::Delayed(Duration::from_secs(20)), &[FailureKind::Timeout], &all[1..]),
    ] {
        for operation in operations.iter().copied() {
            tokio::time::sleep(Duration::from_secs(4)).await;
            proxy.set_rules(&[(operation, fault.clone())]);
            let looked = source.snapshot().await;
            let told = failure_kinds(&looked);
            let right = told.iter().any(|kind| kinds.contains(kind));
            assert!(right, "{operation} {fault:?}: {told:?} {:?}", looked.as_ref().err());
            if let (Ok(snapshot), "DescribeServices") = (&looked, operation) {
                assert!(snapshot.services.len() >= 4, "what was known stays");
            } else if operation == "*" {
                assert!(looked.is_err(), "{fault:?}: nothing was read, and it says it was");
            }
            proxy.set_rules(&[]);
            let snapshot = poll_until_recovered(&source, 6).await;
            let web = service(&snapshot, "harbour", "web");
            assert!(web.instances.iter().any(|i| i.state == InstanceState::Running), "{operation} {fault:?}");
        }
    }
}

#[tokio::test]
async fn each_permission_may_be_missing_alone() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    for operation in [
        "DescribeClusters",
        "ListServices",
        "DescribeServices",
        "ListTasks",
        "DescribeTasks",
        "DescribeTaskDefinition",
        "DescribeTargetGroups",
        "DescribeLoadBalancers",
        "DescribeListeners",
        "DescribeRules",
        "DescribeFlowLogs",
    ] {
        proxy.set_rules(&[(operation, Fault::Error(400, "AccessDeniedException"))]);
        let source = proxy.source();
        let snapshot =
            poll_until_complete(&source).await.unwrap_or_else(|failure| panic!("{operation}: {failure:?}"));
        let named = |gap: &portolan::model::UnreadPart| gap.failure.remedy.contains(operation);
        assert!(snapshot.unread_parts.iter().any(named), "{operation}: {:?}", snapshot.unread_parts);
        assert!(!snapshot.services.is_empty(), "{operation}");
    }
}

#[tokio::test]
async fn the_source_recovers_from_any_mix_of_faults() {
    let Some(endpoint) = emulator_endpoint() else { return };
    let proxy = FaultProxy::start(&endpoint).await;
    let source = proxy.source();
    let calm = poll_until_complete(&source).await.unwrap();
    let operations = ["*", "ListServices", "DescribeServices", "ListTasks", "DescribeTasks", "ListClusters"];
    let faults = [
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(400, "ExpiredTokenException"),
        Fault::Error(400, "AccessDeniedException"),
        Fault::Error(500, "ServerException"),
        Fault::Reset,
        Fault::Truncated,
        Fault::Delayed(Duration::from_millis(700)),
    ];
    let seconds = std::env::var("PORTOLAN_FAULT_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(20);
    let until = tokio::time::Instant::now() + Duration::from_secs(seconds);
    // Deterministic pseudo-random order from a linear congruential generator with Knuth's MMIX constants.
    let mut seed: usize = 1;
    let mut next = |of: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % of
    };
    while tokio::time::Instant::now() < until {
        let rules: Vec<_> = (0..next(3))
            .map(|_| (operations[next(operations.len())], faults[next(faults.len())].clone()))
            .collect();
        proxy.set_rules(&rules);
        if let Ok(snapshot) = source.snapshot().await {
            assert!(snapshot.services.len() >= calm.services.len(), "something is gone under {rules:?}");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    proxy.set_rules(&[]);
    let names = |s: &Snapshot| s.services.iter().map(|s| s.id.clone()).collect::<Vec<_>>();
    assert_eq!(names(&poll_until_recovered(&source, 6).await), names(&calm));
}

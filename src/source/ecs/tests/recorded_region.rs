//! Tests of the whole path from AWS responses to a snapshot, over responses recorded from an emulator. The
//! SDK parses them as usual; only the HTTP connection is replaced.

use crate::{
    model::{
        EndpointOrigin, FailureKind, Health, HealthCheckStatus, InstanceState, LogRoute, RolloutState,
        Service, ServiceKind, Snapshot, SourceId,
    },
    source::ecs::{
        Config,
        client::{api::Api, connect::Clients, failure::AwsTarget, rate_limiter::RateLimiter},
        quota::token_bucket::Shares,
        snapshot::{Caches, take_snapshot},
    },
};
use aws_config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_ecs::config::Credentials;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

/// Function that returns the response body for an operation and its request body.
type RespondFn = fn(&str, &str) -> String;

/// Longest time that a call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(3);

/// API operation whose calls fail in a test, and the way in which they fail.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::ecs) struct BrokenCall {
    /// Name of the operation; empty if none fails.
    pub operation: &'static str,
    pub fault: Fault,
}

/// Way in which a call fails.
#[derive(Clone, Copy, Debug)]
pub(in crate::source::ecs) enum Fault {
    /// The permission is missing.
    Denied,
    /// HTTP status 404 with an HTML page.
    NotFound,
    /// HTTP status 500 without a body.
    ServerError,
    /// HTTP status 200 with an HTML page.
    Nonsense,
    /// The first half of the response.
    HalfResponse,
    /// No response.
    Hang,
}

impl BrokenCall {
    /// Value for a region in which no call fails.
    pub(in crate::source::ecs) const NONE: Self = Self::denied("");

    const fn denied(operation: &'static str) -> Self {
        Self { operation, fault: Fault::Denied }
    }
}

/// HTTP connector that returns recorded responses and breaks one operation.
#[derive(Clone, Debug)]
struct RecordedConnector {
    respond: RespondFn,
    broken: BrokenCall,
}

impl HttpConnector for RecordedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (operation, body) = operation(&request);
        let is_broken = operation == self.broken.operation;
        let whole = || (self.respond)(&operation, &body);
        let (status, body) = match self.broken.fault {
            _ if !is_broken => (200, whole()),
            Fault::Denied => (400, denied_response(&body)),
            Fault::NotFound => (404, "<html><body>Not Found</body></html>".to_owned()),
            Fault::ServerError => (500, String::new()),
            Fault::Nonsense => (200, "<html><body>Welcome</body></html>".to_owned()),
            Fault::HalfResponse => (200, whole().split_at(whole().len() / 2).0.to_owned()),
            Fault::Hang => return HttpConnectorFuture::new(std::future::pending()),
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

/// Returns the operation's name (the path for a REST call) and the request body.
fn operation(request: &HttpRequest) -> (String, String) {
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    let name = match request.headers().get("x-amz-target") {
        Some(target) => target.rsplit('.').next().unwrap().to_owned(),
        None if request.method() == "GET" => {
            let path = request.uri().splitn(4, '/').last().unwrap();
            format!("/{path}")
        }
        None => body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap().to_owned(),
    };
    (name, body)
}

/// Returns "access denied" in the protocol of the request.
fn denied_response(body: &str) -> String {
    if body.starts_with('{') {
        return r#"{"__type":"AccessDeniedException","message":"User is not authorized"}"#.to_owned();
    }
    let error = "<Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized</Message>";
    format!("<ErrorResponse><Error>{error}</Error><RequestId>1</RequestId></ErrorResponse>")
}

/// Returns the recorded response to a call. If several responses are recorded for the operation, the
/// requested resource in `body` selects one.
pub(in crate::source::ecs) fn recorded_response(operation: &str, body: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
    if operation == "DescribeClusters" && !body.contains("shop-prod") {
        return r#"{"clusters":[],"failures":[{"reason":"MISSING"}]}"#.to_owned();
    }
    let file = match operation {
        "ListTasks" => format!("ListTasks.{}.json", text("desiredStatus")),
        "DescribeTaskDefinition" => {
            let arn = text("taskDefinition");
            format!("{operation}.{}.json", arn.rsplit('/').next().unwrap().replace(':', "."))
        }
        "GetService" | "GetNamespace" => format!("{operation}.{}.json", text("Id")),
        _ if json.is_null() => format!("{operation}.xml"),
        _ => format!("{operation}.json"),
    };
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ecs").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

async fn poll(denied: &'static str, clusters: &[&str]) -> Result<Snapshot, crate::model::Failure> {
    poll_region(recorded_response, denied, clusters).await
}

/// Polls a region with the given responses until it is loaded; `denied` names an operation that fails.
pub(in crate::source::ecs) async fn poll_region(
    respond: RespondFn,
    denied: &'static str,
    clusters: &[&str],
) -> Result<Snapshot, crate::model::Failure> {
    poll_api(&api_over(respond, denied).await, clusters).await
}

/// Polls all clusters of a region with the given responses until it is loaded, while one call fails.
pub(in crate::source::ecs) async fn poll_broken_region(
    respond: RespondFn,
    broken: BrokenCall,
) -> Result<Snapshot, crate::model::Failure> {
    poll_api(&api_with_broken_call(respond, broken).await, &[]).await
}

/// Polls until the region is loaded. A later poll that fails leaves the last snapshot, as in the program.
async fn poll_api(api: &Api, clusters: &[&str]) -> Result<Snapshot, crate::model::Failure> {
    let config = Config { clusters: clusters.iter().map(|c| (*c).to_owned()).collect(), ..Config::default() };
    let (caches, id) = (Caches::default(), SourceId::new("ecs"));
    let mut last = take_snapshot(api, &config, &id, &caches, &BTreeSet::new()).await?;
    while !last.progress.is_empty() {
        match take_snapshot(api, &config, &id, &caches, &BTreeSet::new()).await {
            Ok(snapshot) => last = snapshot,
            Err(_) => break,
        }
    }
    Ok(last)
}

/// Returns clients for a region with the given responses; `denied` names an operation that fails.
pub(in crate::source::ecs) async fn api_over(respond: RespondFn, denied: &'static str) -> Api {
    api_with_broken_call(respond, BrokenCall::denied(denied)).await
}

/// Returns clients for a region with the given responses, while one call fails.
pub(in crate::source::ecs) async fn api_with_broken_call(respond: RespondFn, broken: BrokenCall) -> Api {
    let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(CALL_TIMEOUT).build())
        .http_client(http_client_fn(move |_, _| {
            SharedHttpConnector::new(RecordedConnector { respond, broken })
        }))
        .load()
        .await;
    let setting = AwsTarget { region: "us-east-1".into(), ..AwsTarget::default() };
    let gate = RateLimiter::new(SourceId::new("ecs"), Shares::default(), Arc::default());
    Api { clients: Clients::new(&shared, setting), rate_limiter: Arc::new(gate) }
}

fn service<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Service {
    snapshot.services.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn services_and_families_have_their_health() {
    let snapshot = poll("", &[]).await.unwrap();
    assert_eq!(snapshot.unread_parts, []);
    let health: Vec<(&str, &str)> =
        snapshot.services.iter().map(|s| (s.name.as_str(), Health::of_service(s).as_str())).collect();
    let expected = [
        ("db-migrate", "failing"),
        ("nightly-report", "stopped"),
        ("payments", "failing"),
        ("redis", "healthy"),
        ("reindex", "healthy"),
        ("users", "healthy"),
        ("web-edge", "healthy"),
    ];
    assert_eq!(health, expected);
    assert_eq!(service(&snapshot, "reindex").kind, ServiceKind::EcsFamily);
    assert_eq!(service(&snapshot, "users").id.as_str(), "ecs/shop-prod/users");
    assert_eq!(service(&snapshot, "users").running(), 2);
}

#[tokio::test]
async fn a_crash_says_why() {
    let snapshot = poll("", &[]).await.unwrap();
    let payments = service(&snapshot, "payments");
    let crash = payments.instances.iter().find(|i| i.state == InstanceState::Failed).unwrap();
    let exit = crash.exit.as_ref().unwrap();
    assert_eq!(exit.code, Some(1));
    assert_eq!(exit.reason.as_deref(), Some("Essential container in task exited; app exited with code 1"));
    assert_eq!(crash.version.as_deref(), Some("payments:1"));
    assert_eq!(payments.deployments[0].rollout, RolloutState::Completed);
    assert!(
        snapshot.events.iter().any(|e| e.service == payments.id && e.text.contains("exited with code 1"))
    );
}

#[tokio::test]
async fn tasks_show_their_own_containers_and_where_they_log() {
    let snapshot = poll("", &[]).await.unwrap();
    let users = service(&snapshot, "users");
    let task = &users.instances[0];
    assert_eq!(task.health_check, HealthCheckStatus::Healthy);
    let names: Vec<&str> = task.containers.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["app", "migrate"], "AWS's own sidecar is left out");
    let id = task.id.as_str().rsplit('/').next().unwrap();
    let route = LogRoute::CloudWatch {
        group: "/ecs/shop-prod/users".into(),
        stream: Some(format!("app/app/{id}").into()),
        region: None,
    };
    assert_eq!(task.containers[0].log_route, route);
    let fact =
        |label: &str| users.facts.iter().find(|f| f.label.to_string() == label).map(|f| f.value.as_str());
    assert_eq!(fact("app: secrets"), Some("DATABASE_URL, FEATURE_FLAGS"));
    assert_eq!(fact("Service Connect namespace"), Some("shop.internal"));
}

#[tokio::test]
async fn names_come_from_service_connect_and_cloud_map() {
    let snapshot = poll("", &[]).await.unwrap();
    let answers = |name: &str, by: EndpointOrigin| -> Vec<String> {
        let all = service(&snapshot, name).endpoints.iter().filter(move |a| a.origin == by);
        all.map(|a| a.port.map_or(a.host.to_string(), |port| format!("{}:{port}", a.host))).collect()
    };
    assert_eq!(answers("users", EndpointOrigin::ServiceConnect), ["users.shop.internal:8080"]);
    assert_eq!(answers("payments", EndpointOrigin::ServiceConnect), ["payments:8080"]);
    assert_eq!(answers("redis", EndpointOrigin::CloudMap), ["redis.shop.local"]);
    assert_eq!(answers("users", EndpointOrigin::InstanceAddress).len(), 2);
    let networks: Vec<&str> =
        service(&snapshot, "web-edge").networks.iter().map(crate::model::NetworkId::as_str).collect();
    assert_eq!(networks, ["ecs/namespace/shop.internal", "ecs/vpc"]);
}

#[tokio::test]
async fn a_load_balancer_leads_to_its_service() {
    let snapshot = poll("", &[]).await.unwrap();
    let [gateway] = &snapshot.load_balancers[..] else { panic!("{:?}", snapshot.load_balancers) };
    assert_eq!(gateway.name, "shop-public");
    assert!(gateway.internet_facing);
    let [route] = &gateway.routes[..] else { panic!("{:?}", gateway.routes) };
    assert_eq!(route.service.as_str(), "ecs/shop-prod/web-edge");
    assert_eq!((route.port, route.rule.as_str()), (Some(80), "default rule"));
}

#[tokio::test]
async fn a_denied_call_gives_an_unread_part_and_keeps_the_rest() {
    for (denied, what) in [
        ("DescribeTasks", "tasks of shop-prod"),
        ("ListTasks", "tasks of shop-prod"),
        ("DescribeServices", "services of shop-prod"),
        ("DescribeTaskDefinition", "task definitions"),
        ("DescribeTargetGroups", "load balancers"),
        ("DescribeClusters", "cluster settings"),
        ("GetNamespace", "Cloud Map names"),
        ("DescribeFlowLogs", "VPC flow logs"),
        ("ListMetrics", "Service Connect metrics"),
    ] {
        let snapshot = poll(denied, &[]).await.unwrap();
        let gap = snapshot.unread_parts.iter().find(|g| g.name == what).unwrap_or_else(|| panic!("{denied}"));
        assert_eq!(gap.failure.kind, FailureKind::Denied, "{denied}");
        assert!(gap.failure.remedy.contains(denied), "{}", gap.failure.remedy);
        assert!(!snapshot.services.is_empty(), "{denied}");
    }
}

#[tokio::test]
async fn without_tasks_the_counts_still_hold() {
    let snapshot = poll("ListTasks", &[]).await.unwrap();
    let users = service(&snapshot, "users");
    assert_eq!(users.running(), 2);
    assert_eq!(Health::of_service(users), Health::Healthy);
    assert_eq!(Health::of_service(service(&snapshot, "payments")), Health::Failing);
}

#[tokio::test]
async fn clusters_that_may_not_be_listed_are_a_failure_that_says_so() {
    let failure = poll("ListClusters", &[]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.remedy.contains("ecs:ListClusters") && failure.remedy.contains("`clusters`"));
}

#[tokio::test]
async fn a_cluster_that_does_not_exist_names_those_that_do() {
    let failure = poll("", &["shop-prdo"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
    assert_eq!(failure.remedy, "clusters in us-east-1: shop-prod");
}

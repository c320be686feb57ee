//! The whole way from AWS's answers to a snapshot, over answers recorded from an emulator: the SDK's own
//! deserializers read them, only the wire is replaced.

use super::{
    Config,
    api::Api,
    budget::Shares,
    collect::{Caches, collect},
    connect::Clients,
    failure::Setting,
    gate::Gate,
};
use crate::model::{
    AnsweredBy, Check, FailureKind, Health, LogRoute, Rollout, Service, ServiceKind, Snapshot, SourceId,
    State,
};
use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_ecs::config::Credentials;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

/// The answer to an operation, given its body.
type Answers = fn(&str, &str) -> String;

/// Answers as recorded, and refuses one operation.
#[derive(Clone, Debug)]
struct Recorded {
    answers: Answers,
    denied: &'static str,
}

impl HttpConnector for Recorded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (operation, body) = operation(&request);
        let (status, body) = if operation == self.denied {
            (400, refusal(&body))
        } else {
            (200, (self.answers)(&operation, &body))
        };
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))))
    }
}

/// The operation's name, or the path of a REST call, and the request's body.
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

/// "Access denied" in the protocol of the request.
fn refusal(body: &str) -> String {
    if body.starts_with('{') {
        return r#"{"__type":"AccessDeniedException","message":"User is not authorized"}"#.to_owned();
    }
    let error = "<Type>Sender</Type><Code>AccessDenied</Code><Message>User is not authorized</Message>";
    format!("<ErrorResponse><Error>{error}</Error><RequestId>1</RequestId></ErrorResponse>")
}

/// The recorded answer, chosen by what is asked for where there are several.
fn answer(operation: &str, body: &str) -> String {
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

async fn look(denied: &'static str, clusters: &[&str]) -> Result<Snapshot, crate::model::Failure> {
    look_at(answer, denied, clusters).await
}

/// One look at a region that answers so, and denies one operation.
pub(super) async fn look_at(
    answers: Answers,
    denied: &'static str,
    clusters: &[&str],
) -> Result<Snapshot, crate::model::Failure> {
    let api = api_over(answers, denied).await;
    let config = Config { clusters: clusters.iter().map(|c| (*c).to_owned()).collect(), ..Config::default() };
    let caches = Caches::default();
    loop {
        let snapshot = collect(&api, &config, &SourceId::new("ecs"), &caches, &BTreeSet::new()).await?;
        if snapshot.progress.is_empty() {
            return Ok(snapshot);
        }
    }
}

/// A region that answers so, and denies one operation.
pub(super) async fn api_over(answers: Answers, denied: &'static str) -> Api {
    let shared = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(Recorded { answers, denied })))
        .load()
        .await;
    let setting = Setting { region: "us-east-1".into(), ..Setting::default() };
    let gate = Gate::new(SourceId::new("ecs"), Shares::default(), Arc::default());
    Api { clients: Clients::over(&shared, setting), gate: Arc::new(gate) }
}

fn service<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Service {
    snapshot.services.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn services_and_families_have_their_health() {
    let snapshot = look("", &[]).await.unwrap();
    assert_eq!(snapshot.gaps, []);
    let health: Vec<(&str, &str)> =
        snapshot.services.iter().map(|s| (s.name.as_str(), Health::of(s).word())).collect();
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
    let snapshot = look("", &[]).await.unwrap();
    let payments = service(&snapshot, "payments");
    let crash = payments.instances.iter().find(|i| i.state == State::Failed).unwrap();
    let exit = crash.exit.as_ref().unwrap();
    assert_eq!(exit.code, Some(1));
    assert_eq!(exit.reason.as_deref(), Some("Essential container in task exited; app exited with code 1"));
    assert_eq!(crash.version.as_deref(), Some("payments:1"));
    assert_eq!(payments.deployments[0].rollout, Rollout::Completed);
    assert!(
        snapshot.events.iter().any(|e| e.service == payments.id && e.text.contains("exited with code 1"))
    );
}

#[tokio::test]
async fn tasks_show_their_own_containers_and_where_they_log() {
    let snapshot = look("", &[]).await.unwrap();
    let users = service(&snapshot, "users");
    let task = &users.instances[0];
    assert_eq!(task.check, Check::Healthy);
    let names: Vec<&str> = task.containers.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["migrate", "app"], "AWS's own sidecar is left out");
    let id = task.id.as_str().rsplit('/').next().unwrap();
    let route = LogRoute::CloudWatch {
        group: "/ecs/shop-prod/users".into(),
        stream: Some(format!("app/app/{id}").into()),
        region: None,
    };
    assert_eq!(task.containers[1].log, route);
    let fact = |label: &str| users.facts.iter().find(|f| f.label == label).map(|f| f.value.as_str());
    assert_eq!(fact("app: secrets"), Some("DATABASE_URL, FEATURE_FLAGS"));
    assert_eq!(fact("Service Connect namespace"), Some("shop.internal"));
}

#[tokio::test]
async fn names_come_from_service_connect_and_cloud_map() {
    let snapshot = look("", &[]).await.unwrap();
    let answers = |name: &str, by: AnsweredBy| -> Vec<String> {
        let all = service(&snapshot, name).answers.iter().filter(move |a| a.by == by);
        all.map(|a| a.port.map_or(a.host.to_string(), |port| format!("{}:{port}", a.host))).collect()
    };
    assert_eq!(answers("users", AnsweredBy::ServiceConnect), ["users.shop.internal:8080"]);
    assert_eq!(answers("payments", AnsweredBy::ServiceConnect), ["payments:8080"]);
    assert_eq!(answers("redis", AnsweredBy::CloudMap), ["redis.shop.local"]);
    assert_eq!(answers("users", AnsweredBy::InstanceAddress).len(), 2);
    let networks: Vec<&str> =
        service(&snapshot, "web-edge").networks.iter().map(crate::model::NetworkId::as_str).collect();
    assert_eq!(networks, ["ecs/namespace/shop.internal", "ecs/vpc"]);
}

#[tokio::test]
async fn a_load_balancer_leads_to_its_service() {
    let snapshot = look("", &[]).await.unwrap();
    let [gateway] = &snapshot.gateways[..] else { panic!("{:?}", snapshot.gateways) };
    assert_eq!(gateway.name, "shop-public");
    assert!(gateway.public);
    let [route] = &gateway.routes[..] else { panic!("{:?}", gateway.routes) };
    assert_eq!(route.service.as_str(), "ecs/shop-prod/web-edge");
    assert_eq!((route.port, route.rule.as_str()), (Some(80), "everything else"));
}

#[tokio::test]
async fn what_is_denied_is_a_gap_and_the_rest_is_there() {
    for (denied, what) in [
        ("DescribeTasks", "tasks of shop-prod"),
        ("ListTasks", "tasks of shop-prod"),
        ("DescribeServices", "services of shop-prod"),
        ("DescribeTaskDefinition", "task definitions"),
        ("DescribeTargetGroups", "load balancers"),
        ("DescribeClusters", "cluster settings"),
        ("GetNamespace", "Cloud Map names"),
        ("DescribeFlowLogs", "VPC flow logs"),
        ("ListMetrics", "metrics of Service Connect"),
    ] {
        let snapshot = look(denied, &[]).await.unwrap();
        let gap = snapshot.gaps.iter().find(|g| g.what == what).unwrap_or_else(|| panic!("{denied}"));
        assert_eq!(gap.failure.kind, FailureKind::Denied, "{denied}");
        assert!(gap.failure.remedy.contains(denied), "{}", gap.failure.remedy);
        assert!(!snapshot.services.is_empty(), "{denied}");
    }
}

#[tokio::test]
async fn without_tasks_the_counts_still_hold() {
    let snapshot = look("ListTasks", &[]).await.unwrap();
    let users = service(&snapshot, "users");
    assert_eq!(users.running(), 2);
    assert_eq!(Health::of(users), Health::Healthy);
    assert_eq!(Health::of(service(&snapshot, "payments")), Health::Failing);
}

#[tokio::test]
async fn clusters_that_may_not_be_listed_are_a_failure_that_says_so() {
    let failure = look("ListClusters", &[]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.remedy.contains("ecs:ListClusters") && failure.remedy.contains("`clusters`"));
}

#[tokio::test]
async fn a_cluster_that_does_not_exist_names_those_that_do() {
    let failure = look("", &["shop-prdo"]).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
    assert_eq!(failure.remedy, "in us-east-1 there are: shop-prod");
}

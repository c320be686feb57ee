//! Entry points of the fuzz targets `aws_response` and `session_frame`. Compiled only for fuzzing.

pub use super::operations::session_fuzzing;

use super::{
    Config,
    client::{api::Api, connect::Clients, failure::AwsTarget, rate_limiter::RateLimiter},
    quota::token_bucket::Shares,
    snapshot::{Caches, take_snapshot},
};
use crate::model::{Failure, Snapshot, SourceId};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_ecs::config::Credentials;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use tokio::runtime::{Builder, Runtime};

/// Maximum number of polls in one run. Each may wait 400 ms for a call that has to wait for quota, and a run of the fuzzer
/// may last a second.
const MAX_POLLS: usize = 2;

/// Response of AWS to the calls of one operation.
#[derive(Clone, Debug)]
pub struct AwsResponse {
    /// Name of the operation, such as `DescribeTasks`, or the path of a call in the REST protocol.
    pub operation: String,
    /// Text in the bodies of the requests that get this response, such as `RUNNING`; empty for every request.
    pub asked: String,
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: String,
}

/// HTTP connector that returns the responses of the current run.
#[derive(Clone, Debug, Default)]
struct FuzzedConnector(Arc<Mutex<Vec<AwsResponse>>>);

impl HttpConnector for FuzzedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
        let operation = operation(&request, &asked);
        let responses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_meant = |known: &&AwsResponse| known.operation == operation && asked.contains(&known.asked);
        let known = responses.iter().find(is_meant);
        let (status, body) = known.map_or((404, ""), |known| (known.status, &*known.body));
        let response = status.try_into().map(|status| HttpResponse::new(status, SdkBody::from(body)));
        let refused =
            |_| aws_smithy_runtime_api::client::result::ConnectorError::user("no HTTP status".into());
        HttpConnectorFuture::ready(response.map_err(refused))
    }
}

/// Returns the name of the operation that `request` with this `body` asks for, or its path in the REST
/// protocol.
fn operation(request: &HttpRequest, body: &str) -> String {
    if let Some(target) = request.headers().get("x-amz-target") {
        return target.rsplit('.').next().unwrap_or_default().to_owned();
    }
    if request.method() == "GET" {
        return format!("/{}", request.uri().splitn(4, '/').last().unwrap_or_default());
    }
    body.split('&').find_map(|pair| pair.strip_prefix("Action=")).unwrap_or_default().to_owned()
}

/// Runtime and SDK configuration of all runs.
struct FuzzedRegion {
    runtime: Runtime,
    shared: SdkConfig,
    connector: FuzzedConnector,
}

impl FuzzedRegion {
    fn open() -> std::io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let connector = FuzzedConnector::default();
        let of_client = connector.clone();
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(of_client.clone())));
        let shared = runtime.block_on(loader.load());
        Ok(Self { runtime, shared, connector })
    }
}

static FUZZED_REGION: LazyLock<Option<FuzzedRegion>> = LazyLock::new(|| FuzzedRegion::open().ok());

/// Polls a region in which AWS gives `responses`, until it is loaded or the polls of a run are used up. Every
/// other call fails with status 404. Returns `None` if no runtime can be made.
pub fn poll_region(responses: Vec<AwsResponse>) -> Option<Result<Snapshot, Failure>> {
    let region = FUZZED_REGION.as_ref()?;
    *region.connector.0.lock().unwrap_or_else(PoisonError::into_inner) = responses;
    let source = SourceId::new("ecs");
    // With the whole quota, few runs have to wait for a token.
    let shares = Shares { start: 100, steady: 100 };
    let target = AwsTarget { region: "eu-west-1".into(), ..AwsTarget::default() };
    let polls = async {
        let rate_limiter = Arc::new(RateLimiter::new(source.clone(), shares, Arc::default()));
        let api = Api { clients: Clients::new(&region.shared, target), rate_limiter };
        let (config, caches, viewed) = (Config::default(), Caches::default(), BTreeSet::new());
        let mut polled = take_snapshot(&api, &config, &source, &caches, &viewed).await;
        for _ in 1..MAX_POLLS {
            if polled.as_ref().is_ok_and(|snapshot| snapshot.progress.is_empty()) || polled.is_err() {
                break;
            }
            polled = take_snapshot(&api, &config, &source, &caches, &viewed).await;
        }
        polled
    };
    Some(region.runtime.block_on(polls))
}

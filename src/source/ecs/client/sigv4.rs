//! Calls to AWS APIs that Portolan signs itself, because their SDK clients take minutes to compile for only a
//! few calls. The SDK's runtime signs and sends the requests, so credentials, endpoints, timeouts and retries are
//! the same as for other calls.

mod request;
mod response;
mod signed_api;

pub(crate) use request::{ApiRequest, JsonVersion};
pub(crate) use response::ApiResponse;
pub(crate) use signed_api::{
    APP_MESH_API, AUTO_SCALING_API, CLOUD_MAP_API, CLOUDWATCH_API, EC2_API, ECS_API, LOAD_BALANCING_API,
    SESSION_MANAGER_API, SignedApi,
};

use super::response_limit::LimitResponseSize;
use aws_config::{SdkConfig, retry::RetryConfig};
use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    retries::classifiers::AwsErrorCodeClassifier,
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::client::{
    auth::{
        AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
        static_resolver::StaticAuthSchemeOptionResolver,
    },
    identity::SharedIdentityResolver,
    orchestrator::HttpResponse,
    result::SdkError,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::StaticRuntimePlugin,
};
use aws_smithy_types::config_bag::Layer;
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
};
use response::{ServiceError, parse_response};

/// Client that signs and sends requests to one API. The caller builds each request and parses the response
/// body.
#[derive(Clone, Debug)]
pub(crate) struct SignedClient {
    operation: Operation<ApiRequest, ApiResponse, ServiceError>,
}

impl SignedClient {
    /// Returns a client that uses the shared SDK configuration.
    pub(crate) fn new(shared: &SdkConfig, service: SignedApi) -> Self {
        let retries = shared.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        Self::with_retries(shared, service, &retries)
    }

    /// Returns a client that makes each call once, because AWS may have carried out a call without an answer.
    pub(crate) fn without_retries(shared: &SdkConfig, service: SignedApi) -> Self {
        Self::with_retries(shared, service, &RetryConfig::standard().with_max_attempts(1))
    }

    fn with_retries(shared: &SdkConfig, service: SignedApi, retries: &RetryConfig) -> Self {
        let region = shared.region().cloned().unwrap_or_else(|| Region::from_static("us-east-1"));
        let mut builder = Operation::builder()
            .service_name(service.sdk_id)
            .operation_name("Call")
            .endpoint_url(&service.endpoint(shared, &region))
            .standard_retry(retries)
            .retry_classifier(AwsErrorCodeClassifier::<ServiceError>::new())
            .retry_classifier(TransientErrorClassifier::<ServiceError>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .interceptor(LimitResponseSize);
        if let Some(version) = shared.behavior_version() {
            builder = builder.behavior_version(version);
        }
        if let Some(client) = shared.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(sleep) = shared.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(limits) = shared.timeout_config() {
            builder = builder.timeout_config(limits.clone());
        }
        let operation = builder
            .runtime_plugin(signing_plugin(shared, service, region))
            .serializer(ApiRequest::into_http)
            .deserializer(parse_response)
            .build();
        Self { operation }
    }

    /// Sends a request and returns the response.
    pub(crate) async fn call(
        &self,
        ask: ApiRequest,
    ) -> Result<ApiResponse, SdkError<ServiceError, HttpResponse>> {
        self.operation.invoke(ask).await
    }
}

/// Returns the plugin that signs requests with the shared credentials.
fn signing_plugin(shared: &SdkConfig, service: SignedApi, region: Region) -> StaticRuntimePlugin {
    let mut layer = Layer::new("signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(region)),
        name: Some(SigningName::from_static(service.signing_name)),
        ..SigV4OperationSigningConfig::default()
    });
    let chosen = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    let mut parts = RuntimeComponentsBuilder::new("signing")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(chosen)))
        .with_identity_cache(shared.identity_cache());
    if let Some(credentials) = shared.credentials_provider() {
        parts.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(parts)
}

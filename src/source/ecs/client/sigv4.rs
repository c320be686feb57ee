//! Calls to AWS APIs that Portolan signs itself, because their SDK clients would take minutes to compile for
//! only a few calls. The SDK's runtime signs and sends the requests, so they use the same credentials,
//! endpoints, timeouts and retries as other calls.

mod request;
mod response;
mod signed_api;

pub(crate) use request::{ApiRequest, JsonVersion};
pub(crate) use response::{ApiResponse, ServiceError, error_code, response_error};
pub(crate) use signed_api::{
    APP_MESH_API, AUTO_SCALING_API, CLOUD_MAP_API, CLOUDWATCH_API, EC2_API, ECS_API, IAM_API,
    LOAD_BALANCING_API, S3_API, SESSION_MANAGER_API, SignedApi, is_aws_host,
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
    orchestrator::{HttpResponse, OrchestratorError},
    result::SdkError,
    runtime_components::RuntimeComponentsBuilder,
    runtime_plugin::StaticRuntimePlugin,
};
use aws_smithy_types::config_bag::Layer;
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
};
use response::parse_response;

/// Client that signs and sends requests to one API. The caller builds each request. The client's parser
/// converts the response; by default, the result is the body as text.
#[derive(Clone, Debug)]
pub(crate) struct SignedClient<T = ApiResponse> {
    operation: Operation<ApiRequest, T, ServiceError>,
    endpoint: String,
}

/// Function that converts an HTTP response to a value or an error.
type ResponseParser<T> = fn(&HttpResponse) -> Result<T, OrchestratorError<ServiceError>>;

impl SignedClient {
    /// Creates a client that uses the shared SDK configuration.
    pub(crate) fn new(shared: &SdkConfig, service: SignedApi) -> Self {
        Self::with_parser(shared, service, parse_response)
    }

    /// Creates a client that makes each call only once, because AWS may have carried out a call whose
    /// response got lost.
    pub(crate) fn without_retries(shared: &SdkConfig, service: SignedApi) -> Self {
        let once = RetryConfig::standard().with_max_attempts(1);
        Self::with_retries(shared, service, parse_response, &once)
    }
}

impl<T: Send + Sync + std::fmt::Debug + 'static> SignedClient<T> {
    /// Creates a client that uses the shared SDK configuration, and converts responses with `parse`.
    pub(crate) fn with_parser(shared: &SdkConfig, service: SignedApi, parse: ResponseParser<T>) -> Self {
        let retries = shared.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        Self::with_retries(shared, service, parse, &retries)
    }

    fn with_retries(
        shared: &SdkConfig,
        service: SignedApi,
        parse: ResponseParser<T>,
        retries: &RetryConfig,
    ) -> Self {
        let region = shared.region().cloned().unwrap_or_else(|| Region::from_static("us-east-1"));
        let endpoint = service.endpoint(shared, &region);
        let mut builder = Operation::builder()
            .service_name(service.sdk_id)
            .operation_name("Call")
            .endpoint_url(&endpoint)
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
            .runtime_plugin(signing_plugin(shared, service, service.signing_region(region)))
            .serializer(ApiRequest::into_http)
            .deserializer(parse)
            .build();
        Self { operation, endpoint }
    }

    /// Returns the URL to which the requests go.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Sends a request and returns the response.
    pub(crate) async fn call(&self, ask: ApiRequest) -> Result<T, SdkError<ServiceError, HttpResponse>> {
        self.operation.invoke(ask).await
    }
}

/// Returns the plugin that signs requests with the shared credentials.
fn signing_plugin(shared: &SdkConfig, service: SignedApi, region: Region) -> StaticRuntimePlugin {
    let mut layer = Layer::new("signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    let mut signing = SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(region)),
        name: Some(SigningName::from_static(service.signing_name)),
        ..SigV4OperationSigningConfig::default()
    };
    if service.signs_as_s3 {
        signing.signing_options.double_uri_encode = false;
        signing.signing_options.normalize_uri_path = false;
        signing.signing_options.content_sha256_header = true;
    }
    layer.store_put(signing);
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

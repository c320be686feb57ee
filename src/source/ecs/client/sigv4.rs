//! Calls to AWS APIs that Portolan signs itself, because their SDK clients take minutes to compile for only a
//! few calls. The SDK's runtime signs and sends the requests, so credentials, endpoints and timeouts are the
//! same as for other calls.

pub(super) mod response;

use super::response_limit::LimitResponseSize;
use aws_config::SdkConfig;
use aws_runtime::auth::{
    SigV4OperationSigningConfig,
    sigv4::{SCHEME_ID, SigV4AuthScheme},
};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{
            AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
            static_resolver::StaticAuthSchemeOptionResolver,
        },
        identity::SharedIdentityResolver,
        orchestrator::{HttpRequest, HttpResponse},
        result::SdkError,
        runtime_components::RuntimeComponentsBuilder,
        runtime_plugin::StaticRuntimePlugin,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::Layer};
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
    service_config::ServiceConfigKey,
};
use response::{ServiceError, parse_response};
use std::fmt::Write as _;

/// AWS API that Portolan signs itself: its names in the SDKs, in host names and in signatures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedApi {
    /// Name in the SDKs, with spaces: part of `AWS_ENDPOINT_URL_…`.
    pub sdk_id: &'static str,
    /// First label of the host name.
    pub endpoint_prefix: &'static str,
    /// Name in the signature.
    pub signing_name: &'static str,
}

/// EC2, for flow logs.
pub(crate) const EC2_API: SignedApi =
    SignedApi { sdk_id: "EC2", endpoint_prefix: "ec2", signing_name: "ec2" };
/// CloudWatch, for Service Connect metrics.
pub(crate) const CLOUDWATCH_API: SignedApi =
    SignedApi { sdk_id: "CloudWatch", endpoint_prefix: "monitoring", signing_name: "monitoring" };
/// App Mesh, for its routes.
pub(crate) const APP_MESH_API: SignedApi =
    SignedApi { sdk_id: "App Mesh", endpoint_prefix: "appmesh", signing_name: "appmesh" };

/// Request to a [`SignedApi`], before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiRequest {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl ApiRequest {
    /// Returns a request in the Query protocol: an action with its parameters, answered in XML.
    pub(crate) fn query(action: &str, version: &str, parameters: &[(&str, &str)]) -> Self {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            let _ = write!(body, "&{name}={}", percent_encode(value));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded")];
        Self { method: "POST", path: "/".to_owned(), headers, body }
    }

    /// Returns a request in the JSON protocol; `target` names the operation.
    pub(crate) fn json(target: &'static str, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        Self { method: "POST", path: "/".to_owned(), headers, body: body.to_string() }
    }

    /// Returns a GET request for the resource whose path consists of `segments`.
    pub(crate) fn get(segments: &[&str]) -> Self {
        let escaped: Vec<String> = segments.iter().map(|segment| percent_encode(segment)).collect();
        let path = format!("/{}", escaped.join("/"));
        Self { method: "GET", path, headers: vec![("accept", "application/json")], body: String::new() }
    }

    fn into_http(self) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method(self.method)?;
        request.set_uri(self.path)?;
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

/// Encodes text for a path or a form: everything but the unreserved characters of RFC 3986 becomes a percent
/// code.
fn percent_encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Client that signs and sends requests to one API. The caller builds each request and parses the response
/// body.
#[derive(Clone, Debug)]
pub(crate) struct SignedClient {
    operation: Operation<ApiRequest, String, ServiceError>,
}

impl SignedClient {
    /// Returns a client that uses the shared SDK configuration.
    pub(crate) fn new(shared: &SdkConfig, service: SignedApi) -> Self {
        let region = shared.region().cloned().unwrap_or_else(|| Region::from_static("us-east-1"));
        let mut builder = Operation::builder()
            .service_name(service.sdk_id)
            .operation_name("Call")
            .endpoint_url(&endpoint(shared, service, &region))
            // A later poll repeats a failed call anyway.
            .no_retry()
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

    /// Sends a request and returns the response body.
    pub(crate) async fn call(&self, ask: ApiRequest) -> Result<String, SdkError<ServiceError, HttpResponse>> {
        self.operation.invoke(ask).await
    }
}

/// Returns the endpoint. Like the SDK's clients, prefers the endpoint in the source's configuration, then the
/// user's endpoint for this API, then the user's endpoint for all APIs, then AWS's own endpoint.
fn endpoint(shared: &SdkConfig, service: SignedApi, region: &Region) -> String {
    let given = shared.get_origin("endpoint_url").is_client_config();
    let own = shared.service_config().filter(|_| !given).and_then(|config| {
        let key = ServiceConfigKey::builder()
            .service_id(service.sdk_id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        config.load_config(key.ok()?)
    });
    own.or_else(|| shared.endpoint_url().map(str::to_owned)).unwrap_or_else(|| {
        let suffix = if region.as_ref().starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://{}.{region}.{suffix}", service.endpoint_prefix)
    })
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

#[cfg(test)]
mod tests {
    use super::{ApiRequest, percent_encode};

    #[test]
    fn requests_are_put_together_as_the_protocols_want_them() {
        let ask = ApiRequest::query("DescribeFlowLogs", "2016-11-15", &[("NextToken", "a+b/=")]);
        assert_eq!(ask.body, "Action=DescribeFlowLogs&Version=2016-11-15&NextToken=a%2Bb%2F%3D");
        let ask = ApiRequest::get(&["v20190125", "meshes", "a b"]);
        assert_eq!(ask.path, "/v20190125/meshes/a%20b");
        assert_eq!(percent_encode("a-b_c.d~e"), "a-b_c.d~e");
    }
}

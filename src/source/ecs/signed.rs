//! Signed calls to services of AWS whose own client would take minutes to build for the one or two calls that are made:
//! the SDK's own parts sign, send and time them, so that they go where the other calls go, as whom they go.

mod answer;

use super::answer_limit::LimitAnswers;
use answer::{Refused, read};
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
use std::fmt::Write as _;

/// A service of AWS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    /// What the SDKs call it: the name in `AWS_ENDPOINT_URL_…`, with spaces.
    pub id: &'static str,
    /// The first label of its host name.
    pub host: &'static str,
    /// What requests to it are signed for.
    pub signing: &'static str,
}

/// EC2, for flow logs.
pub(crate) const EC2: Service = Service { id: "EC2", host: "ec2", signing: "ec2" };
/// CloudWatch, for the metrics of Service Connect.
pub(crate) const CLOUDWATCH: Service =
    Service { id: "CloudWatch", host: "monitoring", signing: "monitoring" };
/// App Mesh.
pub(crate) const APP_MESH: Service = Service { id: "App Mesh", host: "appmesh", signing: "appmesh" };

/// A request before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Ask {
    /// A call of the Query protocol: an action with its parameters, answered in XML.
    pub(crate) fn query(action: &str, version: &str, parameters: &[(&str, &str)]) -> Self {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            let _ = write!(body, "&{name}={}", escaped(value));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded")];
        Self { method: "POST", path: "/".to_owned(), headers, body }
    }

    /// A call of the JSON protocol.
    pub(crate) fn json(target: &'static str, body: &serde_json::Value) -> Self {
        let headers = vec![("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        Self { method: "POST", path: "/".to_owned(), headers, body: body.to_string() }
    }

    /// A call of the REST protocol for the resource at those segments.
    pub(crate) fn get(segments: &[&str]) -> Self {
        let escaped: Vec<String> = segments.iter().map(|segment| escaped(segment)).collect();
        let path = format!("/{}", escaped.join("/"));
        Self { method: "GET", path, headers: vec![("accept", "application/json")], body: String::new() }
    }

    fn request(self) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method(self.method)?;
        request.set_uri(self.path)?;
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

/// Text for a path or a form: everything but RFC 3986's unreserved characters as percent codes.
fn escaped(text: &str) -> String {
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

/// A client for one service: it has no operations of its own.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    operation: Operation<Ask, String, Refused>,
}

impl Caller {
    /// A client over the configuration that all clients share.
    pub(crate) fn over(shared: &SdkConfig, service: Service) -> Self {
        let region = shared.region().cloned().unwrap_or_else(|| Region::from_static("us-east-1"));
        let mut builder = Operation::builder()
            .service_name(service.id)
            .operation_name("Call")
            .endpoint_url(&endpoint(shared, service, &region))
            // What fails is asked again at a later look anyway.
            .no_retry()
            .interceptor(LimitAnswers);
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
            .runtime_plugin(signing(shared, service, region))
            .serializer(Ask::request)
            .deserializer(read)
            .build();
        Self { operation }
    }

    /// The answer's body.
    pub(crate) async fn call(&self, ask: Ask) -> Result<String, SdkError<Refused, HttpResponse>> {
        self.operation.invoke(ask).await
    }
}

/// The address that the source's configuration gives, the service's own one that the user set elsewhere, the one set for
/// all, or AWS's: as the SDK's own clients choose.
fn endpoint(shared: &SdkConfig, service: Service, region: &Region) -> String {
    let given = shared.get_origin("endpoint_url").is_client_config();
    let own = shared.service_config().filter(|_| !given).and_then(|config| {
        let key = ServiceConfigKey::builder()
            .service_id(service.id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        config.load_config(key.ok()?)
    });
    own.or_else(|| shared.endpoint_url().map(str::to_owned)).unwrap_or_else(|| {
        let suffix = if region.as_ref().starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        format!("https://{}.{region}.{suffix}", service.host)
    })
}

/// Signs with the credentials that all clients share.
fn signing(shared: &SdkConfig, service: Service, region: Region) -> StaticRuntimePlugin {
    let mut layer = Layer::new("signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(region)),
        name: Some(SigningName::from_static(service.signing)),
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
    use super::{Ask, escaped};

    #[test]
    fn requests_are_put_together_as_the_protocols_want_them() {
        let ask = Ask::query("DescribeFlowLogs", "2016-11-15", &[("NextToken", "a+b/=")]);
        assert_eq!(ask.body, "Action=DescribeFlowLogs&Version=2016-11-15&NextToken=a%2Bb%2F%3D");
        let ask = Ask::get(&["v20190125", "meshes", "a b"]);
        assert_eq!(ask.path, "/v20190125/meshes/a%20b");
        assert_eq!(escaped("a-b_c.d~e"), "a-b_c.d~e");
    }
}

//! Unsigned requests in the protocols of AWS's APIs.

use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::HttpRequest};
use aws_smithy_types::body::SdkBody;
use std::fmt::Write as _;

/// Version of AWS's JSON protocol. Each API uses one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonVersion {
    /// `awsJson1_0`.
    V1_0,
    /// `awsJson1_1`.
    V1_1,
}

/// Unsigned request to a [`SignedApi`](super::SignedApi).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiRequest {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl ApiRequest {
    /// Creates a request in the Query protocol: an action with its parameters. AWS responds in XML.
    pub(crate) fn query(action: &str, version: &str, parameters: &[(&str, &str)]) -> Self {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in parameters {
            let _ = write!(body, "&{name}={}", percent_encode(value));
        }
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        Self { method: "POST", path: "/".to_owned(), headers, body: body.into_bytes() }
    }

    /// Creates a request in the JSON protocol. `target` names the API and the operation.
    pub(crate) fn json(version: JsonVersion, target: String, body: &serde_json::Value) -> Self {
        let content_type = match version {
            JsonVersion::V1_0 => "application/x-amz-json-1.0",
            JsonVersion::V1_1 => "application/x-amz-json-1.1",
        };
        let headers = vec![("content-type", content_type.to_owned()), ("x-amz-target", target)];
        Self { method: "POST", path: "/".to_owned(), headers, body: body.to_string().into_bytes() }
    }

    /// Creates a GET request for the resource whose path consists of `segments`.
    pub(crate) fn get(segments: &[&str]) -> Self {
        let escaped: Vec<String> = segments.iter().map(|segment| percent_encode(segment)).collect();
        let path = format!("/{}", escaped.join("/"));
        let headers = vec![("accept", "application/json".to_owned())];
        Self { method: "GET", path, headers, body: Vec::new() }
    }

    /// Creates a request for an object of S3, or for a listing. The caller must have escaped `path` and the
    /// names in `query`; this function escapes the values in `query`.
    pub(crate) fn object(
        method: &'static str,
        path: &str,
        query: &[(&str, &str)],
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> Self {
        let pairs: Vec<String> =
            query.iter().map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
        let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
        Self { method, path: format!("{path}{query}"), headers, body }
    }

    pub(super) fn into_http(self) -> Result<HttpRequest, BoxError> {
        let mut request = HttpRequest::new(SdkBody::from(self.body));
        request.set_method(self.method)?;
        request.set_uri(self.path)?;
        for (name, value) in self.headers {
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

/// Percent-encodes text for a path or a form. Only the unreserved characters of RFC 3986 stay unchanged.
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

#[cfg(test)]
mod tests {
    use super::{ApiRequest, JsonVersion, percent_encode};

    #[test]
    fn requests_are_put_together_as_the_protocols_want_them() {
        let ask = ApiRequest::query("DescribeFlowLogs", "2016-11-15", &[("NextToken", "a+b/=")]);
        assert_eq!(ask.body, b"Action=DescribeFlowLogs&Version=2016-11-15&NextToken=a%2Bb%2F%3D");
        let ask = ApiRequest::get(&["v20190125", "meshes", "a b"]);
        assert_eq!(ask.path, "/v20190125/meshes/a%20b");
        assert_eq!(percent_encode("a-b_c.d~e"), "a-b_c.d~e");
        let ask = ApiRequest::object("GET", "/b", &[("list-type", "2"), ("prefix", "a/")], vec![], vec![]);
        assert_eq!(ask.path, "/b?list-type=2&prefix=a%2F");
        let ask = ApiRequest::json(JsonVersion::V1_1, "Api.GetIt".into(), &serde_json::json!({ "Id": "a" }));
        assert_eq!(ask.headers[0].1, "application/x-amz-json-1.1");
        assert_eq!((ask.headers[1].1.as_str(), &ask.body[..]), ("Api.GetIt", &br#"{"Id":"a"}"#[..]));
    }
}

//! Response to a signed call: the body, or the error that AWS reports in XML or JSON.

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use roxmltree::Document;
use std::fmt;

/// Error that AWS reported in a response: its code and message.
#[derive(Clone, Debug)]
pub(crate) struct ServiceError(ErrorMetadata);

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ServiceError {}

impl ProvideErrorMetadata for ServiceError {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// Response to a signed call that succeeded: its body and request id.
#[derive(Clone, Debug)]
pub(crate) struct ApiResponse {
    /// Body, in JSON or XML.
    pub body: String,
    /// Request id, which `CloudTrail` records too.
    pub request_id: Option<String>,
}

/// Parses the response to a signed call. If the HTTP status is no success, returns the error that AWS
/// reported. If the body is incomplete, returns an error too.
pub(super) fn parse_response(
    response: &HttpResponse,
) -> Result<ApiResponse, OrchestratorError<ServiceError>> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() {
        let incomplete = || OrchestratorError::other("the body is no complete response of AWS");
        let request_id = response.headers().get("x-amzn-requestid").map(str::to_owned);
        return if is_complete(&body) { Ok(ApiResponse { body, request_id }) } else { Err(incomplete()) };
    }
    Err(response_error(response))
}

/// Returns the error code in the body of a response, or `None` if there is none.
pub(crate) fn error_code(response: &HttpResponse) -> Option<String> {
    error_code_and_message(&String::from_utf8_lossy(response.body().bytes().unwrap_or_default())).0
}

/// Returns the error in a response whose HTTP status is no success.
pub(crate) fn response_error(response: &HttpResponse) -> OrchestratorError<ServiceError> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    let (code, message) = error_code_and_message(&body);
    let code = code.or_else(|| response.headers().get("x-amzn-errortype").map(bare_code));
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    OrchestratorError::operation(ServiceError(meta.build()))
}

/// Returns true if `body` is a complete JSON document, or a complete XML document of the Query protocol,
/// whose outermost element is called `<action>Response`.
fn is_complete(body: &str) -> bool {
    let body = body.trim();
    if !body.starts_with('<') {
        return serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
    }
    Document::parse(body)
        .is_ok_and(|document| document.root_element().tag_name().name().ends_with("Response"))
}

/// Returns the error code and the error message in a response body, each `None` if it is missing.
fn error_code_and_message(body: &str) -> (Option<String>, Option<String>) {
    if let Ok(document) = Document::parse(body) {
        let element = |name: &str| document.descendants().find(|node| node.has_tag_name(name));
        let text = |name: &str| element(name)?.text().map(str::to_owned);
        return (text("Code"), text("Message"));
    }
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    (
        text("__type").or_else(|| text("code")).map(|c| bare_code(&c)),
        text("message").or_else(|| text("Message")),
    )
}

/// Returns the part `Code` of an error code like `namespace#Code:http://…`.
fn bare_code(code: &str) -> String {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{error_code_and_message, is_complete};

    #[test]
    fn only_complete_responses_count() {
        for whole in ["{}", "<?xml version=\"1.0\"?>\n<AResponse xmlns=\"x\"><b/></AResponse>\n"] {
            assert!(is_complete(whole), "{whole}");
            assert!(!is_complete(&whole[..whole.len() / 2]), "{whole}");
        }
        for other in ["", "teapot", "<html><body>Welcome</body></html>", "<AResponse/>x"] {
            assert!(!is_complete(other), "{other}");
        }
    }

    #[test]
    fn errors_are_read_in_either_protocol() {
        let xml = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not</Message></Error>\
                   </Errors><RequestID>1</RequestID></Response>";
        assert_eq!(
            error_code_and_message(xml),
            (Some("UnauthorizedOperation".into()), Some("You are not".into()))
        );
        let json = r#"{"__type":"com.amazonaws.x#AccessDeniedException","message":"no"}"#;
        assert_eq!(error_code_and_message(json), (Some("AccessDeniedException".into()), Some("no".into())));
        assert_eq!(error_code_and_message("teapot"), (None, None));
    }
}

//! What comes back of a signed call: the body, or the error that the service names in XML or JSON.

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_xml::decode::{Document, try_data};
use std::fmt;

/// The service said no.
#[derive(Clone, Debug)]
pub(crate) struct Refused(ErrorMetadata);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// The body of an answer, or why there is none.
pub(super) fn read(response: &HttpResponse) -> Result<String, OrchestratorError<Refused>> {
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    if response.status().is_success() {
        return Ok(body);
    }
    let (code, message) = reason(&body);
    let code = code.or_else(|| response.headers().get("x-amzn-errortype").map(bare));
    let mut meta = ErrorMetadata::builder();
    if let Some(code) = code {
        meta = meta.code(code);
    }
    if let Some(message) = message {
        meta = meta.message(message);
    }
    Err(OrchestratorError::operation(Refused(meta.build())))
}

/// The error's code and message.
fn reason(body: &str) -> (Option<String>, Option<String>) {
    if body.trim_start().starts_with('<') {
        return (element(body, "Code"), element(body, "Message"));
    }
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    (text("__type").or_else(|| text("code")).map(|c| bare(&c)), text("message").or_else(|| text("Message")))
}

/// `Code` of `namespace#Code:http://…`.
fn bare(code: &str) -> String {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit('#').next().unwrap_or(code).to_owned()
}

/// The text of the first element of that name, wherever it stands.
fn element(xml: &str, name: &str) -> Option<String> {
    let mut document = Document::new(xml);
    while let Some(start) = document.next_start_element() {
        if start.matches(name) {
            return try_data(&mut document).ok().map(std::borrow::Cow::into_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn errors_are_read_in_either_protocol() {
        let xml = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not</Message></Error>\
                   </Errors><RequestID>1</RequestID></Response>";
        assert_eq!(reason(xml), (Some("UnauthorizedOperation".into()), Some("You are not".into())));
        let json = r#"{"__type":"com.amazonaws.x#AccessDeniedException","message":"no"}"#;
        assert_eq!(reason(json), (Some("AccessDeniedException".into()), Some("no".into())));
        assert_eq!(reason("teapot"), (None, None));
    }
}

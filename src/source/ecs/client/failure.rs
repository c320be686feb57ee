//! Conversion of AWS SDK errors to failures, each with a remedy.

use super::response_limit::{MAX_RESPONSE_BYTES, is_response_too_long};
use crate::{
    model::{DisplayUrl, Failure, FailureKind, Text, shell_option},
    source::ecs::quota::calls::Call,
};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::{error::metadata::ProvideErrorMetadata, event_stream::RawMessage};
use std::error::Error;

/// Target of AWS calls: the profile, region and endpoint that the clients use. The messages of failures name
/// it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AwsTarget {
    /// Name of the chosen profile; `None` for the default one.
    pub profile: Option<String>,
    /// AWS region.
    pub region: String,
    /// URL of the endpoint; `None` for the endpoint of AWS.
    pub endpoint: Option<String>,
}

/// Raw response of a failed call, from which a failure takes the HTTP status.
pub(crate) trait RawResponse: std::fmt::Debug {
    /// Returns the HTTP status; `None` for an event in a stream.
    fn http_status(&self) -> Option<u16>;
}

impl RawResponse for HttpResponse {
    fn http_status(&self) -> Option<u16> {
        Some(self.status().as_u16())
    }
}

impl RawResponse for RawMessage {
    fn http_status(&self) -> Option<u16> {
        None
    }
}

/// Converts an SDK error of `call` to a failure.
pub(crate) fn from_sdk_error<E, R>(call: &Call, error: &SdkError<E, R>, setting: &AwsTarget) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: RawResponse + 'static,
{
    if is_response_too_long(error) {
        return response_too_long(call, setting);
    }
    if let Some(status) = server_error_status(error) {
        return error_response(call, "ServiceUnavailable", &format!("HTTP status {status}"), setting);
    }
    match error {
        SdkError::TimeoutError(_) => timeout(call, setting),
        SdkError::DispatchFailure(e) if e.is_timeout() => timeout(call, setting),
        SdkError::ServiceError(e) if e.err().meta().code().is_some() => {
            let meta = e.err().meta();
            error_response(call, meta.code().unwrap_or_default(), meta.message().unwrap_or_default(), setting)
        }
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => {
            unreadable_response(call, &error_chain_text(error), setting)
        }
        _ => undelivered(call, &error_chain_text(error), setting),
    }
}

/// Returns the HTTP status of a 5xx response without an error code. Returns `None` for any other error.
fn server_error_status<E: ProvideErrorMetadata, R: RawResponse>(error: &SdkError<E, R>) -> Option<u16> {
    let status = match error {
        SdkError::ServiceError(e) if e.err().meta().code().is_none() => e.raw().http_status(),
        SdkError::ResponseError(e) => e.raw().http_status(),
        _ => None,
    };
    status.filter(|status| *status >= 500)
}

/// Returns the failure of a call that got no response within its time limit.
pub(crate) fn timeout(call: &Call, setting: &AwsTarget) -> Failure {
    Failure::new(
        FailureKind::Timeout,
        format!("{}: timeout, no response from {}", call.action, endpoint_text(setting)),
        "check the network, the proxy and the endpoint; Portolan retries at the next poll",
    )
}

/// Returns the failure of a call whose response exceeded the size limit.
fn response_too_long(call: &Call, setting: &AwsTarget) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("{}: the response is larger than {} MiB", call.action, MAX_RESPONSE_BYTES / (1024 * 1024)),
        format!(
            "check that {} is an AWS endpoint and that no proxy responds in its place",
            endpoint_text(setting)
        ),
    )
}

/// Returns the failure of a call to which AWS responded with an error code.
pub(crate) fn error_response(call: &Call, code: &str, message: &str, setting: &AwsTarget) -> Failure {
    // Some APIs put a namespace before the code, and some append `Exception` to the code. Only the word
    // between the two counts.
    let code = code.rsplit(['#', '.']).next().unwrap_or(code);
    let bare = code.trim_end_matches("Exception");
    let (kind, remedy) = match bare {
        "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized" => (
            FailureKind::Denied,
            format!("allow {} to this user or role", denied_action(message, call.action)),
        ),
        "ExpiredToken" | "RequestExpired" | "TokenRefreshRequired" => {
            (FailureKind::Credentials, renewal_remedy(setting))
        }
        "UnrecognizedClient"
        | "InvalidClientTokenId"
        | "MissingAuthenticationToken"
        | "IncompleteSignature"
        | "OptInRequired" => (
            FailureKind::Credentials,
            format!(
                "these keys are not valid for {}: check the profile, the keys and the region",
                endpoint_text(setting)
            ),
        ),
        "InvalidSignature" | "SignatureDoesNotMatch" | "RequestTimeTooSkewed" => {
            (FailureKind::Credentials, "check this machine's clock (`date -u`) and the secret key".to_owned())
        }
        "Throttling"
        | "Throttled"
        | "TooManyRequests"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "LimitExceeded"
        | "RequestThrottled" => (
            FailureKind::Throttled,
            "no action needed: Portolan slows down for a minute; other tools share this quota".to_owned(),
        ),
        // `DescribeTaskDefinition` reports a missing definition with this code.
        "Client"
        | "ClusterNotFound"
        | "ResourceNotFound"
        | "NamespaceNotFound"
        | "NotFound"
        | "NoSuchBucket"
        | "ServiceNotFound"
        | "TargetGroupNotFound"
        | "LoadBalancerNotFound" => {
            (FailureKind::Missing, format!("check the name and the region, {}", endpoint_text(setting)))
        }
        "Server" | "InternalServerError" | "InternalFailure" | "InternalError" | "ServiceUnavailable" => (
            FailureKind::Unreachable,
            "AWS server error: see https://health.aws.amazon.com; Portolan retries at the next poll"
                .to_owned(),
        ),
        _ => (FailureKind::Invalid, format!("see the message; the call went to {}", endpoint_text(setting))),
    };
    let message_text = Text::new(message);
    let what = if message_text.is_empty() { code.to_owned() } else { format!("{code}: {message_text}") };
    Failure::new(kind, format!("{}: {}", call.action, Text::new(&what)), remedy)
}

/// Returns the IAM action that an error message names as denied. Returns `asked`, the action of the call, if
/// the message names none. The two differ if a call needs several actions, such as `iam:PassRole` for a
/// deployment.
fn denied_action<'a>(message: &'a str, asked: &'a str) -> &'a str {
    let after = message.split_once("not authorized to perform: ").map(|(_, after)| after);
    let named = after.and_then(|after| after.split_whitespace().next());
    let is_action = |word: &&str| {
        word.contains(':') && word.chars().all(|c| c.is_ascii_alphanumeric() || ":-".contains(c))
    };
    named.filter(is_action).unwrap_or(asked)
}

/// Returns the failure of a call whose response Portolan can't parse.
pub(crate) fn unreadable_response(call: &Call, chain: &str, setting: &AwsTarget) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("{}: invalid response: {chain}", call.action),
        format!(
            "check that {} is an AWS endpoint and that no proxy responds in its place",
            endpoint_text(setting)
        ),
    )
}

/// Returns the failure of a request that Portolan could not send: it has no credentials or no connection.
fn undelivered(call: &Call, chain: &str, setting: &AwsTarget) -> Failure {
    let low = chain.to_lowercase();
    if ["credential", "sso", "token", "identity", "profile"].iter().any(|word| low.contains(word)) {
        return missing_credentials(call, chain, setting);
    }
    let why = if low.contains("dns") || low.contains("lookup") || low.contains("resolve") {
        "check the region's name and the network's DNS"
    } else {
        "check the network, the proxy and the endpoint"
    };
    Failure::new(
        FailureKind::Unreachable,
        format!("{}: {} is unreachable: {chain}", call.action, endpoint_text(setting)),
        why,
    )
}

/// Returns the failure of a call for which the SDK found no valid credentials.
fn missing_credentials(call: &Call, chain: &str, setting: &AwsTarget) -> Failure {
    let low = chain.to_lowercase();
    let session = ["expired", "sso", "refresh", "login"].iter().any(|word| low.contains(word));
    let remedy = if session {
        renewal_remedy(setting)
    } else {
        "run `aws configure` or `aws configure sso`, set AWS_PROFILE, or set `profile` in the configuration"
            .into()
    };
    Failure::new(FailureKind::Credentials, format!("{}: no valid credentials: {chain}", call.action), remedy)
}

/// Returns the command that renews expired credentials, as a remedy.
fn renewal_remedy(setting: &AwsTarget) -> String {
    match &setting.profile {
        Some(profile) => {
            format!("run `aws sso login {}`, or renew its keys", shell_option("--profile", profile))
        }
        None => "run `aws sso login`, or renew the keys in the environment".to_owned(),
    }
}

/// Returns the endpoint and the region as text.
fn endpoint_text(setting: &AwsTarget) -> String {
    match &setting.endpoint {
        Some(endpoint) => format!("{} ({})", DisplayUrl::new(endpoint), setting.region),
        None => setting.region.clone(),
    }
}

/// Returns the messages of the errors that caused `error`, joined and without repetitions, cut at 300
/// characters. If `error` has no cause, returns its own message.
fn error_chain_text(error: &(dyn Error + 'static)) -> String {
    let mut messages: Vec<String> = Vec::new();
    let mut next = error.source().or(Some(error));
    while let Some(e) = next {
        let words = e.to_string();
        if !messages.iter().any(|s| s.contains(&words)) {
            messages.push(words);
        }
        next = e.source();
    }
    let whole = Text::new(&messages.join(": "));
    match whole.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{AwsTarget, error_response, undelivered};
    use crate::{model::FailureKind, source::ecs::quota::calls};

    fn kind(code: &str) -> FailureKind {
        error_response(&calls::LIST_TASKS, code, "", &AwsTarget::default()).kind
    }

    #[test]
    fn codes_of_all_protocols_are_known() {
        assert_eq!(kind("AccessDeniedException"), FailureKind::Denied);
        assert_eq!(kind("AccessDenied"), FailureKind::Denied);
        assert_eq!(kind("com.amazonaws.ecs#ClusterNotFoundException"), FailureKind::Missing);
        assert_eq!(kind("ThrottlingException"), FailureKind::Throttled);
        assert_eq!(kind("Throttling"), FailureKind::Throttled);
        assert_eq!(kind("ExpiredTokenException"), FailureKind::Credentials);
        assert_eq!(kind("UnrecognizedClientException"), FailureKind::Credentials);
        assert_eq!(kind("ServerException"), FailureKind::Unreachable);
        assert_eq!(kind("SomethingNew"), FailureKind::Invalid);
    }

    #[test]
    fn a_denied_call_names_its_permission() {
        let failure = error_response(
            &calls::DESCRIBE_TASKS,
            "AccessDeniedException",
            "User \u{1b}[31mx",
            &AwsTarget::default(),
        );
        assert_eq!(failure.remedy, "allow ecs:DescribeTasks to this user or role");
        assert_eq!(failure.message, "ecs:DescribeTasks: AccessDeniedException: User x");
        let passing = "User: arn:aws:iam::1:user/me is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/web";
        let failure =
            error_response(&calls::DESCRIBE_TASKS, "AccessDeniedException", passing, &AwsTarget::default());
        assert_eq!(failure.remedy, "allow iam:PassRole to this user or role");
    }

    #[test]
    fn an_expired_session_says_how_to_log_in() {
        let setting = AwsTarget { profile: Some("dev".into()), ..AwsTarget::default() };
        let failure = undelivered(&calls::LIST_CLUSTERS, "the SSO token has expired", &setting);
        assert_eq!(failure.kind, FailureKind::Credentials);
        assert!(failure.remedy.starts_with("run `aws sso login --profile dev`"));
    }

    #[test]
    fn a_closed_port_is_unreachable() {
        let failure = undelivered(
            &calls::LIST_CLUSTERS,
            "tcp connect error: Connection refused",
            &AwsTarget::default(),
        );
        assert_eq!(failure.kind, FailureKind::Unreachable);
    }
}

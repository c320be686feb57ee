//! What the AWS SDK reports, as a failure in words that say what to do.

use super::{
    answer_limit::{MAX_ANSWER_BYTES, is_too_long},
    calls::Call,
};
use crate::model::{DisplayUrl, Failure, FailureKind, Text};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;

/// Where the calls go and as whom: what a remedy needs to name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    /// The profile, where one was chosen.
    pub profile: Option<String>,
    /// The region.
    pub region: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint: Option<String>,
}

/// The failure of `call`.
pub(crate) fn of<E, R>(call: &Call, error: &SdkError<E, R>, setting: &Setting) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    if is_too_long(error) {
        return too_long(call, setting);
    }
    match error {
        SdkError::TimeoutError(_) => timeout(call, setting),
        SdkError::DispatchFailure(e) if e.is_timeout() => timeout(call, setting),
        SdkError::ServiceError(e) if e.err().meta().code().is_some() => {
            let meta = e.err().meta();
            refused(call, meta.code().unwrap_or_default(), meta.message().unwrap_or_default(), setting)
        }
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => unreadable(call, &chain(error), setting),
        _ => undelivered(call, &chain(error), setting),
    }
}

/// No answer in time.
pub(crate) fn timeout(call: &Call, setting: &Setting) -> Failure {
    Failure::new(
        FailureKind::Timeout,
        format!("{}: no answer in time from {}", call.action, place(setting)),
        "check the network, the proxy and the endpoint; it is tried again at the next poll",
    )
}

/// The answer was cut at its limit.
fn too_long(call: &Call, setting: &Setting) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("{}: the answer is longer than {} MiB", call.action, MAX_ANSWER_BYTES / (1024 * 1024)),
        format!("check that {} is an AWS endpoint and that no proxy answers in its place", place(setting)),
    )
}

/// The service answered with an error code.
pub(crate) fn refused(call: &Call, code: &str, message: &str, setting: &Setting) -> Failure {
    // Query-protocol services drop the suffix, older ones prefix a namespace: compare the bare word.
    let code = code.rsplit(['#', '.']).next().unwrap_or(code);
    let bare = code.trim_end_matches("Exception");
    let (kind, remedy) = match bare {
        "AccessDenied" | "UnauthorizedOperation" | "NotAuthorized" => {
            (FailureKind::Denied, format!("allow {} to this user or role", call.action))
        }
        "ExpiredToken" | "RequestExpired" | "TokenRefreshRequired" => {
            (FailureKind::Credentials, renew(setting))
        }
        "UnrecognizedClient"
        | "InvalidClientTokenId"
        | "MissingAuthenticationToken"
        | "IncompleteSignature"
        | "OptInRequired" => (
            FailureKind::Credentials,
            format!(
                "these keys are not valid for {}: check the profile, the keys and the region",
                place(setting)
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
            "nothing to do: Portolan asks less often for a minute; other tools use the same quota".to_owned(),
        ),
        // What `DescribeTaskDefinition` says of one that does not exist.
        "Client"
        | "ClusterNotFound"
        | "ResourceNotFound"
        | "NamespaceNotFound"
        | "NotFound"
        | "ServiceNotFound"
        | "TargetGroupNotFound"
        | "LoadBalancerNotFound" => {
            (FailureKind::Missing, format!("check the name and the region, {}", place(setting)))
        }
        "Server" | "InternalServerError" | "InternalFailure" | "InternalError" | "ServiceUnavailable" => (
            FailureKind::Unreachable,
            "AWS has trouble: see https://health.aws.amazon.com; it is tried again at the next poll"
                .to_owned(),
        ),
        _ => (FailureKind::Invalid, format!("see the message; asked of {}", place(setting))),
    };
    let said = Text::new(message);
    let what = if said.is_empty() { code.to_owned() } else { format!("{code}: {said}") };
    Failure::new(kind, format!("{}: {}", call.action, Text::new(&what)), remedy)
}

/// An answer came that is not one of this API.
fn unreadable(call: &Call, chain: &str, setting: &Setting) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("{}: the answer makes no sense: {chain}", call.action),
        format!("check that {} is an AWS endpoint and that no proxy answers in its place", place(setting)),
    )
}

/// The request was never sent or never arrived: no credentials, or nobody there.
fn undelivered(call: &Call, chain: &str, setting: &Setting) -> Failure {
    let low = chain.to_lowercase();
    if ["credential", "sso", "token", "identity", "profile"].iter().any(|word| low.contains(word)) {
        return credentials(call, chain, setting);
    }
    let why = if low.contains("dns") || low.contains("lookup") || low.contains("resolve") {
        "check the region's name and the network's DNS"
    } else {
        "check the network, the proxy and the endpoint"
    };
    Failure::new(
        FailureKind::Unreachable,
        format!("{}: nobody answers at {}: {chain}", call.action, place(setting)),
        why,
    )
}

fn credentials(call: &Call, chain: &str, setting: &Setting) -> Failure {
    let low = chain.to_lowercase();
    let session = ["expired", "sso", "refresh", "login"].iter().any(|word| low.contains(word));
    let remedy = if session {
        renew(setting)
    } else {
        "run `aws configure` or `aws configure sso`, set AWS_PROFILE, or name a profile in the configuration"
            .into()
    };
    Failure::new(FailureKind::Credentials, format!("{}: no valid credentials: {chain}", call.action), remedy)
}

/// How to get fresh credentials.
fn renew(setting: &Setting) -> String {
    match &setting.profile {
        Some(profile) => format!("run `aws sso login --profile {profile}`, or renew its keys"),
        None => "run `aws sso login`, or renew the keys in the environment".to_owned(),
    }
}

/// Where the calls go, in words.
fn place(setting: &Setting) -> String {
    match &setting.endpoint {
        Some(endpoint) => format!("{} ({})", DisplayUrl::new(endpoint), setting.region),
        None => setting.region.clone(),
    }
}

/// The error with what caused it, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source().or(Some(error));
    while let Some(e) = next {
        let words = e.to_string();
        if !said.iter().any(|s| s.contains(&words)) {
            said.push(words);
        }
        next = e.source();
    }
    let whole = Text::new(&said.join(": "));
    match whole.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Setting, refused, undelivered};
    use crate::{model::FailureKind, source::ecs::calls};

    fn kind(code: &str) -> FailureKind {
        refused(&calls::LIST_TASKS, code, "", &Setting::default()).kind
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
        let failure =
            refused(&calls::DESCRIBE_TASKS, "AccessDeniedException", "User \u{1b}[31mx", &Setting::default());
        assert_eq!(failure.remedy, "allow ecs:DescribeTasks to this user or role");
        assert_eq!(failure.what, "ecs:DescribeTasks: AccessDeniedException: User x");
    }

    #[test]
    fn an_expired_session_says_how_to_log_in() {
        let setting = Setting { profile: Some("dev".into()), ..Setting::default() };
        let failure = undelivered(&calls::LIST_CLUSTERS, "the SSO token has expired", &setting);
        assert_eq!(failure.kind, FailureKind::Credentials);
        assert!(failure.remedy.starts_with("run `aws sso login --profile dev`"));
    }

    #[test]
    fn a_closed_port_is_unreachable() {
        let failure =
            undelivered(&calls::LIST_CLUSTERS, "tcp connect error: Connection refused", &Setting::default());
        assert_eq!(failure.kind, FailureKind::Unreachable);
    }
}

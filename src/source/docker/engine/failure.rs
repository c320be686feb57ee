//! Failures of an engine, described for the user with a remedy.

use super::http::CallError;
use crate::{
    model::{Failure, FailureKind, shell_option, text::clean_with_max_chars},
    source::docker::EngineEndpoint,
};
use std::io;

/// Maximum length of an engine's error text, in characters.
const MAX_MESSAGE_CHARS: usize = 400;

/// Returns the failure of the call named `what` to the engine at `endpoint`.
pub(in crate::source::docker) fn call_failure(
    endpoint: &EngineEndpoint,
    what: &str,
    error: &CallError,
) -> Failure {
    let (kind, why, remedy) = explain(endpoint, error);
    Failure::new(kind, format!("docker {what} at {endpoint}: {why}"), remedy)
}

/// Returns the failure of a call that failed because of ssh; `message` is the error text of ssh.
pub(in crate::source::docker) fn ssh_failure(
    endpoint: &EngineEndpoint,
    what: &str,
    message: &str,
) -> Failure {
    let kind = match message {
        _ if message.contains("ermission denied") => FailureKind::Denied,
        _ if message.contains("erification failed") => FailureKind::Credentials,
        _ => FailureKind::Unreachable,
    };
    let host = shell_option("--host", &endpoint.to_string());
    let remedy = format!("check that `docker {host} version` works without a prompt");
    Failure::new(kind, format!("docker {what} at {endpoint}: {message}"), remedy)
}

/// Returns the kind of failure, the reason in words and the remedy.
fn explain(endpoint: &EngineEndpoint, error: &CallError) -> (FailureKind, String, String) {
    match error {
        CallError::Refused { status, message } => {
            explain_status(*status, &clean_with_max_chars(message, MAX_MESSAGE_CHARS))
        }
        CallError::Timeout(_) | CallError::Stalled(_) => (
            FailureKind::Timeout,
            error.to_string(),
            "check whether the engine is busy or stuck: `docker info`".to_owned(),
        ),
        CallError::Certificate { path, why } => {
            let why = clean_with_max_chars(
                &format!("the certificate {} can't be used: {why}", path.display()),
                MAX_MESSAGE_CHARS,
            );
            let remedy = "put ca.pem, cert.pem and key.pem in the DOCKER_CERT_PATH folder";
            (FailureKind::Credentials, why, remedy.to_owned())
        }
        CallError::TooLarge(_) | CallError::HeadTooLarge(_) | CallError::InvalidResponse(_) => (
            FailureKind::Invalid,
            clean_with_max_chars(&error.to_string(), MAX_MESSAGE_CHARS),
            format!("check that a Docker engine listens at {endpoint}"),
        ),
        CallError::ConnectionLost => unreachable(&error.to_string()),
        CallError::Transport(error) => explain_transport(error.as_ref()),
    }
}

/// Explains an HTTP error status of the engine.
fn explain_status(status: u16, message: &str) -> (FailureKind, String, String) {
    let (kind, remedy) = match status {
        401 | 403 => (FailureKind::Denied, "ask for read access to this engine"),
        404 => (FailureKind::Missing, "refresh: it may have been removed"),
        429 | 503 => (FailureKind::Throttled, "wait: the engine limits the rate of calls"),
        400 if message.contains("HTTPS server") => (
            FailureKind::Credentials,
            "the engine requires TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH",
        ),
        _ => (FailureKind::Invalid, "check the engine's log: `journalctl -u docker`"),
    };
    (kind, format!("{status} {message}"), remedy.to_owned())
}

/// Explains a failed connection by the I/O error at the end of the error chain.
fn explain_transport(error: &(dyn std::error::Error + 'static)) -> (FailureKind, String, String) {
    let mut words = Vec::new();
    let mut cause = Some(error);
    let mut io = None;
    while let Some(link) = cause {
        let said = clean_with_max_chars(&link.to_string(), MAX_MESSAGE_CHARS);
        // The library's own words, before those of the system.
        let said = if said == "client error (Connect)" { "no connection".to_owned() } else { said };
        if !words.iter().any(|w: &String| w.contains(&said)) {
            words.push(said);
        }
        io = link.downcast_ref::<io::Error>().map(io::Error::kind).or(io);
        cause = link.source();
    }
    let chain = words.join(": ");
    if chain.contains("ertificate") || chain.contains("tls") || chain.contains("InvalidContentType") {
        let remedy =
            "check DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem) and that the engine speaks TLS on this port";
        return (FailureKind::Credentials, chain, remedy.to_owned());
    }
    match io {
        Some(io::ErrorKind::PermissionDenied) => (
            FailureKind::Denied,
            "permission denied".to_owned(),
            "add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`, then log in \
             again), or run as a user with access to it"
                .to_owned(),
        ),
        Some(io::ErrorKind::NotFound) => unreachable("socket not found"),
        Some(io::ErrorKind::ConnectionRefused) => unreachable("connection refused"),
        _ => unreachable(&chain),
    }
}

fn unreachable(why: &str) -> (FailureKind, String, String) {
    let remedy = "start the engine (`systemctl start docker`), or set DOCKER_HOST to its address";
    (FailureKind::Unreachable, why.to_owned(), remedy.to_owned())
}

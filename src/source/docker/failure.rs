//! What went wrong with an engine, in words that say what to do.

use super::{Endpoint, http::CallError};
use crate::model::{Failure, FailureKind, text::clean_within};
use std::io;

/// The most characters of what an engine says of an error.
const MAX_MESSAGE_CHARS: usize = 400;

/// The failure of the call `what` to the engine at `endpoint`.
pub(super) fn of(endpoint: &Endpoint, what: &str, error: &CallError) -> Failure {
    let (kind, why, remedy) = explain(endpoint, error);
    Failure::new(kind, format!("docker {what} at {endpoint}: {why}"), remedy)
}

/// The failure of the call `what` that did not come through ssh, which said so.
pub(super) fn through(endpoint: &Endpoint, what: &str, said: &str) -> Failure {
    let kind = match said {
        _ if said.contains("ermission denied") => FailureKind::Denied,
        _ if said.contains("erification failed") => FailureKind::Credentials,
        _ => FailureKind::Unreachable,
    };
    let remedy = format!("see that `docker -H {endpoint} version` works and asks for nothing");
    Failure::new(kind, format!("docker {what} at {endpoint}: {said}"), remedy)
}

fn explain(endpoint: &Endpoint, error: &CallError) -> (FailureKind, String, String) {
    match error {
        CallError::Refused { status, message } => refused(*status, &clean_within(message, MAX_MESSAGE_CHARS)),
        CallError::Late(_) | CallError::Stalled(_) => (
            FailureKind::Timeout,
            error.to_string(),
            "see whether the engine is busy or stuck: `docker info`".to_owned(),
        ),
        CallError::Certificate { path, why } => {
            let why = clean_within(
                &format!("the certificate {} can't be used: {why}", path.display()),
                MAX_MESSAGE_CHARS,
            );
            let remedy = "put ca.pem, cert.pem and key.pem where DOCKER_CERT_PATH points";
            (FailureKind::Credentials, why, remedy.to_owned())
        }
        CallError::TooLarge(_) | CallError::HeadTooLarge(_) | CallError::Nonsense(_) => (
            FailureKind::Invalid,
            clean_within(&error.to_string(), MAX_MESSAGE_CHARS),
            format!("see whether it is a Docker engine that answers at {endpoint}"),
        ),
        CallError::Transport(error) => transport(error.as_ref()),
    }
}

/// The engine answered, and said no.
fn refused(status: u16, message: &str) -> (FailureKind, String, String) {
    let (kind, remedy) = match status {
        401 | 403 => (FailureKind::Denied, "ask for the right to read this engine"),
        404 => (FailureKind::Missing, "look again: it may have been removed meanwhile"),
        429 | 503 => (FailureKind::Throttled, "wait: the engine asks for fewer calls"),
        400 if message.contains("HTTPS server") => {
            (FailureKind::Credentials, "the engine wants TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH")
        }
        _ => (FailureKind::Invalid, "see the engine's own log: `journalctl -u docker`"),
    };
    (kind, format!("{status} {message}"), remedy.to_owned())
}

/// The engine did not answer: what stands at the end of the chain of errors says why.
fn transport(error: &(dyn std::error::Error + 'static)) -> (FailureKind, String, String) {
    let mut words = Vec::new();
    let mut cause = Some(error);
    let mut io = None;
    while let Some(link) = cause {
        let said = clean_within(&link.to_string(), MAX_MESSAGE_CHARS);
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
            "add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`, then log in again), or run as a user that may read it".to_owned(),
        ),
        Some(io::ErrorKind::NotFound) => unreachable("there is no such socket"),
        Some(io::ErrorKind::ConnectionRefused) => unreachable("nobody listens there"),
        _ => unreachable(&chain),
    }
}

fn unreachable(why: &str) -> (FailureKind, String, String) {
    let remedy = "start the engine (`systemctl start docker`), or set DOCKER_HOST to where it is";
    (FailureKind::Unreachable, why.to_owned(), remedy.to_owned())
}

//! Where an engine is, as `DOCKER_HOST` writes it.

use crate::model::{Failure, FailureKind, Text};
use std::{fmt, path::PathBuf};

/// How to reach an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket.
    Socket(PathBuf),
    /// Plain HTTP, at `host:port`.
    Tcp(String),
    /// HTTP over TLS.
    Tls {
        /// The `host:port`.
        address: String,
        /// The folder with `ca.pem`, `cert.pem` and `key.pem`.
        certificates: PathBuf,
    },
    /// `docker system dial-stdio` on another machine, at `user@host:port` as ssh takes it.
    Ssh(String),
}

impl Endpoint {
    /// Reads `unix:///path`, `tcp://host:port`, `http://…`, `https://…` or `ssh://user@host:port`; with `certificates`, tcp
    /// means TLS.
    pub fn parse(host: &str, certificates: Option<PathBuf>) -> Result<Self, Failure> {
        let (scheme, rest) = host.split_once("://").unwrap_or(("tcp", host));
        match (scheme, certificates) {
            ("unix", _) if rest.starts_with('/') => Ok(Self::Socket(PathBuf::from(rest))),
            ("tcp" | "https", Some(certificates)) if !rest.is_empty() => {
                Ok(Self::Tls { address: with_port(rest, 2376), certificates })
            }
            ("tcp" | "http", None) if !rest.is_empty() => Ok(Self::Tcp(with_port(rest, 2375))),
            ("https", None) => {
                Err(refused(host, "needs certificates", "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH"))
            }
            ("ssh", _) => over_ssh(rest.trim_end_matches('/')).map(Self::Ssh),
            _ => Err(refused(host, "is not understood", "use unix:///path/to/socket or tcp://host:port")),
        }
    }
}

/// The place that ssh is to go to. A path would name a socket there, and a password does not belong here.
fn over_ssh(place: &str) -> Result<String, Failure> {
    let user = place.rsplit_once('@').map_or("", |(user, _)| user);
    if user.contains(':') {
        let bare = place.rsplit('@').next().unwrap_or_default();
        return Err(refused(
            &format!("ssh://…@{bare}"),
            "has a password in it",
            "let ssh use a key or an agent",
        ));
    }
    if place.is_empty() || place.contains('/') {
        let remedy = "use ssh://user@host:port; `docker` there knows its own socket";
        return Err(refused(&format!("ssh://{place}"), "is not understood", remedy));
    }
    Ok(place.to_owned())
}

/// The address with `port` unless it has one, without a trailing slash.
fn with_port(address: &str, port: u16) -> String {
    let bare = address.trim_end_matches('/');
    let tail = bare.rsplit(']').next().unwrap_or(bare);
    if tail.contains(':') { bare.to_owned() } else { format!("{bare}:{port}") }
}

fn refused(host: &str, why: &str, remedy: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("the engine's address {} {why}", Text::new(host)), remedy)
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(address) | Self::Tls { address, .. } => write!(f, "tcp://{}", Text::new(address)),
            Self::Ssh(place) => write!(f, "ssh://{}", Text::new(place)),
        }
    }
}

//! Engine addresses, as `DOCKER_HOST` and docker contexts write them: a Unix socket, TCP, TLS or ssh.

use crate::model::{DisplayUrl, Failure, FailureKind};
use std::{fmt, path::PathBuf};

/// Address at which Portolan reaches an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineEndpoint {
    /// Path of a Unix socket.
    Socket(PathBuf),
    /// HTTP without encryption, at `host:port`.
    Tcp(String),
    /// HTTP over TLS.
    Tls {
        /// Address as `host:port`.
        address: String,
        /// Folder with `ca.pem`, `cert.pem` and `key.pem`.
        certificates: PathBuf,
    },
    /// Engine on another machine, at `user@host:port`. Portolan reaches it by running `docker system
    /// dial-stdio` there through ssh.
    Ssh(String),
}

/// Default socket of Docker.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// Default port without TLS.
const PLAIN_PORT: u16 = 2375;
/// Default port with TLS.
const TLS_PORT: u16 = 2376;

impl EngineEndpoint {
    /// Parses `unix:///path`, `tcp://host:port`, `http://…`, `https://…` or `ssh://user@host:port` as the
    /// docker command does (docker/cli, `opts/hosts.go`). Ignores surrounding space, and fills in defaults
    /// for a missing host or port. With `certificates`, `tcp` means TLS. Unlike the docker command, also
    /// accepts the bare path of a socket.
    pub fn parse(host: &str, certificates: Option<PathBuf>) -> Result<Self, Failure> {
        let host = host.trim();
        let (scheme, rest) = match host.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if host.starts_with('/') => ("unix".to_owned(), host),
            None => ("tcp".to_owned(), host),
        };
        match (scheme.as_str(), certificates) {
            ("unix", _) if rest.is_empty() => Ok(Self::default()),
            ("unix", _) if rest.starts_with('/') => Ok(Self::Socket(PathBuf::from(rest))),
            ("tcp" | "https", Some(certificates)) => {
                Ok(Self::Tls { address: tcp_address(&scheme, rest, TLS_PORT)?, certificates })
            }
            ("tcp" | "http", None) => Ok(Self::Tcp(tcp_address(&scheme, rest, PLAIN_PORT)?)),
            ("https", None) => {
                let shown = format!("https://{}", tcp_address(&scheme, rest, TLS_PORT)?);
                Err(invalid_address(
                    &shown,
                    "needs certificates",
                    "set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH",
                ))
            }
            ("ssh", _) => ssh_destination(rest.trim_end_matches('/')).map(Self::Ssh),
            _ => {
                let shown = format!("{scheme}://{}", rest.rsplit('@').next().unwrap_or_default());
                Err(invalid_address(&shown, "is invalid", "use unix:///path/to/socket or tcp://host:port"))
            }
        }
    }
}

impl Default for EngineEndpoint {
    fn default() -> Self {
        Self::Socket(PathBuf::from(DEFAULT_SOCKET))
    }
}

/// Returns true if `text` is safe in an address: only letters, digits and usual punctuation.
fn is_address_text(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:[]%/@".contains(c);
    !text.is_empty() && text.chars().all(fits)
}

/// Returns `place` if it is a valid ssh destination. Fails if it contains a password, or the path of a socket
/// on the other machine.
fn ssh_destination(place: &str) -> Result<String, Failure> {
    let (user, bare) = place.rsplit_once('@').unwrap_or(("", place));
    if user.contains(':') {
        return Err(invalid_address(
            &format!("ssh://…@{bare}"),
            "contains a password",
            "use an ssh key or agent",
        ));
    }
    let port = split_port(bare);
    let is_port = port.is_none_or(|(_, port)| port.parse::<u16>().is_ok());
    if !is_address_text(place) || bare.is_empty() || place.contains('/') || !is_port {
        let remedy = "use ssh://user@host:port; `docker` on that host finds its own socket";
        return Err(invalid_address(&format!("ssh://{place}"), "is invalid", remedy));
    }
    Ok(place.to_owned())
}

/// Returns the host and the port of an address, or `None` if it has no port. Colons inside an IPv6 address
/// don't count.
fn split_port(address: &str) -> Option<(&str, &str)> {
    address.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'))
}

/// Returns the host of `address`, without its port and without the brackets of an IPv6 address.
pub(in crate::source::docker) fn host_of(address: &str) -> &str {
    split_port(address).map_or(address, |(host, _)| host).trim_matches(['[', ']'])
}

/// Returns the address `text` with defaults: `localhost` for a missing host, and `port` for a missing port.
/// Drops a slash at the end. Fails if the address has a user name or is invalid.
fn tcp_address(scheme: &str, text: &str, port: u16) -> Result<String, Failure> {
    let bare = text.trim_end_matches('/');
    let (authority, path) = bare.find('/').map_or((bare, ""), |at| bare.split_at(at));
    if let Some((_, host)) = authority.rsplit_once('@') {
        let shown = format!("{scheme}://…@{host}");
        return Err(invalid_address(
            &shown,
            "contains a user name",
            "put a proxy that authenticates the user in front of the engine",
        ));
    }
    if !bare.is_empty() && !is_address_text(bare) {
        return Err(invalid_address(&format!("{scheme}://{bare}"), "is invalid", "use tcp://host:port"));
    }
    let authority = if authority.is_empty() || authority.starts_with(':') {
        format!("localhost{authority}")
    } else {
        authority.to_owned()
    };
    let tail = authority.rsplit(']').next().unwrap_or(&authority);
    Ok(if tail.contains(':') { format!("{authority}{path}") } else { format!("{authority}:{port}{path}") })
}

fn invalid_address(host: &str, why: &str, remedy: &str) -> Failure {
    Failure::new(
        FailureKind::Invalid,
        format!("the engine's address {} {why}", DisplayUrl::new(host)),
        remedy,
    )
}

impl fmt::Display for EngineEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => DisplayUrl::new(&format!("unix://{}", path.display())).fmt(f),
            Self::Tcp(address) | Self::Tls { address, .. } => {
                DisplayUrl::new(&format!("tcp://{address}")).fmt(f)
            }
            Self::Ssh(place) => DisplayUrl::new(&format!("ssh://{place}")).fmt(f),
        }
    }
}

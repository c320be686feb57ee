//! Network addresses from configuration: scheme, host and port, never a user, password, path or query.

use super::scheme;
use crate::model::{Host, Scheme};
use serde::{Deserialize, Serialize};
use std::fmt;

/// First port of the range from which Linux assigns ports to outgoing connections (`ip_local_port_range`).
/// Docker takes the host port of a published port from the same range if the user names none.
pub const FIRST_EPHEMERAL_PORT: u16 = 32_768;

/// A host with an optional port and URL scheme.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// The scheme of the URL or DSN; `None` for a bare host or an unknown scheme.
    #[serde(default, deserialize_with = "scheme::deserialize_known")]
    pub scheme: Option<Scheme>,
    /// The host name, IP address or AWS resource.
    pub host: Host,
    /// The port; `None` if the configuration names none.
    pub port: Option<u16>,
}

impl Address {
    /// Returns an address of `host` without scheme or port.
    #[must_use]
    pub fn from_host(host: Host) -> Self {
        Self { scheme: None, host, port: None }
    }

    /// Parses `text` as a host without scheme or port. Returns `None` unless the whole text is a host.
    #[must_use]
    pub fn parse_host(text: &str) -> Option<Self> {
        Host::parse(text).map(Self::from_host)
    }

    /// Returns the same address with `port`.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.host),
            None => write!(f, "{}", self.host),
        }
    }
}

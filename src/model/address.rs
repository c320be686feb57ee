//! An address as configuration names it: host and port, never user, password, path or query.

use super::{Host, Scheme, scheme};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A host with its port and scheme, as far as a mention or an answer says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// The scheme of the URL or DSN; `None` for a bare host and for a scheme that is not known.
    #[serde(default, deserialize_with = "scheme::known")]
    pub scheme: Option<Scheme>,
    /// The machine, name or cloud resource.
    pub host: Host,
    /// The port named, or `None`.
    pub port: Option<u16>,
}

impl Address {
    /// An address without scheme or port.
    #[must_use]
    pub fn of(host: Host) -> Self {
        Self { scheme: None, host, port: None }
    }

    /// Reads a host without scheme or port. Returns `None` unless the whole text is one.
    #[must_use]
    pub fn parse_host(text: &str) -> Option<Self> {
        Host::parse(text).map(Self::of)
    }

    /// The same address with that port.
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

//! An address as configuration names it: host and port, never user, password, path or query.

use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr};

/// Where something listens, as far as a mention or an answer says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// The scheme of the URL or DSN, in lower case, such as `postgres`; none for a bare host.
    pub scheme: Option<String>,
    /// The machine, name or cloud resource.
    pub host: Host,
    /// The port named, or none.
    pub port: Option<u16>,
}

/// What an address points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Host {
    /// A host name in lower case, without a trailing dot.
    Name(String),
    /// An IP address.
    Ip(IpAddr),
    /// An AWS resource that has no host of its own, such as a queue or a bucket.
    Resource(Arn),
}

/// The parts of an Amazon Resource Name that tell one resource from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Arn {
    /// The service's namespace, such as `sqs`.
    pub service: String,
    /// The region, empty where the service has none.
    pub region: String,
    /// The resource without its kind, such as the queue's name.
    pub resource: String,
}

impl Address {
    /// A host name without scheme or port.
    #[must_use]
    pub fn name(host: &str) -> Self {
        Self { scheme: None, host: Host::named(host), port: None }
    }

    /// The same address with that port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }
}

impl Host {
    /// A host from text: an IP address where it reads as one, else a name in lower case without a trailing dot.
    #[must_use]
    pub fn named(text: &str) -> Self {
        let bare = text.trim_start_matches('[').trim_end_matches(']');
        match bare.parse() {
            Ok(ip) => Self::Ip(ip),
            Err(_) => Self::Name(text.trim_end_matches('.').to_lowercase()),
        }
    }

    /// Whether it means the asking machine itself, or any of its own addresses.
    #[must_use]
    pub fn is_own(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Ip(ip) => ip.is_loopback() || ip.is_unspecified(),
            Self::Resource(_) => false,
        }
    }
}

impl Host {
    /// Whether it is the loopback address, which the members of one network namespace share.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost",
            Self::Ip(ip) => ip.is_loopback(),
            Self::Resource(_) => false,
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Self::Ip(ip) => write!(f, "{ip}"),
            Self::Resource(arn) => write!(f, "{}:{}", arn.service, arn.resource),
        }
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

//! Hosts of addresses: host names, IP addresses and AWS resources.
//!
//! Each type checks the grammar of its text, even if the text comes from a recording or the cache. The check
//! rejects most pieces of a password that a parser mistook for a host. A piece that looks like a host name
//! passes.

use super::not_a_host::NotAHost;
use serde::{Deserialize, Serialize};
use std::{fmt, net::IpAddr, ops::Deref};

/// Maximum length of a DNS name, in bytes without the trailing dot (RFC 1035 section 2.3.4).
const MAX_NAME_BYTES: usize = 253;
/// Maximum length of a label, the text between two dots of a DNS name, in bytes (RFC 1035 section 2.3.4).
const MAX_LABEL_BYTES: usize = 63;

/// An address without its scheme and port: a host name, an IP address or an AWS resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Host {
    /// A host name.
    Name(HostName),
    /// An IP address.
    Ip(IpAddr),
    /// An AWS resource without a host name, such as a queue or a bucket.
    Resource(crate::model::Arn),
}

/// A DNS name in lower case without a trailing dot: labels of letters, digits, `-` and `_`, with at least one
/// letter (RFC 1123 section 2.1; container names add the `_`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct HostName(String);

impl HostName {
    /// Parses a host name. Returns `None` unless the whole text is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix('.').unwrap_or(text);
        let fits = name.len() <= MAX_NAME_BYTES
            && name.split('.').all(is_dns_label)
            && name.bytes().any(|byte| byte.is_ascii_alphabetic());
        fits.then(|| Self(name.to_ascii_lowercase()))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns true if `label`, the text between two dots of a name, has a valid length and only valid
/// characters.
fn is_dns_label(label: &str) -> bool {
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl Deref for HostName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for HostName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl TryFrom<String> for HostName {
    type Error = NotAHost;

    fn try_from(text: String) -> Result<Self, NotAHost> {
        Self::parse(&text).ok_or(NotAHost)
    }
}

impl Host {
    /// Parses an IP address, with or without brackets, or a host name. Returns `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        match bare.parse() {
            Ok(ip) => Some(Self::Ip(ip)),
            Err(_) => HostName::parse(text).map(Self::Name),
        }
    }

    /// Returns true if the host means the calling container itself: `localhost` or a name below it, a
    /// loopback address, or an unspecified address such as `0.0.0.0`.
    #[must_use]
    pub fn refers_to_self(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Ip(ip) => ip.is_loopback() || ip.is_unspecified(),
            Self::Resource(_) => false,
        }
    }

    /// Returns true for `localhost` and loopback addresses. Containers in one network namespace reach each
    /// other at these addresses.
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
            Self::Resource(arn) => write!(f, "{}:{}", arn.service(), arn.resource()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, HostName};

    #[test]
    fn only_what_could_be_a_host_is_one() {
        for name in ["db", "DB.example.com.", "shop_db-1", "7up", "a.b.c", &"x".repeat(63)] {
            assert!(HostName::parse(name).is_some(), "{name}");
        }
        let long = "x".repeat(64);
        for text in ["", ".", "a..b", "-a", "a-", "a b", "a;b", "pa$s", "a@b", "12", "1.2.3", "dé", &long] {
            assert!(HostName::parse(text).is_none(), "{text}");
        }
        assert_eq!(Host::parse("[::1]"), Some(Host::Ip("::1".parse().unwrap())));
        assert_eq!(Host::parse("Db."), HostName::parse("db").map(Host::Name));
        assert_eq!(Host::parse("[db]"), None);
    }

    #[test]
    fn a_recording_is_checked_as_a_decoder_is() {
        assert_eq!(serde_json::from_str::<Host>("{\"Name\":\"db\"}").ok(), Host::parse("db"));
        let refused = serde_json::from_str::<Host>("{\"Name\":\"pa;ss word\"}").unwrap_err();
        assert!(!refused.to_string().contains("pa;ss"), "{refused}");
        let arn = |resource: &str| {
            format!("{{\"Resource\":{{\"service\":\"sqs\",\"region\":\"\",\"resource\":\"{resource}\"}}}}")
        };
        assert!(serde_json::from_str::<Host>(&arn("orders")).is_ok());
        assert!(serde_json::from_str::<Host>(&arn("or ders")).is_err());
    }
}

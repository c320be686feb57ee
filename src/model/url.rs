//! An address of an engine, an API or a proxy as people may see it: without user information, query and fragment.

use super::Text;
use std::fmt;

/// A URL to be shown, logged or exported. Passwords stand in the user information, tokens in the query (RFC 3986,
/// sections 3.2.1 and 3.4): neither gets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayUrl(Text);

impl DisplayUrl {
    /// The part of `raw` that may be shown: `…` for a host that can't be told from a password. A text without a scheme is
    /// taken for `user@host:port/path`.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let (scheme, rest) = raw.find("://").map_or(("", raw), |at| raw.split_at(at + 3));
        // The path of a socket has neither user nor query.
        if matches!(scheme, "unix://" | "npipe://" | "fd://") {
            return Self(raw.into());
        }
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let place = match rest.rfind('@') {
            // Either a password without the escapes that the RFC asks for, or a part of path or query: who can tell?
            Some(last) if last > authority.len() => "…",
            Some(last) => &rest[last + 1..],
            None => rest,
        };
        let place = place.split(['?', '#']).next().unwrap_or_default();
        Self(format!("{scheme}{place}").into())
    }
}

impl fmt::Display for DisplayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::DisplayUrl;

    #[test]
    fn only_scheme_host_port_and_path_are_shown() {
        for (raw, expected) in [
            ("tcp://host:2375", "tcp://host:2375"),
            ("https://user:secret@host:2376/v1?token=secret#secret", "https://host:2376/v1"),
            ("http://user:se/cr@host", "http://…"),
            ("http://host?token=a@b", "http://…"),
            ("ssh://deploy@host:22", "ssh://host:22"),
            ("user:secret@host:2375", "host:2375"),
            ("host:2375?token=secret", "host:2375"),
            ("unix:///run/user@1000/docker.sock", "unix:///run/user@1000/docker.sock"),
            ("http://[::1]:4566/\u{1b}[2Jx", "http://[::1]:4566/x"),
            ("", ""),
        ] {
            assert_eq!(DisplayUrl::new(raw).to_string(), expected, "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_secret_is_shown(secret in "[a-z0-9/?#@:%.,-]{0,12}S3CR[a-z0-9/?#:@%.,-]{0,12}") {
            for raw in [format!("http://user:{secret}@db"), format!("http://db?{secret}"), format!("http://db#{secret}")] {
                proptest::prop_assert!(!DisplayUrl::new(&raw).to_string().contains("S3CR"), "{}", raw);
            }
        }
    }
}

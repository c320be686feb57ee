//! URLs for display: without user information, query and fragment.

use crate::model::Text;
use std::fmt;

/// A URL that is safe to show, log and export. It lacks the user information, query and fragment, because
/// they may hold passwords and tokens (RFC 3986, sections 3.2.1, 3.4 and 3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayUrl(Text);

impl DisplayUrl {
    /// Returns the safe part of `raw`, with `…` in place of a host that can't be distinguished from a
    /// password. Text without a scheme is parsed as `user@host:port/path`.
    #[must_use]
    pub fn new(raw: &str) -> Self {
        let (scheme, rest) = raw.find("://").map_or(("", raw), |at| raw.split_at(at + 3));
        // A socket path has neither a user nor a query.
        if matches!(scheme, "unix://" | "npipe://" | "fd://") {
            return Self(raw.into());
        }
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let place = match rest.rfind('@') {
            // The `@` belongs to an unescaped password, or to the path or query: the two cases look the same.
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

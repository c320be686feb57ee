//! The shapes an address can have in a value: total on any text, and unable to carry a password.
//!
//! What leaves is a host name, an IP address or a cloud resource with a port, each checked against the grammar of
//! RFC 1123 names (with `_`, which container names use). User information, path and query never leave.

use super::aws;
use crate::model::{Address, Host};
use std::net::IpAddr;

/// An address and the shape it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The address.
    pub(super) address: Address,
    /// How sure the shape makes it.
    pub(super) shape: Shape,
}

/// The shape an address was found in, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// After a scheme, or under a host key inside a connection string.
    Url,
    /// A cloud resource.
    Resource,
    /// Host and port.
    HostPort,
    /// A word that could be a host name.
    Word,
}

/// The most text of one value that is read.
const LONGEST: usize = 16 * 1024;

/// All addresses in `value`, in order.
pub(super) fn addresses(value: &str) -> Vec<Found> {
    let end = (0..=LONGEST.min(value.len())).rev().find(|i| value.is_char_boundary(*i)).unwrap_or(0);
    let value = value[..end].trim();
    let pairs = connection_string(value);
    if !pairs.is_empty() {
        return pairs;
    }
    value.split(is_separator).filter(|token| !token.is_empty()).flat_map(token).collect()
}

/// What stands between the tokens of a list.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '|' | '{' | '}')
}

/// The addresses of `Host=db;Port=5432;…` (ADO.NET) and `host=db port=5432 …` (libpq).
fn connection_string(value: &str) -> Vec<Found> {
    let separator = if value.contains(';') { ';' } else { ' ' };
    let pairs: Vec<(String, &str)> = value
        .split(separator)
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.trim().to_ascii_lowercase().replace(' ', ""), value.trim()))
        .collect();
    if pairs.len() < 2 {
        return Vec::new();
    }
    let of =
        |keys: &[&str]| pairs.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| *value);
    let Some(hosts) = of(&["host", "server", "datasource", "addr", "address", "hostname"]) else {
        return Vec::new();
    };
    let port = of(&["port"]).and_then(|port| port.parse().ok());
    let hosts = hosts.trim_start_matches("tcp:");
    // SQL Server writes the port behind a comma; everyone else lists hosts there.
    if let Some((host, Ok(port))) =
        hosts.split_once(',').map(|(host, port)| (host, port.trim().parse::<u16>()))
    {
        return host_port(host, Some(port))
            .map(|address| Found { address, shape: Shape::Url })
            .into_iter()
            .collect();
    }
    let found = hosts.split(',').filter_map(|host| authority_part(host.trim(), None));
    found
        .map(|mut address| {
            address.port = address.port.or(port);
            Found { address, shape: Shape::Url }
        })
        .collect()
}

/// The addresses in one token of a value.
fn token(token: &str) -> Vec<Found> {
    if let Some(start) = token.find("arn:aws") {
        return aws::arn(token[start..].trim_end_matches([',', ';', ')']))
            .map(|address| Found { address, shape: Shape::Resource })
            .into_iter()
            .collect();
    }
    if token.contains("://") {
        return urls(token);
    }
    // Go's MySQL driver: user:password@tcp(host:port)/database, where tcp may be left out.
    let dsn = ["@tcp(", "@udp(", "@("].iter().find_map(|open| token.split_once(open));
    if let Some((_, rest)) = dsn {
        let inner = rest.split(')').next().unwrap_or_default();
        return authority_part(inner, None)
            .map(|address| Found { address, shape: Shape::Url })
            .into_iter()
            .collect();
    }
    token.split([',', ';']).filter_map(plain).collect()
}

/// The addresses of the URLs in a token: one, or a list of them.
fn urls(token: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut rest = token;
    while let Some(at) = rest.find("://") {
        let scheme: String = {
            let before = &rest[..at];
            let start = before
                .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-')))
                .map_or(0, |i| i + 1);
            before.get(start..).unwrap_or_default().to_ascii_lowercase()
        };
        let after = &rest[at + 3..];
        // The next URL of a list begins where its scheme does, so this one ends at the comma before it.
        let end = after.find("://").and_then(|next| after[..next].rfind([',', ';'])).unwrap_or(after.len());
        found.extend(url(&scheme, &after[..end]));
        rest = &after[end..];
    }
    found
}

/// The addresses of one URL, after its `://`. A multi-host authority gives several.
fn url(scheme: &str, rest: &str) -> Vec<Found> {
    let scheme_known = !scheme.is_empty() && !matches!(scheme, "file" | "unix" | "npipe" | "data" | "fd");
    if !scheme_known || is_download(rest) {
        return Vec::new();
    }
    let (authority, path) = split_authority(scheme, rest);
    if let Some(address) = aws::endpoint(scheme, &host_text(authority), path) {
        return vec![Found { address, shape: Shape::Resource }];
    }
    let hosts = authority.split(',').filter_map(|part| authority_part(part, Some(scheme)));
    hosts.map(|address| Found { address, shape: Shape::Url }).collect()
}

/// The authority without user information, and what follows it; empty where nobody can tell.
///
/// A password may hold `/`, `?`, `#` and `@` unescaped, against RFC 3986. Then what stands before the first of those
/// is no host: the authority is taken from behind the last `@` instead. Where an `@` could as well belong to a path or
/// query, nothing is taken: a line that is missing is better than a piece of a password.
fn split_authority<'a>(scheme: &str, rest: &'a str) -> (&'a str, &'a str) {
    let end = |text: &str| text.find(['/', '?', '#', ';', '\\']).unwrap_or(text.len());
    let plain = &rest[..end(rest)];
    let web = matches!(scheme, "http" | "https" | "ws" | "wss");
    let start = match rest.rfind('@') {
        None => rest,
        Some(at) if at < plain.len() => &rest[at + 1..],
        // `https://example.com/@name` is how sites write the pages of people.
        Some(_)
            if web
                && rest[plain.len()..].matches('@').count() == rest[plain.len()..].matches("/@").count() =>
        {
            plain.rfind('@').map_or(rest, |at| &rest[at + 1..])
        }
        Some(at) => {
            let host_before = authority_part(plain, None).is_some();
            let in_query = rest[plain.len()..at].contains(['?', '#']);
            if host_before && (web || in_query) { "" } else { &rest[at + 1..] }
        }
    };
    let authority = &start[..end(start)];
    (authority, &start[authority.len()..])
}

/// Whether the URL names a file to fetch rather than something to call.
fn is_download(rest: &str) -> bool {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit_once('/').map_or("", |(_, last)| last).to_ascii_lowercase();
    [
        ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".py", ".sh", ".deb", ".rpm", ".apk", ".asc",
        ".jar", ".whl", ".gpg", ".html", ".md", ".png", ".svg", ".pdf",
    ]
    .iter()
    .any(|ending| last.ends_with(ending))
}

/// The host of an authority without its port, in lower case.
fn host_text(authority: &str) -> String {
    authority.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

/// `host`, `host:port`, `[v6]:port`, with or without `user@` before and more `:parts` behind.
fn authority_part(part: &str, scheme: Option<&str>) -> Option<Address> {
    let bare = part.rsplit('@').next()?;
    let (host, port) = match bare.strip_prefix('[') {
        Some(v6) => {
            let (host, rest) = v6.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => match bare.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (bare, None),
        },
    };
    let port = match port.map(|port| port.split(':').next().unwrap_or_default()) {
        None | Some("") => None,
        // `host:${PORT}` keeps its host: a variable that was not expanded is no password.
        Some(port) if port.starts_with('$') => None,
        Some(port) => Some(port.parse::<u16>().ok()?),
    };
    let mut address = host_port(host, port)?;
    address.scheme = scheme.map(str::to_owned);
    Some(address)
}

/// A token that is no URL: `host:port`, `user@host:port`, `id=host:port`, or a bare word.
fn plain(token: &str) -> Option<Found> {
    let token = token.trim_matches(['(', ')', '[', '"', '\'']).trim_end_matches(['.', ',']);
    let token = token.split_once('=').map_or(token, |(_, value)| value);
    let token = token.rsplit('@').next()?;
    let head = token.split('/').next()?;
    // dnsmasq and unbound put `#` or `@` before the port of an address.
    if let Some((ip, port)) = head.split_once('#')
        && ip.parse::<IpAddr>().is_ok()
    {
        let address = host_port(ip, Some(port.parse().ok()?))?;
        return Some(Found { address, shape: Shape::HostPort });
    }
    let mut parts = head.splitn(3, ':');
    let (host, port) = (parts.next()?, parts.next());
    match port {
        Some(port) => {
            let port = port.parse().ok().filter(|port| *port != 0)?;
            // `12:30` is a time and `a:1:2` more than a port; `zoo1:2888:3888` is both of a ZooKeeper server's ports.
            let more = parts.next().is_some_and(|rest| rest.split(':').any(|p| p.parse::<u16>().is_err()));
            let address = host_port(host, Some(port)).filter(|_| !more)?;
            Some(Found { address, shape: Shape::HostPort })
        }
        None if head == token => {
            let address = host_port(host, None).filter(|_| !is_value_word(host))?;
            Some(Found { address, shape: Shape::Word })
        }
        None => None,
    }
}

/// Words that stand for a choice, not for a host.
fn is_value_word(word: &str) -> bool {
    const CHOICES: &[&str] = &[
        "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "default", "auto", "enabled",
        "disabled", "all", "any", "local", "internal", "external",
    ];
    CHOICES.contains(&word.to_ascii_lowercase().as_str())
}

/// A host and port, where `host` can be a host name or is an IP address.
fn host_port(host: &str, port: Option<u16>) -> Option<Address> {
    let host = host.trim();
    let address = |host| Some(Address { scheme: None, host, port: port.filter(|port| *port != 0) });
    if let Ok(ip) = host.parse::<IpAddr>() {
        return address(Host::Ip(ip));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let name = host.trim_end_matches('.');
    let fits =
        name.len() <= 253 && name.split('.').all(label) && name.chars().any(|c| c.is_ascii_alphabetic());
    if fits { address(Host::named(name)) } else { None }
}

//! The meaning of a value, by the name of the variable or option under which it stands.

mod table;

use table::{CONNECTED, FRONT_ENDS, ROWS, Row, Where};

/// The kind of value that stands under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A credential: not looked at.
    Secret,
    /// The service's own address or what it listens on: not a call.
    Own,
    /// A place to which the user's browser is sent: not a call of the service.
    Browser,
    /// An address that others are told as well: only host and port count, because a URL is for browsers.
    Public,
    /// An image or a version: `redis:7` is no port.
    Image,
    /// The name of something inside a server, such as a database or a user: only a URL counts.
    Name,
    /// A whole address: a URL, a connection string, or a host with its port.
    Endpoint,
    /// An address: even a bare word counts.
    Address,
    /// Nothing known: only the shape of an address counts.
    Other,
}

/// The kind of value that stands under `key`. A key of several words is read by its last one where that says
/// something: `TOKEN_ISSUER_URL` is a URL. No bare word counts under such a key, because it may be the secret itself.
pub(super) fn meaning(key: &str) -> Meaning {
    let words = told_words(key);
    let joined = words.join("_");
    let last = words.last().map_or("", String::as_str);
    let fits = |(_, place, parts): &&Row| match place {
        Where::Any => words.iter().any(|word| parts.contains(&word.as_str())),
        Where::AnyEnd => words.iter().any(|word| parts.iter().any(|part| word.ends_with(part))),
        Where::Last => parts.contains(&last),
        Where::Tail => parts.iter().any(|part| is_tail(&joined, part)),
        Where::End => parts.iter().any(|part| last.ends_with(part)),
    };
    let mut fitting = ROWS.iter().filter(fits).map(|(meaning, _, _)| *meaning);
    match fitting.next() {
        Some(Meaning::Secret) => match fitting.find(|meaning| *meaning != Meaning::Secret) {
            Some(Meaning::Address | Meaning::Endpoint) => Meaning::Endpoint,
            _ => Meaning::Secret,
        },
        Some(Meaning::Browser)
            if CONNECTED.contains(&last)
                && words.iter().any(|word| word == "PUBLIC")
                && !words.iter().any(|word| FRONT_ENDS.contains(&word.as_str())) =>
        {
            Meaning::Public
        }
        found => found.unwrap_or(Meaning::Other),
    }
}

/// Returns whether joined words are `tail`, or end in it.
fn is_tail(joined: &str, tail: &str) -> bool {
    joined.strip_suffix(tail).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// The words of a key without the numbers behind and between them: `HOST_1` and `HOST1` say what `HOST` says.
fn told_words(key: &str) -> Vec<String> {
    let mut words = words(key);
    words
        .iter_mut()
        .for_each(|word| word.truncate(word.trim_end_matches(|c: char| c.is_ascii_digit()).len()));
    words.retain(|word| !word.is_empty());
    words
}

/// The words of a key in upper case: split at separators and where camel case begins a word.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in key.chars() {
        if !c.is_ascii_alphanumeric() {
            words.push(String::new());
            lower_before = false;
            continue;
        }
        if c.is_ascii_uppercase() && lower_before {
            words.push(String::new());
        }
        lower_before = c.is_ascii_lowercase();
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns whether the key says that a bare word under it is a host, and not a kind of thing: `target: web` may be a platform.
pub(super) fn names_hosts(key: &str) -> bool {
    const OTHERS: &[&str] = &["ENDPOINT", "ENDPOINTS", "TARGET", "TARGETS"];
    let other = |last: &String| OTHERS.iter().any(|end| last.ends_with(end));
    meaning(key) == Meaning::Address && !words(key).last().is_some_and(other)
}

/// Returns whether the key is for a host's own name, which names a server only where a port stands beside it.
pub(super) fn is_hostname(key: &str) -> bool {
    words(key).last().is_some_and(|last| last == "HOSTNAME")
}

/// The words of a variable for a command line tool that lies in the image beside the service, joined without the word
/// that says so: `TEMPORAL_CLI_ADDRESS`. Returns `None` for any other key.
pub(super) fn of_tool(key: &str) -> Option<String> {
    let mut words = words(key);
    let count = words.len();
    words.retain(|word| word != "CLI");
    (words.len() < count).then(|| words.join("_"))
}

/// The words of a key, joined with `_`.
pub(super) fn joined(key: &str) -> String {
    words(key).join("_")
}

/// The key under which the port of the host under `key` would stand, as words joined with `_`.
pub(super) fn port_sibling(key: &str) -> Option<String> {
    let mut words = words(key);
    let last = words.pop()?;
    let stem = ["HOSTNAME", "HOSTS", "HOST", "ADDRESS", "ADDR", "SERVER", "ENDPOINT", "URL"]
        .into_iter()
        .find_map(|end| last.strip_suffix(end))?;
    words.push(format!("{stem}PORT"));
    Some(words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning};

    #[test]
    fn a_key_is_read_by_its_last_telling_word() {
        for (key, expected) in [
            ("TOKEN_ISSUER_URL", Meaning::Endpoint),
            ("DB_PASSWORD", Meaning::Secret),
            ("DB_PASSWORD_2", Meaning::Secret),
            ("PGPASSWORD", Meaning::Secret),
            ("SECRET_NAME", Meaning::Secret),
            ("ADMIN_CREDS", Meaning::Secret),
            ("HTTP_BASIC", Meaning::Secret),
            ("API_KEY1", Meaning::Secret),
            ("AUTH_SERVICE", Meaning::Other),
            ("AUTH_HOST", Meaning::Address),
            ("REDIS_HOST_1", Meaning::Address),
            ("BROKER1", Meaning::Address),
            ("PUBLIC_FRONTEND_ADDRESS", Meaning::Public),
            ("NEXT_PUBLIC_API_ENDPOINT", Meaning::Browser),
            ("PUBLIC_URL", Meaning::Browser),
            ("MAIL_FROM_ADDRESS", Meaning::Name),
            ("KAFKA_ADVERTISED_LISTENERS", Meaning::Own),
            ("spring.datasource.url", Meaning::Endpoint),
            ("consulServers", Meaning::Address),
        ] {
            assert_eq!(meaning(key), expected, "{key}");
        }
    }
}

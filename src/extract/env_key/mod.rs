//! Kinds of values, such as a secret or a host, derived from the name of the variable or option that holds
//! the value.

mod key_rules;

use key_rules::{CONNECTABLE_WORDS, FRONT_END_FRAMEWORKS, KEY_RULES, KeyPart, KeyRule};

/// Kind of the value under a key, such as a secret or a host. A key is the name of a variable or option. The
/// kind decides which parts of the value count as addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueKind {
    /// A credential. Its value is never read.
    Secret,
    /// The address of the service itself, or one that it listens on. It is not a call.
    OwnAddress,
    /// A URL for a person's browser, or a text with such links that people read. The service does not call
    /// it.
    BrowserAddress,
    /// A public address that may be for programs. Only a host with a port counts, because a URL is for
    /// browsers.
    PublicAddress,
    /// A container image or a version. It is never an address: the 7 in `redis:7` is not a port.
    Image,
    /// The name of an object on a server, such as a database or a user. Only a URL counts.
    ObjectName,
    /// A complete address: a URL, a connection string, or a host with its port. A word alone doesn't count.
    Endpoint,
    /// A host or address. Even a single word counts.
    HostAddress,
    /// An unknown kind. Only text in the shape of an address counts.
    Other,
}

/// Returns the kind of value under `key`.
///
/// A key with a word for a secret nevertheless holds an endpoint if its last word implies an address, as in
/// `TOKEN_ISSUER_URL`. A single word under such a key is not a host, because it may be the secret itself.
pub(super) fn value_kind(key: &str) -> ValueKind {
    let words = words_without_numbers(key);
    let joined = words.join("_");
    let last = words.last().map_or("", String::as_str);
    let before_last = words.iter().nth_back(1).map_or("", String::as_str);
    let fits = |(_, place, parts): &&KeyRule| match place {
        KeyPart::AnyWord => words.iter().any(|word| parts.contains(&word.as_str())),
        KeyPart::AnyWordEnding => words.iter().any(|word| parts.iter().any(|part| word.ends_with(part))),
        KeyPart::LastWord => parts.contains(&last),
        KeyPart::LastWords => parts.iter().any(|part| ends_with_words(&joined, part)),
        KeyPart::LastWordEnding => parts.iter().any(|part| last.ends_with(part)),
        KeyPart::WordBefore(endings) => endings.contains(&last) && parts.contains(&before_last),
        KeyPart::WholeKey => parts.contains(&joined.as_str()),
    };
    let mut fitting = KEY_RULES.iter().filter(fits).map(|(meaning, _, _)| *meaning);
    match fitting.next() {
        Some(ValueKind::Secret) => match fitting.find(|meaning| *meaning != ValueKind::Secret) {
            Some(ValueKind::HostAddress | ValueKind::Endpoint) => ValueKind::Endpoint,
            _ => ValueKind::Secret,
        },
        Some(ValueKind::BrowserAddress)
            if CONNECTABLE_WORDS.contains(&last)
                && words.iter().any(|word| word == "PUBLIC")
                && !words.iter().any(|word| FRONT_END_FRAMEWORKS.contains(&word.as_str())) =>
        {
            ValueKind::PublicAddress
        }
        found => found.unwrap_or(ValueKind::Other),
    }
}

/// Returns true if `joined` equals `tail` or ends with `tail` as whole words.
fn ends_with_words(joined: &str, tail: &str) -> bool {
    joined.strip_suffix(tail).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// Splits a key into words, without the numbers at their ends: `HOST_1` and `HOST1` give the same as `HOST`.
fn words_without_numbers(key: &str) -> Vec<String> {
    let mut words = split_words(key);
    words
        .iter_mut()
        .for_each(|word| word.truncate(word.trim_end_matches(|c: char| c.is_ascii_digit()).len()));
    words.retain(|word| !word.is_empty());
    words
}

/// Splits a key into words in upper case, at separators and at camel case.
fn split_words(key: &str) -> Vec<String> {
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

/// Returns true if no value in a block under `key` is an address that the service calls, because the block
/// consists of secrets, headers, labels or similar.
pub(super) fn hides_nested_values(key: &str) -> bool {
    const SECRET_BLOCK_ENDINGS: &[&str] = &[
        "PASSWORD",
        "PASSWORDS",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "SECRETS",
        "TOKEN",
        "TOKENS",
        "APIKEY",
        "APIKEYS",
        "JAAS",
    ];
    const UNCALLED_BLOCKS: &[&str] =
        &["KEYS", "PW", "HEADERS", "LABELS", "TAGS", "ANNOTATIONS", "DOMAINS", "MATCH", "MATCHERS"];
    let words = words_without_numbers(key);
    let is_secret = words.iter().any(|word| SECRET_BLOCK_ENDINGS.iter().any(|end| word.ends_with(end)));
    let last = words.last().map_or("", String::as_str);
    let is_redirect = words.iter().any(|word| word == "REDIRECT");
    is_secret
        || is_redirect
        || UNCALLED_BLOCKS.contains(&last)
        || words.join("_").ends_with("SECURE_JSON_DATA")
}

/// Returns true if a single word under `key` is a host. A word under a key such as `target` is not, because
/// it may be the name of a platform.
pub(super) fn bare_word_is_host(key: &str) -> bool {
    const AMBIGUOUS_ENDINGS: &[&str] = &["ENDPOINT", "ENDPOINTS", "TARGET", "TARGETS"];
    let other = |last: &String| AMBIGUOUS_ENDINGS.iter().any(|end| last.ends_with(end));
    value_kind(key) == ValueKind::HostAddress && !split_words(key).last().is_some_and(other)
}

/// Returns true if the value of `key` may be a list of words. The value of a singular key, such as `DB_HOST`,
/// is a single host.
pub(super) fn holds_several(key: &str) -> bool {
    const SINGULAR_ENDINGS: &[&str] =
        &["HOST", "HOSTNAME", "ADDR", "ADDRESS", "SERVER", "ENDPOINT", "BROKER", "REPLICAOF", "SLAVEOF"];
    !split_words(key).last().is_some_and(|last| SINGULAR_ENDINGS.iter().any(|end| last.ends_with(end)))
}

/// Returns true if the value of `key` may be a mail relay with its user and password, as in Postfix's maps.
pub(super) fn may_hold_relay_login(key: &str) -> bool {
    const RELAY_WORDS: &[&str] = &["RELAY", "RELAYHOST", "SMARTHOST"];
    split_words(key).iter().any(|word| RELAY_WORDS.contains(&word.as_str()))
}

/// Returns true if the value of `key` is a host and a port with a blank between them (Redis, `replicaof`).
pub(super) fn takes_host_and_port(key: &str) -> bool {
    split_words(key).last().is_some_and(|last| last == "REPLICAOF" || last == "SLAVEOF")
}

/// Returns true for a key such as `HOSTNAME` or `IP`, whose value usually is the name or address of the
/// container itself. The value names a server only if another key sets a port for it.
pub(super) fn is_hostname_key(key: &str) -> bool {
    split_words(key).last().is_some_and(|last| last == "HOSTNAME" || last == "IP")
}

/// Returns the normalized key without the word `CLI`, which marks settings of a command-line tool in the
/// image: `TEMPORAL_CLI_ADDRESS` gives `TEMPORAL_ADDRESS`. Returns `None` for a key without `CLI`.
pub(super) fn key_without_cli(key: &str) -> Option<String> {
    let mut words = split_words(key);
    let count = words.len();
    words.retain(|word| word != "CLI");
    (words.len() < count).then(|| words.join("_"))
}

/// Returns the words of a key in upper case, joined with `_`: `dbHost` gives `DB_HOST`.
pub(super) fn normalized(key: &str) -> String {
    split_words(key).join("_")
}

/// Returns the normalized key of the port that belongs to the host under `key`: `DB_HOST` gives `DB_PORT`.
/// Returns `None` if `key` is not one for a host.
pub(super) fn port_key(key: &str) -> Option<String> {
    let mut words = split_words(key);
    let last = words.pop()?;
    if last == "IP" {
        words.push("PORT".to_owned());
        return Some(words.join("_"));
    }
    let stem = ["HOSTNAME", "HOSTS", "HOST", "ADDRESS", "ADDR", "SERVER", "ENDPOINT", "URL"]
        .into_iter()
        .find_map(|end| last.strip_suffix(end))?;
    words.push(format!("{stem}PORT"));
    Some(words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::{ValueKind, value_kind};

    #[test]
    fn a_key_is_read_by_its_last_telling_word() {
        for (key, expected) in [
            ("TOKEN_ISSUER_URL", ValueKind::Endpoint),
            ("DB_PASSWORD", ValueKind::Secret),
            ("DB_PASSWORD_2", ValueKind::Secret),
            ("PGPASSWORD", ValueKind::Secret),
            ("SECRET_NAME", ValueKind::Secret),
            ("ADMIN_CREDS", ValueKind::Secret),
            ("HTTP_BASIC", ValueKind::Secret),
            ("API_KEY1", ValueKind::Secret),
            ("ADMIN_PW", ValueKind::Secret),
            ("ROOTPW", ValueKind::Secret),
            ("PW_HOST", ValueKind::Endpoint),
            ("DOOR_PASSCODE", ValueKind::Secret),
            ("accessCode", ValueKind::Secret),
            ("SIM_PIN", ValueKind::Secret),
            ("AUTH_SERVICE", ValueKind::Other),
            ("AUTH_HOST", ValueKind::HostAddress),
            ("REDIS_HOST_1", ValueKind::HostAddress),
            ("BROKER1", ValueKind::HostAddress),
            ("PUBLIC_FRONTEND_ADDRESS", ValueKind::PublicAddress),
            ("NEXT_PUBLIC_API_ENDPOINT", ValueKind::BrowserAddress),
            ("PUBLIC_URL", ValueKind::BrowserAddress),
            ("runbook_url", ValueKind::BrowserAddress),
            ("description", ValueKind::BrowserAddress),
            ("HELP_SERVICE_URL", ValueKind::Endpoint),
            ("MAIL_FROM_ADDRESS", ValueKind::ObjectName),
            ("KAFKA_ADVERTISED_LISTENERS", ValueKind::OwnAddress),
            ("spring.datasource.url", ValueKind::Endpoint),
            ("consulServers", ValueKind::HostAddress),
            ("BUILD_TARGET", ValueKind::Endpoint),
            ("LOGS_TARGET", ValueKind::HostAddress),
            ("TRUSTED_HOSTS", ValueKind::OwnAddress),
            ("IGNORE_HOSTS", ValueKind::OwnAddress),
            ("X_FORWARDED_HOST", ValueKind::OwnAddress),
            ("SMTP_HELO_HOST", ValueKind::OwnAddress),
            ("SMTP_HOST", ValueKind::HostAddress),
            ("TLS_SERVER_NAME", ValueKind::OwnAddress),
            ("PEERS", ValueKind::Endpoint),
            ("RAFT_PEERS", ValueKind::HostAddress),
            ("SWARM_JOIN", ValueKind::Endpoint),
            ("retry-join", ValueKind::HostAddress),
            ("CASSANDRA_SEEDS", ValueKind::HostAddress),
            ("WALLET_SEEDS", ValueKind::Endpoint),
        ] {
            assert_eq!(value_kind(key), expected, "{key}");
        }
    }
}

//! What the name of a variable or option says about its value.

use std::collections::BTreeSet;

/// What kind of value stands under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A credential: not looked at.
    Secret,
    /// The service's own address or what it listens on: not a call.
    Own,
    /// Where the user's browser is sent: not a call of the service.
    Browser,
    /// An image or a version: `redis:7` is no port.
    Image,
    /// The name of something inside a server, such as a database or a user: only a URL counts.
    Name,
    /// An address: even a bare word counts.
    Address,
    /// Nothing known: only the shape of an address counts.
    Other,
}

/// Parts of a key and what they mean; the first row that fits decides. Order matters: `DB_PASSWORD_URL` is a
/// secret before it is an address, `ADVERTISED_URL` the service's own before it is one.
const TABLE: &[(Meaning, Where, &[&str])] = &[
    (
        Meaning::Secret,
        Where::Any,
        &["PASSWORD", "PASSWD", "PASS", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS", "APIKEY"],
    ),
    (Meaning::Secret, Where::Last, &["KEY", "AUTH", "PWD", "SALT", "HASH", "SIGNATURE"]),
    (
        Meaning::Own,
        Where::Any,
        &["LISTEN", "LISTENER", "LISTENERS", "BIND", "ADVERTISE", "ADVERTISED", "SELF", "MYHOST"],
    ),
    (
        Meaning::Browser,
        Where::Any,
        &[
            "CORS", "ORIGIN", "ORIGINS", "REDIRECT", "CALLBACK", "PUBLIC", "ROOTURL", "ALLOWED", "CSRF",
            "VITE",
        ],
    ),
    (
        Meaning::Browser,
        Where::Tail,
        &[
            "ROOT_URL",
            "SITE_URL",
            "PUBLIC_URL",
            "EXTERNAL_URL",
            "EXTERNAL_HOST",
            "APP_URL",
            "WEB_URL",
            "FRONTEND_URL",
            "ALLOWED_HOSTS",
            "VIRTUAL_HOST",
            "LETSENCRYPT_HOST",
        ],
    ),
    (
        Meaning::Address,
        Where::Tail,
        &[
            "DB_HOSTNAME",
            "DATABASE_HOSTNAME",
            "POSTGRES_HOSTNAME",
            "POSTGRESQL_HOSTNAME",
            "MYSQL_HOSTNAME",
            "MARIADB_HOSTNAME",
            "MONGO_HOSTNAME",
            "MONGODB_HOSTNAME",
            "REDIS_HOSTNAME",
            "CACHE_HOSTNAME",
            "RABBITMQ_HOSTNAME",
            "KAFKA_HOSTNAME",
            "BROKER_HOSTNAME",
            "QUEUE_HOSTNAME",
            "ELASTICSEARCH_HOSTNAME",
            "SMTP_HOSTNAME",
            "MAIL_HOSTNAME",
            "SERVER_HOSTNAME",
            "REMOTE_HOSTNAME",
        ],
    ),
    (Meaning::Image, Where::Last, &["IMAGE", "VERSION", "TAG"]),
    (
        Meaning::Name,
        Where::Last,
        &[
            "USER",
            "USERNAME",
            "LOGIN",
            "DB",
            "DATABASE",
            "SCHEMA",
            "ROLE",
            "NAME",
            "TYPE",
            "HOSTNAME",
            "LANG",
            "TZ",
            "PATH",
            "MODE",
            "LEVEL",
            "FORMAT",
            "PROVIDER",
            "DRIVER",
            "BACKEND_TYPE",
        ],
    ),
    (
        Meaning::Address,
        Where::End,
        &[
            "HOST",
            "HOSTS",
            "ADDR",
            "ADDRS",
            "ADDRESS",
            "ADDRESSES",
            "URL",
            "URLS",
            "URI",
            "URIS",
            "ENDPOINT",
            "ENDPOINTS",
            "SERVER",
            "SERVERS",
            "BROKER",
            "BROKERS",
            "UPSTREAM",
            "UPSTREAMS",
            "TARGET",
            "TARGETS",
            "DSN",
            "SEEDS",
            "NODES",
            "PEERS",
            "JOIN",
            "SLAVEOF",
            "REPLICAOF",
        ],
    ),
];

/// Which part of the key a row looks at.
#[derive(Clone, Copy)]
enum Where {
    /// Any of its words.
    Any,
    /// Its last word.
    Last,
    /// Its last words, joined with `_`.
    Tail,
    /// The letters at its end, so that `PGHOST` counts.
    End,
}

/// What kind of value stands under `key`.
pub(super) fn meaning(key: &str) -> Meaning {
    let words = words(key);
    let joined = words.join("_");
    let fits = |place: Where, word: &str| match place {
        Where::Any => words.iter().any(|w| w == word),
        Where::Last => words.last().is_some_and(|w| w == word),
        Where::Tail => joined == word || joined.ends_with(&format!("_{word}")),
        Where::End => words.last().is_some_and(|w| w.ends_with(word)),
    };
    TABLE
        .iter()
        .find(|(_, place, parts)| parts.iter().any(|part| fits(*place, part)))
        .map_or(Meaning::Other, |(meaning, _, _)| *meaning)
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

/// Whether the key says that a bare word under it is a host, and not a kind of thing: `target: web` may be a platform,
/// and what is a URL has a scheme.
pub(super) fn names_hosts(key: &str) -> bool {
    const OTHERS: &[&str] =
        &["URL", "URLS", "URI", "URIS", "ENDPOINT", "ENDPOINTS", "TARGET", "TARGETS", "DSN"];
    let other = |last: &String| OTHERS.iter().any(|end| last.ends_with(end));
    meaning(key) == Meaning::Address && !words(key).last().is_some_and(other)
}

/// The variables for command line tools that lie in the image beside the service: their values, with the words of their
/// names but for `CLI`.
pub(super) struct Tools<'a>(BTreeSet<(&'a str, Vec<String>)>);

impl<'a> Tools<'a> {
    /// The variables for tools among all.
    pub(super) fn of(all: &[(&'a str, &'a str)]) -> Self {
        let tools = all.iter().map(|(key, value)| (*value, words(key))).filter(|(_, words)| is_tools(words));
        Self(tools.map(|(value, words)| (value, words.into_iter().filter(|word| word != "CLI").collect())).collect())
    }

    /// Whether a variable is for a tool: `TEMPORAL_CLI_ADDRESS`, and with it `TEMPORAL_ADDRESS` where both say the same, as
    /// tools have old names and new ones.
    pub(super) fn has(&self, key: &'a str, value: &'a str) -> bool {
        let own = words(key);
        is_tools(&own) || self.0.contains(&(value, own))
    }
}

fn is_tools(words: &[String]) -> bool {
    words.iter().any(|word| word == "CLI")
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

/// The words of a key, joined with `_`.
pub(super) fn joined(key: &str) -> String {
    words(key).join("_")
}

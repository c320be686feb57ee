//! Rules that derive the kind of a value from the words in the name of its variable or option.

use super::ValueKind;

/// The part of a variable's or option's name (a key) that must equal one of the words in a rule.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyPart {
    /// Any word of the key.
    AnyWord,
    /// The end of any word, so that `PGPASSWORD` matches `PASSWORD`.
    AnyWordEnding,
    /// The last word.
    LastWord,
    /// One or more words at the end of the key, joined with `_`.
    LastWords,
    /// The end of the last word, so that `PGHOST` matches `HOST`.
    LastWordEnding,
    /// The word directly before the last word, which is one of these.
    WordBefore(&'static [&'static str]),
    /// The whole key.
    WholeKey,
}

/// Rule for keys: the kind of value, the part of a key that is compared, and the words with which it is
/// compared.
pub(super) type KeyRule = (ValueKind, KeyPart, &'static [&'static str]);

/// Rules in order of precedence. The first one that matches decides. For example, `ADVERTISED_URL` matches
/// the rule for the service's own address before the rule for endpoints.
#[rustfmt::skip]
pub(super) const KEY_RULES: &[KeyRule] = &[
    (ValueKind::Secret, KeyPart::AnyWordEnding, &[
        "PASSWORD", "PASSWORDS", "PASSWD", "PASS", "PWD", "SECRET", "SECRETS", "TOKEN", "TOKENS", "PASSPHRASE",
        "CREDENTIAL", "CREDENTIALS", "CREDS", "CRED", "APIKEY", "APIKEYS", "PW", "PASSCODE", "ENCRYPT",
    ]),
    (ValueKind::Secret, KeyPart::AnyWord, &["JAAS", "COOKIE", "BEARER", "MNEMONIC", "JWT", "USERPASS"]),
    (ValueKind::Secret, KeyPart::LastWord, &[
        "BASIC", "SALT", "HASH", "SIGNATURE", "SIG", "PEPPER", "NONCE", "PIN", "OTP", "TOTP", "PSK", "PEM", "KEYS",
        "HEADER", "HEADERS",
    ]),
    (ValueKind::Secret, KeyPart::LastWordEnding, &["KEY", "KEYPAIR", "AUTH", "AUTHORIZATION", "AUTHENTICATION", "LICENSE"]),
    (ValueKind::Secret, KeyPart::LastWords, &[
        "LOGIN_INFO", "USER_INFO", "USERINFO", "ACCOUNT_INFO", "LOGIN_DATA", "AUTH_DATA", "AUTH_INFO", "AUTH_STRING",
        "ACCESS_CODE", "ACCESSCODE", "SECURITY_CODE", "PAIRING_CODE", "PIN_CODE", "PINCODE",
    ]),
    (ValueKind::OwnAddress, KeyPart::AnyWord, &[
        "LISTEN", "LISTENER", "LISTENERS", "BIND", "ADVERTISE", "ADVERTISED", "SELF", "MYHOST", "LISTENADDRESS",
        "LISTENADDR", "BINDADDRESS", "BINDADDR",
    ]),
    // These keys list hosts that are exceptions. The service may never call them.
    (ValueKind::OwnAddress, KeyPart::LastWords, &["NO_PROXY", "NOPROXY", "NON_PROXY_HOSTS", "NONPROXYHOSTS"]),
    // These keys list names that the service accepts or rejects, or by which it presents itself: Django's
    // `ALLOWED_HOSTS`, the names in a certificate, the greeting of a mail server (RFC 5321, section 4.1.1.1).
    (ValueKind::OwnAddress, KeyPart::WordBefore(&["HOST", "HOSTS"]), &[
        "TRUSTED", "CANONICAL", "VALID", "ALLOWED", "ALLOWLIST", "WHITELIST", "WHITELISTED", "BLACKLIST", "BLOCKLIST",
        "BLOCKED", "DENIED", "IGNORE", "IGNORED", "EXCLUDE", "EXCLUDED", "CERT", "SSL", "SAN", "SNI", "HELO", "EHLO",
        "DKIM", "FROM", "FORWARDED", "REPORT",
    ]),
    // Labels and attributes describe the service itself (OpenTelemetry, "Resource SDK": `OTEL_RESOURCE_ATTRIBUTES`).
    (ValueKind::OwnAddress, KeyPart::LastWord, &[
        "LABEL", "LABELS", "TAGS", "ANNOTATION", "ANNOTATIONS", "ATTRIBUTES",
    ]),
    // Names of servers that a web server or a TLS client presents.
    (ValueKind::OwnAddress, KeyPart::LastWord, &["SERVERNAME"]),
    (ValueKind::OwnAddress, KeyPart::LastWords, &["SERVER_NAME"]),
    // Stages of a build and environments of a deployment, unless the value is a complete address.
    (ValueKind::Endpoint, KeyPart::LastWords, &[
        "BUILD_TARGET", "DOCKER_TARGET", "DEPLOY_TARGET", "DEPLOYMENT_TARGET", "STAGE_TARGET", "CARGO_TARGET",
        "MAKE_TARGET", "COMPILE_TARGET",
    ]),
    // The peers of linuxserver/wireguard ("Parameters") are names of people and devices.
    (ValueKind::Endpoint, KeyPart::WholeKey, &["PEERS"]),
    (ValueKind::Endpoint, KeyPart::LastWords, &["WIREGUARD_PEERS", "WG_PEERS"]),
    // The members of a cluster of these products. Elsewhere, seeds and networks to join may be secrets.
    (ValueKind::HostAddress, KeyPart::WholeKey, &["SEEDS", "JOIN"]),
    (ValueKind::HostAddress, KeyPart::WordBefore(&["SEEDS"]), &[
        "CASSANDRA", "SCYLLA", "POSTGRES", "MYSQL", "ES", "ELASTICSEARCH", "KAFKA", "REDIS", "AEROSPIKE", "CLUSTER",
        "GOSSIP", "RAFT", "AKKA",
    ]),
    (ValueKind::HostAddress, KeyPart::WordBefore(&["JOIN"]), &[
        "RETRY", "START", "CONSUL", "NOMAD", "SERF", "COCKROACH", "COCKROACHDB", "CLUSTER", "MEMBERLIST", "GOSSIP",
        "RAFT",
    ]),
    (ValueKind::Endpoint, KeyPart::LastWord, &["SEEDS", "JOIN"]),
    (ValueKind::BrowserAddress, KeyPart::AnyWord, &[
        "CORS", "ORIGIN", "ORIGINS", "REDIRECT", "CALLBACK", "PUBLIC", "ROOTURL", "ALLOWED", "CSRF", "VITE",
    ]),
    (ValueKind::BrowserAddress, KeyPart::LastWords, &[
        "ROOT_URL", "SITE_URL", "PUBLIC_URL", "EXTERNAL_URL", "EXTERNAL_HOST", "APP_URL", "WEB_URL", "FRONTEND_URL",
        "ALLOWED_HOSTS", "VIRTUAL_HOST", "LETSENCRYPT_HOST",
    ]),
    // Members of a cluster. Other members may be people.
    (ValueKind::HostAddress, KeyPart::LastWords, &[
        "JOIN_MEMBERS", "CLUSTER_MEMBERS", "SEED_MEMBERS", "INITIAL_MEMBERS",
    ]),
    // Texts and links for people, such as the annotations of an alert rule.
    (ValueKind::BrowserAddress, KeyPart::LastWords, &[
        "RUNBOOK_URL", "DOC_URL", "DOCS_URL", "DOCUMENTATION_URL", "HELP_URL", "SUPPORT_URL", "WIKI_URL",
        "HOMEPAGE_URL", "CHANGELOG_URL",
    ]),
    (ValueKind::BrowserAddress, KeyPart::LastWord, &[
        "RUNBOOK", "DOCS", "DOCUMENTATION", "DESCRIPTION", "SUMMARY", "HELP", "COMMENT", "HOMEPAGE", "CHANGELOG", "HREF",
        // Texts in which a program searches, and texts that it puts there.
        "REGEX", "REPLACEMENT",
    ]),
    (ValueKind::HostAddress, KeyPart::LastWords, &[
        "DB_HOSTNAME", "DATABASE_HOSTNAME", "POSTGRES_HOSTNAME", "POSTGRESQL_HOSTNAME", "MYSQL_HOSTNAME",
        "MARIADB_HOSTNAME", "MONGO_HOSTNAME", "MONGODB_HOSTNAME", "REDIS_HOSTNAME", "CACHE_HOSTNAME",
        "RABBITMQ_HOSTNAME", "KAFKA_HOSTNAME", "BROKER_HOSTNAME", "QUEUE_HOSTNAME", "ELASTICSEARCH_HOSTNAME",
        "SMTP_HOSTNAME", "MAIL_HOSTNAME", "SERVER_HOSTNAME", "REMOTE_HOSTNAME",
    ]),
    (ValueKind::Image, KeyPart::LastWord, &["IMAGE", "VERSION", "TAG"]),
    // Keys whose value is an email address.
    (ValueKind::ObjectName, KeyPart::LastWords, &[
        "EMAIL_ADDRESS", "MAIL_ADDRESS", "FROM_ADDRESS", "FROM_ADDR", "SENDER_ADDRESS", "REPLY_ADDRESS", "TO_ADDRESS",
        "REPLY_TO", "FROM_EMAIL",
    ]),
    (ValueKind::ObjectName, KeyPart::LastWord, &[
        "USER", "USERS", "USERNAME", "USERNAMES", "LOGIN", "LOGINS", "ADMIN", "ADMINS", "ROOT", "ACCOUNT", "ACCOUNTS", "OWNER", "SUPERUSER", "EMAIL",
        "SENDER", "RECIPIENT", "RECIPIENTS", "MAILTO", "DB", "DATABASE", "SCHEMA", "ROLE", "NAME", "TYPE", "HOSTNAME",
        "LANG", "TZ", "PATH", "MODE", "LEVEL", "FORMAT", "PROVIDER", "DRIVER", "BACKEND_TYPE",
    ]),
    (ValueKind::Endpoint, KeyPart::LastWordEnding, &["URL", "URLS", "URI", "URIS", "DSN"]),
    // Servers to wait for (bde2020/hadoop, "SERVICE_PRECONDITION").
    (ValueKind::Endpoint, KeyPart::LastWord, &["PRECONDITION", "PRECONDITIONS"]),
    (ValueKind::HostAddress, KeyPart::LastWordEnding, &[
        "HOST", "HOSTS", "ADDR", "ADDRS", "ADDRESS", "ADDRESSES", "ENDPOINT", "ENDPOINTS", "SERVER", "SERVERS",
        "BROKER", "BROKERS", "UPSTREAM", "UPSTREAMS", "TARGET", "TARGETS", "NODES", "PEERS", "SLAVEOF",
        "REPLICAOF",
    ]),
];

/// Last words of keys. If a key with such a word also contains `PUBLIC` and names no front-end framework, its
/// address may be for programs and not for browsers.
pub(super) const CONNECTABLE_WORDS: &[&str] = &[
    "ADDRESS",
    "ADDRESSES",
    "ADDR",
    "ADDRS",
    "ENDPOINT",
    "ENDPOINTS",
    "TARGET",
    "TARGETS",
    "UPSTREAM",
    "UPSTREAMS",
    "BROKER",
    "BROKERS",
    "SERVER",
    "SERVERS",
    "HOSTPORT",
];

/// Words in keys that name a front-end framework. Such frameworks compile variables with `PUBLIC` in their
/// name into the code for the browser (Next.js, Nuxt, Expo and SvelteKit documentation, "Environment
/// Variables").
pub(super) const FRONT_END_FRAMEWORKS: &[&str] = &["NEXT", "NUXT", "EXPO", "VITE"];

//! The words in the names of variables and options, and what each says about the value.

use super::Meaning;

/// The part of the key that a row looks at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Where {
    /// Any of its words.
    Any,
    /// The end of any of its words, so that `PGPASSWORD` counts.
    AnyEnd,
    /// Its last word.
    Last,
    /// Its last words, joined with `_`.
    Tail,
    /// The end of its last word, so that `PGHOST` counts.
    End,
}

/// A row: a meaning, where to look, and the words.
pub(super) type Row = (Meaning, Where, &'static [&'static str]);

/// The first row that fits decides. Order matters: `ADVERTISED_URL` is the service's own before it is an address.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    (Meaning::Secret, Where::AnyEnd, &[
        "PASSWORD", "PASSWORDS", "PASSWD", "PASS", "PWD", "SECRET", "SECRETS", "TOKEN", "TOKENS", "PASSPHRASE",
        "CREDENTIAL", "CREDENTIALS", "CREDS", "CRED", "APIKEY", "APIKEYS",
    ]),
    (Meaning::Secret, Where::Any, &["JAAS", "COOKIE", "BEARER", "MNEMONIC", "JWT", "USERPASS"]),
    (Meaning::Secret, Where::Last, &[
        "BASIC", "SALT", "HASH", "SIGNATURE", "SIG", "PEPPER", "NONCE", "PIN", "OTP", "TOTP", "PSK", "PEM", "KEYS",
        "HEADER", "HEADERS",
    ]),
    (Meaning::Secret, Where::End, &["KEY", "KEYPAIR", "AUTH", "AUTHORIZATION", "AUTHENTICATION", "LICENSE"]),
    (Meaning::Secret, Where::Tail, &[
        "LOGIN_INFO", "USER_INFO", "USERINFO", "ACCOUNT_INFO", "LOGIN_DATA", "AUTH_DATA", "AUTH_INFO", "AUTH_STRING",
    ]),
    (Meaning::Own, Where::Any, &[
        "LISTEN", "LISTENER", "LISTENERS", "BIND", "ADVERTISE", "ADVERTISED", "SELF", "MYHOST", "LISTENADDRESS",
        "LISTENADDR", "BINDADDRESS", "BINDADDR",
    ]),
    // Hosts that are asked without a proxy: they are listed whether they are called or not.
    (Meaning::Own, Where::Tail, &["NO_PROXY", "NOPROXY", "NON_PROXY_HOSTS", "NONPROXYHOSTS"]),
    (Meaning::Browser, Where::Any, &[
        "CORS", "ORIGIN", "ORIGINS", "REDIRECT", "CALLBACK", "PUBLIC", "ROOTURL", "ALLOWED", "CSRF", "VITE",
    ]),
    (Meaning::Browser, Where::Tail, &[
        "ROOT_URL", "SITE_URL", "PUBLIC_URL", "EXTERNAL_URL", "EXTERNAL_HOST", "APP_URL", "WEB_URL", "FRONTEND_URL",
        "ALLOWED_HOSTS", "VIRTUAL_HOST", "LETSENCRYPT_HOST",
    ]),
    (Meaning::Address, Where::Tail, &[
        "DB_HOSTNAME", "DATABASE_HOSTNAME", "POSTGRES_HOSTNAME", "POSTGRESQL_HOSTNAME", "MYSQL_HOSTNAME",
        "MARIADB_HOSTNAME", "MONGO_HOSTNAME", "MONGODB_HOSTNAME", "REDIS_HOSTNAME", "CACHE_HOSTNAME",
        "RABBITMQ_HOSTNAME", "KAFKA_HOSTNAME", "BROKER_HOSTNAME", "QUEUE_HOSTNAME", "ELASTICSEARCH_HOSTNAME",
        "SMTP_HOSTNAME", "MAIL_HOSTNAME", "SERVER_HOSTNAME", "REMOTE_HOSTNAME",
    ]),
    (Meaning::Image, Where::Last, &["IMAGE", "VERSION", "TAG"]),
    // Addresses of people.
    (Meaning::Name, Where::Tail, &[
        "EMAIL_ADDRESS", "MAIL_ADDRESS", "FROM_ADDRESS", "FROM_ADDR", "SENDER_ADDRESS", "REPLY_ADDRESS", "TO_ADDRESS",
        "REPLY_TO", "FROM_EMAIL",
    ]),
    (Meaning::Name, Where::Last, &[
        "USER", "USERS", "USERNAME", "LOGIN", "ADMIN", "ROOT", "ACCOUNT", "ACCOUNTS", "OWNER", "SUPERUSER", "EMAIL",
        "SENDER", "RECIPIENT", "RECIPIENTS", "MAILTO", "DB", "DATABASE", "SCHEMA", "ROLE", "NAME", "TYPE", "HOSTNAME",
        "LANG", "TZ", "PATH", "MODE", "LEVEL", "FORMAT", "PROVIDER", "DRIVER", "BACKEND_TYPE",
    ]),
    (Meaning::Endpoint, Where::End, &["URL", "URLS", "URI", "URIS", "DSN"]),
    (Meaning::Address, Where::End, &[
        "HOST", "HOSTS", "ADDR", "ADDRS", "ADDRESS", "ADDRESSES", "ENDPOINT", "ENDPOINTS", "SERVER", "SERVERS",
        "BROKER", "BROKERS", "UPSTREAM", "UPSTREAMS", "TARGET", "TARGETS", "SEEDS", "NODES", "PEERS", "JOIN",
        "SLAVEOF", "REPLICAOF",
    ]),
];

/// Last words of a public address that programs connect to, not browsers.
pub(super) const CONNECTED: &[&str] = &[
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

/// Frameworks whose variables with `PUBLIC` in the name are built into what the browser loads (Next.js, Nuxt, Expo and
/// SvelteKit documentation, "Environment Variables").
pub(super) const FRONT_ENDS: &[&str] = &["NEXT", "NUXT", "EXPO", "VITE"];

//! Names of parameters behind a `?` or `;`: those of drivers and of mail. Sources: the documentation of libpq, Connector/J,
//! Prisma, MongoDB's drivers and RFC 6068.

/// Names of parameters that show that a `?` or `;` before them ends the authority: those of drivers and of mail.
#[rustfmt::skip]
const PARAMETERS: &[&str] = &[
    "user", "username", "userid", "uid", "user id", "password", "pwd", "pass", "sslmode", "ssl", "usessl", "tls",
    "encrypt", "database", "databasename", "db", "dbname", "schema", "currentschema", "authsource", "authmechanism",
    "auth", "replicaset", "charset", "characterencoding", "useunicode", "timezone", "servertimezone",
    "connect_timeout", "connecttimeout", "timeout", "heartbeat", "from", "to", "sender", "replyto", "reply_to",
    "subject", "email", "mail", "token", "access_token", "api_key", "apikey", "key", "sslpassword", "servicename",
    "instancename", "transportmode", "trustservercertificate", "allowpublickeyretrieval", "zerodatetimebehavior",
    "informixserver",
];

/// Returns whether the text, which follows an authority, has parameters whose first is a known one.
pub(super) fn begins_parameters(behind: &str) -> bool {
    let Some(at) = behind.find(['?', ';', ',', '@']) else { return false };
    let parameters = &behind[at + 1..];
    let name = parameters.split('=').next().unwrap_or_default();
    !behind[at..].starts_with('@') && parameters.len() > name.len() && is_parameter(name)
}

/// Returns whether a word is the name of a driver's parameter.
pub(super) fn is_parameter(name: &str) -> bool {
    PARAMETERS.iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
}

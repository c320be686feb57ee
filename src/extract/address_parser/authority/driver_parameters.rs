//! Names of parameters that database drivers and mail URLs put after a `?`, `;` or `,`. Sources: the
//! documentation of libpq, Connector/J, Prisma, MongoDB's drivers and RFC 6068.

/// Parameter names. If one follows a `?`, `;` or `,`, that character surely ends the authority of the URL.
#[rustfmt::skip]
const PARAMETER_NAMES: &[&str] = &[
    "user", "username", "userid", "uid", "user id", "password", "pwd", "pass", "sslmode", "ssl", "usessl", "tls",
    "encrypt", "database", "databasename", "db", "dbname", "schema", "currentschema", "authsource", "authmechanism",
    "auth", "replicaset", "charset", "characterencoding", "useunicode", "timezone", "servertimezone",
    "connect_timeout", "connecttimeout", "timeout", "heartbeat", "from", "to", "sender", "replyto", "reply_to",
    "subject", "email", "mail", "token", "access_token", "api_key", "apikey", "key", "sslpassword", "servicename",
    "instancename", "transportmode", "trustservercertificate", "allowpublickeyretrieval", "zerodatetimebehavior",
    "informixserver",
];

/// Returns true if the first `?`, `;` or `,` in `behind`, the text after an authority, is followed by a known
/// parameter and not preceded by an `@`.
pub(super) fn begins_with_parameter(behind: &str) -> bool {
    let Some(at) = behind.find(['?', ';', ',', '@']) else { return false };
    let parameters = &behind[at + 1..];
    let name = parameters.split('=').next().unwrap_or_default();
    !behind[at..].starts_with('@') && parameters.len() > name.len() && is_parameter_name(name)
}

/// Returns true if `name` is the name of a known parameter, in any case.
pub(in crate::extract::address_parser) fn is_parameter_name(name: &str) -> bool {
    PARAMETER_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name.trim()))
}

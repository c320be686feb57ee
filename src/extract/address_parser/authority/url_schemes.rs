//! Kinds of URL schemes: which part of a URL with the scheme is a host. In many schemes the part after `://` is
//! an access token, a key or a bucket, so a host counts only if its scheme is known, or if a port is beside it.

use crate::model::Scheme;

/// The condition under which the authority of a URL is a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostRule {
    /// The authority is a host.
    Always,
    /// The authority is a host only after user information. Without it, it is the name of an object.
    AfterUser,
    /// The authority is a host only if it has a port. Without one, it is a name, a topic or a token.
    WithPort,
    /// The scheme is unknown. The authority is a host only if it has a port and no user information.
    WithPortAlone,
    /// The authority is never a host.
    Never,
}

/// Schemes whose URLs name no host on the network, by the reason.
#[rustfmt::skip]
const SCHEMES_WITHOUT_HOST: &[&str] = &[
    // Files, sockets and memory of the local machine.
    "file", "unix", "npipe", "data", "fd", "classpath", "jar", "memory", "mem", "in-memory", "sqlite", "sqlite3",
    "duckdb", "embedded", "local", "ldapi", "blob", "null", "stub", "stdout", "stderr", "console", "log", "logger",
    // Calls inside a process (ZeroMQ, zmq_inproc(7); ActiveMQ, "VM Transport"; Camel, "Direct" and "SEDA").
    "inproc", "vm", "injvm", "direct", "seda", "queue", "topic",
    // Application links, and identities (SPIFFE ID, section 2).
    "chrome-extension", "android-app", "urn", "spiffe", "otpauth", "geo", "npm", "resource", "bundle", "package",
    // References to settings and secrets, and text itself.
    "env", "secret", "vault-secret", "op", "awssm", "sm", "azurekeyvault", "keeper", "aws-kms", "gcpkms", "configmap",
    "base64",
    // Notification services, where the authority is a token (Apprise and Shoutrrr, lists of services).
    "slack", "discord", "telegram", "tgram", "pushover", "pover", "pushbullet", "pbul", "ifttt", "teams", "msteams",
    "opsgenie", "pagerduty", "prowl", "join", "twilio", "sendgrid", "postmark", "mailgun", "mailjet", "firebase",
    "pushsafer", "dingtalk", "feishu", "wecombot",
    // Buckets, tables and accounts of cloud services. `s3` has a parser of its own.
    "gs", "gcs", "b2", "oss", "r2", "azblob", "gcppubsub", "snowflake", "bigquery", "cloudinary",
];

/// Schemes whose authority is a host only if it has a port. Without one, it is a queue, a bucket, an image, a
/// path or a topic: `sqs://KEY:SECRET@`, `minio://bucket`, `docker://image`, `vault://path`, `ntfy://topic`.
#[rustfmt::skip]
const SCHEMES_WITH_OPTIONAL_HOST: &[&str] = &[
    "sqs", "sns", "dynamodb", "minio", "docker", "vault", "oci", "jms", "ntfy", "ntfys", "matrix", "matrixs",
    "bark", "zulip", "awsathena",
];

/// Schemes whose authority is a host only after an `@`: the container of an Azure store (Hadoop, "Azure Blob
/// Storage"), the system of Akka ("Akka Classic Remoting") or the key of an Ethereum node ("enode URL format").
const SCHEMES_WITH_HOST_AFTER_USER: &[&str] =
    &["abfs", "abfss", "wasb", "wasbs", "akka", "akka.tcp", "akka.ssl.tcp", "pekko", "pekko.tcp", "enode"];

/// Schemes of network protocols, beside those that [`Scheme`] knows.
#[rustfmt::skip]
const NETWORK_SCHEMES: &[&str] = &[
    // Sockets, the web and remote calls.
    "tcp4", "tcp6", "udp4", "udp6", "tcp-tls", "dtls", "quic", "h2", "h3", "rest", "tri", "rmi", "iiop", "t3", "t3s",
    "remote", "http-remoting", "https-remoting", "xmlrpc", "cgi", "scgi", "static", "multi", "grpc-web",
    // Files, code and screens.
    "ftpes", "tftp", "scp", "rsyncd", "svn", "hg", "cifs", "afp", "dav", "davs", "webdav", "webdavs", "iscsi",
    "telnet", "vnc", "rdp", "ipp", "ipps", "winrm", "ntp", "snmp", "coap", "coaps", "opc.tcp", "modbus",
    "rtsps", "rtmps", "rtp", "srt", "sips", "stuns", "turns", "irc", "ircs", "xmpp", "xmpps", "nntp", "socks4a",
    // Databases and search engines.
    "mysqlgis", "mysql-connector", "mssqlms", "oraclegis", "timescale", "timescalegis", "crate", "cratedb", "monetdb",
    "yugabyte", "yugabytedb", "ysql", "greenplum", "singlestoredb", "memsql", "starrocks", "doris", "databend",
    "risingwave", "ydb", "arango", "orientdb", "gremlin", "dgraph", "memgraph", "ravendb", "typesense", "chroma",
    "clickhouses", "scylladb", "influx", "opentsdb", "elasticsearch2", "elasticsearch5", "elasticsearch7",
    // Caches, queues and streams.
    "sentinel", "rediscache", "phpredis", "pymemcache", "pylibmc", "keydb", "dragonfly", "hazelcast", "kafkas",
    "redpanda", "sasl-plaintext", "sasl-ssl", "artemis", "openwire", "nio", "auto", "stan", "stomps", "nsqd",
    "nsqlookupd", "iggy",
    // Mail, directories, telemetry and chat servers of one's own.
    "pop", "managesieve", "etcd3", "kerberos", "zabbix", "fluentd", "hec", "splunk", "otel", "tempo", "gotify",
    "gotifys", "mattermost", "mmost", "rocket", "rocketchat",
];

/// Returns the rule for the hosts in URLs of `scheme`, which is in lower case. In `base+driver`, the base or
/// the driver decides, as in `postgresql+psycopg2` (SQLAlchemy, "Database URLs") and `cache+memcached`
/// (Celery, "Result backends").
pub(super) fn host_rule(scheme: &str) -> HostRule {
    let (base, driver) = scheme.split_once('+').unwrap_or((scheme, ""));
    let is_any = |table: &[&str]| [scheme, base, driver].iter().any(|part| table.contains(part));
    // `redis+socket` names a local socket. `ref+vault` refers to a secret (vals, "Supported backends").
    if scheme.contains("unix") || driver == "socket" || base == "ref" || is_any(SCHEMES_WITHOUT_HOST) {
        HostRule::Never
    } else if is_any(SCHEMES_WITH_HOST_AFTER_USER) {
        HostRule::AfterUser
    } else if is_any(SCHEMES_WITH_OPTIONAL_HOST) {
        HostRule::WithPort
    } else if is_any(NETWORK_SCHEMES) || Scheme::parse(scheme).is_some() {
        HostRule::Always
    } else {
        HostRule::WithPortAlone
    }
}

/// Returns true if `host` in a URL of `scheme` stands for the usual server of a hosted service: `default` in
/// `ses+smtp://KEY@default` (Symfony, "Using a 3rd Party Transport").
pub(super) fn is_hosted_service(scheme: &str, host: &str) -> bool {
    scheme.contains('+') && host == "default"
}

#[cfg(test)]
mod tests {
    use super::{HostRule, host_rule};

    #[test]
    fn a_scheme_implies_where_its_host_is() {
        for (scheme, expected) in [
            ("https", HostRule::Always),
            ("postgresql+psycopg2", HostRule::Always),
            ("db+postgresql", HostRule::Always),
            ("cache+memcached", HostRule::Always),
            ("sasl_ssl", HostRule::Always),
            ("generic+http", HostRule::Always),
            ("redis+socket", HostRule::Never),
            ("http+unix", HostRule::Never),
            ("ref+vault", HostRule::Never),
            ("sendgrid+api", HostRule::Never),
            ("vault", HostRule::WithPort),
            ("abfss", HostRule::AfterUser),
            ("outside", HostRule::WithPortAlone),
        ] {
            assert_eq!(host_rule(scheme), expected, "{scheme}");
        }
    }
}

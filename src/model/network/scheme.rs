//! Known URL schemes. An address keeps no other scheme, because an unknown word before `://` may be a piece
//! of a password.

use serde::{Deserialize, Deserializer, Serialize};
use std::ops::Deref;

/// A known URL scheme in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Scheme(&'static str);

/// The known schemes, with the ports that IANA's registry or the product's documentation assigns to them.
#[rustfmt::skip]
const KNOWN_SCHEMES: &[(&str, &[u16])] = &[
    // The web and remote calls.
    ("http", &[80, 8080]), ("https", &[443, 8443]), ("ws", &[80]), ("wss", &[443]), ("h2c", &[80]),
    ("grpc", &[]), ("grpcs", &[443]), ("grpc+tls", &[443]), ("rpc", &[]), ("dubbo", &[20880]), ("thrift", &[9090]),
    ("lb", &[]), ("tcp", &[]), ("tls", &[]), ("ssl", &[]), ("udp", &[]), ("dns", &[]), ("passthrough", &[]),
    ("ssh", &[22]), ("sftp", &[22]), ("ftp", &[21]), ("ftps", &[990]), ("git", &[9418]), ("smb", &[445]),
    ("nfs", &[2049]), ("rsync", &[873]), ("socks", &[1080]), ("socks4", &[1080]), ("socks5", &[1080]),
    ("socks5h", &[1080]), ("stun", &[3478]), ("turn", &[3478]), ("rtsp", &[554]), ("rtmp", &[1935]),
    ("sip", &[5060]), ("fastcgi", &[9000]), ("ajp", &[8009]), ("uwsgi", &[3031]), ("docker", &[2375, 2376]),
    // Databases.
    ("postgres", &[5432]), ("postgresql", &[5432]), ("pgsql", &[5432]), ("psql", &[5432]), ("pg", &[5432]),
    ("postgis", &[5432]), ("ecto", &[5432]), ("cockroach", &[26257]), ("cockroachdb", &[26257]),
    ("redshift", &[5439]), ("mysql", &[3306]), ("mysql2", &[3306]), ("mysqli", &[3306]), ("mysqlx", &[33060]),
    ("mariadb", &[3306]), ("vitess", &[3306]), ("tidb", &[4000]), ("sqlserver", &[1433]), ("mssql", &[1433]),
    ("jtds", &[1433]), ("sybase", &[5000]), ("oracle", &[1521]), ("oci", &[1521]), ("tcps", &[2484]),
    ("db2", &[50000]), ("informix", &[9088]), ("firebird", &[3050]), ("h2", &[9092]), ("hsqldb", &[9001]),
    ("derby", &[1527]), ("hana", &[30015, 39015]), ("sap", &[30015]), ("teradata", &[1025]),
    ("vertica", &[5433]), ("exasol", &[8563]), ("snowflake", &[443]), ("trino", &[8080]), ("presto", &[8080]),
    ("hive", &[10000]), ("hive2", &[10000]), ("impala", &[21050]), ("spark", &[7077]), ("hdfs", &[8020, 9000]),
    ("webhdfs", &[9870]), ("phoenix", &[2181]), ("drill", &[31010]), ("pinot", &[8099]), ("druid", &[8082]),
    ("clickhouse", &[8123, 9000]), ("ch", &[8123, 9000]), ("mongodb", &[27017]), ("mongodb+srv", &[]), ("mongo", &[27017]),
    ("cassandra", &[9042]), ("scylla", &[9042]), ("neo4j", &[7687]), ("neo4j+s", &[7687]), ("neo4j+ssc", &[7687]),
    ("bolt", &[7687]), ("bolt+s", &[7687]), ("arangodb", &[8529]), ("couchdb", &[5984]), ("couchbase", &[11210]),
    ("couchbases", &[11207]), ("rethinkdb", &[28015]), ("influxdb", &[8086]), ("elasticsearch", &[9200]),
    ("es", &[9200]), ("opensearch", &[9200]), ("solr", &[8983]), ("meilisearch", &[7700]), ("milvus", &[19530]),
    ("qdrant", &[6333]), ("weaviate", &[8080]), ("libsql", &[8080]), ("surrealdb", &[8000]), ("dynamodb", &[8000]),
    ("ignite", &[10800]), ("tarantool", &[3301]), ("questdb", &[8812]), ("timescaledb", &[5432]),
    // Caches.
    ("redis", &[6379]), ("rediss", &[6379, 6380]), ("redis-sentinel", &[26379]), ("redis-cluster", &[6379]),
    ("valkey", &[6379]), ("valkeys", &[6379]), ("memcached", &[11211]), ("memcache", &[11211]),
    // Queues and streams.
    ("amqp", &[5672]), ("amqps", &[5671]), ("rabbitmq", &[5672]), ("pyamqp", &[5672]), ("kafka", &[9092]),
    ("kafka+ssl", &[9093]), ("plaintext", &[9092]), ("sasl_plaintext", &[9092, 9093]), ("sasl_ssl", &[9092, 9093]),
    ("nats", &[4222]), ("mqtt", &[1883]), ("mqtts", &[8883]), ("stomp", &[61613]), ("activemq", &[61616]),
    ("jms", &[]), ("pulsar", &[6650]), ("pulsar+ssl", &[6651]), ("nsq", &[4150]), ("beanstalk", &[11300]),
    ("beanstalkd", &[11300]), ("zmq", &[]), ("gearman", &[4730]), ("sb", &[]), ("sqs", &[]), ("sns", &[]), ("esdb", &[2113]),
    // Mail and directories.
    ("smtp", &[25, 465, 587, 1025, 2525]), ("smtps", &[465]), ("submission", &[587]), ("submissions", &[465]),
    ("imap", &[143]), ("imaps", &[993]), ("pop3", &[110]), ("pop3s", &[995]), ("lmtp", &[24]), ("sieve", &[4190]),
    ("ldap", &[389]), ("ldaps", &[636]), ("ldapi", &[]), ("radius", &[1812]), ("zookeeper", &[2181]), ("zk", &[2181]),
    ("etcd", &[2379]), ("consul", &[8500]), ("vault", &[8200]), ("nacos", &[8848]), ("eureka", &[8761]),
    // Telemetry and object stores.
    ("otlp", &[4317]), ("statsd", &[8125]), ("syslog", &[514]), ("fluent", &[24224]), ("gelf", &[12201]),
    ("graphite", &[2003]), ("loki", &[3100]), ("jaeger", &[14250, 14268]), ("zipkin", &[9411]),
    ("prometheus", &[9090]), ("sentry", &[443]), ("s3", &[]), ("s3a", &[]), ("minio", &[9000]),
];

impl Scheme {
    /// Returns the known scheme in `text`: all of it, or the part before or after its first `+`, as in
    /// `postgresql+psycopg2` or `git+https`. Returns `None` if no such part is a known scheme.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let known = |text: &str| KNOWN_SCHEMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        let row = known(text).or_else(|| {
            let (before, behind) = text.split_once('+')?;
            known(before).or_else(|| known(behind))
        });
        row.map(|(name, _)| Self(name))
    }

    /// Returns true if `port` is a default port of any known scheme.
    #[must_use]
    pub fn is_default_port(port: u16) -> bool {
        KNOWN_SCHEMES.iter().any(|(_, ports)| ports.contains(&port))
    }

    /// Returns the default ports of the scheme.
    #[must_use]
    pub fn default_ports(self) -> &'static [u16] {
        KNOWN_SCHEMES.iter().find(|(name, _)| *name == self.0).map_or(&[], |(_, ports)| ports)
    }
}

impl Deref for Scheme {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

/// Deserialises an optional scheme. An unknown scheme becomes `None`.
pub(in crate::model) fn deserialize_known<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Scheme>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| Scheme::parse(&text)))
}

#[cfg(test)]
mod tests {
    use super::{KNOWN_SCHEMES, Scheme};

    #[test]
    fn a_scheme_is_known_or_none() {
        let name = |text: &str| Scheme::parse(text).map(|scheme| scheme.to_string());
        assert_eq!(name("Postgresql+psycopg2").as_deref(), Some("postgresql"));
        assert_eq!(name("mongodb+srv").as_deref(), Some("mongodb+srv"));
        assert_eq!(name("git+https").as_deref(), Some("git"));
        assert_eq!(name("hunter2"), None);
        assert!(KNOWN_SCHEMES.iter().all(|(name, _)| name.bytes().all(|b| !b.is_ascii_uppercase())));
    }
}

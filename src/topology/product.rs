//! What a node is made of: the products people know, by what names them.

use crate::model::{Address, Host};

/// A product that services depend on.
#[derive(Debug, PartialEq, Eq)]
pub struct Product {
    /// The id in JSON.
    pub id: &'static str,
    /// The one character that marks it on the map.
    pub mark: char,
    /// The same in ASCII.
    pub ascii: char,
    /// URL schemes that name it.
    schemes: &'static [&'static str],
    /// Image names that are it, without registry and tag.
    images: &'static [&'static str],
    /// Ports that are its alone.
    ports: &'static [u16],
    /// Parts of a host name, or AWS services, that are it.
    hosts: &'static [&'static str],
}

/// Shorthand for a row of the table.
const fn product(
    id: &'static str,
    marks: (char, char),
    schemes: &'static [&'static str],
    images: &'static [&'static str],
    ports: &'static [u16],
    hosts: &'static [&'static str],
) -> Product {
    Product { id, mark: marks.0, ascii: marks.1, schemes, images, ports, hosts }
}

const DATABASE: (char, char) = ('▤', '=');
const CACHE: (char, char) = ('▥', '#');
const QUEUE: (char, char) = ('≡', '~');
const STORE: (char, char) = ('▣', '%');
const OTHER: (char, char) = ('◇', '<');

/// The products, by id. Ports are those IANA or the product's documentation gives it.
pub const PRODUCTS: &[Product] = &[
    product(
        "postgres",
        DATABASE,
        &["postgres", "postgresql"],
        &["postgres", "postgis", "timescaledb", "pgvector"],
        &[5432],
        &[],
    ),
    product("mysql", DATABASE, &["mysql", "mariadb"], &["mysql", "mariadb", "percona"], &[3306], &[]),
    product("sqlserver", DATABASE, &["sqlserver", "mssql"], &["mssql-server", "server"], &[1433], &[]),
    product("mongodb", DATABASE, &["mongodb", "mongodb+srv"], &["mongo", "mongodb"], &[27017], &["docdb"]),
    product("cassandra", DATABASE, &[], &["cassandra", "scylla"], &[9042], &["cassandra"]),
    product("clickhouse", DATABASE, &["clickhouse"], &["clickhouse-server", "clickhouse"], &[8123], &[]),
    product("elasticsearch", DATABASE, &["es"], &["elasticsearch", "opensearch"], &[9200], &["es", "aoss"]),
    product(
        "redis",
        CACHE,
        &["redis", "rediss"],
        &["redis", "valkey", "redis-stack", "keydb"],
        &[6379],
        &["cache", "elasticache"],
    ),
    product("memcached", CACHE, &["memcached"], &["memcached"], &[11211], &[]),
    product("kafka", QUEUE, &["kafka"], &["kafka", "cp-kafka", "redpanda"], &[9092], &["kafka"]),
    product("rabbitmq", QUEUE, &["amqp", "amqps"], &["rabbitmq"], &[5672, 5671], &["mq"]),
    product("nats", QUEUE, &["nats"], &["nats"], &[4222], &[]),
    product("zookeeper", QUEUE, &["zookeeper"], &["zookeeper", "cp-zookeeper"], &[2181], &[]),
    product("sqs", QUEUE, &[], &["elasticmq"], &[], &["sqs"]),
    product("sns", QUEUE, &[], &[], &[], &["sns"]),
    product("kinesis", QUEUE, &[], &[], &[], &["kinesis", "firehose"]),
    product("s3", STORE, &["s3", "s3a"], &["minio"], &[], &["s3"]),
    product("dynamodb", DATABASE, &[], &["dynamodb-local"], &[], &["dynamodb"]),
    product("rds", DATABASE, &[], &[], &[], &["rds"]),
    product(
        "smtp",
        OTHER,
        &["smtp", "smtps"],
        &["mailhog", "mailpit", "mailcatcher", "postfix"],
        &[25, 465, 587, 1025],
        &["email-smtp"],
    ),
    product("ldap", OTHER, &["ldap", "ldaps"], &["openldap"], &[389, 636], &[]),
    product(
        "otlp",
        OTHER,
        &[],
        &["otel-collector", "opentelemetry-collector", "opentelemetry-collector-contrib"],
        &[4317, 4318],
        &[],
    ),
    product(
        "http",
        OTHER,
        &["http", "https", "ws", "wss", "grpc"],
        &["nginx", "httpd", "traefik", "caddy", "haproxy", "envoy"],
        &[80, 443],
        &[],
    ),
];

impl Product {
    /// What an address leads to, by AWS service, scheme, then port.
    #[must_use]
    pub fn of_address(address: &Address) -> Option<&'static Self> {
        let amazon = match &address.host {
            Host::Resource(arn) => Some(vec![arn.service.as_str()]),
            Host::Name(name) if name.ends_with(".amazonaws.com") => Some(name.split('.').collect()),
            _ => None,
        };
        let find = |fits: &dyn Fn(&Self) -> bool| PRODUCTS.iter().find(|p| fits(p));
        let scheme = address.scheme.as_deref().unwrap_or_default();
        let specific = find(&|p| p.id != "http" && p.schemes.contains(&scheme));
        specific
            .or_else(|| {
                amazon.and_then(|labels| find(&|p| labels.iter().any(|label| p.hosts.contains(label))))
            })
            .or_else(|| address.port.and_then(|port| find(&|p| p.ports.contains(&port))))
            .or_else(|| find(&|p| p.schemes.contains(&scheme)))
    }

    /// What an image is, by its name without registry, tag and digest.
    #[must_use]
    pub fn of_image(image: &str) -> Option<&'static Self> {
        let path = image.split('@').next().unwrap_or_default();
        let last = path.rsplit('/').next().unwrap_or_default();
        let name = last.split(':').next().unwrap_or_default();
        PRODUCTS.iter().find(|p| p.images.contains(&name) && (name != "server" || path.contains("mssql")))
    }
}

//! The products, as a table: what each one is for, and what names it.

use super::{Product, Role};

/// Shorthand for a row.
const fn row(
    id: &'static str,
    role: Role,
    schemes: &'static [&'static str],
    images: &'static [&'static str],
    ports: &'static [u16],
    hosts: &'static [&'static str],
) -> Product {
    Product { id, role, schemes, images, ports, hosts }
}

use Role::{Cache, Database, Directory, Mail, Other, Proxy, Queue, Store, Telemetry};

/// The products by id: schemes, images, ports, parts of host names. Ports are those that IANA or the product's
/// documentation gives it; where two share one, the first in the table has it.
#[rustfmt::skip]
pub const PRODUCTS: &[Product] = &[
    row("postgres", Database, &["postgres", "postgresql"],
        &["postgres", "postgresql", "postgis", "timescaledb", "pgvector", "pgbouncer", "cockroach"], &[5432], &[]),
    row("mysql", Database, &["mysql", "mysqlx", "mariadb"], &["mysql", "mariadb", "percona", "vitess"], &[3306], &[]),
    row("sqlserver", Database, &["sqlserver", "mssql"], &["mssql", "mssql-server", "azure-sql-edge"], &[1433], &[]),
    row("oracle", Database, &["oracle"], &["oracle-xe", "oracle-free"], &[1521], &[]),
    row("mongodb", Database, &["mongodb", "mongodb+srv"], &["mongo", "mongodb", "ferretdb"], &[27017], &["docdb"]),
    row("cassandra", Database, &["cassandra"], &["cassandra", "scylla", "scylladb"], &[9042], &["cassandra"]),
    row("clickhouse", Database, &["clickhouse"], &["clickhouse", "clickhouse-server"], &[8123, 9000], &[]),
    row("elasticsearch", Database, &["es"],
        &["elasticsearch", "opensearch", "elasticsearch-oss", "meilisearch", "typesense"], &[9200], &["es", "aoss"]),
    row("neo4j", Database, &["neo4j", "bolt"], &["neo4j", "memgraph"], &[7687], &["neptune"]),
    row("couchdb", Database, &[], &["couchdb", "couchbase"], &[5984], &[]),
    row("influxdb", Database, &[], &["influxdb"], &[8086], &["timestream"]),
    row("redshift", Database, &["redshift"], &[], &[5439], &["redshift"]),
    row("redis", Cache, &["redis", "rediss"],
        &["redis", "valkey", "redis-stack", "keydb", "dragonfly"], &[6379, 6380], &["cache", "elasticache", "memorydb"]),
    row("memcached", Cache, &["memcached"], &["memcached"], &[11211], &[]),
    row("kafka", Queue, &["kafka"], &["kafka", "cp-kafka", "redpanda"], &[9092, 9093, 9094], &["kafka"]),
    row("rabbitmq", Queue, &["amqp", "amqps"], &["rabbitmq"], &[5672, 5671], &["mq"]),
    row("activemq", Queue, &["stomp"], &["activemq", "activemq-artemis", "artemis"], &[61616, 61613], &[]),
    row("nats", Queue, &["nats"], &["nats", "nats-streaming"], &[4222], &[]),
    row("mqtt", Queue, &["mqtt", "mqtts"], &["mosquitto", "emqx"], &[1883, 8883], &[]),
    row("pulsar", Queue, &["pulsar"], &["pulsar"], &[6650], &[]),
    row("sqs", Queue, &[], &["elasticmq"], &[], &["sqs"]),
    row("sns", Queue, &[], &[], &[], &["sns"]),
    row("eventbridge", Queue, &[], &[], &[], &["events"]),
    row("kinesis", Queue, &[], &[], &[], &["kinesis", "firehose"]),
    row("s3", Store, &["s3", "s3a"], &["minio", "seaweedfs"], &[], &["s3"]),
    row("dynamodb", Database, &[], &["dynamodb-local"], &[], &["dynamodb"]),
    row("lambda", Other, &[], &[], &[], &["lambda"]),
    row("step functions", Other, &[], &[], &[], &["states"]),
    row("rds", Database, &[], &[], &[], &["rds"]),
    row("smtp", Mail, &["smtp", "smtps"],
        &["mailhog", "mailpit", "mailcatcher", "postfix", "smtp", "maildev", "mailer"], &[25, 465, 587, 1025], &["email-smtp"]),
    row("ldap", Directory, &["ldap", "ldaps"], &["openldap", "lldap", "389ds"], &[389, 636], &[]),
    row("zookeeper", Directory, &["zookeeper", "zk"], &["zookeeper", "cp-zookeeper"], &[2181], &[]),
    row("etcd", Directory, &["etcd"], &["etcd"], &[2379], &[]),
    row("consul", Directory, &["consul"], &["consul"], &[8500], &[]),
    row("vault", Directory, &[], &["vault", "openbao"], &[8200], &[]),
    row("service registry", Directory, &["eureka"],
        &["eureka", "eureka-server", "discovery-server", "discovery-service", "service-registry", "nacos", "nacos-server"],
        &[8761, 8848], &[]),
    row("config server", Directory, &[], &["config-server", "configserver", "config-service"], &[8888], &[]),
    row("schema registry", Directory, &[], &["schema-registry", "cp-schema-registry"], &[], &[]),
    row("otlp", Telemetry, &["otlp"],
        &["otel-collector", "opentelemetry-collector", "opentelemetry-collector-contrib", "alloy"], &[4317, 4318], &[]),
    row("jaeger", Telemetry, &[], &["jaeger", "all-in-one"], &[14250, 14268], &[]),
    row("zipkin", Telemetry, &[], &["zipkin"], &[9411], &[]),
    row("prometheus", Telemetry, &[], &["prometheus", "mimir", "victoria-metrics"], &[], &["aps"]),
    row("loki", Telemetry, &[], &["loki"], &[3100], &[]),
    row("traefik", Proxy, &[], &["traefik"], &[], &[]),
    row("caddy", Proxy, &[], &["caddy", "caddy-docker-proxy"], &[], &[]),
    row("nginx-proxy", Proxy, &[], &["nginx-proxy"], &[], &[]),
    row("nginx", Proxy, &[], &["nginx", "nginx-unprivileged", "openresty"], &[], &[]),
    row("haproxy", Proxy, &[], &["haproxy"], &[], &[]),
    row("envoy", Proxy, &[], &["envoy", "aws-appmesh-envoy"], &[], &[]),
    row("kong", Proxy, &[], &["kong", "kong-gateway"], &[], &[]),
    row("http", Other, &["http", "https", "ws", "wss", "grpc", "grpcs"], &["httpd"], &[80, 443, 8080], &[]),
];

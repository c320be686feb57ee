//! Tests with connection errors as clients print them, and with lines that only mention an address.

use super::{COMPILED_WORDINGS, FAILURE_REGEX, PREFILTER_REGEX, unreachable_address};
use proptest::prelude::*;

fn address_or_dash(line: &str) -> String {
    unreachable_address(line).map_or_else(|| "-".to_owned(), |address| address.to_string())
}

#[test]
fn the_wordings_compile() {
    assert!(COMPILED_WORDINGS.is_some() && FAILURE_REGEX.is_some() && PREFILTER_REGEX.is_some());
}

/// Log lines with the address that must be found.
const ERROR_LINES: &[(&str, &str)] = &[
    // Go.
    ("172.18.0.4:5432", "dial tcp 172.18.0.4:5432: connect: connection refused"),
    ("db", "dial tcp: lookup db on 127.0.0.11:53: no such host"),
    ("db", "dial tcp: lookup db on 127.0.0.11:53: server misbehaving"),
    ("db", "lookup db on [fd00::53]:53: read udp 10.0.0.9:4321->10.0.0.2:53: i/o timeout"),
    ("[fd00::5]:5432", "dial tcp [fd00::5]:5432: connect: no route to host"),
    ("orders:8080", "Get \"http://orders:8080/v1\": dial tcp 172.18.0.4:8080: connect: connection refused"),
    (
        "vault:8200",
        "Error making API request: Put \"https://vault:8200/v1/auth\": x509: certificate signed by unknown authority",
    ),
    ("api", "Post \"https://api/v1\": net/http: TLS handshake timeout"),
    (
        "10.0.0.1:3128",
        "Get \"http://orders/\": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused",
    ),
    (
        "proxy",
        "Get \"http://orders/\": proxyconnect tcp: dial tcp: lookup proxy on 127.0.0.11:53: no such host",
    ),
    (
        "db",
        "failed to connect to `host=db user=app database=shop`: hostname resolving error (lookup db: no such host)",
    ),
    (
        "db",
        "failed to connect to `user=app database=shop`: 172.18.0.4:5432 (db): dial error: dial tcp 172.18.0.4:5432: connect: connection refused",
    ),
    (
        "mongo:27017",
        "server selection timeout, current topology: { Type: Unknown, Servers: [{ Addr: mongo:27017, Type: Unknown, Last error: dial tcp: lookup mongo: no such host }, ] }",
    ),
    (
        "172.18.0.4:50051",
        "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp 172.18.0.4:50051: connect: connection refused\"",
    ),
    (
        "172.18.0.6:2379",
        "{\"level\":\"warn\",\"msg\":\"retrying of unary invoker failed\",\"error\":\"rpc error: code = DeadlineExceeded desc = \\\"transport: Error while dialing: dial tcp 172.18.0.6:2379: i/o timeout\\\"\"}",
    ),
    // Node.js.
    ("172.18.0.4:6379", "Error: connect ECONNREFUSED 172.18.0.4:6379"),
    ("[fd00::5]:6379", "Error: connect ECONNREFUSED fd00::5:6379"),
    ("cache", "Error: getaddrinfo ENOTFOUND cache"),
    (
        "172.18.0.4:5432",
        "AggregateError: connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 172.18.0.4:5432",
    ),
    ("db:5432", "Can't reach database server at `db`:`5432`"),
    (
        "orders:8080",
        "failed to connect to orders/172.18.0.7 (port 8080) from /172.18.0.2 (port 50123) after 10000ms",
    ),
    ("cache:6379", "Unable to connect to Redis server: cache/172.18.0.4:6379"),
    ("172.18.0.4:5432", "SocketException (111): Connection refused [::ffff:172.18.0.4]:5432"),
    ("orders", "[source/common/upstream/strict_dns_cluster.cc:1] dns resolution for orders failed"),
    ("cache:6379", "Error: getaddrinfo EAI_AGAIN cache:6379"),
    ("mongo", "Error: querySrv ENOTFOUND _mongodb._tcp.mongo"),
    (
        "172.18.0.4:5432",
        "{\"errno\":-111,\"code\":\"ECONNREFUSED\",\"syscall\":\"connect\",\"address\":\"172.18.0.4\",\"port\":5432}",
    ),
    ("db", "{ errno: -3008, code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'db' }"),
    ("api:443", "ConnectTimeoutError: Connect Timeout Error (attempted address: api:443, timeout: 10000ms)"),
    ("orders:50051", "Error: 14 UNAVAILABLE: Name resolution failed for target dns:orders:50051"),
    // Java.
    (
        "db:5432",
        "org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct.",
    ),
    (
        "db:5432",
        "HikariPool-1 - Exception during pool initialization. org.postgresql.util.PSQLException: Connection to db:5432 refused.",
    ),
    (
        "kafka:9092",
        "[AdminClient clientId=a] Connection to node -1 (kafka/172.30.0.9:9092) could not be established. Node may not be available.",
    ),
    (
        "kafka:9092",
        "Couldn't resolve server kafka:9092 from bootstrap.servers as DNS resolution failed for kafka",
    ),
    (
        "db:5432",
        "io.netty.channel.AbstractChannel$AnnotatedConnectException: Connection refused: db/172.30.0.9:5432",
    ),
    ("cache:6379", "io.lettuce.core.RedisConnectionException: Unable to connect to cache/<unresolved>:6379"),
    ("cache:6379", "io.lettuce.core.RedisConnectionException: Unable to connect to [cache/172.18.0.4:6379]"),
    (
        "cache:6379",
        "redis.clients.jedis.exceptions.JedisConnectionException: Failed connecting to cache:6379",
    ),
    (
        "api:8080",
        "org.apache.http.conn.HttpHostConnectException: Connect to api:8080 [api/172.30.0.9] failed: Connection refused (Connection refused)",
    ),
    ("api:8080", "Connect to http://api:8080 [api/172.30.0.9] failed: Connection refused"),
    ("api:8080", "java.net.ConnectException: Failed to connect to api/172.18.0.4:8080"),
    ("config:8888", "I/O error on GET request for \"http://config:8888/shop/default\": Connection refused"),
    (
        "api:8080",
        "feign.RetryableException: Connection refused (Connection refused) executing GET http://api:8080/x",
    ),
    ("kafka", "java.net.UnknownHostException: kafka"),
    ("kafka", "java.net.UnknownHostException: kafka: Name or service not known"),
    ("mongo:27017", "Exception in monitor thread while connecting to server mongo:27017"),
    (
        "db:3306",
        "Socket fail to connect to host:address=(host=db)(port=3306)(type=primary). Connection refused",
    ),
    (
        "mssql:1433",
        "The TCP/IP connection to the host mssql, port 1433 has failed. Error: \"Connection refused\".",
    ),
    ("oracle:1521", "ORA-12541: Cannot connect. No listener at host oracle port 1521."),
    ("zk:2181", "Session 0x0 for server zk/172.18.0.4:2181, Closing socket connection. Attempting reconnect"),
    (
        "cassandra:9042",
        "All host(s) tried for query failed (tried: cassandra/172.18.0.4:9042 (Cannot connect))",
    ),
    ("nats:4222", "java.io.IOException: Unable to connect to NATS servers: [nats://nats:4222]"),
    // Python.
    ("api:8080", "HTTPConnectionPool(host='api', port=8080): Max retries exceeded with url: /x"),
    (
        "es:9200",
        "HTTPConnection(host='es', port=9200): Failed to establish a new connection: [Errno 111] Connection refused",
    ),
    ("api:443", "HTTPSConnectionPool(host='api', port=443): Read timed out. (read timeout=5)"),
    (
        "db:5432",
        "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host db:5432 ssl:default [Connect call failed]",
    ),
    ("172.18.0.4:5432", "ConnectionRefusedError: [Errno 111] Connect call failed ('172.18.0.4', 5432)"),
    (
        "redis:6379",
        "redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.",
    ),
    (
        "redis:6379",
        "redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.",
    ),
    (
        "mongo:27017",
        "pymongo.errors.ServerSelectionTimeoutError: mongo:27017: [Errno 111] Connection refused, Timeout: 30s, Topology Description: <TopologyDescription id: 1, servers: [<ServerDescription ('mongo', 27017) server_type: Unknown>]>",
    ),
    (
        "rabbitmq:5672",
        "consumer: Cannot connect to amqp://guest:**@rabbitmq:5672//: [Errno 111] Connection refused.",
    ),
    ("kafka:9092", "Unable connect to \"kafka:9092\": [Errno 111] Connect call failed"),
    (
        "kafka:9092",
        "<BrokerConnection node_id=bootstrap-0 host=kafka:9092 <connecting> [IPv4 ('172.18.0.4', 9092)]>: Connect attempt returned error 111. Disconnecting.",
    ),
    (
        "172.18.0.4:9042",
        "('Unable to connect to any servers', {'172.18.0.4:9042': ConnectionRefusedError(111, \"refused\")})",
    ),
    (
        "minio:9000",
        "botocore.exceptions.EndpointConnectionError: Could not connect to the endpoint URL: \"http://minio:9000/bucket\"",
    ),
    (
        "otel:4317",
        "Transient error StatusCode.UNAVAILABLE encountered while exporting traces to otel:4317, retrying in 1s.",
    ),
    // C.
    ("db:5432", "connection to server at \"db\" (172.18.0.3), port 5432 failed: Connection refused"),
    (
        "db:5432",
        "Is the server running on host \"db\" (172.18.0.3) and accepting TCP/IP connections on port 5432?: could not connect to server",
    ),
    (
        "db",
        "psycopg2.OperationalError: could not translate host name \"db\" to address: Name or service not known",
    ),
    ("mysql", "ERROR 2003 (HY000): Can't connect to MySQL server on 'mysql' (111)"),
    ("mysql:3306", "ERROR 2003 (HY000): Can't connect to MySQL server on 'mysql:3306' (111)"),
    ("mysql", "Unknown MySQL server host 'mysql' (-2)"),
    (
        "kafka:9092",
        "%3|1764|FAIL|rdkafka#producer-1| [thrd:kafka:9092/bootstrap]: kafka:9092/bootstrap: Connect to ipv4#172.18.0.4:9092 failed: Connection refused (after 0ms in state CONNECT)",
    ),
    ("kafka:9092", "kafka:9092/1: Failed to resolve 'kafka:9092': Name or service not known"),
    (
        "mongo:27017",
        "No suitable servers found (`serverSelectionTryOnce` set): [connection refused calling hello on 'mongo:27017']",
    ),
    (
        "172.18.0.4:50051",
        "failed to connect to all addresses; last error: UNKNOWN: ipv4:172.18.0.4:50051: Failed to connect to remote host: Connection refused",
    ),
    (
        "orders:50051",
        "DNS resolution failed for orders:50051: C-ares status is not ARES_SUCCESS: Domain name not found",
    ),
    ("orders", "curl: (6) Could not resolve host: orders"),
    ("orders:8080", "curl: (7) Failed to connect to orders port 8080 after 0 ms: Couldn't connect to server"),
    (
        "api",
        "cURL error 28: Connection timed out after 5001 milliseconds (see https://curl.se/libcurl/c/libcurl-errors.html) for http://api/x",
    ),
    ("orders:8080", "wget: bad address 'orders:8080'"),
    ("172.18.0.4", "wget: can't connect to remote host (172.18.0.4): Connection refused"),
    ("orders", "wget: unable to resolve host address ‘orders’"),
    ("db:5432", "nc: connect to db (172.18.0.4) port 5432 (tcp) failed: Connection refused"),
    ("bastion:22", "ssh: connect to host bastion port 22: Connection refused"),
    ("redis:6379", "Could not connect to Redis at redis:6379: Connection refused"),
    ("db:5432", "db:5432 - no response"),
    ("db:5432", "wait-for-it.sh: timeout occurred after waiting 15 seconds for db:5432"),
    ("mail:25", "connect to mail[172.18.0.4]:25: Connection refused"),
    // Ruby.
    (
        "api:80",
        "Failed to open TCP connection to api:80 (Connection refused - connect(2) for \"api\" port 80)",
    ),
    ("db:5432", "Connection refused - connect(2) for \"db\" port 5432 (Errno::ECONNREFUSED)"),
    ("redis:6379", "Connection refused - connect(2) for 172.18.0.4:6379 (redis://redis:6379)"),
    ("redis:6379", "Error connecting to Redis on redis:6379 (Errno::ECONNREFUSED)"),
    ("rabbitmq:5672", "Could not establish TCP connection to rabbitmq:5672: Connection refused"),
    ("memcached:11211", "memcached:11211 failed (count: 0) Errno::ECONNREFUSED: Connection refused"),
    // PHP.
    (
        "db",
        "SQLSTATE[HY000] [2002] php_network_getaddresses: getaddrinfo for db failed: Name or service not known",
    ),
    (
        "db:3306",
        "SQLSTATE[HY000] [2002] Connection refused (Connection: mysql, Host: db, Port: 3306, Database: shop, SQL: select 1)",
    ),
    (
        "rabbitmq:5672",
        "stream_socket_client(): Unable to connect to tcp://rabbitmq:5672 (Connection refused)",
    ),
    ("redis:6379", "Connection refused [tcp://redis:6379]"),
    ("api", "Could not resolve host: api for \"http://api/\"."),
    (
        "mail:1025",
        "Connection could not be established with host \"mail:1025\": stream_socket_client(): refused",
    ),
    // .NET.
    ("api:8080", "System.Net.Http.HttpRequestException: Connection refused (api:8080)"),
    ("api:80", "System.Net.Http.HttpRequestException: Name or service not known (api:80)"),
    (
        "db:5432",
        "Npgsql.NpgsqlException (0x80004005): Failed to connect to db:5432 ---> SocketException (111): Connection refused",
    ),
    (
        "redis:6379",
        "It was not possible to connect to the redis server(s). UnableToConnect on redis:6379/Interactive, Initializing/NotStarted, last: NONE",
    ),
    // Rust, Elixir, Erlang.
    (
        "orders:8080",
        "error sending request for url (http://orders:8080/): error trying to connect: tcp connect error: Connection refused (os error 111)",
    ),
    (
        "db:5432",
        "Postgrex.Protocol (#PID<0.1.0>) failed to connect: ** (DBConnection.ConnectionError) tcp connect (db:5432): connection refused - :econnrefused",
    ),
    ("db:5432", "** (DBConnection.ConnectionError) tcp connect (db:5432): non-existing domain - :nxdomain"),
    ("redis:6379", "[error] Failed to connect to Redis (redis:6379): connection refused"),
    ("api:80", "{failed_connect,[{to_address,{\"api\",80}},{inet,[inet],econnrefused}]}"),
    // Proxies and collectors.
    (
        "172.18.0.7:8080",
        "connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9, server: , request: \"GET / HTTP/1.1\", upstream: \"http://172.18.0.7:8080/\", host: \"shop:80\"",
    ),
    (
        "172.18.0.7:9000",
        "upstream timed out (110: Connection timed out) while reading response header from upstream, upstream: \"fastcgi://172.18.0.7:9000\", host: \"shop\"",
    ),
    ("api", "[emerg] host not found in upstream \"api\" in /etc/nginx/conf.d/default.conf:5"),
    ("api", "api could not be resolved (3: Host not found)"),
    ("api", "[ALERT] (1) : config : 'server web/s1' : could not resolve address 'api'."),
    ("api:8080", "AH00957: http: attempt to connect to 172.18.0.4:8080 (api:8080) failed"),
    ("172.18.0.4:80", "'502 Bad Gateway' caused by: dial tcp 172.18.0.4:80: connect: connection refused"),
    ("es:9200", "[error] [net] TCP connection failed: es:9200 (Connection refused)"),
    // A single address in a line that reports a failure.
    ("db:5432", "ERROR connect db:5432 refused: Connection refused"),
    ("db:5432", "no route to host while asking tcp://db:5432"),
];

#[test]
fn the_words_of_common_clients_name_the_address() {
    let wrong: Vec<String> = ERROR_LINES
        .iter()
        .filter(|(address, line)| address_or_dash(line) != *address)
        .map(|(address, line)| format!("{address}, found {}: {line}", address_or_dash(line)))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_mentioned_address_is_no_error() {
    for line in [
        "GET http://orders:8080/v1 200",
        "GET http://orders:8080/errors 200",
        "connection refused",
        "connection refused by 10.0.0.1:80 or 10.0.0.2:80",
        "connect ECONNREFUSED 127.0.0.1:5432",
        "connect ECONNREFUSED ::1:5432",
        "listening on db:5432",
        "Connected to db:5432",
        "connecting to redis:6379",
        "error: user not found in http://orders:8080/v1/users",
        "upstream: \"http://172.18.0.7:8080/\" answered 500, error in template",
        "failed to parse the answer of http://orders:8080/v1",
        "POST http://orders:8080/v1 failed with status 500",
        "query failed on db:5432: relation does not exist",
        "Connection to db:5432 established after an error",
        "timeout set to 5s for http://orders:8080",
        "lookup table orders: 5 errors",
        "cache miss for host='api', port=8080",
    ] {
        assert_eq!(address_or_dash(line), "-", "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_line_is_read_without_panic(line in "\\PC{0,100}") {
        let _ = unreachable_address(&format!("{line} connection refused {line}"));
    }
}

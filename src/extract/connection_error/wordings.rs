//! Wordings of connection errors in logs, each with the name of the client that prints it.
//!
//! A wording matches both the failure and the address, so a line that only mentions an address matches none.
//! [`super::wording_pattern`] replaces `{host}`, `{port}`, `{at}` (host and port), `{url}` and `{ip}` (an
//! address next to the name). The first match counts, so wordings with the name of a service come before
//! wordings with its IP address.

/// Pairs of client name and wording. A wording is a regular expression with placeholders.
pub(super) const ERROR_WORDINGS: &[(&str, &str)] = &[
    // Go. The wording with a proxy comes first, because the client could not reach the proxy. The wording
    // with a URL comes next, because a URL names the service.
    ("Go net/http, Transport (proxy)", r"proxyconnect tcp: dial tcp \[?{at}"),
    (
        "Go net/http, url.Error",
        r#"(?:Get|Post|Put|Patch|Delete|Head|Options|GET|POST|PUT|PATCH|DELETE) "?{url}[^"\s]*"?: (?:dial |EOF|unexpected EOF|context deadline exceeded|net/http: |http: server gave HTTP|tls: |x509: |remote error: tls|read tcp |write tcp |no such host)"#,
    ),
    ("pgx 5, ConnectError", r"{ip}:\d+ \({host}\): (?:dial|server|tls|failed|hostname)"),
    ("pgx 4, connectError", r"failed to connect to `host={host} "),
    ("mongo-go-driver, topology", r"Addr: {at}, Type: Unknown, (?:Average RTT: \d+, )?Last error"),
    ("Go net, OpError", r"dial (?:tcp|udp)[46]? {at}: "),
    (
        "Go net, DNSError",
        r"lookup {host}(?: on [0-9a-fA-F.:\[\]]+)?: (?:no such host|server misbehaving|i/o timeout|read |dial |Temporary failure|Try again|no answer|cannot unmarshal|Name )",
    ),
    ("Docker CLI, BuildKit", r#"failed to do request: \w+ "?{url}"#),
    // Node.js.
    (
        "Node.js dns, getaddrinfo",
        r"(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL|ENODATA|ESERVFAIL|ETIMEOUT) (?:_[a-z]+\._tcp\.)?{host}(?::{port})?",
    ),
    (
        "Node.js net, exceptionWithHostPort",
        r"(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ECONNRESET) {at}",
    ),
    (
        "Node.js SystemError, inspected",
        r#"ENOTFOUND.*?hostname["']?: ?["']{host}["'](?:.*?port["']?: ?["']?{port})?"#,
    ),
    (
        "Node.js SystemError, inspected",
        r#"(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH).*?address["']?: ?["']{host}["'],? ?["']?port["']?: ?{port}"#,
    ),
    ("Node.js tls, checkServerIdentity", r"Host: {host}\. is not (?:in the cert|cert)"),
    ("undici, ConnectTimeoutError", r"Connect Timeout Error \(attempted address(?:es)?: {at}"),
    ("Prisma, P1001", r"Can't reach database server at `{host}`?:`?{port}`"),
    ("KafkaJS, Connection", r#"Connection (?:error|timeout).*?"broker":"{at}""#),
    ("grpc-js, resolving-load-balancer", r"Name resolution failed for target (?:dns:)?{host}(?::{port})?"),
    // Java.
    ("pgjdbc, ConnectionFactoryImpl", r"Connection to {at} refused"),
    (
        "kafka-clients, NetworkClient",
        r"Connection to node -?\d+ \({host}(?:/{ip})?:{port}\) (?:could not be established|terminated|failed)",
    ),
    ("kafka-clients, ClientUtils", r"Couldn't resolve server {at}"),
    ("kafka-clients, NetworkClient", r"Bootstrap broker {at} \(id: [^)]*\) disconnected"),
    (
        "Netty, AnnotatedConnectException",
        r"(?i:connection refused|connection timed out(?: after \d+ ms)?|no route to host|network is unreachable|host is unreachable): (?:no further information: )?{host}/{ip}:{port}",
    ),
    (
        "Lettuce, RedisConnectionException; Vert.x; R2DBC",
        r"(?i:unable|cannot|can not|failed|could not|can't) (?:to )?connect to (?:Redis server: )?\[?{host}/(?:<unresolved>|{ip}):{port}",
    ),
    (
        "Lettuce, RedisConnectionException",
        r"RedisConnectionException: Unable to connect to \[?(?:rediss?://(?:[^@/\s]*@)?)?{at}",
    ),
    (
        "Jedis, JedisConnectionException",
        r"Failed (?:connecting|to connect|to create socket) to (?:host )?{at}",
    ),
    ("java.net.Socket, timeouts", r"[Ff]ailed to connect to /?{host}(?:/{ip})? \(port {port}\)"),
    ("Apache HttpClient 4 and 5", r"Connect to (?:https?://)?{host}(?::{port})? (?:\[[^\]]*\] )?failed"),
    ("OkHttp, RouteException", r"Failed to connect to /?{host}(?:/{ip})?:{port}"),
    ("Spring RestTemplate, ResourceAccessException", r#"I/O error on \w+ request for "{url}"#),
    (
        "Feign, RetryableException",
        r"(?i:connection refused|timed out|connection reset|unknown host)[^ ]* executing \w+ {url}",
    ),
    ("Android and OkHttp, Inet6AddressImpl", r#"Unable to resolve host "?{host}"#),
    ("java.net.UnknownHostException", r"UnknownHostException: {host}"),
    (
        "MongoDB Java driver, DefaultServerMonitor",
        r"(?:Exception in monitor thread while connecting to server |MongoSocket\w*Exception.*?)\{?(?:address=)?{at}",
    ),
    ("MongoDB Java driver, ServerDescription", r"\{address={at}, type=UNKNOWN[^}]*exception="),
    (
        "MariaDB Connector/J",
        r"(?:fail to connect to|[Cc]ould not connect to) (?:host:)?address=\(host={host}\)\(port={port}\)",
    ),
    ("SQL Server JDBC driver", r"TCP/IP connection to the host {host}, port {port} has failed"),
    ("Oracle Database, ORA-12541", r"ORA-1254\d: .*?[Nn]o listener at host {host} port {port}"),
    ("JavaMail, MailConnectException", r"[Cc]ouldn't connect to host, port: {host}, {port}"),
    (
        "DataStax Java driver 4",
        r"endPoint={host}(?:/{ip})?:{port}.{0,200}?(?i:refused|timed out|unresolved|could not)",
    ),
    ("DataStax Java driver 4", r"Could not reach any contact point.*?endPoint={host}(?:/{ip})?:{port}"),
    ("DataStax Java driver 3", r"All host\(s\) tried for query failed \(tried: {host}(?:/{ip})?:{port}"),
    (
        "ZooKeeper, ClientCnxn",
        r"Session 0x[0-9a-f]+ for se(?:r?)ver {host}(?:/{ip})?:{port}, (?i:unexpected error|closing socket)",
    ),
    ("nats.java", r"Unable to connect to NATS servers?:? \[?{url}"),
    // Python.
    (
        "urllib3, connection pool",
        r"host='{host}', port={port}\): (?:Max retries exceeded|Read timed out|Failed to (?:establish|resolve))",
    ),
    ("urllib3 and requests, timeouts", r"Connection to {host} timed out"),
    ("urllib3, NameResolutionError", r"Failed to resolve '{host}(?::{port})?'"),
    ("aiohttp, ClientConnectorError", r"Cannot connect to host {at} ssl:"),
    ("aiohttp, ConnectionTimeoutError", r"Connection timeout to host {url}"),
    ("asyncio, create_connection", r"Connect call failed \('{host}', {port}"),
    ("aiokafka", r#"Unable (?:to )?connect to "{at}""#),
    (
        "kafka-python, BrokerConnection",
        r"host={at} .*?(?:Connect attempt returned error|Connection attempt timed out|DNS lookup failed)",
    ),
    ("kafka-python, dns_lookup", r"DNS lookup failed for {at}"),
    ("redis-py, Connection", r"Error (?:-?\d+ )?(?:while )?connecting to {at}\."),
    ("PyMongo, ServerSelectionTimeoutError", r"{at}: (?:\[Errno -?\d+\]|timed out|\[SSL)"),
    ("kombu and Celery", r"Cannot connect to {url}"),
    ("cassandra-driver, NoHostAvailable", r"Unable to connect to any servers', \{'{at}'"),
    (
        "botocore, EndpointConnectionError",
        r#"(?:Could not connect to the endpoint URL|[Tt]imeout on endpoint URL): "{url}"#,
    ),
    ("psycopg 3", r"failed to resolve host '{host}'"),
    ("OpenTelemetry Python, OTLP exporter", r"(?:StatusCode\.\w+|error) .*?exporting \w+ to {at}"),
    // C libraries and their bindings.
    ("libpq 14 and later", r#"connection to server at "{host}"(?: \([^)]*\))?, port {port} failed"#),
    ("libpq before 14", r#"running on host "{host}"(?: \([^)]*\))? and accepting(?:.*? on port {port})?"#),
    ("libpq", r#"could not translate host name "{host}" to address"#),
    (
        "MySQL and MariaDB clients, CR_CONN_HOST_ERROR",
        r"(?:Can't|Can not|Could not) connect to (?:MySQL |MariaDB )?server on '{host}(?::{port})?'",
    ),
    ("MySQL and MariaDB clients, CR_UNKNOWN_HOST", r"Unknown (?:MySQL |MariaDB )?server host '{host}'"),
    ("mysqladmin", r"connect to server at '{host}' failed"),
    (
        "librdkafka, broker transport",
        r"{at}/\w+: (?:Connect to|Failed to resolve|Connection (?:setup timed out|refused)|Disconnected while)",
    ),
    ("librdkafka, broker transport", r"Connect to ipv[46]#{at} failed"),
    ("MongoDB C driver", r"(?:calling (?:hello|ismaster) on|Failed to resolve) '{host}(?::{port})?'"),
    ("gRPC core, DNS resolver", r"DNS resolution failed for {host}(?::{port})?"),
    (
        "gRPC core, subchannel",
        r"(?:ipv[46]|dns):(?:///)?{at}: (?:Failed to connect|connection attempt timed out)",
    ),
    ("curl, CURLE_COULDNT_CONNECT", r"[Ff]ailed to connect to {host} port {port}"),
    ("curl, CURLE_OPERATION_TIMEDOUT", r"cURL error (?:7|28|35|52|56|60): .*? for {url}"),
    (
        "curl, CURLE_COULDNT_RESOLVE_HOST",
        r"(?i:could not|couldn't) resolve (?:host(?:name)?|address):? ?['\x22‘]?{host}",
    ),
    ("GNU Wget", r"unable to resolve host address ['\x22‘]?{host}"),
    ("GNU Wget", r"Connecting to {host} \([^)]*\)\|[^|]*\|:{port}\.\.\. failed"),
    ("BusyBox wget, nc and ping", r"bad address '{host}(?::{port})?'"),
    ("BusyBox wget", r"can't connect to remote host \({host}\)"),
    ("OpenBSD netcat", r"connect to {host}(?: \([^)]*\))? port {port} \(\w+\) (?:failed|timed out)"),
    ("OpenBSD netcat", r#"getaddrinfo for host "{host}" port {port}: "#),
    ("OpenSSH", r"connect to host {host} port {port}: "),
    ("redis-cli", r"Could not connect to (?:Redis|Valkey) at {at}: "),
    ("pg_isready", r"{at} - no (?:response|attempt)"),
    ("wait-for-it", r"timeout occurred after waiting \d+ seconds for {at}"),
    ("Postfix, smtp", r"connect to {host}\[[^\]]*\]:{port}: "),
    // Ruby.
    ("redis-client", r"(?i:refused|timed out|name or service).{0,120}?\(rediss?://(?:[^@/\s]*@)?{at}"),
    ("mongo-ruby-driver", r"connect\(2\) for {ip}:\d+ \(for {host}(?:/\w+)?:{port}"),
    ("Ruby Net::HTTP", r"Failed to open TCP connection to {at} \("),
    ("Ruby Socket", r#"(?:connect\(2\)|getaddrinfo[^"]*) for "?{host}"? port {port}"#),
    ("Ruby Socket", r"connect\(2\) for {at}"),
    ("redis-rb", r"(?:Error connecting to Redis|Timed out connecting to Redis) on {at}"),
    ("Bunny", r"Could not establish TCP connection to {at}"),
    ("Dalli", r"{at} failed \(count: \d+\)"),
    ("Ruby OpenSSL", r"SSL_connect .*?peeraddr={at} state=error"),
    // PHP.
    ("PHP, php_network_getaddresses", r"getaddrinfo for {host} failed"),
    ("PHP, stream_socket_client and fsockopen", r"[Uu]nable to connect to (?:(?:tcp|ssl|tls)://)?{at} \("),
    ("Predis, ConnectionException", r"(?i:refused|timed out|failed)[^\[]*\[(?:tcp|tls|redis)://{at}"),
    ("Laravel, QueryException", r"SQLSTATE\[\w+\] \[\d+\] .*?Host: {host}, Port: {port}"),
    (
        "Symfony HttpClient",
        r#"(?:Could not resolve host|Failed to connect|[Tt]imeout|refused).*? for "{url}"#,
    ),
    ("Symfony Mailer", r#"Connection could not be established with host "?(?:ssl://)?{host}(?::{port})?"#),
    // .NET.
    (
        ".NET SocketsHttpHandler, ConnectHelper; ClickHouse NetException",
        r"(?i:connection refused|actively refused it\.?|name or service not known|name does not resolve|no such host is known\.?|temporarily unavailable|timed out\.?|failed to respond\.?|nodename nor servname provided, or not known|no route to host|is unreachable\.?|network unreachable) \({at}",
    ),
    (".NET sockets, SocketException", r"(?i:refused|timed out|unreachable) \[::ffff:{host}\]:{port}"),
    ("Npgsql, NpgsqlConnector", r"Failed to connect to {at}"),
    (
        "StackExchange.Redis, ConnectionFailed",
        r"(?:UnableToConnect|SocketFailure|UnableToResolvePhysicalConnection) on {at}/",
    ),
    ("MongoDB C# driver", r#"EndPoint: "Unspecified/{at}".*?(?i:disconnected|exception)"#),
    ("MassTransit, RabbitMQ", r"Connection [Ff]ailed: {url}"),
    // Rust.
    ("reqwest, Error", r"error sending request for url \({url}"),
    ("MongoDB Rust driver", r"Address: {at}, Type: Unknown, Error"),
    // Erlang and Elixir.
    ("DBConnection, Postgrex and MyXQL", r"(?:tcp connect|DBConnection\.ConnectionError\)) ?\({at}\):? "),
    ("Redix", r"(?:Failed to connect to Redis|Connection to Redis) \({at}\)(?::| failed| closed)"),
    ("Erlang httpc", r#"failed_connect,\[\{to_address,\{"{host}",{port}\}"#),
    // Proxies.
    (
        "nginx, ngx_http_upstream",
        r#"(?:failed \(|timed out|no live upstreams|prematurely closed|SSL_do_handshake).*?upstream: "[a-z]+://{host}(?::{port})?"#,
    ),
    ("nginx, configuration", r#"host not found in upstream "{host}(?::{port})?"#),
    ("nginx, resolver", r"{host} could not be resolved \("),
    ("nginx, ngx_http_upstream", r"connect\(\) to {at} failed"),
    ("HAProxy, configuration", r"could not resolve address '{host}'"),
    ("Apache mod_proxy", r"attempt to connect to {ip}(?::\d+)? \({host}(?::{port})?\) failed"),
    (
        "Apache mod_proxy",
        r"(?:attempt to connect to|failed to make connection to backend:) {host}(?::{port})?(?: failed|$)",
    ),
    ("Apache mod_proxy", r"DNS lookup failure for: {host}"),
    ("Envoy, strict_dns_cluster", r"[Dd][Nn][Ss] resolution for {host} failed"),
    // Collectors of logs and traces.
    ("Fluent Bit, flb_net", r"TCP connection failed: {at} \("),
    ("Fluent Bit, flb_net", r"getaddrinfo\(host='{host}'"),
    (
        "Logstash and Kibana, Elasticsearch clients",
        r"(?:Unable to revive connection|resurrect connection|Unreachable|Connection refused|Pool Error)[^h]*?(?:https?:/)?.{0,60}?{url}",
    ),
    ("Datadog tracer", r"failed to send, dropping .*? to intake at {url}"),
];

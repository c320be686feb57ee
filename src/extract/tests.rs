//! Tests of address extraction by example, and property tests that check that no secret comes out.

use super::{references_in_arguments, references_in_environment, references_in_file};
use crate::model::{ReferenceKind, ReferenceTarget};
use proptest::prelude::*;

/// Returns the targets that a variable with this name and value gives, as text.
fn names(key: &str, value: &str) -> Vec<String> {
    references_in_environment(None, [(key, value)])
        .into_iter()
        .map(|m| match m.target {
            ReferenceTarget::Address(address) => address.to_string(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn urls_give_their_authority_only() {
    assert_eq!(names("DATABASE_URL", "postgres://user:p%40ss@db:5432/orders?sslmode=off"), ["db:5432"]);
    assert_eq!(names("X", "http://catalog"), ["catalog"]);
    assert_eq!(names("X", "https://api.example.com/v1/http/users"), ["api.example.com"]);
    assert_eq!(names("MONGO", "mongodb://u:p@m1:27017,m2:27017/db?replicaSet=rs"), ["m1:27017", "m2:27017"]);
    assert_eq!(names("X", "jdbc:mysql://mysql:3306/db?useSSL=false"), ["mysql:3306"]);
    assert_eq!(names("X", "redis://[::1]"), Vec::<String>::new());
    assert_eq!(names("X", "redis://[fd00::2]:6379/0"), ["[fd00::2]:6379"]);
    assert_eq!(names("ES", "http://a:9200,http://b:9200"), ["a:9200", "b:9200"]);
}

#[test]
fn the_loopback_address_counts_where_a_neighbour_answers() {
    let target =
        |value| references_in_environment(None, [("X_URL", value)]).into_iter().map(|m| m.target).next();
    for value in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"] {
        assert!(matches!(target(value), Some(ReferenceTarget::EstateAddress(_))), "{value}");
    }
    for value in ["http://localhost", "http://0.0.0.0:8080", "localhost"] {
        assert_eq!(target(value), None, "{value}");
    }
}

#[test]
fn an_at_sign_that_nobody_can_place_gives_nothing() {
    assert_eq!(names("X", "https://se/cret@host/v1"), Vec::<String>::new());
    assert_eq!(names("X", "smtp://mail:25?from=a@b.com"), ["mail:25"]);
    // Some sites use such URLs for the pages of users. But `medium.com/` could also be a user with a slash in
    // its name.
    assert_eq!(names("X", "https://medium.com/@name/post"), Vec::<String>::new());
    assert_eq!(names("X", "https://user:p@host:8443/x"), ["host:8443"]);
    assert_eq!(names("X", "postgres://u:p@s/s@host:5432/db"), ["host:5432"]);
}

#[test]
fn connection_strings_and_drivers() {
    assert_eq!(names("CS", "Host=db;Port=5432;Username=u;Password=p"), ["db:5432"]);
    assert_eq!(names("CS", "Server=tcp:sql,1433;Database=orders;User Id=sa;Password=x"), ["sql:1433"]);
    assert_eq!(names("DSN", "host=pg port=5433 user=u password=hunter2 dbname=d"), ["pg:5433"]);
    assert_eq!(names("DSN", "user:pa:ss@tcp(mysql:3306)/db"), ["mysql:3306"]);
    assert_eq!(names("DATA_SOURCE_NAME", "exporter:x@(mysql:3306)/"), ["mysql:3306"]);
    assert_eq!(names("PIHOLE_DNS_", "172.20.0.2#5054"), ["172.20.0.2:5054"]);
}

#[test]
fn a_word_counts_under_a_telling_key_only() {
    assert_eq!(names("REDIS_HOST", "redis"), ["redis"]);
    assert_eq!(names("PGHOST", "db"), ["db"]);
    assert_eq!(names("spring.rabbitmq.host", "rabbit"), ["rabbit"]);
    assert_eq!(names("POSTGRES_DB", "orders"), Vec::<String>::new());
    assert_eq!(names("OTEL_METRICS_EXPORTER", "prometheus"), Vec::<String>::new());
    assert_eq!(names("HOSTNAME", "web"), Vec::<String>::new());
    assert_eq!(names("DB_HOSTNAME", "database"), ["database"]);
    assert_eq!(names("USE_SERVER", "true"), Vec::<String>::new());
}

#[test]
fn a_key_for_one_host_has_one_host() {
    for (value, expected) in [
        ("db 0", &["db"][..]),
        ("db zz", &["db"]),
        ("db zz zz2", &["db"]),
        ("db;zz", &["db"]),
        ("10.0.0.7 zz zz:80", &["10.0.0.7"]),
        ("db.example.net 12345", &["db.example.net"]),
        ("db zz@x", &[]),
        ("db is the 1st host: zz", &[]),
        ("db:5432,db2:5432", &["db:5432", "db2:5432"]),
    ] {
        assert_eq!(names("CACHE_HOST", value), expected, "{value}");
    }
    assert_eq!(names("CACHE_HOSTS", "a b"), ["a", "b"]);
    assert_eq!(names("DB_HOSTS", "db,db2:3307"), ["db", "db2:3307"]);
    assert_eq!(names("DB_HOSTS", "db-1:3306,db-2"), ["db-1:3306", "db-2"]);
    assert_eq!(names("DB_HOSTS", "db:3306,zz"), ["db:3306"]);
    assert_eq!(names("REDIS_REPLICAOF", "redis 6380"), ["redis:6380"]);
}

#[test]
fn users_with_numbers_are_no_hosts_with_ports() {
    for (key, value) in [
        ("", "orders:54321:1001:100"),
        ("SFTP_ACCOUNTS", "orders:54321:1001 billing:54321:1002"),
        ("APP_LOGINS", "billing:8080,orders:8081"),
        ("APP_ACCESS", "billing:54321,orders:12345"),
    ] {
        assert_eq!(names(key, value), Vec::<String>::new(), "{key}={value}");
    }
    assert_eq!(names("SMTP_RELAY", "[mail]:587 orders:54321"), ["mail:587"]);
    assert_eq!(names("SMTP_RELAY", "[mail]:587, [mail2]:587"), ["mail:587", "mail2:587"]);
    assert_eq!(names("SENDERS", "[mail]:587 [mail2]:587 orders:587"), ["mail:587", "mail2:587"]);
    assert_eq!(names("RELAY_MAP", "mail:587 orders:587"), ["mail:587"]);
    assert_eq!(names("MEMCACHED_SERVERS", "m1:11211:1,m2:11211:2"), ["m1:11211", "m2:11211"]);
    assert_eq!(names("BACKENDS", "web:12345,api:8080"), ["web:12345", "api:8080"]);
    assert_eq!(names("SERVICE_PRECONDITION", "web:12345 api:12346"), ["web:12345", "api:12346"]);
    let script = "case \"$1\" in billing:8080) app;; *) curl http://web:80;; esac";
    let found = references_in_arguments(None, ["sh", "-c", script]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(references_in_arguments(None, ["orders:54321:1001:100"]), Vec::new());
}

#[test]
fn brokers_and_voters() {
    assert_eq!(names("KAFKA_BROKERS", "k1:9092,k2:9092"), ["k1:9092", "k2:9092"]);
    assert_eq!(names("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@k1:9093,2@k2:9093"), ["k1:9093", "k2:9093"]);
    assert_eq!(names("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092"), Vec::<String>::new());
}

#[test]
fn a_port_may_stand_beside_its_host() {
    let mentions = references_in_environment(None, [("DB_HOST", "db"), ("DB_PORT", "5432")]);
    assert_eq!(mentions.len(), 1);
    assert!(matches!(&mentions[0].target, ReferenceTarget::Address(a) if a.to_string() == "db:5432"));
}

#[test]
fn a_key_is_read_by_its_last_word() {
    assert_eq!(names("OAUTH2_TOKEN_ISSUER_URL", "http://keycloak:18080/realms/x"), ["keycloak:18080"]);
    assert_eq!(names("PUBLIC_FRONTEND_ADDRESS", "temporal:7233"), ["temporal:7233"]);
    assert_eq!(names("AUTH_SERVICE", "auth:12345"), ["auth:12345"]);
    assert_eq!(names("BACKEND", "web:8080"), ["web:8080"]);
    assert_eq!(names("PRECONDITIONS", "web:12345 api:12346"), ["web:12345", "api:12346"]);
}

#[test]
fn variables_are_filled_in_but_secrets_are_not() {
    let pairs = [
        ("DB_URL", "postgres://u:${DB_PASSWORD}@${DB_NODE}:5432/x"),
        ("DB_NODE", "db"),
        ("DB_PASSWORD", "p:1@zz"),
    ];
    let found: Vec<String> = references_in_environment(None, pairs)
        .into_iter()
        .map(|m| format!("{} {:?}", m.location, m.target))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("\"db\"") && !found[0].contains("zz"), "{found:?}");
    assert_eq!(names("DB_URL", "postgres://zzapp:${PASSWORD}@db:${PORT}/x"), ["db"]);
    assert_eq!(names("DB_URL", "http://{{ host }}:80/%(name)s"), Vec::<String>::new());
}

#[test]
fn structures_are_read_by_their_keys() {
    assert_eq!(
        names("SETTINGS_JSON", "{\"consulServers\":{\"hosts\":\"web\",\"http\":{\"port\":8500}}}"),
        ["web"]
    );
    assert_eq!(names("DB_SERVERS", "[{'host':'db','port':'5432','pass':'zz'}]"), ["db:5432"]);
    assert_eq!(names("YAML", "hostname: mailer\nport: 1025\npassword: web:80\n"), ["mailer:1025"]);
    assert_eq!(names("NODES", "[\"a:1000\", \"b:1000\"]"), ["a:1000", "b:1000"]);
    assert_eq!(names("VCAP", "{\"x\":[{\"credentials\":{\"uri\":\"amqp://u:zz@mq:5672/v\"}}]}"), ["mq:5672"]);
    assert_eq!(names("INI", "[a]\nhost=db\npassword=web:80\n"), ["db"]);
    assert_eq!(
        names("CONFIG", "\n# comment\nbootstrap.servers=kafka:9092\nsasl.password=web:80\n"),
        ["kafka:9092"]
    );
    assert_eq!(names("JAVA_OPTS", "-Xmx1g -Ddb.url=jdbc:mysql://db:3306/x -Dpassword=web:80"), ["db:3306"]);
}

#[test]
fn a_tools_setting_is_not_the_services() {
    let both = [("TEMPORAL_CLI_ADDRESS", "temporal:7233"), ("TEMPORAL_ADDRESS", "temporal:7233")];
    let via = |pairs: &[(&'static str, &'static str)]| {
        references_in_environment(None, pairs.iter().copied()).into_iter().map(|m| m.kind).collect::<Vec<_>>()
    };
    assert_eq!(via(&both), [ReferenceKind::ToolSetting, ReferenceKind::ToolSetting]);
    assert_eq!(via(&both[1..]), [ReferenceKind::Environment]);
}

#[test]
fn what_is_no_call_of_the_service() {
    for (key, value) in [
        ("PUBLIC_URL", "http://web:3000"),
        ("PUBLIC_API_ADDRESS", "http://web:3000"),
        ("NEXT_PUBLIC_API_ENDPOINT", "web:3000"),
        ("NO_PROXY", "web,db:5432"),
        ("MAIL_FROM_ADDRESS", "noreply@shop.example.com"),
        ("SMTP_ADDRESS", "noreply@shop.example.com"),
        ("ADMIN_CREDS", "web:8080"),
        ("HTTP_BASIC", "web:8080"),
        ("LOGIN_INFO", "web:8080"),
        ("PGPASSWORD", "web:8080"),
        ("API_TOKEN_2", "http://web:8080"),
        ("TOKEN_SERVER", "web"),
        ("OTEL_RESOURCE_ATTRIBUTES", "host.name=web,server=web:8080"),
        ("LOKI_EXTERNAL_LABELS", "host=web:8080"),
        ("STATSD_TAGS", "server=web:8080"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "host=web:8080"),
        ("DOCKER_TARGET", "web"),
        ("CANONICAL_HOST", "web"),
        ("BLOCKED_HOSTS", "web:8080"),
        ("SERVERNAME", "web"),
        ("PEERS", "web,db"),
        ("ZEROTIER_JOIN", "web"),
        ("NODE_SEEDS", "web db"),
        ("DATABASE_URL", "web"),
        ("BASE", "node:20"),
        ("DEFAULT", "web:12345"),
        ("MATERIAL", "//web:8080/x"),
        ("LICENSE", "web:8080"),
        ("CORS_ORIGINS", "http://web:3000"),
        ("IMAGE", "redis:7"),
        ("LISTEN_ADDR", "web:8080"),
        ("ADMIN_PASSWORD", "redis:6379"),
        ("PYTHON_GET_PIP_URL", "https://github.com/pypa/get-pip/raw/x/public/get-pip.py"),
    ] {
        assert_eq!(names(key, value), Vec::<String>::new(), "{key}");
    }
}

#[test]
fn amazon_resources_keep_their_name() {
    assert_eq!(
        names("QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/order-events"),
        ["sqs:order-events"]
    );
    assert_eq!(names("TOPIC", "arn:aws:sns:eu-west-1:123456789012:orders"), ["sns:orders"]);
    assert_eq!(names("TABLE", "arn:aws:dynamodb:eu-west-1:123456789012:table/carts"), ["dynamodb:carts"]);
    assert_eq!(names("MODELS", "s3://shop-models/v1"), ["s3:shop-models"]);
    assert_eq!(names("MODELS", "s3://key:secret@objects:9000/models"), ["objects:9000"]);
    assert_eq!(names("ROLE_ARN", "arn:aws:iam::123456789012:role/x"), Vec::<String>::new());
}

#[test]
fn arguments_are_read_like_variables() {
    let of = |words: &[&str]| {
        references_in_arguments(None, words.iter().copied())
            .into_iter()
            .map(|m| match m.target {
                ReferenceTarget::Address(a) => format!("{} {a}", m.location),
                other => format!("{other:?}"),
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(&["server", "--redis-host", "redis", "--listen=0.0.0.0:80"]),
        ["argument redis-host redis"]
    );
    assert_eq!(of(&["sh", "-c", "wait-for db:5432 -- run"]), ["argument 4 db:5432"]);
    assert_eq!(of(&["--storage.url=http://store:9000"]), ["argument storage.url store:9000"]);
    assert_eq!(of(&["-c", "2", "-h", "edge"]), ["argument h edge"]);
    assert_eq!(of(&["psql", "-h", "db", "-p", "5432"]), ["argument h db:5432"]);
    assert_eq!(of(&["psql", "-hdb", "-p5432"]), ["argument h db:5432"]);
    assert_eq!(of(&["pg_isready", "-p6432", "-h", "db"]), ["argument h db:6432"]);
    assert_eq!(of(&["app", "--backend", "http://api:80"]), ["argument backend api:80"]);
    assert_eq!(of(&["sh", "-c", "until nc -z -w 3 db 5432; do sleep 1; done"]), ["argument 7 db:5432"]);
    assert_eq!(of(&["app", "-backend=http://api:80"]), ["argument 2 api:80"]);
    assert_eq!(of(&["nc", "-lk", "0.0.0.0", "8080"]), Vec::<String>::new());
    assert_eq!(of(&["mysql", "-uroot", "-pzz", "-hdb"]), ["argument h db"]);
    assert_eq!(of(&["redpanda start", "--kafka-addr OUTSIDE://k:9092"]), ["argument kafka-addr k:9092"]);
    assert_eq!(of(&["-broker-list", "kafka:9092"]), ["argument broker-list kafka:9092"]);
    assert_eq!(of(&["run", "-e", "DB_HOST=db", "-e", "DB_PASSWORD=zz:80"]), ["argument DB_HOST db"]);
}

#[test]
fn secrets_of_a_command_line_are_no_addresses() {
    let none: [&[&str]; 20] = [
        &["mysql", "-pzz1=zz:41730"],
        &["app", "-pzz-1=zz:80"],
        &["app", "-PZZ_1=zz:80"],
        &["curl", "-uadmin: zz0:255"],
        &["mysql", "-pzz1 zz:80"],
        &["curl -uadmin:", "-uzz: zz:80"],
        &["curl", "-u", "zz:12345"],
        &["curl", "-uzz:12345", "x"],
        &["curl", "-H", "X-Api: http://zz:80"],
        &["app", "--user", "zz:12345", "--token", "zz:80", "--header=zz:80"],
        &["app", "-a", "zz:80", "-p", "zz:80", "-pzz:80"],
        &["sh", "-c", "echo zz:80; printf '%s' http://zz > /x; cat <<E\nhttp://zz:80\nE\n"],
        &["gosu", "zz:1000", "server"],
        &["su-exec", "zz:1000", "server"],
        &["sh", "-c", "chown zz:1000 /data && exec run # http://zz:80"],
        &["ls", "-h", "zz"],
        &["app", "-h"],
        &["app", "-h", "--verbose"],
        &["AUTH", "zz"],
        &["--password", "x=http://zz:80"],
    ];
    for words in none {
        assert_eq!(references_in_arguments(None, words.iter().copied()), Vec::new(), "{words:?}");
    }
    // A password directly after its letter looks like a long option, which some programs write with one dash.
    let found = format!("{:?}", references_in_arguments(None, ["app", "-pzzS3", "tcp://db:3306"]));
    assert!(found.contains("db") && !found.contains("zz"), "{found}");
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(key in "\\PC{0,40}", value in "\\PC{0,200}") {
        let _ = references_in_environment(None, [(key.as_str(), value.as_str())]);
        let _ = references_in_arguments(None, [value.as_str()]);
        for name in ["x.yml", "x.json", "x.xml", "x.conf", "x.js"] {
            let _ = references_in_file(None, name, &value, |_| Some(key.as_str()));
        }
    }

    #[test]
    fn no_password_comes_out(password in "[A-Za-z0-9!$^&*()+=~/?#:-]{6,20}", host in "[a-z]{3,8}") {
        let secret = format!("S{password}T");
        for value in [
            format!("postgres://user:{secret}@{host}:5432/db"),
            format!("redis://:{secret}@{host}:6379/0"),
            format!("user:{secret}@tcp({host}:3306)/db"),
            format!("Host={host};Port=5432;Username=u;Password={}", secret.replace(';', "")),
        ] {
            for mention in references_in_environment(None, [("DATABASE_URL", value.as_str())]) {
                let ReferenceTarget::Address(address) = mention.target else { continue };
                prop_assert_eq!(address.host.to_string(), host.clone());
            }
            for (name, text) in [
                ("x.yml", format!("database:\n  url: {value}\n  password: {secret}\n")),
                ("x.json", format!("{{\"url\": \"{value}\", \"password\": \"{secret}\"}}")),
                ("x.conf", format!("url {value};\npassword {secret};\n")),
                ("x.js", format!("connect('{value}', {{ password: '{secret}' }})\n")),
            ] {
                for mention in references_in_file(None, name, &text, |_| None) {
                    prop_assert!(!format!("{mention:?}").contains(&secret), "{name}: {mention:?}");
                }
            }
        }
    }
}

/// U+0085 and U+2028 are blanks of two and three bytes.
#[test]
fn separators_longer_than_a_byte_are_read() {
    for blank in ['\u{85}', '\u{2028}', '\u{a0}'] {
        let listed = format!("amqp://one:5672{blank}amqp://two:5672");
        assert_eq!(names("BROKERS_URL", &listed), ["one:5672", "two:5672"], "{listed}");
        assert_eq!(names("BROKERS_URL", &format!("amqp://{blank}x{blank}://y")), Vec::<String>::new());
    }
}

#[test]
fn a_sentence_with_punctuation_is_no_list() {
    for text in ["ask db for zz47;zz96\tzz13:35558 at once", "see docs, then call zz:80 first"] {
        assert_eq!(names("NOTE", text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(names("KAFKA_BROKERS", "k1:9092, k2:9092;k3:9092"), ["k1:9092", "k2:9092", "k3:9092"]);
}

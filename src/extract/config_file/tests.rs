//! Tests with mounted files of real services: the addresses that Portolan finds, and the words that it
//! ignores.

use super::{is_config_file, may_be_config_file, references_in_file};
use crate::model::ReferenceTarget;

/// Returns the addresses that a file names. Parentheses mark an address that counts only if it belongs to a
/// known service.
fn names(path: &str, text: &str) -> Vec<String> {
    let variable = |name: &str| (name == "DB_HOST").then_some("db");
    let mentions = references_in_file(None, path, text, variable);
    let name = |target: ReferenceTarget| match target {
        ReferenceTarget::Address(address) => address.to_string(),
        ReferenceTarget::EstateAddress(address) => format!("({address})"),
        ReferenceTarget::ServiceName(name) | ReferenceTarget::CalledByProxy(name) => name.to_string(),
    };
    mentions.into_iter().map(|mention| name(mention.target)).collect()
}

#[test]
fn nginx() {
    let text = "upstream api {\n  server orders:8080 max_fails=3;\n  server users;\n}\nserver {\n  listen 80;\n  \
                server_name shop.example.com;\n  location / { proxy_pass http://api; }\n  # proxy_pass http://old:1;\n  \
                location /x {\n   proxy_pass   http://web:3000/x;\n }\n}\n";
    assert_eq!(names("/etc/nginx/nginx.conf", text), ["(orders:8080)", "(users)", "(web:3000)"]);
}

#[test]
fn haproxy() {
    let text = "backend orders\n  balance roundrobin\n  server s1 orders-1:80 check\n  server s2 orders-2:80 check backup\n";
    assert_eq!(names("haproxy.cfg", text), ["(orders-1:80)", "(orders-2:80)"]);
}

#[test]
fn prometheus() {
    let text = "scrape_configs:\n  - job_name: orders\n    static_configs:\n      - targets: ['orders:9100', \"users:9100\"]\n  \
                - job_name: b\n    static_configs:\n      - targets:\n          - db-exporter:9187\n          - localhost:9090\n";
    let expected = ["(orders:9100)", "(users:9100)", "(db-exporter:9187)", "(localhost:9090)"];
    assert_eq!(names("prometheus.yml", text), expected);
}

#[test]
fn variables_are_filled_in() {
    let text = "database:\n  host: ${DB_HOST}\n  url: postgres://app:${PASSWORD}@$DB_HOST:5432/app\n";
    assert_eq!(names("app.yml", text), ["(db)", "db:5432"]);
}

#[test]
fn collector() {
    let text = "receivers:\n  otlp:\n    protocols:\n      grpc:\n        endpoint: 0.0.0.0:4317\nexporters:\n  otlp:\n    \
                endpoint: tempo:4317 # traces\n  loki:\n    endpoint: \"http://loki:3100/push\"\n";
    assert_eq!(names("otel.yaml", text), ["(tempo:4317)", "loki:3100"]);
}

#[test]
fn json() {
    let text = "{\"Servers\": {\"1\": {\"Name\": \"orders\", \"Host\": \"orders-db\", \"Port\": 5432}},\n \
                \"proxy\": \"http://backend:3000\", \"homepage\": \"https://example.com\"}";
    assert_eq!(names("servers.json", text), ["(orders-db:5432)", "(backend:3000)"]);
}

#[test]
fn xml() {
    let text = "<configuration>\n <!-- <value>hdfs://old:1</value> -->\n <property><name>fs.defaultFS</name>\
                <value>hdfs://namenode:9000</value></property>\n</configuration>";
    assert_eq!(names("core-site.xml", text), ["(namenode:9000)"]);
}

#[test]
fn programs() {
    let text = "// talks to http://old:1\nconst redis = new Redis({ host: 'cache', port: 6379 });\n\
                const host = process.env.HOST || 'db';\nmodule.exports = { target: 'web', mode: 'api' };\n\
                app.use(proxy('/api', { target: 'http://backend:8080' }));\n";
    let all = names("server.js", text);
    assert!(
        all.contains(&"(cache:6379)".to_owned()) && all.contains(&"(backend:8080)".to_owned()),
        "{all:?}"
    );
    assert!(!all.iter().any(|n| n.contains("old") || n == "(web)" || n == "(api)"), "{all:?}");
    assert_eq!(names("app.py", "g.redis = Redis(host=\"redis\", db=0)  # http://no:1\n"), ["(redis)"]);
    assert_eq!(names("app.py", "client = MongoClient(\"mongo:27017\")\n"), ["(mongo:27017)"]);
}

#[test]
fn passwords_and_own_names_do_not_count() {
    let text = "password: http://hunter2:80\nlisten: web:80\nserver_name: web\nimage: redis:7\ndatabase: orders\n\
                root_url: http://shop:3000\n";
    assert_eq!(names("x.yml", text), Vec::<String>::new());
}

#[test]
fn mail_servers() {
    let text = "# inet:old:1\nrelayhost = [mailer]:1025\nsmtpd_milters = inet:edge:9900, inet:8891@dkim\n\
                virtual_transport = lmtp:inet:web:24\nmynetworks = 127.0.0.0/8 [::1]/128\nmyhostname = web\n";
    assert_eq!(
        names("/etc/postfix/main.cf", text),
        ["(mailer:1025)", "(edge:9900)", "(dkim:8891)", "(web:24)"]
    );
    assert_eq!(
        names("/etc/dovecot/passwd-verify.lua", "return { url = \"https://web:9082\" }\n"),
        ["web:9082"]
    );
    let pgsql = "hosts = db\nuser = web\npassword = zz:80\nquery = SELECT 1\n";
    assert_eq!(names("/etc/postfix/pgsql.cf", pgsql), ["(db)"]);
}

#[test]
fn a_hosts_own_name_with_a_port_beside_it_is_an_address() {
    assert_eq!(
        names("mas.yaml", "email:\n  transport: smtp\n  hostname: mailer\n  port: 1025\n"),
        ["(mailer:1025)"]
    );
    assert_eq!(names("x.yaml", "hostname: mailer\nother:\n  port: 1025\n"), Vec::<String>::new());
    let list = "- host: a\n  port: 1000\n- port: 2000\n  host: b\n- host: c\n";
    assert_eq!(names("x.yaml", list), ["(a:1000)", "(b:2000)", "(c)"]);
    assert_eq!(names("x.ini", "[a]\nport=1000\n[b]\nhost=db\n"), ["(db)"]);
    assert_eq!(names("x.yaml", "cache_host: db secret1\n"), ["(db)"], "a host holds one word");
}

#[test]
fn templates_are_read_as_what_they_make() {
    assert_eq!(names("/etc/nginx/nginx.conf.j2", "location / { fastcgi_pass web:9001; }\n"), ["(web:9001)"]);
    assert_eq!(
        names("app.yml.tmpl", "host: {{ .Host }}\nurl: http://{{ x }}:80\nother_url: http://web:80\n"),
        ["web:80"]
    );
    assert_eq!(names("httpd.conf", "ProxyPass /x http://web:80/x\n"), ["(web:80)"]);
}

#[test]
fn a_password_with_spaces_or_in_a_block_is_no_host() {
    for (name, text) in [
        ("x.yml", "url: postgres://zz:80 a@db/x\n"),
        ("x.yml", "password: |\n  zz:8080\n  zz\n"),
        ("x.conf", "-----BEGIN RSA PRIVATE KEY-----\nhost zz:443\n-----END RSA PRIVATE KEY-----\n"),
        ("redis.conf", "requirepass zz:80\nuser default on >zz:80 ~*\n"),
        ("x.yml", "redis: cache:6379,password=zz:80,ssl=true\n"),
        ("x.yml", "jdbc: jdbc:sqlserver://cache:1433;user=sa;password=P@zz\n"),
    ] {
        let found = names(name, text);
        assert!(!found.iter().any(|one| one.contains("zz")), "{text}: {found:?}");
        assert_eq!(found.len(), usize::from(text.contains("cache")), "{text}: {found:?}");
    }
}

#[test]
fn only_files_that_configure_are_read() {
    for name in [
        "nginx.conf",
        "prometheus.yml",
        "app.properties",
        "Caddyfile",
        "server.js",
        "default.conf.template",
        "main.cf",
        "nginx.conf.j2",
        "x.tmpl",
        "passwd-verify.lua",
        "hosts.yml",
        "group.conf",
        "hostname.toml",
        "composer-proxy.conf",
    ] {
        assert!(is_config_file(name), "{name}");
    }
    for name in [
        "docker-compose.yml",
        "docker-compose.prod.yaml",
        "compose-dev.yml",
        "compose.yaml",
        "package-lock.json",
        "data.csv",
        "key.pem",
        "x.test.js",
        "README.md",
        "passwd",
        "hosts",
        "group",
        "resolv.conf",
        "tsconfig.app.json",
    ] {
        assert!(!is_config_file(name), "{name}");
    }
    assert!(
        !may_be_config_file("hosts") && !may_be_config_file("hostname") && may_be_config_file("hosts-proxy")
    );
    assert!(may_be_config_file("haproxy") && !may_be_config_file("docker.sock"));
}

#[test]
fn a_password_in_a_url_may_hold_any_separator() {
    for name in ["a.properties", "a.yml", "a.env", "a.toml"] {
        for line in [
            "NATS_URL=nats://zz137;@db:4222",
            "nats.url = nats://zz1,zz2;zz@db:4222",
            "url: nats://u:zz;=zz@db:4222",
        ] {
            let found = format!("{:?}", references_in_file(None, name, line, |_| None));
            assert!(!found.contains("zz"), "{name}: {line}: {found}");
        }
    }
    let found =
        format!("{:?}", references_in_file(None, "a.properties", "NATS_URL=nats://zz137;@db:4222", |_| None));
    assert!(found.contains("\"db\""), "{found}");
}

#[test]
fn words_before_an_assignment_belong_to_their_own_directive() {
    for (path, text, expected) in [
        ("redis.conf", "replicaof db 6379\nuser default on >zza== ~* +@all\n", "(db:6379)"),
        (
            "haproxy.cfg",
            "backend b\n server s1 db:80 check\n http-request add-header X zzb if { src a=b }\n",
            "(db:80)",
        ),
        ("nginx.conf", "server db:80;\nset_header Authorization 'Bearer zzc'; if ($x = y) {}\n", "(db:80)"),
        ("chrony.conf", "server db\nkey zzd a=b\n", "(db)"),
        ("users.conf", "server db\nalice zze role=admin\n", "(db)"),
        ("smtp.conf", "relayhost db\nuser app pass zzf auth=plain\n", "(db)"),
        ("haproxy.cfg", "backend b\n server s1 db:80 check weight=5\n", "(db:80)"),
        ("app.conf", "host = db\nport = 5432\n", "(db:5432)"),
    ] {
        let found = names(path, text);
        assert!(!found.join(" ").contains("zz"), "{path}: {found:?}");
        assert!(found.iter().any(|name| name == expected), "{path}: {found:?}");
    }
}

#[test]
fn a_host_and_its_port_may_be_two_words_or_two_keys() {
    for (path, text, expected) in [
        ("redis.conf", "replicaof db 6380\nmasterauth web\n", "(db:6380)"),
        ("sentinel.conf", "sentinel monitor web db 6379 2\nsentinel auth-pass web web\n", "(db:6379)"),
        ("squid.conf", "cache_peer db parent 3128 0 no-query default\n", "(db:3128)"),
        ("envoy.yaml", "socket_address:\n  address: db\n  port_value: 8080\n", "(db:8080)"),
        (
            "haproxy.cfg",
            "resolvers dns\n nameserver web 127.0.0.11:53\nbackend b\n server web db:80\n",
            "(db:80)",
        ),
        ("my.cnf", "[client]\nhost=db\n[mysqld]\nreport_host=web\n", "(db)"),
    ] {
        let found = names(path, text);
        assert!(
            found.contains(&expected.to_owned()) && !found.join(" ").contains("web"),
            "{path}: {found:?}"
        );
    }
}

#[test]
fn a_line_without_a_key_belongs_only_to_a_list_that_continues() {
    for (path, text) in [
        (
            "c.php",
            "<?php\n$dbhost = 'db';\ndefine('DB_PASSWORD', 'web');\n$config['db_pass'] = 'web';\n$redis->auth('web');\n",
        ),
        ("c.py", "DB_HOST = 'db'\nos.environ['DB_PASSWORD'] = 'web'\nserver.login('web', 'web')\n"),
        ("c.go", "host := \"db\"\nos.Setenv(\"DB_PASSWORD\", \"web\")\n"),
        ("c.ini", "host = db\nweb\n"),
        ("c.yaml", "hosts:\n  - db\nother:\n- web\n"),
        ("c.xml", "<c>\n<host>db</host>\n<entry>web</entry>\n</c>\n"),
    ] {
        assert_eq!(names(path, text), ["(db)"], "{text}");
    }
    assert_eq!(names("c.yaml", "hosts:\n- db\n- web\n"), ["(db)", "(web)"]);
    assert_eq!(names("c.json", "{\"hosts\": [\n \"db\",\n \"web\"\n]}\n"), ["(db)", "(web)"]);
    assert_eq!(
        names("c.js", "const brokers = [\n  'a:9092',\n  'b:9092',\n];\nsign('web');\n"),
        ["(a:9092)", "(b:9092)"]
    );
}

#[test]
fn values_in_blocks_of_secrets_headers_and_labels_do_not_count() {
    for (path, text) in [
        ("c.yaml", "secrets:\n  primary:\n    host: web\ndb:\n  host: db\n"),
        ("c.yaml", "token: |\n  host: web\nprivate_key: |\n  server: web\nhost: db\n"),
        ("c.yaml", "headers:\n  Host: web\nexternal_labels:\n  host: web\nhost: db\n"),
        ("c.toml", "[auth.passwords]\nhost = \"web\"\n[db]\nhost = \"db\"\n"),
        (
            "c.json",
            "{\"password\": {\"value\": \"web:8080\"}, \"tokens\": [{\"value\": \"web:80\"}],\n \"host\": \"db\"}",
        ),
        (
            "c.xml",
            "<c><add key=\"JwtSecret\" value=\"web:8080\"/>\n<property name=\"host\" value=\"db\"/></c>",
        ),
        ("c.properties", "sasl.jaas.config=x \\\n  server=web \\\n  host=web;\nhost=db\n"),
        ("app.conf", "return 301 http://web:80/x;\nadd_header Host web;\nset $host db;\nserver_addr db;\n"),
    ] {
        assert_eq!(names(path, text), ["(db)"], "{text}");
    }
}

#[test]
fn a_name_beside_a_value_is_its_key() {
    let list = "env:\n- name: DB_HOST\n  value: db\n- name: DB_PASSWORD\n  value: web:8080\n";
    assert_eq!(names("c.yaml", list), ["(db)"]);
    assert_eq!(names("c.php", "define( 'DB_HOST', 'db' );\ndefine( 'AUTH_KEY', 'web:8080' );\n"), ["(db)"]);
    assert_eq!(names("c.py", "host = os.environ.get(\"REDIS_HOST\", \"redis\")\n"), ["(redis)"]);
}

#[test]
fn scripts_are_read_as_commands() {
    let script = "#!/bin/sh\nDB_HOST=db\nmysql -h \"$DB_HOST\" -u web -p web\nredis-cli -a web ping\n\
                  cat <<END\nhost: web\nEND\nwait-for db:5432\n";
    assert_eq!(names("/app/start.sh", script), ["(db)", "(db:5432)"]);
}

#[test]
fn files_and_texts_of_secrets_give_nothing() {
    assert_eq!(names("/etc/postfix/sasl_passwd", "mail:587 web:8080\n"), Vec::<String>::new());
    assert_eq!(names("/etc/crontabs/root", "5 * * * * curl -s -u web:54321 http://db:80/x\n"), ["(db:80)"]);
    let env = "PASSWORD_LIST='web:8080\nweb:8081\nweb'\nDB_HOST=db\n";
    assert_eq!(names("/app/.env", env), ["(db)"]);
    assert_eq!(names("/app/.env", "DB_PASSWORD=it's\nDB_HOST=db\n"), ["(db)"]);
    let yaml = "HTTP_BASIC: ,-=web:80\nDB_PASS: - a=web:80\nAPI_KEY: [<a=web:80\nAPI_KEY: :web:80\nauth: {x=web:80}\nhost: db\n";
    assert_eq!(names("c.yaml", yaml), ["(db)"]);
    assert_eq!(names("c.yaml", "auth: {\n  host: db,\n}\n"), ["(db)"]);
    assert_eq!(names("c.toml", "secret = \"\"\"\nhost = 'web'\n\"\"\"\nhost = 'db'\n"), ["(db)"]);
    assert_eq!(names("c.yaml", "key: >-\n  http://web:8081\nregex: 'web:8080'\nhost: db\n"), ["(db)"]);
}

#[test]
fn hosts_that_are_named_like_secrets_count() {
    for (path, text, expected) in [
        ("nginx.conf", "location /a {\n proxy_pass http://auth:8080;\n}\n", "(auth:8080)"),
        ("nginx.conf", "upstream auth {\n server auth:8080;\n}\nproxy_pass http://auth;\n", "(auth:8080)"),
        (
            "haproxy.cfg",
            "backend auth\n server auth1 auth1:8080 check\n server record db:80\n",
            "(auth1:8080) (db:80)",
        ),
        (
            "Caddyfile",
            "reverse_proxy oauth:4180\nreverse_proxy /token/* idp:8080\n",
            "(oauth:4180) (idp:8080)",
        ),
        (
            "Caddyfile",
            "forward_auth authelia:9091 {\n uri /verify\n}\nreverse_proxy db:80\n",
            "(authelia:9091) (db:80)",
        ),
        ("httpd.conf", "ProxyPass /auth http://sso:80/\n", "(sso:80)"),
        (
            "nginx.conf",
            "proxy_set_header Authorization web;\nset_header X-Token web:80;\nserver db:80;\n",
            "(db:80)",
        ),
    ] {
        assert_eq!(names(path, text).join(" "), expected, "{path}: {text}");
    }
}

#[test]
fn skipped_parts_end_where_they_should() {
    for (path, text) in [
        ("app.conf", ";url = http://web:8080\nserver db:80;\n"),
        (
            "Caddyfile",
            "header {\n  X-Upstream web:8080\n  nested {\n   a web:80\n  }\n b web:80\n}\nreverse_proxy db:80\n",
        ),
        ("logstash.conf", "http {\n headers => {\n  \"X-A\" => \"web:80\"\n }\n url => \"db:80\"\n}\n"),
        ("app.conf", "secrets {\n  a {\n  host = web\n  }\n url = web:80\n}\nserver db:80\n"),
        ("c.json", "[{\"host\":\"web.example\",\"password\":\"x\"},{\"host\":\"db\",\"port\":80}]"),
        ("c.json", "[{\n\"password\": \"\"\n},\n{\n\"host\": \"db\",\n\"port\": 80\n}]\n"),
        ("logstash.conf", "password => [\n \"web:80\"\n]\nhosts => [\n \"db:80\",\n]\n"),
        ("nginx.conf", "location /a { rewrite ^/a/(.*) http://web/$1 break; proxy_pass http://db:80; }\n"),
        (".env", "DB_PASSWORD=\"pa #1\"\nSERVER=db:80\n"),
        ("c.yaml", "args:\n  [\"--token\", \"x\"]\nhost: db\nport: 80\n"),
        ("shiro.ini", "/** = authc\nhost = db\nport = 80\n"),
        ("c.yaml", "# must start with -----BEGIN PRIVATE KEY-----\nhost: db\nport: 80\n"),
        ("c.yaml", "server: &main db:80\n"),
        ("s.sh", "v=$(awk -F')' '{print $1}' f)\n(( n = 1 << 3 ))\nwait-for db:80\necho 'wait-for web:80'\n"),
    ] {
        let found: Vec<String> =
            names(path, text).into_iter().filter(|name| !name.contains("example")).collect();
        assert_eq!(found, ["(db:80)"], "{path}: {text}");
    }
    let text = "<property>\n<name>dfs.namenode.rpc-address</name>\n<value>db:80</value>\n</property>\n<property>\n\
                <name>db.password</name>\n<value>http://web:80</value>\n</property>\n";
    assert_eq!(names("core-site.xml", text), ["(db:80)"]);
}

#[test]
fn files_without_line_breaks_are_read_in_linear_time() {
    let numbers = format!("[{}]", "1,".repeat(100_000));
    let words = "a,".repeat(100_000);
    let quoted = format!("x=\"{}\"", " #".repeat(100_000));
    for name in ["c.json", "c.yaml", "c.js", "c.conf"] {
        assert_eq!(names(name, &quoted), Vec::<String>::new());
        assert_eq!(names(name, &numbers), Vec::<String>::new());
        assert_eq!(names(name, &words), Vec::<String>::new());
    }
}

//! Tests of each notation by example: values with their addresses, and values without addresses.

use super::parse_addresses;

/// Returns the addresses in a value, joined with spaces.
fn addresses_in(value: &str) -> String {
    let found: Vec<String> = parse_addresses(value).iter().map(|found| found.address.to_string()).collect();
    found.join(" ")
}

#[track_caller]
fn assert_addresses(cases: &[(&str, &str)]) {
    for (value, expected) in cases {
        assert_eq!(addresses_in(value), *expected, "{value}");
    }
}

#[test]
fn urls_give_their_authority_only() {
    assert_addresses(&[
        ("postgres://u:p%40ss@db:5432/orders?sslmode=off", "db:5432"),
        ("http://catalog", "catalog"),
        ("mongodb://u:p@m1:27017,m2:27017/db?replicaSet=rs", "m1:27017 m2:27017"),
        ("redis://[fd00::2]:6379/0", "[fd00::2]:6379"),
        ("http://a:9200,http://b:9200", "a:9200 b:9200"),
        ("http://elastic:pw@a:9200, https://elastic:pw@b:9200", "a:9200 b:9200"),
        ("SASL_SSL://u:p@k1:9093,k2:9093", "k1:9093 k2:9093"),
        ("ldap://l1 ldap://l2", "l1 l2"),
        ("amqp://u:p@h1:5672//;amqp://u:p@h2:5672//", "h1:5672 h2:5672"),
        ("postgresql+psycopg2://u:p@db/x", "db"),
        ("postgresql:///x?host=db&port=5432&password=zz", "db:5432"),
        ("postgres://u:zz@/x?host=/run/postgresql", ""),
        ("dns:///api:50051", "api:50051"),
        ("unix:///run/x.sock", ""),
        ("https://x.org/get-pip.py", ""),
        ("s3://profiles?endpoint=http://objects:8333&region=x", "s3:profiles objects:8333"),
        ("http://proxy:3128?redirect_uri=http://web:80&token=http://t:1", "proxy:3128"),
        ("mssql+pyodbc:///?odbc_connect=DRIVER%3D%7Bx%7D%3BSERVER%3Ddb%2C1433%3BPWD%3Dp", "db:1433"),
        ("postgres://app:\u{fffc}@db:\u{fffc}/app", "db"),
        ("http://\u{fffc}:80/x", ""),
    ]);
}

#[test]
fn a_url_gives_a_host_only_if_its_scheme_has_one() {
    assert_addresses(&[
        // Without a known scheme, the text may be a token.
        ("OUTSIDE://k:9092", "k:9092"),
        ("custom://web:8080/x", "web:8080"),
        ("custom://web", ""),
        ("custom://web:7", ""),
        ("custom://zz@web:8080", ""),
        ("custom://zz/?host=web&endpoint=http://web:80", ""),
        ("myapp://orders/callback", ""),
        ("tgram://123456:zz/1", ""),
        ("tgram://123456:8080/1", ""),
        ("slack://zz/zz/zz", ""),
        ("discord://zz@zz", ""),
        ("pushover://shoutrrr:zz@zz/?devices=a", ""),
        ("gotify://gotify:80/zz", "gotify:80"),
        ("ntfy://zz", ""),
        ("ntfy://u:zz@gotify:80/orders", "gotify:80"),
        ("generic+http://web:8080/hook?token=zz", "web:8080"),
        ("ses+smtp://KEY:zz@default?region=x", ""),
        ("mailjet+api://zz:zz@default", ""),
        ("smtp://u:zz@mail:587", "mail:587"),
        ("op://orders/db/password", ""),
        ("ref+vault://secret/billing#/url", ""),
        ("vault://billing/app#url", ""),
        ("vault://vault:8200", "vault:8200"),
        ("spiffe://billing/ns/orders", ""),
        ("gs://bucket/daily", ""),
        ("minio://bucket/x", ""),
        ("minio://minio:9000/x", "minio:9000"),
        ("sqs://KEY:zz@", ""),
        ("sqs://u:zz@elasticmq:9324", "elasticmq:9324"),
        ("docker://node:16", ""),
        ("docker://registry:5000/x", "registry:5000"),
        ("redis+socket:///run/redis.sock?virtual_host=x&host=zz", ""),
        ("sentinel://:zz@s1:26379;sentinel://:zz@s2:26379", "s1:26379 s2:26379"),
        ("db+postgresql://u:zz@db/orders", "db"),
        ("cloudinary://123456:zz@billing", ""),
        ("snowflake://u:zz@orders/db", ""),
        ("abfss://orders@acct.dfs.example.net/x", "acct.dfs.example.net"),
        ("abfss://orders/x", ""),
        ("lb://web", "web"),
        ("cache+memcached://m1:11211;m2:11211/", "m1:11211 m2:11211"),
        ("memcached://u:zz;zz@m1:11211", "m1:11211"),
    ]);
}

#[test]
fn user_information_ends_at_the_last_at_sign() {
    assert_addresses(&[
        ("postgres://app:a,zz,b@db:5432/app", "db:5432"),
        ("postgres://u:x{zz:8080}y@db:5432/app", "db:5432"),
        ("postgres://u:|zz:8081|@db:5432/app", "db:5432"),
        ("amqp://u:p@zz@mq:5672/v", "mq:5672"),
        ("mongodb://zz:1234/@db:27017/app", "db:27017"),
        ("postgres://u:p@s/s@host:5432/db", "host:5432"),
        ("amqp://u:zz/b4#x@mq:5672/v", "mq:5672"),
        ("postgres://u:pa zz@db/x", "db"),
        ("smtp://db:25?from=noreply@example.com", "db:25"),
        ("mysql://db:3306/app?user=root&password=p@zz", "db:3306"),
        ("sqlserver://db:1433;database=x;user=sa;password=p@zz", "db:1433"),
        ("ldap://ldap/dc=x;password=y@zz", "ldap"),
    ]);
}

#[test]
fn where_the_authority_cannot_be_told_nothing_is_taken() {
    for value in [
        "https://se/cret@host/v1",
        "https://zz/@host/v1",
        "postgres://u:9999,http://zz@db/x",
        "postgres://u:12/zz@db/x",
        "postgres://app:2024 zz@db/x",
        "postgres://u:5432/zz@db:5432/x",
    ] {
        assert!(
            !addresses_in(value).contains("zz") && !addresses_in(value).contains("u:"),
            "{value}: {}",
            addresses_in(value)
        );
    }
}

#[test]
fn prefixes_that_say_how_a_host_is_looked_up() {
    assert_addresses(&[
        ("dns+memcached:11211", "memcached:11211"),
        ("dnssrv+cache:11211", "cache:11211"),
        ("dns+memcached", ""),
        ("socketmap:inet:tlspol:8642:QUERYwithTLSRPT", "tlspol:8642"),
        ("socketmap:unix:/run/policy.sock:name", ""),
    ]);
}

#[test]
fn jdbc_by_its_drivers() {
    assert_addresses(&[
        ("jdbc:sqlserver://db:1433;databaseName=shop;user=sa;password=P@zz;encrypt=true", "db:1433"),
        ("jdbc:sqlserver://;serverName=db;port=1433;user=sa;password=p@zz", "db:1433"),
        ("jdbc:sqlserver://db\\inst:1433;password={a;b}}c@zz}", "db:1433"),
        ("jdbc:sqlserver://;password={a;serverName=zz};serverName=db", "db"),
        ("jdbc:jtds:sqlserver://db:1433/x;instance=i;password=p@zz", "db:1433"),
        ("jdbc:sybase:Tds:db:5000/x?user=u", "db:5000"),
        ("jdbc:exa:db:8563;user=u;password=zz", "db:8563"),
        ("jdbc:firebirdsql:db/3050:/x.fdb?password=zz", "db:3050"),
        ("jdbc:firebirdsql:zz@db/3050:/x.fdb", ""),
        ("jdbc:db2://db:50000/x:user=u;password=p@zz;", "db:50000"),
        ("jdbc:informix-sqli://db:9088/x:INFORMIXSERVER=i;user=u;password=p@zz", "db:9088"),
        ("jdbc:h2:tcp://db:9092/~/x;USER=sa;PASSWORD=p@zz", "db:9092"),
        ("jdbc:h2:mem:x;PASSWORD=zz", ""),
        ("jdbc:hive2://zk1:2181,zk2:2181/;serviceDiscoveryMode=zooKeeper;password=p@zz", "zk1:2181 zk2:2181"),
        ("jdbc:mysql://db:3306/app?user=root&password=p@zz", "db:3306"),
        ("jdbc:mysql://u:p@[db1:3306,db2:3307]/x", "db1:3306 db2:3307"),
        ("jdbc:mysql:loadbalance://db1:3306,db2/x", "db1:3306 db2"),
        ("jdbc:mysql://u:zz@address=(host=db)(port=3306)(password=zz)/x", "db:3306"),
        ("jdbc:mysql://(host=db1,port=3306,password=zz),(host=db2)/x", "db1:3306 db2"),
        ("jdbc:postgresql://db1:5432,db2/x?password=p@zz", "db1:5432 db2"),
        ("jdbc:postgresql:x", ""),
        ("jdbc:ch:http://db:8123/x", "db:8123"),
        ("jdbc:snowflake://x.snowflakecomputing.com/?user=u&password=p@zz", "x.snowflakecomputing.com"),
        ("jdbc:aws-wrapper:postgresql://db:5432/x", "db:5432"),
        ("r2dbc:pool:mysql://u:zz@db:3306/x", "db:3306"),
        ("jdbc:sqlite:/data/x.db", ""),
    ]);
}

#[test]
fn oracle_in_all_its_forms() {
    assert_addresses(&[
        ("jdbc:oracle:thin:@db:1521:XE", "db:1521"),
        ("jdbc:oracle:thin:@//db:1521/XEPDB1", "db:1521"),
        ("jdbc:oracle:thin:scott/zz@db:1521/XE", "db:1521"),
        ("jdbc:oracle:thin:scott/x@zz@//db:1521/x", "db:1521"),
        ("jdbc:oracle:thin:@tcps://db:2484/x?wallet_location=/w", "db:2484"),
        ("jdbc:oracle:thin:@MYALIAS", ""),
        ("jdbc:oracle:thin:@tcps://db:2484/x?wallet_password=a@zz", ""),
        (
            "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521))(SECURITY=(PASSWORD=a@zz)))",
            "db:1521",
        ),
        ("oci:dbname=//db:1521/XE;password=zz", "db:1521"),
        ("scott/zz/zz@//db:1521/XE", "db:1521"),
        (
            "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCPS)(HOST=db1)(PORT=2484))\
             (ADDRESS=(PROTOCOL=TCP)(HOST=db2)(PORT=1521)))(CONNECT_DATA=(SERVICE_NAME=zz)))",
            "db1:2484 db2:1521",
        ),
        ("(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521))(CONNECT_DATA=(SID=x)))", "db:1521"),
        ("(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521)", ""),
        ("User Id=u;Password=zz;Data Source=db:1521/XE", "db:1521"),
        ("Data Source=(DESCRIPTION=(ADDRESS=(HOST=db)(PORT=1521)));Password=zz", "db:1521"),
    ]);
}

#[test]
fn only_the_keys_of_hosts_count() {
    assert_addresses(&[
        ("Host=db;Port=5432;Username=u;Password=p", "db:5432"),
        ("Server=tcp:sql,1433;Database=orders;User Id=sa;Password=x", "sql:1433"),
        ("Server=db\\inst;Password=zz;Server=zzq", "db"),
        ("host: db, port: 5432, password: zz", "db:5432"),
        ("password: 'a, host: zz', host: db", "db"),
        ("dbi:Pg:dbname=x;host=db;password=zz", "db"),
        ("ConnectTo=tcp://u:zz;zz@db:1113; Timeout=5", ""),
        ("Password=a;zz;Server=zzq", ""),
        ("Driver={ODBC 17};Servername=db;UID=sa;PWD={zz;Server=zzq}}}", "db"),
        ("serverNode=hana:39015;UID=u;PWD=zz", "hana:39015"),
        ("host=pg port=5433 user=u password=hunter2 dbname=d", "pg:5433"),
        ("user=u password='a b\\' host=zz' host=db port=5432", "db:5432"),
        ("password=zz\tuser=zzuser", ""),
        ("user=u password=zz\\ host=zz host=db port=5432", "db:5432"),
        ("dbname=x password=my\\ host=zz user=u", ""),
        ("password=zz\\\\ host=db", "db"),
        ("host = db  user = u", "db"),
        ("hostaddr=10.0.0.1 user=app password=zz", "10.0.0.1"),
        ("mysql:host=db;dbname=x;password=zz", "db"),
        ("pgsql:host=db port=5432 dbname=x", "db:5432"),
        ("Endpoint=sb://ns.example.net/;SharedAccessKeyName=Root;SharedAccessKey=zz=", "ns.example.net"),
        ("AccountName=zz;AccountKey=zz==;EndpointSuffix=core.windows.net", ""),
        (
            "AccountKey=zz==;BlobEndpoint=http://azurite:10000/x;QueueEndpoint=http://azurite:10001/x",
            "azurite:10000 azurite:10001",
        ),
        ("ConnectTo=tcp://admin:zz@es:1113; HeartBeatTimeout=500", "es:1113"),
        ("Data Source=app.db;Version=3", ""),
        ("Host=a:5432,b:5433;Password=zz", "a:5432 b:5433"),
        ("host=db1,db2 port=5432 user=u", "db1:5432 db2:5432"),
        ("org.x required username=\"u\" password=\"zz\";", ""),
    ]);
}

#[test]
fn nothing_behind_options_counts() {
    assert_addresses(&[
        ("redis:6379,password=zz,ssl=False", "redis:6379"),
        ("redis:6379,name=web,password=billing", "redis:6379"),
        ("r1:6379,r2:6379,password=p@zz", "r1:6379 r2:6379"),
        ("tcp:db,1433;Password=zz;User=sa", "db:1433"),
        ("db;Password=zz", "db"),
        ("db;Database=orders", "db"),
        ("db User Id=sa", "db"),
        ("mail:25 user=app password=zz", "mail:25"),
        ("mc1:11211 mc2:11211 user=u pass=zz", "mc1:11211 mc2:11211"),
        ("consul:8500 -token=zz", "consul:8500"),
        ("user:12,pa=zz@host:5432", ""),
        ("mail:25 login app password zz", "mail:25"),
        ("mail login app password zz", "mail"),
    ]);
}

#[test]
fn lists_are_addresses_and_nothing_else() {
    assert_addresses(&[
        ("k1:9092,k2:9092", "k1:9092 k2:9092"),
        ("namenode:9000 namenode:9870", "namenode:9000 namenode:9870"),
        ("1@k1:9093,2@k2:9093", "k1:9093 k2:9093"),
        ("elastic:zz@es1:9200", "es1:9200"),
        ("elastic:zz@es1:9200,elastic:zz@es2:9200", "es1:9200 es2:9200"),
        ("elastic:12,zz@es1:9200", ""),
        ("u:p@zz:12,c@es:9200", ""),
        ("172.20.0.2#5054;1.1.1.1", "172.20.0.2:5054 1.1.1.1"),
        ("etcd1=http://etcd1:2380,etcd2=http://etcd2:2380", "etcd1:2380 etcd2:2380"),
        ("server.1=zoo1:2888:3888;2181 server.2=zoo2:2888:3888", "zoo1:2888 zoo2:2888"),
        ("\"db:5432\"", "db:5432"),
        ("just some words: db:5432", ""),
        ("see http://db:5432", ""),
        ("noreply@shop.example.com", ""),
        ("Shop <noreply@shop.example.com>", ""),
        ("redis:alpine", ""),
        (":8080", ""),
        ("db:6379;zz", "db:6379"),
        ("db:6379|zz", "db:6379"),
        ("mail:587,app,zz", "mail:587"),
        ("db:6379 zz", ""),
        ("zz;db:6379", ""),
        ("//db:5432/shop?password=zz", "db:5432"),
        ("//app:zz@db:5432/shop", "db:5432"),
        ("failover:(tcp://a:61616,tcp://b:61616)?jms.password=zz", "a:61616 b:61616"),
        ("-----BEGIN PRIVATE KEY-----\nzz:443\n-----END", ""),
    ]);
}

#[test]
fn mail_servers_and_their_filters() {
    assert_addresses(&[
        ("inet:edge:9900", "edge:9900"),
        ("inet:8891@opendkim", "opendkim:8891"),
        ("lmtp:inet:web:24", "web:24"),
        ("lmtp:[web]:24", "web:24"),
        ("inet6:[fd00::2]:10025", "[fd00::2]:10025"),
        ("[mailer]:1025", "mailer:1025"),
        ("[mailer]", "mailer"),
        ("smtp:[relay.example.com]:587", "relay.example.com:587"),
        ("unix:/run/x.sock", ""),
        ("inet:a:1001, inet:b:1002", "a:1001 b:1002"),
        ("dns:53", "dns:53"),
    ]);
}

#[test]
fn drivers_of_go() {
    assert_addresses(&[
        ("user:pa:ss@tcp(mysql:3306)/db", "mysql:3306"),
        ("exporter:x@(mysql:3306)/", "mysql:3306"),
        ("u:x@tcp(zz@(db:3306)/x", "db:3306"),
        ("u:p@tcp(db:3306)/x?loc=Europe/Paris", "db:3306"),
        ("u:p@unix(/run/mysqld.sock)/x", ""),
        ("u:zz@tcp(db", ""),
    ]);
}

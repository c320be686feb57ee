//! Common notations for addresses that contain secrets. The property tests and the fuzzers plant secrets in
//! them.

/// Notation of an address with a secret, and the variable that typically holds it.
#[derive(Clone, Copy, Debug)]
pub struct AddressForm {
    /// Name of the environment variable.
    pub key: &'static str,
    /// Value, with `{h}` for the host and `{s}` for the secret.
    pub template: &'static str,
    /// Escaping that the notation's grammar requires for the secret.
    pub quoting: Quoting,
}

/// Escaping of a secret within a notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// No escaping, even where the grammar requires it, because people write it that way.
    Raw,
    /// Percent-encoded (RFC 3986 section 2.1).
    Percent,
    /// In braces with `}` doubled (ODBC, and JDBC for SQL Server).
    Braces,
    /// In double quotes, with inner double quotes doubled (ADO.NET).
    DoubleQuotes,
    /// In single quotes, with `\` before `'` and `\` (libpq).
    SingleQuotes,
    /// JSON string escapes.
    Json,
}

const fn form(key: &'static str, template: &'static str, quoting: Quoting) -> AddressForm {
    AddressForm { key, template, quoting }
}

use Quoting::{Braces, DoubleQuotes, Json, Percent, Raw, SingleQuotes};

/// All notations. Extraction may return the host of each, and nothing else.
#[rustfmt::skip]
pub const ADDRESS_FORMS: &[AddressForm] = &[
    form("DATABASE_URL", "postgres://app:{s}@{h}:5432/shop?sslmode=require", Raw),
    form("DATABASE_URL", "postgres://app:{s}@{h}:5432/shop", Percent),
    form("DATABASE_URL", "postgresql+psycopg2://app:{s}@{h}:5432/shop", Percent),
    form("DATABASE_URL", "postgres://app@{h}:5432/shop?password={s}", Raw),
    form("DATABASE_URL", "mysql://root:{s}@{h}/shop", Raw),
    form("REDIS_URL", "redis://:{s}@{h}:6379/0", Raw),
    form("REDIS_URL", "rediss://default:{s}@{h}:6379/0?ssl_cert_reqs=none", Percent),
    form("AMQP_URL", "amqp://guest:{s}@{h}:5672/%2f", Raw),
    form("BROKER_URL", "amqp://u:{s}@{h}:5672//;amqp://u:{s}@{h}:5673//", Percent),
    form("MONGO_URL", "mongodb://u:{s}@{h}:27017,{h}:27018/x?authSource=admin", Raw),
    form("NATS_URL", "nats://{s}@{h}:4222", Raw),
    form("SENTRY_DSN", "https://{s}@{h}/42", Percent),
    form("API_URL", "http://u:{s}@{h}:8080/v1?token={s}", Percent),
    form("API_URL", "http://{h}:8080/v1?api_key={s}", Raw),
    form("KAFKA_BROKERS", "SASL_SSL://u:{s}@{h}:9092", Raw),
    form("MAILER_DSN", "smtp://u:{s}@{h}:587?from=noreply@example.invalid", Percent),
    form("LDAP_URL", "ldap://{h}/dc=x;password={s}", Raw),
    form("DB_URL", "jdbc:sqlserver://{h}:1433;databaseName=shop;user=sa;password={s};encrypt=true", Raw),
    form("DB_URL", "jdbc:sqlserver://{h}\\inst:1433;user=sa;password={s}", Braces),
    form("DB_URL", "jdbc:sqlserver://;serverName={h};port=1433;user=sa;password={s}", Raw),
    form("DB_URL", "jdbc:sqlserver://;user=sa;password={s};serverName={h};port=1433", Braces),
    form("DB_URL", "jdbc:jtds:sqlserver://{h}:1433/shop;user=sa;password={s}", Raw),
    form("DB_URL", "jdbc:mysql://{h}:3306/shop?user=root&password={s}", Raw),
    form("DB_URL", "jdbc:mysql://root:{s}@{h}:3306/shop", Raw),
    form("DB_URL", "jdbc:mysql://address=(host={h})(port=3306)(user=u)(password={s})/shop", Raw),
    form("DB_URL", "jdbc:mysql:loadbalance://{h}:3306,{h}:3307/shop?user=u&password={s}", Raw),
    form("DB_URL", "jdbc:mariadb://{h}:3306/shop?user=u&password={s}", Raw),
    form("DB_URL", "jdbc:postgresql://{h}:5432,{h}:5433/shop?user=u&password={s}", Raw),
    form("DB_URL", "r2dbc:pool:postgresql://u:{s}@{h}:5432/shop", Raw),
    form("DB_URL", "jdbc:db2://{h}:50000/SHOP:user=u;password={s};", Raw),
    form("DB_URL", "jdbc:informix-sqli://{h}:9088/x:INFORMIXSERVER=i;user=u;password={s}", Raw),
    form("DB_URL", "jdbc:h2:tcp://{h}:9092/~/shop;USER=sa;PASSWORD={s}", Raw),
    form("DB_URL", "jdbc:hive2://{h}:10000,{h}:10001/x;user=u;password={s}", Raw),
    form("DB_URL", "jdbc:oracle:thin:@{h}:1521:XE", Raw),
    form("DB_URL", "jdbc:oracle:thin:scott/{s}@{h}:1521/XE", Raw),
    form("DB_URL", "jdbc:oracle:thin:scott/{s}@//{h}:1521/XE", Raw),
    form("DB_URL", "jdbc:oracle:thin:u/{s}@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST={h})(PORT=2484))(CONNECT_DATA=(SID=x)))", Raw),
    form("DB_URL", "jdbc:clickhouse://{h}:8123/x?user=u&password={s}", Raw),
    form("DB_URL", "jdbc:snowflake://{h}/?user=u&password={s}", Raw),
    form("DB_URL", "jdbc:firebirdsql:{h}/3050:/data/shop.fdb?user=u&password={s}", Raw),
    form("DB_URL", "jdbc:firebirdsql://{h}:3050/shop?user=u&password={s}", Raw),
    form("DB_URL", "jdbc:exa:{h}:8563;schema=S;user=u;password={s}", Raw),
    form("DB_URL", "jdbc:oracle:thin:@tcps://{h}:2484/x?wallet_password={s}", Raw),
    form("DB_URL", "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(HOST={h})(PORT=1521))(SECURITY=(MY_WALLET_PASSWORD={s})))", Raw),
    form("DB_URL", "//app:{s}@{h}:5432/shop", Raw),
    form("DB_URL", "//{h}:5432/shop?password={s}", Raw),
    form("BROKER_URL", "failover:(tcp://{h}:61616,tcp://{h}:61617)?jms.password={s}", Raw),
    form("BACKEND_URL", "dns:///{h}:50051?token={s}", Raw),
    form("DATABASE_DSN", "host={h} port=5432 user=u password={s} dbname=shop", Raw),
    form("DATABASE_DSN", "user=u password={s} dbname=shop host={h} port=5432", SingleQuotes),
    form("DB_SERVER", "tcp:{h},1433;Password={s};User Id=sa", Raw),
    form("DB_SERVER", "{h};Password={s}", Raw),
    form("ConnectionStrings__Db", "Server={h},1433;User Id=sa;Password={s};Database=shop", Raw),
    form("ConnectionStrings__Db", "User Id=sa;Password={s};Data Source={h};Initial Catalog=shop", DoubleQuotes),
    form("ODBC_DSN", "Driver={ODBC Driver 18 for SQL Server};Server={h};UID=sa;PWD={s}", Raw),
    form("ODBC_DSN", "Driver={PostgreSQL};PWD={s};Server={h};Port=5432", Braces),
    form("PDO_DSN", "mysql:host={h};dbname=x;user=u;password={s}", Raw),
    form("PDO_DSN", "oci:dbname=//{h}:1521/XE;password={s}", Raw),
    form("PDO_DSN", "firebird:dbname={h}/3050:/x.fdb;password={s}", Raw),
    form("PERL_DSN", "DBI:mysql:database=x;host={h};port=3306;password={s}", Raw),
    form("EVENTSTORE", "ConnectTo=tcp://admin:{s}@{h}:1113; HeartBeatTimeout=500", Raw),
    form("REDIS_HOST", "{h}:6379,password={s},ssl=False", Raw),
    form("REDIS_CONNECTION", "{h}:6379,{h}:6380,password={s}", Raw),
    form("MYSQL_DSN", "u:{s}@tcp({h}:3306)/shop?parseTime=true", Raw),
    form("SMTP_SERVER", "{h}:25 user=app password={s}", Raw),
    form("SMTP_SERVER", "{h}:25 login app password {s}", Raw),
    form("FTP_HOST", "{h} login u password {s}", Raw),
    form("CACHE_HOST", "{h} {s}", Raw),
    form("CONSUL_HTTP_ADDR", "{h}:8500 -token={s}", Raw),
    form("ES_HOSTS", "elastic:{s}@{h}:9200", Raw),
    form("SB", "Endpoint=sb://{h}/;SharedAccessKeyName=Root;SharedAccessKey={s}", Raw),
    form("SETTINGS_JSON", "{\"server\":{\"host\":\"{h}\",\"password\":\"{s}\"}}", Json),
    form("SETTINGS_JSON", "{\"url\":\"redis://{h}:6379\",\"token\":\"{s}\"}", Json),
    form("SETTINGS", "{'host': '{h}', 'pass': '{s}'}", Raw),
    form("SETTINGS", "{host: {h}, password: {s}}", Raw),
    form("SETTINGS", "host: {h}, port: 5432, password: {s}", Raw),
    form("SETTINGS", "user: sa, password: '{s}', host: {h}", Raw),
    form("SETTINGS_YAML", "db:\n  password: \"{s}\"\n  host: {h}\n", Json),
    form("JAVA_OPTS", "-Ddb.password={s} -Ddb.url=jdbc:mysql://{h}:3306/x", Percent),
    form("ADMIN_CREDS", "admin:{s}", Raw),
    form("HTTP_BASIC", "{s}:4321", Raw),
    form("DB_PASSWORD", "{s}", Raw),
    form("API_KEY", "{s}:8080", Raw),
    form("NOTE", "ask {h} for {s} at once", Raw),
];

/// Command lines with the same placeholders for host and secret.
pub const COMMAND_LINES: &[&[&str]] = &[
    &["curl", "-u", "admin:{s}", "http://{h}:8080/x"],
    &["curl", "-uadmin:{s}", "http://{h}:8080/x"],
    &["curl", "-sSu", "admin:{s}", "http://{h}:8080/x"],
    &["mongosh", "--host", "{h}", "-u", "admin", "-p", "{s}"],
    &["app", "--token-file", "{s}", "--addr", "{h}:80"],
    &["curl", "-H", "Authorization: Bearer {s}", "http://{h}:8080/x"],
    &["app", "--password", "{s}", "--addr", "{h}:80"],
    &["app", "--password={s}", "--redis-url=redis://:{s}@{h}:6379"],
    &["app", "-p", "{s}", "-h", "{h}"],
    &["mysql", "-uroot", "-p{s}", "-h{h}"],
    &["app", "--redis={h}:6379,password={s}"],
    &["app", "--dsn", "host={h} user=u password={s} dbname=x"],
    &["sh", "-c", "TOKEN='{s}' exec app --db-url http://{h}:80"],
];

/// Returns the form's value with `secret` and `host` filled in.
pub fn fill_form(form: &AddressForm, secret: &str, host: &str) -> String {
    form.template.replace("{h}", host).replace("{s}", &escape_secret(form.quoting, secret))
}

/// Returns true if extraction must find the host in `form`: the secret is alphanumeric, or the form escapes
/// it. A secret with `${` looks like a placeholder, which may end anywhere.
pub fn must_yield_host(form: &AddressForm, secret: &str) -> bool {
    let plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let names_host = form.template.contains("{h}") && form.key != "NOTE";
    names_host && (plain || (form.quoting != Quoting::Raw && !secret.contains("${")))
}

fn escape_secret(quoting: Quoting, secret: &str) -> String {
    match quoting {
        Raw => secret.to_owned(),
        Percent => secret
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect(),
        Braces => format!("{{{}}}", secret.replace('}', "}}")),
        DoubleQuotes => format!("\"{}\"", secret.replace('"', "\"\"")),
        SingleQuotes => format!("'{}'", secret.replace('\\', "\\\\").replace('\'', "\\'")),
        Json => {
            let text = serde_json::to_string(secret).unwrap_or_default();
            text[1..text.len() - 1].to_owned()
        }
    }
}

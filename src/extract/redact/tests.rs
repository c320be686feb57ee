//! Tests of redaction: messages by example, and random secrets in all forms in which messages quote secrets.

use super::{MAX_TEXT_BYTES, REDACTION_MARK, redact_secrets};
use proptest::prelude::*;

#[test]
fn secrets_are_replaced_and_the_message_stays() {
    for (text, expected) in [
        (
            "curl: (22) http://u:zz@localhost/?token=zz 401 password=zz",
            "curl: (22) http://localhost/?… 401 password=…",
        ),
        (
            "exec: \"mysqld --password=zz\": executable file not found in $PATH: unknown",
            "exec: \"mysqld --password=…\": executable file not found in $PATH: unknown",
        ),
        ("invalid mount //u:zz9@nas/share: password=zz", "invalid mount //nas/share: password=…"),
        ("redis-cli -a zz ping", "redis-cli -a … ping"),
        ("mysqladmin -uroot -pzz ping", "mysqladmin -u… -p… ping"),
        ("> Authorization: Basic zz\n< HTTP/1.1 401\n", "> Authorization: …\n< HTTP/1.1 401\n"),
        ("invalid token zz1", "invalid token …"),
        ("wrong passcode 4711", "wrong passcode …"),
        ("run --pw zz ADMIN_PW=zz", "run --pw … ADMIN_PW=…"),
        ("Get \"http://db/?key=zz\": dial tcp: refused", "Get \"http://db/?…\": dial tcp: refused"),
        ("post https://hooks.slack.com/services/T0/zz: 404", "post https://hooks.slack.com/…: 404"),
        ("TOKEN=//zz next", "TOKEN=… next"),
        ("http://u:z?z#z@db/x refused", "http://db/x refused"),
        ("u:z;z@tcp(db:3306)/shop: refused", "u:…@tcp(db:3306)/shop: refused"),
        (
            "{\"user\":\"a\",\"password\":\"z z\",\"host\":\"db\"}",
            "{\"user\":\"a\",\"password\":\"…\",\"host\":\"db\"}",
        ),
        ("run --env=DB_PASSWORD=zz web", "run --env=DB_PASSWORD=… web"),
        (
            "[\"mysqld\",\"--password\",\"z z\",\"-v\"] failed",
            "[\"mysqld\",\"--password\",\"…\",\"-v\"] failed",
        ),
        ("exec \"--password=z z\" failed", "exec \"--password=…\" failed"),
        ("npm config set //npm.example/:_authToken zz", "npm config set //npm.example/:_authToken …"),
        ("set -x DB_PASSWORD zz", "set -x DB_PASSWORD …"),
        ("$ export DB_PASSWORD zz && make", "$ export DB_PASSWORD … && make"),
        ("DB_PASSWORD zz", "DB_PASSWORD …"),
        ("`set DB_PASSWORD \"z z\"`", "`set DB_PASSWORD \"…\"`"),
        ("aws configure set aws_secret_access_key zz", "aws configure set aws_secret_access_key …"),
        ("config set password zz", "config set password …"),
        ("ALTER USER shop WITH PASSWORD 'zz';", "ALTER USER shop WITH PASSWORD '…';"),
        ("create user shop password 'zz'", "create user shop password '…'"),
        ("| password | zz |", "| password | … |"),
        ("| `DB_PASSWORD` | the password | zz |", "| `DB_PASSWORD` | … | … |"),
        ("DB_PASSWORD | zz", "DB_PASSWORD | …"),
        ("| API token (test) | zz zz |", "| API token (test) | … |"),
        (
            "| user | password |\n|---|---|\n| admin | zz |\n",
            "| user | password |\n|---|---|\n| admin | … |\n",
        ),
        ("login with admin / zz", "login with admin / …"),
        ("Log in as `admin`/`zz`.", "Log in as `admin`/…"),
        ("Sign in with admin:zz, then look", "Sign in with admin:…, then look"),
    ] {
        assert_eq!(redact_secrets(text), expected, "{text}");
    }
}

#[test]
fn passwords_among_the_operands_of_a_command_are_replaced() {
    for (text, expected) in [
        (
            "apk add apache2-utils && htpasswd -bc /etc/x admin zz",
            "apk add apache2-utils && htpasswd -bc /etc/x admin …",
        ),
        ("htpasswd -nb admin zz 2>&1 | tee f", "htpasswd -nb admin … 2>&1 | tee f"),
        (
            "rabbitmqctl add_user app zz; rabbitmqctl list_users",
            "rabbitmqctl add_user app …; rabbitmqctl list_users",
        ),
        ("docker exec q rabbitmqctl change_password app zz", "docker exec q rabbitmqctl change_password … …"),
        ("mc alias set m http://minio:9000 zz zz --api S3v4", "mc alias set m http://minio:9000 … … --api …"),
        ("CREATE USER 'app'@'%' IDENTIFIED BY 'zz';", "CREATE USER 'app'@'%' IDENTIFIED BY '…';"),
    ] {
        assert_eq!(redact_secrets(text), expected, "{text}");
    }
}

#[test]
fn messages_without_secrets_stay() {
    for text in [
        "password authentication failed",
        "wget: server returned error: HTTP/1.1 500",
        "Bind for 0.0.0.0:80 failed: port is already allocated",
        "dial tcp 10.0.0.1:5432: connect: connection refused",
        "Get \"http://auth:8080/health\": EOF",
        "manifest for registry:5000/shop@sha256:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9 unknown",
        "unable to pull secrets or registry auth: unable to retrieve secret from asm: AccessDenied",
        "failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-Ab12",
        "{\"status\":\"ok\",\"contact\":\"me@example.com\"}",
        "-h: unknown option [-p] (-a)",
        "The password is rotated each night, and the token expires.",
        "POSTGRES_PASSWORD is not set, so DB_PASSWORD must be given.",
        "Set `DB_PASSWORD` before you start",
        "echo $DB_PASSWORD | docker login registry",
        "export DB_PASSWORD && make run",
        "Log in with username / password",
        "Log in at https://shop.example/admin/home",
        "| Key | Meaning |\n|---|---|\n| region | where it runs |\n",
    ] {
        assert_eq!(redact_secrets(text), text);
    }
}

/// Forms in which the secret `{s}` may contain any characters except blanks and quotes.
const WORD_SHAPES: &[&str] = &[
    "exec: PASSWORD={s} mysqld",
    "run -e DB_PASSWORD={s} web",
    "run --env=DB_PASSWORD={s} web",
    "bad option --password={s}: unknown",
    "bad option --password {s}: unknown",
    "redis-cli -a {s} ping",
    "mysqladmin -uroot -p{s} ping",
    "OPTS=-p{s} ping",
    "curl -u me:{s} http://db",
    "Server=db;Password={s};Database=shop failed",
    "Password={s};Server=db failed",
    "host=db password={s} dbname=shop failed",
    "user=me&password={s}&x=1",
    "TOKEN=//{s} x",
    "a=b,c=d,secret={s}",
    "config.db:password:{s}",
    "invalid token x1{s}",
    "the password is x1{s}",
    "export DB_PASSWORD x{s} && make",
    "set -x DB_PASSWORD {s}",
    "npm config set //registry.npmjs.org/:_authToken {s}",
    "login with admin / {s}",
    "http://user:{s}@db:5432/shop refused",
    "http://user:{s}@db:5432/shop?sslmode=off refused",
    "[http://user:{s}@db/shop] refused",
    "mount //user:{s}@nas/share failed",
    "GET http://db/shop?token={s} failed",
    "GET http://db:80/shop?x=1#{s} failed",
    "dial user:{s}@tcp(db:3306)/shop failed",
    "dsn=user:{s}@tcp(db:3306)/shop failed",
    "dial user:{s}@db:3306 failed",
];

/// Forms in which the secret `{s}` may contain any characters except double quotes and backslashes.
const QUOTED_SHAPES: &[&str] = &[
    "bad \"PASSWORD={s}\" x",
    "bad PASSWORD=\"{s}\" x",
    "bad PASSWORD = \"{s}\" x",
    "{\"user\":\"me\",\"password\":\"{s}\",\"x\":1}",
    "{\"user\": \"me\", \"password\" : \"{s}\", \"x\": 1}",
    "exec \"sh -c {\\\"password\\\":\\\"{s}\\\"}\": failed",
    "{\"name\":\"DB_PASSWORD\",\"value\":\"{s}\"}",
    "<add key=\"DbPassword\" value=\"{s}\"/>",
    "config[\"password\"] = \"{s}\"",
    "[\"mysqld\", \"--password\", \"{s}\", \"x\"]",
    "[\"mysqld\", \"--password={s}\", \"x\"]",
    "[\"mysqld\", \"-p{s}\", \"x\"]",
    "mysqld --password \"{s}\" x",
    "mysqld -p\"{s}\" x",
    "\"Server=db;Password={s};Database=shop\" failed",
    "curl -H \"X-Api-Key: {s}\" http://db",
    "curl -H \"Authorization: Bearer {s}\" http://db",
];

/// Forms in which the secret `{s}` may contain any characters, because it ends with its line.
const LINE_SHAPES: &[&str] = &[
    "> Authorization: Bearer {s}\n< HTTP/1.1 401",
    "x-api-key: {s}",
    "password: {s}\nnext: line",
    "Cookie: a={s}",
];

#[test]
fn a_text_of_any_length_is_read_soon_and_cut_between_words() {
    for part in ["a\"a@", "@", "//", "password=;", "-p\"", "x "] {
        let shown = redact_secrets(&part.repeat(300_000));
        assert!(shown.len() <= MAX_TEXT_BYTES + REDACTION_MARK.len(), "{part}");
    }
    let before = "x".repeat(MAX_TEXT_BYTES - 12);
    assert_eq!(redact_secrets(&format!("{before} app:Zq7Zq{before}@db")), format!("{before} …"));
}

/// Text in each random secret, for which the tests search the redacted message.
const PLANTED: &str = "Zq7Zq";

fn planted(around: &'static str) -> impl Strategy<Value = String> {
    (around, around).prop_map(|(before, after)| format!("{before}{PLANTED}{after}"))
}

fn check(shape: &str, secret: &str) -> Result<(), TestCaseError> {
    let text = shape.replace("{s}", secret);
    let shown = redact_secrets(&text);
    prop_assert!(!shown.contains(PLANTED), "{text}\n{shown}");
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,60}|[-=:/@?'\" a-z0-9\\n\\\\;<>]{0,60}") {
        let _ = redact_secrets(&text);
    }

    #[test]
    fn no_secret_of_one_word_survives(
        shape in proptest::sample::select(WORD_SHAPES), secret in planted("[a-zA-Z0-9!$%^&*()+=~/?#@:;,.{}<>|_\\[\\]-]{0,6}")
    ) {
        check(shape, &secret)?;
    }

    #[test]
    fn no_secret_in_quotes_survives(
        shape in proptest::sample::select(QUOTED_SHAPES), secret in planted("[a-zA-Z0-9 '!$%^&*()+=~/?#@:;,.{}<>|_\\[\\]-]{0,6}")
    ) {
        check(shape, &secret)?;
    }

    #[test]
    fn no_secret_at_the_end_of_a_line_survives(
        shape in proptest::sample::select(LINE_SHAPES), secret in planted("[a-zA-Z0-9 '\"\\\\!$%^&*()+=~/?#@:;,.{}<>|_\\[\\]-]{0,6}")
    ) {
        check(shape, &secret)?;
    }
}

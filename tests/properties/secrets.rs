//! Secret tests: secrets planted in variables, arguments, files and addresses never reach any output.

use crate::{
    estate::{now, service, snapshot},
    export::{export_map, store_with},
};
use portolan::{
    app::{App, Msg},
    export::{self, MAP_FORMATS},
    extract::{references_in_arguments, references_in_environment, references_in_file},
    keymap::Keymap,
    model::{Service, Snapshot},
    recording::{Frame, Header},
    screen::Theme,
};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect};
use std::{collections::BTreeMap, fmt::Write, time::Duration};

/// Variables with secrets: a name, and a value with `{}` for the secret.
const SECRET_VARIABLES: &[(&str, &str)] = &[
    ("DB_PASSWORD", "{}"),
    ("API_KEY", "{}"),
    ("TOKEN", "{}"),
    ("PGPASSWORD", "{}"),
    ("DATABASE_URL", "postgres://app:{}@db:5432/shop"),
    ("READ_URL", "postgres://{}@db:5432/shop?sslmode=require&password={}"),
    ("REDIS_URL", "redis://:{}@cache:6379/0"),
    ("AMQP", "amqp://guest:{}@queue.example.com/%2f"),
    ("MONGO", "mongodb+srv://user:{}@cluster0.example.net/db?authSource={}"),
    ("WEBHOOK_URL", "https://hooks.example.com/services/{}"),
    // An unescaped slash in the user part looks like the start of the path, so client libraries
    // percent-encode it.
    ("SENTRY_DSN", "https://%{}@o1.ingest.example.com/42"),
    ("UPSTREAM", "https://example.com/path?token={}&x=1#{}"),
    ("JDBC_URL", "jdbc:postgresql://db:5432/shop?user=app&password={}"),
    ("DSN", "app:{}@tcp(db:3306)/shop"),
    ("CONNECTION", "Server=db,1433;User Id=sa;Password={};Database=shop"),
    ("BROKERS", "SASL_SSL://user:{}@kafka-1:9092,kafka-2:9092"),
    ("OTHER", "just some words {} here"),
    ("JSON", "{\"url\":\"https://db.example.com\",\"password\":\"{}\"}"),
];

/// Configuration files with secrets: a path, the line for a key and its value, and the text before and after
/// all lines.
const SECRET_FILES: &[(&str, &str, &str, &str)] = &[
    ("/etc/app.yml", "  KEY: VALUE", "app:\n", "\n"),
    ("/etc/app.json", "\"KEY\": \"VALUE\",", "{", "}"),
    ("/etc/app.properties", "KEY=VALUE", "", "\n"),
    ("/etc/app.conf", "KEY VALUE;", "server {\n", "}\n"),
    ("/etc/app.xml", "<property name=\"KEY\"><value>VALUE</value></property>", "<p>", "</p>"),
    ("/srv/app.js", "const KEY = 'VALUE';", "", "\n"),
    ("/srv/app.py", "KEY = \"VALUE\"", "", "\n"),
];

/// Command-line arguments with secrets.
const SECRET_ARGUMENTS: &[&str] = &[
    "--password={}",
    "--password {}",
    "-p {}",
    "--dsn=postgres://u:{}@db:5432/x",
    "https://u:{}@db.example.com/{}",
    "SECRET={} ./run",
    "--requirepass {}",
    "sh -c 'curl -H \"Authorization: Bearer {}\" https://api.example.com/?key={}'",
];

/// Returns a service with `secret` in all of these places. Reads them with the same functions as every
/// source.
fn service_with(secret: &str) -> Service {
    let pairs: Vec<(&str, String)> =
        SECRET_VARIABLES.iter().map(|(name, value)| (*name, fill_template(value, secret))).collect();
    let words: Vec<String> = SECRET_ARGUMENTS.iter().map(|word| word.replace("{}", secret)).collect();
    let mut service = service("docker", Some("shop"), "web");
    service.references =
        references_in_environment(None, pairs.iter().map(|(name, value)| (*name, value.as_str())));
    service.references.extend(references_in_arguments(Some("web"), words.iter().map(String::as_str)));
    let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    for (path, line, head, tail) in SECRET_FILES {
        let lines: Vec<String> = SECRET_VARIABLES
            .iter()
            .map(|(name, text)| line.replace("KEY", name).replace("VALUE", &fill_template(text, secret)))
            .collect();
        let text = format!("{head}{}{tail}", lines.join("\n"));
        service.references.extend(references_in_file(None, path, &text, value));
        service.references.extend(references_in_file(None, path, "url: $DATABASE_URL ${REDIS_URL}\n", value));
    }
    service
}

/// Returns `value` with the secret filled in, percent-encoded for `%{}`.
fn fill_template(value: &str, secret: &str) -> String {
    let encoded: String = secret
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", c as u32) })
        .collect();
    value.replace("%{}", &encoded).replace("{}", secret)
}

/// Returns all output about an estate: recordings, exports, screens.
fn all_output(told: &Snapshot) -> String {
    let store = store_with(std::slice::from_ref(told));
    let mut out = serde_json::to_string(told).unwrap();
    out += &serde_json::to_string(&Header::new(now(), Duration::ZERO)).unwrap();
    out += &serde_json::to_string(&Frame::between(Duration::ZERO, None, told)).unwrap();
    for format in MAP_FORMATS {
        out += &export_map(&store, format.id);
    }
    out += &export::status_json(&store.world);
    out += &export::findings_json(&store.world);
    let _ = write!(out, "{:?} {:?}", store.world.topology(), store.world.findings);
    let keymap = Keymap::new(&BTreeMap::new()).unwrap();
    let mut app = App::new(store, Theme::named("mono", true).unwrap(), keymap, (160, 200), false);
    for key in ["t", "d", "l", "!", "S", "M"] {
        app.update(Msg::Key(key.parse().unwrap()));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 160, 200));
        app.draw(&mut buffer);
        out.extend(buffer.content.iter().map(ratatui::buffer::Cell::symbol));
    }
    out
}

/// Returns the text around `part` in `all`, for failure messages.
fn surroundings(all: &str, part: &str) -> String {
    let at = all.find(part).unwrap_or(0);
    all.get(at.saturating_sub(60)..(at + 100).min(all.len())).unwrap_or(part).to_owned()
}

#[test]
fn the_planted_service_is_seen_at_all() {
    let all = all_output(&snapshot("docker", vec![service_with("hunter2hunter2")]));
    for seen in ["queue.example.com", "environment DATABASE_URL", "hooks.example.com", "kafka-1"] {
        assert!(all.contains(seen), "{seen} is not there, so that this test looks at nothing");
    }
}

#[test]
fn secrets_of_every_look_end_at_the_border() {
    for secret in [
        "hunter2hunter2",
        "s3cr3t-with-dashes",
        "Tr0ub4dor&3xyz",
        "AKIAIOSFODNN7PORTOLAN",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYPORTOLAN",
        "ghp_0123456789abcdefPORTOLAN",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwb3J0b2xhbiJ9.c2lnbmF0dXJl",
        "p@ss:w0rd/with?all#of%them",
    ] {
        let all = all_output(&snapshot("docker", vec![service_with(secret)])).to_lowercase();
        let secret = secret.to_lowercase();
        for part in std::iter::once(secret.as_str()).chain(secret.split(['/', '?', '#', '%', '&'])) {
            let found = part.len() > 5 && all.contains(part);
            assert!(!found, "`{part}` of `{secret}` came through: {}", surroundings(&all, part));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_password_of_letters_and_digits_comes_through(secret in "[a-zA-Z0-9]{12,24}") {
        let told = serde_json::to_string(&snapshot("docker", vec![service_with(&secret)])).unwrap();
        let (told, secret) = (told.to_lowercase(), secret.to_lowercase());
        prop_assert!(!told.contains(&secret), "{}", surroundings(&told, &secret));
    }
}

//! Random secrets planted in every address notation, in variables, command lines and files. Extraction must
//! return the host and no part of the secret.

use crate::forms::{ADDRESS_FORMS, AddressForm, COMMAND_LINES, fill_form, must_yield_host};
use portolan::{
    extract::{references_in_arguments, references_in_environment, references_in_file},
    model::{Reference, ReferenceTarget},
};
use proptest::prelude::*;

/// Characters that separate parts in some notation.
const SEPARATORS: &str = "@:/;,=?#&%{}|\\\"'() []+.-_*~$!<>";

/// Generates secrets: words that start with `zz`, so that the tests find every part, with separators and
/// numbers between them.
fn secret() -> impl Strategy<Value = String> {
    let sign = proptest::sample::select(SEPARATORS.chars().collect::<Vec<_>>()).prop_map(String::from);
    let piece = prop_oneof![4 => "zz[a-z0-9]{1,5}", 4 => sign, 1 => "[0-9]{1,5}"];
    let mixed = proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat());
    prop_oneof![1 => "zz[a-z0-9]{4,10}", 4 => mixed]
}

fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("db"),
        Just("shop_cache-1"),
        Just("redis.internal"),
        Just("10.1.2.3"),
        Just("db.example.net"),
    ]
    .prop_map(str::to_owned)
}

fn hosts(mentions: &[Reference]) -> Vec<String> {
    let host = |mention: &Reference| match &mention.target {
        ReferenceTarget::Address(address) | ReferenceTarget::EstateAddress(address) => {
            address.host.to_string()
        }
        ReferenceTarget::ServiceName(name) | ReferenceTarget::CalledByProxy(name) => name.to_string(),
    };
    mentions.iter().map(host).collect()
}

/// Fails if extraction returned a part of the secret. Also fails if `must` is set and it did not return
/// `host`, or if it returned another host for an alphanumeric secret.
fn check_extraction(
    mentions: &[Reference],
    value: &str,
    secret: &str,
    host: &str,
    must: bool,
) -> Result<(), TestCaseError> {
    let told = serde_json::to_string(mentions).unwrap().to_lowercase();
    prop_assert!(!told.contains("zz"), "{value}\n{told}");
    let found = hosts(mentions);
    prop_assert!(!must || found.iter().any(|found| found == host), "no {host}: {value}\n{found:?}");
    let plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
    prop_assert!(!plain || found.iter().all(|found| found == host), "not only {host}: {value}\n{found:?}");
    Ok(())
}

fn form() -> impl Strategy<Value = &'static AddressForm> {
    proptest::sample::select(ADDRESS_FORMS.iter().collect::<Vec<_>>())
}

/// Path of a file, its text with `KEY` and `VALUE`, and the function that escapes a value for it.
type FileTemplate = (&'static str, &'static str, fn(&str) -> String);

/// Configuration files with one key and its value.
const CONFIG_FILES: &[FileTemplate] = &[
    ("/etc/app.yml", "app:\n  KEY: VALUE\n", on_one_line),
    ("/etc/app.yml", "app:\n  KEY: \"VALUE\"\n", quote_escaped),
    ("/etc/app.properties", "KEY=VALUE\n", on_one_line),
    ("/etc/app.ini", "[app]\nKEY = VALUE\n", on_one_line),
    ("/etc/app.env", "KEY='VALUE'\n", quote_escaped),
    ("/etc/main.cf", "KEY = VALUE\n", on_one_line),
    ("/etc/app.conf", "KEY VALUE;\n", on_one_line),
    ("/etc/app.conf", "KEY \"VALUE\";\n", quote_escaped),
    ("/etc/app.json", "{\"KEY\": \"VALUE\"}\n", quote_escaped),
    ("/etc/app.xml", "<p name=\"KEY\"><value>VALUE</value></p>\n", xml_escaped),
    ("/srv/app.js", "const KEY = 'VALUE';\n", quote_escaped),
    ("/srv/app.py", "KEY = \"VALUE\"\n", quote_escaped),
];

fn on_one_line(value: &str) -> String {
    value.replace('\n', " ")
}

/// Escapes a value for single or double quotes.
fn quote_escaped(value: &str) -> String {
    let text = serde_json::to_string(value).unwrap();
    text[1..text.len() - 1].replace('\'', "\\'")
}

fn xml_escaped(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn the_readme_states_the_number_of_forms() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert!(readme.contains(&format!("[{} forms of", ADDRESS_FORMS.len())), "{}", ADDRESS_FORMS.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_variable_gives_its_host_and_no_secret(form in form(), secret in secret(), host in host()) {
        let value = fill_form(form, &secret, &host);
        let mentions = references_in_environment(None, [(form.key, value.as_str())]);
        check_extraction(&mentions, &value, &secret, &host, must_yield_host(form, &secret))?;
    }

    #[test]
    fn a_command_line_gives_its_host_and_no_secret(
        command in proptest::sample::select(COMMAND_LINES.to_vec()), secret in secret(), host in host()
    ) {
        let words: Vec<String> =
            command.iter().map(|word| word.replace("{h}", &host).replace("{s}", &secret)).collect();
        let mentions = references_in_arguments(None, words.iter().map(String::as_str));
        let plain = secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        check_extraction(&mentions, &words.join(" "), &secret, &host, plain)?;
    }

    #[test]
    fn a_secret_that_is_a_services_name_makes_no_line(
        form in form(), secret in proptest::sample::select(vec!["orders", "billing", "web"])
    ) {
        let value = fill_form(form, secret, "db");
        let found = hosts(&references_in_environment(None, [(form.key, value.as_str())]));
        prop_assert!(!found.iter().any(|found| found == secret), "{value}: {found:?}");
    }

    #[test]
    fn a_file_gives_no_secret(
        form in form(), secret in secret(), host in host(), place in proptest::sample::select(CONFIG_FILES.to_vec())
    ) {
        let (path, line, write) = place;
        let text = line.replace("KEY", form.key).replace("VALUE", &write(&fill_form(form, &secret, &host)));
        let mentions = references_in_file(None, path, &text, |_| None);
        check_extraction(&mentions, &text, &secret, &host, false)?;
    }
}

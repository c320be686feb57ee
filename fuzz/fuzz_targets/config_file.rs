//! Fuzz target for configuration files: arbitrary text under any file extension must not panic, and secrets
//! planted in formats whose values run to the end of the line must not come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan_fuzz::{PlantedSecret, assert_no_secret, extract};

const FILE_NAMES: &[&str] = &["a.yml", "a.json", "a.xml", "a.conf", "a.js", "main.cf", "a.toml", "a.conf.j2"];

fuzz_target!(|input: (PlantedSecret, u8, String)| {
    let (planted, name, text) = input;
    let _ = extract::references_in_file(None, FILE_NAMES[usize::from(name) % FILE_NAMES.len()], &text, |_| Some("x"));
    let (key, value) = (planted.form().key, planted.value().replace('\n', " "));
    for (name, text) in [
        ("a.yml", format!("app:\n  {key}: {value}\n  port: 1\n")),
        ("a.properties", format!("{key}={value}\n")),
        ("main.cf", format!("{key} = {value}\n")),
    ] {
        assert_no_secret(&extract::references_in_file(None, name, &text, |_| None), &text);
    }
});

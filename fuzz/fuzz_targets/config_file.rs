//! Fuzz target for configuration files: arbitrary text under any file extension, and secrets planted in formats
//! whose values run to the end of the line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::extract;
use portolan_fuzz::{
    law::assert_safe,
    planted_address::{PlantedAddress, assert_no_piece},
    run_limits::within_limits,
};

const FILE_NAMES: &[&str] =
    &["a.yml", "a.json", "a.xml", "a.conf", "a.js", "main.cf", "a.toml", "a.conf.j2", "a.env", "a.py"];

fuzz_target!(|input: (PlantedAddress, u8, String)| {
    let (planted, name, text) = input;
    let name = FILE_NAMES[usize::from(name) % FILE_NAMES.len()];
    assert_safe(&within_limits(|| extract::references_in_file(None, name, &text, |_| Some("x"))));
    let (key, value) = (planted.form().key, planted.value().replace('\n', " "));
    for (name, text) in [
        ("a.yml", format!("app:\n  {key}: {value}\n  port: 1\n")),
        ("a.properties", format!("{key}={value}\n")),
        ("main.cf", format!("{key} = {value}\n")),
    ] {
        let references = within_limits(|| extract::references_in_file(None, name, &text, |_| None));
        assert_no_piece(&references, &text);
        assert_safe(&references);
    }
});

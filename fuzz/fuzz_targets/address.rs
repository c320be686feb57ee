//! Fuzz target: secrets in the value of a variable and in command-line arguments.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan_fuzz::{PlantedSecret, assert_no_secret, extract, forms};

fuzz_target!(|planted: PlantedSecret| {
    let (form, secret, value) = (planted.form(), planted.secret(), planted.value());
    let mentions = extract::references_in_environment(None, [(form.key, value.as_str())]);
    assert_no_secret(&mentions, &value);
    if forms::must_yield_host(form, &secret) && !secret.is_empty() {
        assert!(format!("{mentions:?}").contains("\"db\""), "{value}");
    }
    for command in forms::COMMAND_LINES {
        let words: Vec<String> = command.iter().map(|word| word.replace("{h}", "db").replace("{s}", &secret)).collect();
        assert_no_secret(&extract::references_in_arguments(None, words.iter().map(String::as_str)), &words.join(" "));
    }
});

//! Fuzz target: secrets in the value of a variable and in command-line arguments.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::extract;
use portolan_fuzz::{
    forms,
    law::assert_safe,
    planted_address::{PlantedAddress, assert_no_piece},
    run_limits::within_limits,
};

fuzz_target!(|planted: PlantedAddress| {
    let (form, secret, value) = (planted.form(), planted.secret(), planted.value());
    let references = within_limits(|| extract::references_in_environment(None, [(form.key, value.as_str())]));
    assert_no_piece(&references, &value);
    assert_safe(&references);
    if forms::must_yield_host(form, &secret) && !secret.is_empty() {
        assert!(format!("{references:?}").contains("\"db\""), "{value}");
    }
    for command in forms::COMMAND_LINES {
        let words: Vec<String> =
            command.iter().map(|word| word.replace("{h}", "db").replace("{s}", &secret)).collect();
        let references =
            within_limits(|| extract::references_in_arguments(None, words.iter().map(String::as_str)));
        assert_no_piece(&references, &words.join(" "));
        assert_safe(&references);
    }
});

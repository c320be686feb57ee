//! Fuzz target for log lines: each message lies within its line, and a secret after any text is redacted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::extract::{self, log_line};
use portolan_fuzz::{
    law::{SECRET, assert_no_secret, assert_safe, has_secret},
    run_limits::within_limits,
};

fuzz_target!(|line: &str| {
    let (text, styles) = within_limits(|| extract::parse_ansi(line));
    assert!(styles.iter().all(|style| style.start <= style.end), "{styles:?}");
    assert_safe(&text);
    let parsed = within_limits(|| log_line::parse(&text));
    let message = parsed.message.start as usize..parsed.message.end as usize;
    assert!(text.get(message.clone()).is_some(), "{line:?}");
    within_limits(|| {
        assert_safe(&log_line::message_text(&text, message.clone(), parsed.format));
        assert_safe(&log_line::fields(&text, parsed.format));
        assert_safe(&log_line::correlation_ids(&text, parsed.format));
        assert_safe(&extract::unreachable_address(&text));
    });
    let _ = within_limits(|| extract::redact_secrets(line));
    if !has_secret(line.as_bytes()) {
        for planted in ["postgres://app:{s}@db:5432/shop", "DB_PASSWORD={s}", "--password {s}"] {
            let planted = format!("{line} {}", planted.replace("{s}", SECRET));
            assert_no_secret(&within_limits(|| extract::redact_secrets(&planted)));
        }
    }
});

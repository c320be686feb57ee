//! Fuzz target for log lines: no line may panic, and each message lies within its line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan_fuzz::extract::{self, log_line};

fuzz_target!(|line: &str| {
    let (text, _) = extract::parse_ansi(line);
    let parsed = log_line::parse(&text);
    let message = parsed.message.start as usize..parsed.message.end as usize;
    assert!(text.get(message.clone()).is_some(), "{line:?}");
    let _ = log_line::message_text(&text, message, parsed.format);
    let _ = (log_line::fields(&text, parsed.format), log_line::correlation_ids(&text, parsed.format));
    let _ = extract::unreachable_address(&text);
    let _ = extract::redact_secrets(line);
});

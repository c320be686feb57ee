//! Fuzz target for recordings: a file may fail to load, but no file may panic. Each of its sources plays from the
//! start to the end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan_fuzz::recording::{RECORDING_SCHEMA, Recording};
use std::time::Duration;

fuzz_target!(|frames: &str| {
    let header = format!("{{\"schema\":\"{RECORDING_SCHEMA}\",\"taken\":\"2026-11-29T00:00:00Z\",\"length_ms\":9000}}\n");
    for text in [frames.to_owned(), header + frames] {
        let Ok(recording) = Recording::read(text.as_bytes(), "a file") else { continue };
        for source in recording.sources() {
            let _ = recording.snapshot(&source, Duration::ZERO);
            let _ = recording.snapshot(&source, recording.length());
        }
    }
});

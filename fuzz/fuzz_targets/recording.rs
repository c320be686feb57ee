//! Fuzz target for recordings: a file may fail to load. Each source of one that loads plays from the start to the
//! end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::recording::{RECORDING_SCHEMA, Recording};
use portolan_fuzz::{law::assert_safe, run_limits::within_limits};
use std::time::Duration;

fuzz_target!(|frames: &str| {
    let header = format!(
        "{{\"schema\":\"{RECORDING_SCHEMA}\",\"taken\":\"2026-11-29T00:00:00Z\",\"length_ms\":9000}}\n"
    );
    for text in [frames.to_owned(), header + frames] {
        match within_limits(|| Recording::read(text.as_bytes(), "a file")) {
            Ok(recording) => {
                assert_safe(&recording.read_failures());
                for (source, at) in recording
                    .sources()
                    .iter()
                    .flat_map(|source| [Duration::ZERO, recording.length()].map(|at| (source.clone(), at)))
                {
                    assert_safe(&within_limits(|| recording.snapshot(&source, at)));
                }
            }
            Err(failure) => assert_safe(&failure),
        }
    }
});

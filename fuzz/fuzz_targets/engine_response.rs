//! Fuzz target for responses of a Docker or Podman engine, one in each section of the input. Values of variables
//! and arguments must not come out, and it makes no difference in which pieces a stream arrives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::{
    model::Timestamp,
    source::docker::fuzzing::{EngineResponses, read_responses},
};
use portolan_fuzz::{
    law::{SECRET, append_to_list, assert_safe, has_secret, plant_in_objects},
    run_limits::within_limits,
    sections::{all_called, first_called, sections},
};
use serde_json::{Value, json};

/// Returns an inspect response with planted secrets, or unchanged if it is no JSON.
fn with_secrets(response: &[u8]) -> Vec<u8> {
    let Ok(mut response) = serde_json::from_slice::<Value>(response) else { return response.to_vec() };
    let variables = [
        json!(format!("DB_PASSWORD={SECRET}")),
        json!(format!("DATABASE_URL=postgres://app:{SECRET}@db:5432/shop")),
    ];
    plant_in_objects(&mut response, &|fields| {
        if let Some(config) = fields.get_mut("Config").and_then(Value::as_object_mut) {
            append_to_list(config, "Env", &variables);
        }
        if fields.contains_key("Args") {
            append_to_list(fields, "Args", &[json!("--password"), json!(SECRET)]);
        }
    });
    response.to_string().into_bytes()
}

fuzz_target!(|input: &[u8]| {
    if has_secret(input) {
        return;
    }
    let parts = sections(input);
    let planted: Vec<Vec<u8>> = all_called(&parts, "inspect").into_iter().map(with_secrets).collect();
    let responses = EngineResponses {
        list: first_called(&parts, "list"),
        inspects: planted.iter().map(Vec::as_slice).collect(),
        events: first_called(&parts, "events"),
        archive: first_called(&parts, "archive"),
        tables: all_called(&parts, "table"),
        stats: all_called(&parts, "stats"),
        log: first_called(&parts, "log"),
    };
    let now = Timestamp::from_second(1_795_450_000).unwrap_or_default();
    let whole = within_limits(|| read_responses(&responses, usize::MAX, now));
    assert_safe(&whole);
    let in_pieces = within_limits(|| read_responses(&responses, 7, now));
    assert_eq!(whole.snapshot.events.len(), in_pieces.snapshot.events.len());
    let texts = |lines: &[portolan::model::LogLine]| -> Vec<String> {
        lines.iter().map(|line| line.text.to_string()).collect()
    };
    assert_eq!(texts(&whole.lines), texts(&in_pieces.lines));
});

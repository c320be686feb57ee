//! Fuzz target for responses of AWS. Each section of the input is the response to one operation. After its name may
//! follow the HTTP status and a text in the request: `=== ListTasks 200 RUNNING`. Values of variables and arguments
//! must not come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::source::ecs::fuzzing::{AwsResponse, poll_region};
use portolan_fuzz::{
    law::{SECRET, append_to_list, assert_safe, has_secret, plant_in_objects},
    run_limits::within_limits,
    sections::{Section, sections},
};
use serde_json::{Map, Value, json};

/// Plants the secret in the values of a container definition, or of an override of one.
fn plant_in_container(container: &mut Map<String, Value>) {
    let variables = [
        json!({ "name": "DB_PASSWORD", "value": SECRET }),
        json!({ "name": "DATABASE_URL", "value": format!("postgres://app:{SECRET}@db.internal:5432/shop") }),
    ];
    append_to_list(container, "environment", &variables);
    append_to_list(container, "command", &[json!("--password"), json!(SECRET)]);
}

/// Returns the body with planted secrets, or unchanged if it is no JSON.
fn with_secrets(body: &str) -> String {
    let Ok(mut body) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    plant_in_objects(&mut body, &|fields| {
        for list in ["containerDefinitions", "containerOverrides"] {
            let containers = fields.get_mut(list).and_then(Value::as_array_mut);
            containers.into_iter().flatten().filter_map(Value::as_object_mut).for_each(plant_in_container);
        }
    });
    body.to_string()
}

fn response(section: &Section<'_>) -> AwsResponse {
    let mut words = section.name.splitn(3, ' ');
    let operation = words.next().unwrap_or_default().to_owned();
    let status = words.next().and_then(|status| status.parse().ok()).unwrap_or(200);
    let asked = words.next().unwrap_or_default().to_owned();
    AwsResponse { operation, asked, status, body: with_secrets(&section.text()) }
}

fuzz_target!(|input: &[u8]| {
    if has_secret(input) {
        return;
    }
    let responses = sections(input).iter().map(response).collect();
    assert_safe(&within_limits(|| poll_region(responses)));
});

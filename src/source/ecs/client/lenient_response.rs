//! Recovery of JSON responses with values of unexpected types, such as text in place of a number.
//!
//! One such value makes the SDK reject the whole response, and with it up to a hundred tasks. This module
//! removes the values that the SDK can't read, and lets the SDK read the rest. The SDK's own deserialiser
//! decides which values it can read, so Portolan needs no second description of AWS's types.

use crate::model::{Failure, FailureKind, UnreadPart};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{FinalizerInterceptorContextMut, Output},
            dyn_dispatch_hint,
        },
        orchestrator::{HttpResponse, Metadata},
        runtime_components::RuntimeComponents,
        ser_de::{DeserializeResponse, SharedResponseDeserializer},
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use serde_json::{Map, Value};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Maximum total length, in bytes, of the JSON texts that the SDK parses to recover one response. A response
/// that needs more stays unreadable.
const MAX_TRIED_BYTES: usize = 64 * 1024 * 1024;
/// Time for which Portolan reports the values that it removed from a response.
const REPORT_TIME: Duration = Duration::from_mins(10);

/// Record of the values that Portolan removed from responses, by operation. All clones share one record.
#[derive(Clone, Debug, Default)]
pub(crate) struct RemovedValues(Arc<Mutex<BTreeMap<String, Removal>>>);

/// Values that Portolan removed from an operation's last unreadable response: their number, the path of the
/// first one, and the time.
#[derive(Clone, Debug)]
struct Removal {
    count: usize,
    /// Path of the first removed value, such as `services[].desiredCount`.
    first_path: String,
    at: Instant,
}

impl RemovedValues {
    fn record(&self, operation: &str, paths: &[String]) {
        let Some(first_path) = paths.first().cloned() else { return };
        let removal = Removal { count: paths.len(), first_path, at: Instant::now() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(operation.to_owned(), removal);
    }

    /// Returns an unread part for each operation with a response from which Portolan removed values in the
    /// last ten minutes.
    pub(crate) fn unread_parts(&self) -> Vec<UnreadPart> {
        let mut removals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        removals.retain(|_, removal| removal.at.elapsed() < REPORT_TIME);
        let part = |(operation, removal): (&String, &Removal)| {
            let (count, path) = (removal.count, &removal.first_path);
            let values = if count == 1 { "1 value has" } else { &format!("{count} values have") };
            UnreadPart {
                name: format!("parts of {operation}").into(),
                failure: Failure::new(
                    FailureKind::Invalid,
                    format!("{operation}: {values} an unexpected type: {path}"),
                    "check whether an emulator or a proxy responds in place of AWS",
                ),
            }
        };
        removals.iter().map(part).collect()
    }
}

/// Interceptor that recovers responses which the SDK can't read, and records the values that it removed.
#[derive(Clone, Debug)]
pub(crate) struct RecoverResponses(pub RemovedValues);

#[dyn_dispatch_hint]
impl Intercept for RecoverResponses {
    fn name(&self) -> &'static str {
        "RecoverResponses"
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let is_unreadable = context
            .output_or_error()
            .is_some_and(|outcome| outcome.is_err_and(|error| error.as_operation_error().is_none()));
        let response = context.response().filter(|response| is_unreadable && response.status().is_success());
        let Some(recovered) = response.and_then(|response| recover(response, config)) else { return Ok(()) };
        if let Some(operation) = config.load::<Metadata>() {
            self.0.record(operation.name(), &recovered.removed_paths);
        }
        if let Some(outcome) = context.output_or_error_mut() {
            *outcome = Ok(recovered.output);
        }
        Ok(())
    }
}

/// Output of an operation, deserialised after the removal of values.
struct RecoveredOutput {
    output: Output,
    removed_paths: Vec<String>,
}

/// Removes from the response the values that the SDK can't read, and deserialises the rest. Returns `None` if
/// the body is no JSON object, or if the rest is unreadable too.
fn recover(response: &HttpResponse, config: &ConfigBag) -> Option<RecoveredOutput> {
    let deserializer = config.load::<SharedResponseDeserializer>()?;
    let mut body: Value = serde_json::from_slice(response.body().bytes()?).ok().filter(Value::is_object)?;
    let read = |body: &Value| {
        let response = HttpResponse::new(response.status(), SdkBody::from(body.to_string()));
        deserializer.deserialize_nonstreaming_with_config(&response, config).ok()
    };
    let mut pruner =
        Pruner { is_readable: &|body| read(body).is_some(), tried_bytes: 0, removed_paths: Vec::new() };
    pruner.prune(&mut body, "", &Value::clone);
    Some(RecoveredOutput { output: read(&body)?, removed_paths: pruner.removed_paths })
}

/// Pruner of one JSON body: removes the values that the SDK can't read, and keeps all others if possible.
struct Pruner<'a> {
    /// Function that returns true if the SDK can read a body.
    is_readable: &'a dyn Fn(&Value) -> bool,
    tried_bytes: usize,
    removed_paths: Vec<String>,
}

impl Pruner<'_> {
    /// Removes the unreadable parts of `value`. `path` is the place of `value` in the body. `embed` returns a
    /// body that contains only a given value, at that place. Returns false if the caller must remove `value`
    /// itself.
    fn prune(&mut self, value: &mut Value, path: &str, embed: &dyn Fn(&Value) -> Value) -> bool {
        if self.is_readable(&embed(value)) {
            return true;
        }
        let empty = match value {
            Value::Object(_) => Value::Object(Map::new()),
            Value::Array(_) => Value::Array(Vec::new()),
            _ => return false,
        };
        if !self.is_readable(&embed(&empty)) {
            return false;
        }
        match value {
            Value::Object(fields) => fields.retain(|name, field| {
                let place = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                let within = |field: &Value| embed(&Map::from_iter([(name.clone(), field.clone())]).into());
                self.keep(field, place, &within)
            }),
            Value::Array(items) => {
                items.retain_mut(|item| {
                    let within = |item: &Value| embed(&Value::Array(vec![item.clone()]));
                    self.keep(item, format!("{path}[]"), &within)
                });
            }
            _ => {}
        }
        true
    }

    /// Prunes a field or an item. If `value` must be removed as a whole, records its path and returns false.
    fn keep(&mut self, value: &mut Value, path: String, embed: &dyn Fn(&Value) -> Value) -> bool {
        let is_kept = self.prune(value, &path, embed);
        if !is_kept {
            self.removed_paths.push(path);
        }
        is_kept
    }

    /// Returns true if the SDK can read the body. Returns false without parsing the body if the limit of
    /// parsed bytes is reached.
    fn is_readable(&mut self, body: &Value) -> bool {
        if self.tried_bytes >= MAX_TRIED_BYTES {
            return false;
        }
        self.tried_bytes += body.to_string().len();
        (self.is_readable)(body)
    }
}

#[cfg(test)]
mod tests {
    use super::Pruner;
    use serde_json::{Value, json};

    /// Imitates a deserialiser that expects numbers under `n`, and lists and objects elsewhere.
    fn is_readable(value: &Value) -> bool {
        match value {
            Value::Object(fields) => fields.iter().all(|(name, field)| match name.as_str() {
                "n" => field.is_number(),
                _ => is_readable(field),
            }),
            Value::Array(items) => items.iter().all(is_readable),
            _ => false,
        }
    }

    fn prune(mut body: Value) -> (Value, Vec<String>) {
        let mut pruner = Pruner { is_readable: &is_readable, tried_bytes: 0, removed_paths: Vec::new() };
        assert!(pruner.prune(&mut body, "", &Value::clone));
        assert!(is_readable(&body));
        (body, pruner.removed_paths)
    }

    #[test]
    fn only_the_unreadable_value_is_removed() {
        let body = json!({"tasks": [{"n": 1}, {"n": "2", "to": {"n": 3}}], "more": {"n": {}}});
        let rest = json!({"tasks": [{"n": 1}, {"to": {"n": 3}}], "more": {}});
        assert_eq!(prune(body), (rest, vec!["more.n".to_owned(), "tasks[].n".to_owned()]));
    }

    #[test]
    fn an_item_of_another_type_costs_itself_alone() {
        assert_eq!(prune(json!({"a": [{"n": 1}, "x", null]})).0, json!({"a": [{"n": 1}]}));
        assert_eq!(prune(json!({"a": "x", "b": []})).0, json!({"b": []}));
    }

    #[test]
    fn a_readable_body_is_unchanged() {
        let body = json!({"a": [{"n": 1}]});
        assert_eq!(prune(body.clone()), (body, Vec::new()));
    }
}

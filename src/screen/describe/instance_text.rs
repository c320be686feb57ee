//! Summary of one instance as text.

use super::time;
use crate::{
    model::{Instance, InstanceState, Timestamp},
    screen::widget::text::pluralize,
};

/// Returns the state, a failed health check, the version and the number of restarts of `instance`, separated
/// by commas. Includes the age of a running instance, and the last exit of any other.
#[must_use]
pub fn describe_instance(instance: &Instance, now: Timestamp) -> String {
    let mut words = vec![instance.state.word().to_owned()];
    if instance.health_check.is_failing() {
        words.push("unhealthy".to_owned());
    }
    words.extend(instance.version.as_deref().map(str::to_owned));
    if let Some(at) = instance.started.filter(|_| instance.state == InstanceState::Running) {
        words.push(format!("up {}", time::age(at, now)));
    }
    if let Some(exit) = instance.exit.as_ref().filter(|_| instance.state != InstanceState::Running) {
        words.extend(exit.code.map(|code| format!("exit {code}")));
        words.extend(exit.at.map(|at| format!("{} ago", time::age(at, now))));
        words.extend(exit.reason_text());
    }
    if instance.restarts > 0 {
        words.push(pluralize(instance.restarts as usize, "restart"));
    }
    words.join(", ")
}

//! How one instance is, in words.

use super::time;
use crate::model::{Instance, State, Timestamp};

/// Its state, its version, since when, how it ended, how often it was restarted.
#[must_use]
pub fn words(instance: &Instance, now: Timestamp) -> String {
    let state = match instance.state {
        State::Starting => "starting",
        State::Running => "running",
        State::Paused => "paused",
        State::Restarting => "restarting",
        State::Stopping => "stopping",
        State::Stopped => "stopped",
        State::Failed => "failed",
        State::Unknown => "unknown",
    };
    let mut words = vec![state.to_owned()];
    if instance.check.failed() {
        words.push("unhealthy".to_owned());
    }
    words.extend(instance.version.as_deref().map(str::to_owned));
    if let Some(at) = instance.started.filter(|_| instance.state == State::Running) {
        words.push(format!("since {}", time::age(at, now)));
    }
    if let Some(exit) = instance.exit.as_ref().filter(|_| instance.state != State::Running) {
        words.extend(exit.code.map(|code| format!("exit {code}")));
        words.extend(exit.at.map(|at| format!("{} ago", time::age(at, now))));
        words.extend(exit.cause());
    }
    if instance.restarts > 0 {
        words.push(format!("{} restarts", instance.restarts));
    }
    words.join(", ")
}

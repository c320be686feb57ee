//! Watch over an operation: compares later snapshots with the plan until the services are as planned, or can't
//! become so.

use super::{Change, ContainerCall, Plan, Step};
use crate::model::{Exit, Instance, InstanceId, InstanceState, Service, ServiceId, Snapshot, Timestamp};
use jiff::SignedDuration;
use std::sync::Arc;

/// Time after which a watch gives up.
const MAX_WATCH: SignedDuration = SignedDuration::from_mins(5);
/// Time between the last call and the snapshot that may show a container as healthy, because one in a crash loop runs
/// for a moment after each start.
const STEADY_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// Watch over an operation whose calls were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    plan: Plan,
    /// Time of the last call.
    since: Timestamp,
}

/// State of a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchState {
    /// The services are not as planned yet; progress in words.
    Waiting(String),
    /// The watch has ended.
    Ended(Verdict),
}

/// Result of an operation, as later snapshots show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// True if the services are as planned.
    pub is_as_planned: bool,
    /// The verdict in words, such as `restarted: 3 of 3 healthy after 41 s`.
    pub text: String,
}

/// Progress of one step.
enum StepProgress {
    Waiting,
    AsPlanned,
    Failed(String),
}

impl Watch {
    /// Starts a watch over `plan`, whose last call was made at `since`.
    #[must_use]
    pub fn new(plan: Plan, since: Timestamp) -> Self {
        Self { plan, since }
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Compares the newest snapshot of the source with the plan.
    #[must_use]
    pub fn assess(&self, snapshot: &Snapshot, now: Timestamp) -> WatchState {
        let steps = &self.plan.steps;
        let (mut done, mut failure) = (0, None);
        if snapshot.taken_at > self.since {
            for step in steps {
                match self.step_progress(step, snapshot) {
                    StepProgress::AsPlanned => done += 1,
                    StepProgress::Failed(why) => failure = failure.or(Some(format!("{} {why}", step.name))),
                    StepProgress::Waiting => {}
                }
            }
        }
        let spec = self.plan.request.kind.spec();
        let waited = now.duration_since(self.since);
        let count = format!("{done} of {} {}", steps.len(), state_goal(steps));
        let seconds = waited.as_secs().max(0);
        if done == steps.len() {
            let text = format!("{}: {count} after {seconds} s", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: true, text });
        }
        if let Some(why) = failure {
            let text = format!("{}, and not healthy: {why}", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: false, text });
        }
        if waited > MAX_WATCH {
            let text = format!("{}, and not as planned after {seconds} s: {count}", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: false, text });
        }
        WatchState::Waiting(format!("{}: {count}", spec.progress_verb))
    }

    /// Returns the state of the watch if the source could not be read.
    #[must_use]
    pub fn assess_unread(&self, why: &str, now: Timestamp) -> WatchState {
        let spec = self.plan.request.kind.spec();
        let waited = now.duration_since(self.since);
        if waited > MAX_WATCH {
            let text = format!("{}, and unreadable since: {why}", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: false, text });
        }
        WatchState::Waiting(format!("{}: unreadable: {why}", spec.progress_verb))
    }

    fn step_progress(&self, step: &Step, snapshot: &Snapshot) -> StepProgress {
        let Change::Container { call, .. } = &step.change;
        let Some(id) = &step.instance else { return StepProgress::Waiting };
        let before = find_instance(self.plan.before.iter(), &step.service, id);
        let after = find_instance(snapshot.services.iter().map(Arc::as_ref), &step.service, id);
        match (call, after) {
            (ContainerCall::Stop | ContainerCall::Kill, None) => StepProgress::AsPlanned,
            (_, None) => StepProgress::Failed("was removed".to_owned()),
            (ContainerCall::Stop | ContainerCall::Kill, Some(after)) => {
                let is_over = matches!(after.state, InstanceState::Stopped | InstanceState::Failed);
                if is_over { StepProgress::AsPlanned } else { StepProgress::Waiting }
            }
            (ContainerCall::Pause, Some(after)) => {
                if after.state == InstanceState::Paused {
                    StepProgress::AsPlanned
                } else {
                    StepProgress::Waiting
                }
            }
            (ContainerCall::Unpause, Some(after)) => {
                if after.is_serving() {
                    StepProgress::AsPlanned
                } else {
                    StepProgress::Waiting
                }
            }
            (ContainerCall::Start | ContainerCall::Restart, Some(after)) => {
                // Both times are of this machine's clock; the engine's clock may differ.
                let is_steady = snapshot.taken_at.duration_since(self.since) >= STEADY_AFTER;
                start_progress(before, after, is_steady)
            }
        }
    }
}

/// Returns the progress of a container that was started or restarted. `is_steady` is true if the last call is long
/// enough ago for a container in a crash loop to have failed.
fn start_progress(before: Option<&Instance>, after: &Instance, is_steady: bool) -> StepProgress {
    let is_new_start = before.is_none_or(|before| before.started != after.started);
    if !is_new_start {
        return StepProgress::Waiting;
    }
    // A start by hand resets the engine's count of restarts.
    let crashed = after.restarts > 0 && before.is_none_or(|before| after.restarts != before.restarts);
    match after.state {
        // A job does its work and ends. A service that ran before is no job.
        InstanceState::Stopped if has_ended_well(after) && !before.is_some_and(was_running) => {
            StepProgress::AsPlanned
        }
        InstanceState::Failed | InstanceState::Restarting | InstanceState::Stopped => {
            StepProgress::Failed(exit_words(after))
        }
        _ if crashed => StepProgress::Failed(exit_words(after)),
        _ if after.health_check.is_failing() => StepProgress::Failed("fails its health check".to_owned()),
        InstanceState::Running if after.is_serving() && is_steady => StepProgress::AsPlanned,
        _ => StepProgress::Waiting,
    }
}

fn find_instance<'a>(
    mut services: impl Iterator<Item = &'a Service>,
    service: &ServiceId,
    id: &InstanceId,
) -> Option<&'a Instance> {
    let service = services.find(|known| known.id == *service)?;
    service.instances.iter().find(|instance| instance.id == *id)
}

/// Returns true if the instance ran, so that its end is no usual one.
fn was_running(instance: &Instance) -> bool {
    matches!(instance.state, InstanceState::Running | InstanceState::Paused | InstanceState::Restarting)
}

/// Returns true if the instance ended by itself with code 0.
fn has_ended_well(instance: &Instance) -> bool {
    instance.state == InstanceState::Stopped && instance.exit.as_ref().and_then(|exit| exit.code) == Some(0)
}

fn exit_words(instance: &Instance) -> String {
    let exit = instance.exit.as_ref();
    let code = exit.and_then(|exit| exit.code).map(|code| format!("exited with code {code}"));
    let reason = exit.and_then(Exit::reason_text);
    let words: Vec<String> = code.into_iter().chain(reason).collect();
    if words.is_empty() { "ended again".to_owned() } else { words.join(": ") }
}

/// Returns the state that the steps lead to, in one word.
fn state_goal(steps: &[Step]) -> &'static str {
    let Some(Change::Container { call, .. }) = steps.first().map(|step| &step.change) else { return "" };
    match call {
        ContainerCall::Start | ContainerCall::Restart | ContainerCall::Unpause => "healthy",
        ContainerCall::Stop | ContainerCall::Kill => "stopped",
        ContainerCall::Pause => "paused",
    }
}

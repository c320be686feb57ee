//! Watch over an operation: compares later snapshots with its plan until the services are as planned, one of
//! them has failed, or time runs out.

mod container_progress;
mod ecs_progress;

use super::{Change, ContainerCall, EcsCall, Plan, Step};
use crate::model::{Exit, Instance, InstanceId, InstanceState, Service, ServiceId, Snapshot, Timestamp};
use container_progress::container_progress;
use ecs_progress::ecs_progress;
use jiff::SignedDuration;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Minimum time from the last call to a snapshot that proves a healthy start. A container in a crash loop
/// also runs for a moment after each start.
const MIN_STEADY_TIME: SignedDuration = SignedDuration::from_secs(5);
/// Time after which a watch over containers gives up.
const MAX_CONTAINER_WATCH: SignedDuration = SignedDuration::from_mins(5);
/// Time after which a watch over a service of ECS gives up. A deployment waits for connection draining, and
/// may have a bake time.
const MAX_ECS_WATCH: SignedDuration = SignedDuration::from_mins(30);

/// Watch over one operation: its plan, and the time of its last call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    plan: Plan,
    /// Time at which the first call began, from which verdicts count. A stop takes as long as its grace period.
    begun: Timestamp,
    /// Time of the last call.
    since: Timestamp,
    /// First start of each container that a snapshot has shown since the last call, by the engine's clock.
    first_starts: BTreeMap<InstanceId, Timestamp>,
    /// First snapshot that has shown each task of ECS serving, by this machine's clock. ECS's clock may differ.
    serving_since: BTreeMap<InstanceId, Timestamp>,
    /// Time of the first snapshot taken at least [`MIN_STEADY_TIME`] after the last call. Only a later one
    /// proves a healthy start, because a poll takes time, so a snapshot may hold data from before its time.
    steady_at: Option<Timestamp>,
}

/// State of a watch after a poll: waiting, or ended with a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchState {
    /// The services are not as planned yet. Contains the progress in words, such as `restarting: 1 of 3
    /// healthy`.
    Waiting(String),
    /// The watch has ended.
    Ended(Verdict),
}

/// Result of an operation, as later snapshots show it: as planned or not, with the reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// True if the services are as planned.
    pub is_as_planned: bool,
    /// The verdict in words, such as `restarted: 3 of 3 healthy after 41 s`.
    pub text: String,
}

/// Progress of one step, with the number of instances that are as planned.
struct StepProgress {
    state: ProgressState,
    done: usize,
    total: usize,
}

/// Progress of one step: waiting, as planned, or failed for the given reason.
enum ProgressState {
    Waiting,
    /// As planned, but the tasks may crash after a while as those before the operation did.
    MayCrash,
    AsPlanned,
    Failed(String),
}

impl StepProgress {
    fn waiting(done: usize, total: usize) -> Self {
        Self { state: ProgressState::Waiting, done, total }
    }
}

impl Watch {
    /// Starts a watch over `plan`, whose last call was made at `since`.
    #[must_use]
    pub fn new(plan: Plan, since: Timestamp) -> Self {
        let (first_starts, serving_since) = (BTreeMap::new(), BTreeMap::new());
        Self { plan, begun: since, since, first_starts, serving_since, steady_at: None }
    }

    /// Returns this watch with the time at which the first call began.
    #[must_use]
    pub fn begun_at(self, begun: Timestamp) -> Self {
        Self { begun, ..self }
    }

    /// Returns the plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Compares the newest snapshot of the source with the plan.
    #[must_use]
    pub fn assess(&mut self, snapshot: &Snapshot, now: Timestamp) -> WatchState {
        // The snapshot may be newer than `now`, because the clock of the screen advances in steps.
        let now = now.max(snapshot.taken_at);
        self.record_serving(snapshot);
        let steps = &self.plan.steps;
        let progress: Vec<StepProgress> = steps.iter().map(|step| self.progress(step, snapshot)).collect();
        let starts: Vec<_> = steps.iter().filter_map(|step| self.new_start(step, snapshot)).collect();
        let is_failed = |one: &StepProgress| matches!(one.state, ProgressState::Failed(_));
        let (done, total) =
            progress.iter().fold((0, 0), |(done, total), one| (done + one.done, total + one.total));
        let spec = self.plan.request.kind.spec();
        let count = format!("{done} of {total} {}", state_goal(steps));
        let seconds = now.duration_since(self.begun).as_secs().max(0);
        if progress.iter().all(|one| matches!(one.state, ProgressState::AsPlanned)) {
            let text = format!("{}: {count} after {seconds} s", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: true, text });
        }
        for (instance, started) in starts {
            self.first_starts.entry(instance).or_insert(started);
        }
        // Both times are of this machine's clock; the engine's clock may differ.
        if snapshot.taken_at.duration_since(self.since) >= MIN_STEADY_TIME {
            self.steady_at.get_or_insert(snapshot.taken_at);
        }
        let steps = &self.plan.steps;
        let failed = steps.iter().zip(&progress).find(|(_, one)| is_failed(one));
        if let Some((step, StepProgress { state: ProgressState::Failed(why), .. })) = failed {
            let text = format!("{}, and not healthy: {} {why}", spec.past_verb, step.name);
            return WatchState::Ended(Verdict { is_as_planned: false, text });
        }
        if self.is_over(now) {
            let text = format!("{}, and not as planned after {seconds} s: {count}", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: false, text });
        }
        let may_crash = progress.iter().any(|one| matches!(one.state, ProgressState::MayCrash));
        let more = if may_crash { ", waiting if they crash again" } else { "" };
        WatchState::Waiting(format!("{}: {count}{more}", spec.progress_verb))
    }

    /// Records the tasks that serve in `snapshot` for the first time.
    fn record_serving(&mut self, snapshot: &Snapshot) {
        let steps = self.plan.steps.iter().filter(|step| matches!(step.change, Change::Ecs(_)));
        let services: BTreeSet<&ServiceId> = steps.map(|step| &step.service).collect();
        for service in snapshot.services.iter().filter(|service| services.contains(&service.id)) {
            for task in service.instances.iter().filter(|task| task.is_serving()) {
                self.serving_since.entry(task.id.clone()).or_insert(snapshot.taken_at);
            }
        }
    }

    /// Returns the state of the watch after a poll that failed because of `why`.
    #[must_use]
    pub fn assess_unread(&self, why: &str, now: Timestamp) -> WatchState {
        let spec = self.plan.request.kind.spec();
        if self.is_over(now) {
            let text = format!("{}, and unreadable since: {why}", spec.past_verb);
            return WatchState::Ended(Verdict { is_as_planned: false, text });
        }
        WatchState::Waiting(format!("{}: unreadable: {why}", spec.progress_verb))
    }

    fn waited(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.since)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        let is_ecs = self.plan.steps.iter().any(|step| matches!(step.change, Change::Ecs(_)));
        self.waited(now) > if is_ecs { MAX_ECS_WATCH } else { MAX_CONTAINER_WATCH }
    }

    /// Returns the container of `step` and its start, if it has started since the plan. Returns `None` for
    /// steps on ECS.
    fn new_start(&self, step: &Step, snapshot: &Snapshot) -> Option<(InstanceId, Timestamp)> {
        let id = step.instance.as_ref().filter(|_| matches!(step.change, Change::Container { .. }))?;
        let before = find_instance(self.plan.before.iter(), &step.service, id);
        let after = find_instance(snapshot.services.iter().map(Arc::as_ref), &step.service, id)?;
        let is_new = snapshot.taken_at > self.since && before.is_none_or(|one| one.started != after.started);
        after.started.filter(|_| is_new).map(|started| (id.clone(), started))
    }

    fn progress(&self, step: &Step, snapshot: &Snapshot) -> StepProgress {
        if snapshot.taken_at <= self.since {
            return StepProgress::waiting(0, 1);
        }
        let before = &self.plan.before;
        match &step.change {
            Change::Container { call, .. } => {
                let first_start = step.instance.as_ref().and_then(|id| self.first_starts.get(id)).copied();
                let is_steady = self.steady_at.is_some_and(|at| snapshot.taken_at > at);
                container_progress(*call, step, before, snapshot, (is_steady, first_start))
            }
            Change::Ecs(change) => {
                ecs_progress(&change.call, step, before, snapshot, (self.since, &self.serving_since))
            }
        }
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

fn exit_words(instance: &Instance) -> String {
    let exit = instance.exit.as_ref();
    let code = exit.and_then(|exit| exit.code).map(|code| format!("exited with code {code}"));
    let reason = exit.and_then(Exit::reason_text);
    let words: Vec<String> = code.into_iter().chain(reason).collect();
    if words.is_empty() { "ended again".to_owned() } else { words.join(": ") }
}

/// Returns one word for the state in which the steps are to end, such as `healthy`.
fn state_goal(steps: &[Step]) -> &'static str {
    match steps.first().map(|step| &step.change) {
        None => "",
        Some(Change::Container { call, .. }) => match call {
            ContainerCall::Start | ContainerCall::Restart | ContainerCall::Unpause => "healthy",
            ContainerCall::Stop | ContainerCall::Kill => InstanceState::Stopped.word(),
            ContainerCall::Pause => InstanceState::Paused.word(),
        },
        Some(Change::Ecs(change)) => match change.call {
            EcsCall::SetDesiredCount { .. } => InstanceState::Running.word(),
            EcsCall::StopTask { .. } => InstanceState::Stopped.word(),
            EcsCall::SetTaskProtection { is_protected: true, .. } => "protected",
            EcsCall::SetTaskProtection { is_protected: false, .. } => "unprotected",
            _ => "healthy",
        },
    }
}

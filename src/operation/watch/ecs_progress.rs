//! Progress of an operation on ECS services and tasks, computed from a snapshot.

use super::{ProgressState, StepProgress, exit_words, find_instance};
use crate::{
    model::{
        Deployment, Instance, InstanceId, InstanceState, RolloutState, Service, ServiceKind, Snapshot,
        Timestamp,
    },
    operation::{EcsCall, Step},
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Number of failed tasks from which the watch reports a deployment as failed. A single task may fail by
/// chance.
const MIN_FAILED_TASKS: u32 = 3;
/// If the desired count is still the old one for this time after the last call, another program has reset it.
const COUNT_TIMEOUT: SignedDuration = SignedDuration::from_secs(60);

/// Number of failed tasks from which a service counts as in a crash loop before the operation.
const MIN_CRASHES: usize = 2;
/// Maximum time for which the tasks of a service that was in a crash loop have to run until they count as healthy.
const MAX_CRASH_WAIT: SignedDuration = SignedDuration::from_mins(3);

/// Step of an ECS operation, with the state of its service before the operation and now.
pub(super) struct EcsStepView<'a> {
    pub step: &'a Step,
    pub before: &'a Service,
    pub after: &'a Service,
    /// Time of the last call.
    pub since: Timestamp,
    /// Time of the snapshot.
    pub taken_at: Timestamp,
    /// First snapshot that has shown each task serving.
    pub serving_since: &'a BTreeMap<InstanceId, Timestamp>,
}

/// Returns the progress of a step. The step has failed if its service is missing in a complete snapshot.
pub(super) fn ecs_progress(
    call: &EcsCall,
    step: &Step,
    before: &[Service],
    snapshot: &Snapshot,
    (since, serving_since): (Timestamp, &BTreeMap<InstanceId, Timestamp>),
) -> StepProgress {
    let Some(before) = before.iter().find(|service| service.id == step.service) else {
        return StepProgress::waiting(0, 1);
    };
    let Some(after) = snapshot.services.iter().find(|service| service.id == step.service) else {
        return if snapshot.is_partial() || before.kind == ServiceKind::EcsFamily {
            StepProgress::waiting(0, 1)
        } else {
            StepProgress { state: ProgressState::Failed("was removed".to_owned()), done: 0, total: 1 }
        };
    };
    let view = EcsStepView { step, before, after, since, taken_at: snapshot.taken_at, serving_since };
    match call {
        EcsCall::ForceNewDeployment { .. } => view.deployment_progress(None),
        EcsCall::SetTaskDefinition { task_definition, .. } => view.deployment_progress(Some(task_definition)),
        EcsCall::StopServiceDeployment { .. }
        | EcsCall::ContinueServiceDeployment { rolls_back: true, .. } => view.rollback_progress(),
        EcsCall::ContinueServiceDeployment { rolls_back: false, .. } => view.continuation_progress(),
        EcsCall::SetDesiredCount { count, .. } => view.scaling_progress(*count),
        EcsCall::StopTask { .. } => view.stop_progress(),
        // A snapshot does not show task protection, so the success of the call is enough.
        EcsCall::SetTaskProtection { .. } => {
            StepProgress { state: ProgressState::AsPlanned, done: 1, total: 1 }
        }
    }
}

impl EcsStepView<'_> {
    /// Returns the progress of a new deployment. If `version` is given, the deployment must have this task
    /// definition.
    fn deployment_progress(&self, version: Option<&str>) -> StepProgress {
        let is_new = |one: &&Deployment| !self.before.deployments.iter().any(|known| known.id == one.id);
        let failed = self.after.deployments.iter().filter(is_new);
        if let Some(failed) = failed.clone().find(|one| one.rollout == RolloutState::Failed) {
            return self.failed(deployment_failure(failed));
        }
        let Some(newest) = self.after.deployments.first().filter(is_new) else {
            return StepProgress::waiting(0, self.desired());
        };
        let before = &self.before.deployments;
        let expected = version.or(before.first().map(|one| one.version.as_str()));
        let is_expected = expected.is_none_or(|expected| newest.version == expected);
        if !is_expected && version.is_some() && before.iter().any(|one| one.version == newest.version) {
            return self.failed(format!("was rolled back to {}", newest.version));
        }
        if !is_expected || self.after.deployments.iter().filter(is_new).count() > 1 {
            return self.failed(format!("was overtaken by another deployment of {}", newest.version));
        }
        self.rollout_progress(newest, 0)
    }

    /// Returns the progress of a rollback, which ECS carries out as a deployment in place of the one that was
    /// current before the operation.
    fn rollback_progress(&self) -> StepProgress {
        let stopped = self.before.deployments.first().map(|deployment| &deployment.id);
        let Some(current) = self.after.deployments.first().filter(|one| Some(&one.id) != stopped) else {
            return self.waiting();
        };
        let known = self.before.deployments.iter().find(|known| known.id == current.id);
        if self.after.is_deploying() && current.rollout == RolloutState::Completed {
            return self.waiting();
        }
        self.rollout_progress(current, known.map_or(0, |known| known.failed))
    }

    fn continuation_progress(&self) -> StepProgress {
        let Some(newest) = self.after.deployments.first() else { return self.waiting() };
        if self.after.is_deploying() && newest.rollout != RolloutState::Failed {
            return self.waiting();
        }
        self.rollout_progress(newest, newest.failed)
    }

    /// Returns the progress of `rollout`. Does not count the `failed_before` tasks that failed before the
    /// operation.
    fn rollout_progress(&self, rollout: &Deployment, failed_before: u32) -> StepProgress {
        let failed = rollout.failed.saturating_sub(failed_before);
        match rollout.rollout {
            RolloutState::Failed => self.failed(deployment_failure(rollout)),
            RolloutState::Completed if self.new_crash(rollout).is_some() => {
                let reason = self.new_crash(rollout).map(exit_words).unwrap_or_default();
                self.failed(format!("crashes again: {reason}"))
            }
            RolloutState::Completed if self.serving() >= self.desired() => {
                let is_proven = self.has_outlived_crashes();
                let state = if is_proven { ProgressState::AsPlanned } else { ProgressState::MayCrash };
                StepProgress { state, ..self.waiting() }
            }
            RolloutState::InProgress if failed >= MIN_FAILED_TASKS => self.failed(self.failed_tasks(failed)),
            RolloutState::Completed | RolloutState::InProgress | RolloutState::Unknown => {
                // Old tasks keep serving during the rollout, and are no progress.
                let waiting = self.waiting();
                StepProgress { done: waiting.done.min(rollout.running as usize), ..waiting }
            }
        }
    }

    /// Returns the time from the start to the failure of each task that had failed before the operation.
    fn earlier_lives(&self) -> Vec<SignedDuration> {
        let failed = self.before.instances.iter().filter(|task| task.state == InstanceState::Failed);
        let life = |task: &Instance| Some(task.exit.as_ref()?.at?.duration_since(task.started?));
        failed.filter_map(life).collect()
    }

    /// Returns true if the service was not in a crash loop before the operation, or its tasks serve for twice as
    /// long by now as the ones that failed. ECS completes a deployment before such tasks fail.
    fn has_outlived_crashes(&self) -> bool {
        let lives = self.earlier_lives();
        let Some(longest) = lives.iter().max().filter(|_| lives.len() >= MIN_CRASHES) else { return true };
        let needed = longest.saturating_mul(2).min(MAX_CRASH_WAIT);
        let served = |task: &Instance| {
            self.serving_since.get(&task.id).map(|first| self.taken_at.duration_since(*first))
        };
        let mut serving = self.after.instances.iter().filter(|task| task.is_serving());
        serving.all(|task| served(task).is_some_and(|served| served >= needed))
    }

    /// Returns a failed task of `rollout`, if the service was in a crash loop before the operation. Both times are
    /// of ECS's clock. A task of another version may have started after the call, too.
    fn new_crash(&self, rollout: &Deployment) -> Option<&Instance> {
        let is_of_rollout = |task: &&Instance| {
            task.version.as_ref() == Some(&rollout.version)
                && task.started.zip(rollout.created).is_some_and(|(started, created)| started >= created)
                && !self.before.instances.iter().any(|known| known.id == task.id)
        };
        let failed = self.after.instances.iter().filter(|task| task.state == InstanceState::Failed);
        failed.filter(is_of_rollout).find(|_| self.earlier_lives().len() >= MIN_CRASHES)
    }

    fn scaling_progress(&self, count: u32) -> StepProgress {
        let total = count as usize;
        let waiting = StepProgress::waiting(self.after.running(), total);
        if self.after.desired == Some(count) {
            let is_reached = self.after.running() == total && self.serving() == total;
            let state = if is_reached { ProgressState::AsPlanned } else { ProgressState::Waiting };
            return StepProgress { state, ..waiting };
        }
        if self.after.desired == self.before.desired
            && self.taken_at.duration_since(self.since) < COUNT_TIMEOUT
        {
            return waiting;
        }
        let now = self.after.desired.map_or_else(|| "unknown".to_owned(), |desired| desired.to_string());
        let why = format!("has the desired count {now} now");
        StepProgress { state: ProgressState::Failed(why), ..waiting }
    }

    /// Returns the progress of stopping a task. If the task belongs to a service, the step also waits for
    /// another task in its place.
    fn stop_progress(&self) -> StepProgress {
        let task = self.step.instance.as_ref();
        let task = task.and_then(|id| find_instance([self.after].into_iter(), &self.step.service, id));
        let is_over =
            task.is_none_or(|task| matches!(task.state, InstanceState::Stopped | InstanceState::Failed));
        if !is_over {
            return StepProgress::waiting(0, 1);
        }
        let serving_before = self.before.instances.iter().filter(|one| one.is_serving()).count();
        let is_service = self.after.kind == ServiceKind::EcsService;
        let is_replaced = !is_service || self.serving() >= serving_before.min(self.desired());
        let state = if is_replaced { ProgressState::AsPlanned } else { ProgressState::Waiting };
        StepProgress { state, done: 1, total: 1 }
    }

    fn waiting(&self) -> StepProgress {
        StepProgress::waiting(self.serving().min(self.desired()), self.desired())
    }

    fn failed(&self, why: String) -> StepProgress {
        StepProgress { state: ProgressState::Failed(why), ..self.waiting() }
    }

    fn serving(&self) -> usize {
        self.after.instances.iter().filter(|instance| instance.is_serving()).count()
    }

    fn desired(&self) -> usize {
        self.after.desired.map_or_else(|| self.after.running(), |desired| desired as usize)
    }

    /// Describes `count` failed tasks, with the reason for the newest failure.
    fn failed_tasks(&self, count: u32) -> String {
        let Some(reason) = newest_failure(self.after) else { return format!("has {count} failed tasks") };
        let is_same = newest_failure(self.before).is_some_and(|before| before == reason);
        let same = if is_same { ", for the same reason as before" } else { "" };
        format!("has {count} failed tasks{same}: {reason}")
    }
}

/// Returns the reason for the newest failure of a task; `None` if no task failed.
fn newest_failure(service: &Service) -> Option<String> {
    let failed =
        service.instances.iter().filter(|task| task.exit.as_ref().is_some_and(|exit| exit.code != Some(0)));
    let newest: Option<&Instance> = failed.max_by_key(|task| task.exit.as_ref().and_then(|exit| exit.at));
    newest.map(exit_words)
}

fn deployment_failure(deployment: &Deployment) -> String {
    let reason = deployment.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("deployment of {} failed{reason}", deployment.version)
}

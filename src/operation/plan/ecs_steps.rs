//! Plans the steps of an operation on ECS services and tasks, and refuses operations that ECS would reject.

use super::step::{Step, StepUndo};
use crate::{
    model::{Instance, InstanceState, Service, Text},
    operation::{
        Change, EcsCall, EcsChange, EcsDetails, OngoingDeployment, OperationGoal, OperationKind,
        OperationRequest, Refusal, RollbackTarget, TargetReading,
    },
};

/// Reason that ECS keeps with a stopped task if the user has given none.
const DEFAULT_STOP_REASON: &str = "stopped with Portolan";

/// Returns the steps for one target. Refuses an operation that ECS would reject, or whose effect would differ
/// from what the user expects.
pub(super) fn ecs_steps(
    request: &OperationRequest,
    target: &TargetReading,
    ecs: &EcsDetails,
) -> Result<Vec<Step>, Refusal> {
    let maker = StepMaker { service: &target.service, ecs };
    if request.kind.acts_on_whole_service() && request.instances.is_some() {
        let reason = format!("{} acts on all tasks of {}", request.kind.spec().id, maker.group_and_name());
        return Err(Refusal::new(reason, "name the service, or stop one task with stop-task"));
    }
    match request.kind {
        OperationKind::Restart => maker.restart().map(|step| vec![step]),
        OperationKind::Scale => maker.scale(request.goal.as_ref()).map(|step| vec![step]),
        OperationKind::Rollback => maker.roll_back(request.goal.as_ref()).map(|step| vec![step]),
        OperationKind::Continue => maker.continue_deployment().map(|step| vec![step]),
        OperationKind::StopTask => maker.stop_tasks(request),
        OperationKind::Protect => Ok(maker.set_protection(request, true)),
        OperationKind::Unprotect => Ok(maker.set_protection(request, false)),
        OperationKind::Stop
        | OperationKind::Start
        | OperationKind::Kill
        | OperationKind::Pause
        | OperationKind::Unpause => Ok(Vec::new()),
    }
}

/// Returns true if the operation would have an effect on the ECS service or task family `service` in the
/// state of its last snapshot.
pub(super) fn has_ecs_work(kind: OperationKind, service: &Service) -> bool {
    let has_tasks = service.desired.is_none_or(|desired| desired > 0);
    match kind {
        OperationKind::Restart => has_tasks,
        OperationKind::Scale => service.desired.is_some(),
        OperationKind::Rollback => !service.deployments.is_empty(),
        OperationKind::Continue => service.is_deploying(),
        OperationKind::StopTask => service.instances.iter().any(can_be_stopped),
        OperationKind::Protect | OperationKind::Unprotect => service.running() > 0,
        OperationKind::Stop
        | OperationKind::Start
        | OperationKind::Kill
        | OperationKind::Pause
        | OperationKind::Unpause => false,
    }
}

/// Returns true if the task is starting or running.
fn can_be_stopped(task: &Instance) -> bool {
    matches!(task.state, InstanceState::Starting | InstanceState::Running)
}

struct StepMaker<'a> {
    service: &'a Service,
    ecs: &'a EcsDetails,
}

impl StepMaker<'_> {
    fn group_and_name(&self) -> &str {
        self.service.id.parts().group_and_name
    }

    /// Returns a step that affects the service as a whole.
    fn service_step(&self, call: EcsCall, from: impl Into<String>, to: impl Into<String>) -> Step {
        Step {
            change: Change::Ecs(EcsChange { cluster: self.ecs.cluster.clone(), call }),
            service: self.service.id.clone(),
            instance: None,
            name: self.service.name.to_string(),
            from: from.into(),
            to: to.into(),
            grace_seconds: 0,
            undo: None,
        }
    }

    fn service_name(&self) -> Text {
        self.service.name.as_str().into()
    }

    /// Refuses if a controller other than ECS deploys the service. `id` is the identifier of the operation.
    fn refuse_other_controller(&self, id: &str) -> Result<(), Refusal> {
        if self.ecs.controller == "ECS" {
            return Ok(());
        }
        let (name, controller) = (self.group_and_name(), &self.ecs.controller);
        let reason = format!("{name} is deployed by {controller}, so {id} by ECS is not possible");
        let remedy = if self.ecs.controller == "CODE_DEPLOY" {
            "create a deployment in CodeDeploy"
        } else {
            "use the program that manages its task sets"
        };
        Err(Refusal::new(reason, remedy))
    }

    fn restart(&self) -> Result<Step, Refusal> {
        self.refuse_other_controller(OperationKind::Restart.spec().id)?;
        if self.ecs.desired == 0 && !self.ecs.is_daemon {
            let reason =
                format!("restart has nothing to do: the desired count of {} is 0", self.group_and_name());
            return Err(Refusal::new(reason, "scale it up"));
        }
        let definition = &self.ecs.task_definition;
        let call = EcsCall::ForceNewDeployment { service: self.service_name() };
        Ok(self.service_step(call, definition.as_str(), format!("{definition} in new tasks")))
    }

    fn scale(&self, goal: Option<&OperationGoal>) -> Result<Step, Refusal> {
        if self.ecs.is_daemon {
            let reason = format!(
                "{} is a DAEMON service: it runs one task on each container instance",
                self.group_and_name()
            );
            return Err(Refusal::new(reason, "add or remove container instances"));
        }
        let Some(OperationGoal::Count(count)) = goal else {
            return Err(Refusal::new("no count is given", "add --count N, or type :scale NAME N"));
        };
        let (before, count) = (self.ecs.desired, *count);
        if i32::try_from(count).is_err() {
            let reason = format!("{count} is no possible count of tasks");
            return Err(Refusal::new(reason, "give a smaller count"));
        }
        if count == before {
            let reason = format!(
                "scale has nothing to do: the desired count of {} is {before} already",
                self.group_and_name()
            );
            return Err(Refusal::new(reason, "give another count"));
        }
        let call = EcsCall::SetDesiredCount { service: self.service_name(), count };
        let mut step = self.service_step(call, task_count(before), task_count(count));
        step.undo = Some(StepUndo { kind: OperationKind::Scale, goal: Some(OperationGoal::Count(before)) });
        Ok(step)
    }

    fn roll_back(&self, goal: Option<&OperationGoal>) -> Result<Step, Refusal> {
        self.refuse_other_controller(OperationKind::Rollback.spec().id)?;
        if let Some(OperationGoal::TaskDefinition(definition)) = goal {
            return self.deploy(definition);
        }
        match &self.ecs.ongoing {
            Some(ongoing) => self.roll_back_ongoing(ongoing),
            None => self.roll_back_finished(),
        }
    }

    fn roll_back_ongoing(&self, ongoing: &OngoingDeployment) -> Result<Step, Refusal> {
        if ongoing.is_first {
            let reason = format!("this is the first deployment of {}", self.group_and_name());
            return Err(Refusal::new(
                reason,
                "there is no earlier one to return to: scale it to 0, or deploy again",
            ));
        }
        let deployment = ongoing.arn.clone();
        let call = match (&ongoing.paused_hook, ongoing.status.as_str()) {
            (Some(hook), _) => {
                EcsCall::ContinueServiceDeployment { deployment, hook: hook.clone(), rolls_back: true }
            }
            (None, "PENDING" | "IN_PROGRESS") => EcsCall::StopServiceDeployment { deployment },
            (None, status) => {
                let reason =
                    format!("the deployment of {} is in the state {status} already", self.group_and_name());
                return Err(Refusal::new(reason, "wait until it is over"));
            }
        };
        let from = format!("{} in deployment", self.ecs.task_definition);
        let to = self.ecs.rollback.as_ref().map_or_else(
            || "the last completed deployment".to_owned(),
            |target| target.task_definition.to_string(),
        );
        Ok(self.service_step(call, from, to))
    }

    fn roll_back_finished(&self) -> Result<Step, Refusal> {
        let Some(target) = &self.ecs.rollback else {
            let why = self.ecs.unread.first().map(|why| format!(": {why}")).unwrap_or_default();
            let reason =
                format!("no earlier successful deployment of {} is known{why}", self.group_and_name());
            return Err(Refusal::new(reason, "deploy the version that you want"));
        };
        self.deploy(&target.task_definition)
    }

    fn deploy(&self, definition: &Text) -> Result<Step, Refusal> {
        let before = &self.ecs.task_definition;
        if definition == before {
            let reason = format!("{} runs {before} already", self.group_and_name());
            return Err(Refusal::new(reason, "restart it, or name another task definition"));
        }
        let is_target = |target: &&RollbackTarget| target.task_definition == *definition;
        if self.ecs.rollback.as_ref().filter(is_target).is_some_and(|target| !target.is_active) {
            let reason = format!("{definition} was deregistered, so it can't be deployed again");
            return Err(Refusal::new(reason, "register it anew, and deploy that"));
        }
        let (service, task_definition) = (self.service_name(), definition.clone());
        let call = EcsCall::SetTaskDefinition { service, task_definition };
        let mut step = self.service_step(call, before.as_str(), definition.as_str());
        let goal = Some(OperationGoal::TaskDefinition(before.clone()));
        step.undo = Some(StepUndo { kind: OperationKind::Rollback, goal });
        Ok(step)
    }

    fn continue_deployment(&self) -> Result<Step, Refusal> {
        let ongoing = self.ecs.ongoing.as_ref();
        let Some((ongoing, hook)) = ongoing.and_then(|one| Some((one, one.paused_hook.as_ref()?))) else {
            let reason = format!("no deployment of {} waits at a pause hook", self.group_and_name());
            return Err(Refusal::new(reason, "look at its current state"));
        };
        let stage = ongoing.stage.as_ref().map_or("its hook", Text::as_str);
        let (deployment, hook) = (ongoing.arn.clone(), hook.clone());
        let call = EcsCall::ContinueServiceDeployment { deployment, hook, rolls_back: false };
        Ok(self.service_step(call, format!("waits at {stage}"), "goes on"))
    }

    fn stop_tasks(&self, request: &OperationRequest) -> Result<Vec<Step>, Refusal> {
        let stoppable: Vec<&Instance> =
            self.service.instances.iter().filter(|task| can_be_stopped(task)).collect();
        if request.instances.is_none() && stoppable.len() > 1 {
            // All tasks at once would be an outage; a restart replaces them one after the other.
            let names: Vec<&str> = stoppable.iter().map(|task| task.name.as_str()).collect();
            let reason = format!("{} has {} tasks", self.group_and_name(), stoppable.len());
            return Err(Refusal::new(reason, format!("name one: {}", names.join(", "))));
        }
        let reason = request.reason.clone().unwrap_or_else(|| DEFAULT_STOP_REASON.into());
        let affected = stoppable.into_iter().filter(|task| request.includes(&task.id));
        let step = |task: &Instance| {
            let id = task.id.native_id(&self.service.source())?;
            let call = EcsCall::StopTask { task: id.into(), reason: reason.clone() };
            let (from, to) = (task.state.word(), InstanceState::Stopped.word());
            Some(task_step(self.service_step(call, from, to), task))
        };
        Ok(affected.filter_map(step).collect())
    }

    fn set_protection(&self, request: &OperationRequest, is_protected: bool) -> Vec<Step> {
        let is_affected = |task: &&Instance| {
            task.state == InstanceState::Running
                && request.includes(&task.id)
                && self.ecs.protected.contains(&task.id) != is_protected
        };
        let words = |protected: bool| if protected { "protected" } else { "not protected" };
        let step = |task: &Instance| {
            let id = task.id.native_id(&self.service.source())?;
            let call = EcsCall::SetTaskProtection { task: id.into(), is_protected };
            let mut step =
                task_step(self.service_step(call, words(!is_protected), words(is_protected)), task);
            let kind = if is_protected { OperationKind::Unprotect } else { OperationKind::Protect };
            step.undo = Some(StepUndo { kind, goal: None });
            Some(step)
        };
        self.service.instances.iter().filter(is_affected).filter_map(step).collect()
    }
}

/// Turns a step into one that affects a single task.
fn task_step(step: Step, task: &Instance) -> Step {
    Step { instance: Some(task.id.clone()), name: task.name.to_string(), ..step }
}

fn task_count(count: u32) -> String {
    format!("{count} {}", if count == 1 { "task" } else { "tasks" })
}

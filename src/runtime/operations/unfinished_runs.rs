//! Plans that are still running: the program waits for them before it exits.

use crate::{
    operation::{Plan, PlanRun},
    output,
};
use tokio::sync::oneshot::{self, Receiver, Sender, error::TryRecvError};

/// Running plans, each with the receiver of its result.
#[derive(Default)]
pub(super) struct UnfinishedRuns(Vec<(Plan, Receiver<PlanRun>)>);

impl UnfinishedRuns {
    /// Adds a plan. The returned sender takes the result of its run.
    pub(super) fn add(&mut self, plan: Plan) -> Sender<PlanRun> {
        self.remove_ended();
        let (sender, receiver) = oneshot::channel();
        self.0.push((plan, receiver));
        sender
    }

    fn remove_ended(&mut self) {
        self.0.retain_mut(|(_, ended)| ended.try_recv() == Err(TryRecvError::Empty));
    }

    /// Waits for all results and prints them. The caller has restored the terminal, so that ctrl-c ends the
    /// wait.
    pub(super) async fn finish(mut self) {
        self.remove_ended();
        for (plan, ended) in self.0 {
            output::print_stderr(format_args!("waiting for {}; ctrl-c does not wait", plan.request.title()));
            // A run that panicked has no result; the log has its panic.
            if let Ok(run) = ended.await {
                output::print_stderr(format_args!("{}: {}", plan.request.title(), run.summary(&plan)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UnfinishedRuns;
    use crate::{
        model::{ActionPermission, fixtures},
        operation::{
            OperationKind, OperationPlace, OperationReading, OperationRequest, Plan, PlanContext, PlanRun,
            TargetReading,
        },
        topology::infer,
    };
    use std::pin::pin;

    fn plan() -> Plan {
        let service = fixtures::service("web");
        let request = OperationRequest::new(OperationKind::Stop, [service.id.clone()]).unwrap();
        let topology = infer(&fixtures::inventory(vec![service.clone()]));
        let place = OperationPlace::of_local_engine();
        let targets = vec![TargetReading { service, facts: Vec::new(), ecs: None }];
        let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
        Plan::new(request, OperationReading { place, targets }, context).unwrap()
    }

    #[tokio::test]
    async fn the_end_waits_for_the_running_plans_only() {
        let mut runs = UnfinishedRuns::default();
        runs.add(plan()).send(PlanRun::default()).unwrap();
        let running = runs.add(plan());
        let mut finish = pin!(runs.finish());
        assert!(futures::poll!(finish.as_mut()).is_pending());
        running.send(PlanRun::default()).unwrap();
        finish.await;
    }
}

//! Helpers of the tests of actions: they plan, carry out, and watch until the verdict.

use portolan::{
    model::{ActionPermission, Inventory, Timestamp},
    operation::{
        ConfirmedPlan, OperationRequest, Plan, PlanContext, PlanRun, Refusal, Verdict, Watch, WatchState,
    },
    source::{Source, run_plan},
    topology::infer,
};
use std::{sync::Arc, time::Duration};

/// Plans a request from a fresh reading.
pub(crate) async fn try_plan(source: &dyn Source, request: OperationRequest) -> Result<Plan, Refusal> {
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(Arc::new(source.snapshot().await.unwrap()));
    let reading = source.operator().unwrap().read_targets(&request).await.unwrap();
    let topology = infer(&inventory);
    Plan::new(request, reading, PlanContext { topology: &topology, permission: ActionPermission::Ask })
}

/// Plans a request. Panics if it is refused.
pub(crate) async fn make_plan(source: &dyn Source, request: OperationRequest) -> Plan {
    try_plan(source, request).await.unwrap()
}

/// Makes the calls of a plan.
pub(crate) async fn carry_out(source: &dyn Source, plan: &Plan) -> PlanRun {
    let confirmed = ConfirmedPlan::by_flag(plan.clone(), None).unwrap();
    run_plan(source.operator().unwrap(), &confirmed, |_| {}).await
}

/// Carries out a plan and watches it until its verdict.
pub(crate) async fn act(source: &dyn Source, plan: Plan) -> Verdict {
    let run = carry_out(source, &plan).await;
    assert_eq!(run.stopped_by, None);
    assert_eq!(run.sent.len(), plan.steps.len());
    source.set_priority(plan.request.services());
    let (instances, mut watch) = (plan.instances(), Watch::new(plan, Timestamp::now()));
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        source.read_again(&instances);
        let snapshot = source.snapshot().await.unwrap();
        if let WatchState::Ended(verdict) = watch.assess(&snapshot, Timestamp::now()) {
            return verdict;
        }
    }
}

//! Interface by which Portolan acts on the services of a source, and the function that runs a confirmed plan.

use super::{
    Source,
    session::{ExternalShell, Forward, OpeningFailure, SessionFailure, Shell},
};
use crate::{
    model::{Failure, Text},
    operation::{
        ConfirmedPlan, ConfirmedSession, ConfirmedStep, ForwardRequest, OperationPlace, OperationReading,
        OperationRequest, PlanBasis, PlanRun, Refusal, RunStop, SentChange, ShellRequest,
    },
};
use futures::{FutureExt, future::BoxFuture};

/// Interface by which Portolan acts on the services of a source: it makes changes, and opens shells and port
/// forwards. A source has an operator only if the user permits actions.
pub trait Operator: Send + Sync {
    /// Returns the account, engine or context in which operations of the source happen.
    fn place(&self) -> BoxFuture<'_, Result<OperationPlace, Failure>>;

    /// Reads the services of `request` from the API again, without any cache.
    fn read_targets<'a>(
        &'a self,
        request: &'a OperationRequest,
    ) -> BoxFuture<'a, Result<OperationReading, Failure>>;

    /// Makes the API call of a confirmed change, once. Does not repeat a call whose outcome is unknown.
    fn send<'a>(&'a self, change: ConfirmedStep<'a>) -> BoxFuture<'a, Result<ChangeReceipt, Failure>>;

    /// Opens a shell, or starts a command, in the container that the user confirmed.
    fn open_shell<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ShellRequest>,
    ) -> BoxFuture<'a, Result<Shell, OpeningFailure>>;

    /// Opens the session of `confirmed` a second time, for another program that can decrypt it. Portolan
    /// calls this after the first session ended with [`SessionFailure::Encrypted`].
    fn open_external_shell<'a>(
        &'a self,
        _: &'a ConfirmedSession<ShellRequest>,
    ) -> BoxFuture<'a, Result<ExternalShell, OpeningFailure>> {
        async { Err(Failure::from(SessionFailure::Encrypted).into()) }.boxed()
    }

    /// Starts to forward connections from this machine to the port that the user confirmed.
    fn open_forward<'a>(
        &'a self,
        confirmed: &'a ConfirmedSession<ForwardRequest>,
    ) -> BoxFuture<'a, Result<Forward, OpeningFailure>>;
}

/// Response of AWS or an engine to a change: the id of the request, and whether anything changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeReceipt {
    /// Request id from AWS, which `CloudTrail` records too; `None` for an engine.
    pub request_id: Option<Text>,
    /// True if the service was already in the requested state, so that the call changed nothing.
    pub unchanged: bool,
}

/// Returns the account, engine or context in which operations of `source` happen. Returns `None` if the
/// source has no operator, or if reading the place fails.
pub async fn read_place(source: &dyn Source) -> Option<OperationPlace> {
    source.operator()?.place().await.ok()
}

/// Reads the services of a confirmed plan again, then makes its API calls one after the other. Makes no call
/// if the services can't be read, or have changed since the plan was made. Stops at the first failed call.
/// Before and after each call, even a failed one, passes all calls so far to `on_sent`.
pub async fn run_plan(
    operator: &dyn Operator,
    confirmed: &ConfirmedPlan,
    mut on_sent: impl FnMut(&[SentChange]),
) -> PlanRun {
    let mut run = PlanRun::default();
    let plan = confirmed.plan();
    match operator.read_targets(&plan.request).await {
        Err(failure) => run.stopped_by = Some(RunStop::Failed(failure)),
        Ok(reading) => {
            let moved = plan.basis.differences(&PlanBasis::new(&plan.request, &reading));
            if !moved.is_empty() {
                let reason = format!("changed since the plan was made: {}", moved.join(", "));
                let remedy = "look at the new plan and confirm it";
                run.stopped_by = Some(RunStop::Refused(Refusal::new(reason, remedy)));
            }
        }
    }
    if run.stopped_by.is_some() {
        return run;
    }
    for change in confirmed.changes() {
        let call = Text::new(&change.step().change.api_call());
        run.sent.push(SentChange::without_response(call.clone()));
        on_sent(&run.sent);
        let (receipt, failure) = match operator.send(change).await {
            Ok(receipt) => (receipt, None),
            Err(failure) => (ChangeReceipt::default(), Some(failure)),
        };
        let ChangeReceipt { request_id, unchanged } = receipt;
        let why = failure.as_ref().map(|failure| failure.message.clone());
        run.sent.pop();
        run.sent.push(SentChange { call, request_id, failure: why, unchanged });
        on_sent(&run.sent);
        if let Some(failure) = failure {
            run.stopped_by = Some(RunStop::Failed(failure));
            return run;
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::{
        ChangeReceipt, ConfirmedPlan, ConfirmedSession, ConfirmedStep, Forward, ForwardRequest,
        OpeningFailure, Operator, Shell, ShellRequest, run_plan,
    };
    use crate::{
        model::{ActionPermission, Failure, FailureKind, InstanceState, Service, fixtures},
        operation::{
            OperationKind, OperationPlace, OperationReading, OperationRequest, Plan, PlanContext, RunStop,
            SentChange, TargetReading,
        },
        topology::infer,
    };
    use futures::{FutureExt, future::BoxFuture};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Fake engine with `services`, whose second call fails.
    struct FakeEngine {
        services: Vec<Service>,
        calls: AtomicUsize,
    }

    impl FakeEngine {
        fn new(services: Vec<Service>) -> Self {
            Self { services, calls: AtomicUsize::new(0) }
        }

        fn reading(&self) -> OperationReading {
            let target =
                |service: &Service| TargetReading { service: service.clone(), facts: Vec::new(), ecs: None };
            let place = OperationPlace::of_local_engine();
            OperationReading { place, targets: self.services.iter().map(target).collect() }
        }

        fn confirmed_plan(&self) -> ConfirmedPlan {
            let ids = self.services.iter().map(|service| service.id.clone());
            let request = OperationRequest::new(OperationKind::Stop, ids).unwrap();
            let topology = infer(&fixtures::inventory(self.services.clone()));
            let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
            ConfirmedPlan::by_flag(Plan::new(request, self.reading(), context).unwrap(), None).unwrap()
        }
    }

    impl Operator for FakeEngine {
        fn place(&self) -> BoxFuture<'_, Result<OperationPlace, Failure>> {
            async { Ok(self.reading().place) }.boxed()
        }

        fn read_targets<'a>(
            &'a self,
            _: &'a OperationRequest,
        ) -> BoxFuture<'a, Result<OperationReading, Failure>> {
            async { Ok(self.reading()) }.boxed()
        }

        fn send<'a>(&'a self, _: ConfirmedStep<'a>) -> BoxFuture<'a, Result<ChangeReceipt, Failure>> {
            let number = self.calls.fetch_add(1, Ordering::Relaxed);
            let failure = || Failure::new(FailureKind::Unreachable, "gone", "start it");
            async move { if number == 1 { Err(failure()) } else { Ok(ChangeReceipt::default()) } }.boxed()
        }

        fn open_shell<'a>(
            &'a self,
            _: &'a ConfirmedSession<ShellRequest>,
        ) -> BoxFuture<'a, Result<Shell, OpeningFailure>> {
            async { Err(Failure::new(FailureKind::Missing, "no shell", "").into()) }.boxed()
        }

        fn open_forward<'a>(
            &'a self,
            _: &'a ConfirmedSession<ForwardRequest>,
        ) -> BoxFuture<'a, Result<Forward, OpeningFailure>> {
            async { Err(Failure::new(FailureKind::Missing, "no port", "").into()) }.boxed()
        }
    }

    #[tokio::test]
    async fn each_call_is_reported_also_the_failed_one_and_none_follows_it() {
        let engine = FakeEngine::new(["a", "b", "c"].map(fixtures::service).to_vec());
        let mut reported = Vec::new();
        let on_sent = |sent: &[SentChange]| {
            reported.push((engine.calls.load(Ordering::Relaxed), sent.to_vec()));
        };
        let run = run_plan(&engine, &engine.confirmed_plan(), on_sent).await;
        assert!(matches!(run.stopped_by, Some(RunStop::Failed(_))), "{run:?}");
        let lengths: Vec<_> = reported.iter().map(|(calls, sent)| (*calls, sent.len())).collect();
        assert_eq!(lengths, [(0, 1), (1, 1), (1, 2), (2, 2)], "each before and after its call");
        assert!(reported[0].1[0].failure.is_some(), "a call without a response is no success");
        assert_eq!(reported.last().map(|(_, sent)| sent), Some(&run.sent));
        assert_eq!(run.sent[1].failure.as_deref(), Some("gone"));
        assert_eq!(engine.calls.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_change_since_the_plan_leads_to_no_call() {
        let confirmed = FakeEngine::new(vec![fixtures::service("a")]).confirmed_plan();
        let mut meddled = fixtures::service("a");
        meddled.instances[0].state = InstanceState::Paused;
        let engine = FakeEngine::new(vec![meddled]);
        let run = run_plan(&engine, &confirmed, |_| panic!("a call was made")).await;
        assert!(matches!(run.stopped_by, Some(RunStop::Refused(_))), "{run:?}");
        assert_eq!(engine.calls.load(Ordering::Relaxed), 0);
    }
}

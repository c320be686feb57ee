//! Operations of this run, from the user's confirmation to the verdict.

use super::World;
use crate::{
    model::{ActionPermission, Health, InstanceId, ServiceId, SourceId, Timestamp},
    operation::{OperationRequest, Plan, PlanRun, RunStop, SentChange, Undo, Verdict, Watch, WatchState},
};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of ended operations that are kept to show and undo them.
const MAX_ENDED_OPERATIONS: usize = 20;

/// Operation, such as a restart, that the user confirmed, with its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackedOperation {
    /// Number of the operation, counted from one in this run of the program.
    pub number: u64,
    /// Plan that the user confirmed.
    pub plan: Plan,
    /// Progress of the operation.
    pub phase: OperationPhase,
    /// Time at which Portolan began to make the calls.
    pub begun: Timestamp,
    /// Calls that Portolan has made, in order.
    pub sent: Vec<SentChange>,
}

/// Phase of an operation: making the calls, watching the services, or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationPhase {
    /// Portolan is making the calls, and has made this many so far.
    Sending(usize),
    /// Portolan has made all calls and watches the services. The text describes the progress.
    Watching(Box<Watch>, String),
    /// The operation has ended with this verdict at this time.
    Ended(Verdict, Timestamp),
}

/// All operations of this run, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    tracked: Vec<TrackedOperation>,
    count: u64,
    /// Verdicts that `take_verdicts` has not returned yet, by number of the operation.
    new_verdicts: Vec<(u64, Verdict)>,
}

impl Operations {
    /// Returns the newest operation, or `None` if there is none.
    #[must_use]
    pub fn newest(&self) -> Option<&TrackedOperation> {
        self.tracked.last()
    }

    /// Returns the operations on `service`, the newest first.
    pub fn on_service<'a>(&'a self, service: &'a ServiceId) -> impl Iterator<Item = &'a TrackedOperation> {
        let affects =
            move |one: &&TrackedOperation| one.plan.steps.iter().any(|step| step.service == *service);
        self.tracked.iter().rev().filter(affects)
    }

    /// Returns the request that undoes the newest operation. Returns `None` if that operation has not ended,
    /// has changed nothing, or can't be undone.
    #[must_use]
    pub fn undo(&self) -> Option<Undo> {
        let is_over = |one: &&TrackedOperation| matches!(one.phase, OperationPhase::Ended(..));
        self.newest().filter(is_over).and_then(|newest| newest.plan.undo_of_sent(&newest.sent))
    }

    /// Returns the services of operations that have not ended, which their sources should poll often.
    #[must_use]
    pub fn watched_services(&self) -> BTreeSet<ServiceId> {
        let open = self.tracked.iter().filter(|one| !matches!(one.phase, OperationPhase::Ended(..)));
        open.flat_map(|one| one.plan.steps.iter().map(|step| step.service.clone())).collect()
    }

    /// Returns the instances that operations act on that have not ended, by source.
    #[must_use]
    pub fn watched_instances(&self) -> BTreeMap<SourceId, BTreeSet<InstanceId>> {
        let open = self.tracked.iter().filter(|one| !matches!(one.phase, OperationPhase::Ended(..)));
        let mut instances: BTreeMap<SourceId, BTreeSet<InstanceId>> = BTreeMap::new();
        for one in open {
            instances.entry(one.plan.request.source()).or_default().extend(one.plan.instances());
        }
        instances
    }

    /// Returns the request of the operation with this number. Returns `None` if the operation is forgotten.
    #[must_use]
    pub fn request(&self, number: u64) -> Option<&OperationRequest> {
        self.tracked.iter().find(|one| one.number == number).map(|one| &one.plan.request)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut TrackedOperation> {
        self.tracked.iter_mut().find(|one| one.number == number)
    }
}

impl World {
    /// Returns true if the user permits actions on any source.
    #[must_use]
    pub fn allows_actions(&self) -> bool {
        self.sources.iter().any(|status| status.permission.allows_actions())
    }

    /// Returns the permission for actions on a source, as the user has configured it.
    #[must_use]
    pub fn permission(&self, source: &SourceId) -> ActionPermission {
        let status = self.sources.iter().find(|status| status.id == *source);
        status.map(|status| status.permission).unwrap_or_default()
    }

    /// Sets the account and region of a source that allows actions.
    pub fn set_account_and_region(&mut self, source: &SourceId, account_and_region: &str) {
        if let Some(status) = self.sources.iter_mut().find(|status| status.id == *source) {
            status.account_and_region = Some(account_and_region.into());
        }
    }

    /// Records that the operation of a confirmed `plan` starts, and returns the operation's number.
    pub fn start_operation(&mut self, plan: Plan) -> u64 {
        let operations = &mut self.operations;
        operations.count += 1;
        let number = operations.count;
        let ended = |one: &TrackedOperation| matches!(one.phase, OperationPhase::Ended(..));
        if operations.tracked.len() >= MAX_ENDED_OPERATIONS
            && let Some(oldest) = operations.tracked.iter().position(ended)
        {
            operations.tracked.remove(oldest);
        }
        let text = format!("your action: {}", plan.title());
        self.record_action(&plan, &text, None);
        let phase = OperationPhase::Sending(0);
        self.operations.tracked.push(TrackedOperation {
            number,
            plan,
            phase,
            begun: self.now,
            sent: Vec::new(),
        });
        number
    }

    /// Records how many calls an operation has made so far.
    pub fn record_sent_steps(&mut self, number: u64, sent: usize) {
        if let Some(operation) = self.operations.get_mut(number)
            && matches!(operation.phase, OperationPhase::Sending(_))
        {
            operation.phase = OperationPhase::Sending(sent);
        }
    }

    /// Records the end of the calls. Begins to watch the services, or ends the operation with the reason of
    /// the failure.
    pub fn end_run(&mut self, number: u64, run: PlanRun) {
        let now = self.now;
        let Some(operation) = self.operations.get_mut(number) else { return };
        operation.sent.clone_from(&run.sent);
        let text = match run.stopped_by {
            None => {
                let watch = Watch::new(operation.plan.clone(), now).begun_at(operation.begun);
                let words = operation.plan.request.kind.spec().progress_verb.to_owned();
                operation.phase = OperationPhase::Watching(Box::new(watch), words);
                return;
            }
            Some(RunStop::Refused(refusal)) => format!("refused: {}; nothing was done", refusal.reason),
            Some(RunStop::Failed(failure)) => {
                let done = run.sent.iter().filter(|sent| sent.failure.is_none()).count();
                let of = operation.plan.steps.len();
                format!("failed after {done} of {of} calls: {} ({})", failure.message, failure.remedy)
            }
        };
        self.end_operation(number, Verdict { is_as_planned: false, text });
    }

    /// Updates each operation whose calls are made and whose result is awaited: compares the services with
    /// the plan, and ends the operation if its result is known.
    pub(super) fn update_operations(&mut self) {
        let mut ended = Vec::new();
        for operation in &mut self.operations.tracked {
            let OperationPhase::Watching(watch, progress) = &mut operation.phase else { continue };
            let Some(snapshot) = self.inventory.snapshot(&operation.plan.request.source()) else { continue };
            match watch.assess(snapshot, self.now) {
                WatchState::Waiting(words) => *progress = words,
                WatchState::Ended(verdict) => ended.push((operation.number, verdict)),
            }
        }
        for (number, verdict) in ended {
            self.end_operation(number, verdict);
        }
    }

    fn end_operation(&mut self, number: u64, verdict: Verdict) {
        let now = self.now;
        let Some(operation) = self.operations.get_mut(number) else { return };
        operation.phase = OperationPhase::Ended(verdict.clone(), now);
        let plan = operation.plan.clone();
        let health = if verdict.is_as_planned { Health::Healthy } else { Health::Failing };
        self.record_action(&plan, &format!("your action: {}", verdict.text), Some(health));
        self.operations.new_verdicts.push((number, verdict));
    }

    /// Returns the verdicts since the last call, each with the number of its operation.
    pub fn take_verdicts(&mut self) -> Vec<(u64, Verdict)> {
        std::mem::take(&mut self.operations.new_verdicts)
    }

    fn record_action(&mut self, plan: &Plan, text: &str, health: Option<Health>) {
        let services: BTreeSet<&ServiceId> = plan.steps.iter().map(|step| &step.service).collect();
        for service in services {
            self.history.record_action(service, text.to_owned(), health, self.now);
        }
    }
}

//! Menu: the operations that are possible on the selected, the marked and the neighbouring services now.

use super::{OPERATION_TABLE, OperationGoal, OperationKind, OperationRequest, has_work};
use crate::model::{Instance, InstanceState, Service};

/// Entry of the menu of actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// Key that chooses the entry.
    pub key: char,
    /// Entry in words, such as `restart orders`.
    pub label: String,
    /// Description of the operation.
    pub description: &'static str,
    /// Request of the operation.
    pub request: OperationRequest,
}

/// Services to offer operations on. All of them allow actions.
#[derive(Clone, Debug, Default)]
pub struct MenuScope<'a> {
    /// The selected service.
    pub selected: Option<&'a Service>,
    /// The marked services.
    pub marked: Vec<&'a Service>,
    /// All services in the group of the selected one.
    pub group: Vec<&'a Service>,
}

/// Kinds of operations that make sense on several services at once.
const KINDS_FOR_SEVERAL: [OperationKind; 3] =
    [OperationKind::Restart, OperationKind::Stop, OperationKind::Start];

/// Returns the entries of the menu. Offers only operations that have something to do.
#[must_use]
pub fn menu_entries(scope: &MenuScope<'_>) -> Vec<MenuEntry> {
    let mut entries = Vec::new();
    entries.extend(scope.selected.into_iter().flat_map(service_entries));
    if scope.marked.len() > 1 {
        let marked = |kind: OperationKind| {
            let label = format!("{} the {} marked services", kind.spec().id, scope.marked.len());
            entry(kind, kind.spec().menu_key.to_ascii_uppercase(), label, &scope.marked)
        };
        entries.extend(KINDS_FOR_SEVERAL.into_iter().filter_map(marked));
    }
    if let (true, Some(group)) = (scope.group.len() > 1, scope.selected.and_then(|one| one.group.as_ref())) {
        let label = format!("restart all {} services of {group}, callers last", scope.group.len());
        entries.extend(entry(OperationKind::Restart, 'a', label, &scope.group));
    }
    entries
}

/// Returns the entries for one service.
fn service_entries(service: &Service) -> Vec<MenuEntry> {
    let mut entries = Vec::new();
    for spec in OPERATION_TABLE {
        match spec.kind {
            OperationKind::Scale => entries.extend(scale_entries(service)),
            OperationKind::StopTask => entries.extend(stop_task_entries(service)),
            kind => {
                entries.extend(entry(
                    kind,
                    spec.menu_key,
                    format!("{} {}", spec.id, service.name),
                    &[service],
                ));
            }
        }
    }
    entries
}

/// Returns the entries that add or remove one task. Each names the count that it leads to.
fn scale_entries(service: &Service) -> Vec<MenuEntry> {
    let Some(desired) = service.desired else { return Vec::new() };
    let counts = [('+', desired.checked_add(1)), ('-', desired.checked_sub(1))];
    let scale = |(key, count): (char, Option<u32>)| {
        let label = format!("scale {} to {}", service.name, count?);
        let mut entry = entry(OperationKind::Scale, key, label, &[service])?;
        entry.request = entry.request.with_goal(count.map(OperationGoal::Count));
        Some(entry)
    };
    counts.into_iter().filter_map(scale).collect()
}

/// Maximum number of tasks that the menu offers to stop, one for each digit.
const MAX_TASK_ENTRIES: usize = 9;

/// Returns the entries that stop one task each.
fn stop_task_entries(service: &Service) -> Vec<MenuEntry> {
    let running = service.instances.iter().filter(|task| task.state == InstanceState::Running);
    let stop = |(digit, task): (char, &Instance)| {
        let label = format!("stop task {}", task.name);
        let mut entry = entry(OperationKind::StopTask, digit, label, &[service])?;
        entry.request = entry.request.with_instances([task.id.clone()]);
        Some(entry)
    };
    ('1'..='9').zip(running.take(MAX_TASK_ENTRIES)).filter_map(stop).collect()
}

fn entry(kind: OperationKind, key: char, label: String, services: &[&Service]) -> Option<MenuEntry> {
    if !services.iter().any(|service| has_work(kind, service)) {
        return None;
    }
    let request = OperationRequest::new(kind, services.iter().map(|service| service.id.clone())).ok()?;
    Some(MenuEntry { key, label, description: kind.spec().description, request })
}

//! Menu of actions: operations that are possible now on the selected service, its group and the marked
//! services, and shells and forwarded ports of the selected service.

use super::{
    ForwardRequest, OPERATION_TABLE, OpenForward, OperationGoal, OperationKind, OperationRequest,
    SessionTarget, has_work, port_targets, session_targets,
};
use crate::model::{Instance, InstanceState, Service};
use std::iter;

/// Entry of the menu of actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// Key that chooses the entry.
    pub key: char,
    /// Text of the entry, such as `restart orders`.
    pub label: String,
    /// Description of the action; empty in the menu of containers.
    pub description: &'static str,
    /// The operation, or the shell.
    pub choice: MenuChoice,
}

/// Action that an entry of the menu begins: an operation, a session in a container, or the end of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuChoice {
    /// An operation.
    Operation(OperationRequest),
    /// A shell in one of these containers. If there are several, a second menu asks the user to choose.
    Shell(Vec<SessionTarget>),
    /// A forwarded port.
    Forward(ForwardRequest),
    /// The end of the forwarded port with this number.
    EndForward(u64),
}

impl MenuChoice {
    /// Returns the kind of the operation; `None` for a session.
    #[must_use]
    pub fn kind(&self) -> Option<OperationKind> {
        match self {
            Self::Operation(request) => Some(request.kind),
            Self::Shell(_) | Self::Forward(_) | Self::EndForward(_) => None,
        }
    }
}

/// Value of [`MenuEntry::key`] for an entry that the user can't choose by a key.
pub const NO_KEY: char = ' ';
/// Key of the entry that opens a shell.
const SHELL_KEY: char = '!';
/// Key of the entry that forwards the first port of a service.
const FORWARD_KEY: char = 'f';
/// Key of the entry that ends the oldest forward of a service.
const END_FORWARD_KEY: char = 'd';
/// Maximum number of ports that the menu offers to forward. Further ones are forwarded by the palette.
const MAX_PORT_ENTRIES: usize = 4;
/// Keys of the containers in the menu that asks where to open a shell. Further containers have no key.
const CONTAINER_KEYS: &str = "123456789abcdefghilmnoprstuvwxyz";

/// Services for which the menu offers operations. The user has permitted actions on all their sources.
#[derive(Clone, Debug, Default)]
pub struct MenuScope<'a> {
    /// The selected service.
    pub selected: Option<&'a Service>,
    /// The marked services.
    pub marked: Vec<&'a Service>,
    /// All services in the group of the selected one.
    pub group: Vec<&'a Service>,
    /// The ports that Portolan forwards to containers of the selected service, or of services that are gone.
    pub forwards: Vec<&'a OpenForward>,
}

/// Kinds of operations that make sense on several services at once.
const KINDS_FOR_SEVERAL: [OperationKind; 3] =
    [OperationKind::Restart, OperationKind::Stop, OperationKind::Start];

/// Returns the entries of the menu of actions. Offers only operations that would have an effect, as far as
/// the last snapshot shows.
#[must_use]
pub fn menu_entries(scope: &MenuScope<'_>) -> Vec<MenuEntry> {
    let mut entries = Vec::new();
    entries.extend(scope.selected.into_iter().flat_map(service_entries));
    entries.extend(scope.selected.and_then(shell_entry));
    entries.extend(scope.selected.into_iter().flat_map(forward_entries));
    let end_keys = iter::once(END_FORWARD_KEY).chain(iter::repeat(NO_KEY));
    entries.extend(end_keys.zip(&scope.forwards).map(end_forward_entry));
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
        entry_with(OperationKind::Scale, key, label, &[service], |request| {
            request.with_goal(count.map(OperationGoal::Count))
        })
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
        entry_with(OperationKind::StopTask, digit, label, &[service], |request| {
            request.with_instances([task.id.clone()])
        })
    };
    ('1'..='9').zip(running.take(MAX_TASK_ENTRIES)).filter_map(stop).collect()
}

/// Returns the entry that opens a shell in a service; `None` if no container runs.
fn shell_entry(service: &Service) -> Option<MenuEntry> {
    let targets = session_targets(service, service.id.parts().group_and_name);
    let label = format!("open a shell in {}", service.name);
    let description = "run /bin/sh in a running container";
    if targets.is_empty() {
        return None;
    }
    Some(MenuEntry { key: SHELL_KEY, label, description, choice: MenuChoice::Shell(targets) })
}

/// Returns the entries that forward a port of a service each. The local port is any free one.
fn forward_entries(service: &Service) -> Vec<MenuEntry> {
    let ports = port_targets(service, service.id.parts().group_and_name).into_iter();
    let keys = iter::once(FORWARD_KEY).chain(iter::repeat(NO_KEY));
    let entry = |(key, (port, target)): (char, (u16, SessionTarget))| MenuEntry {
        key,
        label: format!("forward port {port} of {}", service.name),
        description: "connect a port of this machine, on 127.0.0.1 only, with it",
        choice: MenuChoice::Forward(ForwardRequest { target, local_port: 0, host: None, port }),
    };
    keys.zip(ports.take(MAX_PORT_ENTRIES)).map(entry).collect()
}

/// Returns the entry that ends a forward.
fn end_forward_entry((key, forward): (char, &&OpenForward)) -> MenuEntry {
    let request = &forward.request;
    MenuEntry {
        key,
        label: format!("end forward of port {} to {}", request.local_port, request.destination_and_service()),
        description: "close the port and its connections",
        choice: MenuChoice::EndForward(forward.number),
    }
}

/// Returns the entries of the menu that asks in which container to open a shell. `name_of` returns the name
/// of the instance that a target belongs to.
#[must_use]
pub fn container_entries(
    targets: Vec<SessionTarget>,
    name_of: impl Fn(&SessionTarget) -> String,
) -> Vec<MenuEntry> {
    let keys = CONTAINER_KEYS.chars().chain(iter::repeat(NO_KEY));
    let entry = |(key, target): (char, SessionTarget)| MenuEntry {
        key,
        label: format!("{} in {}", target.container, name_of(&target)),
        description: "",
        choice: MenuChoice::Shell(vec![target]),
    };
    keys.zip(targets).map(entry).collect()
}

fn entry(kind: OperationKind, key: char, label: String, services: &[&Service]) -> Option<MenuEntry> {
    entry_with(kind, key, label, services, |request| request)
}

/// Returns an entry of the menu. `complete` adds details to the entry's request, such as the number of tasks.
/// Returns `None` if the operation would have no effect on any of `services`.
fn entry_with(
    kind: OperationKind,
    key: char,
    label: String,
    services: &[&Service],
    complete: impl FnOnce(OperationRequest) -> OperationRequest,
) -> Option<MenuEntry> {
    if !services.iter().any(|service| has_work(kind, service)) {
        return None;
    }
    let request = OperationRequest::new(kind, services.iter().map(|service| service.id.clone())).ok()?;
    let choice = MenuChoice::Operation(complete(request));
    Some(MenuEntry { key, label, description: kind.spec().description, choice })
}

//! Services to which an action applies: the selected, marked or named ones whose sources allow actions.

use crate::{
    model::{Instance, NodeId, Service, ServiceKind},
    operation::{
        MenuScope, OpenForward, OperationGoal, OperationKind, OperationRequest, Refusal, SessionTarget,
    },
    store::Store,
};

/// Returns the services on which the menu offers operations.
pub(super) fn menu_scope(store: &Store) -> MenuScope<'_> {
    let selected = store.selected_service().filter(|service| allows_actions(store, service));
    let is_in_group = |service: &&Service| {
        selected.is_some_and(|one| {
            one.kind == ServiceKind::Compose && service.source() == one.source() && service.group == one.group
        })
    };
    // A forward to a service that is gone can be ended wherever the user is.
    let can_end = |forward: &&OpenForward| {
        let of = &forward.request.target.service;
        let is_gone = || store.world.inventory.services().all(|service| service.id != *of);
        selected.is_some_and(|service| service.id == *of) || is_gone()
    };
    MenuScope {
        selected,
        marked: store.session.marks.iter().filter_map(|node| service_of(store, node)).collect(),
        group: store.world.inventory.services().filter(is_in_group).collect(),
        forwards: store.world.forwards.iter().filter(can_end).collect(),
    }
}

/// Returns the service of a node, or `None` if the node is no service or its source allows no actions.
fn service_of<'a>(store: &'a Store, node: &NodeId) -> Option<&'a Service> {
    let node = store.world.topology().nodes.get(node)?;
    store.world.service_of(node).filter(|service| allows_actions(store, service))
}

/// Returns true if the user permits actions for the source of `service`.
fn allows_actions(store: &Store, service: &Service) -> bool {
    store.world.permission(&service.source()).allows_actions()
}

/// Returns the name of the instance in which a session runs.
pub(super) fn instance_name(store: &Store, target: &SessionTarget) -> String {
    let service = store.world.inventory.services().find(|service| service.id == target.service);
    let instances = service.into_iter().flat_map(|service| &service.instances);
    let found = instances.into_iter().find(|instance| instance.id == target.instance);
    found.map_or_else(|| target.instance.to_string(), |instance| instance.name.to_string())
}

/// Returns the reason why the menu of actions is empty.
pub(super) fn no_entries_reason(store: &Store) -> String {
    match store.selected_service() {
        None => "select a service first: actions are for services".to_owned(),
        Some(service) if !allows_actions(store, service) => {
            format!("actions are off for {}", service.source())
        }
        Some(service) => format!("there is no action for {} in its state", service.name),
    }
}

/// Returns the request for an operation on the services or instances in `names`, or the reason why that
/// operation is impossible.
pub(super) fn typed_request(
    kind: OperationKind,
    names: &[&str],
    store: &Store,
) -> Result<OperationRequest, Refusal> {
    let (names, goal) = split_goal(kind, names)?;
    let (mut services, mut instances) = (Vec::new(), Vec::new());
    for name in names {
        match find(name, store)? {
            (service, Some(instance)) => {
                services.push(service.id.clone());
                instances.push(instance.id.clone());
            }
            (service, None) => {
                services.push(service.id.clone());
                instances.extend(service.instances.iter().map(|instance| instance.id.clone()));
            }
        }
    }
    let request = OperationRequest::new(kind, services)?.with_goal(goal);
    let source = request.source();
    let named = store.world.inventory.services().filter(|service| request.services().contains(&service.id));
    let whole = named.flat_map(|service| &service.instances).all(|instance| instances.contains(&instance.id));
    if !store.world.permission(&source).allows_actions() {
        return Err(Refusal::actions_off(source.as_str()));
    }
    Ok(if whole { request } else { request.with_instances(instances) })
}

/// Splits the desired count off the end of `words` if the operation is `Scale`. All words of other operations
/// are names.
fn split_goal<'a>(
    kind: OperationKind,
    words: &'a [&'a str],
) -> Result<(&'a [&'a str], Option<OperationGoal>), Refusal> {
    let usage = || Refusal::new("no count is given", "type the count last, such as :scale orders 3");
    match (kind, words) {
        (OperationKind::Scale, [names @ .., count]) if !names.is_empty() => {
            let count = count.parse().map_err(|_| {
                let is_number = count.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                let why = format!("{count} is no possible count of tasks");
                if is_number { Refusal::new(why, "type a smaller or positive number") } else { usage() }
            })?;
            Ok((names, Some(OperationGoal::Count(count))))
        }
        (OperationKind::Scale, _) => Err(usage()),
        _ => Ok((words, None)),
    }
}

/// Returns the service called `name`, or the instance called `name` with its service.
pub(super) fn find<'a>(name: &str, store: &'a Store) -> Result<(&'a Service, Option<&'a Instance>), Refusal> {
    let topology = store.world.topology();
    let nodes = topology.nodes_named(name);
    let services: Vec<&Service> = nodes.iter().filter_map(|node| store.world.service_of(node)).collect();
    match services[..] {
        [only] => return Ok((only, None)),
        [] => {}
        [..] => {
            let nodes = nodes.iter().filter(|node| store.world.service_of(node).is_some());
            let names: Vec<String> = nodes.map(|node| topology.unique_name(node)).collect();
            return Err(Refusal::new(
                format!("`{name}` is ambiguous"),
                format!("say {}", names.join(" or ")),
            ));
        }
    }
    let instances = store.world.inventory.services().flat_map(|service| {
        service.instances.iter().filter(|one| one.name == name).map(move |one| (service, Some(one)))
    });
    let found: Vec<_> = instances.collect();
    match found[..] {
        [only] => Ok(only),
        _ => Err(Refusal::new(format!("`{name}` is no service or instance"), "name one that the list shows")),
    }
}

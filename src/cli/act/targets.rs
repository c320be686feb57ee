//! Services and instances that the command line names.

use crate::{
    cli::{args::ActArgs, why},
    model::{Failure, FailureKind, Instance, Service},
    operation::{OperationRequest, Refusal},
    store::World,
};

/// Returns the request for the named services, instances or group.
pub(super) fn request(world: &World, args: &ActArgs) -> Result<Result<OperationRequest, Refusal>, Failure> {
    let (mut services, mut instances) = (Vec::new(), Vec::new());
    let mut has_instance = false;
    for name in &args.targets {
        let found = find(world, name)?;
        has_instance |= found.iter().any(|(_, instance)| instance.is_some());
        for (service, instance) in found {
            services.push(service.id.clone());
            match instance {
                Some(instance) => instances.push(instance.id.clone()),
                None => instances.extend(service.instances.iter().map(|instance| instance.id.clone())),
            }
        }
    }
    let request = OperationRequest::new(args.operation, services);
    let reason = args.reason.as_deref().map(Into::into);
    Ok(request.map(|request| {
        let request = request.with_reason(reason);
        if has_instance { request.with_instances(instances) } else { request }
    }))
}

/// Returns the services that `name` means: a service, the services of a group, or an instance with its service.
fn find<'a>(world: &'a World, name: &str) -> Result<Vec<(&'a Service, Option<&'a Instance>)>, Failure> {
    let services = || world.inventory.services();
    if world.topology().nodes_named(name).is_empty() {
        let group: Vec<_> = services().filter(|service| service.group.as_deref() == Some(name)).collect();
        if !group.is_empty() {
            return Ok(group.into_iter().map(|service| (service, None)).collect());
        }
        let named = |instance: &&Instance| instance.name == name || instance.id.as_str() == name;
        let instance = services().find_map(|service| Some((service, service.instances.iter().find(named)?)));
        if let Some((service, instance)) = instance {
            return Ok(vec![(service, Some(instance))]);
        }
    }
    let node = why::find_node(world, name)?;
    let Some(service) = world.service_of(node) else {
        let what = format!("{} is not a service", node.label());
        return Err(Failure::new(
            FailureKind::Invalid,
            what,
            "name a service, a compose project or an instance",
        ));
    };
    Ok(vec![(service, None)])
}

//! Resolves the services and instances that the command line names.

use crate::{
    cli::{Error, args::ActArgs, why},
    model::{Failure, FailureKind, Instance, Service},
    operation::{OperationGoal, OperationKind, OperationRequest, Refusal},
    store::World,
};

/// Returns the request for the services, instances and groups that `args` names.
pub(super) fn request(world: &World, args: &ActArgs) -> Result<Result<OperationRequest, Refusal>, Error> {
    if args.count.is_some() && args.operation != OperationKind::Scale {
        let refusal =
            Refusal::new(format!("{} takes no count", args.operation.spec().id), "leave --count out");
        return Ok(Err(refusal));
    }
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
        let request = request.with_reason(reason).with_goal(args.count.map(OperationGoal::Count));
        if has_instance { request.with_instances(instances) } else { request }
    }))
}

/// Target of an action: a service with one of its instances, or with `None` for all its instances.
type Target<'a> = (&'a Service, Option<&'a Instance>);

/// Returns the failure for a name that several instances have, such as containers on several engines.
fn ambiguous_instance(name: &str, found: &[Target<'_>]) -> Failure {
    let what = format!("`{name}` is ambiguous: {} instances have this name", found.len());
    let ids: Vec<&str> =
        found.iter().filter_map(|(_, instance)| Some(instance.as_ref()?.id.as_str())).collect();
    Failure::new(FailureKind::Invalid, what, format!("use one of: {}", ids.join(", ")))
}

/// Returns the targets that `name` refers to: a service, the services of a group, or an instance with its
/// service.
fn find<'a>(world: &'a World, name: &str) -> Result<Vec<Target<'a>>, Error> {
    let services = || world.inventory.services();
    if world.topology().nodes_named(name).is_empty() {
        let group: Vec<_> = services().filter(|service| service.group.as_deref() == Some(name)).collect();
        if !group.is_empty() {
            return Ok(group.into_iter().map(|service| (service, None)).collect());
        }
        let matching = |is_meant: &dyn Fn(&Service, &Instance) -> bool| -> Vec<Target<'a>> {
            let of_service = |service: &'a Service| {
                let meant = service.instances.iter().filter(|instance| is_meant(service, instance));
                meant.map(|instance| (service, Some(instance))).collect::<Vec<_>>()
            };
            services().flat_map(of_service).collect()
        };
        let mut found =
            matching(&|service, instance| instance.name == name || has_id(service, instance, name));
        if found.is_empty() && is_id_prefix(name) {
            found = matching(&|service, instance| native_id(service, instance).starts_with(name));
        }
        match found[..] {
            [] => {}
            [only] => return Ok(vec![only]),
            [..] => return Err(ambiguous_instance(name, &found).into()),
        }
    }
    let remedy = "name a service, a compose project or an instance";
    let (_, service) = why::find_service(world, name, remedy)?;
    Ok(vec![(service, None)])
}

/// Minimum length of the start of an id that stands for the whole id.
const MIN_ID_PREFIX: usize = 6;

/// Returns true if `name` may be the start of a container id or task id. Docker prints the first 12 digits.
fn is_id_prefix(name: &str) -> bool {
    name.len() >= MIN_ID_PREFIX && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns the container id or task id of an instance.
fn native_id<'a>(service: &Service, instance: &'a Instance) -> &'a str {
    instance.id.native_id(&service.source()).unwrap_or_default()
}

/// Returns true if `name` is the instance's id in Portolan, its container id or task id, or the ARN of the task.
fn has_id(service: &Service, instance: &Instance, name: &str) -> bool {
    let task = name.starts_with("arn:").then(|| name.rsplit('/').next()).flatten();
    instance.id.as_str() == name || native_id(service, instance) == task.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::find;
    use crate::{
        model::{InstanceId, Inventory, Service, ServiceId, SourceId, SourceStatus, fixtures},
        store::Store,
    };

    #[test]
    fn an_instance_name_of_several_engines_is_refused() {
        let on_engine = |engine: &str| {
            let mut service =
                Service { id: ServiceId::new(format!("{engine}/shop/web")), ..fixtures::service("web") };
            service.instances[0].name = "shop-web-1".into();
            service.instances[0].id = InstanceId::new(format!("{engine}/4f2ac01d77aa"));
            service
        };
        let engines = ["docker", "podman"];
        let status = |engine: &&str| SourceStatus::new(SourceId::new(engine), "docker", String::new());
        let statuses = engines.iter().map(status).collect();
        let mut store = Store::new(Inventory::default(), statuses, 0, fixtures::ago(0));
        store.apply_poll_result(
            &SourceId::new("docker"),
            Ok(fixtures::snapshot("docker", vec![on_engine("docker")])),
        );
        assert_eq!(find(&store.world, "shop-web-1").unwrap().len(), 1);
        store.apply_poll_result(
            &SourceId::new("podman"),
            Ok(fixtures::snapshot("podman", vec![on_engine("podman")])),
        );
        let words = |name: &str| find(&store.world, name).unwrap_err().to_string();
        let remedy = "(use one of: docker/4f2ac01d77aa, podman/4f2ac01d77aa)";
        assert!(words("shop-web-1").contains("ambiguous"), "{}", words("shop-web-1"));
        assert!(words("shop-web-1").ends_with(remedy));
        for id in ["4f2ac01d77aa", "4f2ac01d", "arn:aws:ecs:eu-west-1:1:task/shop/4f2ac01d77aa"] {
            assert!(words(id).ends_with(remedy), "{id}");
        }
        assert!(find(&store.world, "4f2ac").is_err_and(|error| !error.to_string().contains("ambiguous")));
        assert_eq!(find(&store.world, "podman/4f2ac01d77aa").unwrap()[0].0.id.as_str(), "podman/shop/web");
    }
}

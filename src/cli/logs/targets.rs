//! Selects log targets by the names of services, groups and instances. Also selects instances that start
//! later.

use crate::{
    cli::{Error, why},
    model::{InstanceId, LogTarget, Service, ServiceId},
    store::{World, dedup_targets, expired_stream_targets, log_targets},
};
use std::collections::BTreeSet;

/// Selector of log targets by the services, groups and instances that the user named. It also selects the
/// logs of instances that start later.
#[derive(Clone, Debug, Default)]
pub(super) struct TargetSelector {
    services: BTreeSet<ServiceId>,
    groups: BTreeSet<String>,
    instances: BTreeSet<InstanceId>,
}

impl TargetSelector {
    /// Resolves `names`. Each is the name of a service or, if no service has it, of a group or an instance.
    pub(super) fn from_names(world: &World, names: &[String]) -> Result<Self, Error> {
        let mut selector = Self::default();
        for name in names {
            selector.add(world, name)?;
        }
        Ok(selector)
    }

    fn add(&mut self, world: &World, name: &str) -> Result<(), Error> {
        let services = || world.inventory.services();
        if world.topology().nodes_named(name).is_empty() {
            if services().any(|service| is_in_group(service, name)) {
                self.groups.insert(name.to_owned());
                return Ok(());
            }
            let instances: Vec<_> = services()
                .flat_map(|service| &service.instances)
                .filter(|instance| instance.name == name || instance.id.as_str() == name)
                .map(|instance| instance.id.clone())
                .collect();
            if !instances.is_empty() {
                self.instances.extend(instances);
                return Ok(());
            }
        }
        let (_, service) = why::find_service(world, name, "name a service, group or instance")?;
        self.services.insert(service.id.clone());
        Ok(())
    }

    /// Returns true if the selection may have lines of several services.
    pub(super) fn is_multi_service(&self) -> bool {
        self.services.len() + self.instances.len() > 1 || !self.groups.is_empty()
    }

    /// Returns the log targets of the selected services and instances, without duplicates.
    pub(super) fn targets<'a>(&self, services: impl Iterator<Item = &'a Service>) -> Vec<LogTarget> {
        let mut targets = Vec::new();
        for service in services {
            let all = self.selects_service(service);
            let of = log_targets(service).into_iter();
            targets.extend(of.filter(|target| all || self.instances.contains(&target.instance)));
        }
        dedup_targets(targets.into_iter()).collect()
    }

    /// Returns the log streams of tasks that ECS no longer lists, for services that are selected as a whole.
    pub(super) fn expired_targets(&self, world: &World) -> impl Iterator<Item = LogTarget> {
        let services = || world.inventory.services();
        let whole = services().filter(|service| self.selects_service(service));
        let whole: BTreeSet<_> = whole.map(|service| service.id.clone()).collect();
        expired_stream_targets(services()).into_iter().filter(move |target| whole.contains(&target.service))
    }

    /// Returns the services that are selected as a whole and have no log to read: no instance with a log, and
    /// no target in `targets`.
    pub(super) fn services_without_logs<'a>(
        &self,
        world: &'a World,
        targets: &[LogTarget],
    ) -> Vec<&'a ServiceId> {
        let whole = world.inventory.services().filter(|service| self.selects_service(service));
        let none = whole.filter(|service| log_targets(service).is_empty());
        none.map(|s| &s.id).filter(|id| targets.iter().all(|target| target.service != **id)).collect()
    }

    /// Returns true if the whole service is selected.
    fn selects_service(&self, service: &Service) -> bool {
        self.services.contains(&service.id) || self.groups.iter().any(|group| is_in_group(service, group))
    }
}

/// Returns true if `name` refers to the service's group, as `GROUP` or `SOURCE/GROUP`.
fn is_in_group(service: &Service, name: &str) -> bool {
    let group = service.group.as_deref();
    group.is_some_and(|g| g == name || name.strip_suffix(g) == Some(&format!("{}/", service.source())))
}

//! Whose logs are wanted: services, groups and instances by name, also those that come while they are followed.

use crate::{
    cli::why,
    model::{Failure, FailureKind, InstanceId, LogTarget, Service, ServiceId},
    store::{Store, each_once, log_targets, unlisted_targets},
};
use std::collections::BTreeSet;

/// What was named.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    services: BTreeSet<ServiceId>,
    groups: BTreeSet<String>,
    instances: BTreeSet<InstanceId>,
}

impl Wanted {
    /// What those names mean: a service, else a group, else an instance.
    pub(super) fn named(store: &Store, names: &[String]) -> Result<Self, Failure> {
        let mut wanted = Self::default();
        for name in names {
            wanted.add(store, name)?;
        }
        Ok(wanted)
    }

    fn add(&mut self, store: &Store, name: &str) -> Result<(), Failure> {
        let services = || store.inventory.services();
        if store.topology().named(name).is_empty() {
            if services().any(|service| is_in(service, name)) {
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
        let node = why::one(store, name)?;
        let Some(service) = store.service_of(node) else {
            let what = format!("{} is nothing that a source runs", node.label());
            return Err(Failure::new(FailureKind::Invalid, what, "only services have logs"));
        };
        self.services.insert(service.id.clone());
        Ok(())
    }

    /// Whether the lines of several services may come.
    pub(super) fn are_several(&self) -> bool {
        self.services.len() + self.instances.len() > 1 || !self.groups.is_empty()
    }

    /// The streams of those that are there, each once.
    pub(super) fn targets<'a>(&self, services: impl Iterator<Item = &'a Service>) -> Vec<LogTarget> {
        let mut targets = Vec::new();
        for service in services {
            let all = self.is_whole(service);
            let of = log_targets(service).into_iter();
            targets.extend(of.filter(|target| all || self.instances.contains(&target.instance)));
        }
        each_once(targets.into_iter()).collect()
    }

    /// The streams that tasks of those services may have left which are listed no more.
    pub(super) fn unlisted(&self, store: &Store) -> impl Iterator<Item = LogTarget> {
        let services = || store.inventory.services();
        let whole = services().filter(|service| self.is_whole(service));
        let whole: BTreeSet<_> = whole.map(|service| service.id.clone()).collect();
        unlisted_targets(services()).into_iter().filter(move |target| whole.contains(&target.service))
    }

    /// The services that are wanted, have no instance, and none of those streams either.
    pub(super) fn silent<'a>(&self, store: &'a Store, targets: &[LogTarget]) -> Vec<&'a ServiceId> {
        let whole = store.inventory.services().filter(|service| self.is_whole(service));
        let none = whole.filter(|service| log_targets(service).is_empty());
        none.map(|s| &s.id).filter(|id| targets.iter().all(|target| target.service != **id)).collect()
    }

    /// Whether all of that service is wanted.
    fn is_whole(&self, service: &Service) -> bool {
        self.services.contains(&service.id) || self.groups.iter().any(|group| is_in(service, group))
    }
}

/// Whether a service is of the group with that name, or with that source and name.
fn is_in(service: &Service, name: &str) -> bool {
    let group = service.group.as_deref();
    group.is_some_and(|g| g == name || name.strip_suffix(g) == Some(&format!("{}/", service.source())))
}

//! Renaming of a source in data from another machine, because two configurations may give the same account
//! different names.

use crate::model::{
    ConnectionEnd, EndpointScope, Event, InstanceId, LoadBalancer, MonitoredService, NetworkId,
    ObservedConnection, Service, ServiceId, Snapshot, SnapshotDelta, SourceId,
};
use std::sync::Arc;

/// Data whose ids begin with the id of a source. [`Self::rename_source`] replaces that source.
pub trait SourceRename {
    /// Replaces the source in every id by `source`, whichever source the id names.
    fn rename_source(&mut self, source: &SourceId);
}

/// Returns `id` with `source` in place of the part before the first slash, or in front of an id without a
/// slash. Returns `None` if that part is already `source`.
fn renamed(id: &str, source: &SourceId) -> Option<String> {
    let (old, local) = id.split_once('/').unwrap_or(("", id));
    (old != source.as_str()).then(|| format!("{source}/{local}"))
}

macro_rules! rename_ids {
    ($($id:ty),*) => {$(
        impl SourceRename for $id {
            fn rename_source(&mut self, source: &SourceId) {
                if let Some(new) = renamed(self.as_str(), source) {
                    *self = Self::new(new);
                }
            }
        }
    )*};
}

rename_ids!(ServiceId, InstanceId, NetworkId);

impl<T: SourceRename> SourceRename for Vec<T> {
    fn rename_source(&mut self, source: &SourceId) {
        self.iter_mut().for_each(|inner| inner.rename_source(source));
    }
}

impl<T: SourceRename> SourceRename for Option<T> {
    fn rename_source(&mut self, source: &SourceId) {
        if let Some(inner) = self {
            inner.rename_source(source);
        }
    }
}

impl SourceRename for Arc<Service> {
    fn rename_source(&mut self, source: &SourceId) {
        let service = Self::make_mut(self);
        service.id.rename_source(source);
        service.instances.iter_mut().for_each(|instance| instance.id.rename_source(source));
        for endpoint in &mut service.endpoints {
            if let EndpointScope::Network(network) = &mut endpoint.scope {
                network.rename_source(source);
            }
        }
        let mut networks: Vec<NetworkId> = std::mem::take(&mut service.networks).into_iter().collect();
        networks.rename_source(source);
        service.networks = networks.into_iter().collect();
    }
}

impl SourceRename for LoadBalancer {
    fn rename_source(&mut self, source: &SourceId) {
        self.routes.iter_mut().for_each(|route| route.service.rename_source(source));
        self.targets.iter_mut().for_each(|target| target.service.rename_source(source));
    }
}

impl SourceRename for Event {
    fn rename_source(&mut self, source: &SourceId) {
        self.service.rename_source(source);
        self.instance.rename_source(source);
    }
}

impl SourceRename for ObservedConnection {
    fn rename_source(&mut self, source: &SourceId) {
        for end in [&mut self.key.from, &mut self.key.to] {
            if let ConnectionEnd::Service(service) = end {
                service.rename_source(source);
            }
        }
    }
}

impl SourceRename for MonitoredService {
    fn rename_source(&mut self, source: &SourceId) {
        self.service.rename_source(source);
    }
}

impl SourceRename for Snapshot {
    fn rename_source(&mut self, source: &SourceId) {
        self.source = source.clone();
        self.services.rename_source(source);
        self.load_balancers.rename_source(source);
        self.events.rename_source(source);
        self.connections.rename_source(source);
        self.monitored.rename_source(source);
    }
}

impl SourceRename for SnapshotDelta {
    fn rename_source(&mut self, source: &SourceId) {
        self.services.rename_source(source);
        self.removed.rename_source(source);
        self.load_balancers.rename_source(source);
        self.events.rename_source(source);
        self.removed_events.rename_source(source);
        self.connections.rename_source(source);
        self.monitored.rename_source(source);
    }
}

#[cfg(test)]
mod tests {
    use super::SourceRename;
    use crate::model::{ConnectionOutcome, Event, EventKind, MonitoredService, SourceId, fixtures};

    #[test]
    fn no_id_of_the_old_source_is_left() {
        let mut snapshot = fixtures::snapshot("docker", vec![fixtures::service("web")]);
        snapshot.connections =
            vec![fixtures::observed_connection("web", "db", ConnectionOutcome::Accepted, 0)];
        let service = fixtures::service_id("web");
        snapshot.monitored = vec![MonitoredService { service: service.clone(), since: fixtures::ago(9) }];
        snapshot.events = vec![Event {
            at: fixtures::ago(9),
            service,
            instance: Some(fixtures::instance("web").id),
            kind: EventKind::Stop,
            text: "ended".into(),
        }];
        let old = snapshot.clone();
        snapshot.rename_source(&SourceId::new("ecs:prod"));
        let text = serde_json::to_string(&snapshot).unwrap();
        assert!(!text.contains("docker"), "{text}");
        snapshot.rename_source(&SourceId::new("docker"));
        assert_eq!(snapshot, old);
    }
}

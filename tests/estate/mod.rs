//! Test fixtures: short builders for services with instances, references and faults.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses its own part of it")]

mod shop;
mod watched;

pub use shop::{faulty_cluster, foreign_names, shop, shop_logs};
pub use watched::monitored_shop;

use portolan::model::{
    Address, Container, EndpointOrigin, EndpointScope, Event, EventKind, Exit, ExitCause, Failure,
    FailureKind, HealthCheckStatus, Host, Instance, InstanceId, InstanceState, LoadBalancer,
    LoadBalancerRoute, LogRoute, NetworkId, Reference, ReferenceKind, ReferenceLocation, ReferenceTarget,
    Scheme, Service, ServiceEndpoint, ServiceId, ServiceKind, ServiceProfile, Snapshot, SourceId,
    SourceStatus, Timestamp,
};
use std::{collections::BTreeSet, sync::Arc};

/// Returns the current time of all fixtures.
pub fn now() -> Timestamp {
    "2026-03-08T03:10:00Z".parse().unwrap()
}

/// Returns the time `minutes` before [`now`].
pub fn minutes_ago(minutes: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - 60 * minutes).unwrap()
}

/// Returns a service with one running instance. It is reachable by its name in the network of its group or,
/// if `group` is `None`, in the `bridge` network.
pub fn service(source: &str, group: Option<&str>, name: &str) -> Service {
    let id = SourceId::new(source);
    let ecs = source.starts_with("ecs");
    let kind = match (ecs, group) {
        (true, _) => ServiceKind::EcsService,
        (false, Some(_)) => ServiceKind::Compose,
        (false, None) => ServiceKind::Container,
    };
    let network = NetworkId::of(&id, group.unwrap_or("bridge"));
    // A name that is no valid host name gives no endpoint.
    let answer = Host::parse(name).map(|host| ServiceEndpoint {
        host,
        port: None,
        scope: EndpointScope::Network(network.clone()),
        origin: EndpointOrigin::ServiceName,
    });
    let service = Service {
        id: ServiceId::of(&id, group, name),
        group: group.map(Into::into),
        name: name.into(),
        kind,
        desired: ecs.then_some(1),
        reported_running: None,
        instances: Vec::new(),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: answer.into_iter().collect(),
        references: Vec::new(),
        networks: BTreeSet::from([network]),
        facts: Vec::new(),
        profile: ServiceProfile::default(),
    };
    service.with_instances(1)
}

/// Builder methods for a service.
pub trait ServiceBuilder: Sized {
    /// Sets `count` running instances, and for ECS services the same desired count.
    fn with_instances(self, count: usize) -> Self;
    /// Sets the desired count.
    fn with_desired(self, count: u32) -> Self;
    /// Adds an environment variable `key` that references `address`, written `scheme://host:port`,
    /// `host:port` or `host`.
    fn calls(self, key: &str, address: &str) -> Self;
    /// Adds a reference of kind `via` at `place` to `address`, written as for `calls`.
    fn with_reference(self, via: ReferenceKind, place: &str, address: &str) -> Self;
    /// Adds a label that makes proxies of `product` route requests to the service.
    fn with_proxy_label(self, product: &str) -> Self;
    /// Makes the service start after the service `name` of its group.
    fn starts_after(self, name: &str) -> Self;
    /// Adds an instance modified by `change`.
    fn with_instance(self, change: impl FnOnce(&mut Instance)) -> Self;
    /// Modifies every instance by `change`.
    fn change_instances(self, change: impl Fn(&mut Instance)) -> Self;
    /// Sets the image of every instance.
    fn with_image(self, image: &str) -> Self;
    /// Modifies the service by `change`.
    fn edit(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl ServiceBuilder for Service {
    fn with_instances(mut self, count: usize) -> Self {
        self.instances = (1..=count).map(|number| instance(&self, number)).collect();
        self.desired = self.desired.map(|_| count as u32);
        self
    }

    fn with_desired(mut self, count: u32) -> Self {
        self.desired = Some(count);
        self
    }

    fn calls(self, key: &str, address: &str) -> Self {
        self.with_reference(ReferenceKind::Environment, &format!("environment {key}"), address)
    }

    fn with_reference(mut self, via: ReferenceKind, place: &str, address: &str) -> Self {
        // Sources read no reference from text that is no valid address.
        let target = parse_address(address).map(ReferenceTarget::Address);
        self.references.extend(target.map(|target| Reference {
            kind: via,
            location: ReferenceLocation::parse(place),
            target,
        }));
        self
    }

    fn with_proxy_label(mut self, product: &str) -> Self {
        let (place, target) =
            (ReferenceLocation::parse("label route"), ReferenceTarget::CalledByProxy(product.into()));
        self.references.push(Reference { kind: ReferenceKind::ProxyLabel, location: place, target });
        self
    }

    fn starts_after(mut self, name: &str) -> Self {
        let place = ReferenceLocation::parse("depends_on");
        self.references.push(Reference {
            kind: ReferenceKind::StartOrder,
            location: place,
            target: ReferenceTarget::ServiceName(name.into()),
        });
        self
    }

    fn with_instance(mut self, change: impl FnOnce(&mut Instance)) -> Self {
        let mut one = instance(&self, self.instances.len() + 1);
        change(&mut one);
        self.instances.push(one);
        self
    }

    fn change_instances(mut self, change: impl Fn(&mut Instance)) -> Self {
        self.instances.iter_mut().for_each(change);
        self
    }

    fn with_image(self, image: &str) -> Self {
        self.change_instances(|instance| instance.containers[0].image = image.into())
    }

    fn edit(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// Returns running instance `number` of `service`.
fn instance(service: &Service, number: usize) -> Instance {
    let name = format!("{}-{number}", service.name);
    let native = format!("{}-{name}", service.group.as_deref().unwrap_or("lone"));
    let container = Container {
        name: service.name.clone(),
        image: format!("registry.example/{}:7", service.name).into(),
        digest: None,
        log_route: LogRoute::Engine { container: native.clone().into() },
        exit: None,
    };
    Instance {
        id: InstanceId::of(&service.source(), &native),
        name: name.into(),
        state: InstanceState::Running,
        health_check: HealthCheckStatus::None,
        created: None,
        started: Some(minutes_ago(180)),
        exit: None,
        restarts: 0,
        version: Some("7".into()),
        containers: vec![container],
    }
}

/// Parses an address. Returns `None` if its host is invalid.
pub fn parse_address(text: &str) -> Option<Address> {
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(s, rest)| (Scheme::parse(s), rest));
    let (host, port) = rest.rsplit_once(':').map_or((rest, None), |(host, port)| (host, port.parse().ok()));
    Some(Address { scheme, host: Host::parse(host)?, port })
}

/// Returns a function that makes an instance fail with exit code `code`, `minutes` ago. Exit code 137 means
/// out of memory.
pub fn failed_with_exit_code(code: i64, minutes: i64) -> impl Fn(&mut Instance) {
    move |instance| {
        instance.state = InstanceState::Failed;
        instance.exit = Some(Exit {
            code: Some(code),
            cause: if code == 137 { ExitCause::OutOfMemory } else { ExitCause::ProcessExited },
            reason: (code == 137)
                .then(|| "OutOfMemoryError: container killed due to memory usage".to_owned())
                .map(Into::into),
            at: Some(minutes_ago(minutes)),
        });
    }
}

/// Returns a snapshot of `source` with `services` and nothing else.
pub fn snapshot(source: &str, services: Vec<Service>) -> Snapshot {
    Snapshot {
        source: SourceId::new(source),
        taken_at: now(),
        services: services.into_iter().map(Arc::new).collect(),
        load_balancers: Vec::new(),
        events: Vec::new(),
        unread_parts: Vec::new(),
        connections: Vec::new(),
        monitored: Vec::new(),
        progress: Vec::new(),
    }
}

/// Returns a load balancer that routes to `services`.
pub fn load_balancer(name: &str, services: &[&Service]) -> LoadBalancer {
    let route = |service: &&Service| LoadBalancerRoute {
        service: service.id.clone(),
        port: Some(443),
        rule: format!("path /{}/*", service.name).into(),
    };
    LoadBalancer {
        targets: Vec::new(),
        name: name.into(),
        host: Host::parse(&format!("{name}-1234.eu-west-1.elb.amazonaws.com")),
        internet_facing: true,
        kind: "application".into(),
        routes: services.iter().map(route).collect(),
    }
}

/// Returns an event of `service`, `minutes` ago.
pub fn event(service: &Service, minutes: i64, kind: EventKind, text: &str) -> Event {
    Event { at: minutes_ago(minutes), service: service.id.clone(), instance: None, kind, text: text.into() }
}

/// Returns the status of a source that was not polled yet.
pub fn source_status(source: &str) -> SourceStatus {
    let (kind, place) = if source.starts_with("ecs") {
        ("ecs", "account 123456789012, eu-west-1, clusters: all")
    } else {
        ("docker", "unix:///var/run/docker.sock (the default socket)")
    };
    SourceStatus::new(SourceId::new(source), kind, place.to_owned())
}

/// Returns a failure of `kind`.
pub fn failure(kind: FailureKind, what: &str, remedy: &str) -> Failure {
    Failure::new(kind, what, remedy)
}

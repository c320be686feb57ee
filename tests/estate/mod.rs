//! Estates for tests, built in few words: services with instances, what they name, and what is wrong with them.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test binary uses its own part of it")]

mod shop;
mod watched;

pub use shop::{faults, foreign_names, shop, shop_logs};
pub use watched::watched;

use portolan::model::{
    Address, Answer, AnsweredBy, Check, Container, Ending, Event, EventKind, Exit, Failure, FailureKind,
    Gateway, Host, Instance, InstanceId, LogRoute, Mention, NetworkId, Place, Route, Scheme, Scope, Service,
    ServiceId, ServiceKind, Snapshot, SourceId, SourceStatus, State, Target, Timestamp, Via,
};
use std::{collections::BTreeSet, sync::Arc};

/// The time at which all of it is looked at.
pub fn now() -> Timestamp {
    "2026-03-08T03:10:00Z".parse().unwrap()
}

/// So many minutes before that.
pub fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() - 60 * minutes).unwrap()
}

/// A service of which one instance runs. It answers to its name in its group's network, or everywhere without one.
pub fn service(source: &str, group: Option<&str>, name: &str) -> Service {
    let id = SourceId::new(source);
    let ecs = source.starts_with("ecs");
    let kind = match (ecs, group) {
        (true, _) => ServiceKind::EcsService,
        (false, Some(_)) => ServiceKind::Compose,
        (false, None) => ServiceKind::Container,
    };
    let network = NetworkId::of(&id, group.unwrap_or("bridge"));
    // A name that could be no host's is none that the service answers to.
    let answer = Host::parse(name).map(|host| Answer {
        host,
        port: None,
        scope: Scope::Network(network.clone()),
        by: AnsweredBy::ServiceName,
    });
    let service = Service {
        id: ServiceId::of(&id, group, name),
        group: group.map(Into::into),
        name: name.into(),
        kind,
        desired: ecs.then_some(1),
        reported_running: None,
        instances: Vec::new(),
        failing_since: None,
        deployments: Vec::new(),
        answers: answer.into_iter().collect(),
        mentions: Vec::new(),
        networks: BTreeSet::from([network]),
        facts: Vec::new(),
    };
    service.copies(1)
}

/// Further words about a service.
pub trait Build: Sized {
    /// So many copies run, and as many are wanted.
    fn copies(self, count: usize) -> Self;
    /// So many are wanted.
    fn wanted(self, count: u32) -> Self;
    /// Its environment variable `key` names `address`, written `scheme://host:port`, `host:port` or `host`.
    fn calls(self, key: &str, address: &str) -> Self;
    /// A mention of that sort names `address`, written as for [`Build::calls`].
    fn names(self, via: Via, place: &str, address: &str) -> Self;
    /// A label asks the proxies of that product for requests.
    fn asks(self, product: &str) -> Self;
    /// It is started after that service of its group.
    fn after(self, name: &str) -> Self;
    /// A further copy of it, as `change` makes it.
    fn copy(self, change: impl FnOnce(&mut Instance)) -> Self;
    /// Every copy of it, as `change` makes it.
    fn each(self, change: impl Fn(&mut Instance)) -> Self;
    /// Its image.
    fn image(self, image: &str) -> Self;
    /// Whatever else.
    fn with(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl Build for Service {
    fn copies(mut self, count: usize) -> Self {
        self.instances = (1..=count).map(|number| instance(&self, number)).collect();
        self.desired = self.desired.map(|_| count as u32);
        self
    }

    fn wanted(mut self, count: u32) -> Self {
        self.desired = Some(count);
        self
    }

    fn calls(self, key: &str, address: &str) -> Self {
        self.names(Via::Environment, &format!("environment {key}"), address)
    }

    fn names(mut self, via: Via, place: &str, address: &str) -> Self {
        // Text that could be no address is none that a source reads.
        let target = read(address).map(Target::Address);
        self.mentions.extend(target.map(|target| Mention { via, place: Place::at(place), target }));
        self
    }

    fn asks(mut self, product: &str) -> Self {
        let (place, target) = (Place::at("label route"), Target::FromProxy(product.into()));
        self.mentions.push(Mention { via: Via::ProxyLabel, place, target });
        self
    }

    fn after(mut self, name: &str) -> Self {
        let place = Place::at("depends_on");
        self.mentions.push(Mention { via: Via::StartOrder, place, target: Target::Peer(name.into()) });
        self
    }

    fn copy(mut self, change: impl FnOnce(&mut Instance)) -> Self {
        let mut one = instance(&self, self.instances.len() + 1);
        change(&mut one);
        self.instances.push(one);
        self
    }

    fn each(mut self, change: impl Fn(&mut Instance)) -> Self {
        self.instances.iter_mut().for_each(change);
        self
    }

    fn image(self, image: &str) -> Self {
        self.each(|instance| instance.containers[0].image = image.into())
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// A running copy.
fn instance(service: &Service, number: usize) -> Instance {
    let name = format!("{}-{number}", service.name);
    let native = format!("{}-{name}", service.group.as_deref().unwrap_or("lone"));
    let container = Container {
        name: service.name.clone(),
        image: format!("registry.example/{}:7", service.name).into(),
        digest: None,
        log: LogRoute::Engine { container: native.clone().into() },
        exit: None,
    };
    Instance {
        id: InstanceId::of(&service.source(), &native),
        name: name.into(),
        state: State::Running,
        check: Check::None,
        made: None,
        started: Some(ago(180)),
        exit: None,
        restarts: 0,
        version: Some("7".into()),
        containers: vec![container],
    }
}

/// An address from text. Returns `None` if its host could be none.
pub fn read(text: &str) -> Option<Address> {
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(s, rest)| (Scheme::parse(s), rest));
    let (host, port) = rest.rsplit_once(':').map_or((rest, None), |(host, port)| (host, port.parse().ok()));
    Some(Address { scheme, host: Host::parse(host)?, port })
}

/// It ended by a fault, so many minutes ago.
pub fn ended(code: i64, minutes: i64) -> impl Fn(&mut Instance) {
    move |instance| {
        instance.state = State::Failed;
        instance.exit = Some(Exit {
            code: Some(code),
            ending: if code == 137 { Ending::OutOfMemory } else { Ending::Itself },
            reason: (code == 137)
                .then(|| "OutOfMemoryError: container killed due to memory usage".to_owned())
                .map(Into::into),
            at: Some(ago(minutes)),
        });
    }
}

/// What a source says with those services.
pub fn snapshot(source: &str, services: Vec<Service>) -> Snapshot {
    Snapshot {
        source: SourceId::new(source),
        taken: now(),
        services: services.into_iter().map(Arc::new).collect(),
        gateways: Vec::new(),
        events: Vec::new(),
        gaps: Vec::new(),
        flows: Vec::new(),
        watched: Vec::new(),
        progress: Vec::new(),
    }
}

/// A load balancer before those services.
pub fn gateway(name: &str, services: &[&Service]) -> Gateway {
    let route = |service: &&Service| Route {
        service: service.id.clone(),
        port: Some(443),
        rule: format!("path /{}/*", service.name).into(),
    };
    Gateway {
        targets: Vec::new(),
        name: name.into(),
        host: Host::parse(&format!("{name}-1234.eu-west-1.elb.amazonaws.com")),
        public: true,
        kind: "application".into(),
        routes: services.iter().map(route).collect(),
    }
}

/// Something that happened.
pub fn event(service: &Service, minutes: i64, kind: EventKind, text: &str) -> Event {
    Event { at: ago(minutes), service: service.id.clone(), instance: None, kind, text: text.into() }
}

/// A source that has not answered.
pub fn status(source: &str) -> SourceStatus {
    let (kind, place) = if source.starts_with("ecs") {
        ("ecs", "account 123456789012, eu-west-1, clusters: all")
    } else {
        ("docker", "unix:///var/run/docker.sock (the usual socket)")
    };
    SourceStatus::new(SourceId::new(source), kind, place.to_owned())
}

/// A failure of that kind.
pub fn failure(kind: FailureKind, what: &str, remedy: &str) -> Failure {
    Failure::new(kind, what, remedy)
}

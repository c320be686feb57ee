//! Inference on small estates: what makes an edge, and what does not.

use super::{NodeKind, Strength, Ways, between, infer, neighbours, path, ways};
use crate::model::{sample::*, *};

/// The edges as `from strength to`.
fn edges(services: Vec<Service>) -> Vec<String> {
    let topology = infer(&inventory(services));
    let name = |id: &NodeId| topology.nodes[id].name.clone();
    topology
        .edges
        .iter()
        .map(|((a, b), e)| format!("{} {} {}", name(a), e.strength().word(), name(b)))
        .collect()
}

/// `name`, which names each of those addresses.
fn calling(name: &str, addresses: &[Address]) -> Service {
    let mentions = addresses.iter().map(|a| mention(&format!("environment {}", a.host), a.clone()));
    Service { mentions: mentions.collect(), ..service(name) }
}

#[test]
fn a_name_counts_on_a_shared_network_only() {
    let mut far = service("db");
    far.answers[0].scope = Scope::Network(NetworkId::new("docker/other"));
    assert_eq!(edges(vec![calling("web", &[Address::name("db")]), service("db")]), ["web declared db"]);
    assert_eq!(edges(vec![calling("web", &[Address::name("db")]), far]), Vec::<String>::new());
}

#[test]
fn its_own_name_is_no_call() {
    assert_eq!(edges(vec![calling("web", &[Address::name("web").with_port(80)])]), Vec::<String>::new());
}

#[test]
fn the_port_decides_between_two_that_answer() {
    let at = |name: &str, port| {
        let mut service = service(name);
        service.answers[0] =
            Answer { host: Host::named("shared"), port: Some(port), ..service.answers[0].clone() };
        service
    };
    let web = calling("web", &[Address::name("shared").with_port(6379)]);
    assert_eq!(edges(vec![web, at("db", 5432), at("cache", 6379)]), ["web declared cache"]);
}

#[test]
fn what_nobody_answers_to_is_a_dependency_if_it_is_outside() {
    let rds = Address { scheme: Scheme::parse("postgres"), ..Address::name("x.eu-west-1.rds.amazonaws.com") };
    let topology = infer(&inventory(vec![calling("web", &[rds, Address::name("nowhere").with_port(80)])]));
    let outside: Vec<_> = topology.nodes.values().filter(|n| n.kind == NodeKind::Dependency).collect();
    assert_eq!(outside.len(), 1);
    assert_eq!(outside[0].product.map(|p| p.id), Some("postgres"));
    assert_eq!(topology.dangling.len(), 1);
}

/// `service`, which says that as a mention of that kind.
fn saying(mut service: Service, via: Via, target: Target) -> Service {
    let place = if via == Via::StartOrder { "depends_on" } else { "somewhere" };
    service.mentions.push(Mention { via, place: Place::at(place), target });
    service
}

/// `service`, made of that image.
fn made_of(image: &str, mut service: Service) -> Service {
    let log = LogRoute::Engine { container: service.name.clone() };
    let container =
        Container { name: service.name.clone(), image: image.into(), digest: None, log, exit: None };
    service.instances[0].containers = vec![container];
    service
}

#[test]
fn what_is_shared_only_supports_what_else_is_said() {
    let local = |name: &str| Target::Local(Address::name(name));
    for via in [Via::SharedSetting, Via::SharedFile, Via::SuiteFile, Via::ToolSetting, Via::Completion] {
        let web = saying(service("web"), via, local("api"));
        assert_eq!(edges(vec![web.clone(), service("api")]), Vec::<String>::new(), "{via:?} alone");
        let web = saying(web, Via::StartOrder, Target::Peer("api".into()));
        let agreed = if via == Via::Completion { "web possible api" } else { "web declared api" };
        assert_eq!(edges(vec![web, service("api")]), [agreed], "{via:?} with a start order");
    }
}

#[test]
fn what_is_shared_in_two_forms_is_one_witness() {
    let web = saying(service("web"), Via::SuiteFile, Target::Local(Address::name("mail")));
    let web = saying(web, Via::SuiteOrder, Target::Peer("mail".into()));
    let all = |image| edges(vec![web.clone(), made_of(image, service("mail"))]);
    assert_eq!(all("mailhog/mailhog"), ["web possible mail"]);
    assert_eq!(all("postgres:16"), ["web declared mail"], "each process opens its database");
    assert_eq!(all("otel/opentelemetry-collector"), ["web declared mail"], "and sends its traces");
}

#[test]
fn a_receiver_of_telemetry_is_called_by_every_reader_of_a_book() {
    let web = saying(service("web"), Via::SharedFile, Target::Local(Address::name("traces")));
    let all = |image| edges(vec![web.clone(), made_of(image, service("traces"))]);
    assert_eq!(all("jaegertracing/all-in-one"), ["web declared traces"]);
    assert_eq!(all("grafana/loki"), Vec::<String>::new(), "that is asked too");
    assert_eq!(all("postgres:16"), Vec::<String>::new());
}

#[test]
fn whoever_waits_for_a_product_that_only_serves_calls_it() {
    let web = saying(service("web"), Via::StartOrder, Target::Peer("other".into()));
    let all = |image| edges(vec![web.clone(), made_of(image, service("other"))]);
    for image in
        ["postgres:16", "jitsi/prosody", "vesoft/nebula-graphd", "shop/ledger-config", "clamav/clamav"]
    {
        assert_eq!(all(image), ["web declared other"], "{image}");
    }
    for image in ["shop/api", "nginx", "otel/opentelemetry-collector", "mvance/unbound"] {
        assert_eq!(all(image), ["web possible other"], "{image}");
    }
    let job = saying(service("web"), Via::StartOrder, Target::Peer("db-init".into()));
    assert_eq!(edges(vec![job, made_of("postgres:16", service("db-init"))]), ["web possible db-init"]);
    let by = |image, other| edges(vec![made_of(image, web.clone()), made_of(other, service("other"))]);
    assert_eq!(by("nginx", "redis:7"), ["web possible other"], "a proxy opens no store");
    assert_eq!(by("nginx", "keycloak"), ["web declared other"], "but forwards to whatever answers requests");
    assert_eq!(by("prom/prometheus", "temporalio/server"), ["web possible other"], "telemetry watches it");
    assert_eq!(by("grafana/loki", "minio/minio"), ["web declared other"], "and keeps what it gathers");
}

#[test]
fn an_outside_address_of_a_shared_file_is_no_node() {
    let book = |via| saying(service("web"), via, Target::Address(Address::name("db.example.com")));
    assert_eq!(edges(vec![book(Via::SharedFile)]), Vec::<String>::new());
    assert_eq!(
        edges(vec![book(Via::SharedSetting)]),
        ["web declared db.example.com"],
        "none of the group has it"
    );
}

#[test]
fn the_member_that_listens_at_the_port_is_meant() {
    let shared = |name: &str, ports: &[Option<u16>]| {
        let mut service = service(name);
        let answer = Answer { host: Host::named("vpn"), ..service.answers[0].clone() };
        service.answers = ports.iter().map(|port| Answer { port: *port, ..answer.clone() }).collect();
        service
    };
    let all = |address: Address| {
        let (vpn, torrent) = (shared("vpn", &[None]), shared("torrent", &[Some(8080)]));
        edges(vec![calling("web", &[address]), vpn, torrent])
    };
    assert_eq!(all(Address::name("vpn").with_port(8080)), ["web declared torrent"]);
    assert_eq!(all(Address::name("vpn").with_port(8888)), ["web declared vpn"]);
    assert_eq!(all(Address::name("vpn")), ["web declared vpn"]);
}

#[test]
fn a_name_of_two_projects_means_the_callers_own() {
    let mut other = service("db");
    (other.id, other.group) = (ServiceId::new("docker/else/db"), Some("else".into()));
    let topology = infer(&inventory(vec![calling("web", &[Address::name("db")]), service("db"), other]));
    let called: Vec<_> = topology.edges.keys().map(|(_, to)| to.as_str()).collect();
    assert_eq!(called, ["docker/shop/db"]);
}

#[test]
fn a_loopback_address_leads_to_a_neighbour_at_its_port_only() {
    let space = NetworkId::new("docker/loopback:vpn");
    let mut redis = service("redis");
    redis.answers.push(Answer {
        host: Host::named("localhost"),
        port: Some(6379),
        scope: Scope::Network(space.clone()),
        by: AnsweredBy::Loopback,
    });
    let web = |port, shares: bool| {
        let mut web = saying(
            service("web"),
            Via::Environment,
            Target::Local(Address::name("localhost").with_port(port)),
        );
        web.networks.extend(shares.then(|| space.clone()));
        web
    };
    assert_eq!(edges(vec![web(6379, true), redis.clone()]), ["web declared redis"]);
    assert_eq!(edges(vec![web(5432, true), redis.clone()]), Vec::<String>::new());
    assert_eq!(edges(vec![web(6379, false), redis]), Vec::<String>::new());
}

#[test]
fn start_order_is_possible_until_something_else_agrees() {
    let after = |mut service: Service, other: &str| {
        let (via, place) = (Via::StartOrder, Place::at("depends_on"));
        service.mentions.push(Mention { via, place, target: Target::Peer(other.into()) });
        service
    };
    assert_eq!(edges(vec![after(service("web"), "db"), service("db")]), ["web possible db"]);
    assert_eq!(
        edges(vec![after(calling("web", &[Address::name("db")]), "db"), service("db")]),
        ["web declared db"]
    );
}

#[test]
fn the_internet_calls_a_public_load_balancer_that_calls_its_services() {
    let mut inventory = inventory(vec![service("web")]);
    let mut snapshot = inventory.snapshots().next().unwrap().clone();
    let route = Route { service: ServiceId::new("docker/shop/web"), port: Some(443), rule: "path /*".into() };
    snapshot.gateways.push(Gateway {
        targets: Vec::new(),
        name: "public".into(),
        host: Some(Host::named("public.elb.amazonaws.com")),
        public: true,
        kind: "application".into(),
        routes: vec![route],
    });
    inventory.replace(std::sync::Arc::new(snapshot));
    let topology = infer(&inventory);
    let way = path(&topology, &NodeId::new("internet"), &NodeId::new("docker/shop/web")).unwrap();
    assert_eq!(way.len(), 3);
    assert!(topology.edges.values().all(|e| e.strength() == Strength::Declared));
}

#[test]
fn neighbours_are_found_up_and_down() {
    let estate = vec![
        calling("a", &[Address::name("b")]),
        calling("b", &[Address::name("c")]),
        calling("c", &[Address::name("d")]),
        service("d"),
    ];
    let topology = infer(&inventory(estate));
    let near = |hops| neighbours(&topology, &NodeId::new("docker/shop/b"), hops).len();
    assert_eq!((near(0), near(1), near(2)), (1, 3, 4));
}

#[test]
fn ways_between_two_are_counted_and_none_passes_a_node_twice() {
    let to = |names: &[&str]| names.iter().map(|name| Address::name(name)).collect::<Vec<_>>();
    let topology = infer(&inventory(vec![
        calling("web", &to(&["cart", "users", "idle"])),
        calling("cart", &to(&["db", "users"])),
        calling("users", &to(&["db", "cart"])),
        service("db"),
        service("idle"),
    ]));
    let id = |name: &str| topology.nodes.keys().find(|id| id.as_str().ends_with(name)).unwrap().clone();
    let all = |from: &str, to: &str| ways(&topology, &id(from), &id(to));
    assert_eq!(all("web", "db"), Ways { found: 4, all: true });
    assert_eq!(all("web", "idle"), Ways { found: 1, all: true });
    assert_eq!(all("db", "web"), Ways { found: 0, all: true });
    let names: Vec<_> =
        between(&topology, &id("web"), &id("db")).iter().map(|id| topology.nodes[id].name.clone()).collect();
    assert_eq!(names, ["cart", "db", "users", "web"]);
}

#[test]
fn ways_that_can_not_be_counted_are_told_as_more_than_were_found() {
    let to = |names: &[String]| names.iter().map(|name| Address::name(name)).collect::<Vec<_>>();
    let crowd: Vec<String> = (0..12).map(|n| format!("s{n:02}")).collect();
    // All of them call one another and the door; behind it there is one way to the vault, and the crowd hangs off it.
    let called = [crowd.clone(), vec!["door".to_owned()]].concat();
    let mut estate: Vec<_> = crowd.iter().map(|name| calling(name, &to(&called))).collect();
    estate.push(calling("door", &to(&["s00".to_owned(), "vault".to_owned()])));
    estate.push(service("vault"));
    let topology = infer(&inventory(estate));
    let id = |name: &str| topology.nodes.keys().find(|id| id.as_str().ends_with(name)).unwrap().clone();
    assert_eq!(ways(&topology, &id("door"), &id("vault")), Ways { found: 1, all: false });
    assert_eq!(ways(&topology, &id("s00"), &id("door")), Ways { found: 100, all: false });
}

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

#[test]
fn what_everybody_is_given_is_only_possible() {
    let block = |name: &str| calling(name, &[Address::name("db")]);
    assert_eq!(edges(vec![block("db"), block("web")]), ["web declared db"]);
    assert_eq!(edges(vec![block("db"), block("web"), block("api")]), ["api possible db", "web possible db"]);
}

#[test]
fn start_order_is_possible_until_something_else_agrees() {
    let after = |mut service: Service, other: &str| {
        let (via, place) = (Via::StartOrder, Place::at("depends_on"));
        service.mentions.push(Mention { via, place, target: Target::Peer(other.to_owned()) });
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

//! Tests of the inference on small inventories: which references make an edge, and which don't.

use super::{
    NodeKind, PathCount, Strength, count_paths, infer, nodes_between, nodes_within_hops, shortest_path,
};
use crate::model::{fixtures::*, *};

/// Returns the edges of the inferred topology as `caller strength callee`.
fn edges(services: Vec<Service>) -> Vec<String> {
    let topology = infer(&inventory(services));
    let name = |id: &NodeId| topology.nodes[id].name.clone();
    topology
        .edges
        .iter()
        .map(|((a, b), e)| format!("{} {} {}", name(a), e.strength().as_str(), name(b)))
        .collect()
}

/// Returns a service named `name` that refers to `addresses`.
fn calling(name: &str, addresses: &[Address]) -> Service {
    let mentions = addresses.iter().map(|a| reference(&format!("environment {}", a.host), a.clone()));
    Service { references: mentions.collect(), ..service(name) }
}

#[test]
fn a_name_counts_on_a_shared_network_only() {
    let mut far = service("db");
    far.endpoints[0].scope = EndpointScope::Network(NetworkId::new("docker/other"));
    assert_eq!(
        edges(vec![calling("web", &[Address::from_host_name("db")]), service("db")]),
        ["web declared db"]
    );
    assert_eq!(edges(vec![calling("web", &[Address::from_host_name("db")]), far]), Vec::<String>::new());
}

#[test]
fn its_own_name_is_no_call() {
    assert_eq!(
        edges(vec![calling("web", &[Address::from_host_name("web").with_port(80)])]),
        Vec::<String>::new()
    );
}

#[test]
fn the_port_decides_between_two_that_answer() {
    let at = |name: &str, port| {
        let mut service = service(name);
        service.endpoints[0] = ServiceEndpoint {
            host: Host::parse_for_test("shared"),
            port: Some(port),
            ..service.endpoints[0].clone()
        };
        service
    };
    let web = calling("web", &[Address::from_host_name("shared").with_port(6379)]);
    assert_eq!(edges(vec![web, at("db", 5432), at("cache", 6379)]), ["web declared cache"]);
}

#[test]
fn what_nobody_answers_to_is_a_dependency_if_it_is_outside() {
    let rds = Address {
        scheme: Scheme::parse("postgres"),
        ..Address::from_host_name("x.eu-west-1.rds.amazonaws.com")
    };
    let topology =
        infer(&inventory(vec![calling("web", &[rds, Address::from_host_name("nowhere").with_port(80)])]));
    let outside: Vec<_> = topology.nodes.values().filter(|n| n.kind == NodeKind::Dependency).collect();
    assert_eq!(outside.len(), 1);
    assert_eq!(outside[0].product.map(|p| p.id), Some("postgres"));
    assert_eq!(topology.dangling.len(), 1);
}

/// Returns `service` with an additional reference.
fn with_reference(mut service: Service, via: ReferenceKind, target: ReferenceTarget) -> Service {
    let place = if via == ReferenceKind::StartOrder { "depends_on" } else { "somewhere" };
    service.references.push(Reference { kind: via, location: ReferenceLocation::parse(place), target });
    service
}

/// Returns `service` with a container that runs `image`.
fn with_image(image: &str, mut service: Service) -> Service {
    let log = LogRoute::Engine { container: service.name.clone() };
    let container = Container {
        name: service.name.clone(),
        image: image.into(),
        digest: None,
        log_route: log,
        exit: None,
    };
    service.instances[0].containers = vec![container];
    service
}

#[test]
fn what_is_shared_only_supports_what_else_is_said() {
    let local = |name: &str| ReferenceTarget::EstateAddress(Address::from_host_name(name));
    for via in [
        ReferenceKind::SharedSetting,
        ReferenceKind::SharedFile,
        ReferenceKind::SuiteFile,
        ReferenceKind::ToolSetting,
        ReferenceKind::Completion,
    ] {
        let web = with_reference(service("web"), via, local("api"));
        assert_eq!(edges(vec![web.clone(), service("api")]), Vec::<String>::new(), "{via:?} alone");
        let web = with_reference(web, ReferenceKind::StartOrder, ReferenceTarget::ServiceName("api".into()));
        let agreed = if via == ReferenceKind::Completion { "web possible api" } else { "web declared api" };
        assert_eq!(edges(vec![web, service("api")]), [agreed], "{via:?} with a start order");
    }
}

#[test]
fn what_is_shared_in_two_forms_is_one_witness() {
    let web = with_reference(
        service("web"),
        ReferenceKind::SuiteFile,
        ReferenceTarget::EstateAddress(Address::from_host_name("mail")),
    );
    let web = with_reference(web, ReferenceKind::SuiteOrder, ReferenceTarget::ServiceName("mail".into()));
    let all = |image| edges(vec![web.clone(), with_image(image, service("mail"))]);
    assert_eq!(all("mailhog/mailhog"), ["web possible mail"]);
    assert_eq!(all("postgres:16"), ["web declared mail"], "each process opens its database");
    assert_eq!(all("otel/opentelemetry-collector"), ["web declared mail"], "and sends its traces");
}

#[test]
fn a_receiver_of_telemetry_is_called_by_every_reader_of_a_book() {
    let web = with_reference(
        service("web"),
        ReferenceKind::SharedFile,
        ReferenceTarget::EstateAddress(Address::from_host_name("traces")),
    );
    let all = |image| edges(vec![web.clone(), with_image(image, service("traces"))]);
    assert_eq!(all("jaegertracing/all-in-one"), ["web declared traces"]);
    assert_eq!(all("grafana/loki"), Vec::<String>::new(), "that is asked too");
    assert_eq!(all("postgres:16"), Vec::<String>::new());
}

#[test]
fn whoever_waits_for_a_product_that_only_serves_calls_it() {
    let web = with_reference(
        service("web"),
        ReferenceKind::StartOrder,
        ReferenceTarget::ServiceName("other".into()),
    );
    let all = |image| edges(vec![web.clone(), with_image(image, service("other"))]);
    for image in
        ["postgres:16", "jitsi/prosody", "vesoft/nebula-graphd", "shop/ledger-config", "clamav/clamav"]
    {
        assert_eq!(all(image), ["web declared other"], "{image}");
    }
    for image in ["shop/api", "nginx", "otel/opentelemetry-collector", "mvance/unbound"] {
        assert_eq!(all(image), ["web possible other"], "{image}");
    }
    let job = with_reference(
        service("web"),
        ReferenceKind::StartOrder,
        ReferenceTarget::ServiceName("db-init".into()),
    );
    assert_eq!(edges(vec![job, with_image("postgres:16", service("db-init"))]), ["web possible db-init"]);
    let by = |image, other| edges(vec![with_image(image, web.clone()), with_image(other, service("other"))]);
    assert_eq!(by("nginx", "redis:7"), ["web possible other"], "a proxy opens no store");
    assert_eq!(by("nginx", "keycloak"), ["web declared other"], "but forwards to whatever answers requests");
    assert_eq!(by("prom/prometheus", "temporalio/server"), ["web possible other"], "telemetry watches it");
    assert_eq!(by("grafana/loki", "minio/minio"), ["web declared other"], "and keeps what it gathers");
}

#[test]
fn an_outside_address_of_a_shared_file_is_no_node() {
    let book = |via| {
        with_reference(
            service("web"),
            via,
            ReferenceTarget::Address(Address::from_host_name("db.example.com")),
        )
    };
    assert_eq!(edges(vec![book(ReferenceKind::SharedFile)]), Vec::<String>::new());
    assert_eq!(
        edges(vec![book(ReferenceKind::SharedSetting)]),
        ["web declared db.example.com"],
        "none of the group has it"
    );
}

#[test]
fn the_member_that_listens_at_the_port_is_meant() {
    let shared = |name: &str, ports: &[Option<u16>]| {
        let mut service = service(name);
        let answer = ServiceEndpoint { host: Host::parse_for_test("vpn"), ..service.endpoints[0].clone() };
        service.endpoints =
            ports.iter().map(|port| ServiceEndpoint { port: *port, ..answer.clone() }).collect();
        service
    };
    let all = |address: Address| {
        let (vpn, torrent) = (shared("vpn", &[None]), shared("torrent", &[Some(8080)]));
        edges(vec![calling("web", &[address]), vpn, torrent])
    };
    assert_eq!(all(Address::from_host_name("vpn").with_port(8080)), ["web declared torrent"]);
    assert_eq!(all(Address::from_host_name("vpn").with_port(8888)), ["web declared vpn"]);
    assert_eq!(all(Address::from_host_name("vpn")), ["web declared vpn"]);
}

#[test]
fn a_name_of_two_projects_means_the_callers_own() {
    let mut other = service("db");
    (other.id, other.group) = (ServiceId::new("docker/else/db"), Some("else".into()));
    let topology =
        infer(&inventory(vec![calling("web", &[Address::from_host_name("db")]), service("db"), other]));
    let called: Vec<_> = topology.edges.keys().map(|(_, to)| to.as_str()).collect();
    assert_eq!(called, ["docker/shop/db"]);
}

#[test]
fn a_loopback_address_leads_to_a_neighbour_at_its_port_only() {
    let space = NetworkId::new("docker/loopback:vpn");
    let mut redis = service("redis");
    redis.endpoints.push(ServiceEndpoint {
        host: Host::parse_for_test("localhost"),
        port: Some(6379),
        scope: EndpointScope::Network(space.clone()),
        origin: EndpointOrigin::Loopback,
    });
    let web = |port, shares: bool| {
        let mut web = with_reference(
            service("web"),
            ReferenceKind::Environment,
            ReferenceTarget::EstateAddress(Address::from_host_name("localhost").with_port(port)),
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
        let (via, place) = (ReferenceKind::StartOrder, ReferenceLocation::parse("depends_on"));
        service.references.push(Reference {
            kind: via,
            location: place,
            target: ReferenceTarget::ServiceName(other.into()),
        });
        service
    };
    assert_eq!(edges(vec![after(service("web"), "db"), service("db")]), ["web possible db"]);
    assert_eq!(
        edges(vec![after(calling("web", &[Address::from_host_name("db")]), "db"), service("db")]),
        ["web declared db"]
    );
}

#[test]
fn the_internet_calls_a_public_load_balancer_that_calls_its_services() {
    let mut inventory = inventory(vec![service("web")]);
    let mut snapshot = inventory.snapshots().next().unwrap().clone();
    let route = LoadBalancerRoute {
        service: ServiceId::new("docker/shop/web"),
        port: Some(443),
        rule: "path /*".into(),
    };
    snapshot.load_balancers.push(LoadBalancer {
        targets: Vec::new(),
        name: "public".into(),
        host: Some(Host::parse_for_test("public.elb.amazonaws.com")),
        internet_facing: true,
        kind: "application".into(),
        routes: vec![route],
    });
    inventory.replace_snapshot(std::sync::Arc::new(snapshot));
    let topology = infer(&inventory);
    let way = shortest_path(&topology, &NodeId::new("internet"), &NodeId::new("docker/shop/web")).unwrap();
    assert_eq!(way.len(), 3);
    assert!(topology.edges.values().all(|e| e.strength() == Strength::Declared));
}

#[test]
fn of_two_shortest_paths_the_observed_one_is_shown() {
    let named = |names: &[&str]| names.iter().map(|name| Address::from_host_name(name)).collect::<Vec<_>>();
    let estate = vec![
        calling("web", &named(&["a", "b"])),
        calling("a", &named(&["db"])),
        calling("b", &named(&["db"])),
        service("db"),
    ];
    let seen = |from, to| observed_connection(from, to, ConnectionOutcome::Accepted, 60);
    let flows = vec![seen("web", "b"), seen("b", "db"), seen("web", "a")];
    let topology = infer(&inventory_with_connections(estate, flows, &[]));
    let [web, b, db] = ["web", "b", "db"].map(|name| NodeId::from(&service_id(name)));
    assert_eq!(shortest_path(&topology, &web, &db), Some(vec![web.clone(), b, db.clone()]));
    assert_eq!(shortest_path(&topology, &web, &web), Some(vec![web.clone()]));
    assert_eq!(shortest_path(&topology, &db, &web), None);
}

#[test]
fn a_label_with_the_kind_of_its_source_names_a_service() {
    let of_source =
        |source: &str| Service { id: ServiceId::new(format!("{source}/shop/orders")), ..service("orders") };
    let topology = infer(&inventory(vec![of_source("ecs:eu")]));
    let found =
        |name: &str| topology.nodes_named(name).iter().map(|node| node.id.to_string()).collect::<Vec<_>>();
    for name in ["orders", "shop/orders", "ecs/shop/orders", "ecs:eu/shop/orders"] {
        assert_eq!(found(name), ["ecs:eu/shop/orders"], "{name}");
    }
    for name in ["docker/shop/orders", "ec/shop/orders", "ecs/other/orders"] {
        assert_eq!(found(name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn neighbours_are_found_up_and_down() {
    let estate = vec![
        calling("a", &[Address::from_host_name("b")]),
        calling("b", &[Address::from_host_name("c")]),
        calling("c", &[Address::from_host_name("d")]),
        service("d"),
    ];
    let topology = infer(&inventory(estate));
    let near = |hops| nodes_within_hops(&topology, &NodeId::new("docker/shop/b"), hops).len();
    assert_eq!((near(0), near(1), near(2)), (1, 3, 4));
}

#[test]
fn an_address_that_very_many_services_have_leads_to_none() {
    let sharing = |count: usize| -> usize {
        let caller = calling("web", &[Address::from_host_name("same")]);
        let shared = |number| {
            let mut one = service(&format!("s{number}"));
            one.endpoints[0].host = Address::from_host_name("same").host;
            one
        };
        edges((0..count).map(shared).chain([caller]).collect()).len()
    };
    assert_eq!((sharing(2), sharing(20), sharing(21)), (2, 20, 0));
}

/// Without a record of the nodes already seen, the number of paths would grow twelvefold with each hop.
#[test]
fn neighbours_of_a_mesh_are_found_however_many_hops_are_asked_for() {
    let names: Vec<String> = (0..12).map(|number| format!("s{number}")).collect();
    let addresses: Vec<Address> = names.iter().map(|name| Address::from_host_name(name)).collect();
    let topology = infer(&inventory(names.iter().map(|name| calling(name, &addresses)).collect()));
    let center = NodeId::new("docker/shop/s0");
    assert_eq!(nodes_within_hops(&topology, &center, 1_000_000).len(), 12);
}

#[test]
fn ways_between_two_are_counted_and_none_passes_a_node_twice() {
    let to = |names: &[&str]| names.iter().map(|name| Address::from_host_name(name)).collect::<Vec<_>>();
    let topology = infer(&inventory(vec![
        calling("web", &to(&["cart", "users", "idle"])),
        calling("cart", &to(&["db", "users"])),
        calling("users", &to(&["db", "cart"])),
        service("db"),
        service("idle"),
    ]));
    let id = |name: &str| topology.nodes.keys().find(|id| id.as_str().ends_with(name)).unwrap().clone();
    let all = |from: &str, to: &str| count_paths(&topology, &id(from), &id(to));
    assert_eq!(all("web", "db"), PathCount { found: 4, complete: true });
    assert_eq!(all("web", "idle"), PathCount { found: 1, complete: true });
    assert_eq!(all("db", "web"), PathCount { found: 0, complete: true });
    let names: Vec<_> = nodes_between(&topology, &id("web"), &id("db"))
        .iter()
        .map(|id| topology.nodes[id].name.clone())
        .collect();
    assert_eq!(names, ["cart", "db", "users", "web"]);
}

#[test]
fn ways_that_can_not_be_counted_are_told_as_more_than_were_found() {
    let to = |names: &[String]| names.iter().map(|name| Address::from_host_name(name)).collect::<Vec<_>>();
    let crowd: Vec<String> = (0..12).map(|n| format!("s{n:02}")).collect();
    // The twelve services call each other and `door`. From `door` one path leads to `vault`, and others lead
    // back to the twelve.
    let called = [crowd.clone(), vec!["door".to_owned()]].concat();
    let mut estate: Vec<_> = crowd.iter().map(|name| calling(name, &to(&called))).collect();
    estate.push(calling("door", &to(&["s00".to_owned(), "vault".to_owned()])));
    estate.push(service("vault"));
    let topology = infer(&inventory(estate));
    let id = |name: &str| topology.nodes.keys().find(|id| id.as_str().ends_with(name)).unwrap().clone();
    assert_eq!(count_paths(&topology, &id("door"), &id("vault")), PathCount { found: 1, complete: false });
    assert_eq!(count_paths(&topology, &id("s00"), &id("door")), PathCount { found: 100, complete: false });
}

//! Dense maps: groups that call each other so much that equal lines would be unreadable.

use crate::{
    estate::{ServiceBuilder, service, snapshot},
    see,
    stage::AppHarness,
};
use portolan::model::{EndpointScope, Host, NetworkId, Service, Snapshot, SourceId};

/// Returns a service that all groups reach as `name.group`.
fn mesh_service(group: &str, name: &str) -> Service {
    let mesh = NetworkId::of(&SourceId::new("ecs:eu-west-1"), "mesh");
    service("ecs:eu-west-1", Some(group), name).edit(|service| {
        service.endpoints[0].host = Host::parse(&format!("{name}.{group}")).unwrap();
        service.endpoints[0].scope = EndpointScope::Network(mesh.clone());
        service.networks.insert(mesh);
    })
}

/// Returns `groups` groups of `size` services. Each service calls the services of the same name in all other
/// groups, except for the first service of a group, which calls only the one in the next group.
fn meshed_groups(groups: usize, size: usize) -> Vec<Snapshot> {
    let calling = |group: usize, number: usize| {
        let name = format!("s{number}");
        let calls = |other: &usize| *other != group && (number > 0 || *other == (group + 1) % groups);
        (0..groups).filter(calls).fold(mesh_service(&format!("g{group}"), &name), |one, other| {
            one.calls(&format!("G{other}"), &format!("http://{name}.g{other}:80"))
        })
    };
    let all = (0..groups).flat_map(|group| (0..size).map(move |number| calling(group, number)));
    vec![snapshot("ecs:eu-west-1", all.collect())]
}

#[test]
fn between_two_groups_the_lines_of_the_selected_one_stand_out_and_the_rest_is_dim() {
    let mut stage = AppHarness::showing(&meshed_groups(2, 7), (160, 40));
    see!(stage);
    let text = stage.picture().text();
    assert!(text.contains("g1/s0"), "of another group the same name says which is meant: {text}");
}

#[test]
fn of_groups_that_all_call_each_other_each_shows_its_heaviest_line() {
    let mut stage = AppHarness::showing(&meshed_groups(7, 8), (120, 40));
    let text = stage.picture().text();
    assert!(text.contains("lines shown when selected"), "{text}");
}

/// Services of one group, each with the services that it calls. The layout survey contains a similar group.
const GROUP_CALLS: [(&str, &[&str]); 26] = [
    ("ext-0-152", &[]),
    ("lb-0-144", &["bff-0-179", "gw-0-94"]),
    ("api-0-77", &["db-0-138"]),
    (
        "bff-0-179",
        &["api-0-147", "svc-0-107", "api-0-75", "svc-0-122", "svc-0-78", "api-0-137", "svc-0-74", "api-0-67"],
    ),
    ("gw-0-94", &["svc-0-29", "svc-0-38"]),
    ("svc-0-107", &["api-0-33", "api-0-196"]),
    ("svc-0-122", &["db-0-169", "api-0-153"]),
    ("svc-0-78", &["api-0-140", "api-0-5"]),
    ("api-0-137", &["api-0-5"]),
    ("svc-0-74", &["db-0-143", "db-0-27"]),
    ("api-0-67", &["db-0-27"]),
    ("svc-0-29", &["api-0-151"]),
    ("svc-0-38", &["api-0-84"]),
    ("api-0-151", &["db-0-169"]),
    ("api-0-84", &["db-0-27"]),
    ("api-0-147", &[]),
    ("api-0-75", &[]),
    ("api-0-33", &[]),
    ("api-0-196", &[]),
    ("api-0-153", &[]),
    ("api-0-140", &[]),
    ("api-0-5", &[]),
    ("db-0-143", &[]),
    ("db-0-138", &[]),
    ("db-0-169", &[]),
    ("db-0-27", &[]),
];

#[test]
fn two_dozen_services_fit_a_small_screen_beside_the_panel() {
    let calling = |(name, called): &(&str, &[&str])| {
        called.iter().fold(mesh_service("g", name), |one, other| {
            one.calls(&format!("{}_URL", other.replace('-', "_")), &format!("http://{other}.g:80"))
        })
    };
    let mut stage = AppHarness::showing(
        &[snapshot("ecs:eu-west-1", GROUP_CALLS.iter().map(calling).collect())],
        (80, 24),
    );
    see!(stage);
    let text = stage.picture().text();
    assert!(GROUP_CALLS.iter().all(|(name, _)| text.contains(name)) && !text.contains("more "), "{text}");
}

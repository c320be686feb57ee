//! Tests of network addresses, on containers as an engine returns them.

use super::{NetworkAddresses, SharedNamespacePorts, find_addresses};
use crate::{
    model::{EndpointOrigin, NetworkId, SourceId},
    source::docker::decode::{ContainerRecord, MAX_REFERENCES, decode_container},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

/// Returns a container on the network `n1`, or in the namespace that `mode` names.
fn container_record(
    name: &str,
    image: &str,
    mode: &str,
    exposed: &[u16],
    published: &[(u16, u16)],
) -> Arc<ContainerRecord> {
    let exposed = exposed.iter().chain(published.iter().map(|(_, inside)| inside));
    let exposed: serde_json::Map<_, _> = exposed.map(|port| (format!("{port}/tcp"), json!({}))).collect();
    let bound = published.iter().map(|(outside, inside)| {
        (format!("{inside}/tcp"), json!([{"HostIp": "", "HostPort": outside.to_string()}]))
    });
    let bound: serde_json::Map<_, _> = bound.collect();
    let networks = match mode {
        "n1" => json!({"n1": {"NetworkID": "n1", "IPAddress": "10.0.0.2", "Aliases": [name]}}),
        "host" => json!({"host": {"NetworkID": "host"}}),
        _ => json!({}),
    };
    let answer = json!({
        "Id": name, "Name": format!("/{name}"), "State": {"Status": "running", "Running": true},
        "Config": {"Image": image, "ExposedPorts": exposed},
        "HostConfig": {"NetworkMode": mode},
        "NetworkSettings": {"Networks": networks, "Ports": bound},
    });
    let answer = serde_json::from_str(&answer.to_string()).unwrap();
    Arc::new(decode_container(&SourceId::new("docker"), &answer, &[], MAX_REFERENCES).unwrap())
}

/// Returns the endpoints of a container with the origin `by`, as `host:port`.
fn endpoints_by_origin(reach: &NetworkAddresses, id: &str, by: EndpointOrigin) -> Vec<String> {
    let port = |port: Option<u16>| port.map_or_else(|| "any".to_owned(), |port| port.to_string());
    let all = reach.endpoints_of([id].into_iter());
    let mine: BTreeSet<_> =
        all.iter().filter(|a| a.origin == by).map(|a| format!("{}:{}", a.host, port(a.port))).collect();
    mine.into_iter().collect()
}

fn vpn_addresses(listening: &SharedNamespacePorts) -> NetworkAddresses {
    let all = [
        container_record("vpn", "example/vpn", "n1", &[1194], &[(18_080, 8080)]),
        container_record("torrent", "example/torrent", "container:vpn", &[8080], &[]),
        container_record("arr", "example/arr", "container:torrent", &[], &[]),
        container_record("lone", "example/lone", "n1", &[80], &[(8080, 80)]),
    ];
    find_addresses(&SourceId::new("docker"), &all, listening)
}

#[test]
fn ports_belong_to_the_container_that_exposes_them() {
    let reach = vpn_addresses(&SharedNamespacePorts::new());
    assert_eq!(endpoints_by_origin(&reach, "torrent", EndpointOrigin::ContainerName), ["vpn:8080"]);
    assert_eq!(endpoints_by_origin(&reach, "vpn", EndpointOrigin::ContainerName), ["vpn:any"]);
    assert_eq!(
        endpoints_by_origin(&reach, "torrent", EndpointOrigin::PublishedPort),
        ["host.docker.internal:18080"]
    );
    assert!(endpoints_by_origin(&reach, "vpn", EndpointOrigin::PublishedPort).is_empty());
    assert_eq!(
        endpoints_by_origin(&reach, "torrent", EndpointOrigin::Loopback),
        ["127.0.0.1:8080", "[::1]:8080", "localhost:8080"]
    );
    assert_eq!(
        endpoints_by_origin(&reach, "lone", EndpointOrigin::PublishedPort),
        ["host.docker.internal:8080"]
    );
    assert!(endpoints_by_origin(&reach, "lone", EndpointOrigin::Loopback).is_empty());
    assert!(reach.shares_loopback("arr") && !reach.shares_loopback("lone"));
    let shared = reach.networks_of(["arr"].into_iter());
    assert!(shared.contains(&NetworkId::new("docker/n1")), "a guest of a guest is where the lender is");
}

#[test]
fn an_observed_listener_wins() {
    let listening = SharedNamespacePorts::from([("arr".to_owned(), BTreeSet::from([8080]))]);
    let reach = vpn_addresses(&listening);
    assert_eq!(
        endpoints_by_origin(&reach, "arr", EndpointOrigin::PublishedPort),
        ["host.docker.internal:18080"]
    );
    assert!(endpoints_by_origin(&reach, "torrent", EndpointOrigin::ContainerName).is_empty());
}

#[test]
fn containers_in_the_hosts_network_reach_published_ports_at_the_loopback_address() {
    let all = [
        container_record("db", "postgres:16", "n1", &[5432], &[(15_432, 5432)]),
        container_record("cache", "redis:7", "host", &[6379], &[]),
        container_record("web", "example/web", "host", &[], &[]),
    ];
    let reach = find_addresses(&SourceId::new("docker"), &all, &SharedNamespacePorts::new());
    assert_eq!(
        endpoints_by_origin(&reach, "db", EndpointOrigin::Loopback),
        ["127.0.0.1:15432", "[::1]:15432", "localhost:15432"]
    );
    assert_eq!(
        endpoints_by_origin(&reach, "cache", EndpointOrigin::PublishedPort),
        ["host.docker.internal:6379"]
    );
    let source = SourceId::new("docker");
    let web = reach.networks_of(["web"].into_iter());
    assert!(web.contains(&NetworkId::host_network(&source)) && web.contains(&NetworkId::host_ports(&source)));
    let db = reach.networks_of(["db"].into_iter());
    assert!(!db.contains(&NetworkId::host_network(&source)) && db.contains(&NetworkId::host_ports(&source)));
}

//! Containers as an engine tells of them, and which of them answers where.

use super::{Listening, Reach, of};
use crate::{
    model::{AnsweredBy, NetworkId, SourceId},
    source::docker::decode::{Seen, container},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};

/// A container on the network `n1`, or in another's namespace where `mode` says so.
fn seen(name: &str, image: &str, mode: &str, exposed: &[u16], published: &[(u16, u16)]) -> Arc<Seen> {
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
    Arc::new(container(&SourceId::new("docker"), &answer, &[]).unwrap())
}

/// The answers of a container in that way, as `host:port`.
fn answers(reach: &Reach, id: &str, by: AnsweredBy) -> Vec<String> {
    let port = |port: Option<u16>| port.map_or_else(|| "any".to_owned(), |port| port.to_string());
    let all = reach.answers([id].into_iter());
    let mine: BTreeSet<_> =
        all.iter().filter(|a| a.by == by).map(|a| format!("{}:{}", a.host, port(a.port))).collect();
    mine.into_iter().collect()
}

fn vpn(listening: &Listening) -> Reach {
    let all = [
        seen("vpn", "example/vpn", "n1", &[1194], &[(18_080, 8080)]),
        seen("torrent", "example/torrent", "container:vpn", &[8080], &[]),
        seen("arr", "example/arr", "container:torrent", &[], &[]),
        seen("lone", "example/lone", "n1", &[80], &[(8080, 80)]),
    ];
    of(&SourceId::new("docker"), &all, listening)
}

#[test]
fn the_ports_of_the_lender_are_those_of_who_declares_them() {
    let reach = vpn(&Listening::new());
    assert_eq!(answers(&reach, "torrent", AnsweredBy::ContainerName), ["vpn:8080"]);
    assert_eq!(answers(&reach, "vpn", AnsweredBy::ContainerName), ["vpn:any"]);
    assert_eq!(answers(&reach, "torrent", AnsweredBy::PublishedPort), ["host.docker.internal:18080"]);
    assert!(answers(&reach, "vpn", AnsweredBy::PublishedPort).is_empty());
    assert_eq!(
        answers(&reach, "torrent", AnsweredBy::Loopback),
        ["127.0.0.1:8080", "[::1]:8080", "localhost:8080"]
    );
    assert_eq!(answers(&reach, "lone", AnsweredBy::PublishedPort), ["host.docker.internal:8080"]);
    assert!(answers(&reach, "lone", AnsweredBy::Loopback).is_empty());
    assert!(reach.has_neighbours("arr") && !reach.has_neighbours("lone"));
    let shared = reach.networks(["arr"].into_iter());
    assert!(shared.contains(&NetworkId::new("docker/n1")), "a guest of a guest is where the lender is");
}

#[test]
fn a_socket_that_is_seen_is_believed_first() {
    let listening = Listening::from([("arr".to_owned(), BTreeSet::from([8080]))]);
    let reach = vpn(&listening);
    assert_eq!(answers(&reach, "arr", AnsweredBy::PublishedPort), ["host.docker.internal:18080"]);
    assert!(answers(&reach, "torrent", AnsweredBy::ContainerName).is_empty());
}

#[test]
fn containers_in_the_hosts_network_reach_published_ports_at_the_loopback_address() {
    let all = [
        seen("db", "postgres:16", "n1", &[5432], &[(15_432, 5432)]),
        seen("cache", "redis:7", "host", &[6379], &[]),
        seen("web", "example/web", "host", &[], &[]),
    ];
    let reach = of(&SourceId::new("docker"), &all, &Listening::new());
    assert_eq!(
        answers(&reach, "db", AnsweredBy::Loopback),
        ["127.0.0.1:15432", "[::1]:15432", "localhost:15432"]
    );
    assert_eq!(answers(&reach, "cache", AnsweredBy::PublishedPort), ["host.docker.internal:6379"]);
    let source = SourceId::new("docker");
    let web = reach.networks(["web"].into_iter());
    assert!(web.contains(&NetworkId::host(&source)) && web.contains(&NetworkId::host_ports(&source)));
    let db = reach.networks(["db"].into_iter());
    assert!(!db.contains(&NetworkId::host(&source)) && db.contains(&NetworkId::host_ports(&source)));
}

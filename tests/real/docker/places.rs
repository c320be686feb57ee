//! Edge tests on a real engine: shared network namespaces, proxy labels, and configuration files in volumes.

use super::{
    IDLE_SCRIPT,
    lab::{Lab, run_docker},
    traffic::start_tcp_forwarder,
};
use portolan::{
    model::{Inventory, ReferenceKind, Snapshot},
    source::{
        Source,
        docker::{Config, Docker, EngineEndpoint, FoundEngine},
    },
    topology::infer,
};
use std::{sync::Arc, time::Duration};

/// Script of a server that listens on port 9000.
const SERVER_SCRIPT: &str =
    "busybox nc -ll -p 9000 -e busybox sleep 60 & trap 'exit 0' TERM; while :; do busybox sleep 0.2; done";

/// Returns the edges between containers of the lab, as `from to`.
fn edge_names(lab: &Lab, snapshot: Snapshot) -> Vec<String> {
    let mut inventory = Inventory::default();
    inventory.replace_snapshot(Arc::new(snapshot));
    let topology = infer(&inventory);
    let own = |id| topology.nodes[id].name.strip_prefix(&format!("{}-", lab.name)).map(str::to_owned);
    topology.edges.keys().filter_map(|(from, to)| Some(format!("{} {}", own(from)?, own(to)?))).collect()
}

#[tokio::test]
async fn a_line_ends_at_the_container_that_listens() {
    let Some(lab) = Lab::open() else { return };
    let net = lab.network("net");
    lab.run("vpn", &["--network", &net, "--network-alias", "vpn", "-p", "127.0.0.1::9000"], IDLE_SCRIPT);
    let published = run_docker(&["port", &lab.full_name("vpn"), "9000/tcp"]);
    let port = published.trim().rsplit(':').next().unwrap().to_owned();
    let inside = format!("container:{}", lab.full_name("vpn"));
    lab.run("guest", &["--network", &inside], SERVER_SCRIPT);
    lab.run("beside", &["--network", &inside, "-e", "STORE_URL=http://localhost:9000"], IDLE_SCRIPT);
    lab.run("caller", &["--network", &net, "-e", "STORE_URL=http://vpn:9000"], IDLE_SCRIPT);
    let other = lab.network("other");
    let through = format!("STORE_URL=http://host.docker.internal:{port}");
    lab.run("far", &["--network", &other, "-e", &through], IDLE_SCRIPT);
    let expected = ["beside guest", "caller guest", "far guest"];
    // The guest needs time until it listens, and the source reads sockets of a namespace every 10 s.
    for _ in 0..60 {
        if edge_names(&lab, lab.snapshot().await) == expected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(edge_names(&lab, lab.snapshot().await), expected);
}

#[tokio::test]
async fn labels_join_a_proxy_to_what_it_reaches() {
    let Some(lab) = Lab::open() else { return };
    let (here, there) = (lab.network("here"), lab.network("there"));
    let proxy = format!("traefik:{}", lab.name);
    run_docker(&["tag", super::lab::BUSYBOX_IMAGE, &proxy]);
    let label = "traefik.http.routers.web.rule=Host(`web.example.com`)";
    lab.run_image(&proxy, "proxy", &["--network", &here, "-p", "127.0.0.1::80"], IDLE_SCRIPT);
    lab.run("near", &["--network", &here, "--label", label], IDLE_SCRIPT);
    lab.run("far", &["--network", &there, "--label", label], IDLE_SCRIPT);
    let found = edge_names(&lab, lab.snapshot().await);
    run_docker(&["rm", "-f", &lab.full_name("proxy")]);
    lab.run_image(&proxy, "proxy", &["--network", "host"], IDLE_SCRIPT);
    let on_host = edge_names(&lab, lab.snapshot().await);
    run_docker(&["rm", "-f", &lab.full_name("proxy")]);
    run_docker(&["rmi", &proxy]);
    assert_eq!(found, ["proxy near"]);
    assert_eq!(on_host, ["proxy far", "proxy near"]);
}

#[tokio::test]
async fn a_config_file_in_a_volume_belongs_to_its_reader() {
    let Some(lab) = Lab::open() else { return };
    let volume = lab.volume("conf");
    let (write, read) = (format!("{volume}:/out"), format!("{volume}:/etc/app:ro"));
    let script =
        format!("echo 'url: http://orders:8080' > /out/app.yml; echo 'x' > /out/notes.txt; {IDLE_SCRIPT}");
    lab.run("writer", &["-v", &write], &script);
    lab.run("reader", &["-v", &read], IDLE_SCRIPT);
    let found = FoundEngine {
        name: "docker".into(),
        endpoint: EngineEndpoint::Tcp(start_tcp_forwarder()),
        found_by: "a test".into(),
        warning: None,
    };
    let far = Docker::new(found, &Config::default());
    let named = |snapshot: &Snapshot, name: &str| -> Vec<String> {
        let mentions = &lab.service(snapshot, name).references;
        mentions
            .iter()
            .filter(|m| m.kind == ReferenceKind::ConfigFile)
            .map(|m| m.location.to_string())
            .collect()
    };
    for _ in 0..60 {
        if !named(&lab.snapshot().await, "reader").is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for snapshot in [lab.snapshot().await, far.snapshot().await.unwrap()] {
        assert_eq!(named(&snapshot, "reader"), ["file /etc/app/app.yml:1"]);
        assert!(named(&snapshot, "writer").is_empty(), "it wrote the file for the other one");
    }
}

//! Tests over whole projects on disk: compose files, and the snapshots read from them.

mod limits;
mod docker_compose_parity;
mod refused;
mod shapes;

use super::{Compose, Config};
use crate::{
    model::{EndpointOrigin, FactKind, Failure, Health, Reference, ReferenceKind, Service, Snapshot},
    source::Source,
};
use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

static FOLDER_COUNT: AtomicUsize = AtomicUsize::new(0);

/// Temporary folder with the files of a project. Dropping it removes the folder.
struct TestProject(PathBuf);

impl TestProject {
    fn new(files: &[(&str, &str)]) -> Self {
        let name = format!("compose-{}-{}", std::process::id(), FOLDER_COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = Self(std::env::temp_dir().join(name).join("shop"));
        files.iter().for_each(|(path, text)| folder.write(path, text));
        folder
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn source(&self) -> Compose {
        let config = Config { path: self.0.to_str().unwrap().to_owned(), name: String::new() };
        Compose::new(&config, BTreeMap::from([("AROUND".to_owned(), "around.example.com".to_owned())]))
    }

    fn snapshot(&self) -> Result<Snapshot, Failure> {
        take_snapshot(&self.source())
    }

    /// Takes a snapshot with `variables` as the environment of this process.
    fn snapshot_with(&self, variables: &[(&str, &str)]) -> Result<Snapshot, Failure> {
        let config = Config { path: self.0.to_str().unwrap().to_owned(), name: String::new() };
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        take_snapshot(&Compose::new(&config, variables.collect()))
    }
}

impl Drop for TestProject {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.parent().unwrap());
    }
}

fn take_snapshot(source: &Compose) -> Result<Snapshot, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(source.snapshot())
}

fn service_named<'a>(snapshot: &'a Snapshot, name: &str) -> &'a Service {
    snapshot.services.iter().find(|s| s.name == name).unwrap()
}

fn reference_lines(service: &Service) -> Vec<String> {
    let tell = |m: &Reference| format!("{:?} {} {:?}", m.kind, m.location, m.target);
    let shorter = |text: String| match text.split_once("host: Name(HostName(\"") {
        Some((before, rest)) => {
            let key = before
                .split(" Address(")
                .next()
                .unwrap_or(before)
                .split(" EstateAddress(")
                .next()
                .unwrap_or(before);
            format!("{key} -> {}", rest.split('"').next().unwrap_or_default())
        }
        None => text,
    };
    service.references.iter().map(tell).map(shorter).collect()
}

fn fact_values(service: &Service, label: &str) -> Vec<String> {
    service
        .facts
        .iter()
        .filter(|fact| fact.label.to_string() == label)
        .map(|fact| fact.value.to_string())
        .collect()
}

fn unread_part_messages(snapshot: &Snapshot) -> Vec<String> {
    snapshot.unread_parts.iter().map(|gap| gap.failure.message.to_string()).collect()
}

/// Returns the endpoints of a service except those at its loopback address, as `host@scope`.
fn endpoint_names(service: &Service) -> Vec<String> {
    let scope = |a: &crate::model::ServiceEndpoint| {
        format!("{:?}", a.scope).replace("Network(\"compose:shop/", "").replace("\")", "")
    };
    let beyond = service.endpoints.iter().filter(|a| a.origin != EndpointOrigin::Loopback);
    beyond.map(|a| format!("{}@{}", a.host, scope(a))).collect()
}

#[test]
fn references_come_from_variables_arguments_and_files() {
    let folder = TestProject::new(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: nginx:1\n    env_file: [web.env]\n    environment:\n      - API_URL=http://${API:-api}:80\n      - AROUND_URL=http://$AROUND\n    command: --backend http://users:8080\n    depends_on: [api]\n    links: ['db:database']\n    extra_hosts: {old: 10.1.2.3}\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro', 'data:/data']\n    labels: {traefik.enable: true}\n  api: {image: api}\n  db: {image: postgres}\nvolumes: {data: }\n",
        ),
        (".env", "API=api\n"),
        ("web.env", "CACHE_URL=redis://cache:6379\nAPI_URL=http://nobody\n"),
        ("nginx.conf", "server {\n  location / { proxy_pass http://front:3000; }\n}\n"),
    ]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(snapshot.source.as_str(), "compose:shop");
    assert!(snapshot.unread_parts.is_empty(), "{:?}", snapshot.unread_parts);
    let web = reference_lines(service_named(&snapshot, "web"));
    let expected = [
        "Link links -> db",
        "ComposeFile argument backend -> users",
        "ComposeFile environment API_URL -> api",
        "ComposeFile environment AROUND_URL -> around.example.com",
        "ComposeFile environment CACHE_URL -> cache",
        "ComposeFile file /etc/nginx/nginx.conf:2 -> front",
        "StartOrder depends_on ServiceName(\"api\")",
    ];
    for line in expected {
        assert!(web.iter().any(|known| known == line), "{line} is not in {web:#?}");
    }
    let vias: Vec<ReferenceKind> =
        service_named(&snapshot, "web").references.iter().map(|m| m.kind).collect();
    assert!(vias.contains(&ReferenceKind::ExtraHost) && vias.contains(&ReferenceKind::ProxyLabel));
    assert_eq!(vias.len(), 9, "{web:#?}");
}

#[test]
fn a_declared_service_has_unknown_health() {
    let folder = TestProject::new(&[(
        "compose.yaml",
        "services:\n  db:\n    image: postgres:16\n    deploy: {replicas: 3}\n",
    )]);
    let snapshot = folder.snapshot().unwrap();
    let db = service_named(&snapshot, "db");
    assert_eq!((Health::of_service(db), db.desired, db.running()), (Health::Unknown, Some(3), 0));
    assert_eq!(db.images().collect::<Vec<_>>(), ["postgres:16"]);
    assert!(
        db.facts.iter().any(|f| f.kind() == Some(FactKind::Declared) && f.value == "compose.yaml:2"),
        "{:?}",
        db.facts
    );
}

#[test]
fn names_count_on_the_networks_that_services_share() {
    let folder = TestProject::new(&[(
        "compose.yaml",
        "name: Shop\nservices:\n  web:\n    image: web\n    networks: {front: {aliases: [www]}, back: }\n  api: {image: api, container_name: the-api, hostname: apihost, networks: {back: {ipv4_address: 10.5.0.9}}, ports: ['8080:80']}\n  side: {image: side, network_mode: 'service:api'}\n  metal: {image: metal, network_mode: host, expose: [9100]}\n  lone: {image: lone}\nnetworks:\n  front: {name: public}\n  back: {}\n",
    )]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(
        endpoint_names(service_named(&snapshot, "web")),
        ["shop-web-1@public", "shop-web-1@shop_back", "web@public", "web@shop_back", "www@public"]
    );
    assert_eq!(
        endpoint_names(service_named(&snapshot, "api")),
        [
            "api@shop_back",
            "apihost@shop_back",
            "host.docker.internal@host:ports",
            "the-api@shop_back",
            "10.5.0.9@shop_back"
        ]
    );
    let side = service_named(&snapshot, "side");
    assert!(side.endpoints.is_empty() && side.networks.iter().any(|n| n.as_str().ends_with("shop_back")));
    assert_eq!(endpoint_names(service_named(&snapshot, "metal")), ["host.docker.internal@host:ports"]);
    assert_eq!(
        endpoint_names(service_named(&snapshot, "lone")),
        ["lone@shop_default", "shop-lone-1@shop_default"]
    );
}

#[test]
fn files_lie_over_extend_and_include_each_other() {
    let folder = TestProject::new(&[
        (
            "docker-compose.yml",
            "include: [more/compose.yaml]\nservices:\n  base:\n    image: base\n    environment: {DB_URL: 'pg://db'}\n  web:\n    extends: {service: base}\n    environment: {API_URL: 'http://api'}\n  far:\n    extends: {file: other/common.yaml, service: common}\n",
        ),
        (
            "docker-compose.override.yml",
            "services:\n  web:\n    environment: [API_URL=http://staging-api]\n  extra: {image: extra}\n",
        ),
        ("other/common.yaml", "services:\n  common:\n    image: common\n    env_file: common.env\n"),
        ("other/common.env", "QUEUE_URL=amqp://queue\n"),
        (
            "more/compose.yaml",
            "services:\n  inner:\n    image: inner\n    environment: ['INNER_URL=http://$INNER']\n",
        ),
        ("more/.env", "INNER=inside\n"),
    ]);
    let snapshot = folder.snapshot().unwrap();
    assert!(snapshot.unread_parts.is_empty(), "{:?}", snapshot.unread_parts);
    let names: Vec<_> = snapshot.services.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["base", "extra", "far", "inner", "web"]);
    assert_eq!(
        reference_lines(service_named(&snapshot, "web")),
        ["ComposeFile environment API_URL -> staging-api", "ComposeFile environment DB_URL -> db"]
    );
    assert_eq!(
        reference_lines(service_named(&snapshot, "far")),
        ["ComposeFile environment QUEUE_URL -> queue"]
    );
    assert_eq!(
        reference_lines(service_named(&snapshot, "inner")),
        ["ComposeFile environment INNER_URL -> inside"]
    );
    let web = service_named(&snapshot, "web")
        .facts
        .iter()
        .find(|f| f.kind() == Some(FactKind::Declared))
        .map(|f| f.value.as_str());
    assert_eq!(web, Some("docker-compose.yml:6"));
}

#[test]
fn a_folder_may_name_its_files() {
    let folder = TestProject::new(&[
        (".env", "COMPOSE_FILE=one.yaml:more/two.yaml\nCOMPOSE_PROJECT_NAME=named\n"),
        ("one.yaml", "services: {web: {image: web}}\n"),
        ("more/two.yaml", "services: {api: {image: api, env_file: api.env}}\n"),
        ("api.env", "DB_URL=pg://db\n"),
    ]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!((snapshot.source.as_str(), snapshot.services.len()), ("compose:shop", 2));
    assert_eq!(service_named(&snapshot, "web").group.as_deref(), Some("named"));
    assert_eq!(
        reference_lines(service_named(&snapshot, "api")),
        ["ComposeFile environment DB_URL -> db"],
        "paths begin at the first file"
    );
}

#[test]
fn configs_are_files_texts_or_variables() {
    let folder = TestProject::new(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: web\n    configs: [inline, {source: disk, target: /etc/app.yaml}]\n    secrets: [key]\nsecrets: {key: {environment: KEY}}\nconfigs:\n  inline: {content: 'upstream_url: http://one:80'}\n  disk: {file: ./app.yaml}\n",
        ),
        ("app.yaml", "db_url: pg://two:5432\n"),
    ]);
    let snapshot = folder.snapshot().unwrap();
    let web = reference_lines(service_named(&snapshot, "web"));
    assert_eq!(web, ["ComposeFile file /etc/app.yaml:1 -> two", "ComposeFile file /inline:1 -> one"]);
}

#[test]
fn a_change_is_read_and_a_broken_file_is_an_error() {
    let folder = TestProject::new(&[(
        "compose.yaml",
        "services: {web: {image: web, env_file: [{path: x.env, required: false}]}}\n",
    )]);
    let source = folder.source();
    assert!(reference_lines(service_named(&take_snapshot(&source).unwrap(), "web")).is_empty());
    folder.write("x.env", "API_URL=http://api\n");
    assert_eq!(reference_lines(service_named(&take_snapshot(&source).unwrap(), "web")).len(), 1);
    folder.write("compose.override.yaml", "services: {api: {image: api}}\n");
    assert_eq!(take_snapshot(&source).unwrap().services.len(), 2);
    folder.write("compose.yaml", "services: [\n");
    assert!(take_snapshot(&source).is_err());
}

#[test]
fn no_secret_leaves() {
    let folder = TestProject::new(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: web\n    env_file: x.env\n    environment: {DB_URL: 'pg://me:hunter2@db/x', API_KEY: hunter2}\n    command: [--password, hunter2, --db=pg://u:hunter2@db]\n    labels: {token: hunter2}\n    configs: [c]\nconfigs: {c: {content: 'password: hunter2'}}\n",
        ),
        ("x.env", "TOKEN=hunter2\n"),
    ]);
    let told = format!("{:?}", folder.snapshot().unwrap());
    assert!(!told.contains("hunter2"), "{told}");
}

/// Returns the edges of a project, as `from strength to`.
fn edge_lines(text: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut all = vec![("compose.yaml", text)];
    all.extend(files);
    let mut inventory = crate::model::Inventory::default();
    inventory.replace_snapshot(std::sync::Arc::new(TestProject::new(&all).snapshot().unwrap()));
    let topology = crate::topology::infer(&inventory);
    let name = |id| topology.nodes[id].name.clone();
    topology
        .edges
        .iter()
        .map(|((a, b), e)| format!("{} {} {}", name(a), e.strength().as_str(), name(b)))
        .collect()
}

#[test]
fn a_line_ends_at_the_service_that_listens() {
    let text = "name: shop
services:
  vpn: {image: qmcgaw/gluetun, ports: ['18080:8080', '19117:9117']}
  torrent: {image: example/torrent, network_mode: 'service:vpn', expose: [8080]}
  indexer: {image: example/indexer, network_mode: 'service:vpn', expose: [9117]}
  arr: {image: example/arr, network_mode: 'service:torrent', environment: {A_URL: 'http://localhost:8080', B_URL: 'http://127.0.0.1:9117', OWN_URL: 'http://localhost:8989'}}
  sonarr: {image: example/sonarr, environment: {A_URL: 'http://vpn:8080'}}
  outside: {image: example/outside, environment: {A_URL: 'http://host.docker.internal:19117'}}
  lonely: {image: example/lonely, environment: {A_URL: 'http://localhost:8080'}}
";
    let expected = [
        "arr declared indexer",
        "arr declared torrent",
        "outside declared indexer",
        "sonarr declared torrent",
    ];
    assert_eq!(edge_lines(text, &[]), expected);
}

#[test]
fn services_in_the_hosts_network_share_its_loopback_address_and_its_published_ports() {
    let text = "name: shop
services:
  db: {image: postgres, ports: ['15432:5432']}
  cache: {image: redis, network_mode: host}
  web: {image: example/web, network_mode: host, environment: {DB_URL: 'postgres://localhost:15432/x', CACHE_URL: 'redis://127.0.0.1:6379', WRONG_URL: 'postgres://localhost:5432'}}
  api: {image: example/api, environment: {CACHE_URL: 'redis://host.docker.internal:6379'}}
";
    assert_eq!(edge_lines(text, &[]), ["api declared cache", "web declared cache", "web declared db"]);
}

#[test]
fn a_proxy_has_edges_to_services_on_its_networks() {
    let labels = "labels: {traefik.http.routers.x.rule: 'Host(`x`)'}";
    let text = format!(
        "name: shop\nservices:\n  proxy: {{image: traefik, networks: [front], ports: ['80:80']}}\n  near: {{image: x, networks: [front], {labels}}}\n  far: {{image: y, networks: [back], {labels}}}\n  metal: {{image: z, network_mode: host, {labels}}}\nnetworks: {{front: , back: }}\n"
    );
    assert_eq!(edge_lines(&text, &[]), ["proxy declared metal", "proxy declared near"]);
    let on_host = text.replace("traefik, networks: [front], ports: ['80:80']", "traefik, network_mode: host");
    assert_eq!(
        edge_lines(&on_host, &[]),
        ["proxy declared far", "proxy declared metal", "proxy declared near"]
    );
}

#[test]
fn shared_settings_of_one_image_count_once() {
    let after = "depends_on: {db: {condition: service_healthy}, mail: {condition: service_started}, symbols: {condition: service_started}, setup: {condition: service_completed_successfully}}";
    let one = |name: &str| {
        format!(
            "  {name}: {{image: shop/app, command: [run, {name}], volumes: ['./app.yml:/etc/app/app.yml:ro'], {after}}}\n"
        )
    };
    let suite: String = ["web", "worker", "beat"].into_iter().map(one).collect();
    let text = format!(
        "name: shop\nservices:\n{suite}  db: {{image: postgres}}\n  mail: {{image: shop/smtp}}\n  symbols: {{image: shop/symbols}}\n  setup: {{image: shop/app, command: [migrate]}}\n"
    );
    let file = ("app.yml", "mail:\n  host: mail\nsymbols:\n  url: http://symbols:3021\n");
    let found = edge_lines(&text, &[file]);
    assert_eq!(found.iter().filter(|line| line.contains(" declared ")).count(), 3, "{found:?}");
    assert!(["beat", "web", "worker"].iter().all(|name| found.contains(&format!("{name} declared db"))));
    assert!(!found.iter().any(|line| line.ends_with(" setup")), "{found:?}");
    let alone = text.replace("[run, worker]", "[run, web]").replace("[run, beat]", "[run, web]");
    let found = edge_lines(&alone, &[file]);
    assert_eq!(found.iter().filter(|line| line.contains(" declared ")).count(), 9, "one program: {found:?}");
}

#[test]
fn files_that_a_web_server_serves_are_no_references() {
    let text = "name: shop
services:
  web: {image: nginx, command: [nginx, -g, 'daemon off;'], volumes: ['./spa.json:/usr/share/nginx/html/config.json:ro', './php:/web:ro', './conf.d:/etc/nginx/conf.d:ro']}
  php: {image: shop/php, volumes: ['./php:/web:ro']}
  api: {image: shop/api}
  db: {image: shop/store}
";
    let files = [
        ("spa.json", "{\"api\": {\"url\": \"http://db:80\"}}"),
        ("php/config.php", "<?php $store = new Store(['host' => 'db', 'port' => 7000]);"),
        ("conf.d/api.conf", "server { location / { proxy_pass http://api:8080; } }"),
    ];
    assert_eq!(edge_lines(text, &files), ["php declared db", "web declared api"]);
}

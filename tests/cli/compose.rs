//! Tests with a compose file as the only source: its edges, their evidence, and errors in broken files.

use crate::home::Home;
use serde_json::Value;

const SHOP_COMPOSE_FILE: &str = "\
name: shop
services:
  web:
    image: shop/web
    environment: {API_URL: 'http://${API_HOST}:8080'}
    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']
    depends_on: [api]
  api:
    image: shop/api
    env_file: api.env
    deploy: {replicas: 3}
  assets: {image: shop/assets}
  db: {image: 'postgres:16'}
";

/// Returns a home with a shop that has the compose file `text`, and the setting that makes it the only
/// source.
fn shop_home(text: &str) -> (Home, String) {
    let home = Home::new();
    home.write_file("shop/.env", "API_HOST=api\n");
    home.write_file("shop/api.env", "DATABASE_URL=postgres://me:hunter2@db:5432/shop\n");
    home.write_file("shop/nginx.conf", "location /assets { proxy_pass http://assets:80; }\n");
    let path = home.write_file("shop/compose.yaml", text);
    let setting = format!("source=[{{kind=\"compose\",path=\"{path}\"}}]");
    (home, setting)
}

#[test]
fn edges_have_compose_file_evidence() {
    let (home, setting) = shop_home(SHOP_COMPOSE_FILE);
    let ran = home.run(&["map", "--format", "json", "--set", &setting]);
    assert!(!ran.stdout.contains("hunter2"));
    let map = ran.json();
    assert_eq!(map["sources"][0]["id"], "compose:shop");
    assert_eq!(map["sources"][0]["state"], "live");
    let said = |to: &str| {
        let edges = map["edges"].as_array().unwrap();
        let edge = edges.iter().find(|edge| edge["to"] == format!("compose:shop/shop/{to}")).unwrap();
        let first = &edge["evidence"][0];
        (edge["strength"].clone(), first["kind"].clone(), first["place"].clone())
    };
    let because = |place: &str| (Value::from("declared"), Value::from("compose-file"), Value::from(place));
    assert_eq!(said("api"), because("environment API_URL"));
    assert_eq!(said("db"), because("environment DATABASE_URL"));
    assert_eq!(said("assets"), because("file /etc/nginx/nginx.conf:1"));
    assert_eq!(map["edges"].as_array().unwrap().len(), 3);
}

#[test]
fn declared_services_without_instances_are_no_fault() {
    let (home, setting) = shop_home(SHOP_COMPOSE_FILE);
    let status = home.run(&["status", "--set", &setting]);
    assert_eq!(status.exit_code, Some(0), "{status:?}");
    let map = home.run(&["map", "--format", "json", "--set", &setting]).json();
    assert_eq!(map["findings"].as_array().map(Vec::len), Some(0), "{map}");
    assert!(map["nodes"].as_array().unwrap().iter().all(|node| node["health"] == "unknown"), "{map}");
    let doctor = home.run(&["doctor", "--set", &setting]);
    assert!(doctor.stdout.contains("4 services"), "{doctor:?}");
}

#[test]
fn a_broken_file_is_reported_with_its_line() {
    let (home, setting) = shop_home("services:\n  web: {}\n  api: [1]\n");
    let doctor = home.run(&["doctor", "--set", &setting]);
    assert!(doctor.stdout.contains("compose.yaml:3") && doctor.stdout.contains("`api`"), "{doctor:?}");
    let status = home.run(&["status", "--set", &setting]);
    assert_ne!(status.exit_code, Some(0), "{status:?}");
}

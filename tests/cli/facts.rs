//! Tests with a repository on disk: facts about its services, their needs, and the handbook.

use crate::home::{Home, RunOutput};
use serde_json::Value;
use std::{fs::Permissions, os::unix::fs::PermissionsExt, path::Path};

const COMPOSE_FILE: &str = "\
name: shop
services:
  web:
    build: ./web
    ports: ['8088:80']
    environment: {API_URL: 'http://api:8080', SECRET_KEY: hunter2, DB_HOST: db, DB_PORT: '5432'}
    depends_on: [api]
  api:
    build: ./api
    environment: {DATABASE_URL: 'postgres://me:hunter2@db:5432/shop'}
  db: {image: 'postgres:16'}
";

const CATALOGUE_FILE: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: web, description: Shows the shop}
spec: {type: website, owner: 'group:default/shop-team', dependsOn: ['component:default/mailer']}
";

/// Returns a home with a repository, and the setting that makes its compose file the only source.
fn home_with_repository() -> (Home, String) {
    let home = Home::new();
    let remote = "[remote \"origin\"]\n\turl = https://t:hunter2@github.com/acme/shop.git\n";
    home.write_file("src/shop/.git/config", remote);
    home.write_file("src/shop/web/catalog-info.yaml", CATALOGUE_FILE);
    home.write_file("src/shop/CODEOWNERS", "* @acme/all\n/api/ @acme/backend\n");
    home.write_file(
        "src/shop/api/README.md",
        "# API\n\nServes the data of the shop.\n\n## Run\n\n    make run\n",
    );
    home.write_file("src/shop/opslevel.yml", "a: [hunter2");
    let path = home.write_file("src/shop/compose.yaml", COMPOSE_FILE);
    let setting = format!("source=[{{kind=\"compose\",path=\"{path}\"}}]");
    (home, setting)
}

fn values(map: &Value, service: &str, field: &str) -> Vec<String> {
    let nodes = map["nodes"].as_array().unwrap();
    let node = nodes.iter().find(|node| node["name"] == service).unwrap();
    let facts = node["about"].as_array().unwrap().iter().filter(|fact| fact["field"] == field);
    facts.map(|fact| fact["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_repository_of_a_compose_file_states_facts() {
    let (home, setting) = home_with_repository();
    let ran = home.run(&["map", "--format", "json", "--set", &setting]);
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
    let map = ran.json();
    assert_eq!(values(&map, "web", "owner"), ["shop-team", "@acme/all"]);
    assert_eq!(values(&map, "web", "description"), ["Shows the shop"]);
    assert_eq!(values(&map, "api", "owner"), ["@acme/backend"]);
    assert_eq!(values(&map, "api", "repository"), ["https://github.com/acme/shop"]);
    assert_eq!(values(&map, "api", "description"), ["Serves the data of the shop."]);
    assert!(values(&map, "db", "owner").is_empty() && values(&map, "db", "repository").is_empty());
}

#[test]
fn doctor_names_the_files_that_can_not_be_read() {
    let (home, setting) = home_with_repository();
    let repositories = format!("repositories=[\"{}/src/*\"]", home.0.display());
    let ran = home.run(&["doctor", "--set", &setting, "--set", &repositories]);
    assert!(ran.stdout.contains("repositories   1 with 1 catalogued"), "{ran:?}");
    assert!(ran.stdout.contains("opslevel.yml: invalid YAML") && !ran.stdout.contains("hunter2"), "{ran:?}");
}

#[test]
fn the_needs_of_a_service_are_a_list_and_a_compose_file() {
    let (home, setting) = home_with_repository();
    let need = |format: &str| home.run(&["need", "web", "--format", format, "--set", &setting]);
    let table = need("table");
    assert!(table.stdout.starts_with("shop/web needs 2 services"), "{table:?}");
    assert!(table.stdout.contains("also ") && table.stdout.contains("SECRET_KEY"), "{table:?}");
    let json = need("json").json();
    let nodes: Vec<_> = json["needs"].as_array().unwrap().iter().map(|need| need["node"].clone()).collect();
    assert_eq!(nodes, ["compose:shop/shop/db", "compose:shop/shop/api"], "callees before their callers");
    let compose = need("compose").stdout;
    for line in [
        "  \"web\":\n    image: \"shop-web\"\n",
        "      \"API_URL\": \"http://api:8080\"\n",
        "      \"DATABASE_URL\": \"${DATABASE_URL:-postgres://db:5432}\" # without user",
        "      \"DB_HOST\": \"db\"\n",
        "      \"DB_PORT\": \"5432\"\n",
        "      \"SECRET_KEY\":\n",
    ] {
        assert!(compose.contains(line), "{line}: {compose}");
    }
    assert!(!compose.contains("hunter2") && !compose.contains("host.docker.internal"), "{compose}");
    // The file that `need` writes is a source with the same calls.
    let path = home.write_file("need/compose.yaml", &compose);
    let written = format!("source=[{{kind=\"compose\",name=\"shop\",path=\"{path}\"}}]");
    let again = home.run(&["need", "web", "--set", &written]);
    assert!(again.stdout.contains("needs 2 services"), "{again:?}");
    home.run(&["need", "nobody", "--set", &setting]).assert_exit_and_stderr(2, &["`nobody` not found"]);
}

#[test]
fn the_handbook_notices_exactly_the_change() {
    let (home, setting) = home_with_repository();
    let book = home.0.join("book");
    let folder = book.to_str().unwrap();
    for format in ["html", "markdown"] {
        let ran = home.run(&["handbook", "--format", format, "--output", folder, "--set", &setting]);
        assert_eq!(ran.exit_code, Some(0), "{ran:?}");
    }
    for name in ["index.html", "shop-web.html", "shop-api.md", "map.svg", "handbook.json"] {
        let text = std::fs::read_to_string(book.join(name)).unwrap();
        assert!(!text.contains("hunter2"), "{name}");
    }
    let check = || -> RunOutput { home.run(&["handbook", "--check", folder, "--set", &setting]) };
    assert_eq!((check().exit_code, check().stdout.as_str()), (Some(0), "the handbook holds\n"));
    home.write_file("src/shop/web/catalog-info.yaml", &CATALOGUE_FILE.replace("shop-team", "web-people"));
    let changed = check();
    assert_eq!(changed.exit_code, Some(1), "{changed:?}");
    assert_eq!(
        changed.stdout,
        "no longer holds  shop/web: owner: shop-team\nmissing          shop/web: owner: web-people\n"
    );
}

#[test]
fn the_pages_are_for_others_and_those_of_gone_services_go() {
    let (home, setting) = home_with_repository();
    let book = home.0.join("book");
    std::fs::create_dir(&book).unwrap();
    std::fs::set_permissions(&book, Permissions::from_mode(0o755)).unwrap();
    let folder = book.to_str().unwrap();
    let write = || home.run(&["handbook", "--output", folder, "--set", &setting]);
    let check = || home.run(&["handbook", "--check", folder, "--set", &setting]);
    assert_eq!((write().exit_code, check().exit_code), (Some(0), Some(0)));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    std::fs::write(book.join("notes.html"), "mine").unwrap();
    assert_eq!((mode(&book), mode(&book.join("shop-web.html"))), (0o755, mode(&book.join("notes.html"))));
    home.write_file("src/shop/compose.yaml", "name: shop\nservices: {db: {image: 'postgres:16'}}\n");
    let changed = check();
    assert!(changed.stdout.contains("stale page       shop-web\n"), "{changed:?}");
    assert_eq!(write().exit_code, Some(0));
    let mut left: Vec<String> = std::fs::read_dir(&book)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["handbook.json", "index.html", "notes.html", "shop-db.html"]);
    assert_eq!(check().stdout, "the handbook holds\n");
}

#[test]
fn the_handbook_overwrites_nothing_else() {
    let (home, setting) = home_with_repository();
    home.write_file("notes/todo.txt", "buy milk");
    let folder = home.0.join("notes");
    let ran = home.run(&["handbook", "--output", folder.to_str().unwrap(), "--set", &setting]);
    ran.assert_exit_and_stderr(2, &["no handbook", "--output"]);
    let ran = home.run(&["handbook", "--check", folder.to_str().unwrap(), "--set", &setting]);
    ran.assert_exit_and_stderr(2, &["handbook.json is missing"]);
    assert!(Path::new(&folder).join("todo.txt").is_file());
}

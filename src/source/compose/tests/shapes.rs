//! Projects in the many shapes that compose reads, each compared with compose's reading.

use super::{TestProject, endpoint_names, fact_values, reference_lines, service_named};
use crate::model::Snapshot;

fn complete_snapshot(files: &[(&str, &str)]) -> Snapshot {
    let snapshot = TestProject::new(files).snapshot().unwrap();
    assert!(snapshot.unread_parts.is_empty(), "{:?}", snapshot.unread_parts);
    snapshot
}

/// Returns the hosts that the service `web` references, in the order of its variables.
fn referenced_hosts(snapshot: &Snapshot) -> Vec<String> {
    let lines = reference_lines(service_named(snapshot, "web"));
    lines.iter().filter_map(|line| line.split_once(" -> ")).map(|(_, host)| host.to_owned()).collect()
}

#[test]
fn documents_marks_and_merge_keys_are_read() {
    let snapshot = complete_snapshot(&[(
        "compose.yaml",
        "\u{feff}x-env: &env {A_URL: 'http://a:80'}\nx-svc: &svc\n  image: a\n  environment: &own\n    <<: [*env, {B_URL: 'http://b:80'}]\nservices:\n  web:\n    <<: *svc\n    environment: {<<: *own, C_URL: 'http://c:80'}\n---\nservices:\n  api: {image: b, labels: {version: 7e1000, port: 0x1F}}\n",
    )]);
    assert_eq!(referenced_hosts(&snapshot), ["a", "b", "c"]);
    assert_eq!(snapshot.services.len(), 2);
}

#[test]
fn an_override_lies_over_a_file_by_the_rules_of_each_key() {
    let snapshot = complete_snapshot(&[
        (
            "compose.yaml",
            "name: one\nservices:\n  web:\n    image: a\n    command: [--db=http://old:1]\n    ports: ['80:80']\n    environment: {A_URL: 'http://a', B_URL: 'http://b'}\n    volumes: ['./old:/x', './kept:/y']\n    networks: {front: {aliases: [w]}}\n    expose: ['1']\n  gone: {image: g}\nnetworks: {front: }\n",
        ),
        (
            "compose.override.yaml",
            "name: two\nservices:\n  web:\n    command:\n    ports: ['81:81']\n    environment: [B_URL=http://other, AROUND]\n    volumes: ['./new:/x/']\n    networks: {front: {aliases: [z]}, default: }\n    expose: ['2']\n  gone: !reset null\n",
        ),
    ]);
    let web = service_named(&snapshot, "web");
    assert_eq!(web.group.as_deref(), Some("two"));
    assert_eq!(snapshot.services.len(), 1);
    assert_eq!(fact_values(web, "published port"), ["80", "81"]);
    assert_eq!(referenced_hosts(&snapshot)[..2], ["a", "other"]);
    let mounts = fact_values(web, "mount").join(" ");
    assert!(
        mounts.contains("/shop/new → /x") && mounts.contains("/kept → /y") && !mounts.contains("old"),
        "{mounts}"
    );
    let names = endpoint_names(web).join(" ");
    assert!(
        names.contains("w@two_front") && names.contains("z@two_front") && names.contains("web@two_default"),
        "{names}"
    );
}

#[test]
fn of_two_volumes_on_one_target_the_last_counts() {
    let snapshot = complete_snapshot(&[(
        "compose.yaml",
        "services:\n  web:\n    image: a\n    volumes: ['./old:/x', './new:/x/', './file:/y', 'data:/y']\nvolumes: {data: }\n",
    )]);
    let mounts = fact_values(service_named(&snapshot, "web"), "mount").join(" ");
    assert!(
        mounts.contains("/new → /x") && !mounts.contains("/old") && !mounts.contains("/file"),
        "{mounts}"
    );
}

#[test]
fn values_are_reset_and_overridden_as_a_whole() {
    let snapshot = complete_snapshot(&[
        (
            "compose.yaml",
            "services:\n  web: {image: a, ports: ['80:80', '81:81'], environment: {A_URL: 'http://a', B_URL: 'http://b'}, depends_on: [db], profiles: !reset [off]}\n  db: {image: d}\n",
        ),
        (
            "compose.override.yml",
            "services:\n  web: {ports: !override ['82:82'], environment: {A_URL: !reset null}, depends_on: !reset []}\n",
        ),
    ]);
    assert_eq!(fact_values(service_named(&snapshot, "web"), "published port"), ["82"]);
    assert_eq!(reference_lines(service_named(&snapshot, "web")), ["ComposeFile environment B_URL -> b"]);
    assert!(fact_values(service_named(&snapshot, "web"), "profile").is_empty());
}

#[test]
fn a_later_file_may_fill_an_empty_value() {
    let snapshot = complete_snapshot(&[
        (
            "compose.yaml",
            "services:\n  web: {image: a, ports: !reset ['80:80'], environment: {A_URL: 'http://a', GONE: }, env_file: e.env}\n  low: {image: l, environment: !override {L_URL: 'http://l'}}\n",
        ),
        (
            "compose.override.yaml",
            "services:\n  web: {ports: ['81:81'], environment: , extends: low}\n  low:\n",
        ),
        ("e.env", "GONE=http://gone\n"),
    ]);
    assert_eq!(fact_values(service_named(&snapshot, "web"), "published port"), ["81"]);
    assert_eq!(referenced_hosts(&snapshot), ["a"]);
}

#[test]
fn services_extend_others_through_files_and_their_paths_stay() {
    let snapshot = complete_snapshot(&[
        (
            "compose.yaml",
            "services:\n  web: {extends: {file: base/mid.yaml, service: mid}, environment: {A_URL: 'http://own'}, volumes: ['./w:/w']}\n",
        ),
        (
            "base/mid.yaml",
            "services:\n  mid: {extends: low, environment: {A_URL: 'http://mid', M_URL: 'http://${M:-m}'}, volumes: ['./m:/m']}\n  low: {extends: {file: ../low.yaml, service: low}}\n",
        ),
        (
            "low.yaml",
            "services: {low: {image: low, command: ['--x=http://c:1'], env_file: [l.env], volumes: ['./l:/l']}}\n",
        ),
        ("l.env", "L_URL=http://l\nA_URL=http://file\n"),
    ]);
    assert_eq!(referenced_hosts(&snapshot), ["c", "own", "l", "m"]);
    let mounts = fact_values(service_named(&snapshot, "web"), "mount").join(" ");
    for path in ["/shop/l → /l", "/shop/base/m → /m", "/shop/w → /w"] {
        assert!(mounts.contains(path), "{path} is not in {mounts}");
    }
}

#[test]
fn included_projects_have_their_own_folder_and_variables() {
    let snapshot = complete_snapshot(&[
        (
            "compose.yaml",
            "include: [a/compose.yaml, {path: [b/compose.yaml, b/over.yaml], project_directory: ., env_file: b.env}]\nservices: {web: {image: w, environment: {A_URL: 'http://${X:-none}'}}, inner: {hostname: told}}\n",
        ),
        (
            "a/compose.yaml",
            "name: ignored\nservices: {inner: {image: i, environment: {I_URL: 'http://$X'}, env_file: [e.env]}}\n",
        ),
        ("a/.env", "X=from-a\n"),
        ("a/e.env", "E_URL=http://e\n"),
        (
            "b/compose.yaml",
            "services: {deep: {image: d, environment: {D_URL: 'http://$X'}, volumes: ['./v:/v']}}\n",
        ),
        ("b/over.yaml", "services: {deep: {ports: ['90:90']}}\n"),
        ("b.env", "X=from-b\n"),
    ]);
    assert_eq!(referenced_hosts(&snapshot), ["none"]);
    assert_eq!(
        reference_lines(service_named(&snapshot, "inner")),
        ["ComposeFile environment E_URL -> e", "ComposeFile environment I_URL -> from-a"]
    );
    assert!(endpoint_names(service_named(&snapshot, "inner")).contains(&"told@shop_default".to_owned()));
    let deep = service_named(&snapshot, "deep");
    assert_eq!(reference_lines(deep), ["ComposeFile environment D_URL -> from-b"]);
    assert_eq!(fact_values(deep, "published port"), ["90"]);
    assert!(fact_values(deep, "mount")[0].ends_with("shop/v → /v"), "{:?}", deep.facts);
}

#[test]
fn the_environment_is_over_the_file_and_names_files_profiles_and_project() {
    let files = [
        (".env", "COMPOSE_FILE=one.yaml\nHOST=file\nCOMPOSE_PROJECT_NAME=file\n"),
        (
            "one.yaml",
            "services: {web: {image: 'a:${COMPOSE_PROJECT_NAME}', environment: {A_URL: 'http://$HOST'}}}\n",
        ),
        ("two.yaml", "services: {web: {profiles: [debug]}, api: {image: b, profiles: [other]}}\n"),
    ];
    let folder = TestProject::new(&files);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(
        (service_named(&snapshot, "web").group.as_deref(), referenced_hosts(&snapshot)),
        (Some("file"), vec!["file".to_owned()])
    );
    assert_eq!(fact_values(service_named(&snapshot, "web"), "image"), ["a:file"]);
    let shell = [
        ("COMPOSE_FILE", "one.yaml;two.yaml"),
        ("COMPOSE_PATH_SEPARATOR", ";"),
        ("COMPOSE_PROFILES", "debug"),
        ("COMPOSE_PROJECT_NAME", "shell"),
        ("HOST", "shell"),
    ];
    let snapshot = folder.snapshot_with(&shell).unwrap();
    assert_eq!(
        (service_named(&snapshot, "web").group.as_deref(), referenced_hosts(&snapshot)),
        (Some("shell"), vec!["shell".to_owned()])
    );
    assert_eq!(
        (service_named(&snapshot, "web").desired, service_named(&snapshot, "api").desired),
        (Some(1), Some(0))
    );
    folder.write("other.env", "HOST=other\n");
    let named =
        folder.snapshot_with(&[("COMPOSE_ENV_FILES", "other.env"), ("COMPOSE_FILE", "one.yaml")]).unwrap();
    assert_eq!(referenced_hosts(&named), ["other"]);
    let off =
        folder.snapshot_with(&[("COMPOSE_DISABLE_ENV_FILE", "1"), ("COMPOSE_FILE", "one.yaml")]).unwrap();
    assert!(referenced_hosts(&off).is_empty());
}

#[test]
fn files_of_variables_and_labels_have_all_their_forms() {
    let snapshot = complete_snapshot(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: a\n    env_file:\n      - a.env\n      - {path: raw.env, format: raw}\n      - {path: gone.env, required: false}\n    label_file: l.env\n    environment: [AROUND_URL, 'Z_URL=http://${AROUND}']\n",
        ),
        (
            "a.env",
            "\u{feff}# one\r\nexport A_URL=\"http://a:80\" # two\r\nB_URL='http://b'\nH=c\nC_URL: http://$H\n",
        ),
        ("raw.env", "R_URL=http://r/$H\n"),
        ("l.env", "traefik.enable=true\n"),
    ]);
    assert_eq!(referenced_hosts(&snapshot)[..4], ["a", "b", "c", "r"]);
    assert!(
        reference_lines(service_named(&snapshot, "web")).iter().any(|line| line.starts_with("ProxyLabel"))
    );
}

#[test]
fn services_of_other_kinds_have_their_own_endpoints() {
    let snapshot = complete_snapshot(&[(
        "compose.yaml",
        "services:\n  tool: {provider: {type: x}}\n  none: {image: n, network_mode: none}\n  web: {build: ., networks: {n: {ipv4_address: 10.0.0.2}}, extra_hosts: ['a=1.2.3.4', 'b:[::1]']}\nnetworks: {n: {external: true, name: real}}\n",
    )]);
    assert!(
        service_named(&snapshot, "tool").endpoints.is_empty()
            && service_named(&snapshot, "tool").networks.is_empty()
    );
    assert!(service_named(&snapshot, "none").endpoints.is_empty());
    assert!(endpoint_names(service_named(&snapshot, "web")).contains(&"10.0.0.2@real".to_owned()));
    assert_eq!(fact_values(service_named(&snapshot, "web"), "image"), ["shop-web"]);
}

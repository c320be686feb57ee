//! Error messages for files that compose refuses, and unread parts of projects that stay readable otherwise.

use super::{TestProject, unread_part_messages};

/// Returns the failure of a project with one file, without the folder's path.
fn refusal(text: &str) -> String {
    let folder = TestProject::new(&[("compose.yaml", text)]);
    let failure = folder.snapshot().unwrap_err();
    failure.message.replace(&format!("{}/", folder.0.display()), "")
}

#[test]
fn invalid_projects_are_refused_with_their_line() {
    for (text, expected) in [
        ("just a text\n", "compose.yaml:1: a compose file must be a mapping"),
        ("- a\n", "compose.yaml:1: a compose file must be a mapping"),
        ("services: {web: {image: a}}\n---\n", "compose.yaml:2: a compose file must be a mapping"),
        ("web: {image: a}\napi: {image: b}\n", "compose.yaml:1: this is a version 1 file"),
        ("services: [web]\n", "compose.yaml:1: `services` must be a mapping"),
        (
            "services:\n  web:\n  api: {image: b}\n",
            "compose.yaml:2: `web` must be a mapping: it is a service",
        ),
        ("services:\n  'a b': {image: b}\n", "compose.yaml:2: a service name may contain only letters"),
        (
            "services:\n  web: {image: a}\n  web: {image: b}\n",
            "compose.yaml:3: duplicate key: first used on line 2",
        ),
        (
            "services:\n  web:\n    image: a\n    environment: {8080: x}\n",
            "compose.yaml:4: a key must be a string",
        ),
        ("services:\n\tweb: {image: a}\n", "compose.yaml:2: invalid YAML"),
        (
            "services:\n  web:\n    image: a\n    environment: {A: !!binary aGVsbG8=}\n",
            "compose.yaml:4: `!!binary` is not allowed",
        ),
        ("version: 2.4\nservices: {}\n", "compose.yaml:1: `version` must be a string"),
    ] {
        let told = refusal(text);
        assert!(told.starts_with(expected), "{text}: {told}");
    }
    assert!(refusal("# nothing yet\n").ends_with(" is empty"));
}

#[test]
fn values_of_another_shape_are_refused_with_their_line() {
    for (key, line) in [
        ("ports:", 4),
        ("ports: 80", 4),
        ("ports: ['80:x']", 4),
        ("environment:", 4),
        ("environment:\n      A: [1]", 4),
        ("environment: [5]", 4),
        ("environment: ['A =b']", 4),
        ("labels: {a: {b: c}}", 4),
        ("command: [1]", 4),
        ("command: \"a 'b\"", 4),
        ("container_name: 5", 4),
        ("depends_on: db", 4),
        ("depends_on: {db: {}}", 4),
        ("depends_on: {db: {condition: service_healthy, required: 5}}", 4),
        ("depends_on: [db, db]", 4),
        ("networks: {default: {aliases: x}}", 4),
        ("volumes: ['ab:cd:ef:gh']", 4),
        ("volumes: [{type: bind, source: a}]", 4),
        ("env_file: [{required: false}]", 4),
        ("env_file: [{path: x, format: other}]", 4),
        ("extra_hosts: [nothing]", 4),
        ("scale: x", 4),
        ("scale: -1", 4),
        ("deploy: {replicas: 1.5}", 4),
        ("extends: nobody", 4),
        ("extends: {file: gone.yaml, service: x}", 4),
        ("labels: ['${A']", 4),
    ] {
        let told = refusal(&format!("services:\n  web:\n    image: a\n    {key}\n  db: {{image: b}}\n"));
        assert!(told.starts_with(&format!("compose.yaml:{line}: ")), "{key}: {told}");
    }
}

#[test]
fn files_that_include_or_extend_each_other_are_refused() {
    for (text, words) in [
        (
            "include: [compose.yaml]\nservices: {a: {image: a}}\n",
            "compose.yaml:1: circular `include`: this file includes itself",
        ),
        ("include: [gone.yaml]\nservices: {a: {image: a}}\n", "compose.yaml:1: gone.yaml can't be read"),
        (
            "services:\n  a: {image: a, extends: a}\n",
            "compose.yaml:2: circular `extends`: `a` extends itself",
        ),
        ("services:\n  a: {image: a, extends: b}\n  b: {extends: a}\n", "extends itself"),
        ("services:\n  a: {image: a, extends: {file: compose.yaml, service: a}}\n", "extends itself"),
    ] {
        let told = refusal(text);
        assert!(told.contains(words), "{text}: {told}");
    }
}

#[test]
fn a_broken_file_of_the_project_names_itself() {
    let folder = TestProject::new(&[
        ("compose.yaml", "include: [more/x.yaml]\nservices: {web: {image: a}}\n"),
        ("more/x.yaml", "services:\n  api: {image: b, ports: 80}\n"),
    ]);
    let told = folder.snapshot().unwrap_err().message.to_string();
    assert!(told.contains("shop/more/x.yaml:2: `ports` must be a list"), "{told}");
    folder.write("more/x.yaml", "services:\n  api: {image: b}\n");
    folder.write(".env", "A=1\nB !\n");
    let told = folder.snapshot().unwrap_err().message.to_string();
    assert!(told.contains("shop/.env:2: invalid variable name"), "{told}");
}

#[test]
fn missing_files_and_values_become_unread_parts() {
    let folder = TestProject::new(&[
        (
            "compose.yaml",
            "services:\n  web:\n    image: 'web:$TAG'\n    env_file: [gone.env, broken.env]\n    environment:\n      A_URL: 'http://${MUST:?hunter2}'\n      API_URL: http://api\n    depends_on: [api]\n    enviroment: {A: 1}\n  api: {image: api, profiles: [off]}\n",
        ),
        ("broken.env", "A=1\nB C=2\n"),
    ]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(snapshot.services.len(), 2);
    let told = unread_part_messages(&snapshot).join("\n");
    for expected in [
        "gone.env can't be read",
        "broken.env:2: a variable name can't contain spaces",
        "compose.yaml:6: required variable MUST is not set",
        "compose.yaml:3: variable TAG is not set",
        "compose.yaml:8: `web` depends on `api`, but none of its profiles is active",
        "compose.yaml:9: unknown key `enviroment` in a service: did you mean `environment`?",
    ] {
        assert!(told.contains(expected), "{expected} is not in {told}");
    }
    assert!(!told.contains("hunter2") && snapshot.unread_parts.len() == 6, "{told}");
}

#[test]
fn remote_files_and_empty_projects_become_unread_parts() {
    let folder = TestProject::new(&[(
        "compose.yaml",
        "include: ['https://example.com/shop.git']\nservices: {web: {image: a, extends: {file: 'oci://x', service: y}}}\n",
    )]);
    let snapshot = folder.snapshot().unwrap();
    assert_eq!(
        (snapshot.services.len(), unread_part_messages(&snapshot).len()),
        (1, 2),
        "{:?}",
        snapshot.unread_parts
    );
    let nothing = TestProject::new(&[("compose.yaml", "networks: {a: }\n")]).snapshot().unwrap();
    assert!(
        unread_part_messages(&nothing)[0].ends_with("no services declared"),
        "{:?}",
        nothing.unread_parts
    );
    assert!(TestProject::new(&[("README", "")]).snapshot().unwrap_err().message.contains("no compose file"));
}

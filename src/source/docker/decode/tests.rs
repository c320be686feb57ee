//! Tests of decoding, on recorded responses of a real engine.

use super::{ContainerRecord, MAX_REFERENCES, decode_container, fingerprint};
use crate::model::{
    EndpointOrigin, ExitCause, FactKind, InstanceState, LogRoute, ReferenceKind, ReferenceTarget, SourceId,
};
use crate::source::docker::{
    EngineEndpoint,
    api_types::{ContainerInspectResponse, ContainerSummary},
};

fn decode_fixture(recorded: &str) -> ContainerRecord {
    let answer: ContainerInspectResponse = serde_json::from_str(recorded).unwrap();
    decode_container(&SourceId::new("docker"), &answer, &[], MAX_REFERENCES).unwrap()
}

pub(super) fn web_container() -> ContainerRecord {
    decode_fixture(include_str!("../../../../tests/fixtures/docker/web.json"))
}

#[test]
fn a_compose_container_belongs_to_its_service() {
    let web = web_container();
    assert_eq!(web.owner.id(&SourceId::new("docker")).as_str(), "docker/shop/web");
    assert_eq!((web.instance.state, web.instance.version.as_deref()), (InstanceState::Running, Some("1.4")));
    assert_eq!(web.instance.exit, None);
    let order = web.references.iter().find(|m| m.kind == ReferenceKind::StartOrder).unwrap();
    assert_eq!(order.target, ReferenceTarget::ServiceName("db".into()));
}

#[test]
fn its_place_on_the_network_is_read() {
    let network = web_container().network;
    let endpoint = &network.attachments[0];
    let names: Vec<_> = endpoint.names.iter().map(|(name, by)| (name.as_str(), *by)).collect();
    assert_eq!(
        names,
        [
            ("82a0dabccfc7", EndpointOrigin::Hostname),
            ("shop-web", EndpointOrigin::ContainerName),
            ("web", EndpointOrigin::ServiceName),
            ("www", EndpointOrigin::Alias),
        ]
    );
    assert_eq!(endpoint.ips.iter().map(ToString::to_string).collect::<Vec<_>>(), ["172.24.0.2"]);
    assert!(network.published_ports.get(&18099) == Some(&80) && network.exposed_ports.contains(&80));
}

#[test]
fn the_card_shows_no_value() {
    let web = web_container();
    let facts: Vec<_> = web.facts.iter().map(|f| format!("{}: {}", f.label, f.value)).collect();
    assert_eq!(
        facts,
        [
            "image: shop/web:1.4",
            "image id: f3d8a83b6a0f",
            "command: /bin/busybox",
            "port: 127.0.0.1:18099 → 80/tcp",
            "network: shop_default 172.24.0.2 as 82a0dabccfc7, www",
            "mount: /tmp → /data (bind, read-only)",
            "restart: on-failure, at most 3 times",
            "environment: 2 variables",
            "memory limit: 16 MiB",
            "container: 82a0dabccfc7",
        ]
    );
    assert!(!format!("{web:?}").contains("hunter2"));
}

#[test]
fn a_failed_container_keeps_its_exit_code() {
    let job = decode_fixture(include_str!("../../../../tests/fixtures/docker/job.json"));
    assert_eq!((job.owner.group.as_deref(), job.owner.name.as_str()), (None, "shop-job"));
    assert_eq!(job.instance.state, InstanceState::Failed);
    assert_eq!(job.instance.exit.as_ref().and_then(|e| e.code), Some(3));
    assert!(matches!(job.instance.containers[0].log_route, LogRoute::Unreadable { .. }));
    assert!(job.network.attachments[0].names.is_empty(), "the default bridge has no names");
}

#[test]
fn a_container_that_could_not_start_has_failed_in_the_engines_words() {
    let stuck = decode_fixture(include_str!("../../../../tests/fixtures/docker/unstartable.json"));
    assert_eq!(stuck.instance.state, InstanceState::Failed);
    let exit = stuck.instance.exit.unwrap();
    assert_eq!((exit.code, exit.cause), (Some(128), ExitCause::StartFailed));
    assert!(exit.at.is_some(), "since it was made");
    assert!(exit.reason.unwrap().starts_with("Cannot link to /shop-web-1"));
}

#[test]
fn elapsed_time_changes_no_fingerprint() {
    let entry = |status: &str| {
        fingerprint(&ContainerSummary { status: Some(status.to_owned()), ..ContainerSummary::default() })
    };
    assert_eq!(entry("Up 3 minutes (healthy)"), entry("Up 4 minutes (healthy)"));
    assert_ne!(entry("Up 3 minutes (healthy)"), entry("Up 4 minutes (unhealthy)"));
    assert_eq!(entry("Up 3 minutes"), entry("Up About an hour"));
    assert_ne!(entry("Exited (0) 3 minutes ago"), entry("Exited (1) 3 minutes ago"));
}

#[test]
fn hostile_text_is_harmless() {
    let answer = r#"{"Id":"a\u001b[2Jb","Name":"/x\u202ey\u001b]0;t\u0007","State":{"Status":"exited",
        "Error":"\u001b[31mred"},"Config":{"Image":"i\u0000:\u0007","Labels":{"com.docker.compose.project":"\u001bc",
        "com.docker.compose.service":"\u001b[1mweb"}}}"#;
    let text = serde_json::to_string(&format!("{:?}", decode_fixture(answer))).unwrap();
    for bad in ["\\u{1b}", "\\u{7}", "\\u{202e}", "\\0"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

#[test]
fn a_huge_container_is_limited_and_says_so() {
    let variables: Vec<_> =
        (0..50_000).map(|number| format!("\"E{number}_URL=http://h{number}:80\"")).collect();
    let labels: Vec<_> = (0..50_000).map(|number| format!("\"l{number}\": \"v\"")).collect();
    let answer = format!(
        r#"{{"Id": "a1", "Name": "/web", "Config": {{"Env": [{}], "Labels": {{{}}}}}}}"#,
        variables.join(","),
        labels.join(",")
    );
    let web = decode_fixture(&answer);
    assert_eq!(web.references.len(), 1_000);
    let facts: Vec<_> = web.facts.iter().map(|f| format!("{}: {}", f.label, f.value)).collect();
    for said in [
        "environment: more than 4000 variables, only the first 4000 are read",
        "labels: more than 4000 labels, only the first 4000 are read",
        "references: 4001, only the first 1000 are used",
    ] {
        assert!(facts.iter().any(|fact| fact == said), "{said} is not in {facts:?}");
    }
}

#[test]
fn a_container_that_can_not_be_inspected_is_as_the_list_says() {
    let source = SourceId::new("docker");
    let listed = |state: &str, status: &str| {
        let entry = format!(
            r#"{{"Id": "a1", "Names": ["/shop-web"], "Image": "shop/web:1.4", "State": "{state}", "Status": "{status}",
            "Labels": {{"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}}}}"#
        );
        let entry: ContainerSummary = serde_json::from_str(&entry).unwrap();
        decode_container(&source, &entry.to_inspect_response(), &[], MAX_REFERENCES).unwrap()
    };
    let mut alone = listed("running", "Up 5 minutes (unhealthy)");
    alone.merge_previous(None);
    assert_eq!(alone.owner.id(&source).as_str(), "docker/shop/web");
    assert_eq!(
        (alone.instance.state, alone.instance.health_check.is_failing()),
        (InstanceState::Running, true)
    );
    assert!(alone.facts.iter().any(|fact| fact.kind() == Some(FactKind::NotRead)));
    let before = web_container();
    let mut ended = listed("exited", "Exited (3) 2 seconds ago");
    ended.merge_previous(Some(&before));
    assert_eq!((ended.instance.state, ended.pid), (InstanceState::Failed, None));
    assert_eq!(ended.instance.exit.as_ref().and_then(|exit| exit.code), Some(3));
    assert_eq!(
        (&ended.references, &ended.network),
        (&before.references, &before.network),
        "what was known stays"
    );
    let mut same = listed("running", "Up 6 minutes");
    same.merge_previous(Some(&before));
    assert_eq!((same.instance.started, same.pid), (before.instance.started, before.pid));
}

#[test]
fn paths_of_compose_files_count_only_on_the_machine_of_the_engine() {
    let mut web = web_container();
    web.profile.compose_files = vec!["/src/shop/compose.yaml".into()];
    web.forget_remote_paths(&EngineEndpoint::default());
    assert_eq!(web.profile.compose_files.len(), 1);
    for remote in [EngineEndpoint::Tcp("10.0.0.7:2375".into()), EngineEndpoint::Ssh("me@build".into())] {
        let mut web = web.clone();
        web.forget_remote_paths(&remote);
        assert!(web.profile.compose_files.is_empty(), "{remote}");
    }
}

//! Recorded answers of a real engine, decoded.

use super::{Seen, container, fingerprint};
use crate::model::{AnsweredBy, Ending, LogRoute, SourceId, State, Target, Via};
use crate::source::docker::answer::{ContainerInspectResponse, ContainerSummary};

fn seen(recorded: &str) -> Seen {
    let answer: ContainerInspectResponse = serde_json::from_str(recorded).unwrap();
    container(&SourceId::new("docker"), &answer, &[]).unwrap()
}

fn web() -> Seen {
    seen(include_str!("../../../../tests/fixtures/docker/web.json"))
}

#[test]
fn a_compose_container_belongs_to_its_service() {
    let web = web();
    assert_eq!(web.owner.id(&SourceId::new("docker")).as_str(), "docker/shop/web");
    assert_eq!((web.instance.state, web.instance.version.as_deref()), (State::Running, Some("1.4")));
    assert_eq!(web.instance.exit, None);
    let order = web.mentions.iter().find(|m| m.via == Via::StartOrder).unwrap();
    assert_eq!(order.target, Target::Peer("db".into()));
}

#[test]
fn its_place_on_the_network_is_read() {
    let network = web().network;
    let endpoint = &network.endpoints[0];
    let names: Vec<_> = endpoint.names.iter().map(|(name, by)| (name.as_str(), *by)).collect();
    assert_eq!(
        names,
        [
            ("82a0dabccfc7", AnsweredBy::Hostname),
            ("shop-web", AnsweredBy::ContainerName),
            ("web", AnsweredBy::ServiceName),
            ("www", AnsweredBy::Alias),
        ]
    );
    assert_eq!(endpoint.ips.iter().map(ToString::to_string).collect::<Vec<_>>(), ["172.24.0.2"]);
    assert!(network.published.get(&18099) == Some(&80) && network.exposed.contains(&80));
}

#[test]
fn the_card_shows_no_value() {
    let web = web();
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
fn a_lone_container_that_failed_is_told_with_its_code() {
    let job = seen(include_str!("../../../../tests/fixtures/docker/job.json"));
    assert_eq!((job.owner.group.as_deref(), job.owner.name.as_str()), (None, "shop-job"));
    assert_eq!(job.instance.state, State::Failed);
    assert_eq!(job.instance.exit.as_ref().and_then(|e| e.code), Some(3));
    assert!(matches!(job.instance.containers[0].log, LogRoute::Nowhere { .. }));
    assert!(job.network.endpoints[0].names.is_empty(), "the default bridge has no names");
}

#[test]
fn a_container_that_could_not_start_has_failed_in_the_engines_words() {
    let stuck = seen(include_str!("../../../../tests/fixtures/docker/unstartable.json"));
    assert_eq!(stuck.instance.state, State::Failed);
    let exit = stuck.instance.exit.unwrap();
    assert_eq!((exit.code, exit.ending), (Some(128), Ending::Start));
    assert!(exit.at.is_some(), "since it was made");
    assert!(exit.reason.unwrap().starts_with("Cannot link to /shop-web-1"));
}

#[test]
fn time_alone_changes_no_fingerprint() {
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
    let text = serde_json::to_string(&format!("{:?}", seen(answer))).unwrap();
    for bad in ["\\u{1b}", "\\u{7}", "\\u{202e}", "\\0"] {
        assert!(!text.contains(bad), "{bad} in {text}");
    }
}

#[test]
fn a_container_with_more_than_anybody_has_is_bounded_and_says_so() {
    let variables: Vec<_> =
        (0..50_000).map(|number| format!("\"E{number}_URL=http://h{number}:80\"")).collect();
    let labels: Vec<_> = (0..50_000).map(|number| format!("\"l{number}\": \"v\"")).collect();
    let answer = format!(
        r#"{{"Id": "a1", "Name": "/web", "Config": {{"Env": [{}], "Labels": {{{}}}}}}}"#,
        variables.join(","),
        labels.join(",")
    );
    let web = seen(&answer);
    assert_eq!(web.mentions.len(), 1_000);
    let facts: Vec<_> = web.facts.iter().map(|f| format!("{}: {}", f.label, f.value)).collect();
    for said in [
        "environment: more than 4000 variables: those beyond are not read",
        "labels: more than 4000 labels: those beyond are not read",
        "addresses named: 4001: only 1000 of them are followed",
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
        container(&source, &entry.as_inspected(), &[]).unwrap()
    };
    let mut alone = listed("running", "Up 5 minutes (unhealthy)");
    alone.complete(None);
    assert_eq!(alone.owner.id(&source).as_str(), "docker/shop/web");
    assert_eq!((alone.instance.state, alone.instance.check.failed()), (State::Running, true));
    assert!(alone.facts.iter().any(|fact| fact.label == "not read"));
    let before = web();
    let mut ended = listed("exited", "Exited (3) 2 seconds ago");
    ended.complete(Some(&before));
    assert_eq!((ended.instance.state, ended.process), (State::Failed, None));
    assert_eq!(ended.instance.exit.as_ref().and_then(|exit| exit.code), Some(3));
    assert_eq!(
        (&ended.mentions, &ended.network),
        (&before.mentions, &before.network),
        "what was known stays"
    );
    let mut same = listed("running", "Up 6 minutes");
    same.complete(Some(&before));
    assert_eq!((same.instance.started, same.process), (before.instance.started, before.process));
}

//! Sources that are loading, stale, denied, failed or empty: each state looks different, and none empties the
//! map.

use crate::{
    estate::{failure, faults, shop, snapshot, status},
    see,
    stage::Stage,
};
use portolan::{
    app::Msg,
    model::{FailureKind, SourceId, UnreadPart},
};

fn unreachable() -> portolan::model::Failure {
    failure(
        FailureKind::Unreachable,
        "nobody answers at unix:///var/run/docker.sock",
        "start the engine: systemctl start docker",
    )
}

fn denied() -> portolan::model::Failure {
    let what = "ecs:ListClusters is denied to arn:aws:sts::123456789012:assumed-role/dev/ada";
    failure(FailureKind::Denied, what, "give the role the policy in docs/aws-permissions.md")
}

/// Returns a screen with one source in each state.
fn mixed() -> Stage {
    let all = ["docker", "ecs:eu-west-1", "ecs:us-east-1", "ecs:ap-south-1", "docker-rootless"];
    let mut stage = Stage::waiting(all.map(status).to_vec(), (100, 40));
    stage.looked(&shop()[0]);
    stage.send(Msg::PushStateChanged(SourceId::new("docker"), true));
    let mut partial = faults();
    partial.unread_parts = vec![UnreadPart { name: "load balancers".into(), failure: denied() }];
    stage.looked(&partial);
    stage.failed(
        "ecs:eu-west-1",
        failure(
            FailureKind::Timeout,
            "ecs:DescribeServices took longer than 30 s",
            "wait, or look with portolan doctor",
        ),
    );
    stage.failed("ecs:us-east-1", denied());
    stage.failed("docker-rootless", unreachable());
    stage
}

#[test]
fn sources_of_every_state() {
    let mut stage = mixed();
    stage.keys("S");
    see!(stage);
}

#[test]
fn the_map_stays_when_a_source_fails() {
    let mut stage = Stage::showing(&shop(), (100, 40));
    let before = stage.picture().text();
    stage.failed("ecs:eu-west-1", denied());
    stage.failed("docker", unreachable());
    let after = stage.picture().text();
    let body = |text: &str| text.lines().skip(1).take(30).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&after), body(&before), "{after}");
    assert!(after.contains("unreachable, 0s old") && after.contains("denied, 0s old"), "{after}");
}

#[test]
fn on_a_narrow_screen_what_ails_a_source_is_told_in_short() {
    let mut stage = Stage::showing(&shop(), (70, 24));
    stage.failed("ecs:eu-west-1", denied());
    let head = |stage: &mut Stage| stage.picture().text().lines().next().unwrap_or_default().to_owned();
    let text = head(&mut stage);
    assert!(text.contains("ecs:eu-west-1 ▲ denied ") && !text.contains("old"), "{text}");
    stage.size(60, 24);
    let text = head(&mut stage);
    assert!(text.contains("docker ● 0s  ▲ ") && !text.contains("denied"), "{text}");
}

#[test]
fn nothing_answered_yet() {
    see!(Stage::waiting(vec![status("docker"), status("ecs:eu-west-1")], (80, 24)));
}

#[test]
fn nothing_can_be_read() {
    let mut stage = Stage::waiting(vec![status("docker"), status("ecs:eu-west-1")], (80, 24));
    stage.failed("docker", unreachable());
    stage.failed("ecs:eu-west-1", denied());
    see!(stage);
}

#[test]
fn nothing_runs() {
    let mut stage = Stage::waiting(vec![status("docker")], (80, 24));
    stage.looked(&snapshot("docker", Vec::new()));
    see!(stage);
    for keys in ["t", "d", "l", "!", "f n c enter tab x"] {
        stage.keys(keys);
        stage.picture();
    }
}

#[test]
fn a_service_that_goes_leaves_no_selection_behind() {
    let mut stage = Stage::showing(&shop(), (100, 30));
    stage.keys("f d");
    assert_eq!(stage.picture().text().matches("orders").count().min(1), 1);
    stage.looked(&snapshot("ecs:eu-west-1", Vec::new()));
    let text = stage.picture().text();
    let (body, last) = text.trim_end().rsplit_once('\n').expect("a screen has rows");
    assert!(!body.contains("orders"), "{text}");
    assert!(last.contains("orders is gone; mailpit is selected"), "{text}");
}

//! Sources that are loading, stale, denied, failed or empty: each state looks different, and none empties the
//! map.

use crate::{
    estate::{failure, faulty_cluster, shop, snapshot, source_status},
    see,
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    model::{FailureKind, SourceId, TeamRole, TeamStatus, UnreadPart},
};

fn unreachable_failure() -> portolan::model::Failure {
    failure(
        FailureKind::Unreachable,
        "nobody answers at unix:///var/run/docker.sock",
        "start the engine: systemctl start docker",
    )
}

fn denied_failure() -> portolan::model::Failure {
    let what = "ecs:ListClusters is denied to arn:aws:sts::123456789012:assumed-role/dev/ada";
    failure(FailureKind::Denied, what, "give the role the policy in docs/aws-permissions.md")
}

/// Returns a screen with one source in each state.
fn sources_in_every_state() -> AppHarness {
    let all = ["docker", "ecs:eu-west-1", "ecs:us-east-1", "ecs:ap-south-1", "docker-rootless"];
    let mut stage = AppHarness::before_first_poll(all.map(source_status).to_vec(), (100, 40));
    stage.poll(&shop()[0]);
    stage.send(Msg::ChangeNotificationsToggled(SourceId::new("docker"), true));
    let mut partial = faulty_cluster();
    partial.unread_parts = vec![UnreadPart { name: "load balancers".into(), failure: denied_failure() }];
    stage.poll(&partial);
    stage.poll_failed(
        "ecs:eu-west-1",
        failure(
            FailureKind::Timeout,
            "ecs:DescribeServices took longer than 30 s",
            "wait, or run portolan doctor",
        ),
    );
    stage.poll_failed("ecs:us-east-1", denied_failure());
    stage.poll_failed("docker-rootless", unreachable_failure());
    stage
}

#[test]
fn sources_of_every_state() {
    let mut stage = sources_in_every_state();
    stage.press_keys("S");
    see!(stage);
}

#[test]
fn header_and_source_list_say_who_reads_for_the_team() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    let mut show = |role, press: &str| {
        let team = Box::new(TeamStatus { role, members: 12 });
        stage.send(Msg::TeamChanged(SourceId::new("ecs:eu-west-1"), team));
        stage.press_keys(press);
        stage.picture().text()
    };
    let following =
        TeamRole::Following { leader: "ann@laptop".into(), read_as: "role Dev".into(), problem: None };
    let header = show(following.clone(), "").lines().next().unwrap().to_owned();
    assert!(header.contains("by ann@laptop"), "{header}");
    let alone = TeamRole::Alone(unreachable_failure());
    let header = show(alone.clone(), "").lines().next().unwrap().to_owned();
    assert!(header.contains("alone: store unreachable"), "{header}");
    let list = show(following, "S");
    assert!(list.contains("read by ann@laptop as role Dev; 12 members in the team"), "{list}");
    let list = show(alone, "");
    assert!(list.contains("polls without the team: nobody answers at unix:///var/run/docker.sock"), "{list}");
}

#[test]
fn the_map_stays_when_a_source_fails() {
    let mut stage = AppHarness::showing(&shop(), (100, 40));
    let before = stage.picture().text();
    stage.poll_failed("ecs:eu-west-1", denied_failure());
    stage.poll_failed("docker", unreachable_failure());
    let after = stage.picture().text();
    let body = |text: &str| text.lines().skip(1).take(30).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&after), body(&before), "{after}");
    assert!(after.contains("unreachable, 0s old") && after.contains("denied, 0s old"), "{after}");
}

#[test]
fn on_a_narrow_screen_what_ails_a_source_is_told_in_short() {
    let mut stage = AppHarness::showing(&shop(), (70, 24));
    stage.poll_failed("ecs:eu-west-1", denied_failure());
    let head = |stage: &mut AppHarness| stage.picture().text().lines().next().unwrap_or_default().to_owned();
    let text = head(&mut stage);
    assert!(text.contains("ecs:eu-west-1 ▲ denied ") && !text.contains("old"), "{text}");
    stage.resize(60, 24);
    let text = head(&mut stage);
    assert!(text.contains("docker ● 0s  ▲ ") && !text.contains("denied"), "{text}");
}

#[test]
fn nothing_answered_yet() {
    see!(AppHarness::before_first_poll(
        vec![source_status("docker"), source_status("ecs:eu-west-1")],
        (80, 24)
    ));
}

#[test]
fn nothing_can_be_read() {
    let mut stage = AppHarness::before_first_poll(
        vec![source_status("docker"), source_status("ecs:eu-west-1")],
        (80, 24),
    );
    stage.poll_failed("docker", unreachable_failure());
    stage.poll_failed("ecs:eu-west-1", denied_failure());
    see!(stage);
}

#[test]
fn nothing_runs() {
    let mut stage = AppHarness::before_first_poll(vec![source_status("docker")], (80, 24));
    stage.poll(&snapshot("docker", Vec::new()));
    see!(stage);
    for keys in ["t", "d", "l", "!", "f n c enter tab x"] {
        stage.press_keys(keys);
        stage.picture();
    }
}

#[test]
fn a_service_that_goes_leaves_no_selection_behind() {
    let mut stage = AppHarness::showing(&shop(), (100, 30));
    stage.press_keys("f d");
    assert_eq!(stage.picture().text().matches("orders").count().min(1), 1);
    stage.poll(&snapshot("ecs:eu-west-1", Vec::new()));
    let text = stage.picture().text();
    let (body, last) = text.trim_end().rsplit_once('\n').expect("a screen has rows");
    assert!(!body.contains("orders"), "{text}");
    assert!(last.contains("orders was removed; selected mailpit"), "{text}");
}

//! Tests of the findings about deployments and versions.

use super::*;

#[test]
fn a_deployment_is_stuck_when_it_goes_on_too_long() {
    let deployment = |created| Deployment {
        id: "d".into(),
        version: "web:2".into(),
        rollout: RolloutState::InProgress,
        reason: None,
        desired: 2,
        running: 1,
        failed: 0,
        created: Some(ago(created)),
        updated: None,
        previous: None,
        changes: Vec::new(),
    };
    let service = |created| Service { deployments: vec![deployment(created)], ..service("web") };
    assert_eq!(finding_lines(vec![service(60)]), Vec::<String>::new());
    assert_eq!(
        finding_lines(vec![service(1_200)]),
        ["deployment-stuck warning deployment of web:2 is still in progress: 1 of 2 running"]
    );
}

#[test]
fn versions_side_by_side_are_told_once_nothing_is_deployed() {
    let on = |name: &str, version: &str| Instance { version: Some(version.into()), ..instance(name) };
    let estate = service_with("web", vec![on("web-1", "1"), on("web-2", "2"), on("web-3", "2")]);
    assert_eq!(finding_lines(vec![estate]), ["version-skew info 2 versions running: 1 on 1 and 2 on 2"]);
}

#[test]
fn a_rollback_names_both_versions() {
    let deployment = |version: &str, rollout, reason: Option<&str>| Deployment {
        id: version.into(),
        version: version.into(),
        rollout,
        reason: reason.map(Into::into),
        desired: 1,
        running: 1,
        failed: 0,
        created: Some(ago(300)),
        updated: Some(ago(200)),
        previous: None,
        changes: Vec::new(),
    };
    let deployments = vec![
        deployment("web:1", RolloutState::Completed, None),
        deployment(
            "web:2",
            RolloutState::Failed,
            Some("ECS deployment circuit breaker: tasks failed to start."),
        ),
    ];
    let web = Service { deployments, ..service("web") };
    let told = "deployment-rolled-back warning deployment of web:2 failed and was rolled back to web:1: ECS deployment \
                circuit breaker: tasks failed to start.";
    assert_eq!(finding_lines(vec![web]), [told]);
}

#[test]
fn a_first_version_that_fails_is_told_as_that() {
    let deployed = |version: &str, rollout| Deployment {
        id: "d".into(),
        version: version.into(),
        rollout,
        reason: None,
        desired: 1,
        running: 0,
        failed: 0,
        created: Some(ago(240)),
        updated: None,
        previous: None,
        changes: Vec::new(),
    };
    let deployment = |version| deployed(version, RolloutState::InProgress);
    let cause = |deployments| {
        let web = Service { deployments, ..service_with("web", vec![failed_instance("web-1", 1)]) };
        findings_of_services(vec![web])[0].suspects.first().map(|suspect| suspect.description.clone())
    };
    let first = "may never have worked: web:1 is its first revision";
    assert_eq!(cause(vec![deployment("web:1")]).as_deref(), Some(first));
    let changed = "possibly the deployment of web:7, 3 min earlier";
    assert_eq!(cause(vec![deployment("web:7")]).as_deref(), Some(changed), "something may have run before");
    let worked = cause(vec![deployed("web:1", RolloutState::Completed)]);
    assert_eq!(
        worked.as_deref(),
        Some("possibly web:1 itself, the first revision, deployed 3 min earlier"),
        "its tasks ran"
    );
}

#[test]
fn a_stuck_deployment_whose_image_is_missing_has_the_remedy_for_the_image() {
    let deployment = Deployment {
        id: "d".into(),
        version: "web:2".into(),
        rollout: RolloutState::InProgress,
        reason: None,
        desired: 2,
        running: 0,
        failed: 18,
        created: Some(ago(60)),
        updated: None,
        previous: None,
        changes: Vec::new(),
    };
    let found = |cause| {
        let mut failed = failed_instance("web-1", 1);
        failed.exit.iter_mut().for_each(|exit| exit.cause = cause);
        let web = Service {
            kind: ServiceKind::EcsService,
            deployments: vec![deployment.clone()],
            instances: vec![failed],
            ..service("web")
        };
        let all = findings_of(&inventory(vec![web]));
        all.into_iter().find(|finding| finding.kind == "deployment-stuck").unwrap()
    };
    let missing = found(ExitCause::ImagePullFailed);
    assert!(missing.reason.contains("0 of 2 running, 18 tasks failed"), "{}", missing.reason);
    assert!(missing.next_step.contains("image's name and tag"), "{}", missing.next_step);
    assert!(found(ExitCause::ProcessExited).next_step.contains("newest tasks"));
}

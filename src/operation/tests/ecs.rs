//! Operations on ECS services: the calls, their exact parameters, the guard rails and the basis.

use super::topology;
use crate::{
    model::{
        ActionPermission, Deployment, Instance, InstanceId, RolloutState, Service, ServiceId, ServiceKind,
        SourceId, Text, fixtures,
    },
    operation::{
        Change, EcsDetails, OngoingDeployment, OperationGoal, OperationKind, OperationPlace,
        OperationReading, OperationRequest, Plan, PlanBasis, PlanContext, Refusal, RollbackTarget,
        ScalingRange, TaggedImage, TargetReading,
    },
};

pub(super) fn deployment(id: &str, version: &str, rollout: RolloutState) -> Deployment {
    Deployment {
        id: id.into(),
        version: version.into(),
        rollout,
        reason: None,
        desired: 2,
        running: 2,
        failed: 0,
        created: None,
        updated: None,
        previous: None,
        changes: Vec::new(),
    }
}

pub(super) fn task(name: &str) -> Instance {
    Instance { id: InstanceId::new(format!("ecs:eu/{name}")), ..fixtures::instance(name) }
}

/// Returns the service `orders` with two tasks and a completed deployment of version 7.
pub(super) fn orders() -> Service {
    Service {
        id: ServiceId::new("ecs:eu/shop/orders"),
        kind: ServiceKind::EcsService,
        desired: Some(2),
        instances: vec![task("t1"), task("t2")],
        deployments: vec![deployment("ecs-svc/7", "orders:7", RolloutState::Completed)],
        ..fixtures::service("orders")
    }
}

/// Returns the state of `orders` that matters only for operations.
pub(super) fn state() -> EcsDetails {
    EcsDetails {
        cluster: "shop".into(),
        controller: "ECS".into(),
        desired: 2,
        task_definition: "orders:7".into(),
        minimum_healthy_percent: 100,
        deployments: ["ecs-svc/7".into()].into(),
        ..EcsDetails::default()
    }
}

pub(super) fn reading(ecs: EcsDetails) -> OperationReading {
    OperationReading {
        place: OperationPlace {
            source: SourceId::new("ecs:eu"),
            location: "Amazon ECS in eu-west-1".into(),
            account: Some("111122223333".into()),
            account_alias: Some("shop-prod".into()),
            region: Some("eu-west-1".into()),
            caller: None,
            command_prefix: "aws --region eu-west-1".into(),
        },
        targets: vec![TargetReading { service: orders(), facts: Vec::new(), ecs: Some(Box::new(ecs)) }],
    }
}

pub(super) fn request(kind: OperationKind) -> OperationRequest {
    OperationRequest::new(kind, [orders().id]).unwrap()
}

pub(super) fn scale_to(count: u32) -> OperationRequest {
    request(OperationKind::Scale).with_goal(Some(OperationGoal::Count(count)))
}

fn roll_back_to(definition: &str) -> OperationRequest {
    request(OperationKind::Rollback).with_goal(Some(OperationGoal::TaskDefinition(definition.into())))
}

pub(super) fn plan(request: OperationRequest, ecs: EcsDetails) -> Result<Plan, Refusal> {
    let topology = topology(&[orders()]);
    let context = PlanContext { topology: &topology, permission: ActionPermission::Ask };
    Plan::new(request, reading(ecs), context)
}

/// Returns the API call and the command of a plan with one step.
fn call_and_command(plan: &Plan) -> [String; 2] {
    let [step] = &plan.steps[..] else { panic!("{:?}", plan.steps) };
    [step.change.api_call(), step.change.equivalent_command(&plan.place)]
}

fn caution_texts(plan: &Plan) -> Vec<&str> {
    plan.cautions.iter().map(|caution| caution.text.as_str()).collect()
}

pub(super) fn ongoing(status: &str, hook: Option<&str>) -> OngoingDeployment {
    OngoingDeployment {
        is_first: false,
        arn: "arn:d/1".into(),
        status: status.into(),
        paused_hook: hook.map(Text::new),
        stage: hook.map(|_| "POST_TEST_TRAFFIC_SHIFT".into()),
    }
}

pub(super) fn rollback_to(definition: &str) -> RollbackTarget {
    let task_definition = definition.into();
    RollbackTarget { task_definition, finished: None, is_active: true, not_restored: Vec::new() }
}

#[test]
fn each_call_sends_only_what_was_asked() {
    let restart = plan(request(OperationKind::Restart), state()).unwrap();
    let scale = plan(scale_to(3), state()).unwrap();
    let one = request(OperationKind::StopTask)
        .with_instances([InstanceId::new("ecs:eu/t1")])
        .with_reason(Some("stuck on a lock".into()));
    let stop = plan(one, state()).unwrap();
    let finished = EcsDetails { rollback: Some(rollback_to("orders:4")), ..state() };
    let rollback = plan(request(OperationKind::Rollback), finished).unwrap();
    for (plan, call, command) in [
        (
            restart,
            r#"ecs:UpdateService {"cluster":"shop","forceNewDeployment":true,"service":"orders"}"#,
            "update-service --cluster shop --service orders --force-new-deployment",
        ),
        (
            scale,
            r#"ecs:UpdateService {"cluster":"shop","desiredCount":3,"service":"orders"}"#,
            "update-service --cluster shop --service orders --desired-count 3",
        ),
        (
            stop,
            r#"ecs:StopTask {"cluster":"shop","reason":"stuck on a lock","task":"t1"}"#,
            "stop-task --cluster shop --task t1 --reason 'stuck on a lock'",
        ),
        (
            rollback,
            r#"ecs:UpdateService {"cluster":"shop","service":"orders","taskDefinition":"orders:4"}"#,
            "update-service --cluster shop --service orders --task-definition orders:4",
        ),
    ] {
        assert_eq!(
            call_and_command(&plan),
            [call.to_owned(), format!("aws --region eu-west-1 ecs {command}")]
        );
    }
}

#[test]
fn a_deployment_in_progress_is_stopped_or_leaves_its_hook() {
    let with = |ongoing| EcsDetails { ongoing, ..state() };
    let call =
        |kind, ongoing| plan(request(kind), with(ongoing)).map(|plan| call_and_command(&plan)[0].clone());
    assert_eq!(
        call(OperationKind::Rollback, Some(ongoing("IN_PROGRESS", None))).unwrap(),
        r#"ecs:StopServiceDeployment {"serviceDeploymentArn":"arn:d/1","stopType":"ROLLBACK"}"#
    );
    assert_eq!(
        call(OperationKind::Rollback, Some(ongoing("IN_PROGRESS", Some("h1")))).unwrap(),
        r#"ecs:ContinueServiceDeployment {"action":"ROLLBACK","hookId":"h1","serviceDeploymentArn":"arn:d/1"}"#
    );
    assert_eq!(
        call(OperationKind::Continue, Some(ongoing("IN_PROGRESS", Some("h1")))).unwrap(),
        r#"ecs:ContinueServiceDeployment {"action":"CONTINUE","hookId":"h1","serviceDeploymentArn":"arn:d/1"}"#
    );
    let refused = call(OperationKind::Rollback, Some(ongoing("ROLLBACK_IN_PROGRESS", None))).unwrap_err();
    assert!(refused.reason.contains("ROLLBACK_IN_PROGRESS already"), "{refused:?}");
    let refused = call(OperationKind::Continue, Some(ongoing("IN_PROGRESS", None))).unwrap_err();
    assert!(refused.reason.contains("no deployment of shop/orders waits"), "{refused:?}");
}

#[test]
fn what_ecs_would_not_do_is_refused_with_a_reason() {
    let reason = |request, ecs| plan(request, ecs).unwrap_err().reason;
    let by = |controller: &str| EcsDetails { controller: controller.into(), ..state() };
    let restart = || request(OperationKind::Restart);
    assert!(reason(restart(), by("CODE_DEPLOY")).contains("deployed by CODE_DEPLOY"));
    assert!(reason(request(OperationKind::Rollback), by("EXTERNAL")).contains("deployed by EXTERNAL"));
    assert!(plan(scale_to(3), by("CODE_DEPLOY")).is_ok(), "the count belongs to ECS");
    assert!(
        reason(restart(), EcsDetails { desired: 0, ..state() }).contains("desired count of shop/orders is 0")
    );
    assert!(reason(scale_to(3), EcsDetails { is_daemon: true, ..state() }).contains("DAEMON"));
    assert!(reason(scale_to(2), state()).contains("is 2 already"));
    assert!(reason(request(OperationKind::Scale), state()).contains("no count"));
    let several = plan(request(OperationKind::StopTask), state()).unwrap_err();
    assert_eq!(several.remedy, "name one: t1, t2");
    assert!(reason(request(OperationKind::Rollback), state()).contains("no earlier successful deployment"));
    let gone = RollbackTarget { is_active: false, ..rollback_to("orders:4") };
    let gone = EcsDetails { rollback: Some(gone), ..state() };
    assert!(reason(request(OperationKind::Rollback), gone.clone()).contains("orders:4 was deregistered"));
    assert!(reason(roll_back_to("orders:4"), gone).contains("orders:4 was deregistered"));
    let container = plan(request(OperationKind::Kill), state()).unwrap_err();
    assert!(container.reason.contains("kill is not possible on an ECS service"), "{container:?}");
    assert!(container.remedy.contains("restart, scale, rollback"), "{container:?}");
}

#[test]
fn guard_rails_name_what_else_would_happen() {
    let scaling = |is_suspended| EcsDetails {
        scaling: Some(ScalingRange { min: 2, max: 4, is_suspended }),
        manager: Some("CloudFormation stack shop".into()),
        ..state()
    };
    let texts = |request, ecs| caution_texts(&plan(request, ecs).unwrap()).join("\n");
    assert_eq!(plan(scale_to(3), state()).unwrap().place.summary(), "111122223333 (shop-prod) eu-west-1");
    let outside = texts(scale_to(9), scaling(false));
    assert!(outside.contains("9 is outside the autoscaler's range of shop/orders (2 to 4)"), "{outside}");
    assert!(outside.contains("CloudFormation stack shop manages shop/orders"), "{outside}");
    assert!(texts(scale_to(3), scaling(false)).contains("between 2 and 4 and may change it"));
    assert!(texts(scale_to(3), scaling(true)).contains("is suspended"));
    assert!(texts(scale_to(0), state()).contains("shop/orders stops serving"));
    let busy = EcsDetails {
        ongoing: Some(ongoing("IN_PROGRESS", None)),
        tagged_images: vec![TaggedImage {
            name: "acme/orders:latest".into(),
            running: ["sha256:1111111111111111".into(), "sha256:2222222222222222".into()].into(),
        }],
        protected: [InstanceId::new("ecs:eu/t1")].into(),
        ..state()
    };
    let undo_of_rollback = texts(roll_back_to("orders:4"), busy.clone());
    assert!(undo_of_rollback.contains("(IN_PROGRESS): the rollback takes its place"), "{undo_of_rollback}");
    let restart = texts(request(OperationKind::Restart), busy);
    let images = "acme/orders:latest (sha256:111111111111 and sha256:222222222222 run now) is named by a tag";
    for part in ["is not over (IN_PROGRESS)", images, "protected tasks (t1)"] {
        assert!(restart.contains(part), "{part} is not in {restart}");
    }
    let gap = texts(request(OperationKind::Restart), EcsDetails { minimum_healthy_percent: 0, ..state() });
    assert!(gap.contains("stops serving until it is up again"), "{gap}");
    assert!(!texts(request(OperationKind::Restart), state()).contains("stops serving"));
    let mut target = rollback_to("orders:4");
    target.not_restored = vec!["load balancers".into()];
    let rollback = texts(request(OperationKind::Rollback), EcsDetails { rollback: Some(target), ..state() });
    assert!(rollback.contains("these stay as they are: load balancers"), "{rollback}");
}

#[test]
fn a_plan_falls_with_a_new_count_or_deployment_but_not_with_a_replaced_task() {
    let asked = request(OperationKind::Restart);
    let basis = |ecs| PlanBasis::new(&asked, &reading(ecs));
    let found = |ecs| basis(state()).differences(&basis(ecs));
    assert_eq!(found(EcsDetails { desired: 3, ..state() }), ["the desired count of shop/orders is 3, not 2"]);
    let begun = EcsDetails { deployments: ["ecs-svc/7".into(), "ecs-svc/8".into()].into(), ..state() };
    assert_eq!(found(begun), ["a deployment of shop/orders has begun"]);
    let deployed = EcsDetails { task_definition: "orders:8".into(), ..state() };
    assert_eq!(found(deployed), ["shop/orders was deployed with orders:8, not orders:7"]);
    let mut replaced = reading(state());
    replaced.targets[0].service.instances = vec![task("t3"), task("t4")];
    assert!(basis(state()).differences(&PlanBasis::new(&asked, &replaced)).is_empty());
    let one = request(OperationKind::StopTask).with_instances([InstanceId::new("ecs:eu/t1")]);
    let found = PlanBasis::new(&one, &reading(state())).differences(&PlanBasis::new(&one, &replaced));
    assert_eq!(found, ["t1 was removed"]);
}

#[test]
fn the_first_deployment_and_a_single_task_are_refused() {
    let first = OngoingDeployment { is_first: true, ..ongoing("IN_PROGRESS", None) };
    let refusal =
        plan(request(OperationKind::Rollback), EcsDetails { ongoing: Some(first), ..state() }).unwrap_err();
    assert!(refusal.reason.contains("this is the first deployment of shop/orders"), "{refusal:?}");
    let one = request(OperationKind::Restart).with_instances([InstanceId::new("ecs:eu/t1")]);
    let refusal = plan(one, state()).unwrap_err();
    assert_eq!(refusal.reason, "restart acts on all tasks of shop/orders");
}

#[test]
fn an_undo_returns_to_the_state_before() {
    let undo = plan(scale_to(5), state()).unwrap().undo().unwrap().request;
    assert_eq!((undo.title().as_str(), undo.instances), ("scale shop/orders to 2", None));
    let finished = EcsDetails { rollback: Some(rollback_to("orders:4")), ..state() };
    let undo = plan(request(OperationKind::Rollback), finished).unwrap().undo().unwrap().request;
    assert_eq!(undo.title(), "rollback shop/orders to orders:7");
    let forward = plan(undo, EcsDetails { task_definition: "orders:4".into(), ..state() }).unwrap();
    let Change::Ecs(change) = &forward.steps[0].change else { panic!("{forward:?}") };
    assert_eq!(change.body()["taskDefinition"], "orders:7");
    assert_eq!(plan(request(OperationKind::Restart), state()).unwrap().undo(), None);
}

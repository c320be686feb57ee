//! Actions: if they are off, there is no key, no command and no request; only an explicit yes confirms a
//! plan.

use crate::{
    estate::{ServiceBuilder, now, service, snapshot, source_status},
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    command::Command,
    effect::Effect,
    keymap::Key,
    model::{
        ActionPermission, Failure, FailureKind, InstanceState, Service, Snapshot, SourceId, SourceStatus,
        Timestamp,
    },
    operation::{
        AuditOutcome, OperationPlace, OperationReading, OperationRequest, PlanRun, Refusal, RunStop,
        SentChange, TargetReading,
    },
};

/// Returns a shop on one engine: web calls orders, which calls db.
fn engine() -> Snapshot {
    snapshot(
        "docker",
        vec![
            service("docker", Some("shop"), "web").calls("ORDERS", "orders"),
            service("docker", Some("shop"), "orders").with_instances(2).calls("DB", "db"),
            service("docker", Some("shop"), "db"),
        ],
    )
}

/// Returns the app with an engine that has the permission.
pub(crate) fn stage(permission: ActionPermission) -> AppHarness {
    let status: SourceStatus = source_status("docker").with_permission(permission);
    let mut stage = AppHarness::before_first_poll(vec![status], (100, 30));
    stage.poll(&engine());
    stage
}

/// Returns the requests for fresh readings that the app has made.
fn requests(stage: &AppHarness) -> Vec<OperationRequest> {
    let request = |effect: &Effect| match effect {
        Effect::ReadTargets(request) => Some(request.clone()),
        _ => None,
    };
    stage.effects.iter().filter_map(request).collect()
}

/// Returns the numbers of the operations that the app has confirmed.
fn runs(stage: &AppHarness) -> Vec<u64> {
    let number = |effect: &Effect| match effect {
        Effect::RunPlan(number, _) => Some(*number),
        _ => None,
    };
    stage.effects.iter().filter_map(number).collect()
}

/// Returns the place of operations on the engine.
pub(crate) fn place() -> OperationPlace {
    OperationPlace {
        source: SourceId::new("docker"),
        location: "unix:///var/run/docker.sock".into(),
        account: None,
        account_alias: None,
        region: None,
        caller: None,
        command_prefix: "docker".into(),
    }
}

/// Answers the last request with a fresh reading of `snapshot`.
fn answer(stage: &mut AppHarness, snapshot: &Snapshot) {
    let request = requests(stage).pop().unwrap();
    let wanted = snapshot.services.iter().filter(|service| request.services().contains(&service.id));
    let target = |service: &std::sync::Arc<Service>| TargetReading {
        service: (**service).clone(),
        facts: Vec::new(),
        ecs: None,
    };
    let reading = OperationReading { place: place(), targets: wanted.map(target).collect() };
    stage.send(Msg::TargetsRead(request, Box::new(Ok(reading))));
}

/// Asserts that the screen is drawn without flaws and shows all `words`.
#[track_caller]
pub(crate) fn assert_shows(stage: &mut AppHarness, words: &[&str]) {
    let picture = stage.picture();
    assert_eq!(picture.flaws(), Vec::<String>::new());
    let text = picture.text();
    for word in words {
        assert!(text.contains(word), "`{word}` is not in\n{text}");
    }
}

/// Returns a call that succeeded.
fn sent() -> SentChange {
    SentChange { call: "POST /containers/x/stop".into(), request_id: None, failure: None, unchanged: false }
}

/// Opens the plan for restarting `orders`, and draws it.
fn restart_orders(permission: ActionPermission) -> AppHarness {
    let mut stage = stage(permission);
    stage.select_by_search("orders");
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("r");
    answer(&mut stage, &engine());
    stage
}

/// Presses `count` keys in a fixed random order.
fn press_random_keys(stage: &mut AppHarness, count: usize, keys: &[&str]) {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..count {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let key: Key = keys[(state % keys.len() as u64) as usize].parse().unwrap();
        stage.press(key);
    }
}

/// All keys that could lead to an action: menu, verbs, answers, and keys that move between them.
const KEYS: &[&str] = &[
    "R",
    "U",
    "r",
    "s",
    "t",
    "x",
    "p",
    "u",
    "S",
    "T",
    "a",
    "y",
    "Y",
    "n",
    "enter",
    "esc",
    "tab",
    "left",
    "right",
    "up",
    "down",
    "space",
    "/",
    ":",
    "l",
    "d",
    "t",
    "M",
    "!",
    "H",
    "backspace",
    "ctrl-r",
    "f",
];

#[test]
fn off_means_no_key_no_command_and_no_request() {
    let mut stage = stage(ActionPermission::Off);
    stage.select_by_search("orders");
    assert!(!stage.app.applies(Command::Actions) && !stage.app.applies(Command::UndoAction));
    stage.press_keys("R");
    let shown = stage.picture().show();
    assert!(!shown.to_lowercase().contains("actions"), "{shown}");
    stage.press_keys(":");
    stage.type_text("restart orders");
    stage.press_keys("enter");
    stage.press_keys("?");
    stage.press_keys("/");
    stage.type_text("restart, stop or");
    stage.press_keys("enter");
    assert!(stage.picture().show().contains("no matches"), "help lists the command");
    stage.press_keys("esc esc esc");
    press_random_keys(&mut stage, 10_000, KEYS);
    assert_eq!((requests(&stage).len(), runs(&stage).len()), (0, 0));
}

#[test]
fn every_dialog_answered_no_runs_nothing() {
    let mut stage = stage(ActionPermission::Ask);
    let without_yes: Vec<&str> =
        KEYS.iter().copied().filter(|key| !["y", "Y", "left", "right", "tab"].contains(key)).collect();
    stage.select_by_search("orders");
    for _ in 0..100 {
        stage.press_keys("esc esc M R");
        stage.picture();
        stage.press_keys("r");
        if !requests(&stage).is_empty() {
            answer(&mut stage, &engine());
        }
        stage.picture();
        press_random_keys(&mut stage, 100, &without_yes);
    }
    assert!(!requests(&stage).is_empty(), "the keys opened no plan");
    assert_eq!(runs(&stage), Vec::<u64>::new());
}

#[test]
fn the_menu_and_the_plan_are_shown() {
    let mut stage = stage(ActionPermission::Ask);
    stage.select_by_search("orders");
    stage.press_keys("R");
    assert_shows(
        &mut stage,
        &["ACTIONS docker", "actions: ", "r  restart orders", "x  kill orders", "callers last"],
    );
    stage.press_keys("r");
    assert_shows(&mut stage, &["restart shop/orders", "reading the services anew"]);
    answer(&mut stage, &engine());
    let rows = [
        "restart shop/orders?",
        "docker, unix:///var/run/docker.sock",
        "orders-1  running → running",
        "shop/orders: 0 of 2 keep serving; called by web",
        "POST /containers/shop-orders-/restart",
        "docker restart orders-2",
        "nothing undoes it",
        "no (n)   yes, restart (y)",
    ];
    assert_shows(&mut stage, &rows);
}

#[test]
fn keys_from_before_the_plan_was_drawn_confirm_nothing() {
    let mut stage = stage(ActionPermission::Ask);
    stage.select_by_search("orders");
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("r y y y enter");
    answer(&mut stage, &engine());
    stage.press_keys("y y y");
    assert_eq!(runs(&stage).len(), 0);
    stage.picture();
    stage.press_keys("enter");
    assert_eq!(runs(&stage).len(), 0, "the default is no");
}

#[test]
fn a_yes_runs_the_plan_once_and_the_verdict_offers_undo() {
    let mut stage = restart_orders(ActionPermission::Ask);
    stage.picture();
    stage.press_keys("y y y");
    assert_eq!(runs(&stage), [1]);
    stage.send(Msg::PlanStepSent(1, 1));
    assert!(stage.picture().show().contains("orders restarting: 1 of 2 calls made"));
    let done = PlanRun { sent: Vec::new(), stopped_by: None };
    stage.send(Msg::PlanRunEnded(1, Box::new(done)));
    let in_seconds = |seconds: i64| Timestamp::from_second(now().as_second() + seconds).unwrap();
    let restarted = |taken_at: Timestamp| {
        let mut after = engine();
        after.taken_at = taken_at;
        for service in &mut after.services {
            let instances = &mut std::sync::Arc::make_mut(service).instances;
            instances.iter_mut().for_each(|one| one.started = Some(in_seconds(2)));
        }
        after
    };
    stage.send(Msg::Tick(in_seconds(29)));
    stage.poll(&restarted(in_seconds(29)));
    assert!(!stage.picture().show().contains("healthy after"), "the data may be older than the snapshot");
    stage.send(Msg::Tick(in_seconds(30)));
    stage.poll(&restarted(in_seconds(30)));
    assert_shows(&mut stage, &["orders restarted: 2 of 2 healthy after 30 s"]);
    let verdicts =
        stage.effects.iter().filter(|effect| matches!(effect, Effect::RecordVerdict(1, _))).count();
    assert_eq!(verdicts, 1);
    stage.press_keys("H");
    let timeline = stage.picture().show();
    assert!(timeline.contains("your action: restart shop/orders"), "{timeline}");
    assert!(timeline.contains("your action: restarted: 2 of 2 healthy"), "{timeline}");
}

#[test]
fn stopping_can_be_undone_by_one_key() {
    let mut stage = stage(ActionPermission::Ask);
    stage.select_by_search("db");
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("s");
    answer(&mut stage, &engine());
    let plan = stage.picture().show();
    assert!(plan.contains("db stops serving; orders calls it"), "{plan}");
    stage.press_keys("y");
    stage.send(Msg::PlanRunEnded(1, Box::new(PlanRun { sent: vec![sent()], stopped_by: None })));
    let mut after = engine();
    after.taken_at = Timestamp::from_second(now().as_second() + 5).unwrap();
    std::sync::Arc::make_mut(&mut after.services[2]).instances[0].state = InstanceState::Stopped;
    stage.poll(&after);
    assert!(stage.app.applies(Command::UndoAction));
    stage.press_keys("U");
    assert_eq!(requests(&stage).last().unwrap().title(), "start shop/db");
}

#[test]
fn a_protected_source_asks_for_the_name() {
    let mut stage = restart_orders(ActionPermission::Protected);
    assert_shows(&mut stage, &["protected: type orders and press enter:"]);
    stage.press_keys("y enter");
    assert_eq!(runs(&stage).len(), 0);
    stage.press_keys("backspace");
    stage.type_text("orders");
    stage.press_keys("enter");
    assert_eq!(runs(&stage), [1]);
}

#[test]
fn a_typed_action_names_its_services() {
    let mut stage = stage(ActionPermission::Ask);
    for (typed, title) in [
        ("restart orders", "restart shop/orders"),
        ("stop web db", "stop 2 services"),
        ("restart orders-1", "restart shop/orders"),
    ] {
        stage.press_keys(":");
        stage.type_text(typed);
        stage.press_keys("enter");
        assert_eq!(requests(&stage).last().map(OperationRequest::title).as_deref(), Some(title), "{typed}");
        stage.press_keys("esc");
    }
    assert_eq!(
        requests(&stage).last().unwrap().instances.as_ref().map(std::collections::BTreeSet::len),
        Some(1)
    );
    let before = requests(&stage).len();
    stage.press_keys(":");
    stage.type_text("restart nonsense");
    stage.press_keys("enter");
    assert!(stage.picture().show().contains("`nonsense` is no service or instance"));
    assert_eq!(requests(&stage).len(), before);
}

#[test]
fn marked_services_become_one_plan() {
    let mut stage = stage(ActionPermission::Ask);
    for name in ["web", "orders"] {
        stage.select_by_search(name);
        stage.press_keys("space");
    }
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("R");
    assert_eq!(requests(&stage)[0].services().len(), 2);
    answer(&mut stage, &engine());
    let plan = stage.picture().show();
    let at = |name: &str| plan.find(name).unwrap_or_else(|| panic!("{name} is not in {plan}"));
    assert!(at("orders-1") < at("web-1"), "callers come last: {plan}");
}

#[test]
fn a_refusal_and_a_failure_say_that_nothing_was_done() {
    let mut stage = stage(ActionPermission::Ask);
    stage.select_by_search("web");
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("r");
    let request = requests(&stage).pop().unwrap();
    let failure =
        Failure::new(FailureKind::Unreachable, "docker list: connection refused", "start the engine");
    stage.send(Msg::TargetsRead(request, Box::new(Err(failure))));
    assert_shows(&mut stage, &["docker list: connection refused", "start the engine", "nothing was done"]);
    let recorded = |effect: &Effect| matches!(effect, Effect::RecordRefusal(_, AuditOutcome::Failed, _));
    assert!(stage.effects.iter().any(recorded));
    let mut stage = restart_orders(ActionPermission::Ask);
    stage.picture();
    stage.press_keys("y");
    let moved = Refusal::new("changed since the plan was made: orders-1 is paused now", "plan again");
    let run = PlanRun { sent: Vec::new(), stopped_by: Some(RunStop::Refused(moved)) };
    stage.send(Msg::PlanRunEnded(1, Box::new(run)));
    let refused = "refused: changed since the plan was made: orders-1 is paused now; nothing was done";
    assert_shows(&mut stage, &[refused, "reading the services anew for the plan"]);
    answer(&mut stage, &engine());
    assert_shows(&mut stage, &[refused, "by hand"]);
    assert!(!stage.app.applies(Command::UndoAction), "there is nothing to undo");
}

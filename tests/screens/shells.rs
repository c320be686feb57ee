//! Shells from the screen: the choice of the container, and a plan that only an explicit yes confirms.

use crate::{
    actions::{assert_shows, place, stage},
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    effect::Effect,
    model::{ActionPermission, Failure, FailureKind},
    operation::{AuditOutcome, RequestedSession, ShellRequest},
};

/// Returns the shells for which the app has requested a place.
fn shell_requests(stage: &AppHarness) -> Vec<ShellRequest> {
    let request = |effect: &Effect| match effect {
        Effect::ReadSessionPlace(RequestedSession::Shell(request)) => Some(request.clone()),
        _ => None,
    };
    stage.effects.iter().filter_map(request).collect()
}

/// Returns the containers and commands of the shells that the app has opened.
fn opened_shells(stage: &AppHarness) -> Vec<(String, Vec<String>)> {
    let opened = |effect: &Effect| match effect {
        Effect::OpenShell(confirmed) => {
            let ShellRequest { target, command, .. } = confirmed.request();
            Some((target.container.to_string(), command.clone()))
        }
        _ => None,
    };
    stage.effects.iter().filter_map(opened).collect()
}

/// Opens the plan of a shell in `web`, which has one container. Does not draw the plan.
fn shell_in_web(permission: ActionPermission) -> AppHarness {
    let mut stage = stage(permission);
    stage.select_by_search("web");
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("!");
    let request = shell_requests(&stage).pop().unwrap();
    let request = RequestedSession::Shell(request);
    stage.send(Msg::SessionPlaceRead(request.clone(), Box::new(Ok((request, place())))));
    stage
}

#[test]
fn a_shell_opens_after_a_yes_to_its_plan_and_only_once() {
    let mut stage = shell_in_web(ActionPermission::Ask);
    stage.press_keys("y enter");
    assert_eq!(opened_shells(&stage), [], "keys from before the dialog was drawn");
    let rows = ["open a shell in shop/web?", "/bin/sh in container web of shop/web", "ctrl-] leaves it"];
    assert_shows(&mut stage, &rows);
    stage.press_keys("enter");
    assert_eq!(opened_shells(&stage), [], "the default is no");

    let mut stage = shell_in_web(ActionPermission::Ask);
    stage.picture();
    stage.press_keys("y y");
    assert_eq!(opened_shells(&stage), [("web".to_owned(), vec!["/bin/sh".to_owned()])]);
}

#[test]
fn a_shell_in_a_protected_source_needs_the_name() {
    let mut stage = shell_in_web(ActionPermission::Protected);
    assert_shows(&mut stage, &["protected: type web"]);
    stage.press_keys("y enter");
    assert_eq!(opened_shells(&stage), []);
    stage.press_keys("backspace");
    stage.type_text("web");
    stage.press_keys("enter");
    assert_eq!(opened_shells(&stage).len(), 1);
}

#[test]
fn a_service_with_several_containers_asks_for_one() {
    let mut stage = stage(ActionPermission::Ask);
    stage.select_by_search("orders");
    stage.press_keys("R");
    stage.picture();
    stage.press_keys("!");
    assert_eq!(shell_requests(&stage), []);
    assert_shows(
        &mut stage,
        &["actions: a shell in shop/orders", "1  orders in orders-1", "2  orders in orders-2"],
    );
    stage.press_keys("2");
    let request = shell_requests(&stage).pop().unwrap();
    assert!(request.target.instance.as_str().contains("orders-2"), "{request:?}");
    let failure = Failure::new(FailureKind::Unreachable, "the engine is gone", "start it");
    stage.send(Msg::SessionPlaceRead(RequestedSession::Shell(request), Box::new(Err(failure))));
    assert_shows(&mut stage, &["the engine is gone", "nothing was done"]);
    let is_recorded =
        |effect: &Effect| matches!(effect, Effect::RecordSessionRefusal(_, AuditOutcome::Failed, _));
    assert!(stage.effects.iter().any(is_recorded));
}

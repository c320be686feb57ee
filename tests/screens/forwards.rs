//! Forwarded ports from the screen: the typed request, the plan, the list of open forwards, and their end.

use crate::{
    actions::{assert_shows, place, stage},
    stage::AppHarness,
};
use portolan::{
    app::Msg,
    effect::Effect,
    model::{ActionPermission, Failure, FailureKind},
    operation::{ForwardRequest, RequestedSession},
};

/// Returns the forwards for which the app has requested a place.
fn requested(stage: &AppHarness) -> Vec<ForwardRequest> {
    let request = |effect: &Effect| match effect {
        Effect::ReadSessionPlace(RequestedSession::Forward(request)) => Some(request.clone()),
        _ => None,
    };
    stage.effects.iter().filter_map(request).collect()
}

/// Returns the numbers of the forwards that the app has opened.
fn opened(stage: &AppHarness) -> Vec<u64> {
    let number = |effect: &Effect| match effect {
        Effect::OpenForward(number, _) => Some(*number),
        _ => None,
    };
    stage.effects.iter().filter_map(number).collect()
}

/// Types a request to forward port 80 of `web`, and answers with the place and the local port 4000.
fn planned() -> AppHarness {
    let mut stage = stage(ActionPermission::Ask);
    stage.press_keys(":");
    stage.type_text("forward web :80");
    stage.press_keys("enter");
    let asked = requested(&stage).pop().unwrap();
    assert_eq!((asked.local_port, asked.port), (0, 80));
    let ready = ForwardRequest { local_port: 4000, ..asked.clone() };
    let answer = Ok((RequestedSession::Forward(ready), place()));
    stage.send(Msg::SessionPlaceRead(RequestedSession::Forward(asked), Box::new(answer)));
    stage
}

#[test]
fn a_forward_opens_after_a_yes_and_ends_in_the_menu() {
    let mut stage = planned();
    stage.press_keys("y");
    assert!(opened(&stage).is_empty(), "a key from before the dialog was drawn");
    assert_shows(&mut stage, &["forward port 80 of shop/web?", "127.0.0.1:4000 to port 80 of container web"]);
    stage.press_keys("y");
    assert_eq!(opened(&stage), [1]);
    stage.send(Msg::ForwardOpened(1));
    assert_shows(&mut stage, &["1 forward open", "forwarding 127.0.0.1:4000 to port 80 of"]);
    stage.select_by_search("web");
    stage.press_keys("R");
    assert_shows(&mut stage, &["d  end forward of port 4000 to port 80 of shop/web"]);
    stage.press_keys("d");
    assert!(stage.effects.iter().any(|effect| matches!(effect, Effect::EndForward(1))));
    stage.send(Msg::ForwardEnded(1, Ok("ended by the user".to_owned())));
    assert!(!stage.picture().text().contains("forward open"));
}

#[test]
fn a_failed_forward_says_why_in_full() {
    let mut stage = planned();
    stage.picture();
    stage.press_keys("y");
    let failure = Failure::new(FailureKind::Denied, "ssm:StartSession is denied", "allow ssm:StartSession");
    stage.send(Msg::ForwardEnded(1, Err(failure)));
    let rows = ["forward port 80 of shop/web failed", "ssm:StartSession is denied", "allow ssm:StartSession"];
    assert_shows(&mut stage, &rows);
    stage.press_keys("x enter q");
    assert_shows(&mut stage, &rows);
    stage.press_keys("esc");
    assert!(!stage.picture().text().contains("is denied"));
}

#[test]
fn a_forward_without_a_port_is_refused_in_words() {
    let mut stage = stage(ActionPermission::Ask);
    for (typed, words) in [("forward", "no port is given"), ("forward web x", "a number from 1 to 65535")] {
        stage.press_keys(":");
        stage.type_text(typed);
        stage.press_keys("enter");
        assert_shows(&mut stage, &[words]);
    }
    assert!(requested(&stage).is_empty());
}

#[test]
fn a_declined_forward_closes_its_local_port() {
    let closed = |stage: &AppHarness| {
        stage.effects.iter().filter(|effect| matches!(effect, Effect::ClosePlannedPort(4000))).count()
    };
    let mut stage = planned();
    stage.picture();
    stage.press_keys("n");
    assert_eq!((opened(&stage).len(), closed(&stage)), (0, 1));
    // The answer may come after the user has closed the dialog.
    let asked = requested(&stage).pop().unwrap();
    let ready = ForwardRequest { local_port: 4000, ..asked.clone() };
    let answer = Ok((RequestedSession::Forward(ready), place()));
    stage.send(Msg::SessionPlaceRead(RequestedSession::Forward(asked), Box::new(answer)));
    assert_eq!(closed(&stage), 2);
}

#[test]
fn without_permission_there_is_no_forward() {
    let mut stage = stage(ActionPermission::Off);
    stage.press_keys(":");
    stage.type_text("forward web 80");
    stage.press_keys("enter");
    assert!(requested(&stage).is_empty());
}

//! Confirmation: the default is No, the dialog drops early keys, and a protected source requires a name.

use super::{calls, plan, plan_with};
use crate::{
    keymap::Key,
    model::{ActionPermission, fixtures},
    operation::{Confirmation, ConfirmationEvent, ConfirmedPlan, OperationKind, Plan},
};

/// Returns the dialog for stopping `web`, drawn once.
fn dialog(permission: ActionPermission) -> Confirmation<Plan> {
    let plan = plan_with(OperationKind::Stop, &[fixtures::service("web")], permission).unwrap();
    let mut dialog = Confirmation::new(plan);
    dialog.mark_drawn();
    dialog
}

/// Presses keys, separated by spaces, and returns the last event.
fn press(dialog: &mut Confirmation<Plan>, keys: &str) -> ConfirmationEvent<Plan> {
    let keys = keys.split(' ').map(|key| key.parse::<Key>().unwrap());
    keys.map(|key| dialog.handle_key(key)).last().unwrap()
}

fn is_confirmed(event: &ConfirmationEvent<Plan>) -> bool {
    matches!(event, ConfirmationEvent::Confirmed(_))
}

#[test]
fn the_default_is_no() {
    for keys in ["enter", "esc", "n", "q", "ctrl-c", "right left enter"] {
        let event = press(&mut dialog(ActionPermission::Ask), keys);
        assert_eq!(event, ConfirmationEvent::Declined, "{keys}");
    }
    for keys in ["y", "right enter", "tab enter"] {
        assert!(is_confirmed(&press(&mut dialog(ActionPermission::Ask), keys)), "{keys}");
    }
    for keys in ["ctrl-y", "alt-y", "space", "r", "s", "d"] {
        assert_eq!(press(&mut dialog(ActionPermission::Ask), keys), ConfirmationEvent::Open, "{keys}");
    }
}

#[test]
fn keys_from_before_the_dialog_was_drawn_are_dropped() {
    let mut early = Confirmation::new(plan(OperationKind::Stop, &[fixtures::service("web")]));
    assert_eq!(press(&mut early, "y enter right enter"), ConfirmationEvent::Open);
    assert!(!early.keys().is_yes_selected());
    early.mark_drawn();
    assert!(is_confirmed(&press(&mut early, "y")));
}

#[test]
fn a_protected_source_asks_for_the_name() {
    let mut open = dialog(ActionPermission::Protected);
    assert_eq!(press(&mut open, "y enter"), ConfirmationEvent::Open, "y is a letter of a name");
    assert_eq!(press(&mut open, "backspace w e b"), ConfirmationEvent::Open);
    assert_eq!(open.keys().typed(), "web");
    assert!(is_confirmed(&press(&mut open, "enter")));
    let mut untouched = dialog(ActionPermission::Protected);
    assert_eq!(press(&mut untouched, "enter"), ConfirmationEvent::Declined);
}

#[test]
fn the_command_line_confirms_by_flag_or_line() {
    let ask = || plan(OperationKind::Stop, &[fixtures::service("web")]);
    let protected =
        || plan_with(OperationKind::Stop, &[fixtures::service("web")], ActionPermission::Protected).unwrap();
    assert_eq!(calls(&ConfirmedPlan::by_flag(ask(), None).unwrap()), ["POST /containers/web/stop"]);
    assert!(ConfirmedPlan::by_flag(protected(), None).unwrap_err().remedy.contains("--confirm web"));
    assert!(ConfirmedPlan::by_flag(protected(), Some("db")).is_err());
    assert!(ConfirmedPlan::by_flag(protected(), Some("web")).is_ok());
    for (line, confirms) in [("y\n", true), ("YES\n", true), ("\n", false), ("n\n", false), ("web\n", false)]
    {
        assert_eq!(ConfirmedPlan::by_line(ask(), line).is_some(), confirms, "{line:?}");
    }
    for (line, confirms) in [("web\n", true), ("yes\n", false), ("\n", false)] {
        assert_eq!(ConfirmedPlan::by_line(protected(), line).is_some(), confirms, "{line:?}");
    }
}

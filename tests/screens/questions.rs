//! Questions in the command prompt, and the profile facts that answer some of them.

use crate::{estate::shop, stage::AppHarness};
use portolan::{
    model::{FactOrigin, ProfileFact, ProfileField, Service, ServiceId, Snapshot},
    screen::ScreenId,
};
use std::sync::Arc;

/// Returns the shop, in which two places name different owners of `orders`.
fn owned_shop() -> Vec<Snapshot> {
    let mut snapshots = shop();
    for service in snapshots.iter_mut().flat_map(|snapshot| &mut snapshot.services) {
        if service.name.as_str() == "orders" {
            let fact = |value, origin, place| ProfileFact::new(ProfileField::Owner, value, origin, place);
            let facts = [
                fact("checkout", FactOrigin::Running, "tag Team"),
                fact("@acme/sales", FactOrigin::CatalogueFile, "/src/orders/catalog-info.yaml"),
                ProfileFact::new(
                    ProfileField::DeployedBy,
                    "compose file /src/compose.yaml",
                    FactOrigin::Running,
                    "label x",
                ),
            ];
            Arc::make_mut(service).profile.facts = facts.into_iter().flatten().collect();
        }
    }
    snapshots
}

fn ask(stage: &mut AppHarness, question: &str) -> String {
    stage.press_keys(":");
    stage.type_text(question);
    stage.press_keys("enter");
    stage.picture().show()
}

#[test]
fn each_question_shows_the_screen_that_answers_it() {
    let mut stage = AppHarness::showing(&owned_shop(), (120, 40));
    ask(&mut stage, "who calls orders");
    assert_eq!((stage.app.screen(), stage.selected_name().as_str()), (ScreenId::Why, "orders"));
    let impact = ask(&mut stage, "what breaks if payments stops?");
    assert!(impact.contains("called by 1: orders; through others also 1: edge"), "{impact}");
    let owner = ask(&mut stage, "who owns orders");
    assert_eq!(stage.app.screen(), ScreenId::Card);
    assert!(owner.contains("owner: checkout (by tag Team), @acme/sales"), "{owner}");
    assert!(ask(&mut stage, "what is the-moon").contains("no service `the-moon`"));
    let list = ask(&mut stage, "owner sales");
    assert!(stage.app.screen() == ScreenId::List && list.contains("1 service of an owner"), "{list}");
    ask(&mut stage, "where are the logs of orders");
    assert_eq!(stage.app.screen(), ScreenId::Logs);
    let needs = ask(&mut stage, "how do I run orders");
    assert!(
        needs.contains("needs ") && needs.contains("portolan need prod/orders --format compose"),
        "{needs}"
    );
    let code = ask(&mut stage, "where is the code of orders");
    assert!(
        code.contains("names its repository; deployed by compose file /src/compose.yaml (by label x)"),
        "{code}"
    );
    let changes = ask(&mut stage, "what changed in orders");
    assert!(stage.app.screen() == ScreenId::Timeline && changes.contains("orders only"), "{changes}");
    let group = ask(&mut stage, "what changed in prod");
    assert_eq!(stage.app.screen(), ScreenId::Timeline);
    assert!(group.contains("timeline of group prod"), "{group}");
    assert!(ask(&mut stage, "what changed in the-moon").contains("no service and no group `the-moon`"));
}

#[test]
fn escape_and_a_key_that_follows_at_once_are_two_keys() {
    let mut stage = AppHarness::showing(&owned_shop(), (120, 40));
    stage.press_keys("t alt-:");
    stage.type_text("who owns orders");
    stage.press_keys("enter");
    assert!(stage.picture().show().contains("owner: checkout"));
    stage.press_keys("m alt-j");
    assert!(stage.app.screen() != ScreenId::Timeline, "escape goes back");
}

#[test]
fn a_question_is_completed() {
    let mut stage = AppHarness::showing(&owned_shop(), (120, 40));
    stage.press_keys(":");
    stage.type_text("who ca");
    assert!(stage.picture().show().contains("tab completes"));
    stage.press_keys("tab");
    stage.type_text("orde");
    stage.press_keys("tab enter");
    assert_eq!((stage.app.screen(), stage.selected_name().as_str()), (ScreenId::Why, "orders"));
}

#[test]
fn facts_that_disagree_are_on_the_card_with_their_places() {
    let mut stage = AppHarness::showing(&owned_shop(), (120, 60));
    stage.press_keys("/");
    stage.type_text("owner:checkout");
    stage.press_keys("enter d");
    let card = stage.picture().show();
    assert_eq!(stage.selected_name(), "orders");
    for words in ["about", "checkout", "by tag Team", "or @acme/sales", "by /src/orders/catalog-info.yaml"] {
        assert!(card.contains(words), "{words}: {card}");
    }
}

#[test]
fn a_name_of_several_services_is_answered_for_each() {
    let mut snapshots = owned_shop();
    let orders =
        snapshots.iter().flat_map(|snapshot| &snapshot.services).find(|s| s.name.as_str() == "orders");
    let mut other = Service::clone(orders.unwrap());
    other.id = ServiceId::of(&snapshots[0].source, Some("test"), "orders");
    other.group = Some("test".into());
    other.profile.facts.clear();
    snapshots[0].services.push(Arc::new(other));
    let mut stage = AppHarness::showing(&snapshots, (200, 40));
    let before = stage.selected_name();
    let answer = ask(&mut stage, "who owns orders");
    assert!(answer.contains("`orders` is ambiguous, 2 matches: "), "{answer}");
    assert!(answer.contains("orders: checkout (by tag Team), @acme/sales (by "), "{answer}");
    assert!(answer.contains("test/orders: unknown"), "{answer}");
    assert_eq!(stage.selected_name(), before, "no node is selected instead of the user");
    stage.press_keys(":");
    stage.type_text("who owns test/ord");
    stage.press_keys("tab");
    assert!(stage.picture().show().contains("who owns test/orders"), "a completion means one service");
}

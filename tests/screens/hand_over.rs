//! Handover to colleagues: a report to paste into a chat, and the menu of ids, links and commands.

use crate::{estate::shop, see, stage::AppHarness};
use portolan::effect::Effect;

/// Returns the text that was copied last.
fn copied(stage: &AppHarness) -> String {
    let copied = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::CopyToClipboard(text) => Some(text.clone()),
        _ => None,
    });
    copied.unwrap_or_else(|| panic!("nothing was copied"))
}

#[test]
fn a_finding_is_copied_as_a_report() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("! c");
    insta::assert_snapshot!(copied(&stage));
}

#[test]
fn a_service_is_copied_as_a_report_on_every_screen_about_it() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.select_by_search("catalog");
    stage.press_keys("c");
    let report = copied(&stage);
    assert!(report.starts_with("shop/catalog: healthy\n"), "{report}");
    assert!(
        report.contains("docker inspect catalog-1")
            && report.contains("portolan logs --since 1h shop/catalog"),
        "{report}"
    );
    for keys in ["t c", "d c"] {
        stage.press_keys(keys);
        assert_eq!(copied(&stage), report, "{keys}");
    }
}

#[test]
fn the_menu_lists_what_can_be_copied() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.select_by_search("orders");
    stage.press_keys("y");
    see!(stage);
    stage.press_keys("j enter");
    assert_eq!(copied(&stage), "prod/orders");
    stage.press_keys("G c");
    assert_eq!(copied(&stage), "ecs:eu-west-1/prod/orders");
    stage.press_keys("b");
    assert!(stage.picture().text().contains("y shows what can be copied"));
}

#[test]
fn a_page_is_opened_for_a_service_that_has_one() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.select_by_search("users");
    stage.press_keys("b");
    let opened = stage.effects.iter().find_map(|effect| match effect {
        Effect::OpenPage(page) => Some(page.as_str()),
        _ => None,
    });
    assert_eq!(
        opened,
        Some(
            "https://eu-west-1.console.aws.amazon.com/ecs/v2/clusters/prod/services/users/health?region=eu-west-1"
        )
    );
}

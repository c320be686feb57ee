//! Habits from other tools: every key shows a reaction, `:` accepts common commands, and an extra `q` asks
//! before it quits.

use crate::{
    estate::{shop, shop_logs},
    stage::AppHarness,
};
use portolan::{app::Msg, effect::Effect, model::NodeId};

/// Returns the last row of the screen, which shows notices.
fn notice(stage: &mut AppHarness) -> String {
    stage.picture().text().lines().last().unwrap().trim().to_owned()
}

fn run_command(stage: &mut AppHarness, typed: &str) {
    stage.press_keys(":");
    stage.type_text(typed);
    stage.press_keys("enter");
}

#[test]
fn a_key_without_a_command_says_what_does_it_here() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    for (key, words) in [
        ("ctrl-a", "ctrl-a is : here: type a command"),
        ("u", "u is w here: show the callers"),
        ("f7", "f7 has no command here; ? shows the keys"),
        ("R", "R has no command here; ? shows the keys"),
    ] {
        stage.press_keys(key);
        assert!(notice(&mut stage).starts_with(words), "{key}: {}", notice(&mut stage));
    }
    stage.send(Msg::Logs(shop_logs()));
    stage.press_keys("l &");
    assert!(
        notice(&mut stage).starts_with("& is + here: show only matching lines"),
        "{}",
        notice(&mut stage)
    );
}

#[test]
fn no_key_is_silent() {
    let keys =
        ["%", ",", ".", "$", "^", "_", "Q", "J", "K", "ctrl-w", "ctrl-k", "ctrl-x", "alt-x", "delete", "f9"];
    for opening in ["", "t", "d", "!", "H", "S", "w", "y"] {
        for key in keys {
            let mut stage = AppHarness::showing(&shop(), (120, 40));
            stage.press_keys(opening);
            let before = stage.picture().text();
            stage.press_keys(key);
            assert_ne!(stage.picture().text(), before, "`{key}` after `{opening}`");
        }
    }
}

#[test]
fn a_command_of_another_screen_says_where_it_works() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    for (typed, words) in [
        ("go-to-time", "go-to-time works in the logs"),
        ("tail", "tail works in the logs"),
        ("sort-next", "sort-next works in the list"),
        ("unfilter-all", "unfilter-all works in the logs"),
    ] {
        run_command(&mut stage, typed);
        assert_eq!(notice(&mut stage), words, "{typed}");
    }
}

#[test]
fn f_follows_in_the_logs_as_in_less() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.send(Msg::Logs(shop_logs()));
    stage.press_keys("l 1");
    let at_the_head = stage.picture().text();
    stage.press_keys("F");
    assert_ne!(stage.picture().text(), at_the_head);
    let selected = stage.selected_name();
    stage.press_keys("F");
    assert_eq!(stage.selected_name(), selected, "it selects no finding here");
}

#[test]
fn a_command_takes_the_name_of_a_service() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    run_command(&mut stage, "logs orders");
    assert_eq!(
        (stage.selected_name().as_str(), stage.app.screen()),
        ("orders", portolan::screen::ScreenId::Logs)
    );
    run_command(&mut stage, "card catalog");
    assert_eq!(
        (stage.selected_name().as_str(), stage.app.screen()),
        ("catalog", portolan::screen::ScreenId::Card)
    );
    run_command(&mut stage, "logs nothing-like-it");
    assert!(notice(&mut stage).contains("no service `nothing-like-it`"), "{}", notice(&mut stage));
    stage.press_keys(":");
    stage.type_text("logs pay");
    assert!(stage.picture().text().contains("logs prod/payments"), "the palette completes names");
    stage.press_keys("enter");
    assert_eq!(stage.selected_name(), "payments");
}

#[test]
fn commands_of_other_tools_work_or_say_what_is_wrong() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    run_command(&mut stage, "ns prod");
    assert_eq!(stage.app.screen(), portolan::screen::ScreenId::Map);
    assert!(stage.picture().text().contains("orders") && !stage.picture().text().contains("catalog"));
    run_command(&mut stage, "ns nowhere");
    assert!(notice(&mut stage).contains("no group `nowhere`; groups: "), "{}", notice(&mut stage));
    run_command(&mut stage, "ctx nowhere");
    assert!(notice(&mut stage).contains("no source `nowhere`; sources: docker"), "{}", notice(&mut stage));
    run_command(&mut stage, "frobnicate all");
    assert!(notice(&mut stage).contains("no command or service `frobnicate all`"), "{}", notice(&mut stage));
    run_command(&mut stage, "q!");
    assert!(stage.effects.contains(&Effect::Quit));
}

#[test]
fn one_q_too_many_asks_before_it_quits() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("t d q q");
    assert!(!stage.effects.contains(&Effect::Quit));
    stage.press_keys("q");
    assert!(notice(&mut stage).contains("press again to quit"), "{}", notice(&mut stage));
    assert!(!stage.effects.contains(&Effect::Quit));
    stage.press_keys("q");
    assert!(stage.effects.contains(&Effect::Quit));

    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("q");
    assert!(stage.effects.contains(&Effect::Quit), "on the first screen, q quits at once");

    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.press_keys("t q j q");
    assert!(stage.effects.contains(&Effect::Quit), "another key came between");
}

#[test]
fn the_worst_finding_is_in_the_header_of_a_small_screen_and_opens_by_a_click() {
    let mut stage = AppHarness::showing(&shop(), (80, 24));
    let worst = stage.app.store.world.findings[0].clone();
    let header = stage.picture().text().lines().next().unwrap().to_owned();
    let at = header.find(worst.subject.as_str()).unwrap_or_else(|| panic!("{header}"));
    let column = header[..at].chars().count() as u16;
    stage.app.store.session.select(NodeId::new("docker/shop/web"));
    stage.click(column, 0);
    assert_eq!(stage.app.screen(), portolan::screen::ScreenId::Findings);
    assert_eq!(stage.app.store.session.selected, worst.node);
}

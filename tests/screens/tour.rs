//! Tour for new users: its stops in the demo and in an estate, its keys, and the team's own stops.

use crate::{estate::shop, see, stage::AppHarness};
use portolan::{app::Msg, screen::ScreenId, source::replay, tour::TeamTour};

/// Returns the demo with its tour, on a terminal of `size`.
fn demo_tour(size: (u16, u16)) -> AppHarness {
    let snapshots = replay::demo_snapshots();
    let mut stage = AppHarness::showing(&snapshots, size);
    stage.send(Msg::Tick(snapshots[0].taken_at));
    stage.press_keys("ctrl-t");
    stage
}

/// Returns the number of the current stop and the total number of stops, as shown on the screen.
fn progress(stage: &mut AppHarness) -> Option<(usize, usize)> {
    let screen = stage.picture().show();
    let words = screen.split(" tour ").nth(1)?;
    let mut words = words.split_whitespace();
    let number = words.next()?.parse().ok()?;
    Some((number, words.nth(1)?.parse().ok()?))
}

/// Returns the key after `try` on the screen.
fn key_to_try(stage: &mut AppHarness) -> String {
    let screen = stage.picture().show();
    let after = screen.split(" try ").nth(1).unwrap_or_else(|| panic!("nothing to try:\n{screen}"));
    after.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn each_key_that_the_tour_names_works_and_the_tour_ends() {
    for size in [(80, 24), (200, 50), (60, 16)] {
        let mut stage = demo_tour(size);
        let (_, count) = progress(&mut stage).unwrap();
        assert!((8..=12).contains(&count), "{count}");
        for number in 1..=count {
            assert_eq!(progress(&mut stage), Some((number, count)), "at {size:?}");
            let key = key_to_try(&mut stage);
            let before = stage.app.screen();
            stage.press_keys(&key);
            let after = stage.picture().show();
            assert!(
                after.contains(" tried: ") && !after.contains("has no command"),
                "{number}: {key}\n{after}"
            );
            assert!(
                key == "x" || key == ":" || stage.app.screen() != before,
                "{number}: {key} shows nothing"
            );
            if key == ":" {
                stage.press_keys("esc");
            }
            stage.press_keys(".");
        }
        let end = stage.picture().show();
        assert!(end.contains("the tour is over") && progress(&mut stage).is_none(), "{end}");
    }
}

#[test]
fn each_stop_selects_its_service_on_the_map() {
    let mut stage = demo_tour((120, 40));
    see!(stage);
    let (_, count) = progress(&mut stage).unwrap();
    let mut selected = Vec::new();
    for _ in 1..count {
        stage.press_keys("l .");
        assert_eq!(stage.app.screen(), ScreenId::Map, "a stop shows the map again");
        selected.push(stage.selected_name());
    }
    insta::assert_debug_snapshot!(selected);
}

#[test]
fn leaving_keeps_the_place() {
    let mut stage = demo_tour((80, 24));
    stage.press_keys(". .");
    see!(stage);
    stage.press_keys("ctrl-t");
    assert!(stage.picture().show().contains("left the tour; ctrl-t goes on with it"));
    stage.press_keys(".");
    assert!(stage.picture().show().contains("no tour is shown; ctrl-t starts it"));
    stage.press_keys("ctrl-t");
    assert_eq!(progress(&mut stage).unwrap().0, 3);
    stage.press_keys(", , ,");
    assert!(stage.picture().show().contains("this is the first stop"));
}

#[test]
fn the_team_writes_its_own_stops() {
    let file =
        "[[stop]]\nservice = \"orders\"\ntitle = \"Orders\"\ntext = \"Begin here.\"\ncommand = \"logs\"\n";
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.app.set_team_tour(TeamTour::parse(file).map(Some));
    stage.press_keys("ctrl-t");
    let screen = stage.picture().show();
    assert!(screen.contains("tour 1 of 3") && screen.contains("Begin here."), "{screen}");
    assert_eq!(stage.selected_name(), "orders");
    assert_eq!(key_to_try(&mut stage), "l");

    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.app.set_team_tour(Err("tour.toml: line 3: unknown field".to_owned()));
    stage.press_keys("ctrl-t");
    let screen = stage.picture().show();
    assert!(screen.contains("line 3: unknown field; showing Portolan's own stops"), "{screen}");
    assert!(progress(&mut stage).unwrap().1 > 3);
}

#[test]
fn mistakes_in_the_team_s_tour_are_named() {
    let world = &AppHarness::showing(&shop(), (80, 24)).app.store.world.clone();
    let faults = |file: &str| -> Vec<String> {
        TeamTour::parse(file).unwrap().stops(world).1.iter().map(ToString::to_string).collect()
    };
    let stop = |lines: &str| format!("[[stop]]\ntext = \"See.\"\n{lines}\n");
    assert_eq!(faults(&stop("service = \"orders\"")), Vec::<String>::new());
    assert_eq!(
        faults(&stop("service = \"ordres\"")),
        ["stop 1: no service `ordres`; did you mean `orders`?"]
    );
    assert_eq!(
        faults(&stop("command = \"lgs\"")),
        ["stop 1: no command `lgs` for a tour; did you mean `logs`?"]
    );
    assert_eq!(faults("[[stop]]\ntext = \" \"\n"), ["stop 1: `text` is empty"]);
    for command in ["actions", "quit", "abort", "undo"] {
        assert_eq!(faults(&stop(&format!("command = \"{command}\""))).len(), 1, "{command}");
    }
    assert_eq!(faults(&stop("").repeat(11)), ["11 stops, but a tour has at most 10 of the team's own"]);
    let unknown = TeamTour::parse("[[stop]]\ntext = \"a\"\ntxt = \"b\"\n").unwrap_err();
    assert!(unknown.starts_with("line 3: unknown field `txt`"), "{unknown}");
    assert!(TeamTour::parse("[[stop]]\n").is_err() && TeamTour::parse("").unwrap().stops.is_empty());
}

#[test]
fn the_tour_does_not_turn_the_map() {
    let map_rows = |stage: &mut AppHarness, height: u16| -> Vec<String> {
        let text = stage.picture().text();
        text.lines().skip(2).take(usize::from(height) - 9).map(str::to_owned).collect()
    };
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let snapshots = replay::demo_snapshots();
        let mut stage = AppHarness::showing(&snapshots, (width, height));
        stage.send(Msg::Tick(snapshots[0].taken_at));
        let before = map_rows(&mut stage, height);
        stage.press_keys("ctrl-t");
        assert_eq!(map_rows(&mut stage, height), before, "at {width}x{height}");
    }
}

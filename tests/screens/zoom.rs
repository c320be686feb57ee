//! Zooming the map: groups, detail levels, focus, minimap, tidying, and the selection history.

use crate::{
    estate::{ServiceBuilder, now, service, shop, snapshot},
    see,
    stage::AppHarness,
};
use portolan::{
    app::{MouseAction, Msg},
    effect::Effect,
    model::{EndpointScope, HealthCheckStatus, NetworkId, Snapshot, SourceId},
    screen::ScreenId,
};
use std::sync::Arc;

/// Returns `groups` groups of five services on two sources, where each group calls the next group of its
/// source. With many groups, only collapsed groups fit the screen.
fn many_groups(groups: usize) -> Vec<Snapshot> {
    let of = |group: usize, number: usize| {
        let source = format!("ecs:{}", group % 2);
        let next = format!("http://g{}s{number}:80", (group + 2) % groups);
        let mesh = NetworkId::of(&SourceId::new(&source), "mesh");
        let team = format!("team-{group}");
        service(&source, Some(&team), &format!("g{group}s{number}")).calls("NEXT", &next).edit(|service| {
            service.endpoints[0].scope = EndpointScope::Network(mesh.clone());
            service.networks.insert(mesh);
        })
    };
    (0..2)
        .map(|side| {
            let mine = (0..groups).filter(|group| group % 2 == side);
            let all = mine.flat_map(|group| (0..5).map(move |number| of(group, number))).collect();
            snapshot(&format!("ecs:{side}"), all)
        })
        .collect()
}

#[test]
fn every_level_of_zoom() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.select_by_search("orders");
    stage.press_keys("- - -");
    see!(stage);
    for _ in 0..5 {
        stage.press_keys("+");
        see!(stage);
    }
}

#[test]
fn a_large_estate_opens_with_its_groups_and_one_of_them_can_be_opened() {
    let mut stage = AppHarness::showing(&many_groups(40), (120, 40));
    see!(stage);
    stage.press_keys("enter");
    see!(stage);
    assert_eq!(stage.app.screen(), ScreenId::Map, "enter opens the group, not the card");
    stage.press_keys("enter");
    assert_eq!(stage.app.screen(), ScreenId::Card);
    stage.press_keys("esc z");
    see!(stage);
}

#[test]
fn all_groups_close_and_open() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.select_by_search("cart");
    stage.press_keys("Z");
    assert!(!stage.picture().text().contains("▥ cache"));
    stage.press_keys("O");
    assert!(stage.picture().text().contains("▥ cache"));
}

#[test]
fn services_are_grouped_by_what_somebody_chooses() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("B");
    see!(stage);
    stage.press_keys("B");
    assert!(stage.picture().text().contains("grouped by: none"), "no namespace and no owner is known");
    stage.press_keys("B");
    assert!(stage.picture().text().contains("grouped by: project"));
}

#[test]
fn a_focus_grows_by_hops_and_its_ghosts_open() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.select_by_search("cart");
    stage.press_keys("1");
    see!(stage);
    stage.press_keys("2");
    assert!(stage.picture().text().contains("● web"));
    stage.press_keys("1 left left enter");
    let text = stage.picture().text();
    assert_eq!(stage.app.screen(), ScreenId::Map, "enter on a ghost shows what is in it");
    assert!(text.contains("● web"), "{text}");
    stage.press_keys("x");
    assert!(stage.picture().text().contains("● catalog"), "x ends the focus");
}

#[test]
fn the_way_between_two_marked_services() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("p");
    assert!(stage.picture().text().contains("mark one service"));
    stage.select_by_search("web");
    stage.press_keys("space");
    stage.select_by_search("cache");
    stage.press_keys("space p");
    see!(stage);
    stage.press_keys("p");
    assert!(stage.picture().text().contains("the only path"), "there are no others to show");
    stage.press_keys("esc");
    stage.select_by_search("payments");
    stage.press_keys("space p");
    assert!(stage.picture().text().contains("no path between them"));
}

#[test]
fn a_group_that_is_closed_and_opened_leaves_everything_as_it_was() {
    for size in [(80, 24), (120, 40), (200, 50)] {
        let mut stage = AppHarness::showing(&shop(), size);
        stage.select_by_search("orders");
        let before = stage.picture().text();
        stage.press_keys("z");
        assert_ne!(stage.picture().text(), before, "{size:?}");
        stage.press_keys("z");
        assert_eq!(stage.picture().text(), before, "{size:?}");
    }
}

#[test]
fn the_next_match_repeats_the_last_search() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("n");
    assert!(stage.picture().text().contains("no search yet"));
    stage.select_by_search("cart");
    stage.select_by_search("orders");
    stage.press_keys("[ n");
    assert_eq!(stage.selected_name(), "orders");
}

#[test]
fn too_little_monitoring_for_never_observed_is_reported() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.press_keys("e e");
    assert!(stage.picture().text().contains("Portolan must run for 10 min to tell, and has for 0"));
}

/// Changes of health and restart counts request no layout at any detail level.
#[test]
fn a_change_of_status_asks_for_no_layout() {
    for keys in ["", "-", "- -", "- - -", "+", "+ +", "+ + +", "x", "2"] {
        let mut stage = AppHarness::showing(&shop(), (120, 40));
        stage.select_by_search("orders");
        stage.press_keys(keys);
        let mut sick = shop();
        for one in sick.iter_mut().flat_map(|s| &mut s.services).flat_map(|s| &mut Arc::make_mut(s).instances)
        {
            one.health_check = HealthCheckStatus::Unhealthy { output: None, since: None };
            one.restarts += 3;
        }
        let laid = |stage: &mut AppHarness, snapshots: &[Snapshot]| {
            let sent = snapshots.iter().map(|s| Msg::SourcePolled(s.source.clone(), Ok(s.clone())));
            sent.flat_map(|msg| stage.app.update(msg))
                .filter(|e| matches!(e, Effect::ComputeLayout(_)))
                .count()
        };
        assert_eq!(laid(&mut stage, &sick), 0, "after `{keys}`");
    }
}

/// The selected service keeps its position on the screen if the map extends far enough in all directions.
#[test]
fn what_is_selected_keeps_its_place() {
    let mut stage = AppHarness::showing(&many_groups(30), (60, 20));
    stage.press_keys("+");
    stage.select_by_search("g14s2");
    let place = |stage: &mut AppHarness, words: &str| {
        let text = stage.picture().text();
        let found = text
            .lines()
            .enumerate()
            .find_map(|(y, line)| Some((line.split_once(words)?.0.chars().count(), y)));
        found.unwrap_or_else(|| panic!("`{words}` is not on the screen:\n{text}"))
    };
    let before = place(&mut stage, "g14s2");
    stage.press_keys("z z");
    assert_eq!(place(&mut stage, "g14s2"), before, "after its group was closed and opened");
}

#[test]
fn the_small_map_in_the_corner_leads_about() {
    let mut stage = AppHarness::showing(&many_groups(12), (160, 44));
    stage.press_keys("+");
    see!(stage);
    let before = stage.picture().text();
    stage.send(Msg::Mouse(MouseAction::Press(108, 3)));
    assert_ne!(stage.picture().text(), before, "a click goes there");
    stage.press_keys("m");
    let text = stage.picture().text();
    assert!(!text.contains('⣿') && !text.contains('⠛'), "{text}");
}

#[test]
fn what_was_selected_before_comes_back() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    for name in ["web", "cart", "orders"] {
        stage.select_by_search(name);
    }
    let mut seen = Vec::new();
    for key in ["[", "[", "]", "]"] {
        stage.press_keys(key);
        seen.push(stage.selected_name());
    }
    assert_eq!(seen, ["cart", "web", "cart", "orders"]);
    stage.press_keys("]");
    assert!(stage.picture().text().contains("no later selection"));
}

#[test]
fn the_mouse_over_a_service_and_over_a_line_tells_what_they_are() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    let picture = stage.picture();
    let row = |y: u16| (0..200).map(|x| picture.buffer[(x, y)].symbol()).collect::<Vec<_>>();
    let name: Vec<String> = "gateway".chars().map(|c| c.to_string()).collect();
    let place = (0..50).find_map(|y| row(y).windows(7).position(|w| w == name).map(|x| (x as u16, y)));
    let (x, y) = place.unwrap();
    stage.send(Msg::Mouse(MouseAction::Move(x, y)));
    assert!(stage.app.is_dirty());
    let over = stage.picture().text();
    assert!(over.contains("shop/gateway"), "{over}");
    assert!(!stage.app.is_dirty());
    stage.send(Msg::Mouse(MouseAction::Move(x + 1, y)));
    assert!(!stage.app.is_dirty(), "it is over the same, so there is nothing to draw");
    // The edge that leads to the service ends at the left of its frame.
    stage.send(Msg::Mouse(MouseAction::Move(x - 5, y)));
    let over = stage.picture().text();
    assert!(over.contains("web → gateway, declared"), "{over}");
    stage.send(Msg::Mouse(MouseAction::Move(0, 49)));
    assert!(!stage.picture().text().contains("web → gateway"));
}

#[test]
fn a_map_that_changes_have_tangled_offers_to_be_tidied_and_tidies_itself_while_nobody_looks() {
    let mut stage = AppHarness::showing(&shop(), (200, 50));
    stage.select_by_search("orders");
    let tangled = "better layout: press T";
    let number = (0..9).find(|number| {
        stage.send(Msg::LayoutCompared(*number, true));
        stage.picture().text().contains(tangled)
    });
    assert!(number.is_some(), "no layout is known");
    stage.press_keys("T");
    assert!(!stage.picture().text().contains(tangled));
    let number = number.unwrap() + 1;
    stage.send(Msg::LayoutCompared(number, true));
    let later = |seconds: i64| portolan::model::Timestamp::from_second(now().as_second() + seconds).unwrap();
    stage.press_keys("l");
    stage.send(Msg::Tick(later(1)));
    stage.send(Msg::Tick(later(20)));
    stage.press_keys("esc");
    assert!(stage.picture().text().contains(tangled), "it was away for a short time only");
    stage.press_keys("l");
    stage.send(Msg::Tick(later(21)));
    stage.send(Msg::Tick(later(60)));
    stage.press_keys("esc");
    assert!(!stage.picture().text().contains(tangled));
}

/// During the initial load the map tidies itself until the user selects a service. After that it only offers
/// to do so.
#[test]
fn what_was_tangled_while_it_filled_in_is_tidied_unasked() {
    let tidied = |chosen: bool| {
        let mut stage = AppHarness::showing(&shop(), (200, 50));
        if chosen {
            stage.select_by_search("orders");
        }
        (0..9).any(|number| {
            let effects = stage.app.update(Msg::LayoutCompared(number, true));
            effects.iter().any(|effect| matches!(effect, Effect::ComputeLayout(_)))
        })
    };
    assert!(tidied(false) && !tidied(true));
}

/// Returns the snapshots without the last service.
fn without_last_service(snapshots: &[Snapshot]) -> Vec<Snapshot> {
    let mut less = snapshots.to_vec();
    less.iter_mut().rev().find_map(|snapshot| snapshot.services.pop()).unwrap();
    less
}

/// Returns one service that calls eight others.
fn one_caller_of_eight() -> Vec<Snapshot> {
    let of = |name: &str| service("ecs:eu-west-1", Some("prod"), name);
    let called = (1..=8).map(|number| format!("s{number}"));
    let root = called.clone().fold(of("a"), |root, name| root.calls(&name, &format!("http://{name}:80")));
    vec![snapshot("ecs:eu-west-1", [root].into_iter().chain(called.map(|name| of(&name))).collect())]
}

/// On screens of all sizes, the removal of a service changes neither detail level nor direction of the
/// drawing, and the map requests no other candidate. When the service returns, the map is the same as before.
#[test]
fn what_comes_and_goes_does_not_change_the_way_of_drawing() {
    let mut would_jump = 0;
    for height in (20..=44).step_by(2) {
        let mut stage = AppHarness::showing(&one_caller_of_eight(), (100, height));
        let before = stage.picture().text();
        let shrunk = without_last_service(&one_caller_of_eight()).remove(0);
        let effects = stage.app.update(Msg::SourcePolled(shrunk.source.clone(), Ok(shrunk.clone())));
        let job = effects
            .into_iter()
            .find_map(|e| if let Effect::ComputeLayout(job) = e { Some(job) } else { None });
        let job = job.expect("a service less is another map");
        assert_eq!((job.candidates.len(), job.current), (1, Some(0)), "{height} rows");
        let afresh = AppHarness::showing(&[shrunk], (100, height)).picture().text();
        stage.send(Msg::LayoutReady(job.request_id, 0, Box::new(job.compute().1)));
        assert_ne!(stage.picture().text(), before, "a service is gone");
        would_jump += usize::from(stage.picture().text() != afresh);
        stage.poll(&one_caller_of_eight()[0]);
        assert_eq!(stage.picture().text(), before, "{height} rows");
    }
    assert!(would_jump > 0, "on no screen another drawing would have been the better one");
}

/// Leaving a focus restores the previous map, even after other changes.
#[test]
fn after_a_focus_the_map_is_as_it_was() {
    let mut stage = AppHarness::showing(&without_last_service(&shop()), (80, 24));
    for snapshot in shop() {
        stage.poll(&snapshot);
    }
    stage.select_by_search("orders");
    let before = stage.picture().text();
    stage.press_keys("2");
    assert_ne!(stage.picture().text(), before);
    stage.press_keys("esc");
    assert_eq!(stage.picture().text(), before);
}

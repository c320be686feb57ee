//! Tests of the view of a single group: on the map, in the list and in saved maps.

use crate::{
    estate::{ServiceBuilder, service, shop, snapshot},
    stage::AppHarness,
};
use portolan::{
    effect::Effect,
    model::{NetworkId, SourceId},
    screen::ScreenId,
};

fn run_command(stage: &mut AppHarness, typed: &str) {
    stage.press_keys(":");
    stage.type_text(typed);
    stage.press_keys("enter");
}

/// Saves the map by `command` and returns the text of the file.
fn saved(stage: &mut AppHarness, command: &str) -> String {
    run_command(stage, command);
    let mut files = stage.effects.drain(..).filter_map(|effect| match effect {
        Effect::SaveFile(file) => Some(file.text.to_string()),
        _ => None,
    });
    files.next_back().unwrap()
}

#[test]
fn a_group_by_name_limits_the_map_the_list_and_saved_maps() {
    for command in ["group prod", "ns prod"] {
        let mut stage = AppHarness::showing(&shop(), (120, 40));
        run_command(&mut stage, command);
        let map = stage.picture().text();
        assert_eq!(stage.app.screen(), ScreenId::Map, "{map}");
        assert!(map.contains("orders") && !map.contains("gateway"), "{map}");
        assert!(map.contains("api.stripe.com"), "what no source runs stays with its callers: {map}");
        assert!(map.contains("⇶ shop-alb"), "{map}");
        stage.press_keys("k");
        assert!(stage.picture().text().contains("group: prod"), "{}", stage.picture().text());
        stage.press_keys("t");
        let list = stage.picture().text();
        assert!(list.contains("orders") && !list.contains("gateway"), "{list}");
        stage.press_keys("esc");
        for export in ["export-svg", "export-html"] {
            let file = saved(&mut stage, export);
            assert!(file.contains("orders") && !file.contains("gateway"), "{file}");
            assert!(file.contains("Portolan: map of group prod, "), "{file}");
        }
        stage.press_keys("esc");
        assert!(stage.picture().text().contains("gateway"), "{}", stage.picture().text());
    }
}

#[test]
fn a_key_shows_the_group_of_the_selected_service_and_all_groups_again() {
    let mut stage = AppHarness::showing(&shop(), (120, 40));
    stage.select_by_search("gateway");
    stage.press_keys("X");
    let alone = stage.picture().text();
    assert!(alone.contains("gateway") && !alone.contains("users"), "{alone}");
    stage.press_keys("X");
    assert!(stage.picture().text().contains("users"));
    stage.press_keys("X");
    // The worst finding is in the other group, so going to it shows all groups.
    stage.press_keys("f");
    let all = stage.picture().text();
    assert!(all.contains("gateway") && all.contains(&stage.selected_name()), "{all}");
    assert!(stage.app.store.session.only_group.is_none());
}

#[test]
fn stubs_stand_for_the_other_groups_and_open_them() {
    let of = |group: &str, name: &str| {
        let people = NetworkId::of(&SourceId::new("docker"), "people");
        service("docker", Some(group), name).edit(|service| _ = service.networks.insert(people))
    };
    let services = vec![
        of("shop", "web").calls("USERS", "http://users:80"),
        of("shop", "cart").calls("USERS", "http://users:80"),
        of("people", "users").calls("LDAP", "ldap://directory:389"),
        of("people", "directory"),
    ];
    let mut stage = AppHarness::showing(&[snapshot("docker", services)], (120, 40));
    run_command(&mut stage, "group shop");
    let part = stage.picture().text();
    assert!(part.contains("+1 people") && !part.contains("directory"), "{part}");
}

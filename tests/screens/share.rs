//! Shares of the screen: opened on another machine, they show the same cells. Other formats are refused with
//! a message, hostile ones do no harm, and one key shows the changes since the share.

use crate::{
    estate::{ServiceBuilder, event, faulty_cluster, now, shop, shop_logs, source_status},
    picture::Picture,
    stage::AppHarness,
};
use jiff::tz::TimeZone;
use portolan::{
    app::Msg,
    effect::Effect,
    model::{
        EventKind, Fact, FactKind, FactOrigin, Failure, FailureKind, InstanceId, ProfileFact, ProfileField,
        Service, Snapshot, Timestamp,
    },
    share::{SHARE_SCHEMA, Share, ShareDestination, ShareError},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Sizes of the terminals on which the screens are shared, in columns and rows.
const TERMINAL_SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

/// Keys that open each screen, and keys for usual tasks on it.
const SHARED_SCREENS: &[&str] = &[
    "",
    "f f",
    "f ctrl-e ctrl-e",
    "+ + +",
    "f x",
    "z",
    "Z",
    "m",
    "B",
    "e",
    "ctrl-z",
    "space",
    "/ o r d enter",
    "t",
    "t > > <",
    "t / u s enter",
    "f d",
    "f d ctrl-d",
    "f w",
    "f w j j",
    "f w j enter",
    "f l",
    "f l k k k",
    "f l E",
    "f l i",
    "f l p",
    "f l k enter",
    "f l z",
    "f l w t",
    "f l / r e f enter",
    "f l k m",
    "f A",
    "f v",
    "!",
    "! j",
    "! right j",
    "H",
    "H k k k",
    "f H tab",
    "H >",
    "S",
    "f y j j",
    "?",
    "f l ?",
    "? ctrl-d",
];

/// Returns the text of the share that the user makes of the screen, with the comment `comment`.
fn share_text(stage: &mut AppHarness, comment: &str) -> String {
    stage.press_keys("Y");
    stage.type_text(comment);
    stage.press_keys("enter");
    let share = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::WriteShare(share, ShareDestination::Team) => Some((**share).clone()),
        _ => None,
    });
    let mut share = share.unwrap_or_else(|| panic!("the screen is not shared"));
    share.header.by = "ann@laptop".into();
    share.to_text().unwrap()
}

fn read(text: &str) -> Result<Share, ShareError> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    Share::read(first, rest.as_bytes(), "a share")
}

/// Opens a share on another machine that reads `sources`, or returns the reason why it can't be opened.
fn open(text: &str, size: (u16, u16), sources: &[Snapshot]) -> Result<AppHarness, ShareError> {
    let share = read(text)?;
    let statuses = sources.iter().map(|snapshot| source_status(snapshot.source.as_str())).collect();
    let mut stage = AppHarness::before_first_poll(statuses, size);
    stage.app.open_share(&share, TimeZone::UTC)?;
    stage.resize(size.0, size.1);
    Ok(stage)
}

/// Returns the shop with a history, log lines, and a first tick of the clock.
fn busy_shop(size: (u16, u16)) -> AppHarness {
    let mut stage = AppHarness::showing(&shop(), size);
    stage.poll(&changed(&faulty_cluster(), 2));
    stage.send(Msg::Logs(shop_logs()));
    stage.send(Msg::Tick(now()));
    stage
}

/// Returns the cluster after a deployment of another version of the users service, with a message about it.
fn changed(cluster: &Snapshot, minutes: i64) -> Snapshot {
    let mut later = cluster.clone();
    let users = later.services.iter_mut().find(|service| service.name == "users").unwrap();
    *users = Arc::new(Service::clone(users).with_instances(1).with_desired(3));
    let users = users.clone();
    later.events.push(event(&users, minutes, EventKind::Message, "(service users) registered a target"));
    later
}

/// Returns the cells that differ, except in the last row, which has the mark of the share.
fn different_cells(shared: &Picture, opened: &Picture) -> Vec<String> {
    assert_eq!(shared.buffer.area, opened.buffer.area);
    let area = shared.buffer.area;
    let cells = (0..area.height - 1).flat_map(|y| (0..area.width).map(move |x| (x, y)));
    let differs = |at: &(u16, u16)| shared.buffer[*at] != opened.buffer[*at];
    cells
        .filter(differs)
        .map(|at| format!("{at:?}: {:?} became {:?}", shared.buffer[at], opened.buffer[at]))
        .collect()
}

#[test]
fn a_share_shows_the_same_cells_on_another_machine() {
    for size in TERMINAL_SIZES {
        for keys in SHARED_SCREENS {
            let mut shared = busy_shop(size);
            shared.press_keys(keys);
            let text = share_text(&mut shared, "look");
            let shown = shared.picture();
            let mut opened = open(&text, size, &[]).unwrap();
            let restored = opened.picture();
            let different = different_cells(&shown, &restored);
            assert!(
                different.is_empty(),
                "{size:?} {keys:?}: {} cells, the first is {}\n{}\n{}",
                different.len(),
                different[0],
                shown.text(),
                restored.text()
            );
            assert_eq!(restored.flaws(), Vec::<String>::new());
            let text = restored.text();
            let mark = text.lines().last().unwrap();
            assert!(mark.starts_with(" as of 2026-03-08 03:10:00 by ann@laptop: look"), "{mark}");
        }
    }
}

#[test]
fn an_opened_share_stands_still_and_can_be_explored() {
    let size = (120, 40);
    let mut shared = busy_shop(size);
    shared.press_keys("f");
    let text = share_text(&mut shared, "");
    let mut opened = open(&text, size, &shop()).unwrap();
    let before = opened.picture();
    opened.send(Msg::Tick(Timestamp::from_second(now().as_second() + 3_600).unwrap()));
    opened.poll(&changed(&faulty_cluster(), 0));
    assert_eq!(different_cells(&before, &opened.picture()), Vec::<String>::new());
    assert!(opened.wanted_log_streams().is_empty(), "no stream is read for a share");
    opened.press_keys("d");
    assert!(opened.picture().text().contains("orders"), "the card of the selected service");
    opened.press_keys("esc Y");
    assert!(opened.picture().text().contains("this is a share already"));
}

#[test]
fn one_key_shows_the_changes_since_the_share() {
    let size = (120, 40);
    let mut shared = AppHarness::showing(&shop(), size);
    shared.send(Msg::Tick(now()));
    let text = share_text(&mut shared, "");
    let mut opened = open(&text, size, &shop()).unwrap();
    let hour = Timestamp::from_second(now().as_second() + 3_600).unwrap();
    opened.send(Msg::Tick(hour));
    for snapshot in shop() {
        let later = if snapshot.services.iter().any(|service| service.name == "users") {
            changed(&faulty_cluster(), -30)
        } else {
            snapshot
        };
        opened.poll(&Snapshot { taken_at: hour, ..later });
    }
    let mark = opened.picture().text().lines().last().unwrap().to_owned();
    assert!(mark.contains("events since"), "{mark}");
    let then = opened.picture();
    opened.press_keys("W");
    let changes = opened.picture().text();
    assert!(changes.contains("changed in the last 1h"), "{changes}");
    assert!(changes.contains("registered a target"), "{changes}");
    assert!(changes.contains("now; share of 2026-03-08 03:10:00"), "{changes}");
    opened.press_keys("W");
    assert_eq!(different_cells(&then, &opened.picture()), Vec::<String>::new());
    let mut elsewhere = open(&text, size, &[]).unwrap();
    elsewhere.press_keys("W");
    assert!(elsewhere.picture().text().contains("no source of yours has a task"));
}

#[test]
fn sources_of_one_name_on_two_machines_are_not_compared() {
    let size = (120, 40);
    let mut shared = AppHarness::showing(&shop(), size);
    shared.send(Msg::Tick(now()));
    let mut opened = open(&share_text(&mut shared, ""), size, &shop()).unwrap();
    opened.press_keys("W");
    assert!(opened.picture().text().contains("have not been read since"), "{}", opened.picture().text());
    for mut elsewhere in shop() {
        for service in &mut elsewhere.services {
            for instance in &mut Arc::make_mut(service).instances {
                instance.id = InstanceId::new(format!("{}-elsewhere", instance.id));
            }
        }
        elsewhere.services.pop();
        opened.poll(&elsewhere);
    }
    opened.press_keys("W");
    let text = opened.picture().text();
    assert!(text.contains("has a task or container of this share"), "{text}");
    assert!(!text.lines().last().unwrap().contains("since"), "{text}");
}

#[test]
fn another_size_is_named_and_drawn_afresh() {
    let mut shared = busy_shop((200, 50));
    let text = share_text(&mut shared, "");
    let mut opened = open(&text, (80, 24), &[]).unwrap();
    let picture = opened.picture();
    assert!(picture.text().contains("shared on 200x50"), "{}", picture.text());
    assert_eq!(picture.flaws(), Vec::<String>::new());
}

#[test]
fn other_formats_are_named() {
    let mut shared = busy_shop((80, 24));
    let text = share_text(&mut shared, "");
    let with_schema = |schema: &str| read(&text.replacen(SHARE_SCHEMA, schema, 1)).unwrap_err().to_string();
    let newer = with_schema("portolan.share/2");
    assert!(newer.contains("`portolan.share/2` of a newer Portolan") && newer.contains("update"), "{newer}");
    let older = with_schema("portolan.share/0");
    assert!(older.contains("`portolan.share/0` of an older Portolan"), "{older}");
    assert!(with_schema("portolan.share/99999999999999999999").contains("newer"));
    assert!(with_schema("portolan.other/1").contains("neither a share nor a recording"));
    assert_eq!(read(""), Err(ShareError::Other));
    assert_eq!(read("\u{1b}[2J"), Err(ShareError::Other));
}

#[test]
fn a_share_holds_no_secret_path_and_the_teams_store_no_log_line() {
    let mut shared = busy_shop((120, 40));
    let mut mounted = shop().swap_remove(0);
    let service = Arc::make_mut(&mut mounted.services[0]);
    service.facts.push(Fact::new(FactKind::Mount, "/home/ann/secret-project/data → /data (bind)"));
    // An engine on another machine has no compose files here, and still states theirs.
    let compose_file = "compose file /home/ann/secret-project/compose.yaml";
    let stated = ProfileFact::new(ProfileField::DeployedBy, compose_file, FactOrigin::Running, "label");
    service.profile.facts.extend(stated);
    shared.poll(&mounted);
    let status = &mut shared.app.store.world.sources[0];
    status.location = "/home/ann/secret-project/compose.yaml".into();
    status.tool_options = vec![("--profile".into(), "ann-admin".into())];
    let (what, remedy) =
        ("can't open /home/ann/secret-project/key.pem", "look at `/home/ann/secret-project`");
    status.failure = Some(Failure::new(FailureKind::Invalid, what, remedy));
    shared.press_keys("f l +");
    shared.type_text("refused");
    shared.press_keys("enter Y enter");
    let Some(Effect::WriteShare(share, _)) = shared.effects.pop() else { panic!("nothing was shared") };
    assert!(share.header.world.log_line_count() > 0);
    let in_file = share.to_text().unwrap();
    assert!(in_file.contains("refused") && in_file.contains("…/key.pem"), "{in_file}");
    assert!(in_file.contains("… → /data (bind)"), "{in_file}");
    let stored = share.without_streams();
    assert_eq!(stored.header.world.log_line_count(), 0);
    let in_store = stored.to_text().unwrap();
    assert!(!in_store.contains("refused"), "a filter of log lines is in the store");
    for text in [in_file, in_store] {
        for private in ["secret-project", "ann-admin"] {
            assert!(!text.contains(private), "{private} is in the share");
        }
    }
}

/// Appends the paths of all values in `value` to `found`.
fn paths(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                paths(field, format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(2) {
                paths(item, format!("{path}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(path);
}

#[test]
fn a_damaged_or_hostile_share_is_refused_or_drawn_clean() {
    let size = (80, 24);
    let mut shared = busy_shop(size);
    shared.press_keys("f l k k");
    let text = share_text(&mut shared, "look");
    let (first, rest) = text.split_once('\n').unwrap();
    for end in (0..first.len()).step_by(first.len() / 200 + 1) {
        assert!(read(&format!("{}\n{rest}", &first[..first.floor_char_boundary(end)])).is_err());
    }
    let header: Value = serde_json::from_str(first).unwrap();
    let mut found = Vec::new();
    paths(&header, String::new(), &mut found);
    let hostile = [
        json!(null),
        json!(-1),
        json!(u64::MAX),
        json!("\u{1b}[2J\u{202e}\u{7}https://u:p@x"),
        json!([[], {}]),
        json!({ "\u{1b}]0;x\u{7}": 1 }),
        json!(i32::MIN),
        json!("9999-12-31T23:59:59Z"),
    ];
    let mut opened_count = 0;
    for (index, path) in found.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let mut changed = header.clone();
        *changed.pointer_mut(path).unwrap() = hostile[index % hostile.len()].clone();
        let Ok(mut stage) = open(&format!("{changed}\n{rest}"), size, &[]) else { continue };
        opened_count += 1;
        assert_eq!(stage.picture().flaws(), Vec::<String>::new(), "{path}");
        stage.press_keys("k H ! M esc");
        assert_eq!(stage.picture().flaws(), Vec::<String>::new(), "{path}");
    }
    assert!(opened_count > 0, "some damage is harmless");
}

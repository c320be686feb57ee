//! Random input: any keys in any order, on a screen of any size, never panic and never draw a broken frame.

use crate::{
    estate::{failure, foreign_names, shop, shop_logs, snapshot, watched},
    stage::Stage,
};
use portolan::{
    app::{MouseAction, Msg},
    command::COMMAND_TABLE,
    keymap::Key,
    model::{FailureKind, Snapshot, Timestamp},
};
use proptest::prelude::*;

/// Random input to the program.
#[derive(Clone, Debug)]
enum Happens {
    Key(Key),
    Typed(char),
    Paste(String),
    Size(u16, u16),
    Mouse(MouseAction),
    Looks(usize),
    Fails,
    Logs,
    Time(i64),
}

/// Returns the estates that sources may report during a test.
fn estates() -> Vec<Vec<Snapshot>> {
    let few = |mut all: Vec<Snapshot>| {
        for one in &mut all {
            one.services.truncate(2);
        }
        all
    };
    let empty = shop().iter().map(|s| snapshot(s.source.as_str(), Vec::new())).collect();
    vec![shop(), foreign_names(), few(shop()), few(foreign_names()), empty, watched()]
}

fn happens() -> impl Strategy<Value = Happens> {
    let keys: Vec<Key> = COMMAND_TABLE
        .iter()
        // Quitting has no effect in this test and wastes steps.
        .filter(|spec| !["quit", "abort"].contains(&spec.id))
        .flat_map(|spec| spec.default_keys.split(' '))
        .chain(["enter", "esc", "backspace", "tab", "backtab", "up", "down", "left", "right"])
        .filter_map(|key| key.parse().ok())
        .collect();
    let mouse = (0..4u8, 0..220u16, 0..70u16).prop_map(|(kind, x, y)| {
        Happens::Mouse(match kind {
            0 => MouseAction::Press(x, y),
            1 => MouseAction::Drag(x, y),
            2 => {
                if x % 2 == 0 {
                    MouseAction::ZoomIn
                } else {
                    MouseAction::ZoomOut
                }
            }
            _ => {
                if x % 2 == 0 {
                    MouseAction::WheelUp
                } else {
                    MouseAction::WheelDown
                }
            }
        })
    });
    prop_oneof![
        12 => prop::sample::select(keys).prop_map(Happens::Key),
        3 => any::<char>().prop_map(Happens::Typed),
        1 => ".{0,12}".prop_map(Happens::Paste),
        2 => (0..220u16, 0..70u16).prop_map(|(width, height)| Happens::Size(width, height)),
        2 => mouse,
        2 => (0..6usize).prop_map(Happens::Looks),
        1 => Just(Happens::Fails),
        1 => Just(Happens::Logs),
        1 => (-100_000..100_000i64).prop_map(Happens::Time),
    ]
}

fn carry_out(stage: &mut Stage, one: &Happens) {
    match one {
        Happens::Key(key) => stage.press(*key),
        Happens::Typed(c) => stage.press(portolan::keymap::Code::Char(*c).into()),
        Happens::Paste(text) => stage.send(Msg::Paste(text.clone())),
        Happens::Size(width, height) => stage.size(*width, *height),
        Happens::Mouse(mouse) => stage.send(Msg::Mouse(*mouse)),
        Happens::Looks(index) => estates()[*index].iter().for_each(|snapshot| stage.looked(snapshot)),
        Happens::Fails => stage.failed("docker", failure(FailureKind::Timeout, "too slow", "wait")),
        Happens::Logs => stage.send(Msg::Logs(shop_logs())),
        Happens::Time(by) => {
            let now = Timestamp::from_second(crate::estate::now().as_second() + by).unwrap();
            stage.send(Msg::Tick(now));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_panics_and_nothing_is_drawn_badly(
        width in 1..200u16,
        height in 1..60u16,
        ascii in any::<bool>(),
        all in prop::collection::vec(happens(), 0..40),
    ) {
        let mut stage = Stage::dressed(&shop(), (width, height), ("night", ascii));
        for one in &all {
            carry_out(&mut stage, one);
            let flaws = stage.picture().flaws();
            prop_assert!(flaws.is_empty(), "after {one:?}: {flaws:?}");
        }
    }
}

/// Keys that open each screen and each overlay: prompts, completions, panes, help, notices, full-screen logs.
const SHOWN: &[&str] = &[
    "M",
    "t",
    "d",
    "w",
    "l",
    "!",
    "S",
    "?",
    "V",
    "f",
    "+ +",
    "- - -",
    "space j p",
    ": l",
    ": m a p",
    "/ o",
    "/ z z z",
    "l enter",
    "l i",
    "l p",
    "l f i",
    "l + e r r enter",
    "l k k",
    "s",
    "s l",
    "c",
    "ctrl-r",
    "m",
    "B",
    "N",
    "! enter",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    /// While the user drags a terminal window, its size can change between update and draw.
    #[test]
    fn what_is_made_for_one_size_is_drawn_into_any_other(
        made in (1..220u16, 1..70u16),
        drawn in prop_oneof![
            4 => (0..220u16, 0..70u16),
            1 => prop::sample::select(vec![(0, 0), (1, 1), (80, 0), (0, 24), (24, 6), (300, 3), (24, 200)]),
        ],
        ascii in any::<bool>(),
        keys in prop::sample::select(SHOWN),
    ) {
        let mut stage = Stage::dressed(&shop(), made, ("night", ascii));
        stage.send(Msg::Logs(shop_logs()));
        stage.picture();
        stage.keys(keys);
        stage.send(Msg::Logs(shop_logs()));
        let buffer = stage.drawn_into(drawn.0, drawn.1);
        let is_blank = |y: u16| (0..drawn.0).all(|x| buffer[(x, y)].symbol() == " ");
        if drawn.0 >= 24 && drawn.1 >= 6 {
            prop_assert!(!is_blank(0) && !is_blank(drawn.1 - 1), "{} reaches from edge to edge", keys);
        }
    }
}

/// Runs every command on every screen at several small sizes.
#[test]
fn every_command_on_every_screen_of_every_small_size() {
    for screen in ["M", "t", "d", "w", "l", "!", "S", "?"] {
        for (width, height) in [(0, 0), (1, 1), (2, 3), (24, 6), (25, 7), (40, 8), (110, 3), (3, 60)] {
            let mut stage = Stage::showing(&shop(), (width, height));
            stage.keys(screen);
            for spec in COMMAND_TABLE {
                for key in spec.default_keys.split(' ') {
                    stage.keys(key);
                    let flaws = stage.picture().flaws();
                    assert!(flaws.is_empty(), "{key} on {screen} at {width}x{height}: {flaws:?}");
                    stage.keys("esc");
                }
            }
        }
    }
}

//! Random input: any keys in any order, on screens of any size, cause no panic and no broken frame.

use crate::{
    estate::{failure, foreign_names, monitored_shop, shop, shop_logs, snapshot},
    stage::AppHarness,
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
enum RandomInput {
    Key(Key),
    Typed(char),
    Paste(String),
    Size(u16, u16),
    Mouse(MouseAction),
    Poll(usize),
    PollFailure,
    Logs,
    Tick(i64),
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
    vec![shop(), foreign_names(), few(shop()), few(foreign_names()), empty, monitored_shop()]
}

fn random_input() -> impl Strategy<Value = RandomInput> {
    let keys: Vec<Key> = COMMAND_TABLE
        .iter()
        // Quitting has no effect in this test and wastes steps.
        .filter(|spec| !["quit", "abort"].contains(&spec.id))
        .flat_map(|spec| spec.default_keys.split(' '))
        .chain(["enter", "esc", "backspace", "tab", "backtab", "up", "down", "left", "right"])
        .filter_map(|key| key.parse().ok())
        .collect();
    let mouse = (0..4u8, 0..220u16, 0..70u16).prop_map(|(kind, x, y)| {
        RandomInput::Mouse(match kind {
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
        12 => prop::sample::select(keys).prop_map(RandomInput::Key),
        3 => any::<char>().prop_map(RandomInput::Typed),
        1 => ".{0,12}".prop_map(RandomInput::Paste),
        2 => (0..220u16, 0..70u16).prop_map(|(width, height)| RandomInput::Size(width, height)),
        2 => mouse,
        2 => (0..6usize).prop_map(RandomInput::Poll),
        1 => Just(RandomInput::PollFailure),
        1 => Just(RandomInput::Logs),
        1 => (-100_000..100_000i64).prop_map(RandomInput::Tick),
    ]
}

fn apply_input(stage: &mut AppHarness, one: &RandomInput) {
    match one {
        RandomInput::Key(key) => stage.press(*key),
        RandomInput::Typed(c) => stage.press(portolan::keymap::Code::Char(*c).into()),
        RandomInput::Paste(text) => stage.send(Msg::Paste(text.clone())),
        RandomInput::Size(width, height) => stage.resize(*width, *height),
        RandomInput::Mouse(mouse) => stage.send(Msg::Mouse(*mouse)),
        RandomInput::Poll(index) => estates()[*index].iter().for_each(|snapshot| stage.poll(snapshot)),
        RandomInput::PollFailure => {
            stage.poll_failed("docker", failure(FailureKind::Timeout, "too slow", "wait"));
        }
        RandomInput::Logs => stage.send(Msg::Logs(shop_logs())),
        RandomInput::Tick(by) => {
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
        all in prop::collection::vec(random_input(), 0..40),
    ) {
        let mut stage = AppHarness::showing_in_theme(&shop(), (width, height), ("night", ascii));
        for one in &all {
            apply_input(&mut stage, one);
            let flaws = stage.picture().flaws();
            prop_assert!(flaws.is_empty(), "after {one:?}: {flaws:?}");
        }
    }
}

/// Keys that open each screen and each overlay: prompts, completions, panes, help, notices, full-screen logs.
const SCREEN_KEYS: &[&str] = &[
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
        keys in prop::sample::select(SCREEN_KEYS),
    ) {
        let mut stage = AppHarness::showing_in_theme(&shop(), made, ("night", ascii));
        stage.send(Msg::Logs(shop_logs()));
        stage.picture();
        stage.press_keys(keys);
        stage.send(Msg::Logs(shop_logs()));
        let buffer = stage.draw_at_size(drawn.0, drawn.1);
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
            let mut stage = AppHarness::showing(&shop(), (width, height));
            stage.press_keys(screen);
            for spec in COMMAND_TABLE {
                for key in spec.default_keys.split(' ') {
                    stage.press_keys(key);
                    let flaws = stage.picture().flaws();
                    assert!(flaws.is_empty(), "{key} on {screen} at {width}x{height}: {flaws:?}");
                    stage.press_keys("esc");
                }
            }
        }
    }
}

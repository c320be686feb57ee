//! Recording of a walk through the built-in demo, as docs/demo.cast for asciinema and docs/demo.svg for the
//! README. Portolan draws every scene, so the recording can't show anything that Portolan does not.
//!
//! `scripts/draw-demo` regenerates both files.

use crate::{stage::AppHarness, svg};
use portolan::{
    app::Msg,
    model::{LogBatch, LogUpdate},
    recording::Frame,
    source::replay,
};
use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use std::{collections::BTreeMap, fmt::Write, path::Path};
use unicode_width::UnicodeWidthStr;

/// Size of the recorded terminal, in cells.
const SCREEN_SIZE: (u16, u16) = (120, 34);

/// End of the recorded log lines that the demo shows, in milliseconds since its start.
const LOGS_UNTIL_MS: u64 = 60_000;

/// Part of the demo: the keys that lead to it, its caption, and words that its screen must show.
struct Scene {
    keys: &'static str,
    caption: &'static str,
    seconds: f64,
    shows: &'static [&'static str],
}

const SCENES: &[Scene] = &[
    Scene {
        keys: "",
        caption: "portolan --demo: the map opens with the worst fault selected",
        seconds: 4.0,
        shows: &["catalog", "api-gateway"],
    },
    Scene {
        keys: "w",
        caption: "w: who calls it, whom it calls, and how we know",
        seconds: 4.0,
        shows: &["catalog"],
    },
    Scene {
        keys: "esc !",
        caption: "!: everything that is wrong, with the likely cause",
        seconds: 4.0,
        shows: &["catalog"],
    },
    Scene {
        keys: "esc l",
        caption: "l: the logs of all its tasks in one stream",
        seconds: 3.5,
        shows: &["catalog"],
    },
    Scene { keys: "E", caption: "E: the last error", seconds: 3.0, shows: &["catalog"] },
    Scene {
        keys: "esc H",
        caption: "H: deployments, stops and findings in order of time",
        seconds: 3.5,
        shows: &["catalog"],
    },
    Scene {
        keys: "esc 1",
        caption: "1: the selected service with its neighbours alone",
        seconds: 3.5,
        shows: &["catalog"],
    },
    Scene { keys: "esc ?", caption: "?: all keys", seconds: 3.0, shows: &["show the map"] },
];

/// Returns the screens of the scenes, drawn by Portolan.
fn recorded_screens() -> Vec<Buffer> {
    let snapshots = replay::demo_snapshots();
    let taken = snapshots[0].taken_at;
    let mut harness = AppHarness::showing(&snapshots, SCREEN_SIZE);
    harness.send(Msg::Tick(taken));
    let mut screens = Vec::new();
    for scene in SCENES {
        harness.press_keys(scene.keys);
        if harness.wanted_log_streams().is_empty() {
            screens.push(harness.picture().buffer);
            continue;
        }
        harness.send(Msg::Logs(LogUpdate::Lines(recorded_lines(&harness))));
        screens.push(harness.picture().buffer);
    }
    screens
}

/// Returns the recorded lines of the log streams that the screen shows.
fn recorded_lines(harness: &AppHarness) -> LogBatch {
    let wanted = harness.wanted_log_streams();
    let recording = include_str!("../../assets/demo.jsonl").lines().skip(1);
    let frames = recording.map(|line| serde_json::from_str::<Frame>(line).unwrap());
    let early = frames.filter(|frame| frame.at_ms <= LOGS_UNTIL_MS);
    let mut batch = LogBatch::default();
    for line in early.filter_map(|frame| frame.logs).flat_map(|logs| logs.lines) {
        if wanted.iter().any(|(target, _)| target.service == line.service && *target.label == *line.label) {
            batch.lines.push(line);
        }
    }
    batch.lines.sort_by_key(|line| line.at);
    batch
}

fn text(buffer: &Buffer) -> String {
    buffer.content().iter().map(Cell::symbol).collect()
}

#[test]
fn each_scene_shows_what_its_caption_promises() {
    for (scene, screen) in SCENES.iter().zip(recorded_screens()) {
        for words in scene.shows {
            assert!(text(&screen).contains(words), "{words:?} is not in the scene `{}`", scene.caption);
        }
    }
}

#[test]
fn the_recorded_demo_is_that_of_the_program() {
    let screens = recorded_screens();
    for (file, content) in [("docs/demo.cast", to_cast(&screens)), ("docs/demo.svg", to_svg(&screens))] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
            std::fs::write(&path, &content).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == content, "{file} is out of date: run scripts/draw-demo");
    }
}

/// Returns the screens as a recording for asciinema (asciicast v2: a header, then one event in each line).
/// Each scene has a marker with its caption, and writes only the cells that have changed.
fn to_cast(screens: &[Buffer]) -> String {
    let mut cast = serde_json::json!({
        "version": 2, "width": SCREEN_SIZE.0, "height": SCREEN_SIZE.1, "title": "portolan --demo",
        "env": { "TERM": "xterm-256color" },
    })
    .to_string();
    let mut shown = Buffer::empty(screens[0].area);
    let mut seconds = 0.0;
    for (scene, screen) in SCENES.iter().zip(screens) {
        let start = if seconds == 0.0 { "\u{1b}[?25l\u{1b}[2J" } else { "" };
        let output = format!("{start}{}", changed_cells(&shown, screen));
        for (kind, data) in [("m", scene.caption), ("o", &output)] {
            let _ = write!(cast, "\n{}", serde_json::json!([seconds, kind, data]));
        }
        shown = screen.clone();
        seconds += scene.seconds;
    }
    // Players stop at the last event, so the last scene needs an end.
    let _ = writeln!(cast, "\n{}", serde_json::json!([seconds, "o", "\u{1b}[0m\u{1b}[?25h"]));
    cast
}

/// Returns the output that turns the screen `old` into `new` on a terminal.
fn changed_cells(old: &Buffer, new: &Buffer) -> String {
    let mut out = String::new();
    let (mut next, mut style) = (None, String::new());
    for (x, y, cell) in old.diff(new) {
        if next != Some((x, y)) {
            let _ = write!(out, "\u{1b}[{};{}H", y + 1, x + 1);
        }
        let wanted = style_sequence(cell);
        if wanted != style {
            out.push_str(&wanted);
            style = wanted;
        }
        out.push_str(cell.symbol());
        next = Some((x + cell.symbol().width().max(1) as u16, y));
    }
    out
}

/// Returns the sequence that sets the style of a cell (SGR, ECMA-48 section 8.3.117).
fn style_sequence(cell: &Cell) -> String {
    let mut out = "\u{1b}[0".to_owned();
    for (modifier, code) in [
        (Modifier::BOLD, ";1"),
        (Modifier::DIM, ";2"),
        (Modifier::ITALIC, ";3"),
        (Modifier::UNDERLINED, ";4"),
        (Modifier::REVERSED, ";7"),
    ] {
        if cell.modifier.contains(modifier) {
            out.push_str(code);
        }
    }
    for (colour, code) in [(cell.fg, 38), (cell.bg, 48)] {
        if let Color::Indexed(index) = colour {
            let _ = write!(out, ";{code};5;{index}");
        }
    }
    out.push('m');
    out
}

/// Returns the screens as an SVG file that shows them one after the other, each with its caption below. Draws
/// rows that several scenes share only once.
fn to_svg(screens: &[Buffer]) -> String {
    let (width, height) = svg::size(&screens[0]);
    let length: f64 = SCENES.iter().map(|scene| scene.seconds).sum();
    let mut out = svg::opening(width, height + 2.0 * svg::CELL_SIZE.1, "Portolan: a walk through the demo");
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let mut scenes = String::new();
    let mut styles = String::new();
    let mut start = 0.0;
    for (number, (scene, screen)) in SCENES.iter().zip(screens).enumerate() {
        let (from, until) = (100.0 * start / length, 100.0 * (start + scene.seconds) / length);
        let _ = writeln!(
            styles,
            "@keyframes s{number}{{0%{{opacity:{}}}{from:.2}%{{opacity:1}}{until:.2}%{{opacity:0}}100%{{opacity:0}}}}\n\
             #s{number}{{opacity:0;animation:s{number} {length}s step-end infinite}}",
            u8::from(number == 0),
        );
        let _ = writeln!(scenes, "<g id=\"s{number}\">");
        for y in 0..SCREEN_SIZE.1 {
            let drawn = svg::row(screen, y, 0.0);
            if !drawn.is_empty() {
                let fresh = rows.len();
                let id = *rows.entry(drawn).or_insert(fresh);
                let top = f32::from(y) * svg::CELL_SIZE.1;
                let _ = writeln!(scenes, "<use href=\"#r{id}\" y=\"{top:.0}\"/>");
            }
        }
        let caption = scene.caption.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            scenes,
            "<text x=\"{:.1}\" y=\"{:.1}\" fill=\"#88c0d0\" font-weight=\"bold\">{caption}</text>\n</g>",
            svg::MARGIN,
            height + svg::BASE_LINE,
        );
        start += scene.seconds;
    }
    let _ = writeln!(out, "<style>\n{styles}</style>\n<defs>");
    let mut by_id: Vec<(&String, &usize)> = rows.iter().collect();
    by_id.sort_by_key(|(_, id)| **id);
    for (row, id) in by_id {
        let _ = writeln!(out, "<g id=\"r{id}\">\n{row}</g>");
    }
    out + "</defs>\n" + &scenes + svg::CLOSING
}

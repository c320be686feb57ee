//! The picture of the README: the first screen of the built-in demo as an SVG file, drawn by the program itself, so
//! that it can't show what the program doesn't.
//!
//! `UPDATE_DOCS=1 cargo test --test screens screenshot` draws it anew.

use crate::stage::AppHarness;
use portolan::{
    app::Msg,
    source::{Source, replay},
};
use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use std::{fmt::Write, path::Path};
use unicode_width::UnicodeWidthStr;

/// Size of the pictured terminal, in cells.
const SCREEN_SIZE: (u16, u16) = (160, 40);
/// Width and height of a cell, in SVG units.
const CELL_SIZE: (f32, f32) = (8.4, 17.0);
/// Distance from the top of a cell to the base line of its text, in SVG units.
const BASE_LINE: f32 = 13.0;
/// Width of the frame around the screen, in SVG units.
const MARGIN: f32 = 12.0;
/// Colours of text and background where the theme leaves them to the terminal.
const DEFAULT_COLOURS: (&str, &str) = ("#d8dee9", "#11151c");

#[tokio::test]
async fn the_picture_of_the_readme_is_the_first_screen_of_the_demo() {
    let mut snapshots = Vec::new();
    for source in replay::demo().unwrap() {
        snapshots.push(source.snapshot().await.unwrap());
    }
    let taken = snapshots[0].taken_at;
    let mut harness = AppHarness::showing(&snapshots, SCREEN_SIZE);
    harness.send(Msg::Tick(taken));
    let svg = to_svg(&harness.picture().buffer);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screenshot.svg");
    if std::env::var("UPDATE_DOCS").is_ok_and(|value| value == "1") {
        std::fs::write(&path, &svg).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == svg,
        "docs/screenshot.svg is out of date: run UPDATE_DOCS=1 cargo test --test screens screenshot"
    );
}

/// Returns the screen as an SVG file. Cells of one style in a row form one text with a fixed length, so that columns
/// stay aligned in every font.
fn to_svg(buffer: &Buffer) -> String {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    let (width, height) = (columns * CELL_SIZE.0 + 2.0 * MARGIN, rows * CELL_SIZE.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.1}\" \
         height=\"{height:.1}\">\n<title>Portolan: the map of the demo</title>\n<rect width=\"100%\" height=\"100%\" \
         rx=\"8\" fill=\"{}\"/>\n<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', \
         monospace\" font-size=\"14\" xml:space=\"preserve\">\n",
        DEFAULT_COLOURS.1
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let start = x;
            let first = &buffer[(x, y)];
            let mut text = String::new();
            while x < buffer.area.width && look(&buffer[(x, y)]) == look(first) {
                let symbol = buffer[(x, y)].symbol();
                text.push_str(symbol);
                x += symbol.width().max(1) as u16;
            }
            write_run(&mut svg, (start, y), x - start, &text, first);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Appends the cells from `at` on that share the style of `cell`.
fn write_run(svg: &mut String, at: (u16, u16), cells: u16, text: &str, cell: &Cell) {
    let ((ink, ground), bold) = look(cell);
    let (left, top) = (MARGIN + f32::from(at.0) * CELL_SIZE.0, MARGIN + f32::from(at.1) * CELL_SIZE.1);
    let length = f32::from(cells) * CELL_SIZE.0;
    if ground != DEFAULT_COLOURS.1 {
        let _ = writeln!(
            svg,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{length:.1}\" height=\"{:.1}\" fill=\"{ground}\"/>",
            CELL_SIZE.1
        );
    }
    if !text.trim().is_empty() {
        let weight = if bold { " font-weight=\"bold\"" } else { "" };
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            svg,
            "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" fill=\"{ink}\"{weight}>{text}</text>",
            top + BASE_LINE
        );
    }
}

/// Returns the colours of text and background of a cell, and true if it is bold.
fn look(cell: &Cell) -> ((String, String), bool) {
    let ink = colour(cell.fg).unwrap_or_else(|| DEFAULT_COLOURS.0.to_owned());
    let ground = colour(cell.bg).unwrap_or_else(|| DEFAULT_COLOURS.1.to_owned());
    let reversed = cell.modifier.contains(Modifier::REVERSED);
    (if reversed { (ground, ink) } else { (ink, ground) }, cell.modifier.contains(Modifier::BOLD))
}

/// Returns a colour as SVG writes it, or `None` for the terminal's own. The night theme takes its colours from
/// the 6×6×6 cube and the grey ramp of xterm's 256 colours (xterm, 256colres.h).
fn colour(colour: Color) -> Option<String> {
    let (r, g, b) = match colour {
        Color::Reset => return None,
        Color::Indexed(index @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
            let index = index - 16;
            (level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        Color::Indexed(index @ 232..) => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
        other => panic!("the night theme takes no colour from the terminal: {other}"),
    };
    Some(format!("#{r:02x}{g:02x}{b:02x}"))
}

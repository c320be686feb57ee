//! Screens as SVG: rows of text with the colours of the night theme.

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Width and height of a cell, in SVG units.
pub(crate) const CELL_SIZE: (f32, f32) = (8.4, 17.0);
/// Distance from the top of a cell to the baseline of its text, in SVG units.
pub(crate) const BASE_LINE: f32 = 13.0;
/// Width of the frame around the screen, in SVG units.
pub(crate) const MARGIN: f32 = 12.0;
/// Colours of text and background where the theme leaves them to the terminal.
pub(crate) const DEFAULT_COLOURS: (&str, &str) = ("#d8dee9", "#11151c");

/// Returns the start of an SVG file of this size, with a title and the background.
pub(crate) fn opening(width: f32, height: f32, title: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.1}\" \
         height=\"{height:.1}\">\n<title>{title}</title>\n<rect width=\"100%\" height=\"100%\" \
         rx=\"8\" fill=\"{}\"/>\n<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', \
         monospace\" font-size=\"14\" xml:space=\"preserve\">\n",
        DEFAULT_COLOURS.1
    )
}

/// End of an SVG file that [`opening`] begins.
pub(crate) const CLOSING: &str = "</g>\n</svg>\n";

/// Returns the size of a screen with its frame, in SVG units.
pub(crate) fn size(buffer: &Buffer) -> (f32, f32) {
    let (columns, rows) = (f32::from(buffer.area.width), f32::from(buffer.area.height));
    (columns * CELL_SIZE.0 + 2.0 * MARGIN, rows * CELL_SIZE.1 + 2.0 * MARGIN)
}

/// Returns the row `y` of the screen, drawn `top` units below the frame. Cells of one style form one text
/// with a fixed length, so that columns are aligned in every font.
pub(crate) fn row(buffer: &Buffer, y: u16, top: f32) -> String {
    let mut svg = String::new();
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
        write_run(&mut svg, (start, top), x - start, &text, first);
    }
    svg
}

/// Appends the cells from `column` onwards that have the style of `cell`.
fn write_run(svg: &mut String, (column, top): (u16, f32), cells: u16, text: &str, cell: &Cell) {
    let ((ink, ground), bold) = look(cell);
    let (left, top) = (MARGIN + f32::from(column) * CELL_SIZE.0, MARGIN + top);
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

/// Returns a colour in SVG notation, or `None` for the terminal's own. The night theme takes its colours from
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

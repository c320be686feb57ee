//! Text form of a screen for snapshots: its characters, its styles as letters, and a legend of the letters.

use ratatui::{
    buffer::Buffer,
    layout::Position,
    style::{Color, Modifier, Style},
};
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// Drawn screen and the position of its cursor.
pub(crate) struct Picture {
    pub(crate) buffer: Buffer,
    pub(crate) cursor: Option<Position>,
}

/// Letters for styles, in order of first use. The plain style is a dot.
const STYLE_LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Picture {
    /// Returns the characters without styles and trailing blanks.
    pub(crate) fn text(&self) -> String {
        self.rows(|_, symbol, _| symbol.to_owned())
    }

    /// Maps each cell to text, row by row. A wide character counts as one entry for both of its cells.
    fn rows(&self, mut cell: impl FnMut(Style, &str, usize) -> String) -> String {
        let area = self.buffer.area;
        let mut out = String::new();
        for y in 0..area.height {
            let mut row = String::new();
            let mut x = 0;
            while x < area.width {
                let here = &self.buffer[(x, y)];
                let cells = here.symbol().width().max(1);
                row.push_str(&cell(here.style(), here.symbol(), cells));
                x += cells as u16;
            }
            out.push_str(row.trim_end());
            out.push('\n');
        }
        out
    }

    /// Returns the whole text of a snapshot file: characters, style letters, legend, cursor.
    pub(crate) fn show(&self) -> String {
        let mut styles: Vec<Style> = Vec::new();
        let letters = self.rows(|style, _, cells| {
            let letter = if is_plain(style) {
                '.'
            } else {
                let index = styles.iter().position(|known| *known == style).unwrap_or_else(|| {
                    styles.push(style);
                    styles.len() - 1
                });
                STYLE_LETTERS.chars().nth(index).unwrap_or('#')
            };
            letter.to_string().repeat(cells)
        });
        let mut out = format!("{}\n{letters}\n", self.text());
        for (letter, style) in STYLE_LETTERS.chars().zip(&styles) {
            let _ = writeln!(out, "{letter} {}", style_words(*style));
        }
        if let Some(Position { x, y }) = self.cursor {
            let _ = writeln!(out, "cursor at column {x}, row {y}");
        }
        out
    }

    /// Returns rendering flaws: halves of wide characters and control characters.
    pub(crate) fn flaws(&self) -> Vec<String> {
        let area = self.buffer.area;
        let mut flaws = Vec::new();
        for y in 0..area.height {
            for x in 0..area.width {
                let symbol = self.buffer[(x, y)].symbol();
                let width = symbol.width() as u16;
                if symbol.chars().any(char::is_control) {
                    flaws.push(format!("a control character at column {x}, row {y}: {symbol:?}"));
                }
                if width > 1 && x + width > area.width {
                    flaws.push(format!("half of {symbol} at the end of row {y}"));
                }
                let covered =
                    (x + 1..(x + width).min(area.width)).find(|x| self.buffer[(*x, y)].symbol() != " ");
                if let Some(x) = covered {
                    flaws.push(format!("something in the second half of {symbol} at column {x}, row {y}"));
                }
            }
        }
        flaws
    }
}

fn is_plain(style: Style) -> bool {
    let reset = |color: Option<Color>| matches!(color, None | Some(Color::Reset));
    reset(style.fg) && reset(style.bg) && style.add_modifier.is_empty()
}

/// Formats a style in the notation of a theme file.
fn style_words(style: Style) -> String {
    let mut words = Vec::new();
    let color =
        |color: Option<Color>| color.filter(|color| *color != Color::Reset).map(|color| color.to_string());
    words.extend(color(style.fg));
    words.extend(color(style.bg).map(|color| format!("on {color}")));
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reversed"),
        (Modifier::UNDERLINED, "underlined"),
    ] {
        if style.add_modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    #[test]
    fn styles_become_letters_and_wide_characters_take_two() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 2));
        buffer.set_string(0, 0, "a日b", Style::new().fg(Color::Red));
        buffer.set_string(0, 1, "x", Style::new());
        let shown = Picture { buffer, cursor: Some(Position::new(1, 1)) }.show();
        assert_eq!(shown, "a日b\nx\n\naaaa..\n......\n\na Red\ncursor at column 1, row 1\n");
    }

    #[test]
    fn flaws_are_seen() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
        buffer[(2, 0)].set_symbol("日");
        assert!(Picture { buffer: buffer.clone(), cursor: None }.flaws()[0].contains("half of 日"));
        buffer[(0, 0)].set_symbol("本");
        buffer[(1, 0)].set_symbol("x");
        assert!(Picture { buffer, cursor: None }.flaws()[0].contains("second half of 本"));
    }
}

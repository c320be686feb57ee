//! Text of a log line with styles, wrapped or cut into rows of cells. It keeps the ANSI styles of the service
//! and highlights search matches.

use crate::{
    model::{Colour, TextStyle, text::clean_with_max_chars},
    screen::widget::text::display_width,
    store::Search,
};
use ratatui::{
    style::{Color, Modifier, Style},
    text::Span,
};
use std::{borrow::Cow, ops::Range};
use unicode_segmentation::UnicodeSegmentation;

/// Text of a log line with a base style and overlaid styles.
pub(in crate::screen::logs) struct StyledText<'a> {
    text: Cow<'a, str>,
    /// Byte ranges with styles that are patched over the base style. Later ranges take precedence.
    overlays: Vec<(Range<usize>, Style)>,
    base_style: Style,
}

impl<'a> StyledText<'a> {
    /// Takes at most `longest` characters of `text`, and removes control characters, because the text of a
    /// log must never control the terminal.
    pub(in crate::screen::logs) fn new(text: &'a str, longest: usize, base_style: Style) -> Self {
        let end = text.char_indices().nth(longest).map_or(text.len(), |(end, _)| end);
        let text = &text[..end];
        let safe = clean_with_max_chars(text, usize::MAX);
        let text = if safe == text { Cow::Borrowed(text) } else { Cow::Owned(safe) };
        Self { text, overlays: Vec::new(), base_style }
    }

    /// Adds the ANSI styles that the service wrote. `from` is the byte offset of the text within the line.
    /// Does nothing if `new` had to remove characters, because the offsets no longer fit.
    pub(in crate::screen::logs) fn with_ansi_styles(mut self, paint: &[TextStyle], from: usize) -> Self {
        if matches!(self.text, Cow::Owned(_)) {
            return self;
        }
        for spot in paint {
            let place = |at: u32| (at as usize).saturating_sub(from).min(self.text.len());
            let mut style = Style::new();
            style.fg = spot.colour.map(|colour| match colour {
                Colour::Palette(index) => Color::Indexed(index),
                Colour::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
            });
            if spot.bold {
                style = style.add_modifier(Modifier::BOLD);
            }
            self.overlays.push((place(spot.start)..place(spot.end), style));
        }
        self
    }

    /// Adds `style` to the text from the byte offset `from` to the end. Does nothing if `new` had to remove
    /// characters, because the offset no longer fits.
    pub(in crate::screen::logs) fn with_style_from(mut self, from: usize, style: Style) -> Self {
        if from < self.text.len() && matches!(self.text, Cow::Borrowed(_)) {
            self.overlays.push((from..self.text.len(), style));
        }
        self
    }

    /// Adds `style` to all matches of a search.
    pub(in crate::screen::logs) fn with_matches(mut self, search: &Search, style: Style) -> Self {
        self.overlays
            .extend(search.match_ranges(&self.text).into_iter().map(|(start, end)| (start..end, style)));
        self
    }

    /// Wraps the text into at most `most` rows of `cells` cells.
    pub(in crate::screen::logs) fn wrapped_rows(&self, cells: usize, most: usize) -> Vec<Vec<Span<'static>>> {
        row_ranges(&self.text, cells, most).into_iter().map(|row| self.spans_of(row)).collect()
    }

    /// Skips the first `shift` cells of the text and cuts the rest to one row of `cells` cells.
    pub(in crate::screen::logs) fn cut_row(
        &self,
        shift: usize,
        cells: usize,
        ellipsis: &str,
    ) -> Vec<Span<'static>> {
        let start = byte_end_of_cells(&self.text, shift);
        let rest = &self.text[start..];
        if display_width(rest) <= cells {
            return self.spans_of(start..self.text.len());
        }
        let end = start + byte_end_of_cells(rest, cells.saturating_sub(display_width(ellipsis)));
        let mut spans = self.spans_of(start..end);
        spans.push(Span::styled(ellipsis.to_owned(), self.base_style));
        spans
    }

    /// Splits a byte range of the text into spans, each with a single style.
    fn spans_of(&self, part: Range<usize>) -> Vec<Span<'static>> {
        let edges = self.overlays.iter().flat_map(|(spot, _)| [spot.start, spot.end]);
        let mut edges: Vec<_> =
            edges.filter(|e| part.contains(e) && self.text.is_char_boundary(*e)).collect();
        edges.extend([part.start, part.end]);
        edges.sort_unstable();
        edges.dedup();
        let style = |at: usize| {
            let over = self.overlays.iter().filter(|(spot, _)| spot.contains(&at));
            over.fold(self.base_style, |style, (_, spot)| style.patch(*spot))
        };
        edges.windows(2).map(|w| Span::styled(self.text[w[0]..w[1]].to_owned(), style(w[0]))).collect()
    }
}

/// Returns the number of rows that `text` takes if it is wrapped at `cells` cells, but at most `most`.
pub(in crate::screen::logs) fn row_count(text: &str, cells: usize, most: usize) -> usize {
    let end = text.char_indices().nth(cells * most).map_or(text.len(), |(end, _)| end);
    row_ranges(&clean_with_max_chars(&text[..end], usize::MAX), cells, most).len()
}

/// Returns the byte ranges of the wrapped rows, which break between words where possible. Returns at least
/// one row.
fn row_ranges(text: &str, cells: usize, most: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, word) in text.split_word_bound_indices() {
        let blank = word.chars().all(char::is_whitespace);
        if used + display_width(word) > cells && used > 0 {
            rows.push(start..at);
            (start, used) = (at, 0);
            if blank {
                start = at + word.len();
                continue;
            }
        }
        for (inside, cluster) in word.grapheme_indices(true) {
            if used + display_width(cluster) > cells && used > 0 {
                rows.push(start..at + inside);
                (start, used) = (at + inside, 0);
            }
            used += display_width(cluster);
        }
        if rows.len() >= most {
            rows.truncate(most);
            return rows;
        }
    }
    rows.push(start..text.len());
    rows.truncate(most.max(1));
    rows
}

/// Returns the byte offset at which the first `cells` cells of `text` end.
fn byte_end_of_cells(text: &str, cells: usize) -> usize {
    let mut used = 0;
    let fits = text.grapheme_indices(true).take_while(|(_, cluster)| {
        used += display_width(cluster);
        used <= cells
    });
    fits.last().map_or(0, |(at, cluster)| at + cluster.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(spans: &[Span<'_>]) -> Vec<String> {
        spans.iter().map(|span| span.content.to_string()).collect()
    }

    #[test]
    fn pieces_have_one_style_each_and_a_match_lies_over_paint() {
        let paint = [TextStyle { start: 2, end: 6, colour: Some(Colour::Palette(1)), bold: false }];
        let found = Style::new().fg(Color::Yellow);
        let inked = StyledText::new("say hello", 100, Style::new());
        let spans =
            inked.with_ansi_styles(&paint, 0).with_matches(&Search::new("hel"), found).cut_row(0, 20, "~");
        assert_eq!(words(&spans), ["sa", "y ", "he", "l", "lo"]);
        assert_eq!(spans[2].style.fg, Some(Color::Yellow));
        assert_eq!(spans[1].style.fg, Some(Color::Indexed(1)));
    }

    #[test]
    fn rows_lose_nothing_but_the_blanks_where_they_break() {
        let inked = StyledText::new("to be or 日本語", 100, Style::new());
        let rows = inked.wrapped_rows(5, 9);
        let rows: Vec<String> = rows.iter().map(|row| words(row).concat()).collect();
        assert_eq!(rows, ["to be", "or 日", "本語"]);
        assert_eq!(row_count("to be or 日本語", 5, 9), 3);
        assert_eq!(row_count("", 5, 9), 1);
    }

    #[test]
    fn what_could_drive_a_terminal_does_not_pass() {
        let inked = StyledText::new("a\u{1b}]52;c;aGk=\u{7}b\u{202e}c\u{200b}", 100, Style::new());
        assert_eq!(words(&inked.cut_row(0, 20, "~")).concat(), "abc");
    }

    #[test]
    fn a_shift_leaves_out_the_head_and_the_end_is_cut() {
        let inked = StyledText::new("abcdefghij", 100, Style::new());
        assert_eq!(words(&inked.cut_row(2, 5, "~")).concat(), "cdef~");
    }
}

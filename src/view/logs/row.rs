//! A piece of text in rows of cells: broken or cut, with what the service painted and what a search finds in it.

use crate::{
    model::{Colour, Paint, text::clean_within},
    store::Search,
    view::widget::text::width,
};
use ratatui::{
    style::{Color, Modifier, Style},
    text::Span,
};
use std::{borrow::Cow, ops::Range};
use unicode_segmentation::UnicodeSegmentation;

/// A text with what is on it.
pub(super) struct Inked<'a> {
    text: Cow<'a, str>,
    /// Where it is drawn otherwise, later ones over earlier ones.
    spots: Vec<(Range<usize>, Style)>,
    base: Style,
}

impl<'a> Inked<'a> {
    /// At most `longest` characters of a text. What could drive the terminal does not pass, whoever brought it.
    pub(super) fn new(text: &'a str, longest: usize, base: Style) -> Self {
        let end = text.char_indices().nth(longest).map_or(text.len(), |(end, _)| end);
        let text = &text[..end];
        let safe = clean_within(text, usize::MAX);
        let text = if safe == text { Cow::Borrowed(text) } else { Cow::Owned(safe) };
        Self { text, spots: Vec::new(), base }
    }

    /// What the service painted; `from` is where the text begins in what the paint is about.
    pub(super) fn painted(mut self, paint: &[Paint], from: usize) -> Self {
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
            self.spots.push((place(spot.start)..place(spot.end), style));
        }
        self
    }

    /// What stands from a place on, in a style of its own.
    pub(super) fn styled(mut self, from: usize, style: Style) -> Self {
        if from < self.text.len() && matches!(self.text, Cow::Borrowed(_)) {
            self.spots.push((from..self.text.len(), style));
        }
        self
    }

    /// What a search finds.
    pub(super) fn searched(mut self, search: &Search, style: Style) -> Self {
        self.spots.extend(search.places(&self.text).into_iter().map(|(start, end)| (start..end, style)));
        self
    }

    /// The rows when lines are broken, at most so many.
    pub(super) fn wrapped(&self, cells: usize, most: usize) -> Vec<Vec<Span<'static>>> {
        breaks(&self.text, cells, most).into_iter().map(|row| self.spans(row)).collect()
    }

    /// The only row when lines are cut: what stands behind the first `shift` cells.
    pub(super) fn cut(&self, shift: usize, cells: usize, ellipsis: &str) -> Vec<Span<'static>> {
        let start = end_of(&self.text, shift);
        let rest = &self.text[start..];
        if width(rest) <= cells {
            return self.spans(start..self.text.len());
        }
        let end = start + end_of(rest, cells.saturating_sub(width(ellipsis)));
        let mut spans = self.spans(start..end);
        spans.push(Span::styled(ellipsis.to_owned(), self.base));
        spans
    }

    /// A part of it in pieces of one style each.
    fn spans(&self, part: Range<usize>) -> Vec<Span<'static>> {
        let edges = self.spots.iter().flat_map(|(spot, _)| [spot.start, spot.end]);
        let mut edges: Vec<_> =
            edges.filter(|e| part.contains(e) && self.text.is_char_boundary(*e)).collect();
        edges.extend([part.start, part.end]);
        edges.sort_unstable();
        edges.dedup();
        let style = |at: usize| {
            let over = self.spots.iter().filter(|(spot, _)| spot.contains(&at));
            over.fold(self.base, |style, (_, spot)| style.patch(*spot))
        };
        edges.windows(2).map(|w| Span::styled(self.text[w[0]..w[1]].to_owned(), style(w[0]))).collect()
    }
}

/// How many rows a text takes when it is broken, at most `most`.
pub(super) fn rows(text: &str, cells: usize, most: usize) -> usize {
    let end = text.char_indices().nth(cells * most).map_or(text.len(), |(end, _)| end);
    breaks(&clean_within(&text[..end], usize::MAX), cells, most).len()
}

/// Where a text is broken into rows of at most `cells`, at words where it can; at least one row.
fn breaks(text: &str, cells: usize, most: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut used) = (0, 0);
    for (at, word) in text.split_word_bound_indices() {
        let blank = word.chars().all(char::is_whitespace);
        if used + width(word) > cells && used > 0 {
            rows.push(start..at);
            (start, used) = (at, 0);
            if blank {
                start = at + word.len();
                continue;
            }
        }
        for (inside, cluster) in word.grapheme_indices(true) {
            if used + width(cluster) > cells && used > 0 {
                rows.push(start..at + inside);
                (start, used) = (at + inside, 0);
            }
            used += width(cluster);
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

/// Where the part of a text ends that takes at most so many cells.
fn end_of(text: &str, cells: usize) -> usize {
    let mut used = 0;
    let fits = text.grapheme_indices(true).take_while(|(_, cluster)| {
        used += width(cluster);
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
        let paint = [Paint { start: 2, end: 6, colour: Some(Colour::Palette(1)), bold: false }];
        let found = Style::new().fg(Color::Yellow);
        let inked = Inked::new("say hello", 100, Style::new());
        let spans = inked.painted(&paint, 0).searched(&Search::new("hel"), found).cut(0, 20, "~");
        assert_eq!(words(&spans), ["sa", "y ", "he", "l", "lo"]);
        assert_eq!(spans[2].style.fg, Some(Color::Yellow));
        assert_eq!(spans[1].style.fg, Some(Color::Indexed(1)));
    }

    #[test]
    fn rows_lose_nothing_but_the_blanks_where_they_break() {
        let inked = Inked::new("to be or 日本語", 100, Style::new());
        let rows = inked.wrapped(5, 9);
        let rows: Vec<String> = rows.iter().map(|row| words(row).concat()).collect();
        assert_eq!(rows, ["to be", "or 日", "本語"]);
        assert_eq!(super::rows("to be or 日本語", 5, 9), 3);
        assert_eq!(super::rows("", 5, 9), 1);
    }

    #[test]
    fn what_could_drive_a_terminal_does_not_pass() {
        let inked = Inked::new("a\u{1b}]52;c;aGk=\u{7}b\u{202e}c\u{200b}", 100, Style::new());
        assert_eq!(words(&inked.cut(0, 20, "~")).concat(), "abc");
    }

    #[test]
    fn a_shift_leaves_out_the_head_and_the_end_is_cut() {
        let inked = Inked::new("abcdefghij", 100, Style::new());
        assert_eq!(words(&inked.cut(2, 5, "~")).concat(), "cdef~");
    }
}

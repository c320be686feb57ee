//! Rows in columns, with one row selected and kept in sight.

use super::text;
use crate::{
    command::Command,
    view::{Canvas, Hits, Target, Theme},
};
use ratatui::{layout::Rect, style::Style};

/// A column.
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Its least width; what is left over goes to the columns by their `share`.
    pub width: u16,
    /// Its share of what is left over.
    pub share: u16,
    /// How what it holds is made to fit.
    fitting: Fitting,
}

/// How a text is made to fit a column: in so many cells, with that ellipsis.
type Fitting = fn(&str, usize, &str) -> String;

impl Column {
    /// A column of names or numbers, which are cut in their middle.
    #[must_use]
    pub const fn names(title: &'static str, width: u16, share: u16) -> Self {
        Self { title, width, share, fitting: text::squeeze }
    }

    /// A column of paths, which are cut at their beginning.
    #[must_use]
    pub const fn paths(title: &'static str, width: u16, share: u16) -> Self {
        Self { title, width, share, fitting: text::shorten }
    }

    /// A column of sentences, which are cut at their end.
    #[must_use]
    pub const fn prose(title: &'static str, width: u16, share: u16) -> Self {
        Self { title, width, share, fitting: text::cut }
    }
}

/// One cell: its text and its style.
pub type Cell = (String, Style);

/// The rows that a page is.
const PAGE: isize = 20;

/// The row to which a command leads from `here`; none where it is no way to move.
#[must_use]
pub fn moved(command: Command, here: usize, rows: usize) -> Option<usize> {
    let step = match command {
        Command::Up | Command::ScrollUp => -1,
        Command::Down | Command::ScrollDown => 1,
        Command::HalfUp => -PAGE / 2,
        Command::HalfDown => PAGE / 2,
        Command::PageUp => -PAGE,
        Command::PageDown => PAGE,
        Command::Top => isize::MIN / 2,
        Command::Bottom => isize::MAX / 2,
        _ => return None,
    };
    let last = rows.saturating_sub(1) as isize;
    usize::try_from((here as isize).saturating_add(step).clamp(0, last)).ok()
}

/// The first row to show, so that the selected one is in sight with some context.
#[must_use]
pub fn first_row(selected: usize, rows: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// Draws the headings and as many rows as fit; `hit` says what a click on a row means.
#[allow(clippy::too_many_arguments, reason = "a table is drawn from all of these")]
pub fn table(
    columns: &[Column],
    rows: usize,
    selected: Option<usize>,
    row: impl Fn(usize) -> Vec<Cell>,
    hit: impl Fn(usize) -> Target,
    theme: &Theme,
    area: Rect,
    buf: &mut Canvas<'_>,
) -> Hits {
    let mut hits = Hits::default();
    if area.height < 2 {
        return hits;
    }
    let widths = widths(columns, area.width);
    let headings: Vec<Cell> = columns.iter().map(|c| (c.title.to_owned(), theme.ink.dim.into())).collect();
    line(columns, &headings, &widths, Rect { height: 1, ..area }, theme, buf);
    let height = usize::from(area.height) - 1;
    let first = first_row(selected.unwrap_or(0), rows, height);
    for (offset, index) in (first..rows.min(first + height)).enumerate() {
        let y = area.y + 1 + offset as u16;
        let place = Rect { y, height: 1, ..area };
        line(columns, &row(index), &widths, place, theme, buf);
        if selected == Some(index) {
            buf.set_style(place, Style::from(theme.ink.selected));
        }
        hits.add(place, hit(index));
    }
    hits
}

/// The width of each column.
fn widths(columns: &[Column], total: u16) -> Vec<usize> {
    let least: u16 = columns.iter().map(|c| c.width + 1).sum();
    let shares: u16 = columns.iter().map(|c| c.share).sum::<u16>().max(1);
    let spare = total.saturating_sub(least);
    columns.iter().map(|c| usize::from(c.width + spare * c.share / shares)).collect()
}

/// Draws one row of cells.
fn line(
    columns: &[Column],
    cells: &[Cell],
    widths: &[usize],
    area: Rect,
    theme: &Theme,
    buf: &mut Canvas<'_>,
) {
    let mut x = area.x;
    for ((column, (content, style)), width) in columns.iter().zip(cells).zip(widths) {
        let room = usize::from(area.right().saturating_sub(x)).min(*width);
        if room == 0 {
            break;
        }
        buf.set_string(x, area.y, (column.fitting)(content, room, theme.glyphs.ellipsis), *style);
        x += *width as u16 + 1;
    }
}

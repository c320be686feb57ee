//! Table with headings, and the commands that move the cursor in it. The selected row is always visible.

use super::text;
use crate::{
    command::Command,
    screen::{Canvas, ClickTarget, HitMap, Theme},
};
use ratatui::{layout::Rect, style::Style};

/// Column of a table.
#[derive(Clone, Copy)]
pub struct Column {
    /// Heading of the column.
    pub title: &'static str,
    /// Smallest width, in cells.
    pub min_width: u16,
    /// Share of the spare width that the column receives, relative to the other columns; 0 for a fixed width.
    pub spare_share: u16,
    /// Function that shortens texts that are too long.
    truncate: TruncateFn,
}

/// Function that shortens a text. Its arguments are the text, the maximum number of cells and the ellipsis.
type TruncateFn = fn(&str, usize, &str) -> String;

impl Column {
    /// Returns a column for names or numbers. Text that is too long loses its middle.
    #[must_use]
    pub const fn cut_middle(title: &'static str, min_width: u16, spare_share: u16) -> Self {
        Self { title, min_width, spare_share, truncate: text::cut_middle }
    }

    /// Returns a column for paths. Text that is too long loses its beginning.
    #[must_use]
    pub const fn cut_path(title: &'static str, min_width: u16, spare_share: u16) -> Self {
        Self { title, min_width, spare_share, truncate: text::cut_path }
    }

    /// Returns a column for sentences. Text that is too long loses its end.
    #[must_use]
    pub const fn cut_end(title: &'static str, min_width: u16, spare_share: u16) -> Self {
        Self { title, min_width, spare_share, truncate: text::cut_end }
    }
}

/// Text and style of one cell.
pub type TableCell = (String, Style);

/// Number of rows by which the page commands move the cursor, whatever the height of the table.
const PAGE_ROWS: isize = 20;

/// Returns the row to which `command` moves the cursor from the row `here`, or `None` if it is another
/// command.
#[must_use]
pub fn row_after_command(command: Command, here: usize, rows: usize) -> Option<usize> {
    let step = match command {
        Command::Up | Command::ScrollUp => -1,
        Command::Down | Command::ScrollDown => 1,
        Command::HalfUp => -PAGE_ROWS / 2,
        Command::HalfDown => PAGE_ROWS / 2,
        Command::PageUp => -PAGE_ROWS,
        Command::PageDown => PAGE_ROWS,
        Command::Top => isize::MIN / 2,
        Command::Bottom => isize::MAX / 2,
        _ => return None,
    };
    let last = rows.saturating_sub(1) as isize;
    usize::try_from((here as isize).saturating_add(step).clamp(0, last)).ok()
}

/// Returns true if `command` moves the cursor in a table of this many rows.
#[must_use]
pub fn moves_cursor(command: Command, rows: usize) -> bool {
    rows > 0 && row_after_command(command, 0, rows).is_some()
}

/// Returns the index of the first row to draw, with which the selected row is near the middle.
#[must_use]
pub fn first_visible_row(selected: usize, rows: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// Draws the headings and as many of `rows` rows as fit. `row` returns the cells of the row with an index,
/// and `hit` its click target.
#[allow(clippy::too_many_arguments, reason = "a table is drawn from all of these")]
pub fn draw_table(
    columns: &[Column],
    rows: usize,
    selected: Option<usize>,
    row: impl Fn(usize) -> Vec<TableCell>,
    hit: impl Fn(usize) -> ClickTarget,
    theme: &Theme,
    area: Rect,
    buf: &mut Canvas<'_>,
) -> HitMap {
    let mut hits = HitMap::default();
    if area.height < 2 {
        return hits;
    }
    let widths = column_widths(columns, area.width);
    let headings: Vec<TableCell> =
        columns.iter().map(|c| (c.title.to_owned(), theme.styles.dim.into())).collect();
    draw_row(columns, &headings, &widths, Rect { height: 1, ..area }, theme, buf);
    let height = usize::from(area.height) - 1;
    let first = first_visible_row(selected.unwrap_or(0), rows, height);
    for (offset, index) in (first..rows.min(first + height)).enumerate() {
        let y = area.y + 1 + offset as u16;
        let place = Rect { y, height: 1, ..area };
        draw_row(columns, &row(index), &widths, place, theme, buf);
        if selected == Some(index) {
            buf.set_style(place, Style::from(theme.styles.selected));
        }
        hits.add(place, hit(index));
    }
    hits
}

/// Returns the width of each column in a table of `total` cells.
fn column_widths(columns: &[Column], total: u16) -> Vec<usize> {
    let least: u16 = columns.iter().map(|c| c.min_width + 1).sum();
    let shares: u16 = columns.iter().map(|c| c.spare_share).sum::<u16>().max(1);
    let spare = total.saturating_sub(least);
    columns.iter().map(|c| usize::from(c.min_width + spare * c.spare_share / shares)).collect()
}

/// Draws one row.
fn draw_row(
    columns: &[Column],
    cells: &[TableCell],
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
        buf.set_string(x, area.y, (column.truncate)(content, room, theme.glyphs.ellipsis), *style);
        x += *width as u16 + 1;
    }
}

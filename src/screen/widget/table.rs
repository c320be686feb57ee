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
    /// Weight of the column when the spare width is divided among the columns; 0 for a column of fixed width.
    pub spare_weight: u16,
    /// Function that shortens a text that is wider than the column.
    truncate: TruncateFn,
}

/// Function that shortens a text. Its arguments are the text, the maximum number of cells and the ellipsis.
type TruncateFn = fn(&str, usize, &str) -> String;

impl Column {
    /// Returns a column for names or numbers. Text that is too long loses its middle.
    #[must_use]
    pub const fn cut_middle(title: &'static str, min_width: u16, spare_weight: u16) -> Self {
        Self { title, min_width, spare_weight, truncate: text::cut_middle }
    }

    /// Returns a column for paths. Text that is too long loses its beginning.
    #[must_use]
    pub const fn cut_path(title: &'static str, min_width: u16, spare_weight: u16) -> Self {
        Self { title, min_width, spare_weight, truncate: text::cut_path }
    }

    /// Returns a column for sentences. Text that is too long loses its end.
    #[must_use]
    pub const fn cut_end(title: &'static str, min_width: u16, spare_weight: u16) -> Self {
        Self { title, min_width, spare_weight, truncate: text::cut_end }
    }

    /// Returns this column with another smallest width, in cells.
    #[must_use]
    pub const fn with_min_width(self, min_width: u16) -> Self {
        Self { min_width, ..self }
    }
}

/// Text and style of one cell.
pub type TableCell = (String, Style);

/// Number of rows by which the page commands move the cursor. It does not depend on the height of the table.
const PAGE_ROWS: isize = 20;

/// Returns the row to which `command` moves the cursor from the row `here` in a table of `rows` rows. Returns
/// `None` if the command does not move the cursor.
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

/// Returns true if `command` moves the cursor in a table of `rows` rows.
#[must_use]
pub fn moves_cursor(command: Command, rows: usize) -> bool {
    rows > 0 && row_after_command(command, 0, rows).is_some()
}

/// Returns the index of the first row to draw, which puts the selected row near the middle.
#[must_use]
pub fn first_visible_row(selected: usize, rows: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

/// Description of a table before its rows are drawn: columns, number of rows, selected row and order.
#[derive(Clone, Copy)]
pub struct TableShape<'a> {
    columns: &'a [Column],
    rows: usize,
    selected: Option<usize>,
    sorted: Option<(usize, bool)>,
    sortable: bool,
    wraps: bool,
}

impl<'a> TableShape<'a> {
    /// Creates the description of a table with `rows` rows.
    #[must_use]
    pub fn new(columns: &'a [Column], rows: usize, selected: Option<usize>) -> Self {
        Self { columns, rows, selected, sorted: None, sortable: false, wraps: false }
    }

    /// Makes the headings clickable. `sorted` holds the index of the column by which the rows are sorted, and
    /// true if the order is reversed.
    #[must_use]
    pub fn sortable(self, sorted: Option<(usize, bool)>) -> Self {
        Self { sorted, sortable: true, ..self }
    }

    /// Lets a text of the last column take several lines, as long as all rows still fit.
    #[must_use]
    pub fn wrapped(self) -> Self {
        Self { wraps: true, ..self }
    }
}

/// Draws the headings and as many rows as fit. `row` returns the cells of a row by its index, and `hit`
/// returns its click target.
pub fn draw_table(
    shape: TableShape<'_>,
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
    let widths = column_widths(shape.columns, area.width);
    draw_headings(shape, &widths, area, theme, &mut hits, buf);
    let height = usize::from(area.height) - 1;
    let first = first_visible_row(shape.selected.unwrap_or(0), shape.rows, height);
    let shown: Vec<Vec<TableCell>> = (first..shape.rows.min(first + height)).map(row).collect();
    let mut spare = if shape.wraps { height - shown.len() } else { 0 };
    let mut y = area.y + 1;
    for (index, cells) in (first..).zip(shown) {
        let (lines, last) = wrapped_last_cell(&cells, &widths, spare);
        spare -= lines.len().saturating_sub(1);
        let place = Rect { y, height: lines.len().max(1) as u16, ..area };
        draw_row(shape.columns, &cells, &widths, Rect { height: 1, ..place }, theme, buf);
        for (line, y) in lines.iter().zip(place.y..) {
            buf.set_string(
                area.x + last,
                y,
                " ".repeat(widths.last().copied().unwrap_or(0)),
                Style::default(),
            );
            buf.set_string(area.x + last, y, line, cells.last().map(|(_, style)| *style).unwrap_or_default());
        }
        if shape.selected == Some(index) {
            buf.set_style(place, Style::from(theme.styles.selected));
        }
        hits.add(place, hit(index));
        y += place.height;
    }
    hits
}

/// Returns the lines of the last cell and the column at which they begin. Returns no lines if the cell needs
/// only one, or if it needs more than `spare` additional rows.
fn wrapped_last_cell(cells: &[TableCell], widths: &[usize], spare: usize) -> (Vec<String>, u16) {
    let start: usize = widths.iter().rev().skip(1).map(|width| width + 1).sum();
    let (Some((content, _)), Some(width)) = (cells.last(), widths.last()) else { return (Vec::new(), 0) };
    if spare == 0 || text::display_width(content) <= *width {
        return (Vec::new(), start as u16);
    }
    let lines = text::wrap(content, (*width).max(1));
    let fits = lines.len() > 1 && lines.len() - 1 <= spare;
    (if fits { lines } else { Vec::new() }, start as u16)
}

/// Draws the headings, with an arrow at the column by which the rows are sorted.
fn draw_headings(
    shape: TableShape<'_>,
    widths: &[usize],
    area: Rect,
    theme: &Theme,
    hits: &mut HitMap,
    buf: &mut Canvas<'_>,
) {
    let heading = |(index, column): (usize, &Column)| match shape.sorted.filter(|(by, _)| *by == index) {
        Some((_, reversed)) => {
            let arrow = if reversed { theme.glyphs.reversed } else { theme.glyphs.sorted };
            // A narrow column shows the arrow instead of the end of its title.
            let title: String = column.title.chars().take(widths[index].saturating_sub(1)).collect();
            (format!("{title}{arrow}"), theme.styles.accent.into())
        }
        None => (column.title.to_owned(), theme.styles.dim.into()),
    };
    let headings: Vec<TableCell> = shape.columns.iter().enumerate().map(heading).collect();
    let row = Rect { height: 1, ..area };
    draw_row(shape.columns, &headings, widths, row, theme, buf);
    let mut x = area.x;
    for (index, width) in widths.iter().enumerate().filter(|_| shape.sortable) {
        let place = Rect { x, width: *width as u16 + 1, ..row };
        hits.add(place.intersection(row), ClickTarget::Heading(index));
        x += *width as u16 + 1;
    }
}

/// Returns the width of each column in a table of `total` cells.
fn column_widths(columns: &[Column], total: u16) -> Vec<usize> {
    let least: u16 = columns.iter().map(|c| c.min_width + 1).sum();
    let shares: u16 = columns.iter().map(|c| c.spare_weight).sum::<u16>().max(1);
    let spare = total.saturating_sub(least);
    columns.iter().map(|c| usize::from(c.min_width + spare * c.spare_weight / shares)).collect()
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

//! Text in terminal cells: measuring, cutting and wrapping by display width.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Returns a count with its noun: `1 line`, `2 lines`.
#[must_use]
pub fn pluralize(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// Returns the number of cells that `text` takes.
#[must_use]
pub fn display_width(text: &str) -> usize {
    text.width()
}

/// Returns `text` in at most `cells` cells, cut at its end.
#[must_use]
pub fn cut_end(text: &str, cells: usize, ellipsis: &str) -> String {
    if display_width(text) <= cells {
        return text.to_owned();
    }
    let mut out = leading_cells(text, cells.saturating_sub(display_width(ellipsis)));
    if display_width(ellipsis) <= cells {
        out.push_str(ellipsis);
    }
    out
}

/// Returns `text` in at most `cells` cells. Cuts the middle, because the ends tell names apart best.
#[must_use]
pub fn cut_middle(text: &str, cells: usize, ellipsis: &str) -> String {
    let room = cells.saturating_sub(display_width(ellipsis));
    if display_width(text) <= cells || room < 2 {
        return cut_end(text, cells, ellipsis);
    }
    format!("{}{ellipsis}{}", leading_cells(text, room - room / 2), trailing_cells(text, room / 2))
}

/// Returns a path such as `source/group/name` in at most `cells` cells. Cuts the first parts, because the
/// last ones are the most specific.
#[must_use]
pub fn cut_path(path: &str, cells: usize, ellipsis: &str) -> String {
    if display_width(path) <= cells {
        return path.to_owned();
    }
    let room = cells.saturating_sub(display_width(ellipsis));
    let ends = path.match_indices('/').map(|(at, _)| &path[at..]);
    match ends.into_iter().find(|end| display_width(end) <= room) {
        Some(end) => format!("{ellipsis}{end}"),
        None => cut_middle(path.rsplit('/').next().unwrap_or(path), cells, ellipsis),
    }
}

/// Returns `text` in exactly `cells` cells, cut or padded with spaces.
#[must_use]
pub fn cut_or_pad(text: &str, cells: usize, ellipsis: &str) -> String {
    let mut out = cut_end(text, cells, ellipsis);
    out.extend(std::iter::repeat_n(' ', cells - display_width(&out).min(cells)));
    out
}

/// Space at which `wrap` never breaks a row. The wrapped rows have a plain space in its place.
pub const NO_BREAK_SPACE: char = '\u{a0}';

/// Wraps `text` into rows of at most `cells` cells. Breaks at spaces, and within words that are longer than a
/// row.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    let pieces = |run| if display_width(run) > cells { run.split_word_bounds().collect() } else { vec![run] };
    for word in word_runs(text).flat_map(pieces) {
        let blank = word.chars().all(char::is_whitespace);
        if used + display_width(word) > cells && used > 0 {
            rows.push(String::new());
            used = 0;
            if blank {
                continue;
            }
        }
        for cluster in word.graphemes(true) {
            if used + display_width(cluster) > cells && used > 0 {
                rows.push(String::new());
                used = 0;
            }
            if let Some(row) = rows.last_mut() {
                row.push_str(if cluster.starts_with(NO_BREAK_SPACE) { " " } else { cluster });
            }
            used += display_width(cluster);
        }
    }
    rows
}

/// Splits `text` into runs of spaces and runs of other characters, in their order.
fn word_runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let breaks = |c: char| c.is_whitespace() && c != NO_BREAK_SPACE;
    std::iter::from_fn(move || {
        let blank = breaks(rest.chars().next()?);
        let (run, after) = rest.split_at(rest.find(|c: char| breaks(c) != blank).unwrap_or(rest.len()));
        rest = after;
        Some(run)
    })
}

/// Joins pieces of text into rows of at most `cells` cells, with as many pieces as fit into each row. A piece
/// is never broken, so a piece that is too long makes a wider row.
#[must_use]
pub fn pack_rows(pieces: &[String], cells: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if display_width(row) + 3 + display_width(piece) <= cells => {
                row.push_str("   ");
                row.push_str(piece);
            }
            _ => rows.push(piece.clone()),
        }
    }
    rows
}

fn leading_cells(text: &str, cells: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|cluster| {
            used += display_width(cluster);
            used <= cells
        })
        .collect()
}

fn trailing_cells(text: &str, cells: usize) -> String {
    let mut used = 0;
    let kept: Vec<_> = text
        .graphemes(true)
        .rev()
        .take_while(|cluster| {
            used += display_width(cluster);
            used <= cells
        })
        .collect();
    kept.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_middle_keeps_both_ends() {
        assert_eq!(cut_middle("recommendations", 9, "…"), "reco…ions");
        assert_eq!(cut_middle("short", 9, "…"), "short");
        assert_eq!(cut_middle("abc", 1, "…"), "…");
    }

    #[test]
    fn cut_path_keeps_the_end() {
        assert_eq!(cut_path("ecs:us-east-1/shop-prod/orders", 20, "…"), "…/shop-prod/orders");
        assert_eq!(cut_path("shop-prod/orders", 16, "…"), "shop-prod/orders");
        assert_eq!(cut_path("shop-prod/recommendations", 9, "…"), "reco…ions");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(display_width("日本"), 4);
        assert_eq!(cut_or_pad("日本語", 5, "…"), "日本…");
        assert_eq!(cut_or_pad("日本語", 4, "…"), "日… ");
    }

    #[test]
    fn rows_break_at_spaces_where_they_can() {
        assert_eq!(wrap("to be or not", 5), ["to be", "or ", "not"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("failed (14m ago)", 15), ["failed (14m ", "ago)"]);
        assert_eq!(wrap("see shop/checkout", 9), ["see shop/", "checkout"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_wider_than_its_place(text in "\\PC{0,40}", cells in 0usize..30) {
            proptest::prop_assert!(display_width(&cut_middle(&text, cells, "…")) <= cells);
            proptest::prop_assert!(display_width(&cut_path(&text.replace(' ', "/"), cells, "…")) <= cells);
            proptest::prop_assert_eq!(display_width(&cut_or_pad(&text, cells, "…")), cells);
        }
    }
}

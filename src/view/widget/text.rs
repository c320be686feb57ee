//! Text in cells: measured by display width, cut where it does not fit.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A number of things, in words: `1 line`, `2 lines`.
#[must_use]
pub fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// How many cells `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `cells`, cut at its end.
#[must_use]
pub fn cut(text: &str, cells: usize, ellipsis: &str) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut out = head(text, cells.saturating_sub(width(ellipsis)));
    if width(ellipsis) <= cells {
        out.push_str(ellipsis);
    }
    out
}

/// `text` in at most `cells`, cut in its middle: names differ at both ends.
#[must_use]
pub fn squeeze(text: &str, cells: usize, ellipsis: &str) -> String {
    let room = cells.saturating_sub(width(ellipsis));
    if width(text) <= cells || room < 2 {
        return cut(text, cells, ellipsis);
    }
    format!("{}{ellipsis}{}", head(text, room - room / 2), tail(text, room / 2))
}

/// A path such as `source/group/name` in at most `cells`: its first parts are left out, as the last ones tell most.
#[must_use]
pub fn shorten(path: &str, cells: usize, ellipsis: &str) -> String {
    if width(path) <= cells {
        return path.to_owned();
    }
    let room = cells.saturating_sub(width(ellipsis));
    let ends = path.match_indices('/').map(|(at, _)| &path[at..]);
    match ends.into_iter().find(|end| width(end) <= room) {
        Some(end) => format!("{ellipsis}{end}"),
        None => squeeze(path.rsplit('/').next().unwrap_or(path), cells, ellipsis),
    }
}

/// `text` in exactly `cells`: cut or filled with spaces.
#[must_use]
pub fn fit(text: &str, cells: usize, ellipsis: &str) -> String {
    let mut out = cut(text, cells, ellipsis);
    out.extend(std::iter::repeat_n(' ', cells - width(&out).min(cells)));
    out
}

/// A space at which no row is broken; it comes out as a plain one.
pub const TIE: char = '\u{a0}';

/// `text` broken into rows of at most `cells`: at spaces, and within what is longer than a row.
#[must_use]
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    let pieces = |run| if width(run) > cells { run.split_word_bounds().collect() } else { vec![run] };
    for word in runs(text).flat_map(pieces) {
        let blank = word.chars().all(char::is_whitespace);
        if used + width(word) > cells && used > 0 {
            rows.push(String::new());
            used = 0;
            if blank {
                continue;
            }
        }
        for cluster in word.graphemes(true) {
            if used + width(cluster) > cells && used > 0 {
                rows.push(String::new());
                used = 0;
            }
            if let Some(row) = rows.last_mut() {
                row.push_str(if cluster.starts_with(TIE) { " " } else { cluster });
            }
            used += width(cluster);
        }
    }
    rows
}

/// What stands between spaces, and the spaces.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let breaks = |c: char| c.is_whitespace() && c != TIE;
    std::iter::from_fn(move || {
        let blank = breaks(rest.chars().next()?);
        let (run, after) = rest.split_at(rest.find(|c: char| breaks(c) != blank).unwrap_or(rest.len()));
        rest = after;
        Some(run)
    })
}

/// Pieces of text in rows of at most `cells`, as many in each as fit; none is broken.
#[must_use]
pub fn packed(pieces: &[String], cells: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if width(row) + 3 + width(piece) <= cells => {
                row.push_str("   ");
                row.push_str(piece);
            }
            _ => rows.push(piece.clone()),
        }
    }
    rows
}

fn head(text: &str, cells: usize) -> String {
    let mut used = 0;
    text.graphemes(true)
        .take_while(|cluster| {
            used += width(cluster);
            used <= cells
        })
        .collect()
}

fn tail(text: &str, cells: usize) -> String {
    let mut used = 0;
    let kept: Vec<_> = text
        .graphemes(true)
        .rev()
        .take_while(|cluster| {
            used += width(cluster);
            used <= cells
        })
        .collect();
    kept.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_squeezed_in_the_middle() {
        assert_eq!(squeeze("recommendations", 9, "…"), "reco…ions");
        assert_eq!(squeeze("short", 9, "…"), "short");
        assert_eq!(squeeze("abc", 1, "…"), "…");
    }

    #[test]
    fn of_a_path_the_end_is_kept() {
        assert_eq!(shorten("ecs:us-east-1/shop-prod/orders", 20, "…"), "…/shop-prod/orders");
        assert_eq!(shorten("shop-prod/orders", 16, "…"), "shop-prod/orders");
        assert_eq!(shorten("shop-prod/recommendations", 9, "…"), "reco…ions");
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(width("日本"), 4);
        assert_eq!(fit("日本語", 5, "…"), "日本…");
        assert_eq!(fit("日本語", 4, "…"), "日… ");
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
            proptest::prop_assert!(width(&squeeze(&text, cells, "…")) <= cells);
            proptest::prop_assert!(width(&shorten(&text.replace(' ', "/"), cells, "…")) <= cells);
            proptest::prop_assert_eq!(width(&fit(&text, cells, "…")), cells);
        }
    }
}

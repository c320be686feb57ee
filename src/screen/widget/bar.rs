//! Bars of histograms and sparklines. A bar is one cell wide and at most one cell high, in steps of an
//! eighth.

/// Glyphs for bars of zero to eight eighths of a cell.
const UNICODE_BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// ASCII glyphs for bars of zero to eight eighths of a cell.
const ASCII_BARS: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];

/// Returns the bar for `count` in a histogram in which the count `most` fills the cell. Only a count of zero
/// gives an empty cell.
fn histogram_glyph(count: u64, most: u64, ascii: bool) -> char {
    glyph_for_eighths((u128::from(count) * 8).div_ceil(u128::from(most.max(1))), ascii)
}

/// Returns the bar for `value` in a sparkline in which the value `full` fills the cell. The value zero gives
/// the lowest bar, not an empty cell.
#[must_use]
pub fn sparkline_glyph(value: u64, full: u64, ascii: bool) -> char {
    let full = u128::from(full.max(1));
    glyph_for_eighths(1 + (u128::from(value) * 7 * 2 + full) / (full * 2), ascii)
}

/// Returns one bar per count. The highest count fills its cell.
#[must_use]
pub fn histogram(counts: &[usize], ascii: bool) -> String {
    let most = counts.iter().copied().max().unwrap_or(0) as u64;
    counts.iter().map(|count| histogram_glyph(*count as u64, most, ascii)).collect()
}

fn glyph_for_eighths(eighths: u128, ascii: bool) -> char {
    let steps = if ascii { ASCII_BARS } else { UNICODE_BARS };
    steps[usize::try_from(eighths).unwrap_or(8).min(8)]
}

#[cfg(test)]
mod tests {
    use super::{histogram, sparkline_glyph};

    #[test]
    fn nonzero_counts_are_visible_and_the_maximum_is_full() {
        assert_eq!(histogram(&[0, 1, 50, 100], false), " ▁▄█");
        assert_eq!(histogram(&[0, 1, 50, 100], true), " .=@");
        assert_eq!(histogram(&[0, 0], false), "  ", "nothing is nothing");
    }

    #[test]
    fn sparklines_have_a_ground_line() {
        let curve = |ascii| {
            [0, 1, 250, 500, 900].map(|value| sparkline_glyph(value, 500, ascii)).iter().collect::<String>()
        };
        assert_eq!(curve(false), "▁▁▅██", "what is over the limit is full");
        assert_eq!(curve(true), "..+@@");
        assert_eq!(sparkline_glyph(u64::MAX, 0, false), '█');
    }
}

//! Bars of one cell each: how much of the most there is, in eighths.

/// The heights of a bar, the lowest of which is nothing.
const UNICODE: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];

/// The bar of a number of things where the most there is of them fills one; what is there at all is seen.
fn bar(count: u64, most: u64, ascii: bool) -> char {
    step((u128::from(count) * 8).div_ceil(u128::from(most.max(1))), ascii)
}

/// The bar of a level on a curve, which has a ground line where there is nothing.
#[must_use]
pub fn level(value: u64, full: u64, ascii: bool) -> char {
    let full = u128::from(full.max(1));
    step(1 + (u128::from(value) * 7 * 2 + full) / (full * 2), ascii)
}

/// Bars of numbers of things side by side, the highest full.
#[must_use]
pub fn bars(counts: &[usize], ascii: bool) -> String {
    let most = counts.iter().copied().max().unwrap_or(0) as u64;
    counts.iter().map(|count| bar(*count as u64, most, ascii)).collect()
}

fn step(eighths: u128, ascii: bool) -> char {
    let steps = if ascii { ASCII } else { UNICODE };
    steps[usize::try_from(eighths).unwrap_or(8).min(8)]
}

#[cfg(test)]
mod tests {
    use super::{bars, level};

    #[test]
    fn what_is_there_at_all_is_seen_and_the_most_is_full() {
        assert_eq!(bars(&[0, 1, 50, 100], false), " ▁▄█");
        assert_eq!(bars(&[0, 1, 50, 100], true), " .=@");
        assert_eq!(bars(&[0, 0], false), "  ", "nothing is nothing");
    }

    #[test]
    fn a_curve_has_a_ground_line() {
        let curve =
            |ascii| [0, 1, 250, 500, 900].map(|value| level(value, 500, ascii)).iter().collect::<String>();
        assert_eq!(curve(false), "▁▁▅██", "what is over the limit is full");
        assert_eq!(curve(true), "..+@@");
        assert_eq!(level(u64::MAX, 0, false), '█');
    }
}

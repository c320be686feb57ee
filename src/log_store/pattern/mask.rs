//! Masks for the variable values in log messages: `<n>` for numbers and times, `<id>` for ids, `<ip>` for IP
//! addresses.

/// The maximum length of a value with dots, dashes or colons, in bytes. UUIDs, IP addresses and times are
/// shorter.
const MAX_VALUE_BYTES: usize = 64;

/// Returns the word with each value replaced by a mask: `took=12ms` becomes `took=<n>`, `10.0.0.1:80` becomes
/// `<ip>`, and `/orders/17` becomes `/orders/<n>`.
pub(super) fn mask_values(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let length = if c.is_ascii_alphanumeric() {
            let wide = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
            let wide = rest.bytes().take(MAX_VALUE_BYTES + 1).take_while(|c| wide(char::from(*c))).count();
            let whole = rest[..wide].trim_end_matches(['-', '.', ':']);
            if let Some(mask) = compound_value_mask(whole).filter(|_| wide <= MAX_VALUE_BYTES) {
                out.push_str(mask);
                whole.len()
            } else {
                let piece = run(|c| c.is_ascii_alphanumeric());
                match value_mask(&rest[..piece]) {
                    Some(mask) => out.push_str(mask),
                    None => push_without_number(&rest[..piece], &mut out),
                }
                piece
            }
        } else {
            out.push(c);
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    out
}

/// Returns the mask for a value with dots, dashes or colons: a UUID, an IP address, a fraction, a date or a
/// time. Returns `None` if `text` is not such a value.
fn compound_value_mask(text: &str) -> Option<&'static str> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = text.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    if hex && lengths == [8, 4, 4, 4, 12] {
        return Some("<id>");
    }
    let host = text.split_once(':').map_or(text, |(host, _)| host);
    let numbers =
        |text: &str, sign: char| text.split(sign).all(|part| !part.is_empty() && is_all_digits(part));
    if host.split('.').count() == 4 && numbers(host, '.') {
        return Some("<ip>");
    }
    let fraction = text.split('.').count() == 2
        && numbers(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()), '.');
    let clock = text.contains(':') && numbers(&text.replace('.', ":"), ':');
    let date = lengths.len() == 3 && numbers(text.split('T').next().unwrap_or_default(), '-');
    (fraction || clock || date).then_some("<n>")
}

/// Returns the mask for a run of letters and digits: a number, a number with a unit, or an id. Returns `None`
/// if it is a plain word.
fn value_mask(piece: &str) -> Option<&'static str> {
    let number = piece.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = piece.len() - number.len();
    if !number.is_empty() && is_all_digits(number) && unit <= 3 {
        return Some("<n>");
    }
    let hex = piece.bytes().all(|c| c.is_ascii_hexdigit()) && piece.bytes().any(|c| c.is_ascii_digit());
    let mixed = piece.bytes().filter(u8::is_ascii_digit).count() >= 3 && piece.len() >= 10;
    let hex_number = piece.len() > 2 && piece.starts_with("0x");
    ((hex && piece.len() >= 6) || mixed || hex_number).then_some("<id>")
}

/// Appends a word to `out`. A mask replaces a number of several digits at the end of the word: `worker12`
/// becomes `worker<n>`, but `http2` stays.
fn push_without_number(piece: &str, out: &mut String) {
    let word = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    if piece.len() - word.len() > 1 {
        out.push_str(word);
        out.push_str("<n>");
    } else {
        out.push_str(piece);
    }
}

/// Returns true if a masked word contains letters outside its masks.
pub(super) fn has_words(masked: &str) -> bool {
    let mut masks = 0;
    masked.chars().any(|c| {
        match c {
            '<' => masks += 1,
            '>' => masks -= 1,
            _ => {}
        }
        masks <= 0 && c.is_alphabetic()
    })
}

fn is_all_digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::mask_values;

    #[test]
    fn values_are_masked_and_words_are_not() {
        for (word, masked) in [
            ("took=12ms", "took=<n>"),
            ("10.0.0.1:5432,", "<ip>,"),
            ("/orders/17/items", "/orders/<n>/items"),
            ("f47ac10b-58cc-4372-a567-0e02b2c3d479", "<id>"),
            ("orders-7f9c4d", "orders-<id>"),
            ("0.25s", "<n>"),
            ("16:00:00.123", "<n>"),
            ("2026-11-25T16:00:00Z", "<n>"),
            ("0xdeadbeef", "<id>"),
            ("\"u-17\"", "\"u-<n>\""),
            ("http2", "http2"),
            ("utf8", "utf8"),
            ("worker12:", "worker<n>:"),
            ("s3", "s3"),
            ("postgres:5432", "postgres:<n>"),
            ("日本", "日本"),
        ] {
            assert_eq!(mask_values(word), masked, "{word}");
        }
    }
}

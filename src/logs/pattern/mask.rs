//! What is surely a value and not a word of the program: numbers, measures, ids, addresses.

/// How long a value can be that has dots, dashes and colons in it: longer than any UUID, address or time.
const LONGEST: usize = 64;

/// A word with its values masked: `took=12ms` is `took=<n>`, `10.0.0.1:80` is `<ip>`, `/orders/17` is `/orders/<n>`.
pub(super) fn mask(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let run = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
        let length = if c.is_ascii_alphanumeric() {
            let wide = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
            let wide = rest.bytes().take(LONGEST + 1).take_while(|c| wide(char::from(*c))).count();
            let whole = rest[..wide].trim_end_matches(['-', '.', ':']);
            if let Some(mask) = whole_value(whole).filter(|_| wide <= LONGEST) {
                out.push_str(mask);
                whole.len()
            } else {
                let piece = run(|c| c.is_ascii_alphanumeric());
                match value(&rest[..piece]) {
                    Some(mask) => out.push_str(mask),
                    None => numbered(&rest[..piece], &mut out),
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

/// The mask of what is one value as a whole, with dots, dashes and colons in it: a UUID, an address, a fraction, a time.
fn whole_value(text: &str) -> Option<&'static str> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = text.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    if hex && lengths == [8, 4, 4, 4, 12] {
        return Some("<id>");
    }
    let host = text.split_once(':').map_or(text, |(host, _)| host);
    let numbers = |text: &str, sign: char| text.split(sign).all(|part| !part.is_empty() && digits(part));
    if host.split('.').count() == 4 && numbers(host, '.') {
        return Some("<ip>");
    }
    let fraction = text.split('.').count() == 2
        && numbers(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()), '.');
    let clock = text.contains(':') && numbers(&text.replace('.', ":"), ':');
    let date = lengths.len() == 3 && numbers(text.split('T').next().unwrap_or_default(), '-');
    (fraction || clock || date).then_some("<n>")
}

/// The mask of a piece of letters and digits: a number, a measure, or an id.
fn value(piece: &str) -> Option<&'static str> {
    let number = piece.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = piece.len() - number.len();
    if !number.is_empty() && digits(number) && unit <= 3 {
        return Some("<n>");
    }
    let hex = piece.bytes().all(|c| c.is_ascii_hexdigit()) && piece.bytes().any(|c| c.is_ascii_digit());
    let mixed = piece.bytes().filter(u8::is_ascii_digit).count() >= 3 && piece.len() >= 10;
    let hex_number = piece.len() > 2 && piece.starts_with("0x");
    ((hex && piece.len() >= 6) || mixed || hex_number).then_some("<id>")
}

/// A word, without the number at its end where it has more than one digit: `worker12`, but `http2`.
fn numbered(piece: &str, out: &mut String) {
    let word = piece.trim_end_matches(|c: char| c.is_ascii_digit());
    if piece.len() - word.len() > 1 {
        out.push_str(word);
        out.push_str("<n>");
    } else {
        out.push_str(piece);
    }
}

/// Whether anything but masks and signs is left of a masked word.
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

fn digits(text: &str) -> bool {
    text.bytes().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::mask;

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
            assert_eq!(mask(word), masked, "{word}");
        }
    }
}

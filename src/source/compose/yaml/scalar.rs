//! Plain scalars as compose resolves them: YAML 1.2's core schema, and of YAML 1.1 the octal numbers and underscores
//! (YAML 1.2.2, section 10.3.2 "Tag Resolution"; YAML 1.1, "Integer Language-Independent Type").

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::compose) enum ScalarKind {
    /// A text.
    Text,
    /// A truth value.
    Bool,
    /// A number, with or without a fraction.
    Number,
}

/// A scalar. Numbers and truth values are written as a container would get them in a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::compose) struct Scalar {
    /// The value as text.
    pub(in crate::source::compose) text: String,
    /// Its type.
    pub(in crate::source::compose) kind: ScalarKind,
}

/// Resolves a plain scalar; `None` is null.
pub(super) fn resolve(text: &str) -> Option<Scalar> {
    let scalar = |text: String, kind| Some(Scalar { text, kind });
    match text {
        "" | "~" | "null" | "Null" | "NULL" => None,
        "true" | "True" | "TRUE" => scalar("true".to_owned(), ScalarKind::Bool),
        "false" | "False" | "FALSE" => scalar("false".to_owned(), ScalarKind::Bool),
        ".nan" | ".NaN" | ".NAN" => scalar("NaN".to_owned(), ScalarKind::Number),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            scalar("+Inf".to_owned(), ScalarKind::Number)
        }
        "-.inf" | "-.Inf" | "-.INF" => scalar("-Inf".to_owned(), ScalarKind::Number),
        _ => match number(text) {
            Some(number) => scalar(number, ScalarKind::Number),
            None => scalar(text.to_owned(), ScalarKind::Text),
        },
    }
}

/// The number that `text` spells, in decimal.
fn number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| fraction(&plain))
}

/// A whole number of up to 64 bits: decimal, or with `0x`, `0o`, `0b` or the `0` of YAML 1.1's octals before it.
fn integer(text: &str) -> Option<String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefixed = |lower: &str, upper: &str| digits.strip_prefix(lower).or(digits.strip_prefix(upper));
    let (radix, digits) = if let Some(digits) = prefixed("0x", "0X") {
        (16, digits)
    } else if let Some(digits) = prefixed("0o", "0O") {
        (8, digits)
    } else if let Some(digits) = prefixed("0b", "0B") {
        (2, digits)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, &digits[1..])
    } else {
        (10, digits)
    };
    // The parser of the standard library takes a sign of its own.
    let value = Some(digits).filter(|digits| !digits.starts_with(['+', '-']));
    let value = value.and_then(|digits| u64::from_str_radix(digits, radix).ok())?;
    match (negative, value) {
        (true, 0) => Some("0".to_owned()),
        (true, value) if value <= i64::MIN.unsigned_abs() => Some(format!("-{value}")),
        (true, _) => None,
        (false, value) => Some(value.to_string()),
    }
}

/// A number with a fraction or an exponent, written with an exponent below 1e-4 and from 1e6 on, as compose writes it.
fn fraction(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number =
        if whole.is_empty() { digits(part) } else { digits(whole) && (part.is_empty() || digits(part)) };
    let is_exponent = exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    let value = text.parse::<f64>().ok().filter(|value| is_number && is_exponent && value.is_finite())?;
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if value != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return Some(format!("{mantissa}e{sign}{:02}", exponent.abs()));
    }
    Some(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::{ScalarKind, resolve};

    #[test]
    fn scalars_have_the_type_and_text_that_compose_gives_them() {
        use ScalarKind::{Bool, Number, Text};
        for (written, text, kind) in [
            ("True", "true", Bool),
            ("yes", "yes", Text),
            ("on", "on", Text),
            ("8080", "8080", Number),
            ("+5", "5", Number),
            ("-0", "0", Number),
            ("1_000", "1000", Number),
            ("0x1F", "31", Number),
            ("-0x1F", "-31", Number),
            ("0o17", "15", Number),
            ("0644", "420", Number),
            ("0b11", "3", Number),
            ("08080", "8080", Number),
            ("1.10", "1.1", Number),
            (".5", "0.5", Number),
            ("1.", "1", Number),
            ("1e3", "1000", Number),
            ("1e30", "1e+30", Number),
            ("1e6", "1e+06", Number),
            ("123456.5", "123456.5", Number),
            ("1234567.5", "1.2345675e+06", Number),
            ("-99999999999999999999", "-1e+20", Number),
            ("0.00001", "1e-05", Number),
            ("123456789012345678901234567890", "1.2345678901234568e+29", Number),
            ("18446744073709551615", "18446744073709551615", Number),
            ("0xFFFFFFFFFFFFFFFFFF", "0xFFFFFFFFFFFFFFFFFF", Text),
            ("7e1000", "7e1000", Text),
            ("22:22", "22:22", Text),
            ("2001-12-14", "2001-12-14", Text),
            ("1.2.3", "1.2.3", Text),
            ("-", "-", Text),
            (".", ".", Text),
            ("+-5", "+-5", Text),
            ("0x+5", "0x+5", Text),
            ("-.INF", "-Inf", Number),
        ] {
            let scalar = resolve(written).unwrap();
            assert_eq!((scalar.text.as_str(), scalar.kind), (text, kind), "{written}");
        }
        for null in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(null), None, "{null}");
        }
    }
}

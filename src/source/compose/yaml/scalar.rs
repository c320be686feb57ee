//! Types of plain scalars as compose resolves them: YAML 1.2's core schema, with the octal numbers and
//! underscores of YAML 1.1 (YAML 1.2.2, section 10.3.2 "Tag Resolution"; YAML 1.1, "Integer
//! Language-Independent Type").

/// Type of a YAML scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::compose) enum ScalarKind {
    /// Text.
    Text,
    /// Boolean.
    Bool,
    /// Number, with or without a fraction.
    Number,
}

/// YAML scalar as text. Numbers and booleans have the form that compose would give them in a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::compose) struct Scalar {
    /// Value as text.
    pub(in crate::source::compose) text: String,
    /// Type of the value.
    pub(in crate::source::compose) kind: ScalarKind,
}

/// Resolves the type of a plain scalar. Returns `None` for null.
pub(super) fn resolve_scalar(text: &str) -> Option<Scalar> {
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
        _ => match parse_number(text) {
            Some(number) => scalar(number, ScalarKind::Number),
            None => scalar(text.to_owned(), ScalarKind::Text),
        },
    }
}

/// Parses a number and returns it in decimal. Returns `None` if the text is not a number.
fn parse_number(text: &str) -> Option<String> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let plain = text.replace('_', "");
    parse_integer(&plain).or_else(|| parse_float(&plain))
}

/// Parses an integer of up to 64 bits: decimal, or with the prefix `0x`, `0o`, `0b`, or `0` for the octals of
/// YAML 1.1. Returns `None` for any other text.
fn parse_integer(text: &str) -> Option<String> {
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
    // The standard library would accept another sign here.
    let value = Some(digits).filter(|digits| !digits.starts_with(['+', '-']));
    let value = value.and_then(|digits| u64::from_str_radix(digits, radix).ok())?;
    match (negative, value) {
        (true, 0) => Some("0".to_owned()),
        (true, value) if value <= i64::MIN.unsigned_abs() => Some(format!("-{value}")),
        (true, _) => None,
        (false, value) => Some(value.to_string()),
    }
}

/// Parses a number with a fraction or an exponent, or an integer of more than 64 bits. As in compose, the
/// result has an exponent if the absolute value is less than 1e-4 (but not 0) or at least 1e6. Returns `None`
/// for any other text.
fn parse_float(text: &str) -> Option<String> {
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
    use super::{ScalarKind, resolve_scalar};

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
            let scalar = resolve_scalar(written).unwrap();
            assert_eq!((scalar.text.as_str(), scalar.kind), (text, kind), "{written}");
        }
        for null in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve_scalar(null), None, "{null}");
        }
    }
}

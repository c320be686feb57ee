//! Reader of env files: a project's `.env`, and `env_file` and `label_file` of a service.
//!
//! The format is that of the Compose Specification, chapter "Services", section `env_file`. Where the
//! specification is silent, Portolan follows compose's own reader.

use super::interpolate::Interpolator;
use crate::source::compose::{
    limits::LimitCounters,
    variables::{FallbackLookup, VariableLookup},
    yaml::{ComposeError, FileLine},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// Characters that compose treats as blanks within a line.
const BLANK_CHARS: &[char] = &['\t', '\u{b}', '\u{c}', '\r', ' ', '\u{85}', '\u{a0}'];

/// Number of bytes that are counted against the limit for each variable, in addition to its name and value.
const VARIABLE_OVERHEAD_BYTES: usize = 64;

/// Reader of the variables in one env file, in the format of `.env` files or in the format `raw`.
pub(in crate::source::compose) struct DotenvReader<'a> {
    /// Path of the file, for error messages.
    pub(in crate::source::compose) file: &'a Arc<Path>,
    /// Variables from outside the file. Interpolation prefers their values to the variables of the file.
    pub(in crate::source::compose) outer: &'a dyn VariableLookup,
    pub(in crate::source::compose) limits: &'a mut LimitCounters,
    /// Required variables (`${NAME:?}`) that have no value.
    pub(in crate::source::compose) missing_required: BTreeSet<String>,
}

impl DotenvReader<'_> {
    /// Adds the variables that `text` sets to `known`. A line may use the variables of earlier lines.
    pub(in crate::source::compose) fn read(
        &mut self,
        text: &str,
        known: &mut BTreeMap<String, String>,
    ) -> Result<(), ComposeError> {
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut line = 1;
        loop {
            let begin = skip_blank_lines(rest);
            if begin.is_empty() {
                return Ok(());
            }
            line += count_line_breaks(rest, begin);
            let at = FileLine { file: Arc::clone(self.file), line };
            rest = begin;
            let (name, has_value, after) = parse_name(rest).map_err(|what| at.error(what))?;
            let left = if has_value {
                let (value, left) = self.parse_value(after, &at, known)?;
                // `parse_value` has already counted the bytes of the value.
                self.limits
                    .add_expanded_bytes(name.len() + VARIABLE_OVERHEAD_BYTES)
                    .map_err(|limit| at.limit_error(&limit))?;
                known.insert(name.to_owned(), value);
                left
            } else {
                if let Some(value) = self.outer.value(name) {
                    let cost = name.len() + value.len() + VARIABLE_OVERHEAD_BYTES;
                    self.limits.add_expanded_bytes(cost).map_err(|limit| at.limit_error(&limit))?;
                    known.insert(name.to_owned(), value.to_owned());
                }
                after
            };
            line += count_line_breaks(rest, left);
            rest = left;
        }
    }

    /// Adds the variables of a file in the format `raw`. In this format, quotes, `$` and comments after a
    /// value have no meaning.
    pub(in crate::source::compose) fn read_raw(
        &mut self,
        text: &str,
        known: &mut BTreeMap<String, String>,
    ) -> Result<(), ComposeError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = FileLine { file: Arc::clone(self.file), line: number as u64 + 1 };
            let (name, value) = match line.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (line, self.outer.value(line)),
            };
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(at.error("invalid variable: expected NAME=value, with no spaces in the name"));
            }
            if let Some(value) = value {
                let cost = name.len() + value.len() + VARIABLE_OVERHEAD_BYTES;
                self.limits.add_expanded_bytes(cost).map_err(|limit| at.limit_error(&limit))?;
                known.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }

    /// Parses the value at the start of `text`. Returns the value and the rest of the text.
    fn parse_value<'t>(
        &mut self,
        text: &'t str,
        at: &FileLine,
        known: &BTreeMap<String, String>,
    ) -> Result<(String, &'t str), ComposeError> {
        let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
            let value = line.split_once(" #").map_or(line, |(value, _)| value).trim_end();
            return Ok((self.interpolate(value, at, known)?, rest));
        };
        let (value, rest) =
            parse_quoted(&text[1..], quote).ok_or_else(|| at.error("unterminated quote in this value"))?;
        let value = if quote == '"' { self.interpolate(&unescape(&value), at, known)? } else { value };
        Ok((value, rest))
    }

    fn interpolate(
        &mut self,
        text: &str,
        at: &FileLine,
        known: &BTreeMap<String, String>,
    ) -> Result<String, ComposeError> {
        let layers = FallbackLookup(self.outer, known);
        let mut interpolator = Interpolator::new(&layers, self.limits);
        let value = interpolator.interpolate(text).map_err(|problem| at.error(problem.to_string()))?;
        self.missing_required.append(&mut interpolator.missing_required);
        Ok(value)
    }
}

/// Returns the number of line breaks in `text` before its suffix `rest`.
fn count_line_breaks(text: &str, rest: &str) -> u64 {
    text[..text.len() - rest.len()].matches('\n').count() as u64
}

/// Returns `text` without the blanks, empty lines and comments at its start.
fn skip_blank_lines(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest
}

/// Parses the name at the start of a statement. Returns the name, whether a value follows, and the rest of
/// the text.
fn parse_name(text: &str) -> Result<(&str, bool, &str), &'static str> {
    let exported = text.strip_prefix("export").map(|rest| (rest, rest.trim_start_matches(BLANK_CHARS)));
    let text = exported.filter(|(all, rest)| all.len() != rest.len()).map_or(text, |(_, rest)| rest);
    let end = text.find(['=', ':', '\n']).unwrap_or(text.len());
    let (name, rest) = (text[..end].trim_end(), &text[end..]);
    let is_part = |c: char| c.is_alphanumeric() || BLANK_CHARS.contains(&c) || "_.-[]".contains(c);
    if !name.chars().all(is_part) {
        return Err("invalid variable name: expected letters, digits, `_`, `.` or `-`, followed by `=`");
    }
    if name.contains(' ') {
        return Err("a variable name can't contain spaces");
    }
    let has_value = rest.starts_with(['=', ':']);
    let rest = rest.get(1..).unwrap_or_default();
    Ok((name, has_value, if has_value { rest.trim_start_matches(BLANK_CHARS) } else { rest }))
}

/// Returns the text before the closing quote, and the rest after the quote. A backslash before a quote makes
/// that quote a part of the text. Returns `None` if there is no closing quote.
fn parse_quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                next if next == quote => out.push(quote),
                next => out.extend(['\\', next]),
            },
            c if c == quote => return Some((out, &text[at + quote.len_utf8()..])),
            c => out.push(c),
        }
    }
    None
}

/// Replaces the escapes of a double-quoted text. `\$` becomes `$$`, which the interpolation turns into `$`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let is_octal = |digits: &&str| digits.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
        let octal = after.get(1..4).filter(|_| after.starts_with('0')).filter(is_octal);
        let octal = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        let known = after.chars().next().and_then(escaped_text);
        rest = match (octal, known) {
            (Some(code), _) => {
                out.push(char::from(code));
                &after[4..]
            }
            (None, Some(meaning)) => {
                out.push_str(meaning);
                &after[1..]
            }
            (None, None) => {
                out.push('\\');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

/// Returns the text that a backslash followed by `c` stands for, or `None` if that is no escape.
fn escaped_text(c: char) -> Option<&'static str> {
    Some(match c {
        'a' => "\u{7}",
        'b' => "\u{8}",
        'f' => "\u{c}",
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'v' => "\u{b}",
        '\\' => "\\",
        '"' => "\"",
        '$' => "$$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{ComposeError, DotenvReader, LimitCounters};
    use crate::source::compose::variables::LayeredVariables;
    use std::{
        collections::{BTreeMap, BTreeSet},
        path::Path,
        sync::Arc,
    };

    fn read_as(text: &str, raw: bool) -> Result<BTreeMap<String, String>, ComposeError> {
        let around = LayeredVariables::new(BTreeMap::from([("DB".to_owned(), "db".to_owned())]));
        let (file, mut limits) = (Arc::from(Path::new("x.env")), LimitCounters::default());
        let mut known = BTreeMap::new();
        let required = BTreeSet::new();
        let mut reader =
            DotenvReader { file: &file, outer: &around, limits: &mut limits, missing_required: required };
        if raw { reader.read_raw(text, &mut known) } else { reader.read(text, &mut known) }.map(|()| known)
    }

    fn assert_variables(text: &str, expected: &[(&str, &str)]) {
        let known = read_as(text, false).unwrap();
        let known: Vec<_> = known.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(known, expected, "{text:?}");
    }

    #[test]
    fn plain_values_end_with_their_line_or_a_comment() {
        assert_variables("# c\n\nA=1 # one\nE=a#b\nF=\n", &[("A", "1"), ("E", "a#b"), ("F", "")]);
        assert_variables(
            "  A = b  \n\tC: d\nurl:http://x:1\n",
            &[("A", "b"), ("C", "d"), ("url", "http://x:1")],
        );
        assert_variables("A==b\nB=a=b\nT=x\t# tab\n", &[("A", "=b"), ("B", "a=b"), ("T", "x\t# tab")]);
        assert_variables("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
        assert_variables("A-B.C[0]=1\n1A=x\nÉ=é", &[("1A", "x"), ("A-B.C[0]", "1"), ("É", "é")]);
        assert_variables("A=`x`\nB=x\"y\"z # c\nC=#c\n", &[("A", "`x`"), ("B", "x\"y\"z"), ("C", "#c")]);
    }

    #[test]
    fn names_without_a_value_take_the_outer_value() {
        assert_variables(
            "DB\nGONE\nexport A=1\nexport\tC=3\nexportD=4\nexport DB",
            &[("A", "1"), ("C", "3"), ("DB", "db"), ("exportD", "4")],
        );
    }

    #[test]
    fn quoted_values_may_have_lines_escapes_and_quotes() {
        assert_variables("A='$DB x' # c\nB=\"$DB\"\n", &[("A", "$DB x"), ("B", "db")]);
        assert_variables("A=\"one\ntwo # x\nthree\"\nB=2\n", &[("A", "one\ntwo # x\nthree"), ("B", "2")]);
        assert_variables("A=\"a\\nb\\tc\\$d\\\"e\\\\f\\x\\0123\\07\"\n", &[("A", "a\nb\tc$d\"e\\f\\xS\\07")]);
        assert_variables("A='a\\nb\\'c'\nB=a\\nb\n", &[("A", "a\\nb'c"), ("B", "a\\nb")]);
    }

    #[test]
    fn outer_variables_win_over_variables_above() {
        assert_variables(
            "DB=own\nA=$DB-${X:-x}\nX=1\nB=$A$X$$A\n",
            &[("A", "db-x"), ("B", "db-x1$A"), ("DB", "own"), ("X", "1")],
        );
    }

    #[test]
    fn invalid_variables_are_refused_with_their_line() {
        for (text, line) in [
            ("A=1\nB!=2\n", 2),
            ("A B=1\n", 1),
            ("\n\nA='x\nB=1\n", 3),
            ("A=1\nG=${A\n", 2),
            ("A='a' 'b'\n", 1),
        ] {
            assert_eq!(read_as(text, false).unwrap_err().at.line, line, "{text:?}");
        }
        assert!(read_as("A B=1", true).is_err() && read_as("=1", true).is_err());
    }

    #[test]
    fn the_raw_format_takes_values_as_they_are() {
        let known = read_as("# c\n A='$DB' # x\nDB\nGONE\nE=\n", true).unwrap();
        let known: Vec<_> = known.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(known, [("A", "'$DB' # x"), ("DB", "db"), ("E", "")]);
    }

    #[test]
    fn a_file_that_doubles_itself_meets_a_limit() {
        let line = |n: usize| format!("A{}=$A{n}$A{n}\n", n + 1);
        let bomb = "A0=xxxxxxxxxxxxxxxx\n".to_owned() + &(0..40).map(line).collect::<String>();
        let wrong = read_as(&bomb, false).unwrap_err();
        assert!(wrong.message.contains("16 MiB"), "{wrong:?}");
    }

    #[test]
    fn a_long_file_takes_time_in_proportion() {
        let line = |n: u32| format!("VARIABLE_{n}=$DB\n");
        let text: String = (0..100_000).map(line).collect();
        assert_eq!(read_as(&text, false).unwrap().len(), 100_000);
    }
}

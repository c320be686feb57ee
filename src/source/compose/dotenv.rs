//! Files of variables: the `.env` of a project, `env_file` and `label_file`. The format is that of the Compose
//! Specification, chapter "Services", section `env_file`; where that is silent, compose's own reader is followed.

use super::{
    interpolate::Interpolator,
    limits::Limits,
    variables::{Layers, Lookup},
    yaml::{Location, Wrong},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

/// Characters that compose takes for a blank within a line.
const BLANKS: &[char] = &['\t', '\u{b}', '\u{c}', '\r', ' ', '\u{85}', '\u{a0}'];

/// The bytes that a variable takes beside its text.
const COST: usize = 64;

/// A file of variables that is being read.
pub(super) struct Reader<'a> {
    /// The file's path, for errors.
    pub(super) file: &'a Arc<Path>,
    /// The variables around it, which are asked first.
    pub(super) around: &'a dyn Lookup,
    pub(super) limits: &'a mut Limits,
    /// Variables that must have a value and have none.
    pub(super) required: BTreeSet<String>,
}

impl Reader<'_> {
    /// Adds the variables that `text` sets to `known`, in which later lines may use them.
    pub(super) fn read(&mut self, text: &str, known: &mut BTreeMap<String, String>) -> Result<(), Wrong> {
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut line = 1;
        loop {
            let begin = statement(rest);
            if begin.is_empty() {
                return Ok(());
            }
            line += line_breaks(rest, begin);
            let at = Location { file: Arc::clone(self.file), line };
            rest = begin;
            let (name, has_value, after) = name(rest).map_err(|what| at.wrong(what))?;
            let left = if has_value {
                let (value, left) = self.value(after, &at, known)?;
                // The value has been counted.
                self.limits.expand(name.len() + COST).map_err(|limit| at.exceeded(&limit))?;
                known.insert(name.to_owned(), value);
                left
            } else {
                if let Some(value) = self.around.value(name) {
                    let cost = name.len() + value.len() + COST;
                    self.limits.expand(cost).map_err(|limit| at.exceeded(&limit))?;
                    known.insert(name.to_owned(), value.to_owned());
                }
                after
            };
            line += line_breaks(rest, left);
            rest = left;
        }
    }

    /// Adds the variables of the format `raw`, in which quotes, comments behind a value and `$` mean nothing.
    pub(super) fn read_raw(&mut self, text: &str, known: &mut BTreeMap<String, String>) -> Result<(), Wrong> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = Location { file: Arc::clone(self.file), line: number as u64 + 1 };
            let (name, value) = match line.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (line, self.around.value(line)),
            };
            if name.is_empty() || name.contains(char::is_whitespace) {
                return Err(at.wrong("this is no variable: a name without blanks stands before the `=`"));
            }
            if let Some(value) = value {
                let cost = name.len() + value.len() + COST;
                self.limits.expand(cost).map_err(|limit| at.exceeded(&limit))?;
                known.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(())
    }

    /// The value that `text` begins with, and what stands behind it.
    fn value<'t>(
        &mut self,
        text: &'t str,
        at: &Location,
        known: &BTreeMap<String, String>,
    ) -> Result<(String, &'t str), Wrong> {
        let Some(quote) = text.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
            let value = line.split_once(" #").map_or(line, |(value, _)| value).trim_end();
            return Ok((self.expand(value, at, known)?, rest));
        };
        let (value, rest) =
            quoted(&text[1..], quote).ok_or_else(|| at.wrong("this value's quote never ends"))?;
        let value = if quote == '"' { self.expand(&unescaped(&value), at, known)? } else { value };
        Ok((value, rest))
    }

    fn expand(
        &mut self,
        text: &str,
        at: &Location,
        known: &BTreeMap<String, String>,
    ) -> Result<String, Wrong> {
        let layers = Layers(self.around, known);
        let mut interpolator = Interpolator::new(&layers, self.limits);
        let value = interpolator.text(text).map_err(|problem| at.wrong(problem.to_string()))?;
        self.required.append(&mut interpolator.required);
        Ok(value)
    }
}

/// Counts the line breaks between the begin of `text` and its end `rest`.
fn line_breaks(text: &str, rest: &str) -> u64 {
    text[..text.len() - rest.len()].matches('\n').count() as u64
}

/// Skips blanks, empty lines and comments.
fn statement(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    rest
}

/// The name that a statement begins with, whether a value follows, and what stands behind the name.
fn name(text: &str) -> Result<(&str, bool, &str), &'static str> {
    let exported = text.strip_prefix("export").map(|rest| (rest, rest.trim_start_matches(BLANKS)));
    let text = exported.filter(|(all, rest)| all.len() != rest.len()).map_or(text, |(_, rest)| rest);
    let end = text.find(['=', ':', '\n']).unwrap_or(text.len());
    let (name, rest) = (text[..end].trim_end(), &text[end..]);
    let is_part = |c: char| c.is_alphanumeric() || BLANKS.contains(&c) || "_.-[]".contains(c);
    if !name.chars().all(is_part) {
        return Err("a variable's name has letters, digits, `_`, `.` and `-`, and `=` follows it");
    }
    if name.contains(' ') {
        return Err("a variable's name holds no blank");
    }
    let has_value = rest.starts_with(['=', ':']);
    let rest = rest.get(1..).unwrap_or_default();
    Ok((name, has_value, if has_value { rest.trim_start_matches(BLANKS) } else { rest }))
}

/// The text before the quote that ends a value, and the text behind it. A backslash before the quote makes it a part of
/// the value.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
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

/// A text in double quotes with its escapes read. `\$` becomes `$$`, which the interpolation makes a `$`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let octal = after.get(1..4).filter(|_| after.starts_with('0'));
        let octal = octal.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        let known = after.chars().next().and_then(escape);
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

/// The text that a backslash and `c` stand for.
fn escape(c: char) -> Option<&'static str> {
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
    use super::{Limits, Reader, Wrong};
    use crate::source::compose::variables::Variables;
    use std::{
        collections::{BTreeMap, BTreeSet},
        path::Path,
        sync::Arc,
    };

    fn read_as(text: &str, raw: bool) -> Result<BTreeMap<String, String>, Wrong> {
        let around = Variables::new(BTreeMap::from([("DB".to_owned(), "db".to_owned())]));
        let (file, mut limits) = (Arc::from(Path::new("x.env")), Limits::default());
        let mut known = BTreeMap::new();
        let required = BTreeSet::new();
        let mut reader = Reader { file: &file, around: &around, limits: &mut limits, required };
        if raw { reader.read_raw(text, &mut known) } else { reader.read(text, &mut known) }.map(|()| known)
    }

    fn reads(text: &str, expected: &[(&str, &str)]) {
        let known = read_as(text, false).unwrap();
        let known: Vec<_> = known.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(known, expected, "{text:?}");
    }

    #[test]
    fn plain_values_end_with_their_line_or_a_comment() {
        reads("# c\n\nA=1 # one\nE=a#b\nF=\n", &[("A", "1"), ("E", "a#b"), ("F", "")]);
        reads("  A = b  \n\tC: d\nurl:http://x:1\n", &[("A", "b"), ("C", "d"), ("url", "http://x:1")]);
        reads("A==b\nB=a=b\nT=x\t# tab\n", &[("A", "=b"), ("B", "a=b"), ("T", "x\t# tab")]);
        reads("\u{feff}A=1\r\nB=2\r\n", &[("A", "1"), ("B", "2")]);
        reads("A-B.C[0]=1\n1A=x\nÉ=é", &[("1A", "x"), ("A-B.C[0]", "1"), ("É", "é")]);
        reads("A=`x`\nB=x\"y\"z # c\nC=#c\n", &[("A", "`x`"), ("B", "x\"y\"z"), ("C", "#c")]);
    }

    #[test]
    fn names_alone_have_the_value_around_them() {
        reads(
            "DB\nGONE\nexport A=1\nexport\tC=3\nexportD=4\nexport DB",
            &[("A", "1"), ("C", "3"), ("DB", "db"), ("exportD", "4")],
        );
    }

    #[test]
    fn quoted_values_may_have_lines_escapes_and_quotes() {
        reads("A='$DB x' # c\nB=\"$DB\"\n", &[("A", "$DB x"), ("B", "db")]);
        reads("A=\"one\ntwo # x\nthree\"\nB=2\n", &[("A", "one\ntwo # x\nthree"), ("B", "2")]);
        reads("A=\"a\\nb\\tc\\$d\\\"e\\\\f\\x\\0123\\07\"\n", &[("A", "a\nb\tc$d\"e\\f\\xS\\07")]);
        reads("A='a\\nb\\'c'\nB=a\\nb\n", &[("A", "a\\nb'c"), ("B", "a\\nb")]);
    }

    #[test]
    fn variables_are_those_around_first_and_then_those_above() {
        reads(
            "DB=own\nA=$DB-${X:-x}\nX=1\nB=$A$X$$A\n",
            &[("A", "db-x"), ("B", "db-x1$A"), ("DB", "own"), ("X", "1")],
        );
    }

    #[test]
    fn what_is_no_variable_is_refused_with_its_line() {
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
        assert!(wrong.what.contains("16 MiB"), "{wrong:?}");
    }

    #[test]
    fn a_long_file_takes_time_in_proportion() {
        let line = |n: u32| format!("VARIABLE_{n}=$DB\n");
        let text: String = (0..100_000).map(line).collect();
        assert_eq!(read_as(&text, false).unwrap().len(), 100_000);
    }
}

//! Files of variables: the `.env` beside a compose file, and what `env_file` names.

use super::fill::Variables;
use std::collections::BTreeMap;

/// The variables that a text sets; one without a value has the one around it, where there is one.
pub(super) fn read(text: &str, around: &Variables) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once(['=', ':']) else {
            if let Some(value) = around.get(line) {
                known.insert(line.to_owned(), value.to_owned());
            }
            continue;
        };
        let value = value.trim_start();
        let value = match value.chars().next() {
            Some(quote @ ('\'' | '"')) => {
                let whole = quoted(&value[1..], quote, &mut lines);
                if quote == '"' { around.over(known.clone()).filled(&whole) } else { whole }
            }
            _ => around.over(known.clone()).filled(without_comment(value)),
        };
        known.insert(name.trim().to_owned(), value);
    }
    known
}

/// A plain value, without the comment behind it.
fn without_comment(value: &str) -> &str {
    let end = value.find(" #").or_else(|| value.starts_with('#').then_some(0));
    value[..end.unwrap_or(value.len())].trim_end()
}

/// What stands before the quote that closes, which may be on a later line.
fn quoted<'a>(first: &'a str, quote: char, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    let mut line = Some(first);
    while let Some(text) = line {
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' if quote == '"' => out.extend(chars.next()),
                c if c == quote => return out,
                c => out.push(c),
            }
        }
        out.push('\n');
        line = lines.next();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Variables, read};
    use std::collections::BTreeMap;

    #[test]
    fn values_are_plain_quoted_or_taken_from_around() {
        let around = Variables::new(BTreeMap::from([("HOME_DB".to_owned(), "db".to_owned())]));
        let text = "# c\nexport A=1 # one\nB='$A x'\nC=\"$A\\\"y\nz\"\nHOME_DB\nGONE\nD=pg://$HOME_DB:${A}\n\nE=a#b\nF=\n";
        let known = read(text, &around);
        let expected = [
            ("A", "1"),
            ("B", "$A x"),
            ("C", "1\"y\nz"),
            ("D", "pg://db:1"),
            ("E", "a#b"),
            ("F", ""),
            ("HOME_DB", "db"),
        ];
        let known: Vec<_> = known.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(known, expected);
    }
}

//! Variables in values (Compose Specification, chapter "Interpolation"): `$A`, `${A}`, `${A:-default}`, `${A-default}`,
//! `${A:+other}`, `${A+other}`, `${A:?message}`, `${A?message}`, `$$`, and one in another.

use super::{
    limits::{Exceeded, Limits, MAX_DEPTH},
    variables::Lookup,
    yaml::{Edit, Location, Node, ScalarKind, Value, Wrong},
};
use std::collections::{BTreeMap, BTreeSet};

/// The reason why a text can't be interpolated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The text behind a `$` is none of the forms.
    Invalid,
    /// Defaults are nested too deep.
    TooDeep,
    /// The project is over a limit.
    Exceeded(Exceeded),
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid => f.write_str("`${…}` is not written as a variable: a `$` that is meant is `$$`"),
            Self::TooDeep => write!(f, "more than {MAX_DEPTH} defaults of variables stand in each other"),
            Self::Exceeded(limit) => limit.fmt(f),
        }
    }
}

/// Interpolates texts, and notes the variables that had no value.
pub(super) struct Interpolator<'a> {
    lookup: &'a dyn Lookup,
    limits: &'a mut Limits,
    /// Variables that must have a value and have none.
    pub(super) required: BTreeSet<String>,
    /// Variables without a value and a default.
    pub(super) unset: BTreeSet<String>,
}

impl<'a> Interpolator<'a> {
    /// An interpolator that takes values from `lookup`.
    pub(super) fn new(lookup: &'a dyn Lookup, limits: &'a mut Limits) -> Self {
        Self { lookup, limits, required: BTreeSet::new(), unset: BTreeSet::new() }
    }

    /// Interpolates a text.
    pub(super) fn text(&mut self, text: &str) -> Result<String, Problem> {
        self.expand(text, MAX_DEPTH)
    }

    fn expand(&mut self, text: &str, depth: usize) -> Result<String, Problem> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(inside) = after.strip_prefix('{') {
                let end = closing_brace(inside).ok_or(Problem::Invalid)?;
                let depth = depth.checked_sub(1).ok_or(Problem::TooDeep)?;
                self.braced(&inside[..end], depth, &mut out)?;
                rest = &inside[end + 1..];
            } else {
                let name = leading_name(after);
                match name {
                    "" => out.push('$'),
                    name => self.value(name, &mut out)?,
                }
                rest = &after[name.len()..];
            }
        }
        out.push_str(rest);
        self.limits.expand(out.len()).map_err(Problem::Exceeded)?;
        Ok(out)
    }

    /// Appends what `${inside}` stands for.
    fn braced(&mut self, inside: &str, depth: usize, out: &mut String) -> Result<(), Problem> {
        let name = leading_name(inside);
        let rule = &inside[name.len()..];
        let (empty_is_unset, rule) = match rule.strip_prefix(':') {
            Some(rule) => (true, rule),
            None => (false, rule),
        };
        let lookup = self.lookup;
        let value = lookup.value(name).filter(|value| !(empty_is_unset && value.is_empty()));
        let mut chars = rule.chars();
        let (operator, word) = (chars.next(), chars.as_str());
        if name.is_empty() || word.contains('\n') {
            return Err(Problem::Invalid);
        }
        match (operator, value) {
            (None, _) if empty_is_unset => return Err(Problem::Invalid),
            (None, _) => self.value(name, out)?,
            (Some('-'), None) | (Some('+'), Some(_)) => {
                let word = self.expand(word, depth)?;
                out.push_str(&word);
            }
            (Some('-' | '?'), Some(value)) => self.append(value, out)?,
            (Some('+'), None) => {}
            (Some('?'), None) => {
                self.required.insert(name.to_owned());
            }
            (Some(_), _) => return Err(Problem::Invalid),
        }
        Ok(())
    }

    /// Appends the value of a variable.
    fn value(&mut self, name: &str, out: &mut String) -> Result<(), Problem> {
        let lookup = self.lookup;
        match lookup.value(name) {
            Some(value) => self.append(value, out)?,
            None => {
                self.unset.insert(name.to_owned());
            }
        }
        Ok(())
    }

    fn append(&mut self, value: &str, out: &mut String) -> Result<(), Problem> {
        self.limits.expand(value.len()).map_err(Problem::Exceeded)?;
        out.push_str(value);
        Ok(())
    }
}

/// The variables of a tree that had no value, each with the first line that names it.
#[derive(Default)]
pub(super) struct WithoutValue {
    /// Variables that must have one.
    pub(super) required: BTreeMap<String, Location>,
    /// Variables that became nothing.
    pub(super) unset: BTreeMap<String, Location>,
}

/// Interpolates every text below `node`.
pub(super) fn tree(
    node: &mut Node,
    lookup: &dyn Lookup,
    limits: &mut Limits,
    without: &mut WithoutValue,
) -> Result<(), Wrong> {
    if node.edit == Some(Edit::Reset) {
        return Ok(());
    }
    match &mut node.value {
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Text && scalar.text.contains('$') => {
            let mut interpolator = Interpolator::new(lookup, limits);
            scalar.text =
                interpolator.text(&scalar.text).map_err(|problem| node.at.wrong(problem.to_string()))?;
            let at = |name: String| (name, node.at.clone());
            let (required, unset) = (interpolator.required, interpolator.unset);
            required.into_iter().map(at).for_each(|(name, at)| {
                without.required.entry(name).or_insert(at);
            });
            unset.into_iter().map(at).for_each(|(name, at)| {
                without.unset.entry(name).or_insert(at);
            });
        }
        Value::List(list) => {
            list.iter_mut().try_for_each(|item| tree(item, lookup, limits, without))?;
        }
        Value::Map(map) => {
            map.values_mut().try_for_each(|item| tree(item, lookup, limits, without))?;
        }
        _ => {}
    }
    Ok(())
}

/// The name of a variable that `text` begins with.
fn leading_name(text: &str) -> &str {
    let digit = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    if digit { "" } else { &text[..end] }
}

/// The place of the brace that closes the one before `text`: the last one, where they don't pair.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return Some(at),
            b'}' => open -= 1,
            _ => {}
        }
    }
    text.rfind('}')
}

#[cfg(test)]
mod tests {
    use super::{Interpolator, Limits, Problem};
    use crate::source::compose::variables::Variables;
    use std::collections::BTreeMap;

    fn variables() -> Variables {
        let pairs = [("HOST", "db"), ("EMPTY", ""), ("PORT", "5432"), ("a", "small"), ("_X1", "x")];
        Variables::new(
            pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect::<BTreeMap<_, _>>(),
        )
    }

    fn expanded(text: &str) -> Result<String, Problem> {
        Interpolator::new(&variables(), &mut Limits::default()).text(text)
    }

    #[test]
    fn every_form_is_interpolated() {
        for (text, expected) in [
            ("$HOST:$PORT", "db:5432"),
            ("tcp://${HOST}:${PORT}/x", "tcp://db:5432/x"),
            ("$a$_X1${_X1}", "smallxx"),
            ("${NONE:-a}${EMPTY:-b}${EMPTY-c}${NONE-d}", "abd"),
            ("${HOST:+yes}${EMPTY:+no}${EMPTY+set}${NONE+no}", "yesset"),
            ("${NONE:-${ALSO:-http://$HOST}}", "http://db"),
            ("${NONE:-${A:-${B:-c}}}x${NONE:-b}y}", "cxby}"),
            ("$$HOST $${HOST} 5$ $1 $- $", "$HOST ${HOST} 5$ $1 $- $"),
            ("$$$HOST", "$db"),
            ("${NONE}$NONE", ""),
            ("${HOST:?must be}${EMPTY?}", "db"),
            ("${NONE:-é}${NONE:-a b}${NONE-}", "éa b"),
            ("${NONE:-{\"x\":1}}", "{\"x\":1}"),
            ("${NONE:-{x}", "{x"),
            ("${NONE:-}}", "}"),
            ("${NONE:-$$x}", "$x"),
            ("${NONE:-a:-b}${NONE-b-c}${NONE:--}", "a:-bb-c-"),
            ("{$HOST}", "{db}"),
        ] {
            assert_eq!(expanded(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in
            ["${HOST", "${}", "${1A}", "${HOST/x/y}", "${HOST:x}", "${a.b}", "${ HOST}", "${HOST:}", "x${"]
        {
            assert_eq!(expanded(text), Err(Problem::Invalid), "{text}");
        }
        let deep = |levels: usize| "${A:-".repeat(levels) + &"}".repeat(levels);
        assert_eq!(expanded(&deep(64)), Ok(String::new()));
        assert_eq!(expanded(&deep(65)), Err(Problem::TooDeep));
    }

    #[test]
    fn variables_without_a_value_are_noted() {
        let (variables, mut limits) = (variables(), Limits::default());
        let mut interpolator = Interpolator::new(&variables, &mut limits);
        assert_eq!(interpolator.text("${EMPTY:?why}${NONE?}${EMPTY?}$GONE${LOST}${X:-}").as_deref(), Ok(""));
        assert_eq!(interpolator.required.into_iter().collect::<Vec<_>>(), ["EMPTY", "NONE"]);
        assert_eq!(interpolator.unset.into_iter().collect::<Vec<_>>(), ["GONE", "LOST"]);
    }

    #[test]
    fn text_that_variables_multiply_is_bounded() {
        let big = Variables::new(BTreeMap::from([("BIG".to_owned(), "x".repeat(1024 * 1024))]));
        let mut limits = Limits::default();
        let text = "${BIG}".repeat(100);
        let outcome = Interpolator::new(&big, &mut limits).text(&text);
        assert!(matches!(outcome, Err(Problem::Exceeded(_))));
    }
}

//! Interpolation of variables in values (Compose Specification, chapter "Interpolation"): `$A`, `${A}`,
//! `${A:-default}`, `${A-default}`, `${A:+other}`, `${A+other}`, `${A:?message}`, `${A?message}`, `$$`, and
//! nested forms.

use crate::source::compose::{
    limits::{LimitCounters, LimitExceeded, MAX_NESTING_DEPTH},
    variables::VariableLookup,
    yaml::{ComposeError, FileLine, MergeTag, Node, ScalarKind, Value},
};
use std::collections::{BTreeMap, BTreeSet};

/// Reason for a failed interpolation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::compose) enum InterpolationError {
    /// The text after a `$` has none of the valid forms.
    Invalid,
    /// Defaults are nested deeper than the limit.
    TooDeep,
    /// The project exceeds a limit.
    Exceeded(LimitExceeded),
}

impl std::fmt::Display for InterpolationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid => f.write_str("invalid variable `${…}`: write `$$` for a literal `$`"),
            Self::TooDeep => {
                write!(f, "variable defaults are nested more than {MAX_NESTING_DEPTH} levels deep")
            }
            Self::Exceeded(limit) => limit.fmt(f),
        }
    }
}

/// Interpolator of variables in texts. It also records the variables without a value.
pub(in crate::source::compose) struct Interpolator<'a> {
    lookup: &'a dyn VariableLookup,
    limits: &'a mut LimitCounters,
    /// Required variables (`${NAME:?}`) without a value.
    pub(in crate::source::compose) missing_required: BTreeSet<String>,
    /// Variables with neither a value nor a default.
    pub(in crate::source::compose) unset: BTreeSet<String>,
}

impl<'a> Interpolator<'a> {
    /// Creates an interpolator with the values of `lookup`. Its results count against `limits`.
    pub(in crate::source::compose) fn new(
        lookup: &'a dyn VariableLookup,
        limits: &'a mut LimitCounters,
    ) -> Self {
        Self { lookup, limits, missing_required: BTreeSet::new(), unset: BTreeSet::new() }
    }

    /// Returns `text` with its variables replaced.
    pub(in crate::source::compose) fn interpolate(
        &mut self,
        text: &str,
    ) -> Result<String, InterpolationError> {
        self.expand(text, MAX_NESTING_DEPTH)
    }

    fn expand(&mut self, text: &str, depth: usize) -> Result<String, InterpolationError> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(inside) = after.strip_prefix('{') {
                let end = closing_brace(inside).ok_or(InterpolationError::Invalid)?;
                let depth = depth.checked_sub(1).ok_or(InterpolationError::TooDeep)?;
                self.append_braced(&inside[..end], depth, &mut out)?;
                rest = &inside[end + 1..];
            } else {
                let name = leading_name(after);
                match name {
                    "" => out.push('$'),
                    name => self.append_variable(name, &mut out)?,
                }
                rest = &after[name.len()..];
            }
        }
        out.push_str(rest);
        self.limits.add_expanded_bytes(out.len()).map_err(InterpolationError::Exceeded)?;
        Ok(out)
    }

    /// Appends the value of `${inside}` to `out`.
    fn append_braced(
        &mut self,
        inside: &str,
        depth: usize,
        out: &mut String,
    ) -> Result<(), InterpolationError> {
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
            return Err(InterpolationError::Invalid);
        }
        match (operator, value) {
            (None, _) if empty_is_unset => return Err(InterpolationError::Invalid),
            (None, _) => self.append_variable(name, out)?,
            (Some('-'), None) | (Some('+'), Some(_)) => {
                let word = self.expand(word, depth)?;
                out.push_str(&word);
            }
            (Some('-' | '?'), Some(value)) => self.append_value(value, out)?,
            (Some('+'), None) => {}
            (Some('?'), None) => {
                self.missing_required.insert(name.to_owned());
            }
            (Some(_), _) => return Err(InterpolationError::Invalid),
        }
        Ok(())
    }

    /// Appends the value of a variable to `out`, or records that the variable is unset.
    fn append_variable(&mut self, name: &str, out: &mut String) -> Result<(), InterpolationError> {
        let lookup = self.lookup;
        match lookup.value(name) {
            Some(value) => self.append_value(value, out)?,
            None => {
                self.unset.insert(name.to_owned());
            }
        }
        Ok(())
    }

    fn append_value(&mut self, value: &str, out: &mut String) -> Result<(), InterpolationError> {
        self.limits.add_expanded_bytes(value.len()).map_err(InterpolationError::Exceeded)?;
        out.push_str(value);
        Ok(())
    }
}

/// Variables without a value that the files of a project use, each with the first line that uses it.
#[derive(Default)]
pub(in crate::source::compose) struct MissingVariables {
    /// Required variables (`${NAME:?}`) without a value, each with the first line that uses it.
    pub(in crate::source::compose) required: BTreeMap<String, FileLine>,
    /// Optional variables without a value, which become empty.
    pub(in crate::source::compose) unset: BTreeMap<String, FileLine>,
}

/// Interpolates every text below `node`, and adds the variables without a value to `without`.
pub(in crate::source::compose) fn interpolate_tree(
    node: &mut Node,
    lookup: &dyn VariableLookup,
    limits: &mut LimitCounters,
    without: &mut MissingVariables,
) -> Result<(), ComposeError> {
    if node.merge_tag == Some(MergeTag::Reset) {
        return Ok(());
    }
    match &mut node.value {
        Value::Scalar(scalar) if scalar.kind == ScalarKind::Text && scalar.text.contains('$') => {
            let mut interpolator = Interpolator::new(lookup, limits);
            scalar.text = interpolator
                .interpolate(&scalar.text)
                .map_err(|problem| node.at.error(problem.to_string()))?;
            let at = |name: String| (name, node.at.clone());
            let (required, unset) = (interpolator.missing_required, interpolator.unset);
            required.into_iter().map(at).for_each(|(name, at)| {
                without.required.entry(name).or_insert(at);
            });
            unset.into_iter().map(at).for_each(|(name, at)| {
                without.unset.entry(name).or_insert(at);
            });
        }
        Value::List(list) => {
            list.iter_mut().try_for_each(|item| interpolate_tree(item, lookup, limits, without))?;
        }
        Value::Map(map) => {
            map.values_mut().try_for_each(|item| interpolate_tree(item, lookup, limits, without))?;
        }
        _ => {}
    }
    Ok(())
}

/// Returns the variable name at the start of `text`; empty if there is none.
fn leading_name(text: &str) -> &str {
    let digit = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    if digit { "" } else { &text[..end] }
}

/// Returns the byte index of the closing brace for the opening brace before `text`. If the braces don't pair,
/// returns the index of the last closing brace. Returns `None` if there is no closing brace.
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
    use super::{InterpolationError, Interpolator, LimitCounters};
    use crate::source::compose::variables::LayeredVariables;
    use std::collections::BTreeMap;

    fn variables() -> LayeredVariables {
        let pairs = [("HOST", "db"), ("EMPTY", ""), ("PORT", "5432"), ("a", "small"), ("_X1", "x")];
        LayeredVariables::new(
            pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().collect::<BTreeMap<_, _>>(),
        )
    }

    fn interpolate_text(text: &str) -> Result<String, InterpolationError> {
        Interpolator::new(&variables(), &mut LimitCounters::default()).interpolate(text)
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
            assert_eq!(interpolate_text(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in
            ["${HOST", "${}", "${1A}", "${HOST/x/y}", "${HOST:x}", "${a.b}", "${ HOST}", "${HOST:}", "x${"]
        {
            assert_eq!(interpolate_text(text), Err(InterpolationError::Invalid), "{text}");
        }
        let deep = |levels: usize| "${A:-".repeat(levels) + &"}".repeat(levels);
        assert_eq!(interpolate_text(&deep(64)), Ok(String::new()));
        assert_eq!(interpolate_text(&deep(65)), Err(InterpolationError::TooDeep));
    }

    #[test]
    fn variables_without_a_value_are_noted() {
        let (variables, mut limits) = (variables(), LimitCounters::default());
        let mut interpolator = Interpolator::new(&variables, &mut limits);
        assert_eq!(
            interpolator.interpolate("${EMPTY:?why}${NONE?}${EMPTY?}$GONE${LOST}${X:-}").as_deref(),
            Ok("")
        );
        assert_eq!(interpolator.missing_required.into_iter().collect::<Vec<_>>(), ["EMPTY", "NONE"]);
        assert_eq!(interpolator.unset.into_iter().collect::<Vec<_>>(), ["GONE", "LOST"]);
    }

    #[test]
    fn text_that_variables_multiply_is_bounded() {
        let big = LayeredVariables::new(BTreeMap::from([("BIG".to_owned(), "x".repeat(1024 * 1024))]));
        let mut limits = LimitCounters::default();
        let text = "${BIG}".repeat(100);
        let outcome = Interpolator::new(&big, &mut limits).interpolate(&text);
        assert!(matches!(outcome, Err(InterpolationError::Exceeded(_))));
    }
}

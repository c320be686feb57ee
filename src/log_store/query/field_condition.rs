//! Conditions on the fields of JSON and logfmt lines, such as `status>=500`.

use crate::extract::log_line::{self, LineFormat};

/// A condition on one field of a log line, such as `status>=500`. A line without the field never matches.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldCondition {
    /// The field's name. Dots separate the levels of nested objects.
    name: String,
    comparison: FieldComparison,
    /// The value to compare with, as typed.
    value: String,
    /// The value as a number, for comparisons by size; `None` if it is not a number, or not needed.
    number: Option<f64>,
}

/// The comparison operator of a [`FieldCondition`]. The value of the line's field is on the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldComparison {
    /// `=`: the texts are equal.
    Equal,
    /// `!=`: the texts differ.
    NotEqual,
    /// `<`: the field's number is smaller.
    Less,
    /// `<=`: the field's number is smaller or equal.
    LessOrEqual,
    /// `>`: the field's number is larger.
    Greater,
    /// `>=`: the field's number is larger or equal.
    GreaterOrEqual,
}

impl FieldComparison {
    /// The operators as typed, the two-character ones first.
    pub(super) const COMPARISON_SIGNS: [(&str, Self); 6] = [
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
    ];
}

impl FieldCondition {
    /// Creates a condition. Returns `None` if the comparison needs a number and `value` is not one.
    #[must_use]
    pub fn new(name: &str, comparison: FieldComparison, value: &str) -> Option<Self> {
        let number = value.parse().ok();
        let compares_text = matches!(comparison, FieldComparison::Equal | FieldComparison::NotEqual);
        (compares_text || number.is_some()).then(|| Self {
            name: name.to_owned(),
            comparison,
            value: value.to_owned(),
            number,
        })
    }

    /// Creates the condition that the field's text equals `value`.
    #[must_use]
    pub fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            comparison: FieldComparison::Equal,
            value: value.to_owned(),
            number: None,
        }
    }

    /// Returns true if a line of this format has the field, and the field's value fulfils the condition.
    pub(super) fn matches(&self, text: &str, format: LineFormat) -> bool {
        let fields = log_line::fields(text, format);
        fields.iter().any(|field| field.name == self.name.as_str() && self.accepts(&field.value))
    }

    fn accepts(&self, value: &str) -> bool {
        let numbers = || Some((value.parse::<f64>().ok()?, self.number?));
        match self.comparison {
            FieldComparison::Equal => value == self.value,
            FieldComparison::NotEqual => value != self.value,
            FieldComparison::Less => numbers().is_some_and(|(a, b)| a < b),
            FieldComparison::LessOrEqual => numbers().is_some_and(|(a, b)| a <= b),
            FieldComparison::Greater => numbers().is_some_and(|(a, b)| a > b),
            FieldComparison::GreaterOrEqual => numbers().is_some_and(|(a, b)| a >= b),
        }
    }
}

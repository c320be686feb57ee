//! Conditions on the fields of JSON and logfmt lines.

use crate::extract::log_line::{self, LineFormat};

/// A condition on one field. A line without the field does not match.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldCondition {
    /// The field's name, with dots between the levels of nested objects.
    name: String,
    comparison: FieldComparison,
    /// The value to compare with, as typed.
    value: String,
    /// The value as a number, for comparisons by size; `None` if it is none.
    number: Option<f64>,
}

/// The comparison of a field's value with the value of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldComparison {
    /// The same text.
    Equal,
    /// Another text.
    NotEqual,
    /// A smaller number.
    Less,
    /// A smaller or equal number.
    LessOrEqual,
    /// A larger number.
    Greater,
    /// A larger or equal number.
    GreaterOrEqual,
}

impl FieldComparison {
    /// The signs of all comparisons, longer ones first.
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
    /// Creates a condition. Returns `None` if the comparison needs a number and `value` is none.
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

    /// Creates the condition that the field has this value.
    #[must_use]
    pub fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            comparison: FieldComparison::Equal,
            value: value.to_owned(),
            number: None,
        }
    }

    /// Returns true if a line has the field, and its value fulfils the condition.
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

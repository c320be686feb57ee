//! What ties the lines of several services together: the ids of requests and traces.

use super::{Field, Shape, fields};
use std::borrow::Cow;

/// An id in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id<'a> {
    /// The name it stands under; none where its form alone tells.
    pub name: Option<Cow<'a, str>>,
    /// The id itself.
    pub value: Cow<'a, str>,
}

/// The ends of names that libraries use for ids, without case, dots, dashes and underscores.
const NAMES: &[&str] = &[
    "requestid",
    "reqid",
    "traceid",
    "spanid",
    "correlationid",
    "transactionid",
    "txid",
    "txnid",
    "sessionid",
    "jobid",
    "messageid",
    "eventid",
    "orderid",
    "amzntraceid",
    "traceparent",
    "ddtraceid",
    "xrayid",
];

/// The ids in a line: those under a name that says so first, then words with the form of one.
#[must_use]
pub fn ids(text: &str, shape: Shape) -> Vec<Id<'_>> {
    let named = |field: Field<'_>| is_name(&field.name) && !field.value.is_empty();
    let all = fields(text, shape);
    let mut found: Vec<Id<'_>> = all
        .into_iter()
        .filter(|field| named(field.clone()))
        .map(|field| Id { name: Some(field.name), value: field.value })
        .collect();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    for word in words.filter(|word| has_form(word)) {
        if !found.iter().any(|id| id.value.contains(word)) {
            found.push(Id { name: None, value: Cow::Borrowed(word) });
        }
    }
    found
}

/// Whether a name says that an id stands under it.
fn is_name(name: &str) -> bool {
    let letters = |c: &char| c.is_ascii_alphanumeric();
    let flat: String = name.chars().filter(letters).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.iter().any(|end| flat.ends_with(end))
}

/// The lengths of the parts between dashes: a UUID (RFC 9562), a trace and a span of OpenTelemetry, an id of AWS X-Ray,
/// a `traceparent` (W3C Trace Context).
const FORMS: &[&[usize]] = &[&[8, 4, 4, 4, 12], &[32], &[16], &[1, 8, 24], &[2, 32, 16, 2]];

/// Whether a word has the form of an id: hex digits, in parts of known lengths.
fn has_form(word: &str) -> bool {
    let parts: Vec<usize> = word.split('-').map(str::len).collect();
    let hex = word.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    let mixed = word.bytes().any(|c| c.is_ascii_digit()) && word.bytes().any(|c| c.is_ascii_alphabetic());
    hex && mixed && FORMS.contains(&&parts[..])
}

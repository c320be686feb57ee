//! Correlation ids in log lines: ids of requests and traces, which connect the lines of several services.

use super::{LineFormat, LogField, fields};
use std::borrow::Cow;

/// An id of a request, trace or the like in a log line, by which the user finds the lines of other services
/// about the same request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrelationId<'a> {
    /// The name of the field with the id; `None` if the id was recognised by its form.
    pub name: Option<Cow<'a, str>>,
    /// The id as written.
    pub value: Cow<'a, str>,
}

/// Endings of the names of fields with a correlation id. They are in lower case, without dots, dashes and
/// underscores.
const ID_NAME_ENDINGS: &[&str] = &[
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

/// Returns the ids in a line: first the values of fields whose name marks an id, such as `trace_id`, then
/// words in the form of an id.
#[must_use]
pub fn correlation_ids(text: &str, format: LineFormat) -> Vec<CorrelationId<'_>> {
    let named = |field: LogField<'_>| is_id_name(&field.name) && !field.value.is_empty();
    let all = fields(text, format);
    let mut found: Vec<CorrelationId<'_>> = all
        .into_iter()
        .filter(|field| named(field.clone()))
        .map(|field| CorrelationId { name: Some(field.name), value: field.value })
        .collect();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    for word in words.filter(|word| has_id_form(word)) {
        if !found.iter().any(|id| id.value.contains(word)) {
            found.push(CorrelationId { name: None, value: Cow::Borrowed(word) });
        }
    }
    found
}

/// Returns true if a field with this name, such as `trace_id`, contains a correlation id.
fn is_id_name(name: &str) -> bool {
    let letters = |c: &char| c.is_ascii_alphanumeric();
    let flat: String = name.chars().filter(letters).map(|c| c.to_ascii_lowercase()).collect();
    ID_NAME_ENDINGS.iter().any(|end| flat.ends_with(end))
}

/// Forms of ids, each as the lengths of the parts between dashes. In order: UUID (RFC 9562), OpenTelemetry
/// trace and span, AWS X-Ray, `traceparent` (W3C Trace Context).
const ID_PART_LENGTHS: &[&[usize]] = &[&[8, 4, 4, 4, 12], &[32], &[16], &[1, 8, 24], &[2, 32, 16, 2]];

/// Returns true if `word` has the form of an id: hexadecimal digits in parts of known lengths, with at least
/// one digit and one letter.
fn has_id_form(word: &str) -> bool {
    let parts: Vec<usize> = word.split('-').map(str::len).collect();
    let hex = word.bytes().all(|c| c.is_ascii_hexdigit() || c == b'-');
    let mixed = word.bytes().any(|c| c.is_ascii_digit()) && word.bytes().any(|c| c.is_ascii_alphabetic());
    hex && mixed && ID_PART_LENGTHS.contains(&&parts[..])
}

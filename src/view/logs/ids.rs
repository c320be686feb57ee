//! Which fields of a line name a request or a trace.

use crate::decode::line::{Field, Shape, fields};

/// The names that such fields have, by their letters and digits alone: those of OpenTelemetry, AWS X-Ray and the
/// common web frameworks.
const NAMES: &[&str] =
    &["traceid", "requestid", "reqid", "correlationid", "xrequestid", "amzntraceid", "spanid"];

/// The fields that name a request or a trace.
pub(super) fn ids(text: &str, shape: Shape) -> Vec<Field<'_>> {
    let plain = |name: &str| {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let known = |field: &Field<'_>| NAMES.iter().any(|name| plain(&field.name).ends_with(name));
    fields(text, shape).into_iter().filter(known).collect()
}

//! The edges for spreadsheets: a row for each piece of evidence, quoted by RFC 4180.

use crate::{model::Timestamp, view::Scene};

/// The names of the columns.
const HEAD: &str = "from,to,strength,kind,place,detail,first_seen,last_seen\r\n";

/// Signs that spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"), and their full-width forms.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

pub(super) fn write(scene: Scene<'_>) -> String {
    let mut out = HEAD.to_owned();
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    for (from, to, edge) in scene.store.shown_edges() {
        for evidence in &edge.evidence {
            let (first, last) = (time(evidence.first_seen), time(evidence.last_seen));
            let (strength, kind) = (evidence.strength.word(), evidence.kind);
            let row = [
                from.as_str(),
                to.as_str(),
                strength,
                kind,
                &evidence.place,
                &evidence.detail,
                &first,
                &last,
            ];
            out.push_str(&row.map(field).join(","));
            out.push_str("\r\n");
        }
    }
    out
}

/// A field. One that a spreadsheet would compute gets a `'` before it: then it is shown as text.
fn field(text: &str) -> String {
    let guard = if text.trim_start().starts_with(FORMULA) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) || !guard.is_empty() {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_and_none_is_a_formula() {
        assert_eq!(field("plain text"), "plain text");
        assert_eq!(field("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(field("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!(field("-p 80"), "\"'-p 80\"");
        assert_eq!(field(" =1+1"), "\"' =1+1\"");
        assert_eq!(field("\u{ff1d}1+1"), "\"'\u{ff1d}1+1\"");
    }
}

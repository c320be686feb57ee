//! Map as CSV for spreadsheets, with one row for each piece of evidence for an edge, quoted according to RFC
//! 4180. Two columns repeat the part of the map and its time in every row, because RFC 4180 has no comments
//! for a heading.

use super::heading;
use crate::{model::Timestamp, store::Store};

/// Header row with the names of the columns.
const CSV_HEADER: &str = "from,to,strength,kind,place,detail,first_seen,last_seen,part,taken\r\n";

/// Characters at the start of a cell that make a spreadsheet treat it as a formula (OWASP, "CSV Injection"),
/// and their full-width forms.
const FORMULA_PREFIXES: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

pub(super) fn write(store: &Store) -> String {
    let mut out = CSV_HEADER.to_owned();
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let (part, taken) = (heading::part(store).unwrap_or_default(), store.world.now.to_string());
    for (from, to, edge) in store.visible_edges() {
        for evidence in &edge.evidence {
            let (first, last) = (time(evidence.first_seen), time(evidence.last_seen));
            let (strength, kind) = (evidence.strength.as_str(), evidence.kind.id);
            let row = [
                from.as_str(),
                to.as_str(),
                strength,
                kind,
                &evidence.location,
                &evidence.detail,
                &first,
                &last,
                &part,
                &taken,
            ];
            out.push_str(&row.map(csv_field).join(","));
            out.push_str("\r\n");
        }
    }
    out
}

/// Quotes a field if necessary. A leading `'` prevents a spreadsheet from evaluating the field as a formula.
fn csv_field(text: &str) -> String {
    let guard = if text.trim_start().starts_with(FORMULA_PREFIXES) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) || !guard.is_empty() {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::csv_field;

    #[test]
    fn fields_are_quoted_and_none_is_a_formula() {
        assert_eq!(csv_field("plain text"), "plain text");
        assert_eq!(csv_field("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(csv_field("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
        assert_eq!(csv_field("-p 80"), "\"'-p 80\"");
        assert_eq!(csv_field(" =1+1"), "\"' =1+1\"");
        assert_eq!(csv_field("\u{ff1d}1+1"), "\"'\u{ff1d}1+1\"");
    }
}

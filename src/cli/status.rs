//! Services and findings as tables for people.

use crate::{
    model::{Finding, Severity},
    store::Store,
    topology::Node,
    view::{time, widget::text},
};

/// Whether anything is at least that bad.
pub(super) fn is_wrong(store: &Store, least: Severity) -> bool {
    store.findings.iter().any(|f| f.severity >= least)
}

/// All services, then what is wrong.
pub(super) fn table(store: &Store) -> String {
    let services: Vec<&Node> = store.listed().into_iter().filter(|n| n.is_service()).collect();
    let rows = services.iter().map(|n| service(n)).collect();
    let mut out = columns(&["SERVICE", "RUNNING", "HEALTH"], rows);
    if !store.findings.is_empty() {
        out.push('\n');
        out.push_str(&findings(store));
    }
    out
}

/// What is wrong.
pub(super) fn findings(store: &Store) -> String {
    if store.findings.is_empty() {
        return "nothing is wrong\n".to_owned();
    }
    let rows = store.findings.iter().map(|f| finding(f, store)).collect();
    columns(&["SEVERITY", "SINCE", "SERVICE", "WHAT"], rows)
}

fn service(node: &Node) -> Vec<String> {
    let running = match node.desired {
        Some(desired) => format!("{}/{desired}", node.running),
        None => node.running.to_string(),
    };
    vec![node.label(), running, node.health.word().to_owned()]
}

fn finding(finding: &Finding, store: &Store) -> Vec<String> {
    let since = finding.onset().map(|since| time::outage_age(since, store.now)).unwrap_or_default();
    let cause = finding.suspects.first().map(|cause| format!("; {}", cause.words)).unwrap_or_default();
    let what = format!("{}{cause}", finding.reason);
    vec![finding.severity.word().to_owned(), since, finding.service.to_string(), what]
}

/// The widest cell of a column that is not the last: a longer name would push away what stands behind it.
const MAX_CELL: usize = 64;

/// Rows in columns as wide as their widest cell, at most [`MAX_CELL`]; the last one is as long as it likes.
pub(super) fn columns(titles: &[&str], mut rows: Vec<Vec<String>>) -> String {
    for cell in rows.iter_mut().flat_map(|row| row.iter_mut().rev().skip(1)) {
        if text::width(cell) > MAX_CELL {
            *cell = text::squeeze(cell, MAX_CELL, "…");
        }
    }
    let head = titles.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| text::width(&row[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> =
            row.iter().zip(&widths).map(|(cell, width)| text::fit(cell, *width, "…")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_CELL, columns};

    #[test]
    fn one_long_name_does_not_push_away_what_is_wrong() {
        let row = |name: &str| vec![name.to_owned(), "it is down".to_owned()];
        let table = columns(&["SERVICE", "WHAT"], vec![row("web"), row(&"x".repeat(255))]);
        let places: Vec<_> =
            table.lines().map(|line| line.chars().position(|c| c == 'd' || c == 'H')).collect();
        assert!(table.lines().skip(1).all(|line| line.ends_with("  it is down")), "{table}");
        assert!(places.iter().all(|place| place.is_some_and(|at| at < MAX_CELL + 16)), "{table}");
    }
}

//! Commands `status` and `findings`: format services and findings as tables.

use crate::{
    model::{Finding, Severity},
    screen::{Theme, describe::time, list::columns::NODE_COLUMNS, widget::text},
    store::World,
    topology::Node,
};

/// Returns true if a finding has the severity `least` or a worse one.
pub(super) fn has_findings(world: &World, least: Severity) -> bool {
    world.findings.iter().any(|f| f.severity >= least)
}

/// Formats all services as a table, followed by the findings.
pub(super) fn status_table(world: &World, theme: &Theme) -> String {
    let (titles, cell_fns): (Vec<_>, Vec<_>) =
        NODE_COLUMNS.iter().filter_map(|column| Some((column.status_title?, column.cell))).unzip();
    let services = world.nodes_in_reading_order(Node::is_service);
    let row = |node: &&Node| cell_fns.iter().map(|cell| cell(node, world, theme).0).collect();
    let mut out = format_columns(&titles, services.iter().map(row).collect());
    if !world.findings.is_empty() {
        out.push('\n');
        out.push_str(&findings_table(world));
    }
    out
}

/// Formats the findings as a table.
pub(super) fn findings_table(world: &World) -> String {
    if world.findings.is_empty() {
        return "no findings\n".to_owned();
    }
    let rows = world.findings.iter().map(|f| finding_row(f, world)).collect();
    format_columns(&["SEVERITY", "FOR", "SERVICE", "FINDING"], rows)
}

fn finding_row(finding: &Finding, world: &World) -> Vec<String> {
    let since = finding.onset().map(|since| time::outage_age(since, world.now)).unwrap_or_default();
    let cause = finding.suspects.first().map(|cause| format!("; {}", cause.description)).unwrap_or_default();
    let note = world.acknowledgement(finding).map(|note| format!(" [noted by {}: {}]", note.by, note.text));
    let what = format!("{}{cause}{}", finding.reason, note.unwrap_or_default());
    vec![finding.severity.as_str().to_owned(), since, finding.subject.to_string(), what]
}

/// Maximum width in cells of every column but the last, so that one long name does not push the other columns
/// away.
const MAX_CELL_WIDTH: usize = 64;

/// Formats rows in columns. Each column is as wide as its widest cell, but at most [`MAX_CELL_WIDTH`], except
/// for the last one.
pub(super) fn format_columns(titles: &[&str], mut rows: Vec<Vec<String>>) -> String {
    for cell in rows.iter_mut().flat_map(|row| row.iter_mut().rev().skip(1)) {
        if text::display_width(cell) > MAX_CELL_WIDTH {
            *cell = text::cut_middle(cell, MAX_CELL_WIDTH, "…");
        }
    }
    let head = titles.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| text::display_width(&row[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> =
            row.iter().zip(&widths).map(|(cell, width)| text::cut_or_pad(cell, *width, "…")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{MAX_CELL_WIDTH, format_columns};

    #[test]
    fn one_long_name_does_not_push_away_what_is_wrong() {
        let row = |name: &str| vec![name.to_owned(), "it is down".to_owned()];
        let table = format_columns(&["SERVICE", "FINDING"], vec![row("web"), row(&"x".repeat(255))]);
        let places: Vec<_> = table.lines().map(|line| line.find("it is").or(line.find("FINDING"))).collect();
        assert!(table.lines().skip(1).all(|line| line.ends_with("  it is down")), "{table}");
        assert!(places.iter().all(|place| place.is_some_and(|at| at < MAX_CELL_WIDTH + 16)), "{table}");
    }
}

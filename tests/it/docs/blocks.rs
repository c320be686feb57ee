//! Generated blocks of a page: the lines between `<!-- table: NAME -->` and `<!-- end -->`.

const END_MARKER: &str = "<!-- end -->";

/// Returns the line that opens the block `name`.
pub(super) fn opening_marker(name: &str) -> String {
    format!("<!-- table: {name} -->")
}

/// Returns `page` with every block replaced by what `content` returns for its table name.
pub(super) fn fill_blocks(page: &str, name: &str, content: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(table) = line.strip_prefix("<!-- table: ").and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let content = content(table).unwrap_or_else(|| panic!("{name}: there is no table `{table}`"));
        assert!(lines.any(|line| line == END_MARKER), "{name}: the table `{table}` has no end");
        for part in ["\n", content.trim_end(), "\n\n", END_MARKER, "\n"] {
            out.push_str(part);
        }
    }
    out
}

/// Returns the first column of the table after `<!-- fields: NAME -->`, without backticks and sorted. Returns
/// `None` if the page has no such marker.
pub(super) fn documented_fields(page: &str, name: &str) -> Option<Vec<String>> {
    let (_, rest) = page.split_once(&format!("<!-- fields: {name} -->\n"))?;
    let rows = rest.trim_start().lines().take_while(|line| line.starts_with('|')).skip(2);
    let cell =
        |row: &str| row.trim_matches('|').split('|').next().unwrap_or_default().trim().replace('`', "");
    let mut fields: Vec<_> = rows.map(cell).collect();
    fields.sort();
    Some(fields)
}

/// Formats a Markdown table. Escapes `|` in cells, where it would end the column.
pub(super) fn markdown_table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = line(titles.iter().map(|title| (*title).to_owned()).collect());
    let rule = format!("|{}\n", "---|".repeat(titles.len()));
    let escaped = |row: Vec<String>| row.into_iter().map(|cell| cell.replace('|', "\\|")).collect();
    head + &rule + &rows.into_iter().map(|row| line(escaped(row))).collect::<String>()
}

//! Rules about external text: model types hold only sanitized text, and only `output` prints.

use super::read::{SourceFile, identifiers};

/// Types that can own unsanitized text.
const RAW_TEXT_TYPES: &[&str] = &["String", "str", "Cow", "PathBuf", "OsString", "Value"];
/// Model files whose fields may be raw text.
const ALLOWED: &[&str] = &[
    // These parse host names and resource names, so their fields hold nothing else.
    "src/model/network/host.rs",
    "src/model/network/arn.rs",
];

/// Returns fields of model structs and enums that own raw text. References are exempt because they borrow
/// sanitized text.
pub(crate) fn raw_text_fields(source: &SourceFile) -> Vec<String> {
    if !source.path.starts_with("src/model/")
        || ALLOWED.contains(&source.path.as_str())
        || source.is_test_file()
    {
        return Vec::new();
    }
    let fields = source.type_body_lines();
    let wrong = fields.into_iter().filter_map(|(line, field)| {
        let borrowed = field.contains("&'");
        let raw = identifiers(&field).find(|word| RAW_TEXT_TYPES.contains(word) && !borrowed)?;
        Some(format!("{}:{line}: a field holds `{raw}`; take `Text` or an id, which clean it", source.path))
    });
    wrong.collect()
}

/// Macros that write to standard output or standard error.
const PRINT_MACROS: &[&str] = &["println", "print", "eprintln", "eprint", "dbg"];
/// Files that may print: `output`, which sanitizes all text, and the terminal backend of the TUI.
const MAY_PRINT: &[&str] = &["src/output.rs", "src/runtime/terminal.rs", "src/runtime/tty.rs"];

/// Returns the places that print without going through `output`.
pub(crate) fn print_violations(source: &SourceFile) -> Vec<String> {
    if !source.path.starts_with("src/") || MAY_PRINT.contains(&source.path.as_str()) || source.is_test_file()
    {
        return Vec::new();
    }
    let paths = source.named_paths().into_iter().filter(|(_, path)| {
        let of_io = path.len() > 1 && path[path.len() - 2] == "io";
        of_io && path.last().is_some_and(|name| name == "stdout" || name == "stderr")
    });
    let paths = paths.map(|(line, path)| (line, path.join("::")));
    let macros = source.code.lines().enumerate().flat_map(|(number, line)| {
        let called =
            |name: &&&str| identifiers(line).any(|word| word == **name) && line.contains(&format!("{name}!"));
        PRINT_MACROS.iter().filter(called).map(move |name| (number + 1, format!("{name}!")))
    });
    let wrong = paths.chain(macros);
    wrong.map(|(line, what)| format!("{}:{line}: `{what}`: print by src/output.rs", source.path)).collect()
}

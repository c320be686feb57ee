//! Rules about external text: model types contain only sanitized text, and only `output` prints.

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
    if ALLOWED.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let fields = all_raw_text_fields(source).into_iter();
    fields
        .map(|(line, raw)| {
            format!("{}:{line}: a field holds `{raw}`; take `Text` or an id, which clean it", source.path)
        })
        .collect()
}

/// Returns the line and the type of each field of the model that owns raw text, including those in exempt
/// files.
fn all_raw_text_fields(source: &SourceFile) -> Vec<(usize, String)> {
    if !source.path.starts_with("src/model/") || source.is_test_file() {
        return Vec::new();
    }
    let fields = source.type_body_lines().into_iter();
    fields
        .filter_map(|(line, field)| {
            let borrowed = field.contains("&'");
            let raw = identifiers(&field).find(|word| RAW_TEXT_TYPES.contains(word) && !borrowed)?;
            Some((line, raw.to_owned()))
        })
        .collect()
}

/// Macros that write to standard output or standard error.
const PRINT_MACROS: &[&str] = &["println", "print", "eprintln", "eprint", "dbg"];
/// Files that may print: `output`, which sanitizes all text, and the terminal backend of the TUI.
const MAY_PRINT: &[&str] = &["src/output.rs", "src/runtime/terminal.rs", "src/runtime/terminal/tty.rs"];

/// Returns the places that print without `output`.
pub(crate) fn print_violations(source: &SourceFile) -> Vec<String> {
    if MAY_PRINT.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let prints = all_prints(source).into_iter();
    prints.map(|(line, what)| format!("{}:{line}: `{what}`: print by src/output.rs", source.path)).collect()
}

/// Returns the line and the path or macro of each place that prints, including those in exempt files.
fn all_prints(source: &SourceFile) -> Vec<(usize, String)> {
    if !source.path.starts_with("src/") || source.is_test_file() {
        return Vec::new();
    }
    let paths = source.named_paths().filter(|(_, path)| {
        let of_io = path.len() > 1 && path[path.len() - 2] == "io";
        of_io && path.last().is_some_and(|name| name == "stdout" || name == "stderr")
    });
    let paths = paths.map(|(line, path)| (line, path.join("::")));
    let macros = source.code.lines().enumerate().flat_map(|(number, line)| {
        let called =
            |name: &&&str| identifiers(line).any(|word| word == **name) && line.contains(&format!("{name}!"));
        PRINT_MACROS.iter().filter(called).map(move |name| (number + 1, format!("{name}!")))
    });
    paths.chain(macros).collect()
}

/// Returns the exempt files that have no raw text or that print nothing.
pub(crate) fn unused_exemptions(sources: &[SourceFile]) -> Vec<String> {
    let file = |path: &str| sources.iter().find(|source| source.path == path);
    let raw = |path: &&&str| file(path).is_none_or(|source| all_raw_text_fields(source).is_empty());
    let silent = |path: &&&str| file(path).is_none_or(|source| all_prints(source).is_empty());
    let without_text = ALLOWED.iter().filter(raw);
    let without_prints = MAY_PRINT.iter().filter(silent);
    let texts = without_text.map(|path| format!("ALLOWED: {path} holds no raw text; take it out"));
    let prints = without_prints.map(|path| format!("MAY_PRINT: {path} prints nothing; take it out"));
    texts.chain(prints).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exempt_file_needs_its_exemption() {
        let files = |texts: &str, prints: &str| -> Vec<SourceFile> {
            let file =
                |path: &str, code: &str| SourceFile::new(path.to_owned(), format!("//! Head.\n{code}"));
            let texts = ALLOWED.iter().map(|path| file(path, texts));
            texts.chain(MAY_PRINT.iter().map(|path| file(path, prints))).collect()
        };
        let (text, print) = ("struct A(String);", "fn f() { println!(); }");
        assert_eq!(unused_exemptions(&files(text, print)), Vec::<String>::new());
        assert_eq!(unused_exemptions(&files("struct A(u8);", print)).len(), ALLOWED.len());
        assert_eq!(unused_exemptions(&files(text, "// println!();")).len(), MAY_PRINT.len());
        assert_eq!(unused_exemptions(&[]).len(), ALLOWED.len() + MAY_PRINT.len());
    }
}

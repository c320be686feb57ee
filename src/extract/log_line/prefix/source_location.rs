//! Recognition of places in source files, such as `main.go:12`, which libraries write beside the level.

/// Extensions of source files.
const SOURCE_FILE_ENDINGS: &[&str] =
    &[".go", ".rs", ".py", ".js", ".ts", ".java", ".kt", ".rb", ".c", ".cc", ".cpp", ".cs", ".php"];

/// Returns true if `word` is the name of a source file with the number of a line.
pub(super) fn is_source_location(word: &str) -> bool {
    word.rsplit_once(':').is_some_and(|(file, line)| {
        line.bytes().all(|c| c.is_ascii_digit()) && SOURCE_FILE_ENDINGS.iter().any(|end| file.ends_with(end))
    })
}

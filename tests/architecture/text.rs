//! The rule that types of the model hold text from outside only as a type that cleans it.

use super::read::{Source, identifiers};

/// Types of owned text that nothing has cleaned.
const RAW_TEXT: &[&str] = &["String", "str", "Cow", "PathBuf", "OsString", "Value"];
/// Files of the model in which a field may be raw text.
const ALLOWED: &[&str] = &[
    // Holds nothing but what the address grammar took for a host, a scheme or a resource.
    "src/model/address.rs",
];

/// Fields of the model's structs and enums that are raw text. A reference is none: it borrows cleaned text.
pub(crate) fn raw_fields(source: &Source) -> Vec<String> {
    if !source.path.starts_with("src/model/") || ALLOWED.contains(&source.path.as_str()) || source.is_test() {
        return Vec::new();
    }
    let fields = source.fields();
    let wrong = fields.into_iter().filter_map(|(line, field)| {
        let borrowed = field.contains("&'");
        let raw = identifiers(&field).find(|word| RAW_TEXT.contains(word) && !borrowed)?;
        Some(format!("{}:{line}: a field holds `{raw}`; take `Text` or an id, which clean it", source.path))
    });
    wrong.collect()
}

//! Parser of the YAML documents in a file, with limits on size, number of values and depth.

use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, alias_limits, budget, options};

/// Maximum size of a file, in bytes.
const MAX_FILE_BYTES: usize = 512 * 1024;
/// Maximum number of values in a file.
const MAX_VALUES: usize = 50_000;
/// Maximum nesting depth.
const MAX_NESTING_DEPTH: usize = 32;

/// Parses all documents in `text`. A value that JSON can't represent, such as a mapping with a list as key,
/// makes the file invalid. The error message quotes nothing from the text, which may contain secrets.
pub(in crate::extract::profile) fn parse_yaml(text: &str) -> Result<Vec<Value>, String> {
    if text.len() > MAX_FILE_BYTES {
        return Err(format!("larger than {} KiB", MAX_FILE_BYTES / 1024));
    }
    let options = options! {
        budget: budget! { max_nodes: MAX_VALUES, max_total_scalar_bytes: MAX_FILE_BYTES, max_depth: MAX_NESTING_DEPTH },
        alias_limits: alias_limits! { max_total_replayed_events: MAX_VALUES },
        duplicate_keys: DuplicateKeyPolicy::FirstWins,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|_| "invalid YAML".to_owned())
}

//! Conversion of a compose document to canonical form: checks the shapes of its values, writes out its short
//! forms, and makes its paths absolute.
//!
//! Documents in this form can be merged by few rules. Each value has only one spelling, so the code that
//! reads them is simple.

use super::{
    keys::{self, KeyTable},
    short_forms, volumes,
};
use crate::source::compose::{
    paths::BaseFolder,
    yaml::{ComposeError, MergeTag, Node, Value},
};

/// Sections of a compose file: name of the section, keys that an entry can have, and the words for an entry
/// in error messages.
const SECTION_KEYS: &[(&str, KeyTable, &str)] = &[
    ("services", keys::SERVICE_KEYS, "a service"),
    ("networks", keys::NETWORK_KEYS, "a network"),
    ("volumes", keys::VOLUME_KEYS, "a volume"),
    ("configs", keys::CONFIG_OR_SECRET_KEYS, "a config"),
    ("secrets", keys::CONFIG_OR_SECRET_KEYS, "a secret"),
];
/// Maximum number of unknown keys to report for a document.
const MAX_UNKNOWN_KEYS: usize = 20;

/// Rewrites a document in canonical form. Returns a warning for each unknown key, at most 20, with its line
/// and a similar known key if there is one.
pub(in crate::source::compose) fn canonicalize_document(
    node: &mut Node,
    base: &BaseFolder,
) -> Result<Vec<ComposeError>, ComposeError> {
    let at = node.at.clone();
    let Value::Map(map) = &mut node.value else {
        return Err(at.error("a compose file must be a mapping with `services`"));
    };
    if !map.contains_key("services") && map.values().any(is_service_definition) {
        return Err(
            at.error("this is a version 1 file with services at the top level: move them below `services:`")
        );
    }
    let mut unknown = Vec::new();
    note_unknown_keys(
        keys::check_shapes(node, keys::TOP_LEVEL_KEYS)?,
        keys::TOP_LEVEL_KEYS,
        "a compose file",
        &mut unknown,
    );
    for (section, table, what) in SECTION_KEYS {
        for (name, item) in section_entries_mut(node, section) {
            if !matches!(item.value, Value::Map(_) | Value::Null) {
                return Err(item.at.error(format!("`{name}` must be a mapping: it is {what}")));
            }
            note_unknown_keys(keys::check_shapes(item, table)?, table, what, &mut unknown);
            match *section {
                "services" => canonicalize_service(name, item, base)?,
                _ => short_forms::make_path_absolute(item, "file", base),
            }
        }
    }
    Ok(unknown)
}

/// Checks that no entry or key of a merged project is null where compose requires a value.
pub(in crate::source::compose) fn check_complete(node: &Node) -> Result<(), ComposeError> {
    keys::check_required_values(node, keys::TOP_LEVEL_KEYS)?;
    for (section, table, what) in SECTION_KEYS {
        for (name, item) in node.entries(section) {
            if item.value == Value::Null && !["networks", "volumes"].contains(section) {
                return Err(item.at.error(format!("`{name}` must be a mapping: it is {what}")));
            }
            keys::check_required_values(item, table)?;
        }
    }
    Ok(())
}

/// Returns true if `node`, a value at the top level, looks like a service, as in files of version 1.
fn is_service_definition(node: &Node) -> bool {
    ["image", "build", "extends"].iter().any(|key| node.get(key).is_some())
}

fn note_unknown_keys(
    found: Vec<(&str, &Node)>,
    table: KeyTable,
    what: &str,
    unknown: &mut Vec<ComposeError>,
) {
    let room = MAX_UNKNOWN_KEYS.saturating_sub(unknown.len());
    for (key, node) in found.into_iter().take(room) {
        let hint = keys::closest_key(key, table).map(|known| format!(": did you mean `{known}`?"));
        let words = format!("unknown key `{key}` in {what}{}", hint.unwrap_or_default());
        unknown.push(node.at.error(words));
    }
}

/// Returns the entries of a section, without `x-` extensions and without entries marked `!reset`.
fn section_entries_mut<'a>(
    node: &'a mut Node,
    section: &str,
) -> impl Iterator<Item = (&'a String, &'a mut Node)> {
    let map = match &mut node.value {
        Value::Map(map) => map.get_mut(section),
        _ => None,
    };
    let entries = match map.map(|section| &mut section.value) {
        Some(Value::Map(entries)) => Some(entries),
        _ => None,
    };
    entries
        .into_iter()
        .flatten()
        .filter(|(name, item)| !name.starts_with("x-") && item.merge_tag != Some(MergeTag::Reset))
}

fn canonicalize_service(name: &str, node: &mut Node, base: &BaseFolder) -> Result<(), ComposeError> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || !name.chars().all(is_part) {
        return Err(node.at.error("a service name may contain only letters, digits, `.`, `_` and `-`"));
    }
    let Value::Map(map) = &mut node.value else { return Ok(()) };
    for (key, value) in map.iter_mut().filter(|(_, value)| value.merge_tag != Some(MergeTag::Reset)) {
        match key.as_str() {
            "environment" | "labels" | "annotations" => short_forms::pairs_to_map(value)?,
            "depends_on" => {
                check_conditions(value)?;
                short_forms::names_to_map(value, keys::DEPENDENCY_KEYS, false)?;
            }
            "networks" => short_forms::names_to_map(value, keys::NETWORK_ATTACHMENT_KEYS, true)?,
            "env_file" => short_forms::expand_env_files(value, base)?,
            "label_file" => short_forms::expand_label_files(value, base),
            "volumes" => short_forms::for_each_item(value, |item| volumes::canonicalize_volume(item, base))?,
            "configs" | "secrets" => {
                short_forms::for_each_item(value, |item| short_forms::wrap_in_map(item, "source"))?;
            }
            "extra_hosts" => short_forms::expand_extra_hosts(value)?,
            "extends" => {
                short_forms::wrap_in_map(value, "service")?;
                short_forms::make_path_absolute(value, "file", base);
            }
            "command" | "entrypoint" => short_forms::split_command(value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks that each dependency in the long form has a `condition`.
fn check_conditions(node: &Node) -> Result<(), ComposeError> {
    let Value::Map(entries) = &node.value else { return Ok(()) };
    let without =
        |(_, entry): &(&String, &Node)| entry.merge_tag.is_none() && entry.get("condition").is_none();
    match entries.iter().find(without) {
        Some((name, entry)) => Err(entry.at.error(format!("the dependency on `{name}` has no `condition`"))),
        None => Ok(()),
    }
}

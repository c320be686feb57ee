//! A document in one form: its shapes are checked, its short forms are written out, and its paths are made whole. What
//! is in this form can be merged by few rules and read without a choice.

use super::{
    forms,
    keys::{self, Table},
    paths::Base,
    volumes,
    yaml::{Edit, Node, Value, Wrong},
};

/// The sections of a file, the keys of their entries, and what these are.
const SECTIONS: &[(&str, Table, &str)] = &[
    ("services", keys::SERVICE, "a service"),
    ("networks", keys::NETWORK, "a network"),
    ("volumes", keys::VOLUME, "a volume"),
    ("configs", keys::FILE, "a config"),
    ("secrets", keys::FILE, "a secret"),
];
/// The most unknown keys of a document that are told.
const MAX_UNKNOWN_KEYS: usize = 20;

/// Writes a document out in the one form. Gives the keys that are in no table, each with its line and the key that
/// may have been meant.
pub(super) fn document(node: &mut Node, base: &Base) -> Result<Vec<Wrong>, Wrong> {
    let at = node.at.clone();
    let Value::Map(map) = &mut node.value else {
        return Err(at.wrong("a compose file must be a mapping with `services`"));
    };
    if !map.contains_key("services") && map.values().any(is_service) {
        return Err(
            at.wrong("this is a file of version 1, with its services at the top: put them below `services:`")
        );
    }
    let mut unknown = Vec::new();
    note(keys::check(node, keys::TOP)?, keys::TOP, "a compose file", &mut unknown);
    for (section, table, what) in SECTIONS {
        for (name, item) in children(node, section) {
            if !matches!(item.value, Value::Map(_) | Value::Null) {
                return Err(item.at.wrong(format!("`{name}` must be a mapping: it is {what}")));
            }
            note(keys::check(item, table)?, table, what, &mut unknown);
            match *section {
                "services" => service(name, item, base)?,
                _ => forms::absolute(item, "file", base),
            }
        }
    }
    Ok(unknown)
}

/// Checks that nothing is left empty in a merged project that must have a value.
pub(super) fn is_complete(node: &Node) -> Result<(), Wrong> {
    keys::check_values(node, keys::TOP)?;
    for (section, table, what) in SECTIONS {
        for (name, item) in node.entries(section) {
            if item.value == Value::Null && !["networks", "volumes"].contains(section) {
                return Err(item.at.wrong(format!("`{name}` must be a mapping: it is {what}")));
            }
            keys::check_values(item, table)?;
        }
    }
    Ok(())
}

/// True if a value at the top of a file is a service, as in files of version 1.
fn is_service(node: &Node) -> bool {
    ["image", "build", "extends"].iter().any(|key| node.get(key).is_some())
}

fn note(found: Vec<(&str, &Node)>, table: Table, what: &str, unknown: &mut Vec<Wrong>) {
    let room = MAX_UNKNOWN_KEYS.saturating_sub(unknown.len());
    for (key, node) in found.into_iter().take(room) {
        let hint = keys::nearest(key, table).map(|known| format!(": `{known}` may be meant"));
        let words = format!("`{key}` is no key of {what} that Portolan knows{}", hint.unwrap_or_default());
        unknown.push(node.at.wrong(words));
    }
}

/// The entries of a section that are not taken away.
fn children<'a>(node: &'a mut Node, section: &str) -> impl Iterator<Item = (&'a String, &'a mut Node)> {
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
        .filter(|(name, item)| !name.starts_with("x-") && item.edit != Some(Edit::Reset))
}

fn service(name: &str, node: &mut Node, base: &Base) -> Result<(), Wrong> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || !name.chars().all(is_part) {
        return Err(node.at.wrong("a service's name has only letters, digits, `.`, `_` and `-`"));
    }
    let Value::Map(map) = &mut node.value else { return Ok(()) };
    for (key, value) in map.iter_mut().filter(|(_, value)| value.edit != Some(Edit::Reset)) {
        match key.as_str() {
            "environment" | "labels" | "annotations" => forms::pairs(value)?,
            "depends_on" => {
                conditions(value)?;
                forms::named(value, keys::DEPENDENCY, false)?;
            }
            "networks" => forms::named(value, keys::ATTACHMENT, true)?,
            "env_file" => forms::env_files(value, base)?,
            "label_file" => forms::paths(value, base),
            "volumes" => forms::each(value, |item| volumes::canonical(item, base))?,
            "configs" | "secrets" => forms::each(value, |item| forms::wrapped(item, "source"))?,
            "extra_hosts" => forms::extra_hosts(value)?,
            "extends" => {
                forms::wrapped(value, "service")?;
                forms::absolute(value, "file", base);
            }
            "command" | "entrypoint" => forms::words(value)?,
            _ => {}
        }
    }
    Ok(())
}

/// Checks that each dependency in the long form has its condition.
fn conditions(node: &Node) -> Result<(), Wrong> {
    let Value::Map(entries) = &node.value else { return Ok(()) };
    let without = |(_, entry): &(&String, &Node)| entry.edit.is_none() && entry.get("condition").is_none();
    match entries.iter().find(without) {
        Some((name, entry)) => Err(entry.at.wrong(format!("the dependency on `{name}` has no `condition`"))),
        None => Ok(()),
    }
}

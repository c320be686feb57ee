//! Volumes of a service: conversion of the short form `source:target:options` (Compose Specification, chapter
//! "Services", section "volumes").

use crate::source::compose::{
    paths::{BaseFolder, normalize_path, resolve_path},
    yaml::{ComposeError, FileLine, Node, Value},
};
use std::{collections::BTreeMap, path::Path};

/// Converts a volume to a mapping with `type`, `target` and, unless the volume is anonymous, `source`.
pub(in crate::source::compose) fn canonicalize_volume(
    node: &mut Node,
    base: &BaseFolder,
) -> Result<(), ComposeError> {
    let at = node.at.clone();
    match &node.value {
        Value::Map(_) if node.text_of("type").is_none() => Err(at.error("this volume has no `type`")),
        Value::Map(_) if node.text_of("target").is_none() => Err(at.error("this volume has no `target`")),
        Value::Map(_) => {
            if node.text_of("type").as_deref() == Some("bind") {
                super::short_forms::make_path_absolute(node, "source", base);
            }
            super::short_forms::map_text(node, "target", normalize_target);
            Ok(())
        }
        _ => {
            let Some(text) = node.text() else {
                return Err(at.error("a volume must be a string or a mapping"));
            };
            node.value = Value::Map(parse_short_form(text, &at, base)?);
            Ok(())
        }
    }
}

/// Parses the short form of a volume.
fn parse_short_form(
    text: &str,
    at: &FileLine,
    base: &BaseFolder,
) -> Result<BTreeMap<String, Node>, ComposeError> {
    let parts = split_at_colons(text);
    if parts.iter().any(|part| part.is_empty()) {
        return Err(at.error("this volume has an empty part between its colons"));
    }
    let (source, target) = match parts[..] {
        [target] => (None, target),
        [source, target] | [source, target, _] => (Some(source), target),
        _ => return Err(at.error("this volume has too many colons")),
    };
    let is_path = source.is_some_and(is_path);
    let source = source.map(|s| {
        if is_path { resolve_path(&base.0, s).to_string_lossy().into_owned() } else { s.to_owned() }
    });
    let entry = |key: &str, value: String| (key.to_owned(), Node::new_text(at.clone(), value));
    let mut map = BTreeMap::from([
        entry("type", if is_path { "bind" } else { "volume" }.to_owned()),
        entry("target", normalize_target(target)),
    ]);
    map.extend(source.map(|source| entry("source", source)));
    Ok(map)
}

/// Normalizes a path in a container, without a slash at its end.
fn normalize_target(target: &str) -> String {
    normalize_path(Path::new(target)).to_string_lossy().into_owned()
}

/// Splits `text` at its colons, except at the colon of a Windows drive.
fn split_at_colons(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let is_drive = at == start + 1 && text.as_bytes()[start].is_ascii_alphabetic();
        if !is_drive {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Returns true if `source` is a path, not the name of a volume.
fn is_path(source: &str) -> bool {
    let is_drive = matches!(source.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    is_drive || source.starts_with(['.', '/', '~', '\\'])
}

#[cfg(test)]
mod tests {
    use super::{canonicalize_volume, split_at_colons};
    use crate::source::compose::{
        paths::BaseFolder,
        yaml::{FileLine, Node},
    };
    use std::{path::Path, sync::Arc};

    fn canonical_parts(text: &str) -> Option<(String, Option<String>, String)> {
        let at = FileLine { file: Arc::from(Path::new("x")), line: 1 };
        let mut node = Node::new_text(at, text);
        canonicalize_volume(&mut node, &BaseFolder("/shop".into())).ok()?;
        Some((node.text_of("type")?, node.text_of("source"), node.text_of("target")?))
    }

    #[test]
    fn short_forms_are_binds_volumes_or_without_a_source() {
        for (text, kind, source, target) in [
            ("./nginx.conf:/etc/nginx.conf:ro", "bind", Some("/shop/nginx.conf"), "/etc/nginx.conf"),
            ("/a:/b:rw,z", "bind", Some("/a"), "/b"),
            ("..:/b/", "bind", Some("/"), "/b"),
            ("data:/data", "volume", Some("data"), "/data"),
            ("/data", "volume", None, "/data"),
        ] {
            let expected = (kind.to_owned(), source.map(str::to_owned), target.to_owned());
            assert_eq!(canonical_parts(text), Some(expected), "{text}");
        }
        for text in ["", ":/b", "ab:", "ab::cd", "ab:cd:ef:gh"] {
            assert_eq!(canonical_parts(text), None, "{text}");
        }
        assert_eq!(split_at_colons("C:\\a:/b"), ["C:\\a", "/b"]);
    }
}

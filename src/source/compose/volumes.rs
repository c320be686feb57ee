//! The volumes of a service: the short form `source:target:options` written out (Compose Specification, chapter
//! "Services", section "volumes").

use super::{
    paths::{Base, clean, whole},
    yaml::{Location, Node, Value, Wrong},
};
use std::{collections::BTreeMap, path::Path};

/// Writes a volume out as a mapping with `type`, `source` and `target`.
pub(super) fn canonical(node: &mut Node, base: &Base) -> Result<(), Wrong> {
    let at = node.at.clone();
    match &node.value {
        Value::Map(_) if node.text_of("type").is_none() => Err(at.wrong("this volume has no `type`")),
        Value::Map(_) if node.text_of("target").is_none() => Err(at.wrong("this volume has no `target`")),
        Value::Map(_) => {
            if node.text_of("type").as_deref() == Some("bind") {
                super::forms::absolute(node, "source", base);
            }
            super::forms::map_text(node, "target", cleaned);
            Ok(())
        }
        _ => {
            let Some(text) = node.text() else { return Err(at.wrong("a volume must be text or a mapping")) };
            node.value = Value::Map(short(text, &at, base)?);
            Ok(())
        }
    }
}

/// The parts of the short form.
fn short(text: &str, at: &Location, base: &Base) -> Result<BTreeMap<String, Node>, Wrong> {
    let parts = sections(text);
    if parts.iter().any(|part| part.is_empty()) {
        return Err(at.wrong("this volume has nothing before, between or behind its colons"));
    }
    let (source, target) = match parts[..] {
        [target] => (None, target),
        [source, target] | [source, target, _] => (Some(source), target),
        _ => return Err(at.wrong("this volume has too many colons")),
    };
    let is_path = source.is_some_and(is_path);
    let source =
        source.map(|s| if is_path { whole(&base.0, s).to_string_lossy().into_owned() } else { s.to_owned() });
    let entry = |key: &str, value: String| (key.to_owned(), Node::text_at(at.clone(), value));
    let mut map = BTreeMap::from([
        entry("type", if is_path { "bind" } else { "volume" }.to_owned()),
        entry("target", cleaned(target)),
    ]);
    map.extend(source.map(|source| entry("source", source)));
    Ok(map)
}

/// A path in a container, without a slash at its end.
fn cleaned(target: &str) -> String {
    clean(Path::new(target)).to_string_lossy().into_owned()
}

/// The parts between the colons, of which the one behind a Windows drive parts nothing.
fn sections(text: &str) -> Vec<&str> {
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

/// True if a source is a path and no volume's name.
fn is_path(source: &str) -> bool {
    let is_drive = matches!(source.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    is_drive || source.starts_with(['.', '/', '~', '\\'])
}

#[cfg(test)]
mod tests {
    use super::{canonical, sections};
    use crate::source::compose::{
        paths::Base,
        yaml::{Location, Node},
    };
    use std::{path::Path, sync::Arc};

    fn written_out(text: &str) -> Option<(String, Option<String>, String)> {
        let at = Location { file: Arc::from(Path::new("x")), line: 1 };
        let mut node = Node::text_at(at, text);
        canonical(&mut node, &Base("/shop".into())).ok()?;
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
            assert_eq!(written_out(text), Some(expected), "{text}");
        }
        for text in ["", ":/b", "ab:", "ab::cd", "ab:cd:ef:gh"] {
            assert_eq!(written_out(text), None, "{text}");
        }
        assert_eq!(sections("C:\\a:/b"), ["C:\\a", "/b"]);
    }
}

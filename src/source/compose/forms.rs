//! The long form of each value that has a short one (Compose Specification, chapter "Services").

use super::{
    keys::{self, Table},
    paths::Base,
    yaml::{Edit, Node, Value, Wrong},
};
use std::{collections::BTreeMap, mem};

/// Makes a list of `name=value` a mapping. A name alone has no value, and of two the later counts.
pub(super) fn pairs(node: &mut Node) -> Result<(), Wrong> {
    if let Value::List(items) = &mut node.value {
        let entries = mem::take(items).into_iter().filter_map(|item| {
            let text = item.text()?;
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Node::text_at(item.at.clone(), value)),
                None => (text.to_owned(), Node::new(item.at.clone(), Value::Null)),
            };
            Some((name, value))
        });
        node.value = Value::Map(entries.collect());
    }
    let Value::Map(entries) = &node.value else { return Ok(()) };
    match entries.iter().find(|(name, _)| name.ends_with(char::is_whitespace)) {
        Some((_, entry)) => Err(entry.at.wrong("a blank stands before the `=`")),
        None => Ok(()),
    }
}

/// Makes a list of names a mapping of mappings, which have the keys of `table`. `may_be_null` says whether a mapping
/// may hold nothing under a name.
pub(super) fn named(node: &mut Node, table: Table, may_be_null: bool) -> Result<(), Wrong> {
    match &mut node.value {
        Value::List(items) => {
            let mut entries = BTreeMap::new();
            for item in mem::take(items) {
                let Some(name) = item.text() else { return Err(item.at.wrong("a name must be text")) };
                let entry = Node::new(item.at.clone(), Value::Map(BTreeMap::new()));
                if entries.insert(name.to_owned(), entry).is_some() {
                    return Err(item.at.wrong(format!("`{name}` stands in this list twice")));
                }
            }
            node.value = Value::Map(entries);
        }
        Value::Map(entries) => {
            for (name, entry) in entries.iter_mut().filter(|(_, entry)| entry.edit != Some(Edit::Reset)) {
                match &entry.value {
                    Value::Map(_) => {
                        keys::check(entry, table)?;
                    }
                    Value::Null if may_be_null => entry.value = Value::Map(BTreeMap::new()),
                    _ => return Err(entry.at.wrong(format!("`{name}` must be a mapping here"))),
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Runs `canonical` over the items of a list, without those that are taken away.
pub(super) fn each(node: &mut Node, canonical: impl Fn(&mut Node) -> Result<(), Wrong>) -> Result<(), Wrong> {
    let Value::List(items) = &mut node.value else { return Ok(()) };
    items.retain(|item| item.edit != Some(Edit::Reset));
    items.iter_mut().try_for_each(canonical)
}

/// Makes a text a mapping that has it under `key`.
pub(super) fn wrapped(node: &mut Node, key: &str) -> Result<(), Wrong> {
    match &node.value {
        Value::Map(_) if node.text_of(key).is_some() => Ok(()),
        Value::Map(_) => Err(node.at.wrong(format!("`{key}` is missing here"))),
        _ => match node.text().map(str::to_owned) {
            Some(text) => {
                let text = Node::text_at(node.at.clone(), text);
                node.value = Value::Map(BTreeMap::from([(key.to_owned(), text)]));
                Ok(())
            }
            None => Err(node.at.wrong("this must be text or a mapping")),
        },
    }
}

/// Makes a text a list of one.
fn listed(node: &mut Node) {
    if let Some(text) = node.text().map(str::to_owned) {
        node.value = Value::List(vec![Node::text_at(node.at.clone(), text)]);
    }
}

/// Files of variables: mappings with a whole `path`.
pub(super) fn env_files(node: &mut Node, base: &Base) -> Result<(), Wrong> {
    listed(node);
    each(node, |item| {
        wrapped(item, "path")?;
        absolute(item, "path", base);
        Ok(())
    })
}

/// A list of whole paths.
pub(super) fn paths(node: &mut Node, base: &Base) {
    listed(node);
    if let Value::List(items) = &mut node.value {
        for item in items {
            let path = item.text().map(|text| base.absolute(text));
            *item = path.map_or_else(|| item.clone(), |path| Node::text_at(item.at.clone(), path));
        }
    }
}

/// Makes the path under `key` whole.
pub(super) fn absolute(node: &mut Node, key: &str, base: &Base) {
    map_text(node, key, |path| base.absolute(path));
}

/// Changes the text under `key`, where there is one.
pub(super) fn map_text(node: &mut Node, key: &str, change: impl Fn(&str) -> String) {
    let Some(text) = node.text_of(key).map(|text| change(&text)) else { return };
    if let Value::Map(map) = &mut node.value
        && let Some(entry) = map.get_mut(key)
    {
        *entry = Node::text_at(entry.at.clone(), text);
    }
}

/// A list of `name=address`, one for each address.
pub(super) fn extra_hosts(node: &mut Node) -> Result<(), Wrong> {
    if node.value == Value::Null {
        return Ok(());
    }
    let mut hosts = Vec::new();
    let mut add = |name: &str, address: &Node| {
        let text = address.text().ok_or_else(|| address.at.wrong("an address must be text"))?;
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        hosts.push(Node::text_at(address.at.clone(), format!("{name}={bare}")));
        Ok(())
    };
    match &node.value {
        Value::List(items) => {
            for item in items {
                let text = item.text().unwrap_or_default();
                let Some((name, addresses)) = text.split_once('=').or_else(|| text.split_once(':')) else {
                    return Err(item.at.wrong("an extra host is written `name=address`"));
                };
                for address in addresses.split(',') {
                    add(name, &Node::text_at(item.at.clone(), address))?;
                }
            }
        }
        Value::Map(entries) => {
            for (name, addresses) in entries {
                match &addresses.value {
                    Value::List(items) => items.iter().try_for_each(|item| add(name, item))?,
                    _ => add(name, addresses)?,
                }
            }
        }
        _ => {}
    }
    node.value = Value::List(hosts);
    Ok(())
}

/// A command as its words.
pub(super) fn words(node: &mut Node) -> Result<(), Wrong> {
    let Some(text) = node.text() else { return Ok(()) };
    let words = split(text).ok_or_else(|| node.at.wrong("a quote of this command never ends"))?;
    let at = node.at.clone();
    node.value = Value::List(words.into_iter().map(|word| Node::text_at(at.clone(), word)).collect());
    Ok(())
}

/// The words of a command, parted as a shell parts them, but without comments and operators: compose starts no shell,
/// and the libraries that split words take what follows a `#` for a comment.
fn split(text: &str) -> Option<Vec<String>> {
    let (mut words, mut word) = (Vec::new(), None::<String>);
    let mut chars = text.chars();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), c) if c == open => quote = None,
            (None, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some('"'), '\\') => match chars.next()? {
                escaped @ ('"' | '\\' | '$' | '`') => word.get_or_insert_default().push(escaped),
                other => word.get_or_insert_default().extend(['\\', other]),
            },
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn commands_are_parted_into_words() {
        for (text, words) in [
            ("  a   b ", vec!["a", "b"]),
            ("sh -c \"echo 'x y'\" z", vec!["sh", "-c", "echo 'x y'", "z"]),
            ("a\\ b '' \"\" c", vec!["a b", "", "", "c"]),
            ("--color #fff && x", vec!["--color", "#fff", "&&", "x"]),
            ("'a\\b' \"a\\n\\\"b\"", vec!["a\\b", "a\\n\"b"]),
            ("", vec![]),
        ] {
            assert_eq!(split(text).unwrap(), words, "{text}");
        }
        assert_eq!(split("a 'b"), None);
    }
}

//! Conversion of short forms to long forms (Compose Specification, chapter "Services").

use super::keys::{self, KeyTable};
use crate::source::compose::{
    paths::BaseFolder,
    yaml::{ComposeError, MergeTag, Node, Value},
};
use std::{collections::BTreeMap, mem};

/// Converts a list of `name=value` to a mapping. A name without `=` gets no value. If a name occurs twice,
/// the last one wins.
pub(in crate::source::compose) fn pairs_to_map(node: &mut Node) -> Result<(), ComposeError> {
    if let Value::List(items) = &mut node.value {
        let entries = mem::take(items).into_iter().filter_map(|item| {
            let text = item.text()?;
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Node::new_text(item.at.clone(), value)),
                None => (text.to_owned(), Node::new(item.at.clone(), Value::Null)),
            };
            Some((name, value))
        });
        node.value = Value::Map(entries.collect());
    }
    let Value::Map(entries) = &node.value else { return Ok(()) };
    match entries.iter().find(|(name, _)| name.ends_with(char::is_whitespace)) {
        Some((_, entry)) => Err(entry.at.error("no space is allowed before the `=`")),
        None => Ok(()),
    }
}

/// Converts a list of names to a mapping from each name to an empty mapping. If `node` is already a mapping,
/// checks its entries against `table`.
///
/// If `may_be_null` is true, an entry of that mapping may have no value.
pub(in crate::source::compose) fn names_to_map(
    node: &mut Node,
    table: KeyTable,
    may_be_null: bool,
) -> Result<(), ComposeError> {
    match &mut node.value {
        Value::List(items) => {
            let mut entries = BTreeMap::new();
            for item in mem::take(items) {
                let Some(name) = item.text() else { return Err(item.at.error("a name must be a string")) };
                let entry = Node::new(item.at.clone(), Value::Map(BTreeMap::new()));
                if entries.insert(name.to_owned(), entry).is_some() {
                    return Err(item.at.error(format!("duplicate `{name}` in this list")));
                }
            }
            node.value = Value::Map(entries);
        }
        Value::Map(entries) => {
            for (name, entry) in
                entries.iter_mut().filter(|(_, entry)| entry.merge_tag != Some(MergeTag::Reset))
            {
                match &entry.value {
                    Value::Map(_) => {
                        keys::check_shapes(entry, table)?;
                    }
                    Value::Null if may_be_null => entry.value = Value::Map(BTreeMap::new()),
                    _ => return Err(entry.at.error(format!("`{name}` must be a mapping here"))),
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Applies `canonical` to each item of a list, after removing the items marked `!reset`.
pub(in crate::source::compose) fn for_each_item(
    node: &mut Node,
    canonical: impl Fn(&mut Node) -> Result<(), ComposeError>,
) -> Result<(), ComposeError> {
    let Value::List(items) = &mut node.value else { return Ok(()) };
    items.retain(|item| item.merge_tag != Some(MergeTag::Reset));
    items.iter_mut().try_for_each(canonical)
}

/// Converts a text node to a mapping with that text under `key`. If the node is a mapping, checks that it has
/// `key`.
pub(in crate::source::compose) fn wrap_in_map(node: &mut Node, key: &str) -> Result<(), ComposeError> {
    match &node.value {
        Value::Map(_) if node.text_of(key).is_some() => Ok(()),
        Value::Map(_) => Err(node.at.error(format!("`{key}` is missing"))),
        _ => match node.text().map(str::to_owned) {
            Some(text) => {
                let text = Node::new_text(node.at.clone(), text);
                node.value = Value::Map(BTreeMap::from([(key.to_owned(), text)]));
                Ok(())
            }
            None => Err(node.at.error("this must be a string or a mapping")),
        },
    }
}

/// Converts a text node to a list with that text as its only item.
fn wrap_in_list(node: &mut Node) {
    if let Some(text) = node.text().map(str::to_owned) {
        node.value = Value::List(vec![Node::new_text(node.at.clone(), text)]);
    }
}

/// Converts `env_file` to a list of mappings with an absolute `path`.
pub(in crate::source::compose) fn expand_env_files(
    node: &mut Node,
    base: &BaseFolder,
) -> Result<(), ComposeError> {
    wrap_in_list(node);
    for_each_item(node, |item| {
        wrap_in_map(item, "path")?;
        make_path_absolute(item, "path", base);
        Ok(())
    })
}

/// Converts `label_file` to a list of absolute paths.
pub(in crate::source::compose) fn expand_label_files(node: &mut Node, base: &BaseFolder) {
    wrap_in_list(node);
    if let Value::List(items) = &mut node.value {
        for item in items {
            let path = item.text().map(|text| base.absolute(text));
            *item = path.map_or_else(|| item.clone(), |path| Node::new_text(item.at.clone(), path));
        }
    }
}

/// Makes the path under `key` absolute.
pub(in crate::source::compose) fn make_path_absolute(node: &mut Node, key: &str, base: &BaseFolder) {
    map_text(node, key, |path| base.absolute(path));
}

/// Applies `change` to the text under `key`, if there is one.
pub(in crate::source::compose) fn map_text(node: &mut Node, key: &str, change: impl Fn(&str) -> String) {
    let Some(text) = node.text_of(key).map(|text| change(&text)) else { return };
    if let Value::Map(map) = &mut node.value
        && let Some(entry) = map.get_mut(key)
    {
        *entry = Node::new_text(entry.at.clone(), text);
    }
}

/// Converts `extra_hosts` to a list of `name=address`, one item per address.
pub(in crate::source::compose) fn expand_extra_hosts(node: &mut Node) -> Result<(), ComposeError> {
    if node.value == Value::Null {
        return Ok(());
    }
    let mut hosts = Vec::new();
    let mut add = |name: &str, address: &Node| {
        let text = address.text().ok_or_else(|| address.at.error("an address must be a string"))?;
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        hosts.push(Node::new_text(address.at.clone(), format!("{name}={bare}")));
        Ok(())
    };
    match &node.value {
        Value::List(items) => {
            for item in items {
                let text = item.text().unwrap_or_default();
                let Some((name, addresses)) = text.split_once('=').or_else(|| text.split_once(':')) else {
                    return Err(item.at.error("an extra host must have the form `name=address`"));
                };
                for address in addresses.split(',') {
                    add(name, &Node::new_text(item.at.clone(), address))?;
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

/// Splits a command in text form into a list of words.
pub(in crate::source::compose) fn split_command(node: &mut Node) -> Result<(), ComposeError> {
    let Some(text) = node.text() else { return Ok(()) };
    let words = split_words(text).ok_or_else(|| node.at.error("unterminated quote in this command"))?;
    let at = node.at.clone();
    node.value = Value::List(words.into_iter().map(|word| Node::new_text(at.clone(), word)).collect());
    Ok(())
}

/// Splits a command into words as a shell does, but without comments and operators. Returns `None` if a quote
/// never ends.
///
/// Portolan does not use a common library for this, because such a library would drop the text after a `#` as
/// a comment. Compose keeps that text, because it uses no shell.
fn split_words(text: &str) -> Option<Vec<String>> {
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
    use super::split_words;

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
            assert_eq!(split_words(text).unwrap(), words, "{text}");
        }
        assert_eq!(split_words("a 'b"), None);
    }
}

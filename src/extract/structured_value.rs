//! Parser of values that contain JSON, YAML or properties. It returns each text in the value with its key.

use super::{env_key, parse_port};
use serde_json::Value;
use serde_saphyr::{alias_limits, budget, options};

/// The maximum number of values to read from one structured value.
const MAX_VALUES: usize = 5_000;
/// The maximum length of a structured value, in bytes. A longer one is not parsed.
const MAX_VALUE_BYTES: usize = 64 * 1024;
/// The maximum nesting depth of a structured value.
const MAX_NESTING_DEPTH: usize = 32;

/// A string in a JSON, YAML or properties value, with its key and the port that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextLeaf {
    /// The nearest key above the text; empty if there is none.
    pub(super) key: String,
    /// The text itself.
    pub(super) value: String,
    /// The port that belongs to the text: the value of the matching key in the same object, as `port` matches
    /// `host`. `None` if no key matches.
    pub(super) port: Option<u16>,
}

/// Returns the texts in a JSON, YAML or properties value. Returns `None` if the value has none of these
/// formats, is malformed, or is too large.
pub(super) fn text_leaves(value: &str) -> Option<Vec<TextLeaf>> {
    let value = value.trim();
    let is_flow = value.starts_with(['{', '[']);
    if !(is_flow || value.contains('\n')) || value.len() > MAX_VALUE_BYTES || value.starts_with("-----") {
        return None;
    }
    let read = if is_flow { serde_json::from_str(value).ok() } else { None };
    let tree = read.or_else(|| parse_yaml(value, is_flow)).or_else(|| parse_properties(value))?;
    let mut found = Vec::new();
    collect_leaves("", &tree, MAX_NESTING_DEPTH, &mut found);
    Some(found)
}

/// Parses YAML, or JSON with small errors. `is_flow` is true if the text begins with a bracket. It must then
/// also end with one, because `[mailer]:1025` is an address. Returns `None` if the text is not a mapping or
/// sequence.
fn parse_yaml(text: &str, is_flow: bool) -> Option<Value> {
    (!is_flow || text.ends_with(['}', ']'])).then_some(())?;
    let options = options! {
        budget: budget! { max_nodes: MAX_VALUES, max_total_scalar_bytes: MAX_VALUE_BYTES, max_depth: MAX_NESTING_DEPTH },
        alias_limits: alias_limits! { max_total_replayed_events: MAX_VALUES },
        with_snippet: false,
    };
    let tree: Option<Value> = serde_saphyr::from_str_with_options(text, options).ok();
    tree.filter(|tree| tree.is_object() || tree.is_array())
}

/// Parses properties: lines of `key=value`, with comments and section headers, which are ignored. Returns
/// `None` if any line has another form.
fn parse_properties(text: &str) -> Option<Value> {
    text.contains('\n').then_some(())?;
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';', '[']));
    let pairs: Option<serde_json::Map<String, Value>> = lines
        .map(|line| {
            let (key, value) = line.split_once('=')?;
            let key = key.trim();
            let is_key =
                !key.is_empty() && !key.contains(|c: char| c.is_whitespace() || matches!(c, ':' | '/' | '@'));
            is_key.then(|| (key.to_owned(), Value::from(value.trim())))
        })
        .collect();
    pairs.map(Value::Object)
}

fn collect_leaves(key: &str, value: &Value, depth: usize, found: &mut Vec<TextLeaf>) {
    if depth == 0 || found.len() >= MAX_VALUES {
        return;
    }
    match value {
        Value::String(text) => found.push(TextLeaf { key: key.to_owned(), value: text.clone(), port: None }),
        Value::Array(items) => items.iter().for_each(|item| collect_leaves(key, item, depth - 1, found)),
        Value::Object(members) => {
            let named = member_name(members);
            for (key, member) in members {
                if !member.is_string() && env_key::hides_nested_values(key) {
                    continue;
                }
                let key = named.filter(|_| key == "value").unwrap_or(key);
                let before = found.len();
                collect_leaves(key, member, depth - 1, found);
                let port = env_key::port_key(key).and_then(|wanted| {
                    members
                        .iter()
                        .find(|(other, _)| env_key::normalized(other) == wanted)
                        .and_then(|(_, value)| port_value(value))
                });
                found[before..]
                    .iter_mut()
                    .filter(|leaf| leaf.key == *key)
                    .for_each(|leaf| leaf.port = leaf.port.or(port));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Returns the name that an object gives to its `value`, as in `{"name": "DB_HOST", "value": "db"}`.
fn member_name(members: &serde_json::Map<String, Value>) -> Option<&str> {
    let name = members.get("name").or_else(|| members.get("key"))?.as_str()?;
    let is_identifier = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (!name.is_empty() && name.bytes().all(is_identifier)).then_some(name)
}

fn port_value(value: &Value) -> Option<u16> {
    let port = match value {
        Value::String(text) => parse_port(text.trim()),
        other => other.as_u64().and_then(|port| u16::try_from(port).ok()),
    };
    port.filter(|port| *port != 0)
}

#[cfg(test)]
mod tests {
    use super::text_leaves;

    fn joined_leaves(value: &str) -> Option<String> {
        let leaf = |leaf: super::TextLeaf| {
            let port = leaf.port.map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}={}{port}", leaf.key, leaf.value)
        };
        text_leaves(value).map(|all| all.into_iter().map(leaf).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn every_structure_gives_its_texts() {
        for text in [
            "{\"hostname\": \"db\", \"port\": 5432, \"x\": [{\"password\": \"p\"}, \"q\"]}",
            "{'hostname': 'db', 'port': 5432, 'x': [{'password': 'p'}, 'q']}",
            "hostname: db\nport: 5432\nx:\n  - password: p\n  - q\n",
        ] {
            assert_eq!(joined_leaves(text).as_deref(), Some("hostname=db:5432 password=p x=q"), "{text}");
        }
        assert_eq!(joined_leaves("# c\nhost=db\nport=1\n").as_deref(), Some("host=db:1 port=1"));
    }

    #[test]
    fn a_text_that_is_none_or_broken_gives_nothing() {
        for text in ["db:5432", "[mailer]:1025", "{\"a\": \"b", "{'pass':'x'db:80'}", "a b\nc d", "a=b\nc d"]
        {
            assert_eq!(joined_leaves(text), None, "{text}");
        }
    }
}

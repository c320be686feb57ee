//! One tree over another, as an override file over the first and a service over what it extends (Compose
//! Specification, chapter "Merge and override"). Both are in canonical form.

use super::yaml::{Edit, Node, Value};

/// Keys of a service whose value replaces the one below, even if it is nothing.
const REPLACED: &[&str] = &["command", "entrypoint"];
/// Keys of a service whose entries replace those below one by one, even if they are nothing.
const ENTRIES: &[&str] = &["environment", "labels", "annotations"];

/// Lays a document over another one.
pub(super) fn documents(below: Node, above: Node) -> Node {
    let mut merged = with(below, above, &|key, below, above| match key {
        "services" => services(below, above),
        _ => values(below, above),
    });
    without_marks(&mut merged);
    merged
}

/// Lays services over those of the same names.
pub(super) fn services(below: Node, above: Node) -> Node {
    with(below, above, &|_, below, above| service(below, above))
}

/// Lays a service over another one. What it takes away stays as a mark, because it counts for what comes below later.
pub(super) fn service(below: Node, above: Node) -> Node {
    with(below, above, &|key, below, above| match key {
        key if REPLACED.contains(&key) => above,
        key if ENTRIES.contains(&key) => with(below, above, &|_, _, above| above),
        _ => values(below, above),
    })
}

/// Lays a value over another one.
pub(super) fn values(below: Node, above: Node) -> Node {
    with(below, above, &|_, below, above| values(below, above))
}

/// Lays a node over another one: lists are joined, and the entries that two mappings share are merged by `entry`.
fn with(below: Node, above: Node, entry: &dyn Fn(&str, Node, Node) -> Node) -> Node {
    if above.edit.is_some() {
        return above;
    }
    let joined = match (below.value, above.value) {
        (value, Value::Null) => value,
        (Value::Map(mut entries), Value::Map(more)) => {
            for (key, above) in more {
                let merged = match entries.remove(&key) {
                    Some(below) => entry(&key, below, above),
                    None => above,
                };
                entries.insert(key, merged);
            }
            Value::Map(entries)
        }
        (Value::List(mut items), Value::List(more)) => {
            items.extend(more);
            Value::List(items)
        }
        (_, value) => return Node::new(above.at, value),
    };
    Node::new(below.at, joined)
}

/// Takes away what is marked so, and all merge tags: they have done their work, or are for other trees.
pub(super) fn without_marks(node: &mut Node) {
    node.edit = None;
    match &mut node.value {
        Value::Map(map) => {
            map.retain(|_, entry| entry.edit != Some(Edit::Reset));
            map.values_mut().for_each(without_marks);
        }
        Value::List(items) => {
            items.retain(|item| item.edit != Some(Edit::Reset));
            items.iter_mut().for_each(without_marks);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{documents, service, without_marks};
    use crate::source::compose::{
        limits::Limits,
        yaml::{self, Node},
    };
    use std::{path::Path, sync::Arc};

    fn tree(text: &str) -> Node {
        yaml::documents(text, &Arc::from(Path::new("x")), &mut Limits::default()).unwrap().remove(0)
    }

    /// The tree without its lines, in YAML's flow style.
    fn told(node: &Node) -> String {
        match &node.value {
            yaml::Value::Null => "~".to_owned(),
            yaml::Value::Scalar(scalar) => scalar.text.clone(),
            yaml::Value::List(items) => format!("[{}]", items.iter().map(told).collect::<Vec<_>>().join(",")),
            yaml::Value::Map(map) => {
                let entries: Vec<_> = map.iter().map(|(key, node)| format!("{key}:{}", told(node))).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    #[test]
    fn services_merge_by_the_rules_of_their_keys() {
        let merged = |below: &str, above: &str| {
            let mut node = service(tree(below), tree(above));
            without_marks(&mut node);
            told(&node)
        };
        for (below, above, expected) in [
            ("{image: a, user: u}", "{image: b}", "{image:b,user:u}"),
            ("{ports: [1]}", "{ports: [2]}", "{ports:[1,2]}"),
            ("{command: [a, b]}", "{command: [c]}", "{command:[c]}"),
            ("{command: [a]}", "{command: }", "{command:~}"),
            ("{deploy: {replicas: 1}}", "{deploy: }", "{deploy:{replicas:1}}"),
            ("{environment: {A: 1, B: 1}}", "{environment: {B: , C: 2}}", "{environment:{A:1,B:~,C:2}}"),
            (
                "{networks: {a: {aliases: [x]}}}",
                "{networks: {a: {aliases: [y]}}}",
                "{networks:{a:{aliases:[x,y]}}}",
            ),
            ("{ports: [1]}", "{ports: !reset []}", "{}"),
            ("{ports: [1]}", "{ports: !override [2]}", "{ports:[2]}"),
            ("{environment: {A: 1, B: 2}}", "{environment: {A: !reset null}}", "{environment:{B:2}}"),
            ("{environment: {A: 1}}", "{environment: !override {B: 2}}", "{environment:{B:2}}"),
            ("{ulimits: {nproc: 1}}", "{ulimits: {nproc: {soft: 1}}}", "{ulimits:{nproc:{soft:1}}}"),
        ] {
            assert_eq!(merged(below, above), expected, "{below} {above}");
        }
    }

    #[test]
    fn a_services_name_is_no_key() {
        let text = |port: u16| format!("services: {{command: {{image: a, ports: [{port}]}}}}");
        let merged = documents(tree(&text(1)), tree(&text(2)));
        assert_eq!(told(&merged), "{services:{command:{image:a,ports:[1,2]}}}");
        let gone = documents(tree(&text(1)), tree("services: {command: !reset null, b: {image: b}}"));
        assert_eq!(told(&gone), "{services:{b:{image:b}}}");
    }
}

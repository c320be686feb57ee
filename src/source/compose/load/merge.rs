//! Merging of two trees `above` and `below` (Compose Specification, chapter "Merge and override"). The values
//! of `above` win. For example, `above` is an override file and `below` the compose file, or `above` is a
//! service and `below` the service that it extends. Both trees are in canonical form (`schema::canonical`).

use crate::source::compose::yaml::{MergeTag, Node, Value};

/// Keys of a service whose value in `above` always replaces the value in `below`, even if the value in
/// `above` is null.
const REPLACED_KEYS: &[&str] = &["command", "entrypoint"];
/// Keys of a service whose value is a mapping. An entry in `above` replaces the entry of the same name in
/// `below`, even if the entry in `above` is null.
const ENTRYWISE_KEYS: &[&str] = &["environment", "labels", "annotations"];

/// Merges the documents `above` and `below`. The values of `above` win.
pub(in crate::source::compose) fn merge_documents(below: Node, above: Node) -> Node {
    let mut merged = merge_nodes(below, above, &|key, below, above| match key {
        "services" => merge_services(below, above),
        _ => merge_values(below, above),
    });
    strip_merge_tags(&mut merged);
    merged
}

/// Merges services of the same name in `above` and `below`. The values of `above` win.
pub(in crate::source::compose) fn merge_services(below: Node, above: Node) -> Node {
    merge_nodes(below, above, &|_, below, above| merge_service(below, above))
}

/// Merges the services `above` and `below`. Entries marked `!reset` stay marked in the result, because the
/// result may be merged with another service next.
pub(in crate::source::compose) fn merge_service(below: Node, above: Node) -> Node {
    merge_nodes(below, above, &|key, below, above| match key {
        key if REPLACED_KEYS.contains(&key) => above,
        key if ENTRYWISE_KEYS.contains(&key) => merge_nodes(below, above, &|_, _, above| above),
        _ => merge_values(below, above),
    })
}

/// Merges the values `above` and `below`: appends lists, joins mappings, and otherwise takes `above`, unless
/// it is null.
pub(in crate::source::compose) fn merge_values(below: Node, above: Node) -> Node {
    merge_nodes(below, above, &|_, below, above| merge_values(below, above))
}

/// Merges two nodes: appends lists, joins mappings, and otherwise takes `above`, unless it is null. An
/// `above` with a merge tag always replaces `below`. For a key in both mappings, calls `entry` to merge the
/// two values.
fn merge_nodes(below: Node, above: Node, entry: &dyn Fn(&str, Node, Node) -> Node) -> Node {
    if above.merge_tag.is_some() {
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

/// Removes the entries marked `!reset`, and all merge tags, so that they don't affect another merge.
pub(in crate::source::compose) fn strip_merge_tags(node: &mut Node) {
    node.merge_tag = None;
    match &mut node.value {
        Value::Map(map) => {
            map.retain(|_, entry| entry.merge_tag != Some(MergeTag::Reset));
            map.values_mut().for_each(strip_merge_tags);
        }
        Value::List(items) => {
            items.retain(|item| item.merge_tag != Some(MergeTag::Reset));
            items.iter_mut().for_each(strip_merge_tags);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{merge_documents, merge_service, strip_merge_tags};
    use crate::source::compose::{
        limits::LimitCounters,
        yaml::{self, Node},
    };
    use std::{path::Path, sync::Arc};

    fn tree(text: &str) -> Node {
        yaml::parse_documents(text, &Arc::from(Path::new("x")), &mut LimitCounters::default())
            .unwrap()
            .remove(0)
    }

    /// Formats a tree in YAML's flow style, without line numbers.
    fn flow_style(node: &Node) -> String {
        match &node.value {
            yaml::Value::Null => "~".to_owned(),
            yaml::Value::Scalar(scalar) => scalar.text.clone(),
            yaml::Value::List(items) => {
                format!("[{}]", items.iter().map(flow_style).collect::<Vec<_>>().join(","))
            }
            yaml::Value::Map(map) => {
                let entries: Vec<_> =
                    map.iter().map(|(key, node)| format!("{key}:{}", flow_style(node))).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    #[test]
    fn services_merge_by_the_rules_of_their_keys() {
        let merged = |below: &str, above: &str| {
            let mut node = merge_service(tree(below), tree(above));
            strip_merge_tags(&mut node);
            flow_style(&node)
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
        let merged = merge_documents(tree(&text(1)), tree(&text(2)));
        assert_eq!(flow_style(&merged), "{services:{command:{image:a,ports:[1,2]}}}");
        let gone = merge_documents(tree(&text(1)), tree("services: {command: !reset null, b: {image: b}}"));
        assert_eq!(flow_style(&gone), "{services:{b:{image:b}}}");
    }
}

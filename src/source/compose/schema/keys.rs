//! Keys of a compose file and the shapes of their values, after the Compose Specification's JSON schema
//! (`schema/compose-spec.json`).
//!
//! A wrong shape is an error, as in compose. An unknown key may belong to a later version, so it is only
//! reported.

use crate::{
    model::text::nearest,
    source::compose::yaml::{ComposeError, MergeTag, Node, ScalarKind, Value},
};

/// Shape that the value of a key in a compose file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source::compose) enum ValueShape {
    /// Text.
    Text,
    /// Number, or text.
    Number,
    /// Boolean, or text that becomes a boolean through interpolation.
    Flag,
    /// List of texts.
    TextList,
    /// Text, or list of texts.
    TextOrTextList,
    /// Null, text, or list of texts.
    Command,
    /// Mapping of names to scalars, or list of texts.
    MapOrTextList,
    /// Mapping or list.
    MapOrList,
    /// List of any items.
    List,
    /// Text, or list of any items.
    TextOrList,
    /// Mapping.
    Map,
    /// Mapping or null.
    MapOrNull,
    /// Mapping or text.
    MapOrText,
    /// Value of any shape.
    Any,
}

/// Known keys of a mapping, with the shapes of their values.
pub(in crate::source::compose) type KeyTable = &'static [(&'static str, ValueShape)];

use ValueShape::{
    Any, Command, Flag, List, Map, MapOrList, MapOrNull, MapOrText, MapOrTextList, Number, Text, TextList,
    TextOrList, TextOrTextList,
};

/// Keys at the top level of a file.
pub(in crate::source::compose) const TOP_LEVEL_KEYS: KeyTable = &[
    ("version", Text),
    ("name", Text),
    ("include", List),
    ("services", Map),
    ("networks", Map),
    ("volumes", Map),
    ("secrets", Map),
    ("configs", Map),
    ("models", Map),
];

/// Keys of a service.
pub(in crate::source::compose) const SERVICE_KEYS: KeyTable = &[
    ("annotations", MapOrTextList),
    ("attach", Flag),
    ("blkio_config", Map),
    ("build", MapOrText),
    ("cap_add", TextList),
    ("cap_drop", TextList),
    ("cgroup", Text),
    ("cgroup_parent", Text),
    ("command", Command),
    ("configs", List),
    ("container_name", Text),
    ("cpu_count", Number),
    ("cpu_percent", Number),
    ("cpu_period", Number),
    ("cpu_quota", Number),
    ("cpu_rt_period", Number),
    ("cpu_rt_runtime", Number),
    ("cpu_shares", Number),
    ("cpus", Number),
    ("cpuset", Text),
    ("credential_spec", Map),
    ("depends_on", MapOrList),
    ("deploy", MapOrNull),
    ("develop", MapOrNull),
    ("device_cgroup_rules", TextList),
    ("devices", List),
    ("dns", TextOrTextList),
    ("dns_opt", TextList),
    ("dns_search", TextOrTextList),
    ("domainname", Text),
    ("entrypoint", Command),
    ("env_file", TextOrList),
    ("environment", MapOrTextList),
    ("expose", List),
    ("extends", MapOrText),
    ("external_links", TextList),
    ("extra_hosts", MapOrList),
    ("gpus", Any),
    ("group_add", List),
    ("healthcheck", Map),
    ("hostname", Text),
    ("image", Text),
    ("init", Flag),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", TextOrTextList),
    ("labels", MapOrTextList),
    ("links", TextList),
    ("logging", Map),
    ("mac_address", Text),
    ("mem_limit", Number),
    ("mem_reservation", Number),
    ("mem_swappiness", Number),
    ("memswap_limit", Number),
    ("models", MapOrList),
    ("network_mode", Text),
    ("networks", MapOrList),
    ("oom_kill_disable", Flag),
    ("oom_score_adj", Number),
    ("pid", Any),
    ("pids_limit", Number),
    ("platform", Text),
    ("ports", List),
    ("post_start", List),
    ("pre_start", List),
    ("pre_stop", List),
    ("privileged", Flag),
    ("profiles", TextList),
    ("provider", Map),
    ("pull_policy", Text),
    ("pull_refresh_after", Text),
    ("read_only", Flag),
    ("restart", Text),
    ("runtime", Text),
    ("scale", Number),
    ("secrets", List),
    ("security_opt", TextList),
    ("shm_size", Number),
    ("stdin_open", Flag),
    ("stop_grace_period", Text),
    ("stop_signal", Text),
    ("storage_opt", Map),
    ("sysctls", MapOrTextList),
    ("tmpfs", TextOrTextList),
    ("tty", Flag),
    ("ulimits", Map),
    ("use_api_socket", Flag),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", List),
    ("volumes_from", TextList),
    ("working_dir", Text),
];

/// Keys of a network.
pub(in crate::source::compose) const NETWORK_KEYS: KeyTable = &[
    ("attachable", Flag),
    ("driver", Text),
    ("driver_opts", Map),
    ("enable_ipv4", Flag),
    ("enable_ipv6", Flag),
    ("external", Any),
    ("internal", Flag),
    ("ipam", Map),
    ("labels", MapOrTextList),
    ("name", Text),
];

/// Keys of a volume.
pub(in crate::source::compose) const VOLUME_KEYS: KeyTable =
    &[("driver", Text), ("driver_opts", Map), ("external", Any), ("labels", MapOrTextList), ("name", Text)];

/// Keys of a config or a secret.
pub(in crate::source::compose) const CONFIG_OR_SECRET_KEYS: KeyTable = &[
    ("content", Text),
    ("driver", Text),
    ("driver_opts", Map),
    ("environment", Text),
    ("external", Any),
    ("file", Text),
    ("labels", MapOrTextList),
    ("name", Text),
    ("template_driver", Text),
];

/// Keys of an entry of `depends_on`.
pub(in crate::source::compose) const DEPENDENCY_KEYS: KeyTable =
    &[("condition", Text), ("required", Flag), ("restart", Flag)];

/// Keys of an entry of a service's `networks`.
pub(in crate::source::compose) const NETWORK_ATTACHMENT_KEYS: KeyTable = &[
    ("aliases", TextList),
    ("driver_opts", Map),
    ("gw_priority", Number),
    ("interface_name", Text),
    ("ipv4_address", Text),
    ("ipv6_address", Text),
    ("link_local_ips", TextList),
    ("mac_address", Text),
    ("priority", Number),
];

/// Checks that no key of a merged mapping is null, unless its shape permits null.
pub(in crate::source::compose) fn check_required_values(
    node: &Node,
    table: KeyTable,
) -> Result<(), ComposeError> {
    let Value::Map(map) = &node.value else { return Ok(()) };
    let shape = |key: &str| table.iter().find(|(known, _)| *known == key).map(|(_, shape)| *shape);
    for (key, value) in map.iter().filter(|(_, value)| value.value == Value::Null) {
        if let Some(shape) = shape(key).filter(|shape| !shape.accepts(value)) {
            return Err(value.at.error(format!("`{key}` must be {}", shape.description())));
        }
    }
    Ok(())
}

/// Checks the shapes of the values of a mapping. Returns the keys that are not in `table`.
///
/// A null value passes, because another file may provide the value.
pub(in crate::source::compose) fn check_shapes(
    node: &Node,
    table: KeyTable,
) -> Result<Vec<(&str, &Node)>, ComposeError> {
    let mut unknown = Vec::new();
    let Value::Map(map) = &node.value else { return Ok(unknown) };
    for (key, value) in map {
        if key.starts_with("x-") || value.merge_tag == Some(MergeTag::Reset) || value.value == Value::Null {
            continue;
        }
        match table.iter().find(|(known, _)| known == key) {
            Some((_, shape)) if shape.accepts(value) => {}
            Some((_, shape)) => {
                return Err(value.at.error(format!("`{key}` must be {}", shape.description())));
            }
            None => unknown.push((key.as_str(), value)),
        }
    }
    Ok(unknown)
}

/// Returns the key of `table` most similar to `key`, or `None` if none is similar.
pub(in crate::source::compose) fn closest_key(key: &str, table: KeyTable) -> Option<&'static str> {
    nearest(key, table.iter().map(|(known, _)| (*known, *known)))
}

impl ValueShape {
    fn accepts(self, node: &Node) -> bool {
        let kind = match &node.value {
            Value::Scalar(scalar) => Some(scalar.kind),
            _ => None,
        };
        let is_text = kind == Some(ScalarKind::Text);
        let is_map = matches!(node.value, Value::Map(_));
        let is_list = matches!(node.value, Value::List(_));
        match self {
            Text => is_text,
            Number => is_text || kind == Some(ScalarKind::Number),
            Flag => is_text || kind == Some(ScalarKind::Bool),
            TextList => is_list_of(node, Text),
            TextOrTextList => is_text || is_list_of(node, Text),
            Command => node.value == Value::Null || is_text || is_list_of(node, Text),
            MapOrTextList => is_list_of(node, Text) || is_map_of_scalars(node),
            MapOrList => is_map || is_list,
            List => is_list,
            TextOrList => is_text || is_list,
            Map => is_map,
            MapOrNull => is_map || node.value == Value::Null,
            MapOrText => is_map || is_text,
            Any => true,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Text => "a string",
            Number => "a number",
            Flag => "true or false",
            TextList => "a list of strings",
            TextOrTextList | Command => "a string or a list of strings",
            MapOrTextList => "a mapping of names to values, or a list of `name=value`",
            MapOrList => "a mapping or a list",
            List => "a list",
            TextOrList => "a string or a list",
            Map | MapOrNull => "a mapping",
            MapOrText => "a string or a mapping",
            Any => "anything",
        }
    }
}

fn is_list_of(node: &Node, shape: ValueShape) -> bool {
    let Value::List(items) = &node.value else { return false };
    items.iter().all(|item| item.merge_tag == Some(MergeTag::Reset) || shape.accepts(item))
}

fn is_map_of_scalars(node: &Node) -> bool {
    let Value::Map(map) = &node.value else { return false };
    map.values().all(|value| {
        value.merge_tag == Some(MergeTag::Reset) || matches!(value.value, Value::Scalar(_) | Value::Null)
    })
}

#[cfg(test)]
mod tests {
    use super::{
        CONFIG_OR_SECRET_KEYS, KeyTable, NETWORK_KEYS, SERVICE_KEYS, TOP_LEVEL_KEYS, VOLUME_KEYS, closest_key,
    };

    #[test]
    fn tables_are_in_order_and_near_keys_are_found() {
        let ordered = |table: KeyTable| table.windows(2).all(|pair| pair[0].0 < pair[1].0);
        assert!([SERVICE_KEYS, NETWORK_KEYS, VOLUME_KEYS, CONFIG_OR_SECRET_KEYS].into_iter().all(ordered));
        assert_eq!(closest_key("enviroment", SERVICE_KEYS), Some("environment"));
        assert_eq!(closest_key("service", TOP_LEVEL_KEYS), Some("services"));
        assert_eq!(closest_key("zzz", SERVICE_KEYS), None);
    }
}

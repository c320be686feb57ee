//! The keys of a compose file and the shapes of their values, after the Compose Specification's JSON schema
//! (`schema/compose-spec.json`). A wrong shape is an error, as it is to compose. A key that is not in these tables may
//! be of a later version, so it is only told of.

use super::yaml::{Edit, Node, ScalarKind, Value, Wrong};

/// The shape of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text.
    Text,
    /// A text or a number.
    Number,
    /// A truth value, or a text that is one once its variables are filled in.
    Flag,
    /// A list of texts.
    Texts,
    /// A text or a list of texts.
    TextOrTexts,
    /// Nothing, a text or a list of texts.
    Command,
    /// A mapping of names to scalars, or a list of texts.
    Pairs,
    /// A mapping or a list.
    MapOrList,
    /// A list.
    List,
    /// A text or a list.
    TextOrList,
    /// A mapping.
    Map,
    /// A mapping or nothing.
    MapOrNull,
    /// A mapping or a text.
    MapOrText,
    /// Any value.
    Any,
}

/// Keys and the shapes of their values.
pub(super) type Table = &'static [(&'static str, Shape)];

use Shape::{
    Any, Command, Flag, List, Map, MapOrList, MapOrNull, MapOrText, Number, Pairs, Text, TextOrList,
    TextOrTexts, Texts,
};

/// The keys at the top of a file.
pub(super) const TOP: Table = &[
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

/// The keys of a service.
pub(super) const SERVICE: Table = &[
    ("annotations", Pairs),
    ("attach", Flag),
    ("blkio_config", Map),
    ("build", MapOrText),
    ("cap_add", Texts),
    ("cap_drop", Texts),
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
    ("device_cgroup_rules", Texts),
    ("devices", List),
    ("dns", TextOrTexts),
    ("dns_opt", Texts),
    ("dns_search", TextOrTexts),
    ("domainname", Text),
    ("entrypoint", Command),
    ("env_file", TextOrList),
    ("environment", Pairs),
    ("expose", List),
    ("extends", MapOrText),
    ("external_links", Texts),
    ("extra_hosts", MapOrList),
    ("gpus", Any),
    ("group_add", List),
    ("healthcheck", Map),
    ("hostname", Text),
    ("image", Text),
    ("init", Flag),
    ("ipc", Text),
    ("isolation", Text),
    ("label_file", TextOrTexts),
    ("labels", Pairs),
    ("links", Texts),
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
    ("profiles", Texts),
    ("provider", Map),
    ("pull_policy", Text),
    ("pull_refresh_after", Text),
    ("read_only", Flag),
    ("restart", Text),
    ("runtime", Text),
    ("scale", Number),
    ("secrets", List),
    ("security_opt", Texts),
    ("shm_size", Number),
    ("stdin_open", Flag),
    ("stop_grace_period", Text),
    ("stop_signal", Text),
    ("storage_opt", Map),
    ("sysctls", Pairs),
    ("tmpfs", TextOrTexts),
    ("tty", Flag),
    ("ulimits", Map),
    ("use_api_socket", Flag),
    ("user", Text),
    ("userns_mode", Text),
    ("uts", Text),
    ("volumes", List),
    ("volumes_from", Texts),
    ("working_dir", Text),
];

/// The keys of a network.
pub(super) const NETWORK: Table = &[
    ("attachable", Flag),
    ("driver", Text),
    ("driver_opts", Map),
    ("enable_ipv4", Flag),
    ("enable_ipv6", Flag),
    ("external", Any),
    ("internal", Flag),
    ("ipam", Map),
    ("labels", Pairs),
    ("name", Text),
];

/// The keys of a volume.
pub(super) const VOLUME: Table =
    &[("driver", Text), ("driver_opts", Map), ("external", Any), ("labels", Pairs), ("name", Text)];

/// The keys of a config or a secret.
pub(super) const FILE: Table = &[
    ("content", Text),
    ("driver", Text),
    ("driver_opts", Map),
    ("environment", Text),
    ("external", Any),
    ("file", Text),
    ("labels", Pairs),
    ("name", Text),
    ("template_driver", Text),
];

/// The keys of a service's dependency.
pub(super) const DEPENDENCY: Table = &[("condition", Text), ("required", Flag), ("restart", Flag)];

/// The keys of a service's place in a network.
pub(super) const ATTACHMENT: Table = &[
    ("aliases", Texts),
    ("driver_opts", Map),
    ("gw_priority", Number),
    ("interface_name", Text),
    ("ipv4_address", Text),
    ("ipv6_address", Text),
    ("link_local_ips", Texts),
    ("mac_address", Text),
    ("priority", Number),
];

/// Checks that nothing is left empty in a merged mapping that must have a value.
pub(super) fn check_values(node: &Node, table: Table) -> Result<(), Wrong> {
    let Value::Map(map) = &node.value else { return Ok(()) };
    let shape = |key: &str| table.iter().find(|(known, _)| *known == key).map(|(_, shape)| *shape);
    for (key, value) in map.iter().filter(|(_, value)| value.value == Value::Null) {
        if let Some(shape) = shape(key).filter(|shape| !shape.fits(value)) {
            return Err(value.at.wrong(format!("`{key}` must be {}", shape.words())));
        }
    }
    Ok(())
}

/// Checks the shapes of the values of a mapping, and gives the keys that are not in the table. A value may be left
/// empty, because a file below or above may have it.
pub(super) fn check(node: &Node, table: Table) -> Result<Vec<(&str, &Node)>, Wrong> {
    let mut unknown = Vec::new();
    let Value::Map(map) = &node.value else { return Ok(unknown) };
    for (key, value) in map {
        if key.starts_with("x-") || value.edit == Some(Edit::Reset) || value.value == Value::Null {
            continue;
        }
        match table.iter().find(|(known, _)| known == key) {
            Some((_, shape)) if shape.fits(value) => {}
            Some((_, shape)) => {
                return Err(value.at.wrong(format!("`{key}` must be {}", shape.words())));
            }
            None => unknown.push((key.as_str(), value)),
        }
    }
    Ok(unknown)
}

/// The key of the table that is most like `key`.
pub(super) fn nearest(key: &str, table: Table) -> Option<&'static str> {
    let near = table.iter().map(|(known, _)| (strsim::jaro_winkler(key, known), *known));
    near.filter(|(likeness, _)| *likeness > 0.85).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

impl Shape {
    fn fits(self, node: &Node) -> bool {
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
            Texts => is_list_of(node, Text),
            TextOrTexts => is_text || is_list_of(node, Text),
            Command => node.value == Value::Null || is_text || is_list_of(node, Text),
            Pairs => is_list_of(node, Text) || is_map_of_scalars(node),
            MapOrList => is_map || is_list,
            List => is_list,
            TextOrList => is_text || is_list,
            Map => is_map,
            MapOrNull => is_map || node.value == Value::Null,
            MapOrText => is_map || is_text,
            Any => true,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Text => "text",
            Number => "a number",
            Flag => "true or false",
            Texts => "a list of texts",
            TextOrTexts | Command => "text or a list of texts",
            Pairs => "a mapping of names to values, or a list of `name=value`",
            MapOrList => "a mapping or a list",
            List => "a list",
            TextOrList => "text or a list",
            Map | MapOrNull => "a mapping",
            MapOrText => "a mapping or text",
            Any => "anything",
        }
    }
}

fn is_list_of(node: &Node, shape: Shape) -> bool {
    let Value::List(items) = &node.value else { return false };
    items.iter().all(|item| item.edit == Some(Edit::Reset) || shape.fits(item))
}

fn is_map_of_scalars(node: &Node) -> bool {
    let Value::Map(map) = &node.value else { return false };
    map.values()
        .all(|value| value.edit == Some(Edit::Reset) || matches!(value.value, Value::Scalar(_) | Value::Null))
}

#[cfg(test)]
mod tests {
    use super::{FILE, NETWORK, SERVICE, TOP, Table, VOLUME, nearest};

    #[test]
    fn tables_are_in_order_and_near_keys_are_found() {
        let ordered = |table: Table| table.windows(2).all(|pair| pair[0].0 < pair[1].0);
        assert!([SERVICE, NETWORK, VOLUME, FILE].into_iter().all(ordered));
        assert_eq!(nearest("enviroment", SERVICE), Some("environment"));
        assert_eq!(nearest("service", TOP), Some("services"));
        assert_eq!(nearest("zzz", SERVICE), None);
    }
}

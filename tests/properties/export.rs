//! Export tests: every format is well-formed for any service name, and all formats contain the same nodes and
//! edges.

use crate::{
    estate::{ServiceBuilder, failure, now, service, shop, snapshot, source_status},
    world::{drafts, services, snapshots},
};
use portolan::{
    export::{self, MapFormat},
    keymap::Keymap,
    model::{FailureKind, Inventory, Snapshot, Timestamp},
    screen::{Scene, Theme},
    store::Store,
};
use proptest::prelude::*;
use serde_json::Value;

/// Returns a store after applying the snapshots in `told`.
pub(crate) fn store_with(told: &[Snapshot]) -> Store {
    let statuses = told.iter().map(|s| source_status(s.source.as_str())).collect();
    let mut store = Store::new(Inventory::new(Vec::new()), statuses, 1 << 20, now());
    for snapshot in told {
        store.apply_poll_result(&snapshot.source, Ok(snapshot.clone()));
    }
    store
}

/// Returns the map of `store` in `format`.
pub(crate) fn export_map(store: &Store, format: &str) -> String {
    let theme = Theme::named("mono", false).unwrap();
    let scene = Scene { store, theme: &theme, keymap: &Keymap::default() };
    MapFormat::named(format).unwrap().write(scene)
}

fn map_json(store: &Store) -> Value {
    serde_json::from_str(&export_map(store, "json")).unwrap()
}

/// Returns the quoted strings of a DOT text, unescaped. Returns `None` if a quote is left open.
fn dot_strings(text: &str) -> Option<Vec<String>> {
    let mut all = Vec::new();
    let mut chars = text.chars();
    while chars.by_ref().any(|c| c == '"') {
        let mut one = String::new();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => one.push(chars.next()?),
                c => one.push(c),
            }
        }
        all.push(one);
    }
    Some(all)
}

/// Decodes a Mermaid label's `#NUMBER;` escapes, as Mermaid does.
fn decode_mermaid_label(label: &str) -> String {
    let mut parts = label.split('#');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(';').unwrap();
        shown.push(char::from_u32(number.parse().unwrap()).unwrap());
        shown.push_str(rest);
    }
    shown
}

#[test]
fn the_json_has_what_the_contract_names() {
    let mut store = store_with(&shop());
    store.apply_poll_result(&shop()[0].source, Err(failure(FailureKind::Timeout, "too slow", "wait")));
    let map = map_json(&store);
    let has = |value: &Value, keys: &[&str]| {
        let missing: Vec<_> = keys.iter().filter(|key| value.get(**key).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?} are missing in {value}");
    };
    assert_eq!(map["schema"], "portolan.map/1");
    assert!(map["taken"].as_str().unwrap().parse::<Timestamp>().is_ok());
    has(&map["sources"][0], &["id", "kind", "state", "age_s", "error"]);
    assert_eq!(
        (&map["sources"][0]["state"], &map["sources"][0]["error"]),
        (&"stale".into(), &"too slow".into())
    );
    has(&map["nodes"][0], &["id", "name", "kind", "source", "group", "health", "running", "desired"]);
    has(&map["edges"][0], &["from", "to", "strength", "evidence"]);
    has(&map["edges"][0]["evidence"][0], &["kind", "place", "detail", "first_seen", "last_seen"]);
    has(
        &map["findings"][0],
        &["kind", "severity", "service", "node", "since", "reason", "suspects", "reach", "next"],
    );
    let kinds = ["service", "dependency", "load-balancer", "internet"];
    let nodes = map["nodes"].as_array().unwrap();
    assert!(nodes.iter().all(|node| kinds.contains(&node["kind"].as_str().unwrap())));
    let orders = nodes.iter().find(|node| node["name"] == "orders").unwrap();
    let (group, running, desired) = (&orders["group"], &orders["running"], &orders["desired"]);
    assert_eq!((group, running, desired), (&"prod".into(), &1.into(), &3.into()));
    let alone: Value = serde_json::from_str(&export::findings_json(&store.world)).unwrap();
    assert_eq!((&alone["schema"], &alone["findings"]), (&"portolan.findings/1".into(), &map["findings"]));
    let status: Value = serde_json::from_str(&export::status_json(&store.world)).unwrap();
    assert_eq!(status["schema"], "portolan.status/1");
}

#[test]
fn two_groups_of_one_name_on_two_sources_are_two() {
    let web = |source| snapshot(source, vec![service(source, Some("shop"), "web")]);
    let store = store_with(&[web("docker"), web("ecs:a")]);
    for format in ["dot", "mermaid"] {
        let text = export_map(&store, format);
        assert_eq!(text.matches("subgraph").count(), 2, "{text}");
    }
}

#[test]
fn a_stopped_service_is_a_node_too() {
    let idle = service("ecs:a", Some("prod"), "idle").with_instances(0);
    let map = map_json(&store_with(&[snapshot("ecs:a", vec![idle])]));
    assert_eq!(map["nodes"][0]["health"], "stopped");
}

/// Service names that do harm if an export does not escape them.
const HOSTILE_NAMES: [&str; 6] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "<!-- ]]> &amp; '",
    "🦀🚢 é",
    "日本語サービス",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
];

/// Returns the text of every element called `element`. Panics if `markup` is not well-formed XML.
fn element_texts(markup: &str, element: &str) -> Vec<String> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let read = roxmltree::Document::parse_with_options(markup, options);
    let read = read.unwrap_or_else(|error| panic!("{error} in\n{markup}"));
    let all = read.descendants().filter(|node| node.tag_name().name() == element);
    all.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn hostile_names_are_text_in_pictures_and_pages() {
    for name in HOSTILE_NAMES {
        let web = service("docker", Some(name), name).calls("DB_URL", "postgres://db:5432");
        let store = store_with(&[snapshot("docker", vec![web, service("docker", Some(name), "db")])]);
        for format in ["svg", "html"] {
            let markup = export_map(&store, format);
            assert!(
                element_texts(&markup, "title").iter().any(|title| title.contains(name)),
                "{name} in {format}"
            );
            assert_eq!((markup.matches("<img").count(), markup.matches("<!--").count()), (0, 0), "{name}");
        }
        let page = export_map(&store, "html");
        assert_eq!(page.matches("</script").count(), 2, "{name} ends a script");
        let data = element_texts(&page, "script");
        let data: Value = serde_json::from_str(&data[0]).unwrap();
        assert!(data["nodes"].as_array().unwrap().iter().any(|node| node["name"] == name), "{data}");
        assert!(page.contains("default-src 'none'") && !page.contains("innerHTML"));
    }
}

#[test]
fn a_picture_is_the_same_each_time() {
    for format in ["svg", "html", "csv"] {
        assert_eq!(export_map(&store_with(&shop()), format), export_map(&store_with(&shop()), format));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn names_come_out_of_the_exports_as_they_went_in(
        name in "[!-~é日\u{05d0}][ -~é日]{0,12}",
        group in prop::option::of("[!-~é日][ -~é日]{0,12}"),
    ) {
        let store = store_with(&[snapshot("docker", vec![service("docker", group.as_deref(), &name)])]);
        prop_assert_eq!(&map_json(&store)["nodes"][0]["name"], &Value::from(name.clone()));
        let dot = export_map(&store, "dot");
        prop_assert!(dot_strings(&dot).is_some_and(|all| all.contains(&name.replace('&', "&amp;"))), "{dot}");
        for line in export_map(&store, "mermaid").lines().filter(|line| line.contains('[')) {
            let label = line.split_once("[\"").and_then(|(_, rest)| rest.strip_suffix("\"]"));
            prop_assert!(label.is_some(), "no label in {line}");
            let label = label.unwrap_or_default();
            prop_assert!(!label.contains(['"', '<', '>']), "{label}");
            let read = decode_mermaid_label(label);
            prop_assert!(read == name || Some(&read) == group.as_ref(), "{label} shows as {read}");
        }
    }

    #[test]
    fn every_format_has_every_edge(all in drafts()) {
        let store = store_with(&snapshots(&services(&all, str::to_owned)));
        let edges = store.world.topology().edges.len();
        prop_assert_eq!(map_json(&store)["edges"].as_array().map(Vec::len), Some(edges));
        prop_assert_eq!(export_map(&store, "dot").matches("\" -> \"").count(), edges);
        let mermaid = export_map(&store, "mermaid");
        prop_assert_eq!(mermaid.matches(" -->").count() + mermaid.matches(" -.->").count(), edges);
    }

    #[test]
    fn pictures_are_well_formed_and_name_every_node_and_edge(all in drafts()) {
        let store = store_with(&snapshots(&services(&all, str::to_owned)));
        let (nodes, edges) = (&store.world.topology().nodes, &store.world.topology().edges);
        let lines = edges.len();
        for format in ["svg", "html"] {
            let markup = export_map(&store, format);
            let titles = element_texts(&markup, "title");
            for node in nodes.values() {
                let named = titles.iter().any(|title| title.starts_with(&format!("{}: ", node.label())));
                prop_assert!(named, "{} is missing in {format}", node.name);
            }
            prop_assert_eq!(markup.matches("data-e=\"").count(), lines);
        }
        let rows = export_map(&store, "csv").matches("\r\n").count();
        prop_assert_eq!(rows, 1 + edges.values().map(|edge| edge.evidence.len()).sum::<usize>());
    }

    #[test]
    fn the_drawing_names_every_node(all in drafts()) {
        let store = store_with(&snapshots(&services(&all, str::to_owned)));
        let drawing = export_map(&store, "text");
        for node in store.world.topology().nodes.values() {
            prop_assert!(drawing.contains(node.name.as_str()), "{} is missing in\n{drawing}", node.name);
        }
        prop_assert!(!drawing.lines().any(|line| line.ends_with(' ')));
    }
}

//! Hostile text in every field of the model, through every export.
//!
//! The tests find the fields in the serialized form of an estate, so that they cover fields added later.

use crate::{
    estate::{failure, minutes_ago, shop},
    export::{export_map, store_with},
};
use portolan::{
    export,
    model::{
        Exit, ExitCause, FailureKind, Instance, LogRoute, ReferenceLocation, ReferenceTarget, RevisionChange,
        Service, Snapshot, UnreadPart,
    },
    output::without_controls,
};
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};

/// Text that controls terminals, hides in other text, or acts as markup, script, directive or formula in some
/// format.
const HOSTILE_TEXTS: [&str; 16] = [
    "\u{1b}]52;c;UFdORUQ=\u{7}PWNED",
    "\u{1b}[2J\u{9b}31m\u{90}q\u{9c}",
    "\u{1b}]0;never ends",
    "\r\n\n\t\u{85}\u{2028}\u{0}\u{7f}",
    "\u{202e}gnp\u{2066}.exe\u{2069}\u{200b}\u{feff}",
    "\u{3164}\u{115f}\u{ffa0}\u{2800}\u{fe0f}\u{e0041}\u{34f}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{fffe}\u{ffff}\u{fdd0}",
    "</script><script>alert(1)</script><!-- ]]>",
    "\"><img src=x onerror=alert(1)>'&amp;&#60;",
    "%%{init: {'theme':'forest'}}%%\"]; click n0 \"javascript:x\"",
    "`**bold**` $$x$$ <br> #quot; \\n",
    "\\\" ]; b -> c [label=\\",
    "=cmd|' /C calc'!A0",
    "\u{ff1d}1+1,\"\"\",",
    "@SCRIPT@ ../../x {{x}} ${x} %s",
];

/// Returns true if no output may contain `c`. This list is independent of the program's own.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(u32::from(c),
            0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0x2800 | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfffe | 0xffff
            | 0xe0000..=0xe01ef)
}

/// Returns the shop with a value in every text field of the model.
fn full_estate() -> Vec<Snapshot> {
    let mut all = shop();
    let ecs = &mut all[1];
    let edit = |service: &mut Arc<Service>| {
        let service = Arc::make_mut(service);
        service.instances.iter_mut().for_each(fill_instance);
        for deployment in &mut service.deployments {
            deployment.reason = Some("tasks failed to start".into());
            deployment.previous = Some("orders:40".into());
            deployment.changes = vec![RevisionChange {
                property: "image".into(),
                before: Some("a:1".into()),
                after: Some("a:2".into()),
            }];
        }
        for mention in &mut service.references {
            mention.location = ReferenceLocation {
                container: Some("app".into()),
                setting: mention.location.setting.clone(),
            };
        }
        if let Some(mention) = service.references.first().cloned() {
            let target = ReferenceTarget::ServiceName("db".into());
            service.references.push(portolan::model::Reference { target, ..mention });
        }
    };
    ecs.services.iter_mut().for_each(edit);
    let gap =
        UnreadPart { name: "load balancers".into(), failure: failure(FailureKind::Denied, "no", "ask") };
    ecs.unread_parts.push(gap);
    let checked = ecs.services[0].id.clone();
    for gateway in &mut ecs.load_balancers {
        let (address, reason) = ("10.0.0.1:80".into(), Some("code 503".into()));
        gateway.targets.push(portolan::model::TargetHealth { service: checked.clone(), address, reason });
    }
    all
}

fn fill_instance(instance: &mut Instance) {
    let exit = Exit {
        code: Some(1),
        cause: ExitCause::ProcessExited,
        reason: Some("crashed".into()),
        at: Some(minutes_ago(1)),
    };
    for container in &mut instance.containers {
        container.digest = Some("sha256:01".into());
        container.exit = Some(exit.clone());
        container.log_route = LogRoute::CloudWatch {
            group: "/ecs/shop".into(),
            stream: Some("app/1".into()),
            region: Some("eu-west-1".into()),
        };
    }
    instance.exit = Some(exit);
}

/// Appends the JSON pointers of all strings in `value` to `found`.
fn find_strings(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(n, one)| find_strings(one, &format!("{at}/{n}"), found));
        }
        Value::Object(all) => {
            all.iter().for_each(|(key, one)| find_strings(one, &format!("{at}/{key}"), found));
        }
        _ => {}
    }
}

/// Returns `value` with `text` before and after the strings at the JSON pointers `places`.
fn with_text_around(value: &Value, places: &[String], text: &str) -> Value {
    let mut value = value.clone();
    for place in places {
        if let Some(Value::String(old)) = value.pointer_mut(place) {
            *old = format!("{text}{old}{text}");
        }
    }
    value
}

/// Returns the serialized form of the estate and, for each snapshot, the JSON pointers of fields that accept
/// any text.
fn free_text_fields() -> (Vec<Value>, Vec<Vec<String>>) {
    let values: Vec<Value> = full_estate().iter().map(|one| serde_json::to_value(one).unwrap()).collect();
    let free = values.iter().map(|value| {
        let mut all = Vec::new();
        find_strings(value, "", &mut all);
        let is_free = |place: &String| {
            let value = with_text_around(value, std::slice::from_ref(place), "<");
            serde_json::from_value::<Snapshot>(value).is_ok()
        };
        all.into_iter().filter(is_free).collect()
    });
    let free = free.collect();
    (values, free)
}

/// Parses CSV (RFC 4180). Returns `None` if a quote is misplaced.
fn parse_csv(text: &str) -> Option<Vec<Vec<String>>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            '"' => return None,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted && chars.next_if_eq(&'\n').is_some() => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            c => field.push(c),
        }
    }
    (!quoted && record.is_empty() && field.is_empty()).then_some(records)
}

fn check_csv(text: &str) {
    let records = parse_csv(text).unwrap_or_else(|| panic!("no CSV: {text}"));
    for record in records {
        assert_eq!(record.len(), 10, "{record:?}");
        let formula = |field: &String| field.trim_start().starts_with(['=', '+', '-', '@', '\u{ff1d}']);
        assert!(!record.iter().any(formula), "a formula in {record:?}");
    }
}

/// Asserts that markup is well-formed and has no element or attribute that runs or loads anything.
fn check_markup(text: &str, page: bool) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let read =
        roxmltree::Document::parse_with_options(text, options).unwrap_or_else(|e| panic!("{e}: {text}"));
    let scripts = read.descendants().filter(|node| node.has_tag_name("script")).count();
    assert_eq!(scripts, if page { 2 } else { 0 });
    for node in read.descendants().filter(roxmltree::Node::is_element) {
        assert!(!matches!(node.tag_name().name(), "img" | "iframe" | "a" | "object" | "foreignObject"));
        let acts = |name: &str| name.starts_with("on") || matches!(name, "href" | "src" | "srcdoc");
        assert!(!node.attributes().any(|attribute| acts(attribute.name())), "{node:?}");
    }
    assert!(!text.contains("<!--"));
    assert_eq!(text.matches("</script").count(), scripts);
}

/// Asserts that DOT contains only the exporter's own words outside quoted strings.
fn check_dot(text: &str) {
    let (mut bare, mut quoted, mut chars) = (String::new(), false, text.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' if quoted => drop(chars.next()),
            '"' => quoted = !quoted,
            c if !quoted => bare.push(c),
            _ => {}
        }
    }
    assert!(!quoted, "a quote is open: {text}");
    let words: BTreeSet<&str> =
        bare.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    let known = "digraph portolan rankdir LR node shape box style rounded subgraph cluster label cylinder house \
                 ellipse component color darkgreen blue orange red gray solid dashed dotted labelloc t";
    assert!(words.iter().all(|word| known.split(' ').any(|known| known == *word)), "{words:?}");
}

/// Asserts that each Mermaid line has a form that the exporter writes, and that labels contain no character
/// that is special to Mermaid.
fn check_mermaid(text: &str) {
    let is_id = |id: &str| id.len() > 1 && id[1..].bytes().all(|byte| byte.is_ascii_digit());
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("title: \"") {
            assert!(title.strip_suffix('"').is_some_and(|title| !title.contains(['"', '\\'])), "{line}");
        } else if let Some(comment) = line.strip_prefix("%% ") {
            assert!(!comment.contains(['{', '}']), "{line}");
        } else if let Some((id, label)) = line.split_once('"') {
            let id = id.trim().trim_start_matches("subgraph ").trim_end_matches(['[', '(', '{', '/']);
            assert!(is_id(id), "{line}");
            let (label, end) = label.split_once('"').unwrap_or_else(|| panic!("{line}"));
            assert!(end.chars().all(|c| "])}/".contains(c)), "{line}");
            assert!(!label.contains(['<', '>', '&', '%', '{', '}', '`', '$', '\\', '*']), "{line}");
        } else if line.starts_with("  class") {
            assert!(line.chars().all(|c| c.is_ascii_alphanumeric() || " ,:#-".contains(c)), "{line}");
        } else if let [from, arrow, to] = line.split_whitespace().collect::<Vec<_>>()[..] {
            assert!(is_id(from) && is_id(to) && matches!(arrow, "-->" | "-.->" | "-.->|?|"), "{line}");
        } else {
            assert!(matches!(line, "---" | "flowchart LR" | "  end"), "{line}");
        }
    }
}

/// Asserts that every export of the snapshots in `told` is harmless and well-formed.
fn check_exports(told: &[Snapshot]) {
    let store = store_with(told);
    let service = store.world.inventory.services().next().cloned().unwrap();
    let reports = [
        export::findings_json(&store.world),
        export::status_json(&store.world),
        export::deployments_json(&store.world, &service),
        export::usage_json(&store.world, std::slice::from_ref(&service)),
    ];
    for text in reports.iter().chain([&export_map(&store, "json")]) {
        assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
        assert!(!text.contains(is_harmful), "{text:?}");
    }
    for format in ["text", "dot", "mermaid", "svg", "html", "csv"] {
        let text = export_map(&store, format);
        let bare = if format == "csv" { text.replace("\r\n", "\n") } else { text.clone() };
        let harmful = bare.find(is_harmful);
        assert!(harmful.is_none(), "{:?} in {format}", bare[harmful.unwrap_or(0)..].chars().next());
        assert_eq!(without_controls(&text), text, "the last wall finds nothing in {format}");
        match format {
            "csv" => check_csv(&text),
            "svg" | "html" => check_markup(&text, format == "html"),
            "dot" => check_dot(&text),
            "mermaid" => check_mermaid(&text),
            _ => {}
        }
    }
}

/// Returns the snapshots with `text` around the strings at `places`.
fn with_hostile_text(values: &[Value], places: &[Vec<String>], text: &str) -> Vec<Snapshot> {
    let pairs = values.iter().zip(places);
    pairs
        .map(|(value, places)| serde_json::from_value(with_text_around(value, places, text)).unwrap())
        .collect()
}

#[test]
fn the_estate_has_text_in_every_field_of_the_model() {
    let (_, places) = free_text_fields();
    let names: BTreeSet<&str> =
        places.iter().flatten().filter_map(|place| place.rsplit('/').next()).collect();
    for name in [
        "id",
        "name",
        "group",
        "version",
        "image",
        "digest",
        "reason",
        "output",
        "stream",
        "region",
        "container",
        "key",
        "peer",
        "label",
        "value",
        "text",
        "what",
        "remedy",
        "before",
        "after",
        "previous",
        "rule",
        "kind",
        "address",
        "service",
        "source",
    ] {
        assert!(names.contains(name), "no field `{name}` among {names:?}");
    }
}

#[test]
fn nasty_text_in_every_field_at_once_harms_no_export() {
    let (values, places) = free_text_fields();
    for text in HOSTILE_TEXTS {
        check_exports(&with_hostile_text(&values, &places, text));
    }
    check_exports(&with_hostile_text(&values, &places, &HOSTILE_TEXTS.concat()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nasty_text_in_any_fields_harms_no_export(
        nasty in prop::sample::select(&HOSTILE_TEXTS[..]),
        random in "(\\PC|[\\x00-\\x1f\\x7f-\\x9f\u{200b}-\u{202e}<>&\"'`;%{}\\[\\]]){0,12}",
        which in prop::collection::vec(any::<bool>(), 64),
    ) {
        let (values, places) = free_text_fields();
        let chosen = |places: &Vec<String>| -> Vec<String> {
            places.iter().zip(which.iter().cycle()).filter(|(_, is)| **is).map(|(place, _)| place.clone()).collect()
        };
        let places: Vec<_> = places.iter().map(chosen).collect();
        check_exports(&with_hostile_text(&values, &places, &format!("{nasty}{random}")));
    }
}

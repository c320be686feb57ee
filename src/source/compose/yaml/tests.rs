//! Tests of the YAML parser: trees built from texts, and texts that are refused.

use super::{ComposeError, MergeTag, Node, Value, parse_documents};
use crate::source::compose::limits::LimitCounters;
use std::{path::Path, sync::Arc};

fn parse_all(text: &str) -> Result<Vec<Node>, ComposeError> {
    parse_documents(text, &Arc::from(Path::new("x.yaml")), &mut LimitCounters::default())
}

fn parse_one(text: &str) -> Node {
    parse_all(text).unwrap().remove(0)
}

fn text_at_path(node: &Node, path: &str) -> Option<String> {
    let end = path.split('.').try_fold(node, |node, key| node.get(key));
    end.and_then(Node::text).map(str::to_owned)
}

#[test]
fn merge_keys_add_entries_that_a_mapping_lacks() {
    let node = parse_one(
        "x: &x {image: shop, restart: no}\ny: &y {image: other, user: me}\nweb:\n  image: web\n  <<: [*x, *y]\napi: {<<: *x}\nquoted: {'<<': 1}\n",
    );
    assert_eq!(text_at_path(&node, "web.image").as_deref(), Some("web"));
    assert_eq!(text_at_path(&node, "web.restart").as_deref(), Some("no"));
    assert_eq!(text_at_path(&node, "web.user").as_deref(), Some("me"));
    assert_eq!(text_at_path(&node, "api.image").as_deref(), Some("shop"));
    assert_eq!(text_at_path(&node, "quoted.<<").as_deref(), Some("1"));
    let web = node.get("web").unwrap();
    assert_eq!((web.get("image").unwrap().at.line, web.get("user").unwrap().at.line), (4, 2));
}

#[test]
fn a_merged_list_may_be_an_alias_itself() {
    let node = parse_one("x: &x {a: 1}\nl: &l [*x]\ny: {<<: *l}\nz: {<<: [{b: 2}, *x]}\n");
    assert_eq!(text_at_path(&node, "y.a").as_deref(), Some("1"));
    assert_eq!(text_at_path(&node, "z.b").as_deref(), Some("2"));
}

#[test]
fn documents_marks_line_ends_and_tags_are_read() {
    assert_eq!(parse_all("a: 1\n---\nb: 2\n...\n").unwrap().len(), 2);
    assert_eq!(text_at_path(&parse_one("\u{feff}a: 1\r\nb: x\r\n"), "b").as_deref(), Some("x"));
    let node = parse_one("a: !reset null\nb: !override [1]\nc: !ENV x\nd: !!str 5\n");
    assert_eq!(node.get("a").unwrap().merge_tag, Some(MergeTag::Reset));
    assert_eq!(node.get("b").unwrap().merge_tag, Some(MergeTag::Override));
    assert_eq!(
        (text_at_path(&node, "c"), text_at_path(&node, "d")),
        (Some("x".to_owned()), Some("5".to_owned()))
    );
    assert!(parse_all("").unwrap().is_empty() && parse_all("# nothing\n").unwrap().is_empty());
    assert_eq!(parse_all("---\n").unwrap()[0].value, Value::Null);
}

#[test]
fn errors_have_their_line_and_quote_nothing() {
    for (text, line, words) in [
        ("a: 1\nb: 1\na: 2\n", 3, "first used on line 1"),
        ("a: {x: 1, x: 2}\n", 1, "first used on line 1"),
        ("a: {<<: {}, <<: {}}\n", 1, "duplicate key"),
        ("8080: x\n", 1, "must be a string"),
        ("a: 1\n? [b]\n: c\n", 2, "must be a string"),
        ("true: x\n", 1, "must be a string"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: *nowhere\n", 1, "unknown anchor"),
        ("a: &a [*a]\n", 1, "circular alias"),
        ("a: {<<: [1]}\n", 1, "must be a mapping"),
        ("a: {<<: 1}\n", 1, "must be a mapping"),
        ("a:\n  KEY: 'hunter2\n", 2, "invalid YAML"),
        ("a: [hunter2\nb: 1\n", 2, "invalid YAML"),
        ("a: 'x' hunter2\n", 1, "invalid YAML"),
    ] {
        let wrong = parse_all(text).unwrap_err();
        assert_eq!(wrong.at.line, line, "{text:?}: {wrong:?}");
        assert!(wrong.message.contains(words) && !wrong.message.contains("hunter2"), "{text:?}: {wrong:?}");
    }
}

#[test]
fn texts_that_grow_without_end_are_refused() {
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    let bomb = "a0: &a0 [x, x, x]\n".to_owned() + &(1..9).map(level).collect::<String>();
    assert!(parse_all(&bomb).unwrap_err().message.contains("values"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 1_000].join(", "));
    assert!(parse_all(&long).unwrap_err().message.contains("of text"));
    let deep = format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    assert!(parse_all(&deep).unwrap_err().message.contains("invalid YAML"));
}

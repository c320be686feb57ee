//! Trees that are made of texts, and texts that are refused.

use super::{Edit, Node, Value, Wrong, documents};
use crate::source::compose::limits::Limits;
use std::{path::Path, sync::Arc};

fn all(text: &str) -> Result<Vec<Node>, Wrong> {
    documents(text, &Arc::from(Path::new("x.yaml")), &mut Limits::default())
}

fn one(text: &str) -> Node {
    all(text).unwrap().remove(0)
}

fn text(node: &Node, path: &str) -> Option<String> {
    let end = path.split('.').try_fold(node, |node, key| node.get(key));
    end.and_then(Node::text).map(str::to_owned)
}

#[test]
fn merge_keys_fill_in_what_a_mapping_does_not_say_itself() {
    let node = one(
        "x: &x {image: shop, restart: no}\ny: &y {image: other, user: me}\nweb:\n  image: web\n  <<: [*x, *y]\napi: {<<: *x}\nquoted: {'<<': 1}\n",
    );
    assert_eq!(text(&node, "web.image").as_deref(), Some("web"));
    assert_eq!(text(&node, "web.restart").as_deref(), Some("no"));
    assert_eq!(text(&node, "web.user").as_deref(), Some("me"));
    assert_eq!(text(&node, "api.image").as_deref(), Some("shop"));
    assert_eq!(text(&node, "quoted.<<").as_deref(), Some("1"));
    let web = node.get("web").unwrap();
    assert_eq!((web.get("image").unwrap().at.line, web.get("user").unwrap().at.line), (4, 2));
}

#[test]
fn a_merged_list_may_be_an_alias_itself() {
    let node = one("x: &x {a: 1}\nl: &l [*x]\ny: {<<: *l}\nz: {<<: [{b: 2}, *x]}\n");
    assert_eq!(text(&node, "y.a").as_deref(), Some("1"));
    assert_eq!(text(&node, "z.b").as_deref(), Some("2"));
}

#[test]
fn documents_marks_line_ends_and_tags_are_read() {
    assert_eq!(all("a: 1\n---\nb: 2\n...\n").unwrap().len(), 2);
    assert_eq!(text(&one("\u{feff}a: 1\r\nb: x\r\n"), "b").as_deref(), Some("x"));
    let node = one("a: !reset null\nb: !override [1]\nc: !ENV x\nd: !!str 5\n");
    assert_eq!(node.get("a").unwrap().edit, Some(Edit::Reset));
    assert_eq!(node.get("b").unwrap().edit, Some(Edit::Override));
    assert_eq!((text(&node, "c"), text(&node, "d")), (Some("x".to_owned()), Some("5".to_owned())));
    assert!(all("").unwrap().is_empty() && all("# nothing\n").unwrap().is_empty());
    assert_eq!(all("---\n").unwrap()[0].value, Value::Null);
}

#[test]
fn what_is_wrong_has_its_line_and_quotes_nothing() {
    for (text, line, words) in [
        ("a: 1\nb: 1\na: 2\n", 3, "line 1 already"),
        ("a: {x: 1, x: 2}\n", 1, "line 1 already"),
        ("a: {<<: {}, <<: {}}\n", 1, "already"),
        ("8080: x\n", 1, "must be text"),
        ("a: 1\n? [b]\n: c\n", 2, "must be text"),
        ("true: x\n", 1, "must be text"),
        ("a:\n\tb: 1\n", 2, "tab"),
        ("a: *nowhere\n", 1, "unknown anchor"),
        ("a: &a [*a]\n", 1, "stands in"),
        ("a: {<<: [1]}\n", 1, "takes a mapping"),
        ("a: {<<: 1}\n", 1, "takes a mapping"),
        ("a:\n  KEY: 'hunter2\n", 2, "not YAML"),
        ("a: [hunter2\nb: 1\n", 2, "not YAML"),
        ("a: 'x' hunter2\n", 1, "not YAML"),
    ] {
        let wrong = all(text).unwrap_err();
        assert_eq!(wrong.at.line, line, "{text:?}: {wrong:?}");
        assert!(wrong.what.contains(words) && !wrong.what.contains("hunter2"), "{text:?}: {wrong:?}");
    }
}

#[test]
fn what_grows_without_end_is_refused() {
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "));
    let bomb = "a0: &a0 [x, x, x]\n".to_owned() + &(1..9).map(level).collect::<String>();
    assert!(all(&bomb).unwrap_err().what.contains("values"));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), vec!["*a"; 1_000].join(", "));
    assert!(all(&long).unwrap_err().what.contains("of text"));
    let deep = format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    assert!(all(&deep).unwrap_err().what.contains("not YAML"));
}

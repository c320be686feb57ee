//! Rule about imports between sibling modules: they form no cycle, so that each module can be understood
//! before those that import it.

use super::read::SourceFile;
use std::collections::{BTreeMap, BTreeSet};

/// Imports between the children of one module: by child, the siblings that it uses.
type SiblingImports = BTreeMap<String, BTreeSet<String>>;

/// Returns the cycles of imports between sibling modules, one line each. Imports of a parent module do not
/// count.
pub(crate) fn cycles(sources: &[SourceFile]) -> Vec<String> {
    let modules: BTreeSet<Vec<String>> = sources.iter().filter_map(|source| module(&source.path)).collect();
    let mut imports: BTreeMap<Vec<String>, SiblingImports> = BTreeMap::new();
    for source in sources.iter().filter(|source| !source.is_test_file()) {
        let Some(own) = module(&source.path) else { continue };
        for (_, path) in source.production_paths() {
            let Some(target) = absolute(&own, path, &modules) else { continue };
            let shared = own.iter().zip(&target).take_while(|(a, b)| a == b).count();
            if shared < own.len() && shared < target.len() && modules.contains(&target[..=shared]) {
                let siblings = imports.entry(own[..shared].to_vec()).or_default();
                siblings.entry(own[shared].clone()).or_default().insert(target[shared].clone());
            }
        }
    }
    let named = |parent: &[String], circle: &[String]| {
        let parent =
            if parent.is_empty() { "crate".to_owned() } else { format!("crate::{}", parent.join("::")) };
        format!(
            "{parent}: {} import each other in a circle; move what they share into a module of its own",
            circle.join(", ")
        )
    };
    imports
        .iter()
        .flat_map(|(parent, of)| circles(of).into_iter().map(|circle| named(parent, &circle)))
        .collect()
}

/// Returns the module path of a file, such as `["layout", "routing", "channel"]`; empty for lib.rs.
fn module(path: &str) -> Option<Vec<String>> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    let root = ["lib", "main"].contains(&inside);
    Some(if root { Vec::new() } else { inside.split('/').map(str::to_owned).collect() })
}

/// Returns the absolute form of `path`, used in the module `own`, or `None` if it leaves the crate.
fn absolute(own: &[String], path: &[String], modules: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|part| *part == "super").count();
    let (start, rest) = match path.first()?.as_str() {
        "crate" => (&own[..0], &path[1..]),
        "self" => (own, &path[1..]),
        "super" => (&own[..own.len().checked_sub(supers)?], &path[supers..]),
        first => {
            let child = [own, &[first.to_owned()]].concat();
            return modules.contains(&child).then(|| [own, path].concat());
        }
    };
    Some([start, rest].concat())
}

/// Returns the sets of modules that import each other, directly or through other modules.
fn circles(imports: &SiblingImports) -> Vec<Vec<String>> {
    let reached = |from: &String| {
        let (mut all, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(next) = open.pop() {
            for target in imports.get(next).into_iter().flatten() {
                if all.insert(target.clone()) {
                    open.push(target);
                }
            }
        }
        all
    };
    let reach: BTreeMap<&String, BTreeSet<String>> =
        imports.keys().map(|name| (name, reached(name))).collect();
    let mut found = BTreeSet::new();
    for (name, targets) in &reach {
        if targets.contains(*name) {
            let mutual =
                targets.iter().filter(|other| reach.get(other).is_some_and(|back| back.contains(*name)));
            found.insert(mutual.cloned().collect::<Vec<String>>());
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycles_in(files: &[(&str, &str)]) -> Vec<String> {
        let all: Vec<_> = files
            .iter()
            .map(|(path, text)| SourceFile::new((*path).to_owned(), format!("//! Head.\n{text}")))
            .collect();
        cycles(&all)
    }

    #[test]
    fn siblings_import_each_other_in_no_circle() {
        let head = ("src/a/mod.rs", "mod b;\nmod c;\nmod d;\nuse b::B;");
        let two =
            cycles_in(&[head, ("src/a/b.rs", "use super::c::C;"), ("src/a/c.rs", "use crate::a::b::B;")]);
        assert_eq!(two.len(), 1, "{two:?}");
        assert!(two[0].starts_with("crate::a: b, c import"), "{two:?}");
        let three = cycles_in(&[
            head,
            ("src/a/b.rs", "use super::c::C;"),
            ("src/a/c.rs", "fn f() { super::d::f(); }"),
            ("src/a/d.rs", "use super::{X, b::B};"),
        ]);
        assert!(three[0].contains("b, c, d"), "{three:?}");
        let deep = cycles_in(&[
            head,
            ("src/a/b/e.rs", "use super::super::c::C;"),
            ("src/a/c.rs", "use super::b::B;"),
            ("src/a/b/mod.rs", "mod e;"),
        ]);
        assert!(deep[0].contains("b, c"), "{deep:?}");
        let inside = cycles_in(&[
            head,
            ("src/a/b.rs", "use super::c::C;"),
            ("src/a/c.rs", "#[cfg(test)]\nmod tests { use crate::a::b::B; }"),
        ]);
        assert_eq!(inside, Vec::<String>::new());
        let parent =
            cycles_in(&[head, ("src/a/b.rs", "use super::{X, c::C};"), ("src/a/c.rs", "use super::X;")]);
        assert_eq!(parent, Vec::<String>::new());
    }
}

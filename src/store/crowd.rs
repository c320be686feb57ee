//! Groups that are too large for one frame: parted by the first word of their services' names, as people name what
//! belongs together alike. What was parted stays so until it is much smaller, so that the map holds still.

use crate::topology::{Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

/// From how many services on a group is parted, and from how few on it is whole again.
const MANY: usize = 120;
const FEW: usize = 90;

/// The least services that share a word which makes a part of its own.
const ALIKE: usize = 3;

/// The part for all others.
const OTHERS: &str = "others";

/// How many dependencies that no source runs stand alone beside such groups at most, and from how few on they do again.
const ALONE: usize = 12;
const ALONE_AGAIN: usize = 8;

/// The groups that are parted, by source and name, and whether what no source runs is a group beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crowds {
    groups: BTreeMap<(String, String), Crowd>,
    outside: bool,
}

/// How one group is parted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Crowd {
    /// How many words at the start of the names all of them share.
    shared: usize,
    /// The words that make parts.
    parts: BTreeSet<String>,
}

impl Crowds {
    /// The groups of those nodes that are to be parted, given which were `before`.
    #[must_use]
    pub fn of<'a>(nodes: impl Iterator<Item = &'a Node>, before: &Self) -> Self {
        let mut groups: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        let mut dependencies = 0;
        for node in nodes {
            match (&node.kind, key(node)) {
                (NodeKind::Service(_), Some(key)) => groups.entry(key).or_default().push(&node.name),
                (NodeKind::Dependency, None) => dependencies += 1,
                _ => {}
            }
        }
        let parted = groups.into_iter().filter_map(|(key, names)| {
            let old = before.groups.get(&key);
            let is_crowd = names.len() > if old.is_some() { FEW } else { MANY };
            let crowd = is_crowd.then(|| Crowd::new(&names, old)).filter(|crowd| !crowd.parts.is_empty());
            crowd.map(|crowd| (key, crowd))
        });
        let groups: BTreeMap<_, _> = parted.collect();
        let many = dependencies > if before.outside { ALONE_AGAIN } else { ALONE };
        Self { outside: many && !groups.is_empty(), groups }
    }

    /// Whether a node is among the dependencies that stand together.
    #[must_use]
    pub fn is_outside(&self, node: &Node) -> bool {
        self.outside && node.kind == NodeKind::Dependency && node.group.is_none()
    }

    /// The part of its group that a node is in, where the group is parted.
    #[must_use]
    pub fn part(&self, node: &Node) -> Option<String> {
        let crowd = self.groups.get(&key(node)?)?;
        let word = words(&node.name).nth(crowd.shared).filter(|word| crowd.parts.contains(*word));
        Some(word.unwrap_or(OTHERS).to_owned())
    }
}

impl Crowd {
    fn new(names: &[&str], old: Option<&Self>) -> Self {
        let shared = shared(names);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for word in names.iter().filter_map(|name| words(name).nth(shared)) {
            *counts.entry(word).or_default() += 1;
        }
        let was = |word: &str| old.is_some_and(|old| old.shared == shared && old.parts.contains(word));
        let parts = counts.into_iter().filter(|(word, count)| *count >= ALIKE || was(word));
        Self { shared, parts: parts.map(|(word, _)| word.to_owned()).collect() }
    }
}

fn key(node: &Node) -> Option<(String, String)> {
    let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
    Some((source, node.group.clone()?))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.', '/']).filter(|word| !word.is_empty())
}

/// How many words at their start all names share.
fn shared(names: &[&str]) -> usize {
    let Some((first, rest)) = names.split_first() else { return 0 };
    let alike = |name: &&str| words(first).zip(words(name)).take_while(|(a, b)| a == b).count();
    rest.iter().map(alike).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Crowds;
    use crate::{
        model::{Service, ServiceId, SourceId, sample},
        topology::{Node, infer},
    };

    fn nodes(names: &[String]) -> Vec<Node> {
        let services = names.iter().map(|name| {
            let id = ServiceId::of(&SourceId::new("docker"), Some("shop"), name);
            Service { id, ..sample::service(name) }
        });
        let topology = infer(&sample::inventory(services.collect()));
        topology.nodes.into_values().collect()
    }

    fn named(prefix: &str, count: usize) -> Vec<String> {
        (0..count).map(|n| format!("prod-{prefix}-{n}")).collect()
    }

    fn part(crowds: &Crowds, nodes: &[Node], name: &str) -> Option<String> {
        crowds.part(nodes.iter().find(|node| node.name == name).unwrap())
    }

    #[test]
    fn a_large_group_is_parted_by_the_words_that_differ_and_stays_so() {
        let many = [named("edge", 60), named("core", 61), named("lone", 1)].concat();
        let nodes_then = nodes(&many);
        let crowds = Crowds::of(nodes_then.iter(), &Crowds::default());
        assert_eq!(part(&crowds, &nodes_then, "prod-edge-7").as_deref(), Some("edge"));
        assert_eq!(part(&crowds, &nodes_then, "prod-lone-0").as_deref(), Some("others"));
        let fewer = nodes(&[named("edge", 50), named("core", 50)].concat());
        assert!(part(&Crowds::of(fewer.iter(), &crowds), &fewer, "prod-edge-7").is_some(), "as before");
        assert_eq!(part(&Crowds::of(fewer.iter(), &Crowds::default()), &fewer, "prod-edge-7"), None);
        let few = nodes(&named("edge", 40));
        assert_eq!(part(&Crowds::of(few.iter(), &crowds), &few, "prod-edge-7"), None);
    }

    #[test]
    fn a_large_group_without_words_stays_whole() {
        let names: Vec<String> = (0..130).map(|n| format!("s{n}")).collect();
        let nodes = nodes(&names);
        assert_eq!(Crowds::of(nodes.iter(), &Crowds::default()), Crowds::default());
    }
}

//! Groups that are too large for one frame on the map. The map splits such a group into parts, each with its
//! own frame, by the first word in which the names of its services differ. Related services usually share
//! that word. A split group is joined only when it has become much smaller, so that the map stays stable.

use crate::topology::{Node, NodeKind};
use std::collections::{BTreeMap, BTreeSet};

/// Number of services above which a group is split into parts.
const SPLIT_ABOVE_SERVICES: usize = 120;
/// Number of services above which a split group stays split. It is lower than the limit for splitting, so
/// that the map stays stable.
const KEEP_SPLIT_ABOVE_SERVICES: usize = 90;

/// Minimum number of services with the same word that form their own part.
const MIN_SERVICES_PER_PART: usize = 3;

/// Name of the part for all other services of a split group.
const OTHERS_PART: &str = "others";

/// Number of dependencies without a group above which the map puts them into a single frame, provided that
/// there is a split group.
const BUNDLE_ABOVE_DEPENDENCIES: usize = 12;
/// Number of dependencies without a group above which they stay in their single frame. It is lower than the
/// limit for creating the frame, so that the map stays stable.
const KEEP_BUNDLED_ABOVE_DEPENDENCIES: usize = 8;

/// Large groups that the map splits into parts, and the decision whether the map puts dependencies without a
/// group into a single frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LargeGroups {
    /// Split of each large group, by the names of its source and of the group.
    groups: BTreeMap<(String, String), GroupSplit>,
    bundles_dependencies: bool,
}

/// Rule that splits one large group into parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct GroupSplit {
    /// Number of words with which all names in the group begin.
    shared_words: usize,
    /// Names of the parts. A part has the services whose names continue with the name of the part, after the
    /// words that all names in the group share.
    part_words: BTreeSet<String>,
}

impl LargeGroups {
    /// Finds the large groups among `nodes` and splits them. `before` is the previous result: a group that is
    /// split in it stays split until the group has become much smaller.
    #[must_use]
    pub fn split<'a>(nodes: impl Iterator<Item = &'a Node>, before: &Self) -> Self {
        let mut groups: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        let mut dependencies = 0;
        for node in nodes {
            match (&node.kind, group_key(node)) {
                (NodeKind::Service(_), Some(key)) => groups.entry(key).or_default().push(&node.name),
                (NodeKind::Dependency, None) => dependencies += 1,
                _ => {}
            }
        }
        let splits = groups.into_iter().filter_map(|(key, names)| {
            let old = before.groups.get(&key);
            let is_large =
                names.len() > if old.is_some() { KEEP_SPLIT_ABOVE_SERVICES } else { SPLIT_ABOVE_SERVICES };
            let split =
                is_large.then(|| GroupSplit::new(&names, old)).filter(|split| !split.part_words.is_empty());
            split.map(|split| (key, split))
        });
        let groups: BTreeMap<_, _> = splits.collect();
        let many = dependencies
            > if before.bundles_dependencies {
                KEEP_BUNDLED_ABOVE_DEPENDENCIES
            } else {
                BUNDLE_ABOVE_DEPENDENCIES
            };
        Self { bundles_dependencies: many && !groups.is_empty(), groups }
    }

    /// Returns true if `node` is a dependency in the shared frame for dependencies without a group.
    #[must_use]
    pub fn is_bundled_dependency(&self, node: &Node) -> bool {
        self.bundles_dependencies && node.kind == NodeKind::Dependency && node.group.is_none()
    }

    /// Returns the name of the part to which `node` belongs, or `None` if its group is not split.
    #[must_use]
    pub fn part_name(&self, node: &Node) -> Option<String> {
        let split = self.groups.get(&group_key(node)?)?;
        let word =
            name_words(&node.name).nth(split.shared_words).filter(|word| split.part_words.contains(*word));
        Some(word.unwrap_or(OTHERS_PART).to_owned())
    }
}

impl GroupSplit {
    fn new(names: &[&str], old: Option<&Self>) -> Self {
        let shared_words = shared_word_count(names);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for word in names.iter().filter_map(|name| name_words(name).nth(shared_words)) {
            *counts.entry(word).or_default() += 1;
        }
        let was = |word: &str| {
            old.is_some_and(|old| old.shared_words == shared_words && old.part_words.contains(word))
        };
        let parts = counts.into_iter().filter(|(word, count)| *count >= MIN_SERVICES_PER_PART || was(word));
        Self { shared_words, part_words: parts.map(|(word, _)| word.to_owned()).collect() }
    }
}

fn group_key(node: &Node) -> Option<(String, String)> {
    let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
    Some((source, node.group.clone()?))
}

fn name_words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.', '/']).filter(|word| !word.is_empty())
}

/// Returns the number of words with which all `names` begin.
fn shared_word_count(names: &[&str]) -> usize {
    let Some((first, rest)) = names.split_first() else { return 0 };
    let alike = |name: &&str| name_words(first).zip(name_words(name)).take_while(|(a, b)| a == b).count();
    rest.iter().map(alike).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::LargeGroups;
    use crate::{
        model::{Service, ServiceId, SourceId, fixtures},
        topology::{Node, infer},
    };

    fn nodes(names: &[String]) -> Vec<Node> {
        let services = names.iter().map(|name| {
            let id = ServiceId::of(&SourceId::new("docker"), Some("shop"), name);
            Service { id, ..fixtures::service(name) }
        });
        let topology = infer(&fixtures::inventory(services.collect()));
        topology.nodes.into_values().collect()
    }

    fn named(prefix: &str, count: usize) -> Vec<String> {
        (0..count).map(|n| format!("prod-{prefix}-{n}")).collect()
    }

    fn part(crowds: &LargeGroups, nodes: &[Node], name: &str) -> Option<String> {
        crowds.part_name(nodes.iter().find(|node| node.name == name).unwrap())
    }

    #[test]
    fn a_large_group_is_parted_by_the_words_that_differ_and_stays_so() {
        let many = [named("edge", 60), named("core", 61), named("lone", 1)].concat();
        let nodes_then = nodes(&many);
        let crowds = LargeGroups::split(nodes_then.iter(), &LargeGroups::default());
        assert_eq!(part(&crowds, &nodes_then, "prod-edge-7").as_deref(), Some("edge"));
        assert_eq!(part(&crowds, &nodes_then, "prod-lone-0").as_deref(), Some("others"));
        let fewer = nodes(&[named("edge", 50), named("core", 50)].concat());
        assert!(
            part(&LargeGroups::split(fewer.iter(), &crowds), &fewer, "prod-edge-7").is_some(),
            "as before"
        );
        assert_eq!(
            part(&LargeGroups::split(fewer.iter(), &LargeGroups::default()), &fewer, "prod-edge-7"),
            None
        );
        let few = nodes(&named("edge", 40));
        assert_eq!(part(&LargeGroups::split(few.iter(), &crowds), &few, "prod-edge-7"), None);
    }

    #[test]
    fn a_large_group_without_words_stays_whole() {
        let names: Vec<String> = (0..130).map(|n| format!("s{n}")).collect();
        let nodes = nodes(&names);
        assert_eq!(LargeGroups::split(nodes.iter(), &LargeGroups::default()), LargeGroups::default());
    }
}

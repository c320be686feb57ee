//! By what services are put into frames on the map: a choice of the reader, never forced.

use super::Store;
use crate::topology::Node;
use serde::{Deserialize, Deserializer, de::Error};
use std::str::FromStr;

/// By what services are grouped.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// By compose project or cluster, and within a large one by the first word of names.
    #[default]
    Project,
    /// By the source that reports them.
    Source,
    /// By the namespace of ECS Service Connect or Cloud Map, where it is known.
    Namespace,
    /// By the owner that the configuration names.
    Owner,
    /// By what the fact of that label says on the service's card.
    Fact(String),
    /// Not at all.
    Nothing,
}

/// The groupings that need no more words: what people write, in the order in which the key goes round.
const NAMES: &[(&str, Grouping)] = &[
    ("project", Grouping::Project),
    ("source", Grouping::Source),
    ("namespace", Grouping::Namespace),
    ("owner", Grouping::Owner),
    ("none", Grouping::Nothing),
];

/// What stands before the label of a fact.
const FACT: &str = "fact:";

/// What stands before a namespace in the name of its network.
const NAMESPACE: &str = "/namespace/";

impl FromStr for Grouping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(label) = text.strip_prefix(FACT).filter(|label| !label.is_empty()) {
            return Ok(Self::Fact(label.to_owned()));
        }
        let named = NAMES.iter().find(|(name, _)| *name == text);
        named.map(|(_, grouping)| grouping.clone()).ok_or_else(|| {
            let known: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
            format!("`{text}` is nothing to group by; there are {} and {FACT}LABEL", known.join(", "))
        })
    }
}

impl<'de> Deserialize<'de> for Grouping {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Grouping {
    /// What people write.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Fact(label) => format!("{FACT}{label}"),
            named => {
                NAMES.iter().find(|(_, g)| g == named).map_or_else(String::new, |(n, _)| (*n).to_owned())
            }
        }
    }

    /// The group of a node: its lasting key, and what stands in its frame.
    #[must_use]
    pub fn of(&self, store: &Store, node: &Node) -> Option<(String, String)> {
        let service = || store.service_of(node);
        let title = match self {
            Self::Project => {
                let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
                if store.crowds.is_outside(node) {
                    return Some((format!("{source}/dependencies"), "dependencies".to_owned()));
                }
                let (group, home) = (node.group.as_ref()?, node.home.as_ref()?);
                return Some(match store.crowds.part(node) {
                    Some(part) => (format!("{source}/{group}/{part}"), format!("{home}: {part}")),
                    None => (format!("{source}/{group}"), home.clone()),
                });
            }
            Self::Source => node.source.as_ref().map(ToString::to_string),
            Self::Namespace => service().and_then(|service| {
                service.networks.iter().find_map(|network| {
                    network.as_str().split_once(NAMESPACE).map(|(_, name)| name.to_owned())
                })
            }),
            Self::Owner => service()
                .and_then(|service| {
                    let mut known = store.inventory.annotations(service).map(|known| known.owner.clone());
                    known.find(|owner| !owner.is_empty())
                })
                .map(Into::into),
            Self::Fact(label) => service()
                .and_then(|s| s.facts.iter().find(|fact| &fact.label == label).map(|fact| fact.value.clone()))
                .map(Into::into),
            Self::Nothing => None,
        };
        title.map(|title| (format!("{}/{title}", self.id()), title))
    }

    /// The next of those that group anything in this estate, round and round; `configured` is one of them.
    #[must_use]
    pub fn next(&self, store: &Store, configured: &Self) -> Self {
        let mut round: Vec<Self> = NAMES.iter().map(|(_, grouping)| grouping.clone()).collect();
        if let Self::Fact(_) = configured {
            round.insert(0, configured.clone());
        }
        let here = round.iter().position(|grouping| grouping == self).unwrap_or(0);
        let step = (here + 1) % round.len();
        round.rotate_left(step);
        let groups =
            |grouping: &Self| store.topology().nodes.values().any(|n| grouping.of(store, n).is_some());
        round.into_iter().find(|g| *g == Self::Nothing || groups(g)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Grouping;

    #[test]
    fn a_grouping_reads_as_it_is_written() {
        for text in ["project", "source", "namespace", "owner", "none", "fact:launch type"] {
            assert_eq!(text.parse::<Grouping>().unwrap().id(), text);
        }
        assert!("team".parse::<Grouping>().unwrap_err().contains("project"));
        assert!("fact:".parse::<Grouping>().is_err());
    }
}

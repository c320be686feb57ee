//! Grouping: the attribute by which the map groups services into frames, and the filter for one such group.

use crate::{model::ProfileField, store::World, topology::Node};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{collections::BTreeSet, str::FromStr};

/// Attribute by which the map groups services into frames.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grouping {
    /// Compose project, swarm stack or ECS cluster. A large group is split into parts by the first word in
    /// which the names of its services differ.
    #[default]
    Project,
    /// Source that reports the service.
    Source,
    /// Namespace of ECS Service Connect or Cloud Map, if known.
    Namespace,
    /// Owner in the profile of the service.
    Owner,
    /// Value of the fact with this label, as shown on the service's card.
    Fact(String),
    /// No groups: services stand alone on the map.
    Nothing,
}

/// Groupings without a parameter, with their names in the configuration. A key steps through them in this
/// order.
const GROUPING_NAMES: &[(&str, Grouping)] = &[
    ("project", Grouping::Project),
    ("source", Grouping::Source),
    ("namespace", Grouping::Namespace),
    ("owner", Grouping::Owner),
    ("none", Grouping::Nothing),
];

/// Prefix of a grouping by fact in the configuration, such as `fact:launch type`.
const FACT_PREFIX: &str = "fact:";

/// Group to which the screens are limited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFilter {
    /// Name of the group.
    pub name: String,
    /// Grouping at the time when the user chose the group. It stays the same, so that a new grouping of the
    /// map does not change the members.
    grouping: Grouping,
}

impl GroupFilter {
    /// Returns the filter for the group to which `node` belongs on the map, or `None` if it belongs to no
    /// group.
    #[must_use]
    pub fn of_node(grouping: &Grouping, world: &World, node: &Node) -> Option<Self> {
        let (_, name) = grouping.group_of(world, node)?;
        Some(Self { name, grouping: grouping.clone() })
    }

    /// Returns the filter for the group called `name`, or else for the first group whose name contains it.
    ///
    /// # Errors
    /// Returns the names of all groups if no group has a matching name.
    pub fn named(grouping: &Grouping, world: &World, name: &str) -> Result<Self, Vec<String>> {
        let names = Self::names(grouping, world);
        let found = names.get(name).or_else(|| names.iter().find(|known| known.contains(name)));
        match found {
            Some(found) => Ok(Self { name: found.clone(), grouping: grouping.clone() }),
            None => Err(names.into_iter().collect()),
        }
    }

    /// Returns the names of all groups.
    #[must_use]
    pub fn names(grouping: &Grouping, world: &World) -> BTreeSet<String> {
        let nodes = world.topology().nodes.values();
        nodes.flat_map(|node| grouping.names_of_groups_with(world, node)).collect()
    }

    /// Returns true if `node` is in the group.
    #[must_use]
    pub fn contains(&self, world: &World, node: &Node) -> bool {
        self.grouping.names_of_groups_with(world, node).contains(&self.name)
    }
}

impl FromStr for Grouping {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(label) = text.strip_prefix(FACT_PREFIX).filter(|label| !label.is_empty()) {
            return Ok(Self::Fact(label.to_owned()));
        }
        let named = GROUPING_NAMES.iter().find(|(name, _)| *name == text);
        named.map(|(_, grouping)| grouping.clone()).ok_or_else(|| {
            let known: Vec<_> = GROUPING_NAMES.iter().map(|(name, _)| *name).collect();
            format!("unknown grouping `{text}`; use one of {} or {FACT_PREFIX}LABEL", known.join(", "))
        })
    }
}

impl<'de> Deserialize<'de> for Grouping {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Grouping {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.id())
    }
}

impl Grouping {
    /// Returns the name in the configuration, such as `project` or `fact:LABEL`.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Fact(label) => format!("{FACT_PREFIX}{label}"),
            named => GROUPING_NAMES
                .iter()
                .find(|(_, g)| g == named)
                .map_or_else(String::new, |(n, _)| (*n).to_owned()),
        }
    }

    /// Returns the group of `node` as a stable key and the title of its frame. Returns `None` if the node
    /// belongs to no group.
    #[must_use]
    pub fn group_of(&self, world: &World, node: &Node) -> Option<(String, String)> {
        let service = || world.service_of(node);
        let title = match self {
            Self::Project => {
                let source = node.source.as_ref().map(ToString::to_string).unwrap_or_default();
                if world.large_groups.is_bundled_dependency(node) {
                    return Some((format!("{source}/dependencies"), "dependencies".to_owned()));
                }
                let (group, home) = (node.group.as_ref()?, node.display_group.as_ref()?);
                return Some(match world.large_groups.part_name(node) {
                    Some(part) => (format!("{source}/{group}/{part}"), format!("{home}: {part}")),
                    None => (format!("{source}/{group}"), home.clone()),
                });
            }
            Self::Source => node.source.as_ref().map(ToString::to_string),
            Self::Namespace => service().and_then(|service| {
                service.networks.iter().find_map(|network| network.namespace_name().map(str::to_owned))
            }),
            Self::Owner => service()
                .and_then(|service| world.profiles.of(&service.id)?.value(ProfileField::Owner).cloned())
                .map(Into::into),
            Self::Fact(label) => service()
                .and_then(|service| service.facts.iter().find(|fact| fact.label.to_string() == *label))
                .map(|fact| fact.value.clone())
                .map(Into::into),
            Self::Nothing => None,
        };
        title.map(|title| (format!("{}/{title}", self.id()), title))
    }

    /// Returns the names of all groups to which `node` belongs: its group under this grouping, its compose
    /// project, swarm stack or ECS cluster, and its namespace.
    fn names_of_groups_with(&self, world: &World, node: &Node) -> BTreeSet<String> {
        let shown = [self, &Self::Namespace].map(|grouping| Some(grouping.group_of(world, node)?.1));
        shown.into_iter().chain([node.group.clone(), node.display_group.clone()]).flatten().collect()
    }

    /// Returns the next grouping in the cycle that puts at least one node into a group. The cycle includes
    /// the `configured` grouping even if it is by a fact.
    #[must_use]
    pub fn next_useful(&self, world: &World, configured: &Self) -> Self {
        let mut round: Vec<Self> = GROUPING_NAMES.iter().map(|(_, grouping)| grouping.clone()).collect();
        if let Self::Fact(_) = configured {
            round.insert(0, configured.clone());
        }
        let here = round.iter().position(|grouping| grouping == self).unwrap_or(0);
        let step = (here + 1) % round.len();
        round.rotate_left(step);
        let groups =
            |grouping: &Self| world.topology().nodes.values().any(|n| grouping.group_of(world, n).is_some());
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

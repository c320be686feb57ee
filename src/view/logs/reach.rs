//! Whose logs are shown: one service, the marked ones, a part of the map, a project; followed as services come and go.

use crate::{
    command::Command,
    model::{InstanceId, LogTarget, NodeId, Service, SourceId},
    store::{Store, each_once, log_targets},
    topology::{Node, below, neighbours, way},
    view::widget::text::counted,
};
use std::collections::BTreeSet;

/// Whose logs they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// The selected service's.
    #[default]
    Selected,
    /// Those of all marked services.
    Marked,
    /// Those of a service and of all that calls lead to from it.
    Below(NodeId),
    /// Those of a service, its callers and those it calls.
    Around(NodeId),
    /// Those along the way between two.
    Path(NodeId, NodeId),
    /// Those of a project or cluster of a source.
    Group(Option<SourceId>, String),
}

/// The most streams that are read at once: each costs the source a connection or a call.
pub(super) const MOST_STREAMS: usize = 200;

impl Reach {
    /// What a command asks for, or why it can't be had.
    pub(super) fn asked(command: Command, store: &Store) -> Result<Self, &'static str> {
        let selected = store.node().ok_or("nothing is selected");
        match command {
            Command::LogsMarked if store.marks.is_empty() => {
                Err("no service is marked; space on the map marks")
            }
            Command::LogsMarked => Ok(Self::Marked),
            Command::LogsBelow => selected.map(|node| Self::Below(node.id.clone())),
            Command::LogsAround => selected.map(|node| Self::Around(node.id.clone())),
            Command::LogsGroup => selected.and_then(|node| {
                let group = node.group.clone().ok_or("it belongs to no project and no cluster")?;
                Ok(Self::Group(node.source.clone(), group))
            }),
            Command::LogsPath => {
                let (from, to) = store.ends().ok_or("mark a service first, and select another")?;
                way(store.topology(), from, to).ok_or("no calls lead from one to the other, nor back")?;
                Ok(Self::Path(from.clone(), to.clone()))
            }
            _ => Ok(Self::Selected),
        }
    }

    /// The nodes it reaches now.
    fn nodes(&self, store: &Store) -> BTreeSet<NodeId> {
        let topology = store.topology();
        match self {
            Self::Selected => store.selected.iter().cloned().collect(),
            Self::Marked => store.marks.iter().cloned().collect(),
            Self::Below(from) => below(topology, from),
            Self::Around(center) => neighbours(topology, center, 1),
            Self::Path(from, to) => way(topology, from, to).into_iter().flatten().collect(),
            Self::Group(source, group) => {
                let inside = |node: &&Node| node.source == *source && node.group.as_ref() == Some(group);
                topology.nodes.values().filter(inside).map(|node| node.id.clone()).collect()
            }
        }
    }

    /// The services among them.
    pub(super) fn services<'a>(&self, store: &'a Store) -> Vec<&'a Service> {
        let nodes = self.nodes(store);
        let nodes = nodes.iter().filter_map(|id| store.topology().nodes.get(id));
        nodes.filter_map(|node| store.service_of(node)).collect()
    }

    /// What is shown, in words.
    pub(super) fn words(&self, store: &Store) -> String {
        let name = |id: &NodeId| store.topology().nodes.get(id).map_or_else(String::new, |n| n.name.clone());
        let count = self.services(store).len();
        let many = counted(count, "service");
        match self {
            Self::Selected => store.node().map(Node::label).unwrap_or_default(),
            Self::Marked => format!("{count} marked"),
            Self::Below(from) => format!("{} and all below it ({many})", name(from)),
            Self::Around(center) => format!("{} and its neighbours ({many})", name(center)),
            Self::Path(from, to) => format!("the way from {} to {} ({many})", name(from), name(to)),
            Self::Group(_, group) => format!("{group} ({many})"),
        }
    }
}

/// The streams of those services, or of one instance among them alone, and how many more there are than are read.
pub(super) fn streams(services: &[&Service], alone: Option<&InstanceId>) -> (Vec<LogTarget>, usize) {
    let wanted = |id: &InstanceId| alone.is_none_or(|alone| id == alone);
    let all = services.iter().flat_map(|service| log_targets(service)).filter(|t| wanted(&t.instance));
    let mut all: Vec<_> = each_once(all).collect();
    let more = all.len().saturating_sub(MOST_STREAMS);
    all.truncate(MOST_STREAMS);
    (all, more)
}

/// The instance a step on from `here`; none stands between the last and the first, and means all.
pub(super) fn stepped(services: &[&Service], here: Option<&InstanceId>, forward: bool) -> Option<InstanceId> {
    let all: Vec<_> = services.iter().flat_map(|s| &s.instances).map(|instance| &instance.id).collect();
    let place = here.and_then(|here| all.iter().position(|id| *id == here)).map_or(0, |place| place + 1);
    let step = if forward { 1 } else { all.len() };
    let next = (place + step) % (all.len() + 1);
    next.checked_sub(1).and_then(|next| all.get(next)).map(|id| (*id).clone())
}

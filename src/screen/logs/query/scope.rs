//! Scope of the log screen: the services whose logs it shows. A change of the topology can bring services
//! into the scope or remove them.

use crate::{
    command::Command,
    model::{InstanceId, LogTarget, NodeId, Service, SourceId},
    screen::widget::text::pluralize,
    store::{Store, dedup_targets, log_targets},
    topology::{Node, nodes_reachable_from, nodes_within_hops, shortest_path_either_way},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Services whose logs the screen shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::screen::logs) enum ServiceScope {
    /// Service of the selected node.
    #[default]
    Selected,
    /// All marked services.
    Marked,
    /// The service of this node, and all services that it calls directly or through others.
    Downstream(NodeId),
    /// The service of this node, its callers and its callees.
    WithNeighbours(NodeId),
    /// Services along the shortest path between these two nodes, in either direction.
    Path(NodeId, NodeId),
    /// Services of one compose project, swarm stack or ECS cluster, which the source and the name identify.
    Group(Option<SourceId>, String),
}

/// Maximum number of streams to read at once. Each stream needs a connection to the source, or API calls.
pub(in crate::screen::logs) const MAX_READ_STREAMS: usize = 200;

impl ServiceScope {
    /// Returns the scope that `command` asks for, or the reason why it is impossible now.
    pub(in crate::screen::logs) fn of_command(command: Command, store: &Store) -> Result<Self, &'static str> {
        let selected = store.selected_node().ok_or("nothing selected");
        match command {
            Command::LogsOfMarked if store.session.marks.is_empty() => {
                Err("no service marked; press space on the map to mark one")
            }
            Command::LogsOfMarked => Ok(Self::Marked),
            Command::LogsDownstream => selected.map(|node| Self::Downstream(node.id.clone())),
            Command::LogsOfNeighbours => selected.map(|node| Self::WithNeighbours(node.id.clone())),
            Command::LogsOfGroup => selected.and_then(|node| {
                let group = node.group.clone().ok_or("not in a project or cluster")?;
                Ok(Self::Group(node.source.clone(), group))
            }),
            Command::LogsOfPath => {
                let (from, to) = store.session.path_ends().ok_or("mark one service, then select another")?;
                shortest_path_either_way(store.world.topology(), from, to)
                    .ok_or("no path between them in either direction")?;
                Ok(Self::Path(from.clone(), to.clone()))
            }
            _ => Ok(Self::Selected),
        }
    }

    /// Returns the nodes in scope now.
    fn nodes(&self, store: &Store) -> BTreeSet<NodeId> {
        let topology = store.world.topology();
        match self {
            Self::Selected => store.session.selected.iter().cloned().collect(),
            Self::Marked => store.session.marks.iter().cloned().collect(),
            Self::Downstream(from) => nodes_reachable_from(topology, from),
            Self::WithNeighbours(center) => nodes_within_hops(topology, center, 1),
            Self::Path(from, to) => {
                shortest_path_either_way(topology, from, to).into_iter().flatten().collect()
            }
            Self::Group(source, group) => {
                let inside = |node: &&Node| node.source == *source && node.group.as_ref() == Some(group);
                topology.nodes.values().filter(inside).map(|node| node.id.clone()).collect()
            }
        }
    }

    /// Returns the services in scope now.
    pub(in crate::screen::logs) fn services<'a>(&self, store: &'a Store) -> Vec<&'a Service> {
        let nodes = self.nodes(store);
        let nodes = nodes.iter().filter_map(|id| store.world.topology().nodes.get(id));
        nodes.filter_map(|node| store.world.service_of(node)).collect()
    }

    /// Returns the name of the scope for the title.
    pub(in crate::screen::logs) fn label(&self, store: &Store) -> String {
        let name =
            |id: &NodeId| store.world.topology().nodes.get(id).map_or_else(String::new, |n| n.name.clone());
        let count = self.services(store).len();
        let many = pluralize(count, "service");
        match self {
            Self::Selected => store.selected_node().map(Node::label).unwrap_or_default(),
            Self::Marked => pluralize(count, "marked service"),
            Self::Downstream(from) => format!("{} and downstream ({many})", name(from)),
            Self::WithNeighbours(center) => format!("{} and its neighbours ({many})", name(center)),
            Self::Path(from, to) => format!("the path from {} to {} ({many})", name(from), name(to)),
            Self::Group(_, group) => format!("{group} ({many})"),
        }
    }
}

/// Returns the log streams of `services`, or only the streams of the instance `alone` if it is set. Also
/// returns the number of streams left out beyond [`MAX_READ_STREAMS`].
pub(in crate::screen::logs) fn streams_to_read(
    services: &[&Service],
    alone: Option<&InstanceId>,
) -> (Vec<LogTarget>, usize) {
    let wanted = |id: &InstanceId| alone.is_none_or(|alone| id == alone);
    let all = services.iter().flat_map(|service| log_targets(service)).filter(|t| wanted(&t.instance));
    let mut all: Vec<_> = dedup_targets(all).collect();
    let more = all.len().saturating_sub(MAX_READ_STREAMS);
    all.truncate(MAX_READ_STREAMS);
    (all, more)
}

/// Returns the instance after `here`, or the one before it if `forward` is false. The cycle also has a
/// position for all instances, which is `None` both in `here` and as the result.
pub(in crate::screen::logs) fn next_instance(
    services: &[&Service],
    here: Option<&InstanceId>,
    forward: bool,
) -> Option<InstanceId> {
    let all: Vec<_> = services.iter().flat_map(|s| &s.instances).map(|instance| &instance.id).collect();
    let place = here.and_then(|here| all.iter().position(|id| *id == here)).map_or(0, |place| place + 1);
    let step = if forward { 1 } else { all.len() };
    let next = (place + step) % (all.len() + 1);
    next.checked_sub(1).and_then(|next| all.get(next)).map(|id| (*id).clone())
}

//! What people name: an ECS service, a compose or swarm service, a lone container, a family of lone tasks.

use super::{
    Answer, Deployment, Instance, Mention, NetworkId, Onset, Rollout, ServiceId, SourceId, State, Text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A service as its source sees it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Unique over all sources.
    pub id: ServiceId,
    /// The compose project or the ECS cluster; none for a lone container.
    pub group: Option<Text>,
    /// What people say.
    pub name: Text,
    /// What kind of thing the source calls it.
    pub kind: ServiceKind,
    /// How many instances are wanted, where somebody said so.
    pub desired: Option<u32>,
    /// How many run by the source's own count, which holds even where the instances can't be listed.
    pub reported_running: Option<u32>,
    /// Its running copies, and those that ended lately.
    pub instances: Vec<Instance>,
    /// Beginning of its present outage by its source's own records; of no meaning while nothing is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Onset>,
    /// What is being rolled out, the newest first.
    pub deployments: Vec<Deployment>,
    /// What it answers to.
    pub answers: Vec<Answer>,
    /// What it names.
    pub mentions: Vec<Mention>,
    /// The networks it is a member of.
    pub networks: BTreeSet<NetworkId>,
    /// What else is worth showing, in reading order.
    pub facts: Vec<Fact>,
}

/// What kind of thing the source calls a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    /// A service of a compose project.
    Compose,
    /// A service of a swarm.
    Swarm,
    /// A container that belongs to nothing.
    Container,
    /// An ECS service.
    EcsService,
    /// ECS tasks of one family that no service runs.
    EcsFamily,
    /// A service that a file declares. Nothing tells whether it runs anywhere.
    Declared,
}

/// A labelled fact for the service card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about, such as `image`.
    pub label: Text,
    /// What there is to say.
    pub value: Text,
}

impl Fact {
    /// A fact from its two halves.
    #[must_use]
    pub fn new(label: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

impl Service {
    /// The source that reports it: what stands before the first slash of its id.
    #[must_use]
    pub fn source(&self) -> SourceId {
        SourceId::from(&self.id)
    }

    /// Whether it is only written down, so that nothing is known of its health.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.kind == ServiceKind::Declared
    }

    /// The images it is made of: those of its instances, or, where it is only written down, what its fact says.
    pub fn images(&self) -> impl Iterator<Item = &str> {
        let declared = self.facts.iter().filter(|fact| self.is_declared() && fact.label == "image");
        let run = self.instances.iter().flat_map(|i| &i.containers).map(|c| c.image.as_str());
        run.chain(declared.map(|fact| fact.value.as_str()))
    }

    /// How many instances run: as listed, or as the source counts where it lists none.
    #[must_use]
    pub fn running(&self) -> usize {
        let listed = self.instances.iter().filter(|i| i.state == State::Running).count();
        match self.reported_running {
            Some(reported) if self.instances.is_empty() => reported as usize,
            _ => listed,
        }
    }

    /// How many of its instances are on which version, the newest deployment's first; those that ended do not count.
    #[must_use]
    pub fn versions(&self) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        let current = self.instances.iter().filter(|instance| instance.state == State::Running);
        for version in current.filter_map(|instance| instance.version.as_deref()) {
            match counts.iter_mut().find(|(known, _)| *known == version) {
                Some((_, count)) => *count += 1,
                None => counts.push((version, 1)),
            }
        }
        let place = |version: &str| self.deployments.iter().position(|d| d.version == version);
        counts.sort_by_key(|(version, _)| (place(version).unwrap_or(usize::MAX), *version));
        counts
    }

    /// Whether a deployment is under way.
    #[must_use]
    pub fn is_deploying(&self) -> bool {
        self.deployments.iter().any(|d| d.rollout == Rollout::InProgress)
    }

    /// Whether the newest deployment has failed or is being rolled back.
    #[must_use]
    pub fn is_rolling_back(&self) -> bool {
        self.deployments.first().is_some_and(|d| d.rollout == Rollout::Failed)
    }

    /// Whether an instance that ended, or a deployment's count, says that something failed.
    #[must_use]
    pub fn has_failed_lately(&self) -> bool {
        self.instances.iter().any(Instance::is_faulty) || self.deployments.iter().any(|d| d.failed > 0)
    }
}

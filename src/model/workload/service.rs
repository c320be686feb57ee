//! Services: ECS services, compose and swarm services, standalone containers, and families of standalone ECS
//! tasks.

use crate::model::{
    Deployment, Fact, FactKind, Instance, InstanceState, NetworkId, Onset, Reference, RolloutState,
    ServiceEndpoint, ServiceId, ServiceProfile, SourceId, Text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A service with its instances, deployments, endpoints, references and settings, as its source reports them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Id of the service, unique over all sources.
    pub id: ServiceId,
    /// The compose project, swarm stack or ECS cluster; `None` for a standalone container.
    pub group: Option<Text>,
    /// Name of the service without its group.
    pub name: Text,
    /// The kind of service in its source.
    pub kind: ServiceKind,
    /// Desired number of instances; `None` if the source has no such setting.
    pub desired: Option<u32>,
    /// Number of running instances as the source counts them, known even if it can't list the instances.
    pub reported_running: Option<u32>,
    /// Running and recently stopped instances.
    pub instances: Vec<Instance>,
    /// Number of failed instances that `instances` leaves out, because it keeps only the newest stopped ones.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unlisted_failures: usize,
    /// Start of the current outage, as far as the source's records show it; meaningless while the service is
    /// healthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Onset>,
    /// The current and recent deployments, the newest first.
    pub deployments: Vec<Deployment>,
    /// The names and addresses at which the service can be reached.
    #[serde(rename = "answers")]
    pub endpoints: Vec<ServiceEndpoint>,
    /// The addresses and services that the service's configuration names.
    #[serde(rename = "mentions")]
    pub references: Vec<Reference>,
    /// Networks that the service is a member of.
    pub networks: BTreeSet<NetworkId>,
    /// Further facts for the service card, in display order.
    pub facts: Vec<Fact>,
    /// Facts about the service, such as its owner, from its labels, tags and settings.
    #[serde(default, skip_serializing_if = "ServiceProfile::is_empty")]
    pub profile: ServiceProfile,
}

/// Returns true for zero, which serialized services leave out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The kind of a service, such as an ECS service or a standalone container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    /// A service of a compose project.
    Compose,
    /// A service of a Docker swarm.
    Swarm,
    /// A standalone container, without compose project or swarm service.
    Container,
    /// An ECS service.
    EcsService,
    /// Standalone ECS tasks of one task definition family.
    EcsFamily,
    /// A service declared in a file, which may not run anywhere.
    Declared,
}

impl ServiceKind {
    /// Returns the name of the kind on the screen.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Compose => "compose service",
            Self::Swarm => "swarm service",
            Self::Container => "container",
            Self::EcsService => "ECS service",
            Self::EcsFamily => "standalone tasks",
            Self::Declared => "declared service",
        }
    }

    /// Returns the name of the kind with its article.
    #[must_use]
    pub fn label_with_article(self) -> String {
        match self {
            Self::EcsService => format!("an {}", self.label()),
            Self::EcsFamily => self.label().to_owned(),
            Self::Compose | Self::Swarm | Self::Container | Self::Declared => format!("a {}", self.label()),
        }
    }

    /// Returns the noun for one instance in the words of its platform: `task` or `container`.
    #[must_use]
    pub fn instance_noun(self) -> &'static str {
        match self {
            Self::EcsService | Self::EcsFamily | Self::Swarm => "task",
            Self::Compose | Self::Container | Self::Declared => "container",
        }
    }
}

impl Service {
    /// Returns the source of the service: the part of its id before the first slash.
    #[must_use]
    pub fn source(&self) -> SourceId {
        SourceId::from(&self.id)
    }

    /// Returns true if `name` is the service's name, `group/name` or id.
    #[must_use]
    pub fn has_name(&self, name: &str) -> bool {
        let grouped =
            self.group.as_deref().and_then(|g| name.strip_prefix(g)).and_then(|rest| rest.strip_prefix('/'));
        *name == *self.name || name == self.id.as_str() || grouped == Some(self.name.as_str())
    }

    /// Returns true if the service is only declared in a file, so that its health is unknown.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        self.kind == ServiceKind::Declared
    }

    /// Returns the images of the service's containers; for a service that is only declared, the image in its
    /// facts.
    pub fn images(&self) -> impl Iterator<Item = &str> {
        let declared =
            self.facts.iter().filter(|fact| self.is_declared() && fact.kind() == Some(FactKind::Image));
        let run = self.instances.iter().flat_map(|i| &i.containers).map(|c| c.image.as_str());
        run.chain(declared.map(|fact| fact.value.as_str()))
    }

    /// Returns the number of running instances: those in the list, or the source's own count if the list is
    /// empty.
    #[must_use]
    pub fn running(&self) -> usize {
        let listed = self.instances.iter().filter(|i| i.state == InstanceState::Running).count();
        match self.reported_running {
            Some(reported) if self.instances.is_empty() => reported as usize,
            _ => listed,
        }
    }

    /// Returns the versions that run now, each with its number of running instances; the version of the
    /// newest deployment comes first.
    #[must_use]
    pub fn running_versions(&self) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        let current = self.instances.iter().filter(|instance| instance.state == InstanceState::Running);
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

    /// Returns true while a deployment is in progress.
    #[must_use]
    pub fn is_deploying(&self) -> bool {
        self.deployments.iter().any(|d| d.rollout == RolloutState::InProgress)
    }

    /// Returns true if the newest deployment has failed. Once ECS rolls it back, a newer deployment of the
    /// previous version takes its place.
    #[must_use]
    pub fn has_failed_deployment(&self) -> bool {
        self.deployments.first().is_some_and(|d| d.rollout == RolloutState::Failed)
    }

    /// Returns true if an instance is faulty or a deployment counts failed instances.
    #[must_use]
    pub fn has_recent_failures(&self) -> bool {
        self.instances.iter().any(Instance::is_faulty) || self.deployments.iter().any(|d| d.failed > 0)
    }
}

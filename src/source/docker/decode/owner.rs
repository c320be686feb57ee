//! Owner of a container: the service it belongs to, read from labels of compose, swarm or the ECS agent.

use crate::model::{ServiceId, ServiceKind, SourceId, Text};

/// Owner of a container: the service that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Owner {
    /// Compose project, swarm stack or ECS cluster. `None` for a standalone container, and for a swarm
    /// service outside a stack.
    pub(in super::super) group: Option<Text>,
    /// Name of the service.
    pub(in super::super) name: Text,
    /// Kind of the service, such as compose or swarm.
    pub(in super::super) kind: ServiceKind,
    /// Slot of a swarm task, such as `shop_web.1`; only one container fills a slot at a time. `None` outside
    /// swarm.
    pub(in super::super) slot: Option<Text>,
    /// True for the ECS agent's pause container, which only provides the network namespace of its task.
    pub(in super::super) is_pause_container: bool,
}

impl Owner {
    /// Determines the owner of the container `name`. `label` returns the value of the container's label with
    /// a given name.
    pub(in super::super) fn of<'a>(name: &str, label: impl Fn(&str) -> Option<&'a str>) -> Self {
        let get = |key: &str| label(key).map(Text::new).filter(|text| !text.is_empty());
        compose_owner(&get)
            .or_else(|| swarm_owner(&get))
            .or_else(|| ecs_agent_owner(&get))
            .unwrap_or_else(|| Self::without_slot(None, name.into(), ServiceKind::Container))
    }

    /// Returns the service's id in `source`.
    pub(in super::super) fn id(&self, source: &SourceId) -> ServiceId {
        ServiceId::of(source, self.group.as_deref(), &self.name)
    }

    fn without_slot(group: Option<Text>, name: Text, kind: ServiceKind) -> Self {
        Self { group, name, kind, slot: None, is_pause_container: false }
    }
}

/// Returns the compose service of a container. Returns `None` for containers of `compose run`, which have the
/// service's labels but are not instances of it.
fn compose_owner(get: &impl Fn(&str) -> Option<Text>) -> Option<Owner> {
    let once = get("com.docker.compose.oneoff").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let project = get("com.docker.compose.project")?;
    let service = get("com.docker.compose.service")?;
    (!once).then(|| Owner::without_slot(Some(project), service, ServiceKind::Compose))
}

/// Returns the swarm service of a container, with the stack as its group. The service's name has no stack
/// prefix.
fn swarm_owner(get: &impl Fn(&str) -> Option<Text>) -> Option<Owner> {
    let full = get("com.docker.swarm.service.name")?;
    let stack = get("com.docker.stack.namespace");
    let bare = stack.as_ref().and_then(|s| full.strip_prefix(s.as_str())?.strip_prefix('_'));
    let name = bare.map_or_else(|| full.clone(), Text::new);
    // A swarm task is named `service.slot.id`. A new task in the same slot replaces an old one.
    let slot = get("com.docker.swarm.task.name").and_then(|t| Some(t.rsplit_once('.')?.0.into()));
    Some(Owner { slot, ..Owner::without_slot(stack, name, ServiceKind::Swarm) })
}

/// Returns the task family of a container that the ECS agent started, from the labels that the agent sets.
/// Returns `None` for other containers.
fn ecs_agent_owner(get: &impl Fn(&str) -> Option<Text>) -> Option<Owner> {
    let cluster = get("com.amazonaws.ecs.cluster")?;
    let family = get("com.amazonaws.ecs.task-definition-family")?;
    let group = cluster.rsplit('/').next().unwrap_or_default().to_owned();
    let hidden = get("com.amazonaws.ecs.container-name").is_some_and(|n| n.starts_with("~internal~"));
    Some(Owner {
        is_pause_container: hidden,
        ..Owner::without_slot(Some(group.into()), family, ServiceKind::Container)
    })
}

#[cfg(test)]
mod tests {
    use super::Owner;

    fn group_and_name(labels: &[(&'static str, &'static str)]) -> String {
        let owner = Owner::of("lone", |key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v));
        format!("{}/{}", owner.group.unwrap_or_default(), owner.name)
    }

    const PROJECT_LABEL: (&str, &str) = ("com.docker.compose.project", "shop");
    const SERVICE_LABEL: (&str, &str) = ("com.docker.compose.service", "web");

    #[test]
    fn labels_name_the_service() {
        assert_eq!(group_and_name(&[]), "/lone");
        assert_eq!(group_and_name(&[PROJECT_LABEL, SERVICE_LABEL]), "shop/web");
        assert_eq!(group_and_name(&[PROJECT_LABEL]), "/lone");
        assert_eq!(
            group_and_name(&[PROJECT_LABEL, SERVICE_LABEL, ("com.docker.compose.oneoff", "True")]),
            "/lone"
        );
        assert_eq!(
            group_and_name(&[PROJECT_LABEL, SERVICE_LABEL, ("com.docker.compose.oneoff", "False")]),
            "shop/web"
        );
    }

    #[test]
    fn a_stack_is_not_repeated_in_the_name() {
        let name = ("com.docker.swarm.service.name", "shop_web");
        assert_eq!(group_and_name(&[name]), "/shop_web");
        assert_eq!(group_and_name(&[name, ("com.docker.stack.namespace", "shop")]), "shop/web");
    }

    #[test]
    fn the_agent_names_cluster_and_family() {
        let cluster = ("com.amazonaws.ecs.cluster", "arn:aws:ecs:eu-west-1:1:cluster/prod");
        assert_eq!(
            group_and_name(&[cluster, ("com.amazonaws.ecs.task-definition-family", "orders")]),
            "prod/orders"
        );
    }
}

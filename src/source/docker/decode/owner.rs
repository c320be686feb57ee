//! Which service a container belongs to, by the labels of whoever started it.

use crate::model::{ServiceId, ServiceKind, SourceId, Text};

/// The service that a container belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Owner {
    /// The compose project, swarm stack or ECS cluster.
    pub(in super::super) group: Option<Text>,
    /// The service's name.
    pub(in super::super) name: Text,
    /// What kind of service it is.
    pub(in super::super) kind: ServiceKind,
    /// The place in a swarm service that only one container holds at a time.
    pub(in super::super) slot: Option<Text>,
    /// Whether it only holds the network for others, as the ECS agent's pause container does.
    pub(in super::super) hidden: bool,
}

impl Owner {
    /// The owner of the container `name`, whose labels `label` gives.
    pub(in super::super) fn of<'a>(name: &str, label: impl Fn(&str) -> Option<&'a str>) -> Self {
        let get = |key: &str| label(key).map(Text::new).filter(|text| !text.is_empty());
        compose(&get)
            .or_else(|| swarm(&get))
            .or_else(|| agent(&get))
            .unwrap_or_else(|| Self::plain(None, name.into(), ServiceKind::Container))
    }

    /// The service's id in `source`.
    pub(in super::super) fn id(&self, source: &SourceId) -> ServiceId {
        ServiceId::of(source, self.group.as_deref(), &self.name)
    }

    fn plain(group: Option<Text>, name: Text, kind: ServiceKind) -> Self {
        Self { group, name, kind, slot: None, hidden: false }
    }
}

/// A compose service's container. One started by `compose run` has the service's labels but does not serve for it.
fn compose(get: &impl Fn(&str) -> Option<Text>) -> Option<Owner> {
    let once = get("com.docker.compose.oneoff").is_some_and(|v| v.eq_ignore_ascii_case("true"));
    let project = get("com.docker.compose.project")?;
    let service = get("com.docker.compose.service")?;
    (!once).then(|| Owner::plain(Some(project), service, ServiceKind::Compose))
}

/// A swarm service's container: the stack is the group, and is not repeated in the name.
fn swarm(get: &impl Fn(&str) -> Option<Text>) -> Option<Owner> {
    let full = get("com.docker.swarm.service.name")?;
    let stack = get("com.docker.stack.namespace");
    let bare = stack.as_ref().and_then(|s| full.strip_prefix(s.as_str())?.strip_prefix('_'));
    let name = bare.map_or_else(|| full.clone(), Text::new);
    // A task is called service.slot.id, and the slot outlives the task.
    let slot = get("com.docker.swarm.task.name").and_then(|t| Some(t.rsplit_once('.')?.0.into()));
    Some(Owner { slot, ..Owner::plain(stack, name, ServiceKind::Swarm) })
}

/// A container that the ECS agent runs, on an instance that somebody looks at from inside.
fn agent(get: &impl Fn(&str) -> Option<Text>) -> Option<Owner> {
    let cluster = get("com.amazonaws.ecs.cluster")?;
    let family = get("com.amazonaws.ecs.task-definition-family")?;
    let group = cluster.rsplit('/').next().unwrap_or_default().to_owned();
    let hidden = get("com.amazonaws.ecs.container-name").is_some_and(|n| n.starts_with("~internal~"));
    Some(Owner { hidden, ..Owner::plain(Some(group.into()), family, ServiceKind::Container) })
}

#[cfg(test)]
mod tests {
    use super::Owner;

    fn of(labels: &[(&'static str, &'static str)]) -> String {
        let owner = Owner::of("lone", |key| labels.iter().find(|(k, _)| *k == key).map(|(_, v)| *v));
        format!("{}/{}", owner.group.unwrap_or_default(), owner.name)
    }

    const SHOP: (&str, &str) = ("com.docker.compose.project", "shop");
    const WEB: (&str, &str) = ("com.docker.compose.service", "web");

    #[test]
    fn labels_name_the_service() {
        assert_eq!(of(&[]), "/lone");
        assert_eq!(of(&[SHOP, WEB]), "shop/web");
        assert_eq!(of(&[SHOP]), "/lone");
        assert_eq!(of(&[SHOP, WEB, ("com.docker.compose.oneoff", "True")]), "/lone");
        assert_eq!(of(&[SHOP, WEB, ("com.docker.compose.oneoff", "False")]), "shop/web");
    }

    #[test]
    fn a_stack_is_not_repeated_in_the_name() {
        let name = ("com.docker.swarm.service.name", "shop_web");
        assert_eq!(of(&[name]), "/shop_web");
        assert_eq!(of(&[name, ("com.docker.stack.namespace", "shop")]), "shop/web");
    }

    #[test]
    fn the_agent_names_cluster_and_family() {
        let cluster = ("com.amazonaws.ecs.cluster", "arn:aws:ecs:eu-west-1:1:cluster/prod");
        assert_eq!(of(&[cluster, ("com.amazonaws.ecs.task-definition-family", "orders")]), "prod/orders");
    }
}

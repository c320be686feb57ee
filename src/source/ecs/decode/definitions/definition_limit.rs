//! Limits on the lists of a task definition. AWS accepts task definitions of at most 64 KiB ("Amazon ECS
//! service quotas"), but an endpoint that is not AWS's own may send more.

use aws_sdk_ecs::types::TaskDefinition;
use std::borrow::Cow;

/// Maximum number of variables, secrets, arguments or labels of one container. 64 KiB hold fewer than that.
const MAX_CONTAINER_ENTRIES: usize = 4_000;
/// Maximum number of containers. AWS accepts ten.
const MAX_DEFINITION_CONTAINERS: usize = 50;

/// Returns `raw` with lists of limited length. Copies it only if a list is too long.
pub(super) fn limit_lists(raw: &TaskDefinition) -> Cow<'_, TaskDefinition> {
    let containers = raw.container_definitions();
    let is_within_limits = containers.len() <= MAX_DEFINITION_CONTAINERS
        && containers.iter().all(|container| {
            let lists = [
                container.environment().len(),
                container.secrets().len(),
                container.command().len(),
                container.entry_point().len(),
                container.docker_labels().map_or(0, std::collections::HashMap::len),
            ];
            lists.into_iter().max() <= Some(MAX_CONTAINER_ENTRIES)
        });
    if is_within_limits {
        return Cow::Borrowed(raw);
    }
    let mut limited = raw.clone();
    if let Some(containers) = &mut limited.container_definitions {
        containers.truncate(MAX_DEFINITION_CONTAINERS);
        for container in containers {
            container.environment.iter_mut().for_each(|list| list.truncate(MAX_CONTAINER_ENTRIES));
            container.secrets.iter_mut().for_each(|list| list.truncate(MAX_CONTAINER_ENTRIES));
            container.command.iter_mut().for_each(|list| list.truncate(MAX_CONTAINER_ENTRIES));
            container.entry_point.iter_mut().for_each(|list| list.truncate(MAX_CONTAINER_ENTRIES));
            let labels = container.docker_labels.take().unwrap_or_default();
            container.docker_labels = Some(labels.into_iter().take(MAX_CONTAINER_ENTRIES).collect());
        }
    }
    Cow::Owned(limited)
}

#[cfg(test)]
mod tests {
    use super::{MAX_CONTAINER_ENTRIES, limit_lists};
    use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, TaskDefinition};
    use std::borrow::Cow;

    fn definition(variables: usize) -> TaskDefinition {
        let pair = KeyValuePair::builder().name("URL").value("http://api").build();
        let container = ContainerDefinition::builder().set_environment(Some(vec![pair; variables])).build();
        TaskDefinition::builder().container_definitions(container).build()
    }

    #[test]
    fn only_a_definition_beyond_the_limits_is_cut() {
        let (usual, huge) = (definition(60), definition(120_000));
        assert!(matches!(limit_lists(&usual), Cow::Borrowed(_)));
        let limited = limit_lists(&huge);
        assert_eq!(limited.container_definitions()[0].environment().len(), MAX_CONTAINER_ENTRIES);
    }
}

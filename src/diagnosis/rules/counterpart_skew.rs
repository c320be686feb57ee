//! Version differences between counterparts: two services that seem to be the same service in two sources run
//! different tags of the same image.

use crate::{
    diagnosis::{FindingDraft, RuleContext, join_names},
    model::{ImageRef, InstanceState, NodeId, Service, Severity},
    topology::Node,
};
use std::collections::BTreeMap;

pub(in crate::diagnosis) fn find(context: &RuleContext<'_>, drafts: &mut Vec<FindingDraft>) {
    for (node, twins) in context.counterparts {
        let Some(service) = context.service_of(node) else { continue };
        // Reports each pair only once.
        for counterpart in twins.iter().filter(|counterpart| *node < counterpart.node) {
            let Some(other) = context.service_of(&counterpart.node) else { continue };
            if service.is_deploying() || other.is_deploying() {
                continue;
            }
            let (ours, theirs) = (image_tags(service), image_tags(other));
            let apart = ours.iter().filter_map(|(image, tags)| Some((image, tags, theirs.get(image)?)));
            let mut apart = apart.filter(|(_, ours, theirs)| !ours.iter().any(|tag| theirs.contains(tag)));
            let Some((image, ours, theirs)) = apart.next() else { continue };
            let path =
                |id: &NodeId| context.topology.nodes.get(id).map(Node::group_and_name).unwrap_or_default();
            let reason = format!(
                "runs {image} {}, but {} on {} runs {}",
                join_names(ours),
                path(&counterpart.node),
                other.source(),
                join_names(theirs)
            );
            let next = "no action needed if the difference is intended";
            drafts.push(FindingDraft::about_service(service, Severity::Info, None, reason, next));
        }
    }
}

/// Returns the tags of the images that `service` runs, by the last segment of the image name. The registry is
/// left out, because it may differ between sources.
fn image_tags(service: &Service) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let running = service.instances.iter().filter(|instance| instance.state == InstanceState::Running);
    for container in running.flat_map(|instance| &instance.containers) {
        let image = ImageRef::parse(&container.image);
        // The tag `latest` does not identify a version.
        let Some(tag) = image.tag.filter(|tag| *tag != "latest") else { continue };
        let tags = all.entry(image.short_name().to_owned()).or_default();
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    all.values_mut().for_each(|tags| tags.sort());
    all
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnosis::{OutageTracker, RuleContext, RuleInput, findings, tests::rule_input},
        model::{fixtures::*, *},
        topology::{counterparts, infer},
    };
    use std::sync::Arc;

    fn told(ours: &str, theirs: &str) -> Vec<String> {
        let mut inventory = Inventory::default();
        for (source, image) in [("docker", ours), ("far", theirs)] {
            let container = Container {
                name: "web".into(),
                image: image.into(),
                digest: None,
                log_route: LogRoute::Unreadable { why: String::new().into() },
                exit: None,
            };
            let web = Instance { containers: vec![container], ..instance("web") };
            let id = ServiceId::new(format!("{source}/shop/web"));
            let web = Service { id, instances: vec![web], ..service("web") };
            inventory.replace_snapshot(Arc::new(snapshot(source, vec![web])));
        }
        let (topology, twins) = (infer(&inventory), counterparts(&inventory));
        let estate = RuleInput { counterparts: &twins, ..rule_input(&inventory, &topology) };
        findings(&RuleContext::new(estate, OutageTracker::default(), ago(0)))
            .into_iter()
            .map(|f| f.reason.to_string())
            .collect()
    }

    #[test]
    fn a_pair_of_which_one_is_ahead_is_told_once() {
        assert_eq!(told("shop/web:1.3", "shop/web:1.2"), ["runs web 1.3, but shop/web on far runs 1.2"]);
        assert_eq!(told("shop/web:1.2", "shop/web:1.2"), Vec::<String>::new());
        assert_eq!(told("shop/web:latest", "shop/web:1.2"), Vec::<String>::new());
    }
}

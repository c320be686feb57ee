//! Twins apart: a service and its twin in another source run the same image in different versions.

use super::{Draft, Evidence, listed};
use crate::{
    model::{Image, NodeId, Service, Severity, State},
    topology::{Node, NodeKind},
};
use std::collections::BTreeMap;

pub(super) fn find(evidence: &Evidence<'_>, drafts: &mut Vec<Draft>) {
    for (node, twins) in evidence.twins {
        let Some(service) = service(evidence, node) else { continue };
        // Each pair is told of once.
        for twin in twins.iter().filter(|twin| *node < twin.node) {
            let Some(other) = self::service(evidence, &twin.node) else { continue };
            if service.is_deploying() || other.is_deploying() {
                continue;
            }
            let (ours, theirs) = (tags(service), tags(other));
            let apart = ours.iter().filter_map(|(image, tags)| Some((image, tags, theirs.get(image)?)));
            let mut apart = apart.filter(|(_, ours, theirs)| !ours.iter().any(|tag| theirs.contains(tag)));
            let Some((image, ours, theirs)) = apart.next() else { continue };
            let path = |id: &NodeId| evidence.topology.nodes.get(id).map(Node::path).unwrap_or_default();
            let reason = format!(
                "runs {image} {}, and {} on {} runs {}",
                listed(ours),
                path(&twin.node),
                other.source(),
                listed(theirs)
            );
            let next = "nothing, if one is meant to be ahead of the other";
            drafts.push(Draft::of(service, Severity::Info, None, reason, next));
        }
    }
}

fn service<'a>(evidence: &Evidence<'a>, node: &NodeId) -> Option<&'a Service> {
    match &evidence.topology.nodes.get(node)?.kind {
        NodeKind::Service(id) => evidence.inventory.service(id),
        _ => None,
    }
}

/// The tags of the images that run of a service, by the images' last names: registries differ between sources.
fn tags(service: &Service) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let running = service.instances.iter().filter(|instance| instance.state == State::Running);
    for container in running.flat_map(|instance| &instance.containers) {
        let image = Image::read(&container.image);
        // A tag that moves tells no version.
        let Some(tag) = image.tag.filter(|tag| *tag != "latest") else { continue };
        let tags = all.entry(image.last().to_owned()).or_default();
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
        model::{sample::*, *},
        topology::{
            finding::{Estate, Evidence, Lasting, findings, tests::known},
            infer, twins,
        },
    };
    use std::sync::Arc;

    fn told(ours: &str, theirs: &str) -> Vec<String> {
        let mut inventory = Inventory::default();
        for (source, image) in [("docker", ours), ("far", theirs)] {
            let container = Container {
                name: "web".into(),
                image: image.into(),
                digest: None,
                log: LogRoute::Nowhere { why: String::new().into() },
                exit: None,
            };
            let web = Instance { containers: vec![container], ..instance("web") };
            let id = ServiceId::new(format!("{source}/shop/web"));
            let web = Service { id, instances: vec![web], ..service("web") };
            inventory.replace(Arc::new(snapshot(source, vec![web])));
        }
        let (topology, twins) = (infer(&inventory), twins(&inventory));
        let estate = Estate { twins: &twins, ..known(&inventory, &topology) };
        findings(&Evidence::new(estate, Lasting::default(), ago(0)))
            .into_iter()
            .map(|f| f.reason.to_string())
            .collect()
    }

    #[test]
    fn a_pair_of_which_one_is_ahead_is_told_once() {
        assert_eq!(told("shop/web:1.3", "shop/web:1.2"), ["runs web 1.3, and shop/web on far runs 1.2"]);
        assert_eq!(told("shop/web:1.2", "shop/web:1.2"), Vec::<String>::new());
        assert_eq!(told("shop/web:latest", "shop/web:1.2"), Vec::<String>::new());
    }
}

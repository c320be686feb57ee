//! Counterparts: services of different sources that seem to be the same service. Portolan only suggests
//! counterparts and never merges them. For example, users want to see staging and production on the map
//! although both run the same image in two accounts.

use super::Product;
use crate::model::{ImageRef, Inventory, NodeId, Service, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// A service in another source that seems to be the same service as a given one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counterpart {
    /// Node of the counterpart.
    pub node: NodeId,
    /// The reason for the match in words, such as `both run image shop/orders`.
    pub reason: String,
}

/// Source and group of a service.
type GroupKey<'a> = (SourceId, Option<&'a str>);

/// Returns the counterparts of all services by node: those in the user's configuration, and those that run
/// the same image.
#[must_use]
pub fn counterparts(inventory: &Inventory) -> BTreeMap<NodeId, Vec<Counterpart>> {
    let mut pairs: BTreeMap<(NodeId, NodeId), String> = BTreeMap::new();
    add_configured_pairs(inventory, &mut pairs);
    add_pairs_by_image(inventory, &mut pairs);
    let mut all: BTreeMap<NodeId, Vec<Counterpart>> = BTreeMap::new();
    for ((one, other), reason) in pairs {
        all.entry(one.clone()).or_default().push(Counterpart { node: other.clone(), reason: reason.clone() });
        all.entry(other).or_default().push(Counterpart { node: one, reason });
    }
    all.values_mut().for_each(|twins| twins.sort());
    all
}

/// Adds a pair of counterparts with the reason for it. If the pair exists, it keeps its first reason.
fn add_pair(pairs: &mut BTreeMap<(NodeId, NodeId), String>, one: &Service, other: &Service, reason: String) {
    let (one, other) = (NodeId::from(&one.id), NodeId::from(&other.id));
    let pair = if one < other { (one, other) } else { (other, one) };
    pairs.entry(pair).or_insert(reason);
}

/// Adds the pairs in the user's configuration. Ignores a name that matches no service or several.
fn add_configured_pairs(inventory: &Inventory, pairs: &mut BTreeMap<(NodeId, NodeId), String>) {
    for service in inventory.services() {
        for name in inventory.annotations(service).flat_map(|annotation| &annotation.counterparts) {
            let mut named =
                inventory.services().filter(|other| other.id != service.id && other.has_name(name));
            if let (Some(other), None) = (named.next(), named.next()) {
                add_pair(pairs, service, other, "set in the configuration".to_owned());
            }
        }
    }
}

/// Adds pairs of services in different sources that run the same image. A pair must be unambiguous in both
/// directions: in the group of each service, the service is the only one with the image, or the only one with
/// the image that has the other service's name. If the image is a known product such as PostgreSQL, both
/// services must also have the same name.
fn add_pairs_by_image(inventory: &Inventory, pairs: &mut BTreeMap<(NodeId, NodeId), String>) {
    let mut running: BTreeMap<&str, BTreeMap<GroupKey<'_>, Vec<&Service>>> = BTreeMap::new();
    for service in inventory.services() {
        for image in image_paths(service) {
            let home = (service.source(), service.group.as_deref());
            running.entry(image).or_default().entry(home).or_default().push(service);
        }
    }
    for (image, homes) in &running {
        let product = Product::of_image(image).is_some();
        for (home, mine) in homes {
            for service in mine {
                for (_, theirs) in homes.range((std::ops::Bound::Excluded(home), std::ops::Bound::Unbounded))
                {
                    let other = single_match(service, theirs).filter(|other| {
                        let back = single_match(other, mine).is_some_and(|back| back.id == service.id);
                        back && other.source() != home.0 && (!product || other.name == service.name)
                    });
                    if let Some(other) = other {
                        add_pair(pairs, service, other, format!("both run image {image}"));
                    }
                }
            }
        }
    }
}

/// Returns the service in `theirs` if there is only one, or else the only one with the name of `service`.
/// Returns `None` if there is no such service.
fn single_match<'a>(service: &Service, theirs: &[&'a Service]) -> Option<&'a Service> {
    if let [one] = theirs {
        return Some(one);
    }
    let mut named = theirs.iter().filter(|other| other.name == service.name);
    named.next().filter(|_| named.next().is_none()).copied()
}

/// Returns the paths of a service's images, without registry and tag, such as `shop/orders`. Leaves out
/// images of which only the id is known.
fn image_paths(service: &Service) -> BTreeSet<&str> {
    let containers = service.instances.iter().flat_map(|instance| &instance.containers);
    containers
        .map(|container| ImageRef::parse(&container.image).path)
        .filter(|path| !path.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::counterparts;
    use crate::model::{fixtures::inventory as inventory_of, fixtures::*, *};
    use std::sync::Arc;

    /// Returns a service in the given source and group, with one image.
    fn running(source: &str, group: &str, name: &str, image: &str) -> Service {
        let container = Container {
            name: name.into(),
            image: image.into(),
            digest: None,
            log_route: LogRoute::Engine { container: name.into() },
            exit: None,
        };
        let source = SourceId::new(source);
        Service {
            id: ServiceId::of(&source, Some(group), name),
            group: Some(group.into()),
            instances: vec![Instance { containers: vec![container], ..instance(name) }],
            ..service(name)
        }
    }

    /// Returns the pairs of counterparts as `one = other`.
    fn pairs(mut services: Vec<Service>, annotations: Vec<ServiceAnnotation>) -> Vec<String> {
        let mut inventory = Inventory::new(annotations);
        for source in ["docker", "ecs:a"] {
            let (mine, others) = services.into_iter().partition(|s| s.source().as_str() == source);
            services = others;
            let sample = inventory_of(mine);
            let snapshot = sample.snapshots().next().unwrap().clone();
            inventory.replace_snapshot(Arc::new(Snapshot { source: SourceId::new(source), ..snapshot }));
        }
        let all = counterparts(&inventory);
        let both =
            all.iter().flat_map(|(one, twins)| twins.iter().map(move |counterpart| (one, &counterpart.node)));
        both.filter(|(one, other)| one < other).map(|(one, other)| format!("{one} = {other}")).collect()
    }

    const ECR_REGISTRY: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    #[test]
    fn the_same_image_makes_twins_across_sources_only() {
        let laptop = running("docker", "shop", "orders", "shop/orders:dev");
        let other = running("docker", "old", "orders", "shop/orders:1");
        let cluster = running("ecs:a", "prod", "orders-service", &format!("{ECR_REGISTRY}/shop/orders:42"));
        assert_eq!(
            pairs(vec![laptop, other, cluster], vec![]),
            [
                "docker/old/orders = ecs:a/prod/orders-service",
                "docker/shop/orders = ecs:a/prod/orders-service"
            ]
        );
    }

    #[test]
    fn of_several_with_one_image_only_the_same_name_is_a_twin() {
        let all = [("docker", "shop"), ("ecs:a", "prod")].into_iter().flat_map(|(source, group)| {
            ["web", "worker"].map(|name| running(source, group, name, "shop/app:1"))
        });
        assert_eq!(
            pairs(all.collect(), vec![]),
            ["docker/shop/web = ecs:a/prod/web", "docker/shop/worker = ecs:a/prod/worker"]
        );
        let one = running("docker", "shop", "api", "shop/app:1");
        let two = ["web", "worker"].map(|name| running("ecs:a", "prod", name, "shop/app:1"));
        assert_eq!(pairs([vec![one], two.to_vec()].concat(), vec![]), Vec::<String>::new());
    }

    #[test]
    fn a_product_is_a_twin_by_name_only() {
        let of = |source, group, name| running(source, group, name, "postgres:16");
        let none = Vec::<String>::new();
        assert_eq!(pairs(vec![of("docker", "shop", "db"), of("ecs:a", "prod", "ledger")], vec![]), none);
        assert_eq!(
            pairs(vec![of("docker", "shop", "db"), of("ecs:a", "prod", "db")], vec![]),
            ["docker/shop/db = ecs:a/prod/db"]
        );
    }

    #[test]
    fn what_people_say_counts_both_ways() {
        let known = ServiceAnnotation {
            service: "shop/web".into(),
            counterparts: vec!["prod/front".into()],
            ..ServiceAnnotation::default()
        };
        let all = vec![running("docker", "shop", "web", "a"), running("ecs:a", "prod", "front", "b")];
        assert_eq!(pairs(all, vec![known]), ["docker/shop/web = ecs:a/prod/front"]);
    }
}

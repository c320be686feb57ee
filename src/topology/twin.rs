//! Twins: a service of one source that seems to be the very same as one of another source. They are offered, never
//! merged: the same image in two accounts is staging and production, and both are wanted on the map.

use super::Product;
use crate::model::{Image, Inventory, NodeId, Service, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// Another service that seems to be the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Twin {
    /// Which.
    pub node: NodeId,
    /// Why.
    pub reason: String,
}

/// A group of a source: where a twin must be the only one.
type Home<'a> = (SourceId, Option<&'a str>);

/// The twins of every service that has any: those that the configuration names, and those with the same image.
#[must_use]
pub fn twins(inventory: &Inventory) -> BTreeMap<NodeId, Vec<Twin>> {
    let mut pairs: BTreeMap<(NodeId, NodeId), String> = BTreeMap::new();
    configured(inventory, &mut pairs);
    by_image(inventory, &mut pairs);
    let mut all: BTreeMap<NodeId, Vec<Twin>> = BTreeMap::new();
    for ((one, other), reason) in pairs {
        all.entry(one.clone()).or_default().push(Twin { node: other.clone(), reason: reason.clone() });
        all.entry(other).or_default().push(Twin { node: one, reason });
    }
    all.values_mut().for_each(|twins| twins.sort());
    all
}

/// Notes a pair, once, with the first reason for it.
fn note(pairs: &mut BTreeMap<(NodeId, NodeId), String>, one: &Service, other: &Service, reason: String) {
    let (one, other) = (NodeId::from(&one.id), NodeId::from(&other.id));
    let pair = if one < other { (one, other) } else { (other, one) };
    pairs.entry(pair).or_insert(reason);
}

/// What people say is the same. A name that nobody has, or that several have, is left out.
fn configured(inventory: &Inventory, pairs: &mut BTreeMap<(NodeId, NodeId), String>) {
    for service in inventory.services() {
        for name in inventory.annotations(service).flat_map(|annotation| &annotation.twins) {
            let mut named =
                inventory.services().filter(|other| other.id != service.id && other.is_called(name));
            if let (Some(other), None) = (named.next(), named.next()) {
                note(pairs, service, other, "the configuration says so".to_owned());
            }
        }
    }
}

/// What runs the same image in different sources, where on both sides it is the only one of its group that does, or
/// the only one of its name that does.
fn by_image(inventory: &Inventory, pairs: &mut BTreeMap<(NodeId, NodeId), String>) {
    let mut running: BTreeMap<&str, BTreeMap<Home<'_>, Vec<&Service>>> = BTreeMap::new();
    for service in inventory.services() {
        for image in images(service) {
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
                    let other = only(service, theirs).filter(|other| {
                        let back = only(other, mine).is_some_and(|back| back.id == service.id);
                        back && other.source() != home.0 && (!product || other.name == service.name)
                    });
                    if let Some(other) = other {
                        note(pairs, service, other, format!("both run the image {image}"));
                    }
                }
            }
        }
    }
}

/// The only one of `theirs`, or the only one of them that has the name of `service`.
fn only<'a>(service: &Service, theirs: &[&'a Service]) -> Option<&'a Service> {
    if let [one] = theirs {
        return Some(one);
    }
    let mut named = theirs.iter().filter(|other| other.name == service.name);
    named.next().filter(|_| named.next().is_none()).copied()
}

/// The repositories of a service's images, each once: `shop/orders`, whatever registry it is in. An image that is known by
/// its id alone has none.
fn images(service: &Service) -> BTreeSet<&str> {
    let containers = service.instances.iter().flat_map(|instance| &instance.containers);
    containers.map(|container| Image::read(&container.image).path).filter(|path| !path.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::twins;
    use crate::model::{sample::inventory as inventory_of, sample::*, *};
    use std::sync::Arc;

    /// A service of a source and a group with one image.
    fn running(source: &str, group: &str, name: &str, image: &str) -> Service {
        let container = Container {
            name: name.into(),
            image: image.into(),
            digest: None,
            log: LogRoute::Engine { container: name.into() },
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

    /// The pairs as `one = other`, each once.
    fn pairs(mut services: Vec<Service>, annotations: Vec<Annotation>) -> Vec<String> {
        let mut inventory = Inventory::new(annotations);
        for source in ["docker", "ecs:a"] {
            let (mine, others) = services.into_iter().partition(|s| s.source().as_str() == source);
            services = others;
            let sample = inventory_of(mine);
            let snapshot = sample.snapshots().next().unwrap().clone();
            inventory.replace(Arc::new(Snapshot { source: SourceId::new(source), ..snapshot }));
        }
        let all = twins(&inventory);
        let both = all.iter().flat_map(|(one, twins)| twins.iter().map(move |twin| (one, &twin.node)));
        both.filter(|(one, other)| one < other).map(|(one, other)| format!("{one} = {other}")).collect()
    }

    const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    #[test]
    fn the_same_image_makes_twins_across_sources_only() {
        let laptop = running("docker", "shop", "orders", "shop/orders:dev");
        let other = running("docker", "old", "orders", "shop/orders:1");
        let cluster = running("ecs:a", "prod", "orders-service", &format!("{ECR}/shop/orders:42"));
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
        let known = Annotation {
            service: "shop/web".into(),
            twins: vec!["prod/front".into()],
            ..Annotation::default()
        };
        let all = vec![running("docker", "shop", "web", "a"), running("ecs:a", "prod", "front", "b")];
        assert_eq!(pairs(all, vec![known]), ["docker/shop/web = ecs:a/prod/front"]);
    }
}

//! Texts about a service, for the user to hand over to a colleague: a report, ids and links, and shell
//! commands that show the service.

mod commands;
mod links;
mod report;

pub use commands::own_program;
pub use links::{is_web_link, main_link};
pub use report::report;

use crate::{
    model::{FactKind, Service},
    store::World,
    topology::Node,
};

/// Text that the user can copy, and its label in the copy menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyItem {
    /// Label in a few words.
    pub label: String,
    /// Text to copy.
    pub text: String,
}

impl CopyItem {
    fn new(label: &str, text: impl Into<String>) -> Self {
        Self { label: label.to_owned(), text: text.into() }
    }
}

/// Maximum number of instances whose ids the copy menu lists.
const MAX_LISTED_INSTANCES: usize = 10;

/// Returns the texts that the user can copy about `node`: names and ids, links, and commands.
#[must_use]
pub fn copy_items(world: &World, node: &Node) -> Vec<CopyItem> {
    let mut items = vec![CopyItem::new("name", node.name.clone())];
    if node.label() != node.name {
        items.push(CopyItem::new("full name", node.label()));
    }
    if let Some(service) = world.service_of(node) {
        items.extend(arn_of(service).map(|arn| CopyItem::new("ARN", arn)));
        let images: Vec<&str> = service.images().collect();
        items.extend(images.first().map(|image| CopyItem::new("image", *image)));
        for instance in service.instances.iter().take(MAX_LISTED_INSTANCES) {
            let label = format!("{} {}", service.kind.instance_noun(), instance.name);
            items.push(CopyItem::new(&label, instance_id(instance)));
        }
        items.extend(links::links(world, service));
        items.extend(commands::commands(world, node, service));
    }
    items.push(CopyItem::new("full id", node.id.to_string()));
    items
}

/// Returns the ARN of an ECS service, or `None` for other services.
fn arn_of(service: &Service) -> Option<&str> {
    service.facts.iter().find(|fact| fact.kind() == Some(FactKind::Arn)).map(|fact| fact.value.as_str())
}

/// Returns the id of a task or container as AWS or Docker writes it, without the source.
fn instance_id(instance: &crate::model::Instance) -> &str {
    instance.id.as_str().rsplit('/').next().unwrap_or_default()
}

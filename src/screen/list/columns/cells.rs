//! Functions that make the cells of a node's row, and the values by which the list sorts rows.

use super::SortValue;
use crate::{
    model::{Health, ImageRef, Instance, Service, Severity},
    screen::{
        Theme,
        describe::{node_text::kind_label, time, usage_text},
        widget::table::TableCell,
    },
    store::World,
    topology::Node,
};
use ratatui::style::Style;

pub(super) fn health_glyph(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (theme.health_glyph(node.health).to_owned(), theme.health_style(node.health))
}

/// Returns a rank that sorts the worst health first.
pub(super) fn health_rank(node: &Node, world: &World) -> SortValue {
    let rank = match node.health {
        Health::Failing => 0,
        Health::Degraded => 1,
        Health::Starting => 2,
        Health::Stopped => 3,
        Health::Healthy => 4,
        Health::Unknown => 5,
    };
    SortValue::number(world.service_of(node).map(|_| rank))
}

pub(super) fn name(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (node.name.clone(), theme.styles.text.into())
}

pub(super) fn name_value(node: &Node, _world: &World) -> SortValue {
    SortValue::text(&node.name)
}

pub(super) fn group(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (node.display_group.clone().unwrap_or_default(), theme.styles.dim.into())
}

pub(super) fn group_value(node: &Node, _world: &World) -> SortValue {
    SortValue::text(node.display_group.as_deref().unwrap_or_default())
}

pub(super) fn label(node: &Node, _world: &World, theme: &Theme) -> TableCell {
    (node.label(), theme.styles.text.into())
}

pub(super) fn kind(node: &Node, world: &World, theme: &Theme) -> TableCell {
    (kind_label(world, node).to_owned(), theme.styles.dim.into())
}

pub(super) fn kind_value(node: &Node, world: &World) -> SortValue {
    SortValue::text(kind_label(world, node))
}

/// Returns the number of running instances, and the desired count if there is one.
pub(super) fn running(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let text = match (world.service_of(node), node.desired) {
        (None, _) => String::new(),
        (_, Some(desired)) => format!("{}/{desired}", node.running),
        (_, None) => node.running.to_string(),
    };
    (text, theme.styles.text.into())
}

pub(super) fn running_value(node: &Node, world: &World) -> SortValue {
    SortValue::number(world.service_of(node).map(|_| node.running as u64))
}

/// Returns the health of a service in words. The cell is empty for other nodes.
pub(super) fn health(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let word = world.service_of(node).map_or("", |_| node.health.as_str());
    (word.to_owned(), theme.health_style(node.health))
}

/// Returns the image tags that run, of each instance the first one: several during a deployment.
pub(super) fn image_tag(node: &Node, world: &World, theme: &Theme) -> TableCell {
    (tags_of(node, world), theme.styles.text.into())
}

pub(super) fn image_tag_value(node: &Node, world: &World) -> SortValue {
    SortValue::text(&tags_of(node, world))
}

fn tags_of(node: &Node, world: &World) -> String {
    let tag = |image: &'_ str| ImageRef::parse(image).tag.map(str::to_owned);
    let running = instances(node, world).filter(|instance| instance.counts_toward_health());
    let tags = running.filter_map(|instance| instance.containers.iter().find_map(|one| tag(&one.image)));
    let mut tags = distinct(tags);
    if tags.is_empty() {
        tags.extend(world.service_of(node).and_then(|service| service.images().find_map(tag)));
    }
    tags.join(" ")
}

/// Returns the items without repetition, in order.
fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in items {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

pub(super) fn version(node: &Node, world: &World, theme: &Theme) -> TableCell {
    (version_of(node, world), theme.styles.dim.into())
}

pub(super) fn version_value(node: &Node, world: &World) -> SortValue {
    SortValue::text(&version_of(node, world))
}

fn version_of(node: &Node, world: &World) -> String {
    let running = instances(node, world).filter(|instance| instance.counts_toward_health());
    let mut versions = distinct(running.filter_map(|instance| instance.version.as_deref()));
    if versions.is_empty() {
        versions.extend(instances(node, world).find_map(|instance| instance.version.as_deref()));
    }
    // Most task definitions have the name of their service. The cell then shows only the revision.
    let revision = |version: &&str| {
        let rest = version.strip_prefix(&*node.name).filter(|rest| rest.starts_with(':'));
        rest.unwrap_or(version).to_owned()
    };
    versions.iter().map(revision).collect::<Vec<_>>().join(" ")
}

pub(super) fn restarts(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let count = restart_count(node, world);
    (count.map(|count| count.to_string()).unwrap_or_default(), theme.styles.text.into())
}

/// Returns a value that sorts the most restarts first.
pub(super) fn restarts_value(node: &Node, world: &World) -> SortValue {
    SortValue::number(restart_count(node, world).map(|count| u64::MAX - count))
}

/// Returns the number of restarts; `None` if there was none.
fn restart_count(node: &Node, world: &World) -> Option<u64> {
    let count = instances(node, world).map(|instance| u64::from(instance.restarts)).sum();
    Some(count).filter(|count| *count > 0)
}

/// Returns the age of the newest instance.
pub(super) fn age(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let newest = instances(node, world).filter_map(|instance| instance.started).max();
    (newest.map(|at| time::age(at, world.now)).unwrap_or_default(), theme.styles.dim.into())
}

/// Returns a value that sorts the newest instance first.
pub(super) fn age_value(node: &Node, world: &World) -> SortValue {
    let newest = instances(node, world).filter_map(|instance| instance.started).max();
    let age = newest.map(|at| world.now.as_millisecond().saturating_sub(at.as_millisecond()));
    SortValue::number(age.map(|age| u64::try_from(age).unwrap_or(0)))
}

pub(super) fn cpu(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let cpu = usage(node, world).and_then(|(cpu, _)| cpu);
    (cpu.map(usage_text::format_cores).unwrap_or_default(), theme.styles.text.into())
}

/// Returns a value that sorts the highest usage first.
pub(super) fn cpu_value(node: &Node, world: &World) -> SortValue {
    SortValue::number(usage(node, world).and_then(|(cpu, _)| cpu).map(|cpu| u64::MAX - cpu))
}

pub(super) fn memory(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let memory = usage(node, world).and_then(|(_, memory)| memory);
    (memory.map(usage_text::format_bytes).unwrap_or_default(), theme.styles.text.into())
}

/// Returns a value that sorts the highest usage first.
pub(super) fn memory_value(node: &Node, world: &World) -> SortValue {
    SortValue::number(usage(node, world).and_then(|(_, memory)| memory).map(|memory| u64::MAX - memory))
}

/// Returns the CPU, in millicores, and the memory, in bytes, that the running instances of a service use.
fn usage(node: &Node, world: &World) -> Option<(Option<u64>, Option<u64>)> {
    world.service_of(node).map(|service| usage_text::latest_totals(&world.usage, service))
}

pub(super) fn owner(node: &Node, world: &World, theme: &Theme) -> TableCell {
    (owner_of(node, world).unwrap_or_default().to_owned(), theme.styles.dim.into())
}

pub(super) fn owner_value(node: &Node, world: &World) -> SortValue {
    SortValue::text(owner_of(node, world).unwrap_or_default())
}

fn owner_of<'a>(node: &Node, world: &'a World) -> Option<&'a str> {
    let mut known = world.inventory.annotations(world.service_of(node)?);
    known.find_map(|annotation| Some(annotation.owner.as_str()).filter(|owner| !owner.is_empty()))
}

pub(super) fn worst_finding(node: &Node, world: &World, theme: &Theme) -> TableCell {
    let worst = world.findings_on(&node.id).find(|finding| finding.severity > Severity::Info);
    worst.map_or_else(
        || (String::new(), Style::default()),
        |finding| (finding.reason.to_string(), theme.severity_style(finding.severity)),
    )
}

/// Returns the position of the node's worst finding in the list of all findings, which begins with the worst
/// one. Findings of severity `Info` do not count.
pub(super) fn finding_rank(node: &Node, world: &World) -> SortValue {
    let place = world
        .findings
        .iter()
        .position(|finding| finding.severity > Severity::Info && finding.node.as_ref() == Some(&node.id));
    SortValue::number(place.map(|place| place as u64))
}

fn instances<'a>(node: &Node, world: &'a World) -> impl Iterator<Item = &'a Instance> + use<'a> {
    let service: Option<&Service> = world.service_of(node);
    service.into_iter().flat_map(|service| &service.instances)
}

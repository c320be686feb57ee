//! Report on a service in a few lines, to paste into a chat: the fault with its start, cause and impact, the
//! running instances, the last log lines, and commands for further investigation.

use super::copy_items;
use crate::{
    diagnosis::FindingKind,
    model::{Finding, ImageRef, Severity, Timestamp},
    note::Note,
    screen::describe::{log_lines, time},
    store::{Store, World},
    topology::{Node, Strength},
};

/// Maximum number of callers that a report names.
const MAX_NAMED_CALLERS: usize = 20;
/// Maximum number of log lines in a report.
const LOG_LINES: usize = 5;
/// Labels of the commands that a report includes if they exist for the service.
const REPORT_COMMANDS: [&str; 3] = ["aws: service", "docker: container", "Portolan: logs"];

/// Returns a report on `finding`. If it is `None`, returns one on the worst finding of `node`, or else on the
/// state of `node`. Returns `None` if both arguments are `None`.
#[must_use]
pub fn report(store: &Store, node: Option<&Node>, finding: Option<&Finding>) -> Option<String> {
    let world = &store.world;
    let worst = || world.findings_on(&node?.id).find(|finding| finding.severity > Severity::Info);
    let finding = finding.or_else(worst);
    let mut lines = vec![headline(node, finding)?];
    if let Some(finding) = finding {
        lines.extend(finding_lines(world, finding));
        lines.extend(world.acknowledgement(finding).map(note_line));
    }
    if let Some(node) = node {
        lines.extend(world.notes_on(&node.id).into_iter().map(note_line));
        lines.extend(other_finding_lines(world, node, finding));
        lines.extend(callers_line(world, node));
        lines.extend(running_line(world, node));
        lines.extend(
            node.source.as_ref().map(|source| format!("Where: {} on {source}", node.group_and_name())),
        );
        let log = log_lines::last_lines(&node.id, LOG_LINES, store);
        if !log.is_empty() {
            lines.push("Last log lines:".to_owned());
            lines.extend(log.into_iter().map(|(line, _)| format!("  {line}")));
        }
        let commands =
            copy_items(world, node).into_iter().filter(|item| REPORT_COMMANDS.contains(&&*item.label));
        let commands: Vec<_> = commands.map(|item| format!("  {}", item.text)).collect();
        if !commands.is_empty() {
            lines.push("Look further:".to_owned());
            lines.extend(commands);
        }
    }
    Some(lines.join("\n"))
}

/// Returns the first line: the service or source, and the title of its finding or its health.
fn headline(node: Option<&Node>, finding: Option<&Finding>) -> Option<String> {
    match (node, finding) {
        (_, Some(finding)) => {
            let title = FindingKind::title_of(finding);
            Some(format!("{}: {title} ({})", finding.subject, finding.severity.as_str()))
        }
        (Some(node), None) => Some(format!("{}: {}", node.label(), node.health.as_str())),
        (None, None) => None,
    }
}

fn finding_lines(world: &World, finding: &Finding) -> Vec<String> {
    let mut lines = vec![format!("What: {}", finding.reason)];
    lines.extend(finding.onset().map(|onset| {
        let earlier = if onset.at_least { " or earlier" } else { "" };
        format!("Since: {}{earlier}, {} ago", format_time(onset.at), time::age(onset.at, world.now))
    }));
    let causes = finding.suspects.iter().map(|suspect| suspect.description.to_string());
    lines.extend(causes.take(2).map(|cause| format!("Cause: {cause}")));
    lines.extend(finding.impact.summary().map(|impact| format!("Affects: {impact}")));
    lines.push(format!("Next: {}", finding.next_step));
    lines
}

/// Returns the line for a note that a person left.
fn note_line(note: &Note) -> String {
    let until = note.until.map(|end| format!(", until {}", format_time(end))).unwrap_or_default();
    format!("Note: {} ({}{until})", note.text, note.by)
}

/// Returns one line for each further finding on the node, but not for hints.
fn other_finding_lines(world: &World, node: &Node, finding: Option<&Finding>) -> Vec<String> {
    let is_other = |other: &&Finding| {
        other.severity > Severity::Info && finding.is_none_or(|one| one.kind != other.kind)
    };
    let others = world.findings_on(&node.id).filter(is_other);
    others.map(|other| format!("Also: {}: {}", FindingKind::title_of(other), other.reason)).collect()
}

/// Returns the line that names the callers of the node; `None` if it has none. Leaves out services that only may
/// call it, such as those that start after it.
fn callers_line(world: &World, node: &Node) -> Option<String> {
    let topology = world.topology();
    let surely = topology.callers(&node.id).filter(|(_, edge)| edge.strength() != Strength::Possible);
    let callers = surely.filter_map(|(caller, _)| topology.nodes.get(caller));
    let mut names: Vec<String> = callers.map(Node::label).collect();
    names.sort();
    names.dedup();
    let hidden = names.len().saturating_sub(MAX_NAMED_CALLERS);
    names.truncate(MAX_NAMED_CALLERS);
    let more = if hidden > 0 { format!(" and {hidden} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("Called by: {}{more}", names.join(", ")))
}

/// Returns the line about the running instances: their number, versions and image tag.
fn running_line(world: &World, node: &Node) -> Option<String> {
    let service = world.service_of(node)?;
    let noun = service.kind.instance_noun();
    let count = match node.desired {
        Some(desired) => format!("{} of {desired} {noun}s", node.running),
        None => format!("{} {noun}s", node.running),
    };
    let versions = service.running_versions();
    let versions: Vec<String> =
        versions.iter().map(|(version, count)| format!("{count} on {version}")).collect();
    let image = service.images().find_map(|image| {
        let image = ImageRef::parse(image);
        Some(format!("image {}:{}", image.path, image.tag?))
    });
    let rest: Vec<String> = versions.into_iter().chain(image).collect();
    let rest = if rest.is_empty() { String::new() } else { format!(" ({})", rest.join(", ")) };
    Some(format!("Running: {count}{rest}"))
}

/// Formats a time as UTC, because the colleague may be in another time zone.
fn format_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::report;
    use crate::{
        model::{Inventory, Service, SourceId, SourceStatus, fixtures::*},
        store::Store,
    };

    #[test]
    fn a_report_says_what_since_when_and_how_to_look_further() {
        let web =
            Service { desired: Some(2), instances: vec![failed_instance("web-1", 1)], ..service("web") };
        let status = SourceStatus::new(SourceId::new("docker"), "docker", String::new());
        let mut store = Store::new(Inventory::default(), vec![status], 1 << 20, ago(0));
        store.apply_poll_result(&SourceId::new("docker"), Ok(snapshot("docker", vec![web])));
        let node = store.world.topology().nodes.values().next().cloned().unwrap();
        let text = report(&store, Some(&node), None).unwrap();
        let first = text.lines().next().unwrap();
        assert!(first.starts_with("shop/web: ") && first.ends_with("(critical)"), "{text}");
        for part in ["What: ", "Next: ", "Running: 0 of 2 containers", "portolan logs --since 1h shop/web"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(report(&store, None, None), None);
    }
}

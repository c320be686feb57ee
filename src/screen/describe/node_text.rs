//! Description of one node as lines: all data for the card, the most important data for the panel beside the
//! map, and a single line of status.

mod compact;
mod essentials;
mod kind;
mod notes;
mod operation;
mod profile;

pub use compact::compact_lines;
pub use kind::kind_label;
pub use profile::{place_text, shown_value};

use super::{edge_text, instance_text, note_text::note_text, rollout_text, time, usage_text};
use crate::{
    diagnosis::{FaultInvolvement, FaultRole},
    history::{EventGroup, Subject, coalesce},
    model::{Health, Instance, InstanceState, NodeId, RolloutState, Service, Severity, Timestamp},
    screen::{Scene, widget::text},
    topology::{Edge, Node},
};
use ratatui::text::{Line, Span};

/// Smallest width of the description, in cells, at which the label column becomes wider.
const MIN_WIDTH_FOR_WIDE_LABELS: usize = 60;

/// Builder of the lines that describe one node, each at most `width` cells wide.
pub struct NodeTextBuilder<'a> {
    scene: Scene<'a>,
    width: usize,
    lines: Vec<Line<'static>>,
}

/// Returns the lines for the panel beside the map: health, essentials, usage, notes, findings, deployments,
/// callers and callees.
#[must_use]
pub fn panel_lines(scene: Scene<'_>, node: &Node, width: usize) -> Vec<Line<'static>> {
    let mut page = NodeTextBuilder::new(scene, width);
    page.push_state(node);
    page.push_cause(node);
    if let Some(service) = scene.store.world.service_of(node) {
        page.push_essentials(service);
        page.push_usage(service);
    }
    page.push_group_and_source(node);
    page.push_notes(node);
    page.push_findings(node, true);
    if let Some(service) = scene.store.world.service_of(node) {
        page.push_deployments(service);
    }
    page.push_neighbours(node, false);
    page.push_findings(node, false);
    page.lines
}

/// Returns one line about a service: the deployment in progress or failed, the number of restarts, and the
/// age of the newest running instance. If the service has none of these, returns its health. Returns an empty
/// text if the node is not a service.
#[must_use]
pub fn status_line(scene: Scene<'_>, node: &Node) -> String {
    let Some(service) = scene.store.world.service_of(node) else { return String::new() };
    let mut words = Vec::new();
    if let Some(deployment) =
        service.deployments.first().filter(|_| service.is_deploying() || service.has_failed_deployment())
    {
        let state = if deployment.rollout == RolloutState::Failed { "failed" } else { "deploying" };
        words.push(format!("{state} {} {}/{}", deployment.version, deployment.running, deployment.desired));
    }
    let restarts: u32 = service.instances.iter().map(|instance| instance.restarts).sum();
    if restarts > 0 {
        words.push(text::pluralize(restarts as usize, "restart"));
    }
    let running = service.instances.iter().filter(|i| i.state == InstanceState::Running);
    if let Some(at) = running.filter_map(|instance| instance.started).max() {
        words.push(format!("up {}", time::age(at, scene.store.world.now)));
    }
    if words.is_empty() { node.health.as_str().to_owned() } else { words.join(", ") }
}

/// Returns one line for each instance, those that count toward the health first. If there are more than
/// `rows` instances, the last line gives the number of instances left out.
#[must_use]
pub fn instance_lines(scene: Scene<'_>, node: &Node, rows: usize) -> Vec<String> {
    let Some(service) = scene.store.world.service_of(node) else { return Vec::new() };
    let mut all: Vec<&Instance> = service.instances.iter().collect();
    all.sort_by_key(|instance| !instance.counts_toward_health());
    let shown = if all.len() > rows { rows.saturating_sub(1) } else { all.len() };
    let now = scene.store.world.now;
    let mut lines: Vec<String> = all[..shown]
        .iter()
        .map(|one| format!("{}  {}", one.name, instance_text::describe_instance(one, now)))
        .collect();
    if all.len() > shown {
        lines.push(format!("and {} more", all.len() - shown));
    }
    lines
}

/// Returns all lines of the card.
#[must_use]
pub fn card_lines(scene: Scene<'_>, node: &Node, width: usize) -> Vec<Line<'static>> {
    let mut page = NodeTextBuilder::new(scene, width);
    page.push_state(node);
    page.push_cause(node);
    page.push_group_and_source(node);
    page.push_actions(node);
    page.push_notes(node);
    page.push_findings(node, true);
    let service = scene.store.world.service_of(node);
    if let Some(service) = service {
        page.push_profile(service);
    }
    page.push_neighbours(node, true);
    page.push_needs(node);
    if let Some(service) = service {
        page.push_deployments(service);
        page.push_instances(service);
    }
    page.push_findings(node, false);
    page.push_counterparts(node);
    if let Some(service) = service {
        page.push_facts(service);
        page.push_events(service);
    }
    page.lines
}

impl<'a> NodeTextBuilder<'a> {
    fn new(scene: Scene<'a>, width: usize) -> Self {
        Self { scene, width: width.max(10), lines: Vec::new() }
    }

    /// Adds a heading, with an empty row before it.
    fn push_heading(&mut self, title: String) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::styled(title, self.scene.theme.styles.dim.0));
    }

    /// Adds text, wrapped into rows.
    fn push_text(&mut self, content: &str, style: ratatui::style::Style) {
        self.lines.extend(text::wrap(content, self.width).into_iter().map(|row| Line::styled(row, style)));
    }

    /// Returns the width of the label column, in cells.
    fn label_width(&self) -> usize {
        if self.width >= MIN_WIDTH_FOR_WIDE_LABELS { 18 } else { 12 }
    }

    /// Adds a label and its content, wrapped into rows.
    fn push_labelled(&mut self, label: &str, content: &str) {
        let ink = &self.scene.theme.styles;
        let column = self.label_width();
        let room = self.width.saturating_sub(column + 1).max(10);
        for (index, row) in text::wrap(content, room).into_iter().enumerate() {
            let label = if index == 0 {
                text::cut_or_pad(label, column, self.scene.theme.glyphs.ellipsis)
            } else {
                " ".repeat(column)
            };
            self.lines
                .push(Line::from(vec![Span::styled(label + " ", ink.dim.0), Span::styled(row, ink.text.0)]));
        }
    }

    /// Adds a line with health, number of running instances and kind of the node.
    fn push_state(&mut self, node: &Node) {
        let theme = self.scene.theme;
        let mut words = vec![Span::styled(
            format!("{} {}", theme.health_glyph(node.health), node.health.as_str()),
            theme.health_style(node.health),
        )];
        if let Some(desired) = node.desired {
            words.push(Span::styled(format!("  {}/{desired} running", node.running), theme.styles.text.0));
        } else if node.running > 0 {
            words.push(Span::styled(format!("  {} running", node.running), theme.styles.text.0));
        }
        let what = kind_label(&self.scene.store.world, node);
        words.push(Span::styled(format!("  {what}"), theme.styles.dim.0));
        self.lines.push(Line::from(words));
    }

    /// Adds the suspected cause of the node's fault, if another node is the suspect.
    fn push_cause(&mut self, node: &Node) {
        let store = self.scene.store;
        let Some(FaultInvolvement { role, suspect: Some(by) }) = store.world.fault_roles.get(&node.id) else {
            return;
        };
        let Some(by) = store.world.topology().nodes.get(by).map(Node::label) else { return };
        let words = match role {
            FaultRole::Affected => format!("affected: depends on {by}, which is faulty"),
            _ => format!("possibly caused by {by}"),
        };
        self.push_text(&words, self.scene.theme.health_style(Health::Degraded));
    }

    /// Adds a line with the group and the source of the node.
    fn push_group_and_source(&mut self, node: &Node) {
        let Some(source) = &node.source else { return };
        let group = node.group.as_ref().map(|group| format!("{group} ")).unwrap_or_default();
        self.push_text(&format!("{group}on {source}"), self.scene.theme.styles.dim.0);
    }

    /// Adds the findings of the node: its faults if `wrong` is true, or else its findings of severity `Info`.
    fn push_findings(&mut self, node: &Node, wrong: bool) {
        let (store, theme) = (self.scene.store, self.scene.theme);
        for finding in store.world.findings_on(&node.id).filter(|f| (f.severity > Severity::Info) == wrong) {
            let note = store.world.acknowledgement(finding);
            let style =
                if note.is_some() { theme.styles.dim.0 } else { theme.severity_style(finding.severity) };
            let age = finding.onset().map(|since| time::outage_age(since, store.world.now));
            let since = age.map(|age| format!(" ({age} ago)")).unwrap_or_default();
            self.lines.push(Line::default());
            self.push_text(
                &format!("{} {}{since}", theme.severity_glyph(finding.severity), finding.reason),
                style,
            );
            if let Some(note) = note {
                self.push_text(&note_text(note, self.scene), theme.styles.accent.0);
            }
            for suspect in finding.suspects.iter().take(2) {
                self.push_text(&suspect.description, theme.styles.text.0);
            }
            if let Some(reach) = finding.impact.summary() {
                self.push_text(&format!("affects {reach}"), theme.styles.text.0);
            }
            self.push_text(&format!("{} {}", theme.glyphs.arrow, finding.next_step), theme.styles.dim.0);
        }
    }

    /// Adds the current and previous deployments.
    fn push_deployments(&mut self, service: &Service) {
        let Scene { store, theme, .. } = self.scene;
        let rows = rollout_text::deployment_rows(service, store.world.now, theme.glyphs.ascii);
        if rows.is_empty() {
            return;
        }
        self.push_heading("deployments".to_owned());
        for (label, words) in rows {
            self.push_labelled(&label, &words);
        }
    }

    /// Adds the instances, including the ones that have ended.
    fn push_instances(&mut self, service: &Service) {
        let usage = &self.scene.store.world.usage;
        let span = usage_text::sampled_span(usage, service).map(|span| format!(", usage over {span}"));
        let over = service
            .instances
            .iter()
            .filter(|one| matches!(one.state, InstanceState::Stopped | InstanceState::Failed));
        let (all, over) = (service.instances.len(), over.count());
        let count =
            if over > 0 { format!("{} current, {over} stopped", all - over) } else { all.to_string() };
        self.push_heading(format!("instances ({count}){}", span.unwrap_or_default()));
        if let Some(excuse) = usage_text::missing_usage_reason(usage, service) {
            self.push_labelled("usage", &excuse);
        }
        for instance in &service.instances {
            let words = instance_text::describe_instance(instance, self.scene.store.world.now);
            self.push_labelled(&instance.name, &words);
            let readings = usage.samples(&instance.id).collect();
            if instance.state == InstanceState::Running {
                let gauges = usage_text::gauges(
                    &[readings],
                    self.scene.store.world.now,
                    self.scene.theme.glyphs.ascii,
                );
                for row in text::pack_rows(&gauges, self.width.saturating_sub(self.label_width() + 1)) {
                    self.push_labelled("", &row);
                }
            }
        }
    }

    /// Returns the total usage of the running instances, as one text for each resource.
    fn usage_gauges(&self, service: &Service) -> Vec<String> {
        let Scene { store, theme, .. } = self.scene;
        usage_text::service_gauges(&store.world.usage, service, store.world.now, theme.glyphs.ascii)
    }

    /// Appends the total usage to the last line, with as many resources as fit.
    fn append_usage(&mut self, service: &Service) {
        let gauges = self.usage_gauges(service);
        let Some(line) = self.lines.last_mut() else { return };
        for gauge in gauges {
            if line.width() + 2 + text::display_width(&gauge) > self.width {
                return;
            }
            line.push_span(Span::styled(format!("  {gauge}"), self.scene.theme.styles.dim.0));
        }
    }

    /// Adds the total usage of the running instances in new lines.
    fn push_usage(&mut self, service: &Service) {
        let gauges = self.usage_gauges(service);
        for row in text::pack_rows(&gauges, self.width) {
            self.push_text(&row, self.scene.theme.styles.text.0);
        }
    }

    /// Adds callers and callees. If `why` is true, also adds the evidence for each edge.
    fn push_neighbours(&mut self, node: &Node, why: bool) {
        let topology = self.scene.store.world.topology();
        let calls: Vec<_> = topology.calls(&node.id).map(|(id, edge)| (id.clone(), edge.clone())).collect();
        let callers: Vec<_> =
            topology.callers(&node.id).map(|(id, edge)| (id.clone(), edge.clone())).collect();
        for (title, edges) in [("called by", callers), ("calls", calls)] {
            if edges.is_empty() {
                continue;
            }
            self.push_heading(format!("{title} ({})", edges.len()));
            for (id, edge) in &edges {
                self.push_neighbour(node, (id, edge), why);
            }
        }
    }

    fn push_neighbour(&mut self, node: &Node, (id, edge): (&NodeId, &Edge), why: bool) {
        let (store, theme) = (self.scene.store, self.scene.theme);
        let Some(other) = store.world.topology().nodes.get(id) else { return };
        let name = text::cut_middle(
            &other.label_relative_to(node),
            self.width.saturating_sub(17),
            theme.glyphs.ellipsis,
        );
        let strength = edge.strength();
        let seen =
            edge.last_seen().map(|at| format!(" {} ago", time::age(at, store.world.now))).unwrap_or_default();
        self.lines.push(Line::from(vec![
            Span::styled(format!("{} ", theme.edge_line(strength)), theme.styles.dim.0),
            Span::styled(format!("{} ", theme.health_glyph(other.health)), theme.health_style(other.health)),
            Span::styled(name, theme.styles.text.0),
            Span::styled(format!("  {}{seen}", strength.as_str()), theme.styles.dim.0),
        ]));
        if why {
            for piece in edge_text::evidence_texts(edge, store.world.now) {
                self.push_text(&format!("       {}", piece.text), theme.styles.dim.0);
            }
        }
    }

    /// Adds the counterparts: services of other sources that seem to be the same service.
    fn push_counterparts(&mut self, node: &Node) {
        let store = self.scene.store;
        let Some(twins) = store.world.counterparts.get(&node.id) else { return };
        self.push_heading("counterparts".to_owned());
        for twin in twins {
            if let Some(other) = store.world.topology().nodes.get(&twin.node) {
                let home = other.source.as_ref().map(|source| format!(" on {source}")).unwrap_or_default();
                self.push_text(
                    &format!("{}{home}: {}", other.group_and_name(), twin.reason),
                    self.scene.theme.styles.text.0,
                );
            }
        }
    }

    /// Adds the facts about the service that its source reports, such as command and ports.
    fn push_facts(&mut self, service: &Service) {
        if service.facts.is_empty() {
            return;
        }
        self.push_heading("facts".to_owned());
        for fact in &service.facts {
            self.push_labelled(&fact.label.to_string(), &fact.value);
        }
    }

    /// Adds the latest events of the service.
    fn push_events(&mut self, service: &Service) {
        let store = self.scene.store;
        let rows = coalesce(store.world.history.entries_of(&Subject::from(&service.id)));
        if rows.is_empty() {
            return;
        }
        self.push_heading("events".to_owned());
        for row in rows.iter().rev().take(20) {
            let label = format!("{} ago", time::age(row.last.at, store.world.now));
            self.push_labelled(
                &label,
                &event_group_text(row, store.world.now, self.scene.theme.glyphs.ascii),
            );
        }
    }
}

/// Returns the text of a group of events. If the group has several events, the text begins with their number
/// and period, such as `×3 in 5m: `.
#[must_use]
pub fn event_group_text(row: &EventGroup, now: Timestamp, ascii: bool) -> String {
    let words = row.last.display_text();
    let times = if ascii { 'x' } else { '×' };
    match row.count {
        1 => words.to_owned(),
        count => format!("{times}{count} in {}: {words}", time::age(row.first.at, now)),
    }
}

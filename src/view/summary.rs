//! What there is to say about one node, in lines: the panel beside the map shows the head of it, the card all.

mod brief;

pub use brief::brief;

use super::{Scene, Theme, instance, rollout, time, usage, why::words, widget::text};
use crate::{
    history::{Row, Subject, fold},
    model::{Health, Instance, NodeId, Rollout, Service, Severity, State, Timestamp},
    topology::{
        Edge, Node,
        finding::{Involved, Role},
    },
};
use ratatui::text::{Line, Span};

/// From this width on labels have more room.
const ROOMY: usize = 60;

/// The lines of a card in the making, at a width.
pub struct Page<'a> {
    scene: Scene<'a>,
    width: usize,
    lines: Vec<Line<'static>>,
}

/// The head of what there is to say: how it is, what is wrong, who calls it and whom it calls.
#[must_use]
pub fn head(scene: Scene<'_>, node: &Node, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(scene, width);
    page.state(node);
    page.part(node);
    page.home(node);
    if let Some(service) = scene.store.service_of(node) {
        page.usage(service);
    }
    page.findings(node, true);
    if let Some(service) = scene.store.service_of(node) {
        page.deployments(service);
    }
    page.neighbours(node, false);
    page.findings(node, false);
    page.lines
}

/// What happens with a service, in a line: its deployment, its restarts, since when it runs.
#[must_use]
pub fn status(scene: Scene<'_>, node: &Node) -> String {
    let Some(service) = scene.store.service_of(node) else { return String::new() };
    let mut words = Vec::new();
    if let Some(deployment) =
        service.deployments.first().filter(|_| service.is_deploying() || service.is_rolling_back())
    {
        let state = if deployment.rollout == Rollout::Failed { "failed" } else { "deploying" };
        words.push(format!("{state} {} {}/{}", deployment.version, deployment.running, deployment.desired));
    }
    let restarts: u32 = service.instances.iter().map(|instance| instance.restarts).sum();
    if restarts > 0 {
        words.push(format!("{restarts} restarts"));
    }
    let running = service.instances.iter().filter(|i| i.state == State::Running);
    if let Some(at) = running.filter_map(|instance| instance.started).max() {
        words.push(format!("since {}", time::age(at, scene.store.now)));
    }
    if words.is_empty() { node.health.word().to_owned() } else { words.join(", ") }
}

/// Its instances, one a line, in at most so many lines: those that are there before those that ended.
#[must_use]
pub fn instances(scene: Scene<'_>, node: &Node, rows: usize) -> Vec<String> {
    let Some(service) = scene.store.service_of(node) else { return Vec::new() };
    let mut all: Vec<&Instance> = service.instances.iter().collect();
    all.sort_by_key(|instance| !instance.is_current());
    let shown = if all.len() > rows { rows.saturating_sub(1) } else { all.len() };
    let now = scene.store.now;
    let mut lines: Vec<String> =
        all[..shown].iter().map(|one| format!("{}  {}", one.name, instance::words(one, now))).collect();
    if all.len() > shown {
        lines.push(format!("and {} more", all.len() - shown));
    }
    lines
}

/// All there is to say.
#[must_use]
pub fn whole(scene: Scene<'_>, node: &Node, width: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(scene, width);
    page.state(node);
    page.part(node);
    page.home(node);
    page.findings(node, true);
    let service = scene.store.service_of(node);
    if let Some(service) = service {
        page.people(service);
    }
    page.neighbours(node, true);
    if let Some(service) = service {
        page.deployments(service);
        page.instances(service);
    }
    page.findings(node, false);
    page.twins(node);
    if let Some(service) = service {
        page.facts(service);
        page.events(service);
    }
    page.lines
}

impl<'a> Page<'a> {
    fn new(scene: Scene<'a>, width: usize) -> Self {
        Self { scene, width: width.max(10), lines: Vec::new() }
    }

    /// A heading, with a free row before it.
    fn heading(&mut self, title: String) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        self.lines.push(Line::styled(title, self.scene.theme.ink.dim.0));
    }

    /// Text over as many rows as it takes.
    fn text(&mut self, content: &str, style: ratatui::style::Style) {
        self.lines.extend(text::wrap(content, self.width).into_iter().map(|row| Line::styled(row, style)));
    }

    /// The cells of a label.
    fn column(&self) -> usize {
        if self.width >= ROOMY { 18 } else { 12 }
    }

    /// A label and what belongs to it, over as many rows as it takes.
    fn labelled(&mut self, label: &str, content: &str) {
        let ink = &self.scene.theme.ink;
        let column = self.column();
        let room = self.width.saturating_sub(column + 1).max(10);
        for (index, row) in text::wrap(content, room).into_iter().enumerate() {
            let label = if index == 0 {
                text::fit(label, column, self.scene.theme.glyphs.ellipsis)
            } else {
                " ".repeat(column)
            };
            self.lines
                .push(Line::from(vec![Span::styled(label + " ", ink.dim.0), Span::styled(row, ink.text.0)]));
        }
    }

    /// How it is.
    fn state(&mut self, node: &Node) {
        let theme = self.scene.theme;
        let mut words = vec![Span::styled(
            format!("{} {}", theme.mark(node.health), node.health.word()),
            theme.health(node.health),
        )];
        if let Some(desired) = node.desired {
            words.push(Span::styled(format!("  {}/{desired} running", node.running), theme.ink.text.0));
        } else if node.running > 0 {
            words.push(Span::styled(format!("  {} running", node.running), theme.ink.text.0));
        }
        let what = node.product.map_or(node.kind.word(), |p| p.id);
        words.push(Span::styled(format!("  {what}"), theme.ink.dim.0));
        self.lines.push(Line::from(words));
    }

    /// By whom it came to be ill or affected, where it did not by itself.
    fn part(&mut self, node: &Node) {
        let store = self.scene.store;
        let Some(Involved { role, by: Some(by) }) = store.roles.get(&node.id) else { return };
        let Some(by) = store.topology().nodes.get(by).map(Node::label) else { return };
        let words = match role {
            Role::Affected => format!("affected: it depends on {by}, which is ill"),
            _ => format!("perhaps a victim of {by}"),
        };
        self.text(&words, self.scene.theme.health(Health::Degraded));
    }

    /// Where it runs.
    fn home(&mut self, node: &Node) {
        let Some(source) = &node.source else { return };
        let group = node.group.as_ref().map(|group| format!("{group} ")).unwrap_or_default();
        self.text(&format!("{group}on {source}"), self.scene.theme.ink.dim.0);
    }

    /// What is wrong with it, or what is merely worth knowing.
    fn findings(&mut self, node: &Node, wrong: bool) {
        let (store, theme) = (self.scene.store, self.scene.theme);
        for finding in store.findings_on(&node.id).filter(|f| (f.severity > Severity::Info) == wrong) {
            let health = Theme::severity(finding.severity);
            let age = finding.onset().map(|since| time::outage_age(since, store.now));
            let since = age.map(|age| format!(" ({age} ago)")).unwrap_or_default();
            self.lines.push(Line::default());
            self.text(&format!("{} {}{since}", theme.mark(health), finding.reason), theme.health(health));
            for suspect in finding.suspects.iter().take(2) {
                self.text(&suspect.words, theme.ink.text.0);
            }
            if let Some(reach) = finding.reach.words() {
                self.text(&format!("affects {reach}"), theme.ink.text.0);
            }
            self.text(&format!("{} {}", theme.glyphs.arrow, finding.next), theme.ink.dim.0);
        }
    }

    /// What people know about it.
    fn people(&mut self, service: &Service) {
        for known in self.scene.store.inventory.annotations(service) {
            self.heading("about".to_owned());
            let rows = [
                ("owner", &known.owner),
                ("what", &known.description),
                ("repository", &known.repository),
                ("runbook", &known.runbook),
            ];
            for (label, content) in rows.into_iter().filter(|(_, content)| !content.is_empty()) {
                self.labelled(label, content);
            }
        }
    }

    /// What is being rolled out, and what was.
    fn deployments(&mut self, service: &Service) {
        let Scene { store, theme, .. } = self.scene;
        let rows = rollout::rows(service, store.now, theme.glyphs.ascii);
        if rows.is_empty() {
            return;
        }
        self.heading("deployments".to_owned());
        for (label, words) in rows {
            self.labelled(&label, &words);
        }
    }

    /// Its running copies, and those that ended.
    fn instances(&mut self, service: &Service) {
        let usage = &self.scene.store.usage;
        let span = usage::span(usage, service).map(|span| format!(", what they use over {span}"));
        let over = service.instances.iter().filter(|one| matches!(one.state, State::Stopped | State::Failed));
        let (all, over) = (service.instances.len(), over.count());
        let count = if over > 0 { format!("{}, and {over} that ended", all - over) } else { all.to_string() };
        self.heading(format!("instances ({count}){}", span.unwrap_or_default()));
        if let Some(excuse) = usage::excuse(usage, service) {
            self.labelled("usage", &excuse);
        }
        for instance in &service.instances {
            let words = instance::words(instance, self.scene.store.now);
            self.labelled(&instance.name, &words);
            let readings = usage.of(&instance.id).collect();
            if instance.state == State::Running {
                let gauges = usage::gauges(&[readings], self.scene.store.now, self.scene.theme.glyphs.ascii);
                for row in text::packed(&gauges, self.width.saturating_sub(self.column() + 1)) {
                    self.labelled("", &row);
                }
            }
        }
    }

    /// What its instances use together, a piece of text for each thing.
    fn gauges(&self, service: &Service) -> Vec<String> {
        let Scene { store, theme, .. } = self.scene;
        usage::of_service(&store.usage, service, store.now, theme.glyphs.ascii)
    }

    /// What its instances use together, behind how it is, as far as there is room.
    fn used(&mut self, service: &Service) {
        let gauges = self.gauges(service);
        let Some(line) = self.lines.last_mut() else { return };
        for gauge in gauges {
            if line.width() + 2 + text::width(&gauge) > self.width {
                return;
            }
            line.push_span(Span::styled(format!("  {gauge}"), self.scene.theme.ink.dim.0));
        }
    }

    /// What its instances use together.
    fn usage(&mut self, service: &Service) {
        let gauges = self.gauges(service);
        for row in text::packed(&gauges, self.width) {
            self.text(&row, self.scene.theme.ink.text.0);
        }
    }

    /// Who calls it and whom it calls; `why` adds the evidence of each edge.
    fn neighbours(&mut self, node: &Node, why: bool) {
        let topology = self.scene.store.topology();
        let calls: Vec<_> = topology.calls(&node.id).map(|(id, edge)| (id.clone(), edge.clone())).collect();
        let callers: Vec<_> =
            topology.callers(&node.id).map(|(id, edge)| (id.clone(), edge.clone())).collect();
        for (title, edges) in [("called by", callers), ("calls", calls)] {
            if edges.is_empty() {
                continue;
            }
            self.heading(format!("{title} ({})", edges.len()));
            for (id, edge) in &edges {
                self.neighbour(node, (id, edge), why);
            }
        }
    }

    fn neighbour(&mut self, node: &Node, (id, edge): (&NodeId, &Edge), why: bool) {
        let (store, theme) = (self.scene.store, self.scene.theme);
        let Some(other) = store.topology().nodes.get(id) else { return };
        let name =
            text::squeeze(&other.label_for(node), self.width.saturating_sub(17), theme.glyphs.ellipsis);
        let strength = edge.strength();
        let seen =
            edge.last_seen().map(|at| format!(" {} ago", time::age(at, store.now))).unwrap_or_default();
        self.lines.push(Line::from(vec![
            Span::styled(format!("{} ", theme.stroke(strength)), theme.ink.dim.0),
            Span::styled(format!("{} ", theme.mark(other.health)), theme.health(other.health)),
            Span::styled(name, theme.ink.text.0),
            Span::styled(format!("  {}{seen}", strength.word()), theme.ink.dim.0),
        ]));
        if why {
            for piece in words::pieces(edge, store.now) {
                self.text(&format!("       {}", piece.text), theme.ink.dim.0);
            }
        }
    }

    /// The services of other sources that seem to be the same.
    fn twins(&mut self, node: &Node) {
        let store = self.scene.store;
        let Some(twins) = store.twins.get(&node.id) else { return };
        self.heading("seems to be the same as".to_owned());
        for twin in twins {
            if let Some(other) = store.topology().nodes.get(&twin.node) {
                let home = other.source.as_ref().map(|source| format!(" on {source}")).unwrap_or_default();
                self.text(&format!("{}{home}: {}", other.path(), twin.reason), self.scene.theme.ink.text.0);
            }
        }
    }

    /// What else is worth knowing.
    fn facts(&mut self, service: &Service) {
        if service.facts.is_empty() {
            return;
        }
        self.heading("facts".to_owned());
        for fact in &service.facts {
            self.labelled(&fact.label, &fact.value);
        }
    }

    /// What happened lately.
    fn events(&mut self, service: &Service) {
        let store = self.scene.store;
        let rows = fold(store.history.of(&Subject::from(&service.id)));
        if rows.is_empty() {
            return;
        }
        self.heading("events".to_owned());
        for row in rows.iter().rev().take(20) {
            let label = format!("{} ago", time::age(row.last.at, store.now));
            self.labelled(&label, &event_words(row, store.now, self.scene.theme.glyphs.ascii));
        }
    }
}

/// What happened, and before that, where it happened again, how often and in how long.
#[must_use]
pub fn event_words(row: &Row, now: Timestamp, ascii: bool) -> String {
    let words = row.last.words();
    let times = if ascii { 'x' } else { '×' };
    match row.count {
        1 => words.to_owned(),
        count => format!("{times}{count} in {}: {words}", time::age(row.first.at, now)),
    }
}

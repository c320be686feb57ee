//! What is known now, from all sources, and what is selected. Every screen reads it; nothing but `App::update` changes it.

mod connections;
mod crowd;
mod deployed;
mod grouping;
mod heard;
mod marks;
mod outages;
mod sources;
mod search;
mod selected;
mod shown;
mod targets;
mod unlisted;
mod trail;
mod usage;

pub use deployed::deployed;
pub use grouping::Grouping;
pub use search::Search;
pub use targets::{each_once, log_targets};
pub use trail::Trail;
pub use unlisted::unlisted_targets;
pub use usage::{Usage, usage_target};

use crate::{
    history::History,
    logs::LogStore,
    model::{
        Change, Failure, Finding, Health, Inventory, LogNews, NodeId, Service, ServiceId, Snapshot, SourceId,
        SourceStatus, Timestamp,
    },
    topology::{
        EdgeFilter, Inference, Node, NodeKind, Rejected, Topology, Twin, finding,
        finding::{Involved, Lasting},
        rejected, twins,
    },
};
use crowd::Crowds;
use jiff::{SignedDuration, tz::TimeZone};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How often the findings are drawn anew for the mere passing of time. What is new they follow at once.
const REJUDGE: SignedDuration = SignedDuration::from_secs(5);

/// What is known now.
pub struct Store {
    /// All sources' services.
    pub inventory: Inventory,
    inference: Inference,
    /// The groups that are too large for one frame.
    crowds: Crowds,
    /// The services that seem to be the same as others.
    pub twins: BTreeMap<NodeId, Vec<Twin>>,
    /// The connections that were turned away.
    pub rejected: Vec<Rejected>,
    /// Counts up with every change of the topology, so that what follows from it is made anew only then.
    pub version: u64,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// Counts up with every judging, so that what follows from the findings is made anew only then.
    pub judgements: u64,
    /// What part each service plays in that.
    pub roles: BTreeMap<NodeId, Involved>,
    /// What happened.
    pub history: History,
    /// How the sources are, in the order in which they were given.
    pub sources: Vec<SourceStatus>,
    /// The services that an earlier run saw and that were not read since.
    pub unread: BTreeSet<ServiceId>,
    /// The selected node, the same on every screen.
    pub selected: Option<NodeId>,
    /// What somebody chose and is gone: it is selected again when it comes back.
    missed: Option<NodeId>,
    /// Whether somebody chose it; until then, and until all sources have answered, it is the worst off.
    pub chosen: bool,
    /// The time of the last tick.
    pub now: Timestamp,
    /// When the findings were last drawn.
    judged: Timestamp,
    /// Since when what was wrong by then lasts.
    lasting: Lasting,
    /// What was kept of it for the next run.
    kept: outages::Kept,
    /// What the logs that are read tell beside their lines.
    heard: heard::Heard,
    /// The log lines that are held.
    pub logs: LogStore,
    /// What instances use, of those that are looked at.
    pub usage: Usage,
    /// What is searched for.
    pub search: Search,
    /// The source of which alone is shown what it runs, if it is one.
    pub only_source: Option<SourceId>,
    /// The nodes to export where that is not everything: those in the map's focus.
    pub only_nodes: Option<BTreeSet<NodeId>>,
    /// Whether only what is faulty is shown, with what is next to it.
    pub only_faulty: bool,
    /// Which edges are shown.
    pub edges: EdgeFilter,
    /// How the map is to be drawn.
    pub charting: Charting,
    /// What was selected before.
    pub trail: Trail,
    /// The marked nodes, the newest last.
    pub marks: Vec<NodeId>,
    /// The time zone in which people here read times.
    pub zone: TimeZone,
    /// Whether it is the built-in demo estate that plays.
    pub demo: bool,
}

/// How the map is to be drawn: what the configuration says, and what was changed since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charting {
    /// By what services are grouped now.
    pub grouping: Grouping,
    /// By what the configuration groups them.
    pub configured: Grouping,
    /// The names of services whose callers are marked and not drawn, beside those that so many call that it shows.
    pub hubs: Vec<String>,
}

impl Store {
    /// Nothing known yet about `sources`.
    #[must_use]
    pub fn new(inventory: Inventory, sources: Vec<SourceStatus>, log_bytes: usize, now: Timestamp) -> Self {
        Self {
            inventory,
            inference: Inference::default(),
            crowds: Crowds::default(),
            twins: BTreeMap::new(),
            rejected: Vec::new(),
            version: 0,
            findings: Vec::new(),
            judgements: 0,
            roles: BTreeMap::new(),
            history: History::default(),
            demo: sources.iter().any(|s| s.kind == "demo"),
            sources,
            unread: BTreeSet::new(),
            selected: None,
            missed: None,
            chosen: false,
            now,
            judged: Timestamp::UNIX_EPOCH,
            lasting: Lasting::default(),
            kept: outages::Kept::default(),
            heard: heard::Heard::default(),
            logs: LogStore::new(log_bytes),
            usage: Usage::default(),
            search: Search::default(),
            only_source: None,
            only_nodes: None,
            only_faulty: false,
            edges: EdgeFilter::All,
            charting: Charting::default(),
            trail: Trail::default(),
            marks: Vec::new(),
            zone: TimeZone::UTC,
        }
    }

    /// A copy to be read elsewhere, without the log lines and without what happened.
    #[must_use]
    pub fn without_logs(&self) -> Self {
        Self {
            inventory: self.inventory.clone(),
            inference: self.inference.clone(),
            crowds: self.crowds.clone(),
            twins: self.twins.clone(),
            rejected: self.rejected.clone(),
            findings: self.findings.clone(),
            roles: self.roles.clone(),
            history: History::default(),
            sources: self.sources.clone(),
            unread: self.unread.clone(),
            selected: self.selected.clone(),
            missed: self.missed.clone(),
            logs: LogStore::new(0),
            usage: Usage::default(),
            lasting: Lasting::default(),
            kept: outages::Kept::default(),
            heard: heard::Heard::default(),
            search: self.search.clone(),
            only_source: self.only_source.clone(),
            only_nodes: self.only_nodes.clone(),
            charting: self.charting.clone(),
            trail: self.trail.clone(),
            marks: self.marks.clone(),
            zone: self.zone.clone(),
            ..*self
        }
    }

    /// Takes what a look at `source` gave. Returns whether anything but times changed.
    pub fn absorb(&mut self, source: &SourceId, outcome: Result<Snapshot, Failure>) -> bool {
        let outcome = outcome.map(|snapshot| self.with_known_ends(snapshot));
        let complete = self.sources.iter().all(SourceStatus::is_settled);
        let held = self.held();
        let Some(status) = self.sources.iter_mut().find(|s| &s.id == source) else { return false };
        let before = (status.state, status.failure.clone());
        let changed = match outcome {
            Ok(snapshot) => {
                status.read(snapshot.taken, &snapshot.progress);
                let old = self.inventory.snapshot(source).cloned();
                let partial = snapshot.is_partial();
                for service in &snapshot.services {
                    self.unread.remove(&service.id);
                }
                self.unread.retain(|service| partial || &SourceId::from(service) != source);
                let snapshot =
                    if let (true, Some(old)) = (partial, &old) { snapshot.over(old) } else { snapshot };
                let change = self.inventory.replace(Arc::new(snapshot));
                if let Some(new) = self.inventory.snapshot(source) {
                    self.history.look(old.as_deref(), new, &change);
                }
                change
            }
            Err(failure) => {
                status.failed(failure);
                Change::Nothing
            }
        };
        self.history.source(before.0, status, self.now);
        let status_changed = before != (status.state, status.failure.clone());
        let changed = self.follow(&changed);
        if changed || status_changed {
            self.judge();
        }
        self.keep_selected(&held, complete);
        changed || status_changed
    }

    /// Takes what is heard of log streams, and what their lines tell of connections.
    pub fn hear(&mut self, news: LogNews) {
        self.heard.hear(&news, self.now);
        let told = match &news {
            LogNews::Lines(batch) => connections::failed(&self.inventory, batch),
            _ => return self.logs.hear(news, self.now),
        };
        self.logs.hear(news, self.now);
        let change = self.inventory.note(&told, self.now);
        if self.follow(&change) {
            self.judge();
        }
    }

    /// Draws from the inventory what follows from a change of it. Returns whether there was any.
    fn follow(&mut self, change: &Change) -> bool {
        self.inference.update(&self.inventory, change);
        if change.is_any() {
            self.crowds = Crowds::of(self.inference.topology().nodes.values(), &self.crowds);
            self.twins = twins(&self.inventory);
            self.rejected = rejected(&self.inventory, self.inference.topology());
            self.version += 1;
        }
        change.is_any()
    }

    /// Who calls whom.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        self.inference.topology()
    }

    /// Moves the clock on, and now and then with it what depends on how long something lasts.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = now;
        if now.duration_since(self.judged).abs() >= REJUDGE {
            self.judge();
        }
    }

    /// Draws the findings anew. What begins and ends among them is history once all sources have answered: before
    /// that, much seems wrong that is not.
    fn judge(&mut self) {
        let lasting = std::mem::take(&mut self.lasting);
        let signs = self.heard.signs(self.now);
        let Self { inventory, inference, rejected, twins, sources, now, unread, .. } = &*self;
        let topology = inference.topology();
        let estate = finding::Estate { inventory, topology, rejected, twins, sources, signs: &signs };
        let evidence = finding::Evidence::new(estate, lasting, *now);
        let mut findings = finding::findings(&evidence);
        // What an earlier run saw may be otherwise by now.
        let is_read = |node: &NodeId| match topology.nodes.get(node).map(|node| &node.kind) {
            Some(NodeKind::Service(service)) => !unread.contains(service),
            _ => true,
        };
        findings.retain(|finding| finding.node.as_ref().is_none_or(is_read));
        let roles = finding::roles(&evidence, &findings);
        let watched = sources.iter().filter(|source| source.is_whole()).map(|source| source.id.clone());
        self.lasting = evidence.lasting(&findings, watched.collect());
        (self.findings, self.roles, self.judged) = (findings, roles, self.now);
        self.judgements += 1;
        if self.sources.iter().all(|source| source.is_settled() && source.progress.is_empty()) {
            self.history.judged(&self.findings, self.now);
        }
    }

    /// The selected node.
    #[must_use]
    pub fn node(&self) -> Option<&Node> {
        self.selected.as_ref().and_then(|id| self.topology().nodes.get(id))
    }

    /// The selected service.
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        self.node().and_then(|node| self.service_of(node))
    }

    /// The service that a node is.
    #[must_use]
    pub fn service_of(&self, node: &Node) -> Option<&Service> {
        match &node.kind {
            NodeKind::Service(id) => self.inventory.service(id),
            _ => None,
        }
    }

    /// The findings on a node, the worst first.
    pub fn findings_on<'a>(&'a self, node: &'a NodeId) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |f| f.node.as_ref() == Some(node))
    }

    /// How many services there are of each health.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<Health, usize> {
        let mut tally = BTreeMap::new();
        for node in self.topology().nodes.values().filter(|n| matches!(n.kind, NodeKind::Service(_))) {
            *tally.entry(node.health).or_default() += 1;
        }
        tally
    }
}

//! All sources together, as inference and findings read them: ordered, whatever order they arrived in.

use super::{
    Change, Flow, Gateway, Ledger, Mention, Service, ServiceId, Snapshot, SourceId, Text, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// All that is known of the estate now.
#[derive(Clone, Debug)]
pub struct Inventory {
    snapshots: BTreeMap<SourceId, Arc<Snapshot>>,
    annotations: Vec<Annotation>,
    ledger: Ledger,
    keep: i64,
    begun: Option<Timestamp>,
}

/// How long a connection that was seen is remembered where nobody says, in seconds: a day.
const KEEP: i64 = 24 * 60 * 60;

/// What the user's configuration says about a service: people's knowledge that no API has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Annotation {
    /// The service: `name`, `group/name`, or the whole id.
    pub service: Text,
    /// Who answers for it.
    pub owner: Text,
    /// What it does.
    pub description: Text,
    /// Where its code is.
    pub repository: Text,
    /// What to do when it breaks.
    pub runbook: Text,
    /// What it calls, beyond what can be seen: services by the same names, or `host:port`.
    pub calls: Vec<Text>,
    /// The same service in another source, by the same names.
    pub twins: Vec<Text>,
}

impl Inventory {
    /// An empty estate with what the configuration knows.
    #[must_use]
    pub fn new(annotations: Vec<Annotation>) -> Self {
        Self { snapshots: BTreeMap::new(), annotations, ledger: Ledger::default(), keep: KEEP, begun: None }
    }

    /// The same, where connections that were seen are remembered for that many seconds.
    #[must_use]
    pub fn keeping(mut self, seconds: i64) -> Self {
        self.keep = seconds;
        self
    }

    /// Replaces what `snapshot`'s source says, and notes the connections that it saw. Tells what is different but for
    /// its time.
    pub fn replace(&mut self, mut snapshot: Arc<Snapshot>) -> Change {
        if !snapshot.services.is_sorted_by(|a, b| a.id <= b.id) {
            Arc::make_mut(&mut snapshot).services.sort_by(|a, b| a.id.cmp(&b.id));
        }
        self.begun = self.begun.or(Some(snapshot.taken)).map(|begun| begun.min(snapshot.taken));
        let news = self.ledger.note(&snapshot.flows, &snapshot.watched, snapshot.taken, self.keep);
        let old = self.snapshots.insert(snapshot.source.clone(), Arc::clone(&snapshot));
        match old {
            Some(old) if !news => Change::between(&old, &snapshot),
            _ => Change::Everything,
        }
    }

    /// Takes what an earlier run saw, for as long as its source has not answered. Nothing was seen of connections by it:
    /// nobody has watched since.
    pub fn recall(&mut self, mut snapshot: Snapshot) {
        snapshot.services.sort_by(|a, b| a.id.cmp(&b.id));
        (snapshot.flows, snapshot.watched) = (Vec::new(), Vec::new());
        self.snapshots.insert(snapshot.source.clone(), Arc::new(snapshot));
    }

    /// Notes what was seen or told of connections beside the looks of a source.
    pub fn note(&mut self, flows: &[Flow], now: Timestamp) -> Change {
        if self.ledger.note(flows, &[], now, self.keep) { Change::Everything } else { Change::Nothing }
    }

    /// The connections that were seen, gone or not.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// When the first look was taken; none before there was any.
    #[must_use]
    pub fn begun(&self) -> Option<Timestamp> {
        self.begun
    }

    /// What that source said last.
    #[must_use]
    pub fn snapshot(&self, source: &SourceId) -> Option<&Arc<Snapshot>> {
        self.snapshots.get(source)
    }

    /// The snapshots in the order of their sources.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        self.snapshots.values().map(Arc::as_ref)
    }

    /// All services, in the order of their sources.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.snapshots().flat_map(|s| &s.services).map(Arc::as_ref)
    }

    /// All load balancers with the source that has them.
    pub fn gateways(&self) -> impl Iterator<Item = (&SourceId, &Gateway)> {
        self.snapshots().flat_map(|s| s.gateways.iter().map(move |g| (&s.source, g)))
    }

    /// The service with that id.
    #[must_use]
    pub fn service(&self, id: &ServiceId) -> Option<&Service> {
        let services = &self.snapshots.get(&SourceId::from(id))?.services;
        services.binary_search_by(|s| s.id.cmp(id)).ok().map(|place| &*services[place])
    }

    /// Every mention with the service that makes it.
    pub fn mentions(&self) -> impl Iterator<Item = (&Service, &Mention)> {
        self.services().flat_map(|s| s.mentions.iter().map(move |m| (s, m)))
    }

    /// What the configuration says about `service`.
    pub fn annotations<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = &'a Annotation> {
        self.annotations.iter().filter(|a| service.is_called(&a.service))
    }
}

impl Default for Inventory {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Service {
    /// Whether `name` is one of the ways people write this service: `name`, `group/name`, or the whole id.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let grouped =
            self.group.as_deref().and_then(|g| name.strip_prefix(g)).and_then(|rest| rest.strip_prefix('/'));
        *name == *self.name || name == self.id.as_str() || grouped == Some(self.name.as_str())
    }
}

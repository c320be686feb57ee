//! What outlives the program of outages: since when they last, and which ends somebody asked for.

use super::Store;
use crate::model::{
    Ending, Exit, Instance, InstanceId, NodeId, OutageMemory, Service, ServiceKind, Snapshot, SourceId,
    State, Text, Timestamp,
};
use jiff::SignedDuration;
use std::{collections::BTreeMap, sync::Arc};

/// How often what lasts is kept anew: the next run takes an outage for the same by when it was last seen.
const PACE: SignedDuration = SignedDuration::from_mins(1);

/// What is known of ends and was kept of outages.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// When instances ended that somebody told to stop, by an earlier run.
    asked: BTreeMap<InstanceId, Timestamp>,
    /// What was kept last of each source, and when.
    last: BTreeMap<SourceId, (Timestamp, OutageMemory)>,
}

impl Store {
    /// Takes what an earlier run knew of the outages of `source`.
    pub fn remember(&mut self, source: &SourceId, earlier: OutageMemory) {
        let outages =
            earlier.outages.iter().map(|(id, outage)| (NodeId::new(format!("{source}/{id}")), *outage));
        self.lasting.recall(outages.collect());
        let asked = earlier.asked.iter().map(|(id, at)| (InstanceId::of(source, id), *at));
        self.kept.asked.extend(asked);
        self.kept.last.insert(source.clone(), (self.now, earlier));
    }

    /// What the next run should know of the outages of `source`.
    #[must_use]
    pub fn memory_of(&self, source: &SourceId) -> OutageMemory {
        let own = |id: &str| id.strip_prefix(source.as_str())?.strip_prefix('/').map(Text::from);
        let outages = self.lasting.outages(source);
        let services = self.inventory.snapshot(source).into_iter().flat_map(|snapshot| &snapshot.services);
        let ends = services.filter(|service| is_of_an_engine(service)).flat_map(|service| &service.instances);
        let asked = ends.filter_map(|instance| Some((own(instance.id.as_str())?, asked(instance)?)));
        OutageMemory {
            outages: outages.filter_map(|(node, outage)| Some((own(node.as_str())?, *outage))).collect(),
            asked: asked.collect(),
        }
    }

    /// What is to be kept now of the sources that were read whole: what has changed, and now and then what lasts.
    pub fn due_memories(&mut self) -> Vec<(SourceId, OutageMemory)> {
        let whole = self.sources.iter().filter(|status| status.is_whole()).map(|status| status.id.clone());
        let mut due = Vec::new();
        for source in whole.collect::<Vec<_>>() {
            let memory = self.memory_of(&source);
            let is_due = match self.kept.last.get(&source) {
                Some((at, last)) => {
                    is_other(last, &memory)
                        || (!memory.outages.is_empty() && self.now.duration_since(*at) >= PACE)
                }
                None => memory != OutageMemory::default(),
            };
            if is_due {
                self.kept.last.insert(source.clone(), (self.now, memory.clone()));
                due.push((source, memory));
            }
        }
        due
    }

    /// The snapshot, in which what an earlier run heard of ends is told as well.
    pub(super) fn with_known_ends(&self, mut snapshot: Snapshot) -> Snapshot {
        if self.kept.asked.is_empty() {
            return snapshot;
        }
        let known = |instance: &Instance| {
            let at = instance.exit.as_ref().filter(|exit| is_unexplained(exit))?.at?;
            self.kept.asked.get(&instance.id).filter(|asked| **asked == at)
        };
        for service in &mut snapshot.services {
            if service.instances.iter().any(|instance| known(instance).is_some()) {
                let instances = &mut Arc::make_mut(service).instances;
                for instance in instances.iter_mut().filter(|instance| known(instance).is_some()) {
                    instance.state = State::Stopped;
                    instance.exit.iter_mut().for_each(|exit| exit.ending = Ending::Asked);
                }
            }
        }
        snapshot
    }
}

/// Whether other outages last, or others were stopped.
fn is_other(last: &OutageMemory, now: &OutageMemory) -> bool {
    let of = |memory: &OutageMemory| -> Vec<_> {
        memory.outages.iter().map(|(id, outage)| (id.clone(), outage.since, outage.wanted)).collect()
    };
    last.asked != now.asked || of(last) != of(now)
}

/// Whether an engine runs it, which tells only once who asked for an end.
fn is_of_an_engine(service: &Service) -> bool {
    matches!(service.kind, ServiceKind::Compose | ServiceKind::Swarm | ServiceKind::Container)
}

/// When an instance ended that somebody told to stop.
fn asked(instance: &Instance) -> Option<Timestamp> {
    let exit = instance.exit.as_ref().filter(|exit| exit.ending == Ending::Asked)?;
    exit.at.filter(|_| instance.state == State::Stopped)
}

/// Whether somebody may have asked for it, as far as its source still knows.
fn is_unexplained(exit: &Exit) -> bool {
    matches!(exit.ending, Ending::Itself | Ending::Killed | Ending::OutOfMemory | Ending::GaveUp)
}

#[cfg(test)]
mod tests {
    use crate::{
        model::{sample::*, *},
        store::Store,
    };

    fn ended(ending: Ending, code: i64) -> Service {
        let exit = Exit { code: Some(code), ending, reason: None, at: Some(ago(60)) };
        let state = if ending == Ending::Asked { State::Stopped } else { State::Failed };
        Service { instances: vec![Instance { state, exit: Some(exit), ..instance("web") }], ..service("web") }
    }

    fn store(source: &str) -> Store {
        let status = SourceStatus::new(SourceId::new(source), "docker", "");
        Store::new(Inventory::default(), vec![status], 0, ago(0))
    }

    fn look(store: &mut Store, service: Service) {
        store.absorb(&SourceId::new("docker"), Ok(snapshot("docker", vec![service])));
    }

    #[test]
    fn who_was_told_to_stop_is_no_failure_for_the_next_run_either() {
        let docker = SourceId::new("docker");
        let mut heard = store("docker");
        look(&mut heard, ended(Ending::Asked, 1));
        let memory = heard.due_memories().remove(0).1;
        assert_eq!(heard.due_memories(), [], "nothing else is to be kept");
        let mut next = store("docker");
        next.remember(&docker, memory.clone());
        look(&mut next, ended(Ending::Itself, 1));
        assert_eq!(next.findings.iter().map(|f| f.kind.to_string()).collect::<Vec<_>>(), ["stopped"]);
        let mut deaf = store("docker");
        look(&mut deaf, ended(Ending::Itself, 1));
        assert_eq!(deaf.findings[0].kind, "stopped-with-error");
    }

    #[test]
    fn an_outage_is_known_again_under_another_name_of_its_source() {
        let mut first = store("docker");
        look(&mut first, ended(Ending::Itself, 1));
        let memory = first.memory_of(&SourceId::new("docker"));
        let mut next = store("engine");
        next.remember(&SourceId::new("engine"), memory.clone());
        assert_eq!(next.memory_of(&SourceId::new("engine")).outages, memory.outages);
        assert_eq!(memory.outages.keys().map(crate::model::Text::as_str).collect::<Vec<_>>(), ["shop/web"]);
    }
}

//! Tasks that no service runs, grouped by the family of their task definition: jobs, migrations, one-off tasks.

use super::{
    answers,
    run::Run,
    service::{ENDED_KEPT, Ground},
    task::instance,
};
use crate::model::{Fact, Instance, Mention, Service, ServiceKind, State};
use std::{cmp::Reverse, collections::BTreeSet};

/// One family as a service. Only its newest task's end counts: a migration that failed and then passed has passed.
/// `taken` says that a service of the cluster has the family's name.
pub(crate) fn family(name: &str, runs: &[&Run], taken: bool, ground: Ground<'_>) -> Service {
    let newest = runs.iter().max_by_key(|r| (r.made(), r.id()));
    let newest_arn = newest.and_then(|r| r.definition.as_deref());
    let definition = ground.definition(newest_arn);
    // The name ECS itself gives the group of such tasks.
    let label = if taken { format!("family:{name}") } else { name.to_owned() };
    let mut facts = Vec::new();
    if let Some(by) = newest.and_then(|r| r.started_by.as_deref()) {
        facts.push(Fact::new("started by", super::words::said(Some(by))));
    }
    if let Some(version) = newest.map(|r| r.version()) {
        facts.push(Fact::new("task definition", version));
    }
    facts.extend(definition.iter().flat_map(|d| d.facts.clone()));
    Service {
        id: ground.id(&label),
        group: Some(ground.cluster.into()),
        name: label.into(),
        kind: ServiceKind::EcsFamily,
        desired: None,
        reported_running: None,
        instances: instances(runs, newest.map(|r| r.id()).as_deref(), ground),
        failing_since: None,
        deployments: Vec::new(),
        answers: answers::addresses(runs.iter().copied(), ground.context),
        mentions: mentions(runs, ground),
        networks: BTreeSet::from([answers::vpc(ground.context)]),
        facts,
    }
}

fn instances(runs: &[&Run], newest: Option<&str>, ground: Ground<'_>) -> Vec<Instance> {
    let mut made: Vec<(bool, Reverse<Option<crate::model::Timestamp>>, Instance)> = runs
        .iter()
        .map(|run| {
            let definition = ground.definition(run.definition.as_deref());
            let mut made = instance(run, definition, false, ground.context);
            if made.state == State::Failed && Some(run.id().as_str()) != newest {
                made.state = State::Stopped;
            }
            (run.has_stopped(), Reverse(run.made()), made)
        })
        .collect();
    made.sort_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    let mut ended = 0;
    made.retain(|(stopped, ..)| {
        ended += usize::from(*stopped);
        !stopped || ended <= ENDED_KEPT
    });
    made.into_iter().map(|(.., instance)| instance).collect()
}

fn mentions(runs: &[&Run], ground: Ground<'_>) -> Vec<Mention> {
    let arns: BTreeSet<&str> = runs.iter().filter_map(|r| r.definition.as_deref()).collect();
    let defined = arns.iter().filter_map(|arn| ground.definition(Some(arn))).flat_map(|d| &d.mentions);
    let overridden = runs.iter().flat_map(|r| &r.mentions);
    let all: BTreeSet<Mention> = defined.chain(overridden).cloned().collect();
    all.into_iter().collect()
}

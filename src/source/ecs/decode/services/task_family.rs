//! Decoder of tasks without a service, such as jobs and migrations. Portolan groups them by the family of
//! their task definition.

use super::{
    endpoints,
    service::{DecodeContext, MAX_STOPPED_INSTANCES},
};
use crate::{
    model::{Fact, FactKind, Instance, InstanceState, Reference, Service, ServiceKind},
    source::ecs::decode::{
        tasks::{instance::decode_instance, task_record::TaskRecord},
        text::clean_text,
    },
};
use std::{cmp::Reverse, collections::BTreeSet};

/// Decodes the tasks of one family as a service, although no ECS service runs them.
///
/// Only the newest task can count as failed, because a new run of a migration or job replaces the failed one.
/// `taken` is true if an ECS service of the cluster has the same name as the family. In that case, the name
/// of the decoded service is `family:NAME`.
pub(crate) fn decode_family(
    name: &str,
    runs: &[&TaskRecord],
    taken: bool,
    context: DecodeContext<'_>,
) -> Service {
    let newest = runs.iter().max_by_key(|r| (r.created_at(), r.id()));
    let newest_arn = newest.and_then(|r| r.definition_arn.as_deref());
    let definition = context.definition(newest_arn);
    // ECS also uses this form for the group of a task without a service.
    let label = if taken { format!("family:{name}") } else { name.to_owned() };
    let mut facts = Vec::new();
    if let Some(by) = newest.and_then(|r| r.started_by.as_deref()) {
        facts.push(Fact::new(FactKind::StartedBy, clean_text(Some(by))));
    }
    if let Some(version) = newest.map(|r| r.version()) {
        facts.push(Fact::new(FactKind::TaskDefinition, version));
    }
    facts.extend(definition.iter().flat_map(|d| d.facts.clone()));
    Service {
        id: context.id(&label),
        group: Some(context.cluster.into()),
        name: label.into(),
        kind: ServiceKind::EcsFamily,
        desired: None,
        reported_running: None,
        instances: family_instances(runs, newest.map(|r| r.id()).as_deref(), context),
        unlisted_failures: 0,
        failing_since: None,
        deployments: Vec::new(),
        endpoints: endpoints::address_endpoints(runs.iter().copied(), context.snapshot_context),
        references: family_references(runs, context),
        networks: BTreeSet::from([endpoints::vpc_network(context.snapshot_context)]),
        facts,
        profile: definition.map(|d| d.profile.clone()).unwrap_or_default(),
    }
}

fn family_instances(runs: &[&TaskRecord], newest: Option<&str>, context: DecodeContext<'_>) -> Vec<Instance> {
    let mut made: Vec<(bool, Reverse<Option<crate::model::Timestamp>>, Instance)> = runs
        .iter()
        .map(|run| {
            let definition = context.definition(run.definition_arn.as_deref());
            let mut made = decode_instance(run, definition, false, context.snapshot_context);
            if made.state == InstanceState::Failed && Some(run.id().as_str()) != newest {
                made.state = InstanceState::Stopped;
            }
            (run.has_stopped(), Reverse(run.created_at()), made)
        })
        .collect();
    made.sort_by(|a, b| (a.0, a.1, &a.2.id).cmp(&(b.0, b.1, &b.2.id)));
    let mut ended = 0;
    made.retain(|(stopped, ..)| {
        ended += usize::from(*stopped);
        !stopped || ended <= MAX_STOPPED_INSTANCES
    });
    made.into_iter().map(|(.., instance)| instance).collect()
}

fn family_references(runs: &[&TaskRecord], context: DecodeContext<'_>) -> Vec<Reference> {
    let arns: BTreeSet<&str> = runs.iter().filter_map(|r| r.definition_arn.as_deref()).collect();
    let defined = arns.iter().filter_map(|arn| context.definition(Some(arn))).flat_map(|d| &d.references);
    let overridden = runs.iter().flat_map(|r| &r.override_references);
    let all: BTreeSet<Reference> = defined.chain(overridden).cloned().collect();
    all.into_iter().collect()
}

//! Suspected causes of a finding: faults of direct or indirect callees, and recent deployments. Suspects are
//! sorted by likelihood. Each has a reason, and none is certain.
//!
//! Faults spread from callees to callers, because a caller that waits for a broken callee breaks too. So in a
//! chain of faulty services, the last callee is the likeliest cause. A callee that failed later than the
//! caller is a suspect only if there is no other.

use super::{call_index::CallIndex, class::CausePolicy, context::RuleContext, draft::FindingDraft};
use crate::{
    model::{Deployment, Instance, NodeId, RolloutState, Suspect, Timestamp},
    topology::NodeKind,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// Maximum time between a deployment and a fault for which Portolan suspects the deployment.
const MAX_DEPLOYMENT_AGE: SignedDuration = SignedDuration::from_mins(30);
/// Maximum time by which a cause may seem to fail after its effect. Portolan notices faults out of order,
/// because polls, health checks and back-off delay them by different times.
const MAX_NOTICE_DELAY: SignedDuration = SignedDuration::from_mins(2);
/// Maximum number of suspects of a finding.
const MAX_SUSPECTS: usize = 4;

/// The faulty nodes whose fault may break their callers.
pub(super) struct FaultSet<'a> {
    calls: &'a CallIndex<'a>,
    /// Start and reason of each node's fault, by the node's number in `calls`.
    since: BTreeMap<usize, (Option<Timestamp>, &'a str)>,
}

impl<'a> FaultSet<'a> {
    /// Collects the faulty nodes from `drafts`. If a node has several drafts, the first one counts.
    pub(super) fn from_drafts(
        calls: &'a CallIndex<'a>,
        drafts: impl Iterator<Item = &'a FindingDraft>,
    ) -> Self {
        let mut since = BTreeMap::new();
        for draft in drafts {
            let Some(number) = draft.node().and_then(|node| calls.index_of(node)) else { continue };
            since.entry(number).or_insert((draft.since.map(|since| since.at), draft.reason.as_str()));
        }
        Self { calls, since }
    }

    /// Returns true if the node `number` is faulty.
    fn contains(&self, number: usize) -> bool {
        self.since.contains_key(&number)
    }

    /// Returns the suspected causes of `draft`, the likeliest first, restricted to the causes that `blame`
    /// allows.
    pub(super) fn suspects(
        &self,
        context: &RuleContext<'_>,
        draft: &FindingDraft,
        blame: CausePolicy,
    ) -> Vec<Suspect> {
        let (Some(node), true) = (draft.node(), blame.suspects_deployments()) else { return Vec::new() };
        let Some(number) = self.calls.index_of(node) else { return Vec::new() };
        let own = own_deployment(context, node, draft.since.map(|since| since.at));
        if blame == CausePolicy::OwnDeployment {
            return own.into_iter().collect();
        }
        let since = draft.since.map(|since| since.at);
        let (before, later) = self.faulty_dependencies(number, since);
        let mut suspects = before;
        // If the older version serves beside the newest one, a fault of what both call explains nothing.
        let place = if spares_older_version(context, node) { 0 } else { suspects.len() };
        suspects.splice(place..place, own);
        // A fault that Portolan saw later is more likely an effect, so it counts only without another
        // suspect.
        if suspects.is_empty() {
            suspects.extend(later);
        }
        if suspects.is_empty() {
            suspects.extend(self.deployed_callee(context, number, since));
        }
        suspects.truncate(MAX_SUSPECTS);
        suspects
    }

    /// Returns the last faulty nodes on the call paths from `from`, in two lists: nodes that failed early
    /// enough to be the cause, and nodes that failed later. The search follows paths on which all nodes are
    /// faulty. If that finds nothing, it follows all paths.
    fn faulty_dependencies(&self, from: usize, since: Option<Timestamp>) -> (Vec<Suspect>, Vec<Suspect>) {
        let mut reached = self.calls.reachable_from(from, |number| self.contains(number));
        reached.retain(|(number, _)| self.contains(*number));
        if reached.is_empty() {
            reached = self.calls.reachable_from(from, |_| true);
            reached.retain(|(number, _)| self.contains(*number));
        }
        let way: BTreeMap<usize, usize> = reached.iter().copied().collect();
        let lag = |number: usize| {
            let lag = since.zip(self.since.get(&number)?.0).map(|(ours, theirs)| theirs.duration_since(ours));
            lag.filter(|lag| *lag > MAX_NOTICE_DELAY)
        };
        // In a cycle every faulty node reaches all others, so the nearest one represents the cycle. A callee
        // that failed too late does not replace a node that failed in time.
        let deepest = |number: usize| {
            let in_time = lag(number).is_none();
            let leads_to = |next: &usize| self.contains(*next) && *next != from && way.contains_key(next);
            let counts = |next: &usize| !in_time || lag(*next).is_none();
            !self.calls.callees(number).iter().any(|next| leads_to(next) && counts(next))
        };
        let mut ends: Vec<usize> =
            reached.iter().map(|(number, _)| *number).filter(|n| deepest(*n)).collect();
        if ends.is_empty() {
            ends.extend(reached.first().map(|(number, _)| *number));
        }
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for end in ends {
            let (_, reason) = self.since[&end];
            let later = lag(end);
            let direct = self.calls.callees(from).contains(&end);
            let how = match (direct, way.get(&end)) {
                (false, Some(via)) if self.calls.callees(from).contains(via) => {
                    format!("which it calls through {}", self.calls.label(*via))
                }
                (false, _) => "an indirect dependency".to_owned(),
                (true, _) => "which it calls".to_owned(),
            };
            let when = later.map(|lag| format!("; first seen {} later", short_duration(lag)));
            let when = when.unwrap_or_default();
            let words = format!("possibly {}, {how}: {reason}{when}", self.calls.label(end));
            let suspect = Suspect { description: words.into(), node: Some(self.calls.node_id(end).clone()) };
            if later.is_some() { after.push(suspect) } else { before.push(suspect) }
        }
        (before, after)
    }

    /// Returns the most recently deployed callee of `from` as a suspect. Returns `None` if no callee was
    /// deployed within [`MAX_DEPLOYMENT_AGE`] before `since`.
    fn deployed_callee(
        &self,
        context: &RuleContext<'_>,
        from: usize,
        since: Option<Timestamp>,
    ) -> Option<Suspect> {
        let since = since?;
        let changed = self.calls.callees(from).iter().filter_map(|number| {
            let (deployment, before) = deployment_before(context, self.calls.node_id(*number), since)?;
            Some((before, *number, deployment))
        });
        let (before, number, deployment) = changed.min_by_key(|(before, ..)| *before)?;
        let words = format!(
            "possibly the deployment of {} to {}, which it calls, {} earlier",
            deployment.version,
            self.calls.label(number),
            short_duration(before)
        );
        Some(Suspect { description: words.into(), node: Some(self.calls.node_id(number).clone()) })
    }
}

/// Returns the newest deployment of the service itself as a suspect. Returns `None` if it was not created
/// within [`MAX_DEPLOYMENT_AGE`] before `since`.
fn own_deployment(context: &RuleContext<'_>, node: &NodeId, since: Option<Timestamp>) -> Option<Suspect> {
    let (deployment, before) = deployment_before(context, node, since?)?;
    let version = &deployment.version;
    let when = if before.as_secs() == 0 {
        "at the same time".to_owned()
    } else {
        format!("{} earlier", short_duration(before))
    };
    if is_only_revision(context, node, deployment) {
        // ECS completes a deployment as soon as its tasks run, even if they fail soon after.
        let words = if deployment.rollout == RolloutState::Completed {
            format!("possibly {version} itself, the first revision, deployed {when}")
        } else {
            format!("may never have worked: {version} is its first revision")
        };
        return Some(Suspect { description: words.into(), node: None });
    }
    let differs = deployment.describe_changes().map(|words| format!(", which {words}")).unwrap_or_default();
    let words = format!("possibly the deployment of {version}, {when}{differs}");
    Some(Suspect { description: words.into(), node: None })
}

/// Returns true if only instances of the newest deployment of the service are faulty, while instances of an older
/// one serve.
fn spares_older_version(context: &RuleContext<'_>, node: &NodeId) -> bool {
    let Some(NodeKind::Service(id)) = context.topology.nodes.get(node).map(|node| &node.kind) else {
        return false;
    };
    let Some(service) = context.inventory.service(id) else { return false };
    let Some(newest) = service.deployments.first().map(|deployment| &deployment.version) else {
        return false;
    };
    let is_newest = |instance: &&Instance| instance.version.as_ref() == Some(newest);
    let faulty: Vec<&Instance> = service.instances.iter().filter(|instance| instance.is_faulty()).collect();
    let mut older = service.instances.iter().filter(|instance| !is_newest(instance));
    !faulty.is_empty() && faulty.iter().all(is_newest) && older.any(Instance::is_serving)
}

/// Returns true if `deployment` is the only one of its service, and no other revision came before it.
fn is_only_revision(context: &RuleContext<'_>, node: &NodeId, deployment: &Deployment) -> bool {
    let node = context.topology.nodes.get(node).map(|node| &node.kind);
    let Some(NodeKind::Service(id)) = node else { return false };
    let only = context.inventory.service(id).is_some_and(|service| service.deployments.len() == 1);
    // In ECS the version is the task definition's family and revision. Revisions start at 1.
    only && deployment.previous.is_none() && deployment.version.ends_with(":1")
}

/// Returns the newest deployment of a service node, with its age at `moment`. Returns `None` if it was
/// created after `moment`, or more than [`MAX_DEPLOYMENT_AGE`] before it.
fn deployment_before<'a>(
    context: &RuleContext<'a>,
    node: &NodeId,
    moment: Timestamp,
) -> Option<(&'a Deployment, SignedDuration)> {
    let NodeKind::Service(id) = &context.topology.nodes.get(node)?.kind else { return None };
    let deployment = context.inventory.service(id)?.deployments.first()?;
    let before = moment.duration_since(deployment.created?);
    (before >= SignedDuration::ZERO && before <= MAX_DEPLOYMENT_AGE).then_some((deployment, before))
}

/// Formats a duration in whole minutes, or in seconds if it is less than a minute.
fn short_duration(time: SignedDuration) -> String {
    match time.as_mins() {
        0 => format!("{} s", time.as_secs()),
        minutes => format!("{minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings_of;
    use crate::model::{fixtures::*, *};

    /// Returns a service that calls `callee` and has been failing for `since` seconds.
    fn failing(name: &str, callee: &str, since: i64) -> Service {
        let peer = reference("PEER_URL", Address::from_host_name(callee).with_port(80));
        let failing_since = Some(Onset::exact(ago(since)));
        Service {
            references: vec![peer],
            instances: vec![failed_instance(name, 1)],
            failing_since,
            ..service(name)
        }
    }

    #[test]
    fn a_deployment_that_breaks_only_its_own_version_is_suspected_first() {
        let first = |version: &str| {
            let mut web = failing("web", "api", 60);
            let deployed = |version: &str| Deployment {
                id: version.into(),
                version: version.into(),
                rollout: RolloutState::InProgress,
                reason: None,
                desired: 1,
                running: 1,
                failed: 0,
                created: Some(ago(120)),
                updated: None,
                previous: None,
                changes: Vec::new(),
            };
            web.deployments = vec![deployed("web:2"), deployed("web:1")];
            web.instances[0].version = Some(version.into());
            web.instances.push(Instance { version: Some("web:1".into()), ..instance("web-old") });
            let all = findings_of(&inventory(vec![web, failing("api", "none", 300)]));
            all.into_iter().find(|finding| finding.subject == "shop/web").unwrap().suspects[0].node.clone()
        };
        assert_eq!(first("web:2"), None);
        assert_eq!(first("web:1"), Some(NodeId::from(&service_id("api"))), "the older version fails too");
    }

    #[test]
    fn what_falls_ill_later_does_not_take_the_place_of_an_earlier_cause() {
        let first = |db: i64| {
            let estate = [failing("web", "api", 900), failing("api", "db", 890), failing("db", "none", db)];
            let all = findings_of(&inventory(estate.to_vec()));
            let web = all.into_iter().find(|finding| finding.subject == "shop/web").unwrap();
            web.suspects[0].node.clone()
        };
        let node = |name: &str| Some(NodeId::from(&service_id(name)));
        assert_eq!(first(895), node("db"), "the deepest of those that were ill in time");
        assert_eq!(first(300), node("api"), "the database fell ill ten minutes later");
    }
}

//! What may have made it so: something ill further down the calls, or a change just before. A ranked short list with its
//! reasons, never a certainty.
//!
//! What is deepest is suspected first: faults climb against the calls (who waits for a broken one breaks), so of a chain
//! of ill services the last one is the likeliest to be the first. One that fell ill later than its caller is suspected
//! after one that did not.

use super::{Blame, Draft, Evidence, web::Web};
use crate::{
    model::{Deployment, NodeId, Rollout, Suspect, Timestamp},
    topology::NodeKind,
};
use jiff::SignedDuration;
use std::collections::BTreeMap;

/// How long before a fault a change is suspected of it.
const SUSPECT_FOR: SignedDuration = SignedDuration::from_mins(30);
/// How much later than its victim a cause may be noticed: polls, health checks and back-offs blur the order.
const BLUR: SignedDuration = SignedDuration::from_mins(2);
/// How long the list is.
const MOST: usize = 4;

/// What is ill, for everyone who asks for a cause.
pub(super) struct Ill<'a> {
    web: &'a Web<'a>,
    /// Since when each ill node is, by number, and in what words.
    since: BTreeMap<usize, (Option<Timestamp>, &'a str)>,
}

impl<'a> Ill<'a> {
    /// The nodes that have a fault which may bring others down, from the drafts of those faults, the worst of each first.
    pub(super) fn of(web: &'a Web<'a>, drafts: impl Iterator<Item = &'a Draft>) -> Self {
        let mut since = BTreeMap::new();
        for draft in drafts {
            let Some(number) = draft.node().and_then(|node| web.number(node)) else { continue };
            since.entry(number).or_insert((draft.since.map(|since| since.at), draft.reason.as_str()));
        }
        Self { web, since }
    }

    fn is(&self, number: usize) -> bool {
        self.since.contains_key(&number)
    }

    /// What may have made `draft` so.
    pub(super) fn suspects(&self, evidence: &Evidence<'_>, draft: &Draft, blame: Blame) -> Vec<Suspect> {
        let (Some(node), true) = (draft.node(), blame != Blame::Nothing) else { return Vec::new() };
        let Some(number) = self.web.number(node) else { return Vec::new() };
        let own = own_change(evidence, node, draft.since.map(|since| since.at));
        if blame == Blame::OwnChange {
            return own.into_iter().collect();
        }
        let since = draft.since.map(|since| since.at);
        let (before, later) = self.below(number, since);
        let mut suspects = before;
        suspects.extend(own);
        suspects.extend(later);
        if suspects.is_empty() {
            suspects.extend(self.changed_below(evidence, number, since));
        }
        suspects.truncate(MOST);
        suspects
    }

    /// The ill nodes below that lead to no other ill one: those that were ill before, and those that fell ill later.
    /// First along ill nodes alone; where there is none, also behind nodes that seem well.
    fn below(&self, from: usize, since: Option<Timestamp>) -> (Vec<Suspect>, Vec<Suspect>) {
        let mut reached = self.web.below(from, |number| self.is(number));
        reached.retain(|(number, _)| self.is(*number));
        if reached.is_empty() {
            reached = self.web.below(from, |_| true);
            reached.retain(|(number, _)| self.is(*number));
        }
        let way: BTreeMap<usize, usize> = reached.iter().copied().collect();
        let lag = |number: usize| {
            let lag = since.zip(self.since.get(&number)?.0).map(|(ours, theirs)| theirs.duration_since(ours));
            lag.filter(|lag| *lag > BLUR)
        };
        // In a ring of ill nodes all lead to each other: then the nearest stands for it. What fell ill later does not
        // explain away what was ill in time.
        let deepest = |number: usize| {
            let in_time = lag(number).is_none();
            let leads_to = |next: &usize| self.is(*next) && *next != from && way.contains_key(next);
            let counts = |next: &usize| !in_time || lag(*next).is_none();
            !self.web.calls(number).iter().any(|next| leads_to(next) && counts(next))
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
            let direct = self.web.calls(from).contains(&end);
            let how = match (direct, way.get(&end)) {
                (false, Some(via)) if self.web.calls(from).contains(via) => {
                    format!("which it reaches by way of {}", self.web.label(*via))
                }
                (false, _) => "further down its calls".to_owned(),
                (true, _) => "which it calls".to_owned(),
            };
            let when = later.map(|lag| format!("; first seen {} after this", minutes(lag)));
            let when = when.unwrap_or_default();
            let words = format!("perhaps {}, {how}: {reason}{when}", self.web.label(end));
            let suspect = Suspect { words: words.into(), node: Some(self.web.id(end).clone()) };
            if later.is_some() { after.push(suspect) } else { before.push(suspect) }
        }
        (before, after)
    }

    /// A deployment, shortly before, of something that it calls and that seems well.
    fn changed_below(
        &self,
        evidence: &Evidence<'_>,
        from: usize,
        since: Option<Timestamp>,
    ) -> Option<Suspect> {
        let since = since?;
        let changed = self.web.calls(from).iter().filter_map(|number| {
            let (deployment, before) = change_before(evidence, self.web.id(*number), since)?;
            Some((before, *number, deployment))
        });
        let (before, number, deployment) = changed.min_by_key(|(before, ..)| *before)?;
        let words = format!(
            "perhaps the deployment of {} at {}, which it calls, {} before",
            deployment.version,
            self.web.label(number),
            minutes(before)
        );
        Some(Suspect { words: words.into(), node: Some(self.web.id(number).clone()) })
    }
}

/// A deployment of the service itself that was made shortly before the fault began.
fn own_change(evidence: &Evidence<'_>, node: &NodeId, since: Option<Timestamp>) -> Option<Suspect> {
    let (deployment, before) = change_before(evidence, node, since?)?;
    if is_first(evidence, node, deployment) {
        let words = format!("perhaps it never worked: {} is the first version", deployment.version);
        return Some(Suspect { words: words.into(), node: None });
    }
    let differs = deployment.difference().map(|words| format!(", which {words}")).unwrap_or_default();
    let when =
        if before.as_secs() == 0 { "at that time".to_owned() } else { format!("{} before", minutes(before)) };
    let words = format!("perhaps the deployment of {}, {when}{differs}", deployment.version);
    Some(Suspect { words: words.into(), node: None })
}

/// Whether nothing was deployed of a service before: then nothing has changed, and there is nothing to go back to.
fn is_first(evidence: &Evidence<'_>, node: &NodeId, deployment: &Deployment) -> bool {
    let node = evidence.topology.nodes.get(node).map(|node| &node.kind);
    let Some(NodeKind::Service(id)) = node else { return false };
    let only = evidence.inventory.service(id).is_some_and(|service| service.deployments.len() == 1);
    // Of ECS, the version is a family and its revision, which counts from one.
    let has_worked = deployment.rollout == Rollout::Completed;
    only && !has_worked && deployment.previous.is_none() && deployment.version.ends_with(":1")
}

/// The deployment that a node began last before a moment, and how long before.
fn change_before<'a>(
    evidence: &Evidence<'a>,
    node: &NodeId,
    moment: Timestamp,
) -> Option<(&'a Deployment, SignedDuration)> {
    let NodeKind::Service(id) = &evidence.topology.nodes.get(node)?.kind else { return None };
    let deployment = evidence.inventory.service(id)?.deployments.first()?;
    let before = moment.duration_since(deployment.created?);
    (before >= SignedDuration::ZERO && before <= SUSPECT_FOR).then_some((deployment, before))
}

/// A short time, as people say it.
fn minutes(time: SignedDuration) -> String {
    match time.as_mins() {
        0 => format!("{} s", time.as_secs()),
        minutes => format!("{minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::of;
    use crate::model::{sample::*, *};

    /// A service that calls another one and has failed since so many seconds ago.
    fn failing(name: &str, callee: &str, since: i64) -> Service {
        let peer = mention("PEER_URL", Address::name(callee).with_port(80));
        let failing_since = Some(Onset::exact(ago(since)));
        Service { mentions: vec![peer], instances: vec![failed(name, 1)], failing_since, ..service(name) }
    }

    #[test]
    fn what_falls_ill_later_does_not_take_the_place_of_an_earlier_cause() {
        let first = |db: i64| {
            let estate = [failing("web", "api", 900), failing("api", "db", 890), failing("db", "none", db)];
            let all = of(&inventory(estate.to_vec()));
            let web = all.into_iter().find(|finding| finding.service == "shop/web").unwrap();
            web.suspects[0].node.clone()
        };
        let node = |name: &str| Some(NodeId::from(&id(name)));
        assert_eq!(first(895), node("db"), "the deepest of those that were ill in time");
        assert_eq!(first(300), node("api"), "the database fell ill ten minutes later");
    }
}

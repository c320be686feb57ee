//! What part each service plays in what is wrong: a cause, a victim, or one that depends on either.

use super::{Evidence, KINDS, Part};
use crate::model::{Finding, NodeId, Severity};
use std::collections::BTreeMap;

/// What part a service plays in what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// It seems well, and depends on something that is ill.
    Affected,
    /// It is ill, and something that it depends on is suspected.
    Victim,
    /// It is ill, and nothing that it depends on is suspected.
    Cause,
}

impl Role {
    /// The word, as JSON and the screen have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Victim => "victim",
            Self::Cause => "cause",
        }
    }
}

/// The part that a service plays, and by whom it came to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Involved {
    /// The part.
    pub role: Role,
    /// What is suspected, for a victim; the nearest that is ill, for who is affected.
    pub by: Option<NodeId>,
}

/// The part that each service plays; who is not here has nothing to do with what is wrong.
#[must_use]
pub fn roles(evidence: &Evidence<'_>, findings: &[Finding]) -> BTreeMap<NodeId, Involved> {
    let web = &evidence.web;
    let mut roles: BTreeMap<usize, Involved> = BTreeMap::new();
    let is_remark = |finding: &Finding| {
        KINDS.iter().find(|kind| kind.id == finding.kind).is_none_or(|kind| kind.part == Part::Remark)
    };
    for finding in findings.iter().filter(|f| f.severity > Severity::Info && !is_remark(f)) {
        let Some(number) = finding.node.as_ref().and_then(|node| web.number(node)) else { continue };
        let by = finding.explained_by().cloned();
        let role = if by.is_some() { Role::Victim } else { Role::Cause };
        let known = roles.entry(number).or_insert(Involved { role, by });
        // An end that explains itself speaks for a service that also waits for others.
        if role == Role::Cause {
            *known = Involved { role, by: None };
        }
    }
    let ill: Vec<usize> = roles.keys().copied().collect();
    for (number, nearest) in web.above_all(&ill) {
        let by = Some(web.id(nearest).clone());
        roles.entry(number).or_insert(Involved { role: Role::Affected, by });
    }
    roles.into_iter().map(|(number, involved)| (web.id(number).clone(), involved)).collect()
}

//! Roles of services in faults: cause, victim of another service's fault, or healthy but affected.

use super::{class::FindingClass, context::RuleContext, kinds::FindingKind};
use crate::model::{Finding, NodeId, Severity};
use std::collections::BTreeMap;

/// The role of a service in a fault: affected, victim or cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultRole {
    /// The service seems healthy but depends on a faulty service.
    Affected,
    /// The service is faulty, and Portolan suspects another service as the cause.
    Victim,
    /// The service is faulty, and Portolan does not suspect any other service.
    Cause,
}

impl FaultRole {
    /// Returns the name of the role in JSON and on the screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Victim => "victim",
            Self::Cause => "cause",
        }
    }
}

/// The role of a service in a fault, with the node that is its suspected cause or its faulty dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultInvolvement {
    /// The service's role.
    pub role: FaultRole,
    /// The suspected cause if the service is a victim, or its nearest faulty dependency if it is affected;
    /// `None` for a cause.
    pub suspect: Option<NodeId>,
}

/// Returns the role of each node that is involved in the faults in `findings`.
#[must_use]
pub fn fault_roles(context: &RuleContext<'_>, findings: &[Finding]) -> BTreeMap<NodeId, FaultInvolvement> {
    let web = &context.calls;
    let mut roles: BTreeMap<usize, FaultInvolvement> = BTreeMap::new();
    let is_remark = |finding: &Finding| {
        FindingKind::with_id(&finding.kind).is_none_or(|kind| kind.class == FindingClass::Note)
    };
    for finding in findings.iter().filter(|f| f.severity > Severity::Info && !is_remark(f)) {
        let Some(number) = finding.node.as_ref().and_then(|node| web.index_of(node)) else { continue };
        let by = finding.main_suspect().cloned();
        let role = if by.is_some() { FaultRole::Victim } else { FaultRole::Cause };
        let known = roles.entry(number).or_insert(FaultInvolvement { role, suspect: by });
        // If a service has several findings, one without a suspect makes the service a cause.
        if role == FaultRole::Cause {
            *known = FaultInvolvement { role, suspect: None };
        }
    }
    let ill: Vec<usize> = roles.keys().copied().collect();
    for (number, nearest) in web.dependants_of(&ill) {
        let by = Some(web.node_id(nearest).clone());
        roles.entry(number).or_insert(FaultInvolvement { role: FaultRole::Affected, suspect: by });
    }
    roles.into_iter().map(|(number, involved)| (web.node_id(number).clone(), involved)).collect()
}

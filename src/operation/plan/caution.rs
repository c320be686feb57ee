//! Cautions of a plan: warnings about its side effects, which the user sees before the confirmation.

use super::impact::ServiceImpact;
use crate::{
    model::Service,
    operation::{OperationKind, OperationRequest, TargetFact, TargetReading},
};

/// Warning or hint about the effects of a plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caution {
    /// Severity of the caution.
    pub level: CautionLevel,
    /// The caution in words.
    pub text: String,
}

/// Severity of a caution: danger, which comes first, or hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CautionLevel {
    /// The operation causes an outage, or loses data.
    Danger,
    /// The effect of the operation may not last, or may differ from what the user expects.
    Hint,
}

/// Returns the cautions of an operation on `target`.
pub(super) fn cautions(
    request: &OperationRequest,
    target: &TargetReading,
    impact: &ServiceImpact,
) -> Vec<Caution> {
    let name = target.service.id.parts().group_and_name;
    let mut found = Vec::new();
    let mut add = |level, text| found.push(Caution { level, text });
    if impact.is_outage() {
        let called = match &impact.callers[..] {
            [] => String::new(),
            [caller] => format!("; {caller} calls it"),
            callers => format!("; {} call it", list_words(callers)),
        };
        let comes_back = matches!(
            request.kind,
            OperationKind::Restart
                | OperationKind::Rollback
                | OperationKind::Continue
                | OperationKind::StopTask
        );
        let until = if comes_back { " until it is up again" } else { "" };
        add(CautionLevel::Danger, format!("{name} stops serving{until}{called}"));
    }
    for fact in &target.facts {
        match fact {
            // A restart keeps the container (moby, daemon/restart.go).
            TargetFact::RemovedWhenStopped(instance)
                if matches!(request.kind, OperationKind::Stop | OperationKind::Kill)
                    && request.includes(instance) =>
            {
                let container = target.service.instances.iter().find(|one| one.id == *instance);
                let container = container.map_or(name, |one| &*one.name);
                add(
                    CautionLevel::Danger,
                    format!("{container} was started with --rm: the engine removes it when it stops"),
                );
            }
            TargetFact::ReplacedBy(manager)
                if matches!(request.kind, OperationKind::Stop | OperationKind::Kill) =>
            {
                add(
                    CautionLevel::Hint,
                    format!("{manager} starts another container in place of a stopped one"),
                );
            }
            _ => {}
        }
    }
    found
}

/// Returns a caution which says that the plan leaves out `service`, one of several services, because of
/// `reason`.
pub(super) fn left_out(service: &Service, reason: &str) -> Caution {
    let name = service.id.parts().group_and_name;
    Caution { level: CautionLevel::Hint, text: format!("{name} is left out: {reason}") }
}

/// Maximum number of names that a caution lists.
const MAX_LISTED_NAMES: usize = 4;

/// Joins names to a list in words, such as `web, api and 3 more`.
fn list_words(names: &[String]) -> String {
    let shown = if names.len() > MAX_LISTED_NAMES { MAX_LISTED_NAMES - 1 } else { names.len() };
    match &names[..shown] {
        [] => String::new(),
        all if names.len() > shown => format!("{} and {} more", all.join(", "), names.len() - shown),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

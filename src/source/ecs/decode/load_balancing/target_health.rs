//! Health of load balancer targets, as the load balancers' health checks report it.

use super::responses::CheckedTarget;
use std::collections::BTreeMap;

/// Last reported health of all targets, by the ARN of the target group.
pub(crate) type TargetHealthByGroup = BTreeMap<String, Vec<CheckedTarget>>;

/// Returns the reason why a target is unhealthy. Returns `None` if its health check passes or has no result
/// yet.
pub(crate) fn failure_reason(target: &CheckedTarget) -> Option<String> {
    if target.state.as_deref() != Some("unhealthy") {
        return None;
    }
    let parts: Vec<&str> =
        [&target.reason, &target.description].into_iter().filter_map(|part| part.as_deref()).collect();
    Some(if parts.is_empty() { "no reason given".to_owned() } else { parts.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::{CheckedTarget, failure_reason};

    fn target(state: &str) -> CheckedTarget {
        CheckedTarget {
            state: Some(state.to_owned()),
            reason: Some("Target.ResponseCodeMismatch".to_owned()),
            description: Some("Health checks failed with these codes: [502]".to_owned()),
            ..CheckedTarget::default()
        }
    }

    #[test]
    fn only_unhealthy_targets_have_a_reason() {
        let told = failure_reason(&target("unhealthy"));
        assert_eq!(
            told.as_deref(),
            Some("Target.ResponseCodeMismatch, Health checks failed with these codes: [502]")
        );
        for state in ["healthy", "initial", "draining", "unused", "unavailable", "unhealthy.draining"] {
            assert_eq!(failure_reason(&target(state)), None, "{state}");
        }
    }
}

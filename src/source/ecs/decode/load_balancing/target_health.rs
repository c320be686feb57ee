//! Health of load balancer targets, as the load balancers' health checks report it.

use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use std::collections::BTreeMap;

/// Last reported health of all targets, by the target group's ARN.
pub(crate) type TargetHealthByGroup = BTreeMap<String, Vec<TargetHealthDescription>>;

/// Returns the reason for an unhealthy target, or `None` if its check passes or has no result yet.
pub(crate) fn failure_reason(target: &TargetHealthDescription) -> Option<String> {
    use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum::Unhealthy;
    let health = target.target_health().filter(|health| health.state() == Some(&Unhealthy))?;
    let code = health.reason().map(|reason| reason.as_str().to_owned());
    let parts: Vec<String> = code.into_iter().chain(health.description().map(str::to_owned)).collect();
    Some(if parts.is_empty() { "no reason given".to_owned() } else { parts.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::failure_reason;
    use aws_sdk_elasticloadbalancingv2::types::{
        TargetHealth, TargetHealthDescription, TargetHealthReasonEnum, TargetHealthStateEnum,
    };

    fn target(state: TargetHealthStateEnum) -> TargetHealthDescription {
        let health = TargetHealth::builder()
            .state(state)
            .reason(TargetHealthReasonEnum::ResponseCodeMismatch)
            .description("Health checks failed with these codes: [502]");
        TargetHealthDescription::builder().target_health(health.build()).build()
    }

    #[test]
    fn only_unhealthy_targets_have_a_reason() {
        let told = failure_reason(&target(TargetHealthStateEnum::Unhealthy));
        assert_eq!(
            told.as_deref(),
            Some("Target.ResponseCodeMismatch, Health checks failed with these codes: [502]")
        );
        for state in ["healthy", "initial", "draining", "unused", "unavailable", "unhealthy.draining"] {
            assert_eq!(failure_reason(&target(state.into())), None, "{state}");
        }
    }
}

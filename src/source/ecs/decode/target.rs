//! The targets of load balancers, as the balancers' own checks see them.

use aws_sdk_elasticloadbalancingv2::types::TargetHealthDescription;
use std::collections::BTreeMap;

/// What was said last, by the target group's ARN.
pub(crate) type Health = BTreeMap<String, Vec<TargetHealthDescription>>;

/// Why a target's check fails; none where it passes, or where nobody can say yet.
pub(crate) fn failing(target: &TargetHealthDescription) -> Option<String> {
    use aws_sdk_elasticloadbalancingv2::types::TargetHealthStateEnum::Unhealthy;
    let health = target.target_health().filter(|health| health.state() == Some(&Unhealthy))?;
    let code = health.reason().map(|reason| reason.as_str().to_owned());
    let parts: Vec<String> = code.into_iter().chain(health.description().map(str::to_owned)).collect();
    Some(if parts.is_empty() { "no reason given".to_owned() } else { parts.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::failing;
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
    fn only_what_fails_has_a_reason() {
        let told = failing(&target(TargetHealthStateEnum::Unhealthy));
        assert_eq!(
            told.as_deref(),
            Some("Target.ResponseCodeMismatch, Health checks failed with these codes: [502]")
        );
        for state in ["healthy", "initial", "draining", "unused", "unavailable", "unhealthy.draining"] {
            assert_eq!(failing(&target(state.into())), None, "{state}");
        }
    }
}

//! Range within which Application Auto Scaling sets the desired count of a service.

use crate::{
    model::Failure,
    operation::ScalingRange,
    source::ecs::{
        client::{
            api::Api,
            sigv4::{ApiRequest, JsonVersion},
        },
        quota::calls,
    },
};
use serde_json::{Value, json};

/// Returns the minimum and maximum of a service's autoscaler, or `None` if the service has no autoscaler.
pub(super) async fn scaling_range(
    api: &Api,
    cluster: &str,
    service: &str,
) -> Result<Option<ScalingRange>, Failure> {
    let body = json!({
        "ServiceNamespace": "ecs",
        "ResourceIds": [format!("service/{cluster}/{service}")],
        "ScalableDimension": "ecs:service:DesiredCount",
    });
    let target = "AnyScaleFrontendService.DescribeScalableTargets".to_owned();
    let ask = ApiRequest::json(JsonVersion::V1_1, target, &body);
    let answer = api.json_call(&calls::DESCRIBE_SCALABLE_TARGETS, &api.clients.auto_scaling, ask).await?;
    Ok(answer["ScalableTargets"].as_array().and_then(|targets| targets.first()).map(decode_range))
}

fn decode_range(target: &Value) -> ScalingRange {
    let count = |key: &str| target[key].as_u64().and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
    let suspended = &target["SuspendedState"];
    let is_suspended = |key: &str| suspended[key].as_bool() == Some(true);
    ScalingRange {
        min: count("MinCapacity"),
        max: count("MaxCapacity"),
        is_suspended: [
            "DynamicScalingInSuspended",
            "DynamicScalingOutSuspended",
            "ScheduledScalingSuspended",
        ]
        .into_iter()
        .all(is_suspended),
    }
}

#[cfg(test)]
mod tests {
    use super::{ScalingRange, decode_range, json};

    #[test]
    fn a_suspended_autoscaler_leaves_the_count_alone() {
        let all = json!({ "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": true,
            "ScheduledScalingSuspended": true });
        let range = |suspended| {
            decode_range(&json!({ "MinCapacity": 2, "MaxCapacity": 10, "SuspendedState": suspended }))
        };
        assert_eq!(range(all), ScalingRange { min: 2, max: 10, is_suspended: true });
        assert!(!range(json!({ "DynamicScalingInSuspended": true })).is_suspended, "it still scales out");
        assert!(!range(json!(null)).is_suspended);
    }
}

//! Check of each AWS call for `portolan doctor`: which calls work, and how to fix the others.

use super::{
    Config,
    client::api::Api,
    decode::text::last_segment,
    enrichment::{cloud_map, load_balancers, service_connect, target_health},
    flows,
    name_filter::NameFilter,
    quota::calls::{self, Call},
};
use crate::{
    model::{Failure, FailureKind},
    source::DoctorCheck,
};
use aws_sdk_ecs::types::DesiredStatus;

/// Makes each main call of the source once, in the order in which a poll needs them. If the first call fails
/// for a reason that would make all others fail too, makes no further calls.
pub(crate) async fn check_calls(api: &Api, config: &Config) -> Vec<DoctorCheck> {
    let mut found = vec![check_result(&calls::CALLER_IDENTITY, caller_identity(api).await)];
    if found[0].outcome.as_ref().is_err_and(|f| blocks_all_calls(f.kind)) {
        return found;
    }
    let clusters = api.call(&calls::LIST_CLUSTERS, api.clients.ecs.list_clusters().send()).await;
    let clusters = clusters.map(|answer| answer.cluster_arns.unwrap_or_default());
    let filter = NameFilter::new(&config.clusters);
    let named = config.clusters.first().filter(|_| !NameFilter::has_patterns(&config.clusters));
    let listed =
        clusters.as_ref().ok().and_then(|all| all.iter().find(|arn| filter.matches(&last_segment(arn))));
    let first = named.or(listed).cloned();
    let names = |all: Vec<String>| match all.len() {
        0 => format!("no clusters in {}", api.clients.target.region),
        _ => all.iter().map(|arn| last_segment(arn)).collect::<Vec<_>>().join(", "),
    };
    found.push(check_result(&calls::LIST_CLUSTERS, clusters.map(names)));
    if let Some(cluster) = first {
        check_cluster_calls(api, &cluster, &mut found).await;
    }
    check_other_apis(api, &mut found).await;
    found
}

/// Checks the ECS calls for one cluster. Skips a `Describe…` call if there is nothing to describe.
async fn check_cluster_calls(api: &Api, cluster: &str, found: &mut Vec<DoctorCheck>) {
    let ecs = &api.clients.ecs;
    let described =
        api.call(&calls::DESCRIBE_CLUSTERS, ecs.describe_clusters().clusters(cluster).send()).await;
    found.push(check_result(
        &calls::DESCRIBE_CLUSTERS,
        described.map(|a| count_text(a.clusters().len(), "cluster")),
    ));
    let services =
        api.call(&calls::LIST_SERVICES, ecs.list_services().cluster(cluster).max_results(10).send()).await;
    let arns = services.as_ref().map(|a| a.service_arns().to_vec()).unwrap_or_default();
    found.push(check_result(
        &calls::LIST_SERVICES,
        services.map(|a| count_text(a.service_arns().len(), "service")),
    ));
    let mut definition = None;
    if !arns.is_empty() {
        let ask = ecs.describe_services().cluster(cluster).set_services(Some(arns)).send();
        let answer = api.call(&calls::DESCRIBE_SERVICES, ask).await;
        definition =
            answer.as_ref().ok().and_then(|a| a.services().first()?.task_definition().map(str::to_owned));
        found.push(check_result(
            &calls::DESCRIBE_SERVICES,
            answer.map(|a| count_text(a.services().len(), "service")),
        ));
    }
    let ask = ecs.list_tasks().cluster(cluster).desired_status(DesiredStatus::Running).send();
    let tasks = api.call(&calls::LIST_TASKS, ask).await;
    let arns = tasks.as_ref().map(|a| a.task_arns().to_vec()).unwrap_or_default();
    found.push(check_result(
        &calls::LIST_TASKS,
        tasks.map(|a| count_text(a.task_arns().len(), "running task")),
    ));
    if !arns.is_empty() {
        let ask = ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns)).send();
        let answer = api.call(&calls::DESCRIBE_TASKS, ask).await;
        found.push(check_result(&calls::DESCRIBE_TASKS, answer.map(|a| count_text(a.tasks().len(), "task"))));
    }
    if let Some(definition) = definition {
        let ask = ecs.describe_task_definition().task_definition(&definition).send();
        let answer = api.call(&calls::DESCRIBE_TASK_DEFINITION, ask).await;
        found.push(check_result(&calls::DESCRIBE_TASK_DEFINITION, answer.map(|_| last_segment(&definition))));
    }
}

/// Checks the APIs besides ECS. Some requests name resources that need not exist, because the response "not
/// found" also proves the permission.
async fn check_other_apis(api: &Api, found: &mut Vec<DoctorCheck>) {
    let groups = load_balancers::first_target_groups(api).await;
    let first = groups.as_ref().ok().and_then(|groups| groups.first()?.arn.clone());
    found.push(check_result(
        &calls::DESCRIBE_TARGET_GROUPS,
        groups.map(|groups| count_text(groups.len(), "target group")),
    ));
    if let Some(arn) = first {
        let health = target_health::describe_target_health(api, &arn).await;
        found.push(check_result(
            &calls::DESCRIBE_TARGET_HEALTH,
            health.map(|targets| count_text(targets.len(), "target")),
        ));
    }
    let all = load_balancers::first_load_balancers(api).await;
    found.push(check_result(
        &calls::DESCRIBE_LOAD_BALANCERS,
        all.map(|all| count_text(all.len(), "load balancer")),
    ));
    let asked = cloud_map::get_resource(api, &calls::GET_NAMESPACE, "ns-portolan-doctor").await;
    found.push(check_result(&calls::GET_NAMESPACE, accept_missing(asked.map(|_| ()))));
    found.push(check_result(
        &calls::DESCRIBE_FLOW_LOGS,
        flows::count_log_groups(api).await.map(|n| count_text(n, "log group")),
    ));
    found.push(check_result(
        &calls::LIST_METRICS,
        service_connect::count_metrics(api).await.map(|n| count_text(n, "metric")),
    ));
    let logs = &api.clients.logs;
    let groups = api.call(&calls::DESCRIBE_LOG_GROUPS, logs.describe_log_groups().limit(1).send()).await;
    let group =
        groups.as_ref().ok().and_then(|a| a.log_groups().first()?.log_group_name().map(str::to_owned));
    found.push(check_result(&calls::DESCRIBE_LOG_GROUPS, groups.map(|_| "readable".to_owned())));
    let group = group.unwrap_or_else(|| "/portolan/doctor".to_owned());
    let ask = logs.filter_log_events().log_group_name(&group).limit(1).send();
    let asked = api.call(&calls::FILTER_LOG_EVENTS, ask).await;
    found.push(check_result(&calls::FILTER_LOG_EVENTS, accept_missing(asked.map(|_| ()))));
    let ask = logs.get_log_events().log_group_name(&group).log_stream_name("portolan-doctor").limit(1).send();
    let asked = api.call(&calls::GET_LOG_EVENTS, ask).await;
    found.push(check_result(&calls::GET_LOG_EVENTS, accept_missing(asked.map(|_| ()))));
}

/// Returns the ARN of the user or role that makes the calls, with the region.
async fn caller_identity(api: &Api) -> Result<String, Failure> {
    let ask = api.clients.sts.get_caller_identity().send();
    let answer = api.call(&calls::CALLER_IDENTITY, ask).await?;
    let arn = answer.arn().map(crate::model::Text::new).unwrap_or_default();
    Ok(format!("{arn} in {}", api.clients.target.region))
}

/// Returns true if a failure of this kind would make all other calls fail too.
fn blocks_all_calls(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Credentials | FailureKind::Unreachable | FailureKind::Timeout)
}

/// Turns the failures "not found" and "invalid request" into success, because AWS reports them only to
/// callers with permission.
fn accept_missing(outcome: Result<(), Failure>) -> Result<String, Failure> {
    match outcome {
        Err(failure) if failure.kind != FailureKind::Missing && failure.kind != FailureKind::Invalid => {
            Err(failure)
        }
        _ => Ok("readable".to_owned()),
    }
}

fn check_result(call: &Call, outcome: Result<String, Failure>) -> DoctorCheck {
    DoctorCheck { name: call.action.to_owned(), outcome }
}

fn count_text(n: usize, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

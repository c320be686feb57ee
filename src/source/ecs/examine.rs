//! Tries each call once, for `portolan doctor`: which work, and what to do about those that do not.

use super::{
    Config,
    api::Api,
    calls::{self, Call},
    decode::words::tail,
    flows, metrics,
    pick::Pick,
};
use crate::{
    model::{Failure, FailureKind},
    source::Examined,
};
use aws_sdk_ecs::types::DesiredStatus;
use aws_sdk_elasticloadbalancingv2::operation::describe_target_health::DescribeTargetHealthOutput;

/// Tries what the source needs, in the order in which it needs it.
pub(crate) async fn examine(api: &Api, config: &Config) -> Vec<Examined> {
    let mut found = vec![tried(&calls::CALLER_IDENTITY, identity(api).await)];
    if found[0].outcome.as_ref().is_err_and(|f| hopeless(f.kind)) {
        return found;
    }
    let clusters = api.pass(&calls::LIST_CLUSTERS, api.clients.ecs.list_clusters().send()).await;
    let clusters = clusters.map(|answer| answer.cluster_arns.unwrap_or_default());
    let pick = Pick::new(&config.clusters);
    let named = config.clusters.first().filter(|_| !Pick::is_needed(&config.clusters));
    let listed = clusters.as_ref().ok().and_then(|all| all.iter().find(|arn| pick.takes(&tail(arn))));
    let first = named.or(listed).cloned();
    let names = |all: Vec<String>| match all.len() {
        0 => format!("no cluster in {}", api.clients.setting.region),
        _ => all.iter().map(|arn| tail(arn)).collect::<Vec<_>>().join(", "),
    };
    found.push(tried(&calls::LIST_CLUSTERS, clusters.map(names)));
    if let Some(cluster) = first {
        in_cluster(api, &cluster, &mut found).await;
    }
    elsewhere(api, &mut found).await;
    found
}

async fn in_cluster(api: &Api, cluster: &str, found: &mut Vec<Examined>) {
    let ecs = &api.clients.ecs;
    let described =
        api.pass(&calls::DESCRIBE_CLUSTERS, ecs.describe_clusters().clusters(cluster).send()).await;
    found.push(tried(&calls::DESCRIBE_CLUSTERS, described.map(|a| counted(a.clusters().len(), "cluster"))));
    let services =
        api.pass(&calls::LIST_SERVICES, ecs.list_services().cluster(cluster).max_results(10).send()).await;
    let arns = services.as_ref().map(|a| a.service_arns().to_vec()).unwrap_or_default();
    found.push(tried(&calls::LIST_SERVICES, services.map(|a| counted(a.service_arns().len(), "service"))));
    let mut definition = None;
    if !arns.is_empty() {
        let ask = ecs.describe_services().cluster(cluster).set_services(Some(arns)).send();
        let answer = api.pass(&calls::DESCRIBE_SERVICES, ask).await;
        definition =
            answer.as_ref().ok().and_then(|a| a.services().first()?.task_definition().map(str::to_owned));
        found.push(tried(&calls::DESCRIBE_SERVICES, answer.map(|a| counted(a.services().len(), "service"))));
    }
    let ask = ecs.list_tasks().cluster(cluster).desired_status(DesiredStatus::Running).send();
    let tasks = api.pass(&calls::LIST_TASKS, ask).await;
    let arns = tasks.as_ref().map(|a| a.task_arns().to_vec()).unwrap_or_default();
    found.push(tried(&calls::LIST_TASKS, tasks.map(|a| counted(a.task_arns().len(), "running task"))));
    if !arns.is_empty() {
        let ask = ecs.describe_tasks().cluster(cluster).set_tasks(Some(arns)).send();
        let answer = api.pass(&calls::DESCRIBE_TASKS, ask).await;
        found.push(tried(&calls::DESCRIBE_TASKS, answer.map(|a| counted(a.tasks().len(), "task"))));
    }
    if let Some(definition) = definition {
        let ask = ecs.describe_task_definition().task_definition(&definition).send();
        let answer = api.pass(&calls::DESCRIBE_TASK_DEFINITION, ask).await;
        found.push(tried(&calls::DESCRIBE_TASK_DEFINITION, answer.map(|_| tail(&definition))));
    }
}

/// The other services. What they are asked for need not exist: that it does not is an answer too.
async fn elsewhere(api: &Api, found: &mut Vec<Examined>) {
    let balancers = &api.clients.balancers;
    let groups = api.pass(&calls::DESCRIBE_TARGET_GROUPS, balancers.describe_target_groups().send()).await;
    let first =
        groups.as_ref().ok().and_then(|a| a.target_groups().first()?.target_group_arn().map(str::to_owned));
    found.push(tried(
        &calls::DESCRIBE_TARGET_GROUPS,
        groups.map(|a| counted(a.target_groups().len(), "target group")),
    ));
    if let Some(arn) = first {
        let ask = balancers.describe_target_health().target_group_arn(arn).send();
        let health = api.pass(&calls::DESCRIBE_TARGET_HEALTH, ask).await;
        let count = |a: &DescribeTargetHealthOutput| a.target_health_descriptions().len();
        found.push(tried(&calls::DESCRIBE_TARGET_HEALTH, health.map(|a| counted(count(&a), "target"))));
    }
    let all = api.pass(&calls::DESCRIBE_LOAD_BALANCERS, balancers.describe_load_balancers().send()).await;
    found.push(tried(
        &calls::DESCRIBE_LOAD_BALANCERS,
        all.map(|a| counted(a.load_balancers().len(), "load balancer")),
    ));
    let ask = api.clients.registry.get_namespace().id("ns-portolan-doctor").send();
    let asked = api.pass(&calls::GET_NAMESPACE, ask).await;
    found.push(tried(&calls::GET_NAMESPACE, allowed(asked.map(|_| ()))));
    found.push(tried(&calls::DESCRIBE_FLOW_LOGS, flows::count(api).await.map(|n| counted(n, "log group"))));
    found.push(tried(&calls::LIST_METRICS, metrics::count(api).await.map(|n| counted(n, "metric"))));
    let logs = &api.clients.logs;
    let groups = api.pass(&calls::DESCRIBE_LOG_GROUPS, logs.describe_log_groups().limit(1).send()).await;
    let group =
        groups.as_ref().ok().and_then(|a| a.log_groups().first()?.log_group_name().map(str::to_owned));
    found.push(tried(&calls::DESCRIBE_LOG_GROUPS, groups.map(|_| "may be read".to_owned())));
    let group = group.unwrap_or_else(|| "/portolan/doctor".to_owned());
    let ask = logs.filter_log_events().log_group_name(&group).limit(1).send();
    let asked = api.pass(&calls::FILTER_LOG_EVENTS, ask).await;
    found.push(tried(&calls::FILTER_LOG_EVENTS, allowed(asked.map(|_| ()))));
    let ask = logs.get_log_events().log_group_name(&group).log_stream_name("portolan-doctor").limit(1).send();
    let asked = api.pass(&calls::GET_LOG_EVENTS, ask).await;
    found.push(tried(&calls::GET_LOG_EVENTS, allowed(asked.map(|_| ()))));
}

async fn identity(api: &Api) -> Result<String, Failure> {
    let ask = api.clients.identity.get_caller_identity().send();
    let answer = api.pass(&calls::CALLER_IDENTITY, ask).await?;
    let arn = answer.arn().map(crate::model::Text::new).unwrap_or_default();
    Ok(format!("{arn} in {}", api.clients.setting.region))
}

/// Whether no other call can do better.
fn hopeless(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Credentials | FailureKind::Unreachable | FailureKind::Timeout)
}

/// Whether the call may be made: "there is no such thing" is said only to those who may ask.
fn allowed(asked: Result<(), Failure>) -> Result<String, Failure> {
    match asked {
        Err(failure) if failure.kind != FailureKind::Missing && failure.kind != FailureKind::Invalid => {
            Err(failure)
        }
        _ => Ok("may be read".to_owned()),
    }
}

fn tried(call: &Call, outcome: Result<String, Failure>) -> Examined {
    Examined { what: call.action.to_owned(), outcome }
}

fn counted(n: usize, what: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {what}{s}")
}

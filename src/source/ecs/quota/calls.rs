//! AWS API calls that the ECS source makes, each with its IAM action, its quota group and the feature that
//! needs it.

use super::token_bucket::QuotaGroup;

/// Kind of AWS API call, such as `ecs:ListServices`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// IAM action, as policies and error messages name it.
    pub action: &'static str,
    /// Quota group whose token bucket the call draws from.
    pub group: QuotaGroup,
    /// Data that is missing if the call is denied, in words for the user.
    pub needed_for: &'static str,
}

impl Call {
    /// Returns the operation, such as `ListServices`.
    pub(crate) fn operation(&self) -> &'static str {
        self.action.rsplit(':').next().unwrap_or(self.action)
    }
}

macro_rules! calls {
    ($(#[$doc:meta])* $all:ident: $($name:ident = $action:literal, $group:ident, $gives:literal;)*) => {
        $(#[doc = concat!("`", $action, "`: ", $gives, ".")]
        pub(crate) const $name: Call = Call { action: $action, group: QuotaGroup::$group, needed_for: $gives };)*

        $(#[$doc])*
        pub const $all: &[Call] = &[$($name),*];
    };
}

calls! {
    /// All read-only calls except [`PLAN_CALLS`], in the order in which Portolan first makes them.
    AWS_CALLS:
    CALLER_IDENTITY = "sts:GetCallerIdentity", CallerIdentity, "the account";
    LIST_CLUSTERS = "ecs:ListClusters", Clusters, "clusters";
    DESCRIBE_CLUSTERS = "ecs:DescribeClusters", Clusters, "cluster settings";
    LIST_SERVICES = "ecs:ListServices", Services, "services";
    DESCRIBE_SERVICES = "ecs:DescribeServices", Services, "services";
    LIST_TASKS = "ecs:ListTasks", Tasks, "tasks";
    DESCRIBE_TASKS = "ecs:DescribeTasks", Tasks, "tasks";
    DESCRIBE_TASK_DEFINITION = "ecs:DescribeTaskDefinition", TaskDefinitions, "task definitions";
    GET_SERVICE = "servicediscovery:GetService", CloudMap, "Cloud Map names";
    GET_NAMESPACE = "servicediscovery:GetNamespace", CloudMap, "Cloud Map namespaces";
    DESCRIBE_TARGET_GROUPS = "elasticloadbalancing:DescribeTargetGroups", LoadBalancers, "load balancers";
    DESCRIBE_LOAD_BALANCERS = "elasticloadbalancing:DescribeLoadBalancers", LoadBalancers, "load balancers";
    DESCRIBE_LISTENERS = "elasticloadbalancing:DescribeListeners", LoadBalancers, "load balancer listeners";
    DESCRIBE_RULES = "elasticloadbalancing:DescribeRules", LoadBalancers, "load balancer rules";
    DESCRIBE_TARGET_HEALTH = "elasticloadbalancing:DescribeTargetHealth", LoadBalancers, "load balancer health checks";
    DESCRIBE_VIRTUAL_NODE = "appmesh:DescribeVirtualNode", AppMesh, "calls through App Mesh";
    LIST_GATEWAY_ROUTES = "appmesh:ListGatewayRoutes", AppMesh, "calls of App Mesh gateways";
    DESCRIBE_GATEWAY_ROUTE = "appmesh:DescribeGatewayRoute", AppMesh, "calls of App Mesh gateways";
    DESCRIBE_VIRTUAL_SERVICE = "appmesh:DescribeVirtualService", AppMesh, "App Mesh names";
    LIST_ROUTES = "appmesh:ListRoutes", AppMesh, "App Mesh routes to several nodes";
    DESCRIBE_ROUTE = "appmesh:DescribeRoute", AppMesh, "App Mesh routes to several nodes";
    DESCRIBE_FLOW_LOGS = "ec2:DescribeFlowLogs", FlowLogs, "calls in VPC flow logs";
    LIST_METRICS = "cloudwatch:ListMetrics", Metrics, "calls in Service Connect metrics";
    GET_METRIC_DATA = "cloudwatch:GetMetricData", Metrics, "calls in Service Connect metrics";
    DESCRIBE_LOG_GROUPS = "logs:DescribeLogGroups", DescribeLogs, "live logs";
    GET_LOG_EVENTS = "logs:GetLogEvents", GetLogs, "logs";
    FILTER_LOG_EVENTS = "logs:FilterLogEvents", FilterLogs, "logs, calls in VPC flow logs, resource usage of tasks";
    START_LIVE_TAIL = "logs:StartLiveTail", LiveTail, "live logs";
}

calls! {
    /// Read-only calls that Portolan makes only in order to plan an action, such as a restart.
    PLAN_CALLS:
    LIST_SERVICE_DEPLOYMENTS = "ecs:ListServiceDeployments", ServiceDeployments, "rollbacks";
    DESCRIBE_SERVICE_DEPLOYMENTS = "ecs:DescribeServiceDeployments", ServiceDeployments, "rollbacks of deployments in progress";
    DESCRIBE_SERVICE_REVISIONS = "ecs:DescribeServiceRevisions", ServiceRevisions, "rollbacks";
    GET_TASK_PROTECTION = "ecs:GetTaskProtection", Tasks, "warnings about protected tasks";
    LIST_ACCOUNT_ALIASES = "iam:ListAccountAliases", AccountAliases, "the alias of the account";
    DESCRIBE_SCALABLE_TARGETS = "application-autoscaling:DescribeScalableTargets", AutoScaling, "warnings about autoscalers";
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_here_changes_anything() {
        for call in super::AWS_CALLS.iter().chain(super::PLAN_CALLS) {
            let verb = call.operation();
            let reads = ["List", "Describe", "Get", "Filter", "StartLiveTail"];
            assert!(reads.iter().any(|v| verb.starts_with(v)), "{}", call.action);
        }
    }
}

//! Every API call that the ECS source makes: its IAM action, its bucket, and what is missing without it.

use super::budget::Group;

/// One API call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The IAM action, as policies and messages name it.
    pub action: &'static str,
    /// The bucket it draws from.
    pub group: Group,
    /// What can't be shown without it.
    pub gives: &'static str,
}

macro_rules! calls {
    ($($name:ident = $action:literal, $group:ident, $gives:literal;)*) => {
        $(#[doc = concat!("`", $action, "`: ", $gives, ".")]
        pub(crate) const $name: Call = Call { action: $action, group: Group::$group, gives: $gives };)*

        /// All of them, in the order in which they are first made.
        pub const CALLS: &[Call] = &[$($name),*];
    };
}

calls! {
    CALLER_IDENTITY = "sts:GetCallerIdentity", Identity, "the account";
    LIST_CLUSTERS = "ecs:ListClusters", Clusters, "clusters";
    DESCRIBE_CLUSTERS = "ecs:DescribeClusters", Clusters, "cluster settings";
    LIST_SERVICES = "ecs:ListServices", Services, "services";
    DESCRIBE_SERVICES = "ecs:DescribeServices", Services, "services";
    LIST_TASKS = "ecs:ListTasks", Tasks, "tasks";
    DESCRIBE_TASKS = "ecs:DescribeTasks", Tasks, "tasks";
    DESCRIBE_TASK_DEFINITION = "ecs:DescribeTaskDefinition", Definitions, "task definitions";
    GET_SERVICE = "servicediscovery:GetService", Registry, "Cloud Map names";
    GET_NAMESPACE = "servicediscovery:GetNamespace", Registry, "Cloud Map namespaces";
    DESCRIBE_TARGET_GROUPS = "elasticloadbalancing:DescribeTargetGroups", Balancers, "load balancers";
    DESCRIBE_LOAD_BALANCERS = "elasticloadbalancing:DescribeLoadBalancers", Balancers, "load balancers";
    DESCRIBE_LISTENERS = "elasticloadbalancing:DescribeListeners", Balancers, "load balancer listeners";
    DESCRIBE_RULES = "elasticloadbalancing:DescribeRules", Balancers, "load balancer rules";
    DESCRIBE_TARGET_HEALTH = "elasticloadbalancing:DescribeTargetHealth", Balancers, "load balancers' checks of tasks";
    DESCRIBE_VIRTUAL_NODE = "appmesh:DescribeVirtualNode", Mesh, "calls through App Mesh";
    LIST_GATEWAY_ROUTES = "appmesh:ListGatewayRoutes", Mesh, "calls of App Mesh gateways";
    DESCRIBE_GATEWAY_ROUTE = "appmesh:DescribeGatewayRoute", Mesh, "calls of App Mesh gateways";
    DESCRIBE_VIRTUAL_SERVICE = "appmesh:DescribeVirtualService", Mesh, "names in App Mesh";
    LIST_ROUTES = "appmesh:ListRoutes", Mesh, "names in App Mesh that lead to several nodes";
    DESCRIBE_ROUTE = "appmesh:DescribeRoute", Mesh, "names in App Mesh that lead to several nodes";
    DESCRIBE_FLOW_LOGS = "ec2:DescribeFlowLogs", Network, "calls seen in VPC flow logs";
    LIST_METRICS = "cloudwatch:ListMetrics", Metrics, "calls counted by Service Connect";
    GET_METRIC_DATA = "cloudwatch:GetMetricData", Metrics, "calls counted by Service Connect";
    DESCRIBE_LOG_GROUPS = "logs:DescribeLogGroups", DescribeLogs, "live logs";
    GET_LOG_EVENTS = "logs:GetLogEvents", GetLogs, "logs";
    FILTER_LOG_EVENTS = "logs:FilterLogEvents", FilterLogs, "logs, calls seen in VPC flow logs, what tasks use";
    START_LIVE_TAIL = "logs:StartLiveTail", LiveTail, "live logs";
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_here_changes_anything() {
        for call in super::CALLS {
            let verb = call.action.split_once(':').unwrap().1;
            let reads = ["List", "Describe", "Get", "Filter", "StartLiveTail"];
            assert!(reads.iter().any(|v| verb.starts_with(v)), "{}", call.action);
        }
    }
}

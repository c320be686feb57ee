//! Conversion of Service Connect's request metrics to connections between services. This module does no I/O.

use super::{
    region::ClusterData,
    services::endpoints,
    snapshot_context::SnapshotContext,
    text::{clean_text, non_empty_text},
};
use crate::model::{
    ConnectionEnd, ConnectionKey, ConnectionOutcome, ObservationMethod, ObservedConnection, ServiceId,
    Timestamp,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Metric dimension with the discovery name of the called service.
pub(crate) const TARGET_DIMENSION: &str = "TargetDiscoveryName";

/// Names of the metrics that show calls, in order of preference. Each of them is above zero if there was a
/// call.
const CALL_METRICS: [&str; 9] = [
    "RequestCount",
    "RequestCountPerTarget",
    "TargetProcessedBytes",
    "NewConnectionCount",
    "ProcessedBytes",
    "HTTPCode_Target_2XX_Count",
    "HTTPCode_Target_5XX_Count",
    "HTTPCode_Target_4XX_Count",
    "HTTPCode_Target_3XX_Count",
];

/// Period of one data point, in seconds.
const METRIC_PERIOD_SECS: i64 = 60;

/// Key of observed calls: a calling service, and the discovery name that it calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServiceCall {
    /// Name of the caller's cluster.
    cluster: String,
    /// Name of the calling service.
    service: String,
    /// Called discovery name.
    target: String,
}

/// Metric that counts the calls of one [`ServiceCall`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetricSeries {
    call: ServiceCall,
    metric: String,
}

/// Calls between services that Service Connect metrics show. Each pair of caller and discovery name has the
/// times of the first and the last call, and the name of the metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedCalls {
    calls: BTreeMap<ServiceCall, (Timestamp, Timestamp, String)>,
}

/// Parses a `ListMetrics` response. Returns the metrics that count calls. Skips metrics whose dimensions are
/// not exactly cluster, service and target.
pub(crate) fn parse_metrics(answer: &Value) -> Vec<MetricSeries> {
    let metric = |metric: &Value| {
        let mut dimensions: BTreeMap<&str, &str> = BTreeMap::new();
        for dimension in metric["Dimensions"].as_array()? {
            dimensions.insert(dimension["Name"].as_str()?, dimension["Value"].as_str()?);
        }
        let name = metric["MetricName"].as_str().filter(|name| CALL_METRICS.contains(name))?;
        let named = |name: &str| dimensions.get(name).map(|value| (*value).to_owned());
        let call = ServiceCall {
            cluster: named("ClusterName")?,
            service: named("ServiceName")?,
            target: named(TARGET_DIMENSION)?,
        };
        (dimensions.len() == 3).then(|| MetricSeries { call, metric: name.to_owned() })
    };
    answer["Metrics"].as_array().into_iter().flatten().filter_map(metric).collect()
}

/// Returns one metric for each pair of caller and discovery name: the first of [`CALL_METRICS`] that `all`
/// contains.
pub(crate) fn best_metric_per_call(all: Vec<MetricSeries>) -> Vec<MetricSeries> {
    let rank = |series: &MetricSeries| CALL_METRICS.iter().position(|name| *name == series.metric);
    let mut best: BTreeMap<ServiceCall, MetricSeries> = BTreeMap::new();
    for series in all {
        match best.get(&series.call) {
            Some(known) if rank(known) <= rank(&series) => {}
            _ => {
                best.insert(series.call.clone(), series);
            }
        }
    }
    best.into_values().collect()
}

/// Returns the body of a `GetMetricData` request for `batch`. `from` and `until` are in seconds since 1970.
pub(crate) fn metric_data_request(batch: &[MetricSeries], from: i64, until: i64) -> Value {
    let query = |(index, series): (usize, &MetricSeries)| {
        let dimension = |name: &str, value: &str| json!({ "Name": name, "Value": value });
        let ServiceCall { cluster, service, target } = &series.call;
        json!({
            "Id": format!("m{index}"),
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ECS",
                    "MetricName": series.metric,
                    "Dimensions": [
                        dimension("ClusterName", cluster),
                        dimension("ServiceName", service),
                        dimension(TARGET_DIMENSION, target),
                    ],
                },
                "Period": METRIC_PERIOD_SECS,
                "Stat": "Sum",
            },
            "ReturnData": true,
        })
    };
    let queries: Vec<Value> = batch.iter().enumerate().map(query).collect();
    json!({ "MetricDataQueries": queries, "StartTime": from, "EndTime": until, "ScanBy": "TimestampDescending" })
}

impl ObservedCalls {
    /// Adds the results of the `GetMetricData` request for `batch`.
    pub(crate) fn add_results(&mut self, batch: &[MetricSeries], results: &[Value]) {
        for result in results {
            let index = result["Id"].as_str().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            let Some(series) = index.and_then(|index| batch.get(index)) else { continue };
            let list = |name: &str| result[name].as_array().cloned().unwrap_or_default();
            for (at, value) in list("Timestamps").iter().zip(list("Values")) {
                let Some(at) = parse_time(at).filter(|_| value.as_f64().is_some_and(|count| count > 0.0))
                else {
                    continue;
                };
                let known = self.calls.entry(series.call.clone()).or_insert((at, at, series.metric.clone()));
                (known.0, known.1) = (known.0.min(at), known.1.max(at));
            }
        }
    }

    /// Returns the connections that the calls prove, between services in `known`.
    ///
    /// A call counts only if exactly one service in the caller's namespace has the called discovery name.
    pub(crate) fn connections(
        &self,
        clusters: &[ClusterData],
        known: &BTreeSet<ServiceId>,
        context: &SnapshotContext,
    ) -> Vec<ObservedConnection> {
        let mut homes: BTreeMap<ServiceId, String> = BTreeMap::new();
        let mut offers: BTreeMap<(String, String), BTreeMap<ServiceId, Option<u16>>> = BTreeMap::new();
        for seen in clusters {
            for raw in &seen.services {
                let id = ServiceId::of(&context.source, Some(&seen.name), &clean_text(raw.service_name()));
                let space = endpoints::service_namespace(raw, seen.namespace.as_deref());
                let (Some(space), Some(config), true) =
                    (space, endpoints::service_connect_config(raw), known.contains(&id))
                else {
                    continue;
                };
                let space = space.rsplit('/').next().unwrap_or(space).to_owned();
                for offered in config.services() {
                    let name = offered.discovery_name().unwrap_or(offered.port_name()).to_owned();
                    let port = offered.client_aliases().first().and_then(|a| u16::try_from(a.port()).ok());
                    offers.entry((space.clone(), name)).or_default().insert(id.clone(), port);
                }
                homes.insert(id, space);
            }
        }
        let flow = |(call, (first, last, metric)): (&ServiceCall, &(Timestamp, Timestamp, String))| {
            let from = ServiceId::of(&context.source, Some(&call.cluster), &clean_text(Some(&call.service)));
            let found = offers.get(&(homes.get(&from)?.clone(), call.target.clone()))?;
            let (to, port) = found.iter().next().filter(|_| found.len() == 1)?;
            let key = ConnectionKey {
                from: ConnectionEnd::Service(from.clone()),
                to: ConnectionEnd::Service(to.clone()),
                port: *port,
                observed_by: ObservationMethod::ServiceConnect,
                outcome: ConnectionOutcome::Accepted,
                location: format!("AWS/ECS {metric} of {}", non_empty_text(Some(&call.target))?).into(),
            };
            (&from != to).then_some(ObservedConnection { key, first_seen: *first, last_seen: *last })
        };
        self.calls.iter().filter_map(flow).collect()
    }
}

/// Parses a time: a number of seconds since 1970, or RFC 3339 text.
fn parse_time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => Timestamp::from_second(seconds.as_f64()? as i64).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

//! The request counts of Service Connect as connections: which metrics tell of them, and who is meant by their names.
//! Pure.

use super::{
    Seen, answers,
    task::Context,
    words::{said, some},
};
use crate::model::{End, Flow, SeenBy, ServiceId, Sighting, Timestamp, Verdict};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The dimension that names whom a proxy sent requests to.
pub(crate) const TARGET: &str = "TargetDiscoveryName";

/// The metrics that are above zero when a call was made, the most telling first.
const TELLING: [&str; 9] = [
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

/// The seconds that one count covers.
const PERIOD: i64 = 60;

/// Who sends to which name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Call {
    cluster: String,
    service: String,
    target: String,
}

/// A metric that tells of calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    call: Call,
    metric: String,
}

/// The calls that were counted, each with when first and last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    calls: BTreeMap<Call, (Timestamp, Timestamp, String)>,
}

/// The metrics in an answer that tell who calls whom: those of a service of a cluster, and of nothing narrower.
pub(crate) fn listed(answer: &Value) -> Vec<Series> {
    let metric = |metric: &Value| {
        let mut dimensions: BTreeMap<&str, &str> = BTreeMap::new();
        for dimension in metric["Dimensions"].as_array()? {
            dimensions.insert(dimension["Name"].as_str()?, dimension["Value"].as_str()?);
        }
        let name = metric["MetricName"].as_str().filter(|name| TELLING.contains(name))?;
        let named = |name: &str| dimensions.get(name).map(|value| (*value).to_owned());
        let call =
            Call { cluster: named("ClusterName")?, service: named("ServiceName")?, target: named(TARGET)? };
        (dimensions.len() == 3).then(|| Series { call, metric: name.to_owned() })
    };
    answer["Metrics"].as_array().into_iter().flatten().filter_map(metric).collect()
}

/// One metric for each call: the most telling.
pub(crate) fn best(all: Vec<Series>) -> Vec<Series> {
    let rank = |series: &Series| TELLING.iter().position(|name| *name == series.metric);
    let mut best: BTreeMap<Call, Series> = BTreeMap::new();
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

/// What to ask `GetMetricData` for the counts of those metrics.
pub(crate) fn question(batch: &[Series], from: i64, until: i64) -> Value {
    let query = |(index, series): (usize, &Series)| {
        let dimension = |name: &str, value: &str| json!({ "Name": name, "Value": value });
        let Call { cluster, service, target } = &series.call;
        json!({
            "Id": format!("m{index}"),
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ECS",
                    "MetricName": series.metric,
                    "Dimensions": [
                        dimension("ClusterName", cluster),
                        dimension("ServiceName", service),
                        dimension(TARGET, target),
                    ],
                },
                "Period": PERIOD,
                "Stat": "Sum",
            },
            "ReturnData": true,
        })
    };
    let queries: Vec<Value> = batch.iter().enumerate().map(query).collect();
    json!({ "MetricDataQueries": queries, "StartTime": from, "EndTime": until, "ScanBy": "TimestampDescending" })
}

impl Counted {
    /// Adds what `GetMetricData` answered to the question for that batch.
    pub(crate) fn add(&mut self, batch: &[Series], results: &[Value]) {
        for result in results {
            let index = result["Id"].as_str().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            let Some(series) = index.and_then(|index| batch.get(index)) else { continue };
            let list = |name: &str| result[name].as_array().cloned().unwrap_or_default();
            for (at, value) in list("Timestamps").iter().zip(list("Values")) {
                let Some(at) = time(at).filter(|_| value.as_f64().is_some_and(|count| count > 0.0)) else {
                    continue;
                };
                let known = self.calls.entry(series.call.clone()).or_insert((at, at, series.metric.clone()));
                (known.0, known.1) = (known.0.min(at), known.1.max(at));
            }
        }
    }

    /// The connections that the counts tell of, between services that are `known`: a discovery name is looked up in the
    /// caller's namespace, and counts where one service has it.
    pub(crate) fn flows(
        &self,
        clusters: &[Seen],
        known: &BTreeSet<ServiceId>,
        context: &Context,
    ) -> Vec<Flow> {
        let mut homes: BTreeMap<ServiceId, String> = BTreeMap::new();
        let mut offers: BTreeMap<(String, String), BTreeMap<ServiceId, Option<u16>>> = BTreeMap::new();
        for seen in clusters {
            for raw in &seen.services {
                let id = ServiceId::of(&context.source, Some(&seen.name), &said(raw.service_name()));
                let space = answers::namespace(raw, seen.namespace.as_deref());
                let (Some(space), Some(config), true) = (space, answers::connect(raw), known.contains(&id))
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
        let flow = |(call, (first, last, metric)): (&Call, &(Timestamp, Timestamp, String))| {
            let from = ServiceId::of(&context.source, Some(&call.cluster), &said(Some(&call.service)));
            let found = offers.get(&(homes.get(&from)?.clone(), call.target.clone()))?;
            let (to, port) = found.iter().next().filter(|_| found.len() == 1)?;
            let sighting = Sighting {
                from: End::Service(from.clone()),
                to: End::Service(to.clone()),
                port: *port,
                by: SeenBy::ServiceConnect,
                verdict: Verdict::Accepted,
                place: format!("AWS/ECS {metric} of {}", some(Some(&call.target))?).into(),
            };
            (&from != to).then_some(Flow { sighting, first: *first, last: *last })
        };
        self.calls.iter().filter_map(flow).collect()
    }
}

/// A time in seconds, or as text.
fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => Timestamp::from_second(seconds.as_f64()? as i64).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

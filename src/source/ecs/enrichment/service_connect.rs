//! Reader of Service Connect metrics. The proxies count the requests of each service to each discovery name,
//! so Portolan sees calls between services without a flow log.

use crate::{
    model::{Failure, Timestamp, UnreadPart},
    source::ecs::{
        client::{
            api::{Api, read_pages},
            sigv4::{ApiRequest, JsonVersion},
        },
        decode::{
            region::ClusterData,
            service_connect_metrics::{self, MetricSeries, ObservedCalls},
            services::endpoints::service_connect_config,
        },
        quota::calls::{self, Call},
    },
};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Time for which the list of metrics is reused.
const METRIC_LIST_TTL: Duration = Duration::from_mins(10);

/// Wait between two reads of the counts. AWS charges $0.01 per 1,000 requested metrics.
const COUNTS_READ_INTERVAL: Duration = Duration::from_mins(5);

/// Wait after a failed read.
const RETRY_WAIT: Duration = Duration::from_secs(10);

/// Period that the counts cover, in seconds. `ListMetrics` can select metrics with data in the last three
/// hours (`RecentlyActive`), so the counts cover the same time.
const COUNT_WINDOW_SECONDS: i64 = 3 * 60 * 60;

/// Largest number of metrics that AWS allows in one call of `GetMetricData`.
const MAX_METRICS_PER_CALL: usize = 500;

/// Largest number of metrics in all calls of one read.
const MAX_METRICS: usize = 2_000;

/// Reader of the metrics that count requests, which reads at most every five minutes.
#[derive(Debug, Default)]
pub(crate) struct ServiceConnectMetrics {
    state: Mutex<MetricsState>,
}

#[derive(Clone, Debug, Default)]
struct MetricsState {
    /// Metrics that count requests, with the time of their listing.
    series: Option<(Instant, Vec<MetricSeries>)>,
    /// Time of the next read, with the unread part that is reported until then.
    next_read: Option<(Instant, Option<UnreadPart>)>,
}

impl ServiceConnectMetrics {
    /// Returns the calls of the last three hours, or no calls if the next read is not due yet. Also returns
    /// an unread part if the last read failed. Makes no request if no service uses Service Connect.
    pub(crate) async fn read(&self, api: &Api, seen: &[ClusterData]) -> (ObservedCalls, Option<UnreadPart>) {
        if !seen.iter().flat_map(|s| &s.services).any(|service| service_connect_config(service).is_some()) {
            return (ObservedCalls::default(), None);
        }
        let mut last = self.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((until, gap)) = &last.next_read
            && Instant::now() < *until
        {
            return (ObservedCalls::default(), gap.clone());
        }
        let (counted, failure) = match read_counts(api, &mut last).await {
            Ok(counted) => (counted, None),
            Err(failure) => (ObservedCalls::default(), Some(failure)),
        };
        let gap = failure.map(|failure| UnreadPart { name: "Service Connect metrics".into(), failure });
        let pause = if gap.is_some() { RETRY_WAIT } else { COUNTS_READ_INTERVAL };
        last.next_read = Some((Instant::now() + pause, gap.clone()));
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = last;
        (counted, gap)
    }
}

/// Returns the number of metrics that count requests, for `portolan doctor`.
pub(crate) async fn count_metrics(api: &Api) -> Result<usize, Failure> {
    Ok(list_metrics(api).await?.len())
}

async fn read_counts(api: &Api, last: &mut MetricsState) -> Result<ObservedCalls, Failure> {
    let fresh = last.series.take().filter(|(at, _)| at.elapsed() < METRIC_LIST_TTL);
    let (at, series) = match fresh {
        Some(listed) => listed,
        None => (Instant::now(), list_metrics(api).await?),
    };
    let now = Timestamp::now().as_second();
    let mut counted = ObservedCalls::default();
    for batch in series.chunks(MAX_METRICS_PER_CALL) {
        counted.add_results(batch, &get_metric_data(api, batch, now).await?);
    }
    last.series = Some((at, series));
    Ok(counted)
}

/// Lists the metrics that count requests: one for each pair of caller and discovery name.
async fn list_metrics(api: &Api) -> Result<Vec<MetricSeries>, Failure> {
    let read = read_pages(&calls::LIST_METRICS, |token| async move {
        let mut ask = json!({
            "Namespace": "AWS/ECS",
            "Dimensions": [{ "Name": service_connect_metrics::TARGET_DIMENSION }],
            "RecentlyActive": "PT3H",
        });
        if let Some(token) = token {
            ask["NextToken"] = Value::from(String::from(token));
        }
        let answer = cloudwatch_call(api, &calls::LIST_METRICS, &ask).await?;
        Ok((service_connect_metrics::parse_metrics(&answer), answer["NextToken"].as_str().map(str::to_owned)))
    })
    .await;
    match read.failure {
        Some(failure) if read.items.is_empty() => Err(failure),
        _ => {
            let mut series = service_connect_metrics::best_metric_per_call(read.items);
            series.truncate(MAX_METRICS);
            Ok(series)
        }
    }
}

/// Returns the request counts of the metrics in `batch`, from all pages; `now` is in seconds since 1970.
async fn get_metric_data(api: &Api, batch: &[MetricSeries], now: i64) -> Result<Vec<Value>, Failure> {
    let read = read_pages(&calls::GET_METRIC_DATA, |token| {
        let mut ask = service_connect_metrics::metric_data_request(batch, now - COUNT_WINDOW_SECONDS, now);
        async move {
            if let Some(token) = token {
                ask["NextToken"] = Value::from(String::from(token));
            }
            let answer = cloudwatch_call(api, &calls::GET_METRIC_DATA, &ask).await?;
            let results = answer["MetricDataResults"].as_array().cloned().unwrap_or_default();
            Ok((results, answer["NextToken"].as_str().map(str::to_owned)))
        }
    })
    .await;
    read.failure.map_or(Ok(read.items), Err)
}

/// Makes a CloudWatch call with the JSON body `ask`, and returns the JSON response.
async fn cloudwatch_call(api: &Api, call: &'static Call, ask: &Value) -> Result<Value, Failure> {
    let target = format!("GraniteServiceVersion20100801.{}", call.operation());
    api.json_call(call, &api.clients.cloudwatch, ApiRequest::json(JsonVersion::V1_0, target, ask)).await
}

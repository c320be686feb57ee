//! The metrics of Service Connect: its proxies count what each service sends to each discovery name, so that a call that
//! was made is seen without a flow log.

use super::{
    api::{Api, pages},
    calls,
    decode::{
        Seen,
        answers::connect,
        requests::{self, Counted, Series},
    },
    signed::Ask,
};
use crate::model::{Failure, Gap, Timestamp};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// How long the list of metrics is good.
const LISTED: Duration = Duration::from_mins(10);

/// How long the counts are good. AWS charges a cent for a thousand that are asked for.
const GOOD: Duration = Duration::from_mins(5);

/// How long to leave them alone after they were refused.
const REST: Duration = Duration::from_secs(10);

/// How far back the counts go: as far as CloudWatch calls a metric recently active.
const SPAN: i64 = 3 * 60 * 60;

/// How many metrics one call may ask for, and how many are asked for in all.
const BATCH: usize = 500;
const MOST: usize = 2_000;

/// The last counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    last: Mutex<Last>,
}

#[derive(Clone, Debug, Default)]
struct Last {
    listed: Option<(Instant, Vec<Series>)>,
    rest: Option<(Instant, Option<Gap>)>,
}

impl Metrics {
    /// What was counted since the last look, if it is time to ask; asks nothing where no service uses Service Connect.
    pub(crate) async fn read(&self, api: &Api, seen: &[Seen]) -> (Counted, Option<Gap>) {
        if !seen.iter().flat_map(|s| &s.services).any(|service| connect(service).is_some()) {
            return (Counted::default(), None);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((until, gap)) = &last.rest
            && Instant::now() < *until
        {
            return (Counted::default(), gap.clone());
        }
        let (counted, failure) = match look(api, &mut last).await {
            Ok(counted) => (counted, None),
            Err(failure) => (Counted::default(), Some(failure)),
        };
        let gap = failure.map(|failure| Gap { what: "metrics of Service Connect".into(), failure });
        let pause = if gap.is_some() { REST } else { GOOD };
        last.rest = Some((Instant::now() + pause, gap.clone()));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
        (counted, gap)
    }
}

/// How many metrics tell of calls.
pub(crate) async fn count(api: &Api) -> Result<usize, Failure> {
    Ok(list(api).await?.len())
}

async fn look(api: &Api, last: &mut Last) -> Result<Counted, Failure> {
    let fresh = last.listed.take().filter(|(at, _)| at.elapsed() < LISTED);
    let (at, series) = match fresh {
        Some(listed) => listed,
        None => (Instant::now(), list(api).await?),
    };
    let now = Timestamp::now().as_second();
    let mut counted = Counted::default();
    for batch in series.chunks(BATCH) {
        counted.add(batch, &data(api, batch, now).await?);
    }
    last.listed = Some((at, series));
    Ok(counted)
}

/// The metrics that tell of calls, one for each caller and name.
async fn list(api: &Api) -> Result<Vec<Series>, Failure> {
    let read = pages(&calls::LIST_METRICS, |token| async move {
        let mut ask = json!({
            "Namespace": "AWS/ECS",
            "Dimensions": [{ "Name": requests::TARGET }],
            "RecentlyActive": "PT3H",
        });
        if let Some(token) = token {
            ask["NextToken"] = Value::from(String::from(token));
        }
        let answer =
            json(api, &calls::LIST_METRICS, "GraniteServiceVersion20100801.ListMetrics", &ask).await?;
        Ok((requests::listed(&answer), answer["NextToken"].as_str().map(str::to_owned)))
    })
    .await;
    match read.failure {
        Some(failure) if read.items.is_empty() => Err(failure),
        _ => {
            let mut series = requests::best(read.items);
            series.truncate(MOST);
            Ok(series)
        }
    }
}

/// The counts of those metrics, all pages.
async fn data(api: &Api, batch: &[Series], now: i64) -> Result<Vec<Value>, Failure> {
    let read = pages(&calls::GET_METRIC_DATA, |token| {
        let mut ask = requests::question(batch, now - SPAN, now);
        async move {
            if let Some(token) = token {
                ask["NextToken"] = Value::from(String::from(token));
            }
            let target = "GraniteServiceVersion20100801.GetMetricData";
            let answer = json(api, &calls::GET_METRIC_DATA, target, &ask).await?;
            let results = answer["MetricDataResults"].as_array().cloned().unwrap_or_default();
            Ok((results, answer["NextToken"].as_str().map(str::to_owned)))
        }
    })
    .await;
    read.failure.map_or(Ok(read.items), Err)
}

async fn json(
    api: &Api,
    call: &'static calls::Call,
    target: &'static str,
    ask: &Value,
) -> Result<Value, Failure> {
    let body = api.pass(call, api.clients.metrics.call(Ask::json(target, ask))).await?;
    Ok(serde_json::from_str(&body).unwrap_or_default())
}

//! Query for the records of some tasks in a cluster's performance log, with a limited number of pages.

use super::record;
use crate::{
    model::{Failure, FailureKind, InstanceId, SourceId, Text, UsageSample, UsageTarget, shell_option},
    source::ecs::{client::api::Api, quota::calls},
};
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsInputBuilder;
use std::collections::BTreeMap;

/// Maximum number of pages to read for one filter pattern. Some pages are empty, because AWS searches a log
/// in pieces.
const MAX_PAGES_PER_PATTERN: usize = 6;

/// Maximum length of a filter pattern in bytes, set by AWS.
const MAX_PATTERN_BYTES: usize = 1_024;

/// Returns the usage samples of the tasks in `target` since the time `since` (milliseconds since 1970),
/// sorted by task and time.
pub(super) async fn read_records(
    api: &Api,
    target: &UsageTarget,
    since: i64,
) -> Result<Vec<UsageSample>, Failure> {
    let cluster = target.group.as_deref().unwrap_or_default();
    let group = format!("/aws/ecs/containerinsights/{cluster}/performance");
    let wanted = instances_by_task(target);
    let mut readings = Vec::new();
    for pattern in filter_patterns(wanted.keys().map(String::as_str)) {
        let mut token = None;
        for _ in 0..MAX_PAGES_PER_PATTERN {
            let ask = request(&group, &pattern, since).set_next_token(token.clone());
            let answer = ask.send_with(&api.clients.logs);
            let answer = match api.call(&calls::FILTER_LOG_EVENTS, answer).await {
                Err(failure) if is_log_missing(&failure) => return Err(insights_off(cluster)),
                answer => answer?,
            };
            let messages = answer.events().iter().filter_map(|event| event.message());
            readings.extend(messages.filter_map(|message| record::parse_record(message, &wanted)));
            if answer.next_token.is_none() || answer.next_token == token {
                break;
            }
            token = answer.next_token;
        }
    }
    readings.sort_by(|a: &UsageSample, b| (&a.instance, a.at).cmp(&(&b.instance, b.at)));
    Ok(readings)
}

/// Builds the request for records that match `pattern`, newest first. So the limit on pages cuts off only the
/// oldest records.
fn request(group: &str, pattern: &str, since: i64) -> FilterLogEventsInputBuilder {
    let ask = FilterLogEventsInputBuilder::default().log_group_name(group).start_time(since);
    ask.filter_pattern(pattern).start_from_head(false)
}

/// Returns true if the failure means that the performance log is missing.
pub(super) fn is_log_missing(failure: &Failure) -> bool {
    failure.kind == FailureKind::Missing
}

/// Returns the failure for a cluster without Container Insights.
pub(super) fn insights_off(cluster: &str) -> Failure {
    let cluster = Text::new(cluster);
    Failure::new(
        FailureKind::Missing,
        format!(
            "Container Insights is disabled for cluster {cluster}, so there are no usage metrics for its \
             tasks"
        ),
        format!(
            "aws ecs update-cluster-settings {} --settings name=containerInsights,value=enabled; AWS bills it by log \
             volume",
            shell_option("--cluster", &cluster)
        ),
    )
}

/// Returns the instances of `target`, by task id.
fn instances_by_task(target: &UsageTarget) -> BTreeMap<String, InstanceId> {
    let source = SourceId::from(&target.service);
    let tasks = target.instances.iter();
    tasks.filter_map(|id| Some((id.native_id(&source)?.to_owned(), id.clone()))).collect()
}

/// Returns filter patterns for the records of `tasks`: as few patterns as the length limit allows.
fn filter_patterns<'a>(tasks: impl Iterator<Item = &'a str>) -> Vec<String> {
    const PATTERN_START: &str = "{ $.Type = \"Task\" && (";
    const PATTERN_END: &str = ") }";
    let mut patterns: Vec<String> = Vec::new();
    for one in tasks.map(|task| format!("$.TaskId = \"{task}\"")) {
        match patterns.last_mut() {
            Some(last) if last.len() + 4 + one.len() + PATTERN_END.len() <= MAX_PATTERN_BYTES => {
                last.push_str(" || ");
                last.push_str(&one);
            }
            _ => patterns.push(format!("{PATTERN_START}{one}")),
        }
    }
    patterns.iter_mut().for_each(|pattern| pattern.push_str(PATTERN_END));
    patterns
}

#[cfg(test)]
mod tests {
    use super::{MAX_PATTERN_BYTES, filter_patterns, request};

    #[test]
    fn each_task_is_named_in_a_pattern_that_aws_takes() {
        let one = filter_patterns(["ab12", "cd34"].into_iter());
        assert_eq!(one, ["{ $.Type = \"Task\" && ($.TaskId = \"ab12\" || $.TaskId = \"cd34\") }"]);
        let ids: Vec<String> = (0..32).map(|number| format!("{number:032x}")).collect();
        let many = filter_patterns(ids.iter().map(String::as_str));
        assert_eq!(many.len(), 2);
        assert!(many.iter().all(|pattern| pattern.len() <= MAX_PATTERN_BYTES && pattern.ends_with("\") }")));
        let named = |id: &String| many.iter().filter(|pattern| pattern.contains(id.as_str())).count();
        assert!(ids.iter().all(|id| named(id) == 1));
        assert_eq!(filter_patterns(std::iter::empty()), Vec::<String>::new());
    }

    #[test]
    fn the_newest_records_come_first() {
        assert_eq!(request("group", "pattern", 1).get_start_from_head(), &Some(false));
    }
}

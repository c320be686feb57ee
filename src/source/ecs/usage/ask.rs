//! The records of some tasks in a cluster's performance log, as many pages as a look may take.

use super::record;
use crate::{
    model::{Failure, FailureKind, InstanceId, Reading, SourceId, Text, UsageTarget},
    source::ecs::{api::Api, calls},
};
use aws_sdk_cloudwatchlogs::operation::filter_log_events::builders::FilterLogEventsInputBuilder;
use std::collections::BTreeMap;

/// Pages that one look reads of some tasks. They may come empty, as AWS looks for the records of few tasks among those of
/// many.
const PAGES: usize = 6;

/// The longest pattern that AWS takes.
const PATTERN: usize = 1_024;

/// What those tasks have used since `since` (milliseconds), each task's in the order of time.
pub(super) async fn records(api: &Api, target: &UsageTarget, since: i64) -> Result<Vec<Reading>, Failure> {
    let cluster = target.group.as_deref().unwrap_or_default();
    let group = format!("/aws/ecs/containerinsights/{cluster}/performance");
    let wanted = tasks(target);
    let mut readings = Vec::new();
    for pattern in patterns(wanted.keys().map(String::as_str)) {
        let mut token = None;
        for _ in 0..PAGES {
            let ask = request(&group, &pattern, since).set_next_token(token.clone());
            let answer = ask.send_with(&api.clients.logs);
            let answer = match api.pass(&calls::FILTER_LOG_EVENTS, answer).await {
                Err(failure) if is_absent(&failure) => return Err(absent(cluster)),
                answer => answer?,
            };
            let messages = answer.events().iter().filter_map(|event| event.message());
            readings.extend(messages.filter_map(|message| record::read(message, &wanted)));
            if answer.next_token.is_none() || answer.next_token == token {
                break;
            }
            token = answer.next_token;
        }
    }
    readings.sort_by(|a: &Reading, b| (&a.instance, a.at).cmp(&(&b.instance, b.at)));
    Ok(readings)
}

/// The question for the records that a pattern finds, the newest first: where there are more pages than a look reads, the
/// oldest stay away.
fn request(group: &str, pattern: &str, since: i64) -> FilterLogEventsInputBuilder {
    let ask = FilterLogEventsInputBuilder::default().log_group_name(group).start_time(since);
    ask.filter_pattern(pattern).start_from_head(false)
}

/// Whether it is the log that is missing.
pub(super) fn is_absent(failure: &Failure) -> bool {
    failure.kind == FailureKind::Missing
}

/// A cluster that keeps no performance log.
pub(super) fn absent(cluster: &str) -> Failure {
    let cluster = Text::new(cluster);
    Failure::new(
        FailureKind::Missing,
        format!("Container Insights is off for the cluster {cluster}, so nobody knows what its tasks use"),
        format!(
            "aws ecs update-cluster-settings --cluster {cluster} --settings name=containerInsights,value=enabled; it \
             costs by the amount that is logged"
        ),
    )
}

/// The instances by their tasks' ids.
fn tasks(target: &UsageTarget) -> BTreeMap<String, InstanceId> {
    let home = format!("{}/", SourceId::from(&target.service));
    let tasks = target.instances.iter();
    tasks.filter_map(|id| Some((id.as_str().strip_prefix(&home)?.to_owned(), id.clone()))).collect()
}

/// What AWS is to look for: the records of those tasks, in as many patterns as it takes.
fn patterns<'a>(tasks: impl Iterator<Item = &'a str>) -> Vec<String> {
    const HEAD: &str = "{ $.Type = \"Task\" && (";
    const TAIL: &str = ") }";
    let mut patterns: Vec<String> = Vec::new();
    for one in tasks.map(|task| format!("$.TaskId = \"{task}\"")) {
        match patterns.last_mut() {
            Some(last) if last.len() + 4 + one.len() + TAIL.len() <= PATTERN => {
                last.push_str(" || ");
                last.push_str(&one);
            }
            _ => patterns.push(format!("{HEAD}{one}")),
        }
    }
    patterns.iter_mut().for_each(|pattern| pattern.push_str(TAIL));
    patterns
}

#[cfg(test)]
mod tests {
    use super::{PATTERN, patterns, request};

    #[test]
    fn each_task_is_named_in_a_pattern_that_aws_takes() {
        let one = patterns(["ab12", "cd34"].into_iter());
        assert_eq!(one, ["{ $.Type = \"Task\" && ($.TaskId = \"ab12\" || $.TaskId = \"cd34\") }"]);
        let ids: Vec<String> = (0..32).map(|number| format!("{number:032x}")).collect();
        let many = patterns(ids.iter().map(String::as_str));
        assert_eq!(many.len(), 2);
        assert!(many.iter().all(|pattern| pattern.len() <= PATTERN && pattern.ends_with("\") }")));
        let named = |id: &String| many.iter().filter(|pattern| pattern.contains(id.as_str())).count();
        assert!(ids.iter().all(|id| named(id) == 1));
        assert_eq!(patterns(std::iter::empty()), Vec::<String>::new());
    }

    #[test]
    fn the_newest_records_come_first() {
        assert_eq!(request("group", "pattern", 1).get_start_from_head(), &Some(false));
    }
}

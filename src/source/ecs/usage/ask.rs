//! The records of some tasks in a cluster's performance log, as many pages as a look may take.

use super::record;
use crate::{
    model::{Failure, FailureKind, InstanceId, Reading, SourceId, UsageTarget, text::clean},
    source::ecs::{api::Api, calls},
};
use std::collections::BTreeMap;

/// Pages that one look reads. They may come empty, as AWS looks for the records of few tasks among those of many.
const PAGES: usize = 6;

/// The longest pattern that AWS takes.
const PATTERN: usize = 1_024;

/// What those tasks have used since `since` (milliseconds), each task's in the order of time.
pub(super) async fn records(api: &Api, target: &UsageTarget, since: i64) -> Result<Vec<Reading>, Failure> {
    let cluster = target.group.as_deref().unwrap_or_default();
    let group = format!("/aws/ecs/containerinsights/{cluster}/performance");
    let wanted = tasks(target);
    let pattern = pattern(wanted.keys().map(String::as_str));
    let (mut readings, mut token) = (Vec::new(), None);
    for _ in 0..PAGES {
        let ask = api.clients.logs.filter_log_events().log_group_name(&group).start_time(since);
        let ask = ask.filter_pattern(&pattern).set_next_token(token.clone());
        let answer = match api.pass(&calls::FILTER_LOG_EVENTS, ask.send()).await {
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
    readings.sort_by(|a: &Reading, b| (&a.instance, a.at).cmp(&(&b.instance, b.at)));
    Ok(readings)
}

/// Whether it is the log that is missing.
pub(super) fn is_absent(failure: &Failure) -> bool {
    failure.kind == FailureKind::Missing
}

/// A cluster that keeps no performance log.
pub(super) fn absent(cluster: &str) -> Failure {
    let cluster = clean(cluster);
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

/// What AWS is to look for: the records of those tasks, or, where they are too many for a pattern, of all tasks.
fn pattern<'a>(tasks: impl Iterator<Item = &'a str>) -> String {
    let each: Vec<_> = tasks.map(|task| format!("$.TaskId = \"{task}\"")).collect();
    let whole = format!("{{ $.Type = \"Task\" && ({}) }}", each.join(" || "));
    if whole.len() <= PATTERN { whole } else { "{ $.Type = \"Task\" }".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{PATTERN, pattern};

    #[test]
    fn a_pattern_names_the_tasks_as_far_as_aws_takes_it() {
        let one = pattern(["ab12", "cd34"].into_iter());
        assert_eq!(one, "{ $.Type = \"Task\" && ($.TaskId = \"ab12\" || $.TaskId = \"cd34\") }");
        let ids: Vec<String> = (0..40).map(|number| format!("{number:032x}")).collect();
        let many = pattern(ids.iter().map(String::as_str));
        assert_eq!(many, "{ $.Type = \"Task\" }");
        assert!(pattern(ids[..12].iter().map(String::as_str)).len() <= PATTERN);
    }
}

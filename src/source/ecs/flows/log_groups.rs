//! Discovery of the log groups that receive flow logs: one EC2 call in the Query protocol, with an XML
//! response.

use super::format::LineFormat;
use crate::{
    model::Failure,
    source::ecs::{
        client::{api::Api, sigv4::ApiRequest},
        quota::calls,
    },
};
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use std::collections::{BTreeMap, BTreeSet};

/// Version of EC2's API.
const EC2_API_VERSION: &str = "2016-11-15";

/// Maximum number of pages to read of the list of flow logs. A page has up to a thousand of them.
const MAX_FLOW_LOG_PAGES: usize = 5;

/// Log group that receives flow logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FlowLogGroup {
    /// Formats of the flow logs that write to it.
    pub formats: BTreeSet<LineFormat>,
    /// Longest aggregation interval of these flow logs, in seconds.
    pub aggregation_secs: i64,
}

/// Flow log in a `DescribeFlowLogs` response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FlowLog {
    group: Option<String>,
    format: String,
    aggregation_secs: Option<i64>,
    status: Option<String>,
}

/// Returns the log groups of the region that receive flow logs, by name.
pub(super) async fn find_log_groups(api: &Api) -> Result<BTreeMap<String, FlowLogGroup>, Failure> {
    let mut groups = BTreeMap::new();
    let mut token: Option<String> = None;
    for _ in 0..MAX_FLOW_LOG_PAGES {
        let mut parameters = vec![("MaxResults", "1000")];
        if let Some(token) = &token {
            parameters.push(("NextToken", token));
        }
        let ask = ApiRequest::query("DescribeFlowLogs", EC2_API_VERSION, &parameters);
        let body = api.call(&calls::DESCRIBE_FLOW_LOGS, api.clients.ec2.call(ask)).await?;
        let (found, next) = parse_page(&body);
        group_by_log_group(found, &mut groups);
        if next.is_none() || next == token {
            break;
        }
        token = next;
    }
    Ok(groups)
}

/// Adds flow logs to their log groups. Skips inactive ones, and those with another destination.
fn group_by_log_group(found: Vec<FlowLog>, groups: &mut BTreeMap<String, FlowLogGroup>) {
    for log in found {
        let Some(name) = log.group.filter(|name| !name.is_empty()) else { continue };
        if log.status.is_some_and(|status| !status.eq_ignore_ascii_case("active")) {
            continue;
        }
        let group: &mut FlowLogGroup = groups.entry(name).or_default();
        group.formats.insert(LineFormat::new(&log.format));
        // AWS's default interval is ten minutes.
        group.aggregation_secs = group.aggregation_secs.max(log.aggregation_secs.unwrap_or(600));
    }
}

/// Parses one page. Returns its flow logs and the token of the next page.
fn parse_page(xml: &str) -> (Vec<FlowLog>, Option<String>) {
    let mut document = Document::new(xml);
    let Ok(mut root) = document.root_element() else { return (Vec::new(), None) };
    let (mut found, mut token) = (Vec::new(), None);
    while let Some(mut tag) = root.next_tag() {
        if tag.start_el().matches("flowLogSet") {
            while let Some(mut item) = tag.next_tag() {
                found.push(parse_flow_log(&mut item));
            }
        } else if tag.start_el().matches("nextToken") {
            token = element_text(&mut tag);
        }
    }
    (found, token)
}

fn parse_flow_log(item: &mut ScopedDecoder<'_, '_>) -> FlowLog {
    let mut log = FlowLog::default();
    let (mut destination, mut sort) = (None, None);
    while let Some(mut tag) = item.next_tag() {
        let name = tag.start_el().local().to_owned();
        match name.as_str() {
            "logGroupName" => log.group = element_text(&mut tag),
            "logDestination" => destination = element_text(&mut tag),
            "logDestinationType" => sort = element_text(&mut tag),
            "logFormat" => log.format = element_text(&mut tag).unwrap_or_default(),
            "maxAggregationInterval" => {
                log.aggregation_secs = element_text(&mut tag).and_then(|t| t.parse().ok());
            }
            "flowLogStatus" => log.status = element_text(&mut tag),
            _ => {}
        }
    }
    // The destination is `arn:aws:logs:REGION:ACCOUNT:log-group:NAME` if no other field has the name.
    // Emulators send the bare name.
    let named = destination.and_then(|place| match place.split_once(":log-group:") {
        Some((_, name)) => Some(name.trim_end_matches(":*").to_owned()),
        None if sort.as_deref() == Some("cloud-watch-logs") && !place.starts_with("arn:") => Some(place),
        None => None,
    });
    log.group = log.group.or(named);
    log
}

fn element_text(tag: &mut ScopedDecoder<'_, '_>) -> Option<String> {
    try_data(tag).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{group_by_log_group, parse_page};
    use std::collections::BTreeMap;

    #[test]
    fn flow_logs_in_cloudwatch_are_found_with_their_format() {
        let xml = r#"<?xml version="1.0"?><DescribeFlowLogsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
            <requestId>1</requestId><flowLogSet>
            <item><flowLogId>fl-1</flowLogId><logGroupName>/vpc/flows</logGroupName><flowLogStatus>ACTIVE</flowLogStatus>
              <tagSet><item><key>a</key><value>b</value></item></tagSet>
              <logFormat>${srcaddr} ${dstaddr}</logFormat><maxAggregationInterval>60</maxAggregationInterval></item>
            <item><flowLogId>fl-2</flowLogId><logDestinationType>s3</logDestinationType>
              <logDestination>arn:aws:s3:::bucket</logDestination><flowLogStatus>ACTIVE</flowLogStatus></item>
            <item><logDestination>arn:aws:logs:eu-west-1:1:log-group:/other:*</logDestination></item>
            <item><logDestinationType>cloud-watch-logs</logDestinationType><logDestination>/bare</logDestination></item>
            <item><logGroupName>/gone</logGroupName><flowLogStatus>DELETED</flowLogStatus></item>
            </flowLogSet><nextToken>more</nextToken></DescribeFlowLogsResponse>"#;
        let (found, token) = parse_page(xml);
        assert_eq!((found.len(), token.as_deref()), (5, Some("more")));
        let mut groups = BTreeMap::new();
        group_by_log_group(found, &mut groups);
        assert_eq!(groups.keys().collect::<Vec<_>>(), ["/bare", "/other", "/vpc/flows"]);
        assert_eq!((groups["/vpc/flows"].aggregation_secs, groups["/other"].aggregation_secs), (60, 600));
    }

    #[test]
    fn nonsense_is_no_flow_log() {
        assert_eq!(parse_page("").0, []);
        assert_eq!(parse_page("{}").0, []);
        assert_eq!(parse_page("<a><flowLogSet><item><logGroupName>").0.len(), 1);
    }
}

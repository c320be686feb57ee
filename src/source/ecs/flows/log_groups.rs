//! Discovery of the log groups that receive flow logs: one EC2 call in the Query protocol, with an XML
//! response.

use super::format::LineFormat;
use crate::{
    model::Failure,
    source::ecs::{
        client::{api::Api, sigv4::ApiRequest},
        decode::xml::{child, children, text},
        quota::calls::DESCRIBE_FLOW_LOGS,
    },
};
use roxmltree::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Version of the EC2 API.
const EC2_API_VERSION: &str = "2016-11-15";

/// Maximum number of pages that Portolan reads of the list of flow logs. A page has up to 1,000 flow logs.
const MAX_FLOW_LOG_PAGES: usize = 5;

/// Log group that receives flow logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FlowLogGroup {
    /// Formats of the flow logs that write to the log group.
    pub formats: BTreeSet<LineFormat>,
    /// Longest aggregation interval of the flow logs that write to the log group, in seconds.
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
        let ask = ApiRequest::query(DESCRIBE_FLOW_LOGS.operation(), EC2_API_VERSION, &parameters);
        let (found, next) = api.xml_call(&DESCRIBE_FLOW_LOGS, &api.clients.ec2, ask, parse_page).await?;
        group_by_log_group(found, &mut groups);
        if next.is_none() || next == token {
            break;
        }
        token = next;
    }
    Ok(groups)
}

/// Adds flow logs to their log groups. Skips inactive flow logs, and flow logs that do not write to a log
/// group.
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
fn parse_page(root: Node<'_, '_>) -> (Vec<FlowLog>, Option<String>) {
    let found = children(child(root, "flowLogSet"), "item").map(parse_flow_log).collect();
    (found, text(root, "nextToken"))
}

fn parse_flow_log(item: Node<'_, '_>) -> FlowLog {
    // If there is no `logGroupName`, the destination is `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`.
    // Emulators send only the name.
    let is_cloudwatch = text(item, "logDestinationType").as_deref() == Some("cloud-watch-logs");
    let named = text(item, "logDestination").and_then(|place| match place.split_once(":log-group:") {
        Some((_, name)) => Some(name.trim_end_matches(":*").to_owned()),
        None if is_cloudwatch && !place.starts_with("arn:") => Some(place),
        None => None,
    });
    FlowLog {
        group: text(item, "logGroupName").or(named),
        format: text(item, "logFormat").unwrap_or_default(),
        aggregation_secs: text(item, "maxAggregationInterval").and_then(|secs| secs.parse().ok()),
        status: text(item, "flowLogStatus"),
    }
}

#[cfg(test)]
mod tests {
    use super::{group_by_log_group, parse_page};
    use roxmltree::Document;
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
        let document = Document::parse(xml).unwrap();
        let (found, token) = parse_page(document.root_element());
        assert_eq!((found.len(), token.as_deref()), (5, Some("more")));
        let mut groups = BTreeMap::new();
        group_by_log_group(found, &mut groups);
        assert_eq!(groups.keys().collect::<Vec<_>>(), ["/bare", "/other", "/vpc/flows"]);
        assert_eq!((groups["/vpc/flows"].aggregation_secs, groups["/other"].aggregation_secs), (60, 600));
    }

    #[test]
    fn a_response_without_the_usual_elements_is_empty() {
        let document = Document::parse("<a><flowLogSet/><b><item/></b></a>").unwrap();
        assert_eq!(parse_page(document.root_element()), (Vec::new(), None));
    }
}

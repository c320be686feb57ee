//! Which flow logs there are: one call of EC2's Query protocol, and its answer read as XML.

use super::format::Format;
use crate::{
    model::Failure,
    source::ecs::{api::Api, calls, signed::Ask},
};
use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};
use std::collections::{BTreeMap, BTreeSet};

/// The version of EC2's API.
const VERSION: &str = "2016-11-15";

/// Pages of a thousand flow logs that are read at most.
const PAGES: usize = 5;

/// A log group that flow logs are written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// The formats of the flow logs that are written to it.
    pub formats: BTreeSet<Format>,
    /// The longest time in seconds for which packets are gathered into one record.
    pub window: i64,
}

/// One flow log as EC2 tells of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FlowLog {
    group: Option<String>,
    format: String,
    window: Option<i64>,
    status: Option<String>,
}

/// The log groups of the region that flow logs are written to, by name.
pub(super) async fn find(api: &Api) -> Result<BTreeMap<String, Group>, Failure> {
    let mut groups = BTreeMap::new();
    let mut token: Option<String> = None;
    for _ in 0..PAGES {
        let mut parameters = vec![("MaxResults", "1000")];
        if let Some(token) = &token {
            parameters.push(("NextToken", token));
        }
        let ask = Ask::query("DescribeFlowLogs", VERSION, &parameters);
        let body = api.pass(&calls::DESCRIBE_FLOW_LOGS, api.clients.ec2.call(ask)).await?;
        let (found, next) = read(&body);
        gather(found, &mut groups);
        if next.is_none() || next == token {
            break;
        }
        token = next;
    }
    Ok(groups)
}

/// Adds flow logs to the log groups they are written to; those that go elsewhere, or nowhere, are left out.
fn gather(found: Vec<FlowLog>, groups: &mut BTreeMap<String, Group>) {
    for log in found {
        let Some(name) = log.group.filter(|name| !name.is_empty()) else { continue };
        if log.status.is_some_and(|status| !status.eq_ignore_ascii_case("active")) {
            continue;
        }
        let group: &mut Group = groups.entry(name).or_default();
        group.formats.insert(Format::new(&log.format));
        // AWS gathers for ten minutes where nobody chose.
        group.window = group.window.max(log.window.unwrap_or(600));
    }
}

/// The flow logs of one page, and the token of the next.
fn read(xml: &str) -> (Vec<FlowLog>, Option<String>) {
    let mut document = Document::new(xml);
    let Ok(mut root) = document.root_element() else { return (Vec::new(), None) };
    let (mut found, mut token) = (Vec::new(), None);
    while let Some(mut tag) = root.next_tag() {
        if tag.start_el().matches("flowLogSet") {
            while let Some(mut item) = tag.next_tag() {
                found.push(flow_log(&mut item));
            }
        } else if tag.start_el().matches("nextToken") {
            token = text(&mut tag);
        }
    }
    (found, token)
}

fn flow_log(item: &mut ScopedDecoder<'_, '_>) -> FlowLog {
    let mut log = FlowLog::default();
    let (mut destination, mut sort) = (None, None);
    while let Some(mut tag) = item.next_tag() {
        let name = tag.start_el().local().to_owned();
        match name.as_str() {
            "logGroupName" => log.group = text(&mut tag),
            "logDestination" => destination = text(&mut tag),
            "logDestinationType" => sort = text(&mut tag),
            "logFormat" => log.format = text(&mut tag).unwrap_or_default(),
            "maxAggregationInterval" => log.window = text(&mut tag).and_then(|t| t.parse().ok()),
            "flowLogStatus" => log.status = text(&mut tag),
            _ => {}
        }
    }
    // `arn:aws:logs:REGION:ACCOUNT:log-group:NAME`, where the name stands nowhere else; emulators leave out all but the name.
    let named = destination.and_then(|place| match place.split_once(":log-group:") {
        Some((_, name)) => Some(name.trim_end_matches(":*").to_owned()),
        None if sort.as_deref() == Some("cloud-watch-logs") && !place.starts_with("arn:") => Some(place),
        None => None,
    });
    log.group = log.group.or(named);
    log
}

fn text(tag: &mut ScopedDecoder<'_, '_>) -> Option<String> {
    try_data(tag).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{gather, read};
    use std::collections::BTreeMap;

    #[test]
    fn those_that_go_to_cloudwatch_are_found_with_their_format() {
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
        let (found, token) = read(xml);
        assert_eq!((found.len(), token.as_deref()), (5, Some("more")));
        let mut groups = BTreeMap::new();
        gather(found, &mut groups);
        assert_eq!(groups.keys().collect::<Vec<_>>(), ["/bare", "/other", "/vpc/flows"]);
        assert_eq!((groups["/vpc/flows"].window, groups["/other"].window), (60, 600));
    }

    #[test]
    fn nonsense_is_no_flow_log() {
        assert_eq!(read("").0, []);
        assert_eq!(read("{}").0, []);
        assert_eq!(read("<a><flowLogSet><item><logGroupName>").0.len(), 1);
    }
}

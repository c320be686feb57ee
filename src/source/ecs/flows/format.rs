//! Parser of VPC flow log lines in any format. The flow log defines the order of the fields. This module does
//! no I/O.

use super::record::{FlowLogLine, FlowRecord, RecordingTask};
use crate::model::Timestamp;
use std::net::IpAddr;

/// Format of a flow log that was created without a format.
const DEFAULT_FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                       ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// Names of the fields in the lines of one flow log, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LineFormat {
    fields: Vec<String>,
}

/// Values in one flow log line, by field name.
struct FieldValues<'a> {
    format: &'a LineFormat,
    words: Vec<&'a str>,
}

impl LineFormat {
    /// Parses the `LogFormat` of a flow log, such as `${version} ${srcaddr}`. An empty text means AWS's
    /// default format.
    #[must_use]
    pub(super) fn new(text: &str) -> Self {
        let text = if text.trim().is_empty() { DEFAULT_FORMAT } else { text };
        let name = |word: &str| word.trim_start_matches("${").trim_end_matches('}').to_ascii_lowercase();
        Self { fields: text.split_whitespace().map(name).collect() }
    }

    /// Parses a line. Returns `None` if the line does not have this format.
    ///
    /// `at`, the time of the log event, replaces the start and end in formats without times.
    #[must_use]
    pub(super) fn parse_line(&self, line: &str, at: Timestamp) -> Option<FlowLogLine> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.len() != self.fields.len() {
            return None;
        }
        let values = FieldValues { format: self, words };
        let span = (values.time_field("start").unwrap_or(at), values.time_field("end").unwrap_or(at));
        let span = (span.0, span.1.max(span.0));
        let interface = values.field("interface-id").map(str::to_owned);
        match values.field("log-status") {
            Some("NODATA" | "SKIPDATA") => {
                return Some(FlowLogLine::NoData {
                    interface,
                    recorded_by: values.recording_task(),
                    from: span.0,
                });
            }
            // A line with any other status does not have this format.
            Some(status) if status != "OK" => return None,
            _ => {}
        }
        let rejected = match values.field("action") {
            Some("ACCEPT") | None => false,
            Some("REJECT") => true,
            Some(_) => return None,
        };
        // Behind a NAT gateway, `srcaddr` or `dstaddr` is the address of the gateway. Only the `pkt-` field
        // has the address of the peer.
        let address = |packet, plain| -> Option<IpAddr> {
            values.field(packet).and_then(|w| w.parse().ok()).or_else(|| values.field(plain)?.parse().ok())
        };
        Some(FlowLogLine::Traffic(FlowRecord {
            source: (address("pkt-srcaddr", "srcaddr")?, values.parsed_field("srcport")?),
            target: (address("pkt-dstaddr", "dstaddr")?, values.parsed_field("dstport")?),
            protocol: values.parsed_field("protocol").unwrap_or(TCP_PROTOCOL),
            tcp_flags: values.parsed_field("tcp-flags"),
            is_outbound: values.field("flow-direction").and_then(|word| match word {
                "egress" => Some(true),
                "ingress" => Some(false),
                _ => None,
            }),
            recorded_by: values.recording_task(),
            interface,
            rejected,
            time_span: span,
        }))
    }
}

/// Protocol number of TCP, the default in formats without a protocol.
const TCP_PROTOCOL: u8 = 6;

impl<'a> FieldValues<'a> {
    /// Returns the value of a field, or `None` if the format lacks it or the line has `-`.
    fn field(&self, field: &str) -> Option<&'a str> {
        let index = self.format.fields.iter().position(|name| name == field)?;
        Some(self.words[index]).filter(|word| *word != "-")
    }

    fn parsed_field<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        self.field(field)?.parse().ok()
    }

    fn time_field(&self, field: &str) -> Option<Timestamp> {
        Timestamp::from_second(self.parsed_field(field)?).ok()
    }

    /// Returns the task whose network interface recorded the line. Returns `None` if the line names neither a
    /// task nor a service.
    fn recording_task(&self) -> Option<RecordingTask> {
        let last = |text: &'a str| text.rsplit('/').next().unwrap_or(text).to_owned();
        let arn = self.field("ecs-task-arn");
        let task = self.field("ecs-task-id").or(arn).map(last);
        // The long form of the ARN contains the cluster: `…:task/CLUSTER/ID`.
        let in_arn = arn.and_then(|arn| match arn.split('/').collect::<Vec<_>>()[..] {
            [_, cluster, _] => Some(cluster),
            _ => None,
        });
        let cluster = self.field("ecs-cluster-name").or_else(|| self.field("ecs-cluster-arn")).or(in_arn);
        let owner = RecordingTask {
            cluster: cluster.map(last),
            service: self.field("ecs-service-name").map(str::to_owned),
            task,
        };
        (owner.task.is_some() || owner.service.is_some()).then_some(owner)
    }
}

//! Lines of VPC flow logs in any format: which field stands where is told by the flow log, not by the line. Pure.

use super::record::{Line, Owner, Record};
use crate::model::Timestamp;
use std::net::IpAddr;

/// The format of flow logs for which nobody chose one.
const DEFAULT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                       ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// The order of the fields in the lines of one flow log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Format {
    fields: Vec<String>,
}

/// The values of one line by the names of their fields.
struct Values<'a> {
    format: &'a Format,
    words: Vec<&'a str>,
}

impl Format {
    /// Reads a `LogFormat`, such as `${version} ${srcaddr}`; none means AWS's default.
    #[must_use]
    pub(super) fn new(text: &str) -> Self {
        let text = if text.trim().is_empty() { DEFAULT } else { text };
        let name = |word: &str| word.trim_start_matches("${").trim_end_matches('}').to_ascii_lowercase();
        Self { fields: text.split_whitespace().map(name).collect() }
    }

    /// Reads a line; `at` is when the log says it began, for formats without times. None where it is no line of this
    /// format.
    #[must_use]
    pub(super) fn read(&self, line: &str, at: Timestamp) -> Option<Line> {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.len() != self.fields.len() {
            return None;
        }
        let values = Values { format: self, words };
        let span = (values.time("start").unwrap_or(at), values.time("end").unwrap_or(at));
        let span = (span.0, span.1.max(span.0));
        let interface = values.word("interface-id").map(str::to_owned);
        match values.word("log-status") {
            Some("NODATA" | "SKIPDATA") => {
                return Some(Line::Quiet { interface, owner: values.owner(), from: span.0 });
            }
            // Whatever else stands there, the line is not one of this format.
            Some(status) if status != "OK" => return None,
            _ => {}
        }
        let rejected = match values.word("action") {
            Some("ACCEPT") | None => false,
            Some("REJECT") => true,
            Some(_) => return None,
        };
        // The address in the packet is the peer's own, where a gateway stands in between.
        let address = |packet, plain| -> Option<IpAddr> {
            values.word(packet).and_then(|w| w.parse().ok()).or_else(|| values.word(plain)?.parse().ok())
        };
        Some(Line::Traffic(Record {
            source: (address("pkt-srcaddr", "srcaddr")?, values.number("srcport")?),
            target: (address("pkt-dstaddr", "dstaddr")?, values.number("dstport")?),
            protocol: values.number("protocol").unwrap_or(TCP),
            flags: values.number("tcp-flags"),
            outward: values.word("flow-direction").and_then(|word| match word {
                "egress" => Some(true),
                "ingress" => Some(false),
                _ => None,
            }),
            owner: values.owner(),
            interface,
            rejected,
            span,
        }))
    }
}

/// The protocol number of TCP, which is meant where a format leaves it out.
const TCP: u8 = 6;

impl<'a> Values<'a> {
    /// The value of a field; none where there is no such field, or no value (`-`).
    fn word(&self, field: &str) -> Option<&'a str> {
        let index = self.format.fields.iter().position(|name| name == field)?;
        Some(self.words[index]).filter(|word| *word != "-")
    }

    fn number<T: std::str::FromStr>(&self, field: &str) -> Option<T> {
        self.word(field)?.parse().ok()
    }

    fn time(&self, field: &str) -> Option<Timestamp> {
        Timestamp::from_second(self.number(field)?).ok()
    }

    /// The task whose interface recorded the line, where the format has the fields of ECS.
    fn owner(&self) -> Option<Owner> {
        let last = |text: &'a str| text.rsplit('/').next().unwrap_or(text).to_owned();
        let arn = self.word("ecs-task-arn");
        let task = self.word("ecs-task-id").or(arn).map(last);
        // `…:task/CLUSTER/ID`, where it is of the long form.
        let in_arn = arn.and_then(|arn| match arn.split('/').collect::<Vec<_>>()[..] {
            [_, cluster, _] => Some(cluster),
            _ => None,
        });
        let cluster = self.word("ecs-cluster-name").or_else(|| self.word("ecs-cluster-arn")).or(in_arn);
        let owner = Owner {
            cluster: cluster.map(last),
            service: self.word("ecs-service-name").map(str::to_owned),
            task,
        };
        (owner.task.is_some() || owner.service.is_some()).then_some(owner)
    }
}

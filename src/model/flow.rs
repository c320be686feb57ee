//! Flows: connections that were seen, and the ledger that remembers them when they are no longer there.

use super::{Address, ServiceId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A connection that was seen, with when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// What was seen.
    pub sighting: Sighting,
    /// When it was first seen.
    pub first: Timestamp,
    /// When it was last seen.
    pub last: Timestamp,
}

/// What was seen, whenever that was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sighting {
    /// Who opened the connection.
    pub from: End,
    /// To whom.
    pub to: End,
    /// The port at which the called end listens, where it is told.
    pub port: Option<u16>,
    /// How it was seen.
    pub by: SeenBy,
    /// What became of it.
    pub verdict: Verdict,
    /// Where it was seen: the instance, the log group, the metric.
    pub place: Text,
}

/// One end of a connection.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// A service that the source knows.
    Service(ServiceId),
    /// An address that the source knows nothing more of.
    Address(Address),
}

/// How a connection was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeenBy {
    /// A socket in the network namespace of a container.
    Socket,
    /// A record of VPC flow logs.
    FlowLog,
    /// A metric of ECS Service Connect.
    ServiceConnect,
    /// The caller's own log, which tells that it failed.
    Log,
}

/// What became of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was let through.
    Accepted,
    /// A security group or network rule turned it away.
    Rejected,
    /// Nobody answered, or nobody has that name.
    Failed,
}

impl Verdict {
    /// What happened to the connection, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Accepted => "was let through",
            Self::Rejected => "was rejected",
            Self::Failed => "failed",
        }
    }
}

/// A service whose connections can be seen, so that it means something when one is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The service.
    pub service: ServiceId,
    /// Since when its connections are seen.
    pub since: Timestamp,
}

/// Everything that was seen lately, gone or not.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    spans: BTreeMap<Sighting, Span>,
    watched: BTreeMap<ServiceId, Timestamp>,
}

/// From when to when something was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
}

/// How many sightings are remembered; beyond that the oldest are forgotten.
const MOST: usize = 50_000;

/// How far the time of a sighting must have moved on to be news, in seconds: what stays open is seen at every look.
const NEWS: i64 = 60;

impl Ledger {
    /// Notes what was seen, and forgets what was last seen more than `keep` seconds before `now`. Returns whether
    /// there is anything new to tell.
    pub fn note(&mut self, flows: &[Flow], watched: &[Watched], now: Timestamp, keep: i64) -> bool {
        let mut news = false;
        for flow in flows {
            if let Some(span) = self.spans.get_mut(&flow.sighting) {
                news |= flow.last.as_second() - span.last.as_second() >= NEWS;
                span.first = span.first.min(flow.first);
                // Small steps add up: the time moves only when it is told.
                if flow.last.as_second() - span.last.as_second() >= NEWS {
                    span.last = flow.last;
                }
            } else {
                news = true;
                let span = Span { first: flow.first, last: flow.last };
                self.spans.insert(flow.sighting.clone(), span);
            }
        }
        for Watched { service, since } in watched {
            let known = self.watched.entry(service.clone()).or_insert(*since);
            *known = (*known).min(*since);
        }
        news | self.forget(now.as_second() - keep)
    }

    /// Forgets what was last seen before that second, and the oldest of too many. Returns whether there was any.
    fn forget(&mut self, before: i64) -> bool {
        let known = self.spans.len();
        self.spans.retain(|_, span| span.last.as_second() >= before);
        if self.spans.len() > MOST {
            let mut times: Vec<_> = self.spans.values().map(|span| span.last).collect();
            times.sort_unstable();
            let oldest = times[times.len() - MOST];
            self.spans.retain(|_, span| span.last >= oldest);
        }
        self.spans.len() != known
    }

    /// Everything that was seen, in the order of its ends.
    pub fn sightings(&self) -> impl Iterator<Item = (&Sighting, Span)> {
        self.spans.iter().map(|(sighting, span)| (sighting, *span))
    }

    /// Since when the connections of `service` can be seen; none where they can't.
    #[must_use]
    pub fn watched_since(&self, service: &ServiceId) -> Option<Timestamp> {
        self.watched.get(service).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Flow, Ledger, SeenBy, Sighting, Verdict, Watched};
    use crate::model::{ServiceId, Timestamp};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(to: &str, second: i64) -> Flow {
        let end = |name: &str| End::Service(ServiceId::new(name));
        let sighting = Sighting {
            from: end("web"),
            to: end(to),
            port: Some(80),
            by: SeenBy::Socket,
            verdict: Verdict::Accepted,
            place: "web-1".into(),
        };
        Flow { sighting, first: at(second), last: at(second) }
    }

    #[test]
    fn what_is_gone_is_remembered_and_then_forgotten() {
        let mut ledger = Ledger::default();
        assert!(ledger.note(&[seen("db", 100)], &[], at(100), 500));
        assert!(!ledger.note(&[seen("db", 110)], &[], at(110), 500), "ten seconds later is no news");
        assert!(ledger.note(&[seen("db", 160)], &[], at(160), 500));
        let (_, span) = ledger.sightings().next().unwrap();
        assert_eq!((span.first, span.last), (at(100), at(160)));
        assert!(!ledger.note(&[], &[], at(600), 500));
        assert!(ledger.note(&[], &[], at(700), 500));
        assert_eq!(ledger.sightings().count(), 0);
    }

    #[test]
    fn a_service_is_watched_since_the_first_time() {
        let mut ledger = Ledger::default();
        let watched = |second| [Watched { service: ServiceId::new("web"), since: at(second) }];
        ledger.note(&[], &watched(50), at(50), 10);
        ledger.note(&[], &watched(90), at(90), 10);
        assert_eq!(ledger.watched_since(&ServiceId::new("web")), Some(at(50)));
        assert_eq!(ledger.watched_since(&ServiceId::new("db")), None);
    }
}

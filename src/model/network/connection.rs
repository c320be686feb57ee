//! Observed connections between services, and the log that keeps them after they close.

use crate::model::{Address, ServiceId, Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A connection that a source observed between two ends, once or repeatedly, with the times of the first and
/// the last observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedConnection {
    /// The two ends, the port, the outcome, and the method and place of observation.
    #[serde(rename = "sighting")]
    pub key: ConnectionKey,
    /// Time of the first observation.
    #[serde(rename = "first")]
    pub first_seen: Timestamp,
    /// Time of the last observation.
    #[serde(rename = "last")]
    pub last_seen: Timestamp,
}

/// Identity of an observed connection: its ends, port and outcome, and the method and place of observation,
/// but not its times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionKey {
    /// The end that opened the connection.
    pub from: ConnectionEnd,
    /// The end that listens.
    pub to: ConnectionEnd,
    /// The port on which `to` listens; `None` if the source does not report it.
    pub port: Option<u16>,
    /// The method of observation.
    #[serde(rename = "by")]
    pub observed_by: ObservationMethod,
    /// The outcome of the connection attempt.
    #[serde(rename = "verdict")]
    pub outcome: ConnectionOutcome,
    /// The place of observation: name of the instance, log group or metric.
    #[serde(rename = "place")]
    pub location: Text,
}

/// One end of a connection: a service, or an address if the service is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionEnd {
    /// A service of the source that observed the connection.
    Service(ServiceId),
    /// An address that the source can't assign to a service.
    Address(Address),
}

/// The method by which Portolan observed a connection, such as a socket or a VPC flow log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObservationMethod {
    /// A socket in the network namespace of a container.
    Socket,
    /// A record of the VPC flow logs.
    FlowLog,
    /// A metric of ECS Service Connect.
    ServiceConnect,
    /// A failure message in the caller's own log.
    Log,
}

/// The outcome of a connection attempt: accepted, rejected or failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionOutcome {
    /// The connection was established.
    Accepted,
    /// A security group or another network rule rejected the connection.
    Rejected,
    /// The host did not respond, or its name did not resolve.
    Failed,
}

impl ConnectionOutcome {
    /// Returns the name of the outcome in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    /// Returns the outcome as a predicate, such as `was rejected`.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Accepted => "was accepted",
            Self::Rejected => "was rejected",
            Self::Failed => "failed",
        }
    }
}

/// A service whose connections its source observes. For any other service, a missing connection proves
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitoredService {
    /// The observed service.
    pub service: ServiceId,
    /// Start of the observation.
    pub since: Timestamp,
}

/// Log of recently observed connections of all sources, with the services whose connections a source
/// observes.
#[derive(Clone, Debug, Default)]
pub struct ObservationLog {
    /// The period of observation of each connection.
    seen_periods: BTreeMap<ConnectionKey, SeenPeriod>,
    /// Start of the observation of each monitored service.
    monitored: BTreeMap<ServiceId, Timestamp>,
}

/// The period from the first to the last observation of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenPeriod {
    /// Time of the first observation.
    pub first_seen: Timestamp,
    /// Time of the last observation.
    pub last_seen: Timestamp,
}

/// Maximum number of connections in the log. Above it, the log drops those whose last observation is oldest.
const MAX_CONNECTIONS: usize = 50_000;

/// Minimum time by which `last_seen` advances, in seconds. Without a minimum, an open connection would count
/// as a change at every poll.
const MIN_LAST_SEEN_STEP_SECONDS: i64 = 60;

impl ObservationLog {
    /// Records the connections `flows` and the monitored services `watched`, and removes connections last
    /// seen more than `keep` seconds before `now`. Returns true if a connection was added or removed, or if a
    /// `last_seen` time advanced.
    pub fn record(
        &mut self,
        flows: &[ObservedConnection],
        watched: &[MonitoredService],
        now: Timestamp,
        keep: i64,
    ) -> bool {
        let mut news = false;
        for flow in flows {
            if let Some(span) = self.seen_periods.get_mut(&flow.key) {
                news |= flow.last_seen.as_second() - span.last_seen.as_second() >= MIN_LAST_SEEN_STEP_SECONDS;
                span.first_seen = span.first_seen.min(flow.first_seen);
                // A smaller step is not stored. Small steps add up, because the next comparison uses the
                // stored time.
                if flow.last_seen.as_second() - span.last_seen.as_second() >= MIN_LAST_SEEN_STEP_SECONDS {
                    span.last_seen = flow.last_seen;
                }
            } else {
                news = true;
                let span = SeenPeriod { first_seen: flow.first_seen, last_seen: flow.last_seen };
                self.seen_periods.insert(flow.key.clone(), span);
            }
        }
        for MonitoredService { service, since } in watched {
            let known = self.monitored.entry(service.clone()).or_insert(*since);
            *known = (*known).min(*since);
        }
        news | self.remove_expired(now.as_second() - keep)
    }

    /// Removes connections last seen before `before` (Unix time in seconds). If more than `MAX_CONNECTIONS`
    /// remain, removes those with the oldest last observation too. Returns true if any was removed.
    fn remove_expired(&mut self, before: i64) -> bool {
        let known = self.seen_periods.len();
        self.seen_periods.retain(|_, span| span.last_seen.as_second() >= before);
        if self.seen_periods.len() > MAX_CONNECTIONS {
            let mut times: Vec<_> = self.seen_periods.values().map(|span| span.last_seen).collect();
            times.sort_unstable();
            let oldest = times[times.len() - MAX_CONNECTIONS];
            self.seen_periods.retain(|_, span| span.last_seen >= oldest);
        }
        self.seen_periods.len() != known
    }

    /// Returns all connections, each with its period of observation, sorted by their ends.
    pub fn connections(&self) -> impl Iterator<Item = (&ConnectionKey, SeenPeriod)> {
        self.seen_periods.iter().map(|(key, span)| (key, *span))
    }

    /// Returns the time since which a source observes the connections of `service`. Returns `None` if no
    /// source observes them.
    #[must_use]
    pub fn monitored_since(&self, service: &ServiceId) -> Option<Timestamp> {
        self.monitored.get(service).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ConnectionEnd, ConnectionKey, ConnectionOutcome, MonitoredService, ObservationLog, ObservationMethod,
        ObservedConnection,
    };
    use crate::model::{ServiceId, Timestamp};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(to: &str, second: i64) -> ObservedConnection {
        let end = |name: &str| ConnectionEnd::Service(ServiceId::new(name));
        let key = ConnectionKey {
            from: end("web"),
            to: end(to),
            port: Some(80),
            observed_by: ObservationMethod::Socket,
            outcome: ConnectionOutcome::Accepted,
            location: "web-1".into(),
        };
        ObservedConnection { key, first_seen: at(second), last_seen: at(second) }
    }

    #[test]
    fn what_is_gone_is_remembered_and_then_forgotten() {
        let mut ledger = ObservationLog::default();
        assert!(ledger.record(&[seen("db", 100)], &[], at(100), 500));
        assert!(!ledger.record(&[seen("db", 110)], &[], at(110), 500), "ten seconds later is no news");
        assert!(ledger.record(&[seen("db", 160)], &[], at(160), 500));
        let (_, span) = ledger.connections().next().unwrap();
        assert_eq!((span.first_seen, span.last_seen), (at(100), at(160)));
        assert!(!ledger.record(&[], &[], at(600), 500));
        assert!(ledger.record(&[], &[], at(700), 500));
        assert_eq!(ledger.connections().count(), 0);
    }

    #[test]
    fn a_service_is_watched_since_the_first_time() {
        let mut ledger = ObservationLog::default();
        let watched = |second| [MonitoredService { service: ServiceId::new("web"), since: at(second) }];
        ledger.record(&[], &watched(50), at(50), 10);
        ledger.record(&[], &watched(90), at(90), 10);
        assert_eq!(ledger.monitored_since(&ServiceId::new("web")), Some(at(50)));
        assert_eq!(ledger.monitored_since(&ServiceId::new("db")), None);
    }
}

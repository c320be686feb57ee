//! Outages of services, and the facts about them that Portolan saves between runs.

use crate::model::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The start of an outage, or the earliest time at which the service is known to have been down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Onset {
    /// Earliest known time at which the service was down, UTC.
    pub at: Timestamp,
    /// True if the outage may have begun before `at`, because the source no longer reports earlier failures
    /// or because Portolan was not running.
    pub at_least: bool,
}

impl Onset {
    /// Returns the onset of an outage that began exactly at `at`.
    #[must_use]
    pub fn exact(at: Timestamp) -> Self {
        Self { at, at_least: false }
    }

    /// Returns the onset of an outage that may have begun before `at`.
    #[must_use]
    pub fn at_least(at: Timestamp) -> Self {
        Self { at, at_least: true }
    }
}

/// A period in which one service is down, as far as evaluations of the diagnosis rules show it. It ends with
/// the last evaluation that found the service down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Start of the outage.
    pub since: Onset,
    /// Time of the last evaluation that found the service down, UTC.
    #[serde(rename = "seen")]
    pub last_seen: Timestamp,
    /// True if a user stopped or paused the service.
    #[serde(rename = "wanted")]
    pub intentional: bool,
}

/// The outages of one source, saved between runs. Keys are ids without the source's name, because the user
/// may rename the source before the next run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedOutages {
    /// The open outages, by the service's id without its source.
    pub outages: BTreeMap<Text, Outage>,
    /// Times at which users stopped instances, by the instance's id without its source. Portolan saves them
    /// because an engine reports a stop request only once.
    #[serde(rename = "asked")]
    pub stop_requests: BTreeMap<Text, Timestamp>,
}

//! Outages: since when one lasts, whether that is its true beginning, and what of it outlives the program.

use super::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Beginning of an outage, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Onset {
    /// Earliest time that is known to be in the outage.
    pub at: Timestamp,
    /// Whether it may have begun before: what would tell was forgotten, or nobody watched.
    pub at_least: bool,
}

impl Onset {
    /// The true beginning.
    #[must_use]
    pub fn exact(at: Timestamp) -> Self {
        Self { at, at_least: false }
    }

    /// A time in the outage, which may have begun before.
    #[must_use]
    pub fn at_least(at: Timestamp) -> Self {
        Self { at, at_least: true }
    }
}

/// An outage of one service, as it was last judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Its beginning.
    pub since: Onset,
    /// Last time at which it was found.
    pub seen: Timestamp,
    /// Whether somebody stopped or paused it, rather than a fault.
    pub wanted: bool,
}

/// What outlives the program of the outages of one source. The ids are its own, without its name, which may be another one
/// in the next run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutageMemory {
    /// The outages by service.
    pub outages: BTreeMap<Text, Outage>,
    /// When instances ended that somebody told to stop: an engine tells that only once.
    pub asked: BTreeMap<Text, Timestamp>,
}

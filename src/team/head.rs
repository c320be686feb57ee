//! The head: the small object of a team that names its leader and the newest reading. All members read it
//! every few seconds.

use super::{keys::MAX_EPOCH, members::MAX_MEMBERS};
use crate::model::Text;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Name and version of the format of a team's objects. Portolan never reads objects of another format. It
/// overwrites a head (the object that names the leader) of another format only if that head has not changed
/// for some time.
pub const TEAM_SCHEMA: &str = "portolan.team/1";

/// Maximum size, in bytes, of a head: the object that names a team's leader.
pub const MAX_HEAD_BYTES: usize = 16 << 10;

/// Exclusive upper limit of the numbers that a leader gives to its readings and heads. Such a number has at
/// most 12 digits in an object's key.
const MAX_NUMBER: u64 = 1_000_000_000_000;

/// Maximum number of deltas (changes between readings) that a head may name.
pub(super) const MAX_LISTED_DELTAS: u64 = 256;

/// Limits of the time within which a leader may promise to write its next head: the shortest and the longest.
pub(super) const MIN_BEAT_INTERVAL: Duration = Duration::from_secs(1);
pub(super) const MAX_BEAT_INTERVAL: Duration = Duration::from_mins(1);

/// Number of promised intervals without a new head (the object that a leader renews) after which the leader
/// counts as gone.
pub(super) const PATIENCE_INTERVALS: u32 = 3;

/// Maximum age of a reading (shared snapshot) that a head may name.
const MAX_READING_AGE: Duration = Duration::from_hours(24 * 7);

/// Maximum length of the name of a member, in characters.
const MAX_NAME_CHARS: usize = 60;

/// Priority of a member for the lead: a collector takes the lead from a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    /// A person's Portolan, which ends when its terminal is closed.
    Person,
    /// A `portolan collect` process, which runs without a screen.
    Collector,
}

/// Leader of a team, as its head describes it to the other members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leader {
    /// Random id of the process.
    pub id: Text,
    /// Name for display, such as `ann@laptop`.
    pub name: Text,
    /// The leader's rank.
    pub rank: Rank,
    /// User or role under which the leader reads AWS.
    pub read_as: Text,
}

/// Reference to the newest reading (shared snapshot) in a team's store: its epoch and number, and the numbers
/// of the objects that make it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingRef {
    /// Epoch of the leader that polled the reading. A new leader names the reading of an earlier epoch until
    /// it has one of its own.
    pub epoch: u64,
    /// Number of the reading within its epoch.
    pub number: u64,
    /// Number of the newest base (whole snapshot) of the reading.
    pub base: u64,
    /// Number of the oldest delta that is still in the store. Delta 7 has the changes from reading 6 to
    /// reading 7.
    pub oldest_delta: u64,
    /// Number of services in the reading. Followers check their copy against it.
    pub services: usize,
    /// Time from the reading to the writing of the head, in milliseconds.
    pub age_ms: u64,
}

/// Head of a team: the small object that tells all members who leads and where the newest reading is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// `TEAM_SCHEMA`.
    pub schema: Text,
    /// Version of the Portolan that wrote the head.
    pub version: Text,
    /// Epoch of the leader: a number that grows with each change of the leader.
    pub epoch: u64,
    /// Number of the head within its epoch, so that no two heads are equal.
    pub beat: u64,
    /// The leader.
    pub leader: Leader,
    /// True if the leader has given up the lead.
    pub released: bool,
    /// Longest time to the next head, in milliseconds.
    pub interval_ms: u64,
    /// Number of members, including the leader.
    pub members: u32,
    /// Newest reading (shared snapshot); `None` before the first one.
    pub reading: Option<ReadingRef>,
}

/// Parsed content of the head object: a head, a head of another format, or damaged bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadContent {
    /// Valid head.
    Valid(Box<Head>),
    /// Head of another format.
    OtherSchema {
        /// Name and version of the format.
        schema: Text,
        /// Version of the Portolan that wrote the head.
        version: Text,
    },
    /// Bytes that are not a head, with the reason.
    Damaged(Text),
}

impl Head {
    /// Returns the time within which the leader promises the next head, clamped to the limits.
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_millis(self.interval_ms).clamp(MIN_BEAT_INTERVAL, MAX_BEAT_INTERVAL)
    }

    /// Returns the time without a new head after which the leader counts as gone.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.interval() * PATIENCE_INTERVALS
    }

    /// Encodes the head as JSON.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // A head contains only text and numbers, so this never fails.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Cuts the names to their limit and checks the numbers. Fails if a number is impossible.
    fn checked(mut self) -> Result<Self, &'static str> {
        let leader = &mut self.leader;
        for text in [&mut leader.id, &mut leader.name, &mut leader.read_as] {
            *text = Text::with_max_chars(text, MAX_NAME_CHARS);
        }
        self.members = self.members.min(MAX_MEMBERS);
        let is_valid = self.reading.as_ref().is_none_or(|reading| {
            reading.epoch <= self.epoch
                && reading.base <= reading.number
                && reading.number < MAX_NUMBER
                && reading.oldest_delta > reading.number.saturating_sub(MAX_LISTED_DELTAS)
                && reading.number - reading.base < MAX_LISTED_DELTAS
                && reading.age() <= MAX_READING_AGE
        });
        if self.epoch >= MAX_EPOCH || self.beat >= MAX_NUMBER || !is_valid {
            Err("impossible numbers")
        } else {
            Ok(self)
        }
    }
}

impl ReadingRef {
    /// Returns the time from the reading to the writing of the head.
    #[must_use]
    pub fn age(&self) -> Duration {
        Duration::from_millis(self.age_ms)
    }
}

impl HeadContent {
    /// Parses a head object.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        /// Fields of a head that every format has.
        #[derive(Deserialize)]
        struct Envelope {
            schema: Text,
            #[serde(default)]
            version: Text,
        }
        let damaged = |why: &dyn std::fmt::Display| Self::Damaged(why.to_string().into());
        match serde_json::from_slice::<Envelope>(bytes) {
            Err(error) => damaged(&error),
            Ok(Envelope { schema, version }) if schema != TEAM_SCHEMA => {
                let short = |text: &Text| Text::with_max_chars(text, MAX_NAME_CHARS);
                Self::OtherSchema { schema: short(&schema), version: short(&version) }
            }
            Ok(_) => match serde_json::from_slice::<Head>(bytes) {
                Err(error) => damaged(&error),
                Ok(head) => {
                    head.checked().map_or_else(|why| damaged(&why), |head| Self::Valid(Box::new(head)))
                }
            },
        }
    }
}

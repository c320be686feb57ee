//! A deployment: one version of a service being brought up, or already up.

use super::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One version of a service on its way, or in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The source's id.
    pub id: Text,
    /// The version, such as `orders:42`.
    pub version: Text,
    /// Where it stands.
    pub rollout: Rollout,
    /// The source's reason for that, in its own words.
    pub reason: Option<Text>,
    /// How many instances it wants.
    pub desired: u32,
    /// How many of them run.
    pub running: u32,
    /// How many of them failed to start or to stay.
    pub failed: u32,
    /// When it was asked for.
    pub created: Option<Timestamp>,
    /// When its state last changed.
    pub updated: Option<Timestamp>,
    /// The version before it, where that is known.
    #[serde(default)]
    pub previous: Option<Text>,
    /// In what it differs from that.
    #[serde(default)]
    pub changes: Vec<Alteration>,
}

/// One thing in which a version differs from the one before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Alteration {
    /// What is different: `image`, `environment NAME`, `app: port 80/tcp`.
    pub what: Text,
    /// What it was; none where it was not there, empty where its value is never told.
    pub before: Option<Text>,
    /// What it is; none where it is no longer there, empty where its value is never told.
    pub after: Option<Text>,
}

impl fmt::Display for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |words: &str| if words.is_empty() { String::new() } else { format!(": {words}") };
        let what = &self.what;
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "{what} added{}", told(after)),
            (Some(before), None) => write!(f, "{what} removed{}", told(before)),
            (Some(before), Some(after)) if before != after => {
                let [before, after] = apart(before, after);
                write!(f, "{what} {before} → {after}")
            }
            _ => write!(f, "{what} changed"),
        }
    }
}

/// Two values without the path that they have in common, such as the registry of two images.
fn apart<'a>(a: &'a str, b: &'a str) -> [&'a str; 2] {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let path = a.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    [&a[path..], &b[path..]]
}

impl Deployment {
    /// In what it differs from the version before, in words; none where that is not known.
    #[must_use]
    pub fn difference(&self) -> Option<String> {
        let previous = self.previous.as_ref()?;
        let changes: Vec<String> = self.changes.iter().map(ToString::to_string).collect();
        Some(match &changes[..] {
            [] if *previous == self.version => "is the same version again".to_owned(),
            [] => format!("differs in nothing from {previous}"),
            _ => format!("differs from {previous}: {}", changes.join(", ")),
        })
    }
}

/// Where a deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rollout {
    /// Still going on.
    InProgress,
    /// Done.
    Completed,
    /// Given up.
    Failed,
    /// The source does not say.
    Unknown,
}

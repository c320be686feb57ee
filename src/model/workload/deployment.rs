//! Deployments: rollouts of versions of a service, in progress or ended.

use crate::model::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A rollout of one version of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The deployment's id in its source.
    pub id: Text,
    /// The version, such as `orders:42`.
    pub version: Text,
    /// The state of the rollout.
    pub rollout: RolloutState,
    /// The source's explanation of the rollout's state, in the source's words.
    pub reason: Option<Text>,
    /// Number of instances that the deployment is to run.
    pub desired: u32,
    /// Number of the deployment's instances that run.
    pub running: u32,
    /// Number of the deployment's instances that failed to start or that stopped.
    pub failed: u32,
    /// Time at which the deployment was requested.
    pub created: Option<Timestamp>,
    /// Time at which the deployment's state last changed.
    pub updated: Option<Timestamp>,
    /// The version before that of the deployment; `None` if unknown.
    #[serde(default)]
    pub previous: Option<Text>,
    /// The differences from the previous version.
    #[serde(default)]
    pub changes: Vec<RevisionChange>,
}

/// One difference between two versions of a service, such as another image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RevisionChange {
    /// The changed property, such as `image`, `environment NAME` or `app: port 80/tcp`.
    #[serde(rename = "what")]
    pub property: Text,
    /// The old value: `None` if the property was not set, empty if the value is secret.
    pub before: Option<Text>,
    /// The new value: `None` if the property is no longer set, empty if the value is secret.
    pub after: Option<Text>,
}

impl fmt::Display for RevisionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |words: &str| if words.is_empty() { String::new() } else { format!(": {words}") };
        let what = &self.property;
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "{what} added{}", told(after)),
            (Some(before), None) => write!(f, "{what} removed{}", told(before)),
            (Some(before), Some(after)) if before != after => {
                let [before, after] = without_common_path(before, after);
                write!(f, "{what} {before} → {after}")
            }
            _ => write!(f, "{what} changed"),
        }
    }
}

/// Returns both values without their common path prefix, such as the registry of two images.
fn without_common_path<'a>(a: &'a str, b: &'a str) -> [&'a str; 2] {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let path = a.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    [&a[path..], &b[path..]]
}

impl Deployment {
    /// Describes the differences from the previous version in one phrase, such as `differs from orders:41:
    /// image a → b`. Returns `None` if the previous version is unknown.
    #[must_use]
    pub fn describe_changes(&self) -> Option<String> {
        let previous = self.previous.as_ref()?;
        let changes: Vec<String> = self.changes.iter().map(ToString::to_string).collect();
        Some(match &changes[..] {
            [] if *previous == self.version => "redeploys the same version".to_owned(),
            [] => format!("is identical to {previous}"),
            _ => format!("differs from {previous}: {}", changes.join(", ")),
        })
    }
}

/// The state of a deployment's rollout: in progress, completed, failed or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RolloutState {
    /// The source still replaces instances.
    InProgress,
    /// All instances run the deployment's version.
    Completed,
    /// The source has given up the deployment.
    Failed,
    /// The source does not report the state.
    Unknown,
}

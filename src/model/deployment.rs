//! A deployment: one version of a service being brought up, or already up.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// One version of a service on its way, or in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The source's id.
    pub id: String,
    /// The version, such as `orders:42`.
    pub version: String,
    /// Where it stands.
    pub rollout: Rollout,
    /// The source's reason for that, in its own words.
    pub reason: Option<String>,
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

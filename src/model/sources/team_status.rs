//! The part of this Portolan in a team that reads one account and region together.

use crate::model::{Failure, Text};
use serde::{Deserialize, Serialize};

/// The part of this Portolan in a team, for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamStatus {
    /// The part.
    pub role: TeamRole,
    /// Number of members, this one included, as last known; zero while unknown.
    pub members: u32,
}

/// The part of a member in its team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeamRole {
    /// It polls for all, under this user or role.
    Leading {
        /// User or role under which it reads AWS.
        read_as: Text,
        /// Problem with the store, so that the others may see older readings.
        problem: Option<Failure>,
    },
    /// It has not read the store yet, or another member is about to lead.
    Joining,
    /// It shows the readings of the leader.
    Following {
        /// Name of the leader.
        leader: Text,
        /// User or role under which the leader reads AWS.
        read_as: Text,
        /// Problem with the newest reading; an older one is shown.
        problem: Option<Failure>,
    },
    /// It polls for itself, for this reason.
    Alone(Failure),
}

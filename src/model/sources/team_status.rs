//! Role of this Portolan in a team, whose members share the readings (snapshots) of one AWS account and
//! region.

use crate::model::{Failure, Text};
use serde::{Deserialize, Serialize};

/// The role of this Portolan in a team, for one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamStatus {
    /// The role, with the details that the screen shows.
    pub role: TeamRole,
    /// Number of members, including this one, as last known; zero while unknown.
    pub members: u32,
}

/// The way in which this member gets the readings of one source: it leads, joins, follows the leader, or
/// polls alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TeamRole {
    /// The member polls the source for the whole team.
    Leading {
        /// User or role under which the member reads AWS.
        read_as: Text,
        /// Problem with the team's store (a bucket or folder), because of which the other members may see
        /// older readings; `None` if there is none.
        problem: Option<Failure>,
    },
    /// The member has not read the store yet, or another member is about to become the leader.
    Joining,
    /// The member shows the readings of the leader.
    Following {
        /// Name of the leader.
        leader: Text,
        /// User or role under which the leader reads AWS.
        read_as: Text,
        /// Problem with the newest reading, because of which the member shows an older one; `None` if there
        /// is none.
        problem: Option<Failure>,
    },
    /// The member polls only for itself, because of the given failure.
    Alone(Failure),
}

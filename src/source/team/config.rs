//! Settings of a team: its store, this member's name, and the time for which the team keeps its history.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Settings of a team that reads AWS accounts together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TeamConfig {
    /// Location of the store, `s3://bucket/prefix` or `file:///folder`; empty for no team.
    pub store: String,
    /// Name of this member that the other members see; empty for `user@host`.
    pub name: String,
    /// AWS profile that may use the bucket; empty for the profile in the environment.
    pub profile: String,
    /// Region of the bucket; empty for the region of the environment or profile.
    pub region: String,
    /// Endpoint of the bucket; empty for the endpoint of AWS or of the environment.
    pub endpoint: String,
    /// True if Portolan may ask the instance metadata service for credentials, as with an ECS source.
    pub instance_role: bool,
    /// Time for which the team keeps its history and the actions of its members; zero to keep none.
    pub history: SignedDuration,
}

/// Longest time for which a team keeps its history: a week. The store has one object for each hour.
const MAX_KEPT_HISTORY: SignedDuration = SignedDuration::from_hours(7 * 24);

impl TeamConfig {
    /// Returns the time for which the team keeps its history, limited to a week.
    #[must_use]
    pub fn kept_history(&self) -> SignedDuration {
        self.history.clamp(SignedDuration::ZERO, MAX_KEPT_HISTORY)
    }

    /// Returns an error that names the setting if a value is outside its limits.
    pub fn check(&self) -> Result<(), String> {
        if self.history == self.kept_history() {
            Ok(())
        } else {
            Err("team.history: write a time from 0s to 168h, a week".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_KEPT_HISTORY, TeamConfig};
    use jiff::SignedDuration;

    #[test]
    fn a_history_is_kept_for_a_week_at_most() {
        let with = |history| TeamConfig { history, ..TeamConfig::default() };
        let (week, second) = (MAX_KEPT_HISTORY, SignedDuration::from_secs(1));
        for history in [SignedDuration::ZERO, SignedDuration::from_hours(24), week] {
            assert_eq!((with(history).check(), with(history).kept_history()), (Ok(()), history));
        }
        for (history, kept) in [(week + second, week), (-second, SignedDuration::ZERO)] {
            assert!(with(history).check().is_err());
            assert_eq!(with(history).kept_history(), kept);
        }
    }
}

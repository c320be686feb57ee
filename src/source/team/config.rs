//! Settings of a team.

use serde::{Deserialize, Serialize};

/// Settings of a team that reads AWS accounts together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TeamConfig {
    /// Location of the store, `s3://bucket/prefix` or `file:///folder`; empty for no team.
    pub store: String,
    /// Name of this member for the others; empty for `user@host`.
    pub name: String,
    /// AWS profile that may use the bucket; empty for the one in the environment.
    pub profile: String,
    /// Region of the bucket; empty for the one of the environment or profile.
    pub region: String,
    /// Endpoint of the bucket; empty for the one of AWS or of the environment.
    pub endpoint: String,
    /// True to ask the instance metadata service for a role, as in an ECS source.
    pub instance_role: bool,
}

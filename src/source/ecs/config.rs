//! Configuration of one ECS source.

use super::quota::token_bucket::Shares;
use crate::model::{ActionPermission, SourceId};
use serde::{Deserialize, Serialize};

/// Configuration of an ECS source: one region of one account, and the clusters and services to read in it.
/// The AWS SDK resolves an empty profile, region or endpoint from the environment and `~/.aws`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// Name of the source, whose id becomes `ecs:NAME`. If it is empty, the region takes its place.
    pub name: String,
    /// Name of the profile in `~/.aws/config` that gives the credentials: keys, an SSO session, a role to
    /// assume or a credential process.
    pub profile: String,
    /// AWS region, such as `eu-west-1`.
    pub region: String,
    /// URL of the endpoint for all APIs, such as that of an emulator, or a private endpoint.
    pub endpoint: String,
    /// Clusters to read, by names or ARNs, or by patterns such as `shop-*` and `!*-test`; empty for all.
    pub clusters: Vec<String>,
    /// Services and task families to read, by names or patterns as in `clusters`; empty for all.
    pub services: Vec<String>,
    /// True if Portolan may ask the instance metadata service (IMDS) for credentials. Off by default: outside
    /// EC2 that service does not respond, so the attempt takes seconds.
    pub instance_role: bool,
    /// Largest share of the account's API quota to use during the first load, in per cent.
    pub start_share: u8,
    /// Largest share of the account's API quota to use after the first load, in per cent.
    pub steady_share: u8,
    /// Permission to act on services and tasks, such as to restart, scale or roll back a service, and to open
    /// shells and port forwards.
    pub actions: ActionPermission,
}

impl Default for Config {
    fn default() -> Self {
        let Shares { start, steady } = Shares::default();
        Self {
            name: String::new(),
            profile: String::new(),
            region: String::new(),
            endpoint: String::new(),
            clusters: Vec::new(),
            services: Vec::new(),
            instance_role: false,
            start_share: start,
            steady_share: steady,
            actions: ActionPermission::Off,
        }
    }
}

impl Config {
    /// Returns the source's id: `ecs:` with the name or the region, or `ecs` if both are empty.
    #[must_use]
    pub fn id(&self) -> SourceId {
        let label = [&self.name, &self.region].into_iter().find(|text| !text.is_empty());
        match label {
            // A slash separates the parts of a service id.
            Some(label) => SourceId::new(format!("ecs:{}", label.replace('/', "-"))),
            None => SourceId::new("ecs"),
        }
    }

    /// Returns the shares of the account's quota to use.
    pub(super) fn shares(&self) -> Shares {
        Shares { start: self.start_share, steady: self.steady_share }
    }

    /// Returns `text`, or `None` if it is empty.
    pub(super) fn non_empty(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn the_name_wins_over_the_region_and_holds_no_slash() {
        let named = Config { name: "prod/eu".into(), region: "eu-west-1".into(), ..Config::default() };
        assert_eq!(named.id().as_str(), "ecs:prod-eu");
        assert_eq!(Config { name: String::new(), ..named }.id().as_str(), "ecs:eu-west-1");
        assert_eq!(Config::default().id().as_str(), "ecs");
    }

    #[test]
    fn everything_has_a_default_and_nothing_unknown_passes() {
        assert_eq!(toml::from_str::<Config>("").unwrap(), Config::default());
        assert!(toml::from_str::<Config>("cluster = 'a'").is_err());
    }
}

//! What the configuration file may say about one ECS source.

use super::budget::Shares;
use crate::model::SourceId;
use serde::{Deserialize, Serialize};

/// One region of one account, and the clusters to read in it. Whatever is empty is left to what the AWS SDK
/// resolves from the environment and `~/.aws`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Config {
    /// What people call it; the source's id becomes `ecs:NAME`.
    pub name: String,
    /// The profile in `~/.aws/config`: its keys, SSO session, role to assume or credential process.
    pub profile: String,
    /// The region.
    pub region: String,
    /// Another address for every API, as an emulator or a private endpoint needs it.
    pub endpoint: String,
    /// The clusters by name or ARN, or by patterns such as `shop-*` and `!*-test`; none means all.
    pub clusters: Vec<String>,
    /// The services, and the families of lone tasks, by such names and patterns; none means all.
    pub services: Vec<String>,
    /// Whether to ask the machine's metadata address (IMDS) for its role; off, because elsewhere than on EC2 that
    /// address does not answer and costs seconds.
    pub instance_role: bool,
    /// How much of the account's API quota to take at most while the first picture is being drawn, in per cent.
    pub start_share: u8,
    /// How much of it from then on.
    pub steady_share: u8,
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
        }
    }
}

impl Config {
    /// The source's id: `ecs:` with the name, or with the region, or `ecs` alone.
    #[must_use]
    pub fn id(&self) -> SourceId {
        let label = [&self.name, &self.region].into_iter().find(|text| !text.is_empty());
        match label {
            // A slash ends the source in a service's id.
            Some(label) => SourceId::new(format!("ecs:{}", label.replace('/', "-"))),
            None => SourceId::new("ecs"),
        }
    }

    /// How much of the account's quota to take.
    pub(super) fn shares(&self) -> Shares {
        Shares { start: self.start_share, steady: self.steady_share }
    }

    /// `text` unless it is empty.
    pub(super) fn given(text: &str) -> Option<String> {
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

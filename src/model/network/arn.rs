//! Amazon Resource Names, reduced to the parts that identify a resource.

use super::not_a_host::NotAHost;
use crate::model::Text;
use serde::{Deserialize, Serialize};

/// Maximum length of each part, in bytes. AWS allows resource names of 256 bytes for most types. No type of
/// resource on the map has longer names.
const MAX_RESOURCE_BYTES: usize = 256;

/// The service, region and resource of an Amazon Resource Name (ARN), without the account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "UncheckedArn")]
pub struct Arn {
    service: String,
    region: String,
    resource: String,
}

/// The parts of an [`Arn`] as deserialized, before validation.
#[derive(Deserialize)]
struct UncheckedArn {
    service: String,
    region: String,
    resource: String,
}

impl Arn {
    /// Returns the ARN of `resource` in `service` (such as `sqs`) and `region`, which is empty for global
    /// services. Returns `None` if `service` or `resource` is empty, if a part is too long, or if it has
    /// characters other than ASCII letters, digits, `-`, `_` and `.`.
    #[must_use]
    pub fn new(service: &str, region: &str, resource: &str) -> Option<Self> {
        let word = |text: &str| {
            text.len() <= MAX_RESOURCE_BYTES
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        let fits =
            !service.is_empty() && !resource.is_empty() && [service, region, resource].into_iter().all(word);
        let owned = || Self { service: service.into(), region: region.into(), resource: resource.into() };
        fits.then(owned)
    }

    /// Returns the service's namespace, such as `sqs`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the region; empty for global services.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns the resource without its type, such as the queue's name.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }
}

impl TryFrom<UncheckedArn> for Arn {
    type Error = NotAHost;

    fn try_from(parts: UncheckedArn) -> Result<Self, NotAHost> {
        Self::new(&parts.service, &parts.region, &parts.resource).ok_or(NotAHost)
    }
}

/// Returns the user or role that the ARN of an AWS caller names, without the account, such as `role Deploy`
/// or `user ann`.
#[must_use]
pub fn caller_name(arn: &str) -> Text {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let mut parts = resource.split('/');
    let name = match (parts.next().unwrap_or_default(), parts.next(), parts.next_back()) {
        ("assumed-role", Some(role), _) => format!("role {role}"),
        ("user", first, last) => format!("user {}", last.or(first).unwrap_or_default()),
        (kind, None, _) => kind.to_owned(),
        (kind, Some(first), last) => format!("{kind} {}", last.unwrap_or(first)),
    };
    Text::new(&name)
}

#[cfg(test)]
mod tests {
    use super::caller_name;

    #[test]
    fn roles_and_users_are_named_without_their_account() {
        for (arn, name) in [
            ("arn:aws:sts::123456789012:assumed-role/Dev/ann@example.com", "role Dev"),
            ("arn:aws:iam::123456789012:user/teams/ops/ann", "user ann"),
            ("arn:aws:iam::123456789012:user/ann", "user ann"),
            ("arn:aws:iam::123456789012:root", "root"),
            ("nonsense", ""),
        ] {
            assert_eq!(caller_name(arn), *name, "{arn}");
        }
    }
}

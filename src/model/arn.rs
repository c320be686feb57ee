//! The parts of an Amazon Resource Name by which Portolan tells resources apart.

use super::host::NotAHost;
use serde::{Deserialize, Serialize};

/// The longest name of a resource, in bytes: AWS allows 256 for most, and more for none that Portolan charts.
const MAX_RESOURCE_BYTES: usize = 256;

/// The parts of an Amazon Resource Name that tell one resource from another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Arn {
    service: String,
    region: String,
    resource: String,
}

/// An [`Arn`] before it is checked.
#[derive(Deserialize)]
struct Parts {
    service: String,
    region: String,
    resource: String,
}

impl Arn {
    /// A resource of a service, such as `sqs`, in a region, which is empty where the service has none. Returns `None`
    /// unless each part is made of letters, digits, `-`, `_` and `.` only.
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

    /// The service's namespace, such as `sqs`.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// The region; empty where the service has none.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The resource without its kind, such as the queue's name.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }
}

impl TryFrom<Parts> for Arn {
    type Error = NotAHost;

    fn try_from(parts: Parts) -> Result<Self, NotAHost> {
        Self::new(&parts.service, &parts.region, &parts.resource).ok_or(NotAHost)
    }
}

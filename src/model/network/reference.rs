//! References: facts such as "this variable of that service names an address", without the variable's value.

use crate::model::{Address, Setting, Text};
use serde::{Deserialize, Serialize};

/// A setting of a service that names an address or another service, such as a variable with a database's URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The kind of setting that holds the reference.
    #[serde(rename = "via")]
    pub kind: ReferenceKind,
    /// The container and the setting, such as the name of a variable.
    #[serde(rename = "place")]
    pub location: ReferenceLocation,
    /// The address, service or proxy product that the setting names.
    pub target: ReferenceTarget,
}

/// The kind of setting that holds a reference, such as an environment variable. `EVIDENCE_KINDS` has a row
/// for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// The value of an environment variable.
    Environment,
    /// The value of an environment variable that only a command line tool reads, and not the service itself.
    ToolSetting,
    /// An entry point, command or argument.
    Argument,
    /// A container link (`links` of compose, `--link` of Docker).
    Link,
    /// An entry of `extra_hosts` or `dns`.
    ExtraHost,
    /// A configuration file mounted into the container.
    ConfigFile,
    /// A label or variable that makes a proxy send requests to this service.
    ProxyLabel,
    /// The configuration of a service mesh.
    Mesh,
    /// A compose file named in Portolan's configuration.
    ComposeFile,
    /// Start order: `depends_on`.
    StartOrder,
    /// Start order that waits for the other service to exit (`service_completed_successfully`).
    Completion,
    /// A variable or argument with the same value in all services of the group, or in several services of
    /// which it names one. Such a value says little about one service.
    SharedSetting,
    /// A file that several services mount. It may list many addresses, or configure another service.
    SharedFile,
    /// A file mounted by several services that run different programs of one image.
    SuiteFile,
    /// Start order (`depends_on`) of several services that run different programs of one image.
    SuiteOrder,
}

/// The container and the name of the setting that holds a reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReferenceLocation {
    /// Name of the container; `None` if the service has only one.
    pub container: Option<Text>,
    /// The setting, without its value.
    #[serde(rename = "key")]
    pub setting: Setting,
}

/// The address, service or proxy product that a reference names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceTarget {
    /// An address, to be resolved against the endpoints of all services.
    Address(Address),
    /// An address that counts only if a service of any source has it as an endpoint. Otherwise it may be no
    /// address at all.
    #[serde(rename = "local")]
    EstateAddress(Address),
    /// Name of a service in the same group.
    #[serde(rename = "peer")]
    ServiceName(Text),
    /// The name of a proxy product, such as `traefik`. The service with the reference is the callee: each
    /// proxy of that product that can reach the service calls it.
    #[serde(rename = "from-proxy")]
    CalledByProxy(Text),
}

impl Reference {
    /// Returns true if the reference names the calling container itself, such as `localhost`. Such a
    /// reference leads to another service only if the two services share a network namespace.
    #[must_use]
    pub fn targets_own_container(&self) -> bool {
        match &self.target {
            ReferenceTarget::Address(address) | ReferenceTarget::EstateAddress(address) => {
                address.host.refers_to_self()
            }
            ReferenceTarget::ServiceName(_) | ReferenceTarget::CalledByProxy(_) => false,
        }
    }

    /// Returns the path of the configuration file that holds the reference, or `None` if another kind of
    /// setting holds it.
    #[must_use]
    pub fn config_file_path(&self) -> Option<&str> {
        match &self.location.setting {
            Setting::File { path, .. } if self.kind == ReferenceKind::ConfigFile => Some(path),
            _ => None,
        }
    }
}

impl ReferenceLocation {
    /// Returns the location of `setting` in a service that has only one container.
    #[must_use]
    pub fn of(setting: Setting) -> Self {
        Self { container: None, setting }
    }

    /// Returns the location of the setting that `text` describes, in a service that has only one container.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::of(Setting::parse(text))
    }
}

impl std::fmt::Display for ReferenceLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.container {
            Some(container) => write!(f, "{container}: {}", self.setting),
            None => self.setting.fmt(f),
        }
    }
}

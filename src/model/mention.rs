//! A mention: the raw fact that a service names an address, at a place, without the value it stood in.

use super::{Address, Text};
use serde::{Deserialize, Serialize};

/// A service names something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mention {
    /// Which kind of fact it is.
    pub via: Via,
    /// Where it stands.
    pub place: Place,
    /// What it names.
    pub target: Target,
}

/// Which kind of fact names the target; `topology::evidence::KINDS` has a row for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The value of an environment variable.
    Environment,
    /// The value of a variable that is for a command line tool beside the service.
    ToolSetting,
    /// An entry point, command or argument.
    Argument,
    /// A container link.
    Link,
    /// An extra hosts entry.
    ExtraHost,
    /// A configuration file that is mounted into the container.
    ConfigFile,
    /// A label that tells a proxy to send requests here.
    ProxyLabel,
    /// A service mesh's configuration.
    Mesh,
    /// A compose file that Portolan's configuration names.
    ComposeFile,
    /// Start order: `depends_on`.
    StartOrder,
    /// Start order that waits for the end of the other one: `service_completed_successfully`.
    Completion,
    /// A variable or argument that every service of the group has, with the same value.
    SharedSetting,
    /// A file that several services have and that says little of each: an address book, or another's configuration.
    SharedFile,
    /// A file that several programs of one image have.
    SuiteFile,
    /// Start order that several programs of one image have.
    SuiteOrder,
}

/// Where a mention stands: the container, and the name of the variable, label or option in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The container, where the service has several.
    pub container: Option<Text>,
    /// The variable, label, option or argument number; never a value.
    pub key: Text,
}

/// What a mention names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// An address, to be resolved against the answers.
    Address(Address),
    /// An address that counts only where somebody in the estate answers to it.
    Local(Address),
    /// A service of the same group, by name.
    Peer(Text),
    /// This very service, called by the proxies of that product which can reach it.
    FromProxy(Text),
}

impl Mention {
    /// Whether it names the loopback address, which leads elsewhere only in a network namespace that several share.
    #[must_use]
    pub fn is_of_loopback(&self) -> bool {
        match &self.target {
            Target::Address(address) | Target::Local(address) => address.host.is_own(),
            Target::Peer(_) | Target::FromProxy(_) => false,
        }
    }
}

impl Place {
    /// A place in the only container.
    #[must_use]
    pub fn at(key: &str) -> Self {
        Self { container: None, key: key.into() }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.container {
            Some(container) => write!(f, "{container}: {}", self.key),
            None => f.write_str(&self.key),
        }
    }
}

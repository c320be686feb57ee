//! Permission to act on the services of a source, from the user's configuration.

use serde::{Deserialize, Serialize};

/// The user's permission to act on a source: to change its services, for example by a restart, and to open
/// sessions, such as a shell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionPermission {
    /// Portolan only reads the source.
    #[default]
    Off,
    /// Portolan shows a plan before each action and asks for a confirmation.
    Ask,
    /// Portolan shows a plan, and the user has to type the name of the service to confirm it.
    Protected,
}

impl ActionPermission {
    /// Returns true unless Portolan only reads the source.
    #[must_use]
    pub fn allows_actions(self) -> bool {
        self != Self::Off
    }
}

//! Access of a person to the team: the store, and the name that the other members see.

use super::TeamConfig;
use crate::{model::Text, object_store::ObjectStore};
use jiff::SignedDuration;
use std::{fs, sync::Arc};

/// File in which Linux keeps the name of the host.
const HOST_NAME_FILE: &str = "/proc/sys/kernel/hostname";

/// Access to the store in which members share notes and history.
#[derive(Clone, Default)]
pub struct TeamAccess {
    /// Store of the team; `None` without a team.
    pub store: Option<Arc<dyn ObjectStore>>,
    /// Name in the settings; empty for `user@host`.
    pub configured_name: String,
    /// Time for which the team keeps its history; zero if it keeps none.
    pub history: SignedDuration,
}

impl TeamAccess {
    /// Creates the access to `store`, with the member's name and the history time in `settings`.
    #[must_use]
    pub fn new(settings: &TeamConfig, store: Option<Arc<dyn ObjectStore>>) -> Self {
        Self { store, configured_name: settings.name.clone(), history: settings.kept_history() }
    }

    /// Returns true if there is a team that keeps a history.
    #[must_use]
    pub fn keeps_history(&self) -> bool {
        self.store.is_some() && !self.history.is_zero()
    }

    /// Returns the name in the settings, or else `user@host`. The user is `portolan` if unknown, and the host
    /// is left out if unknown. Reads the environment only if the settings have no name.
    #[must_use]
    pub fn member_name(&self) -> Text {
        if !self.configured_name.is_empty() {
            return Text::new(&self.configured_name);
        }
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let user = variable("USER").or_else(|| variable("LOGNAME")).unwrap_or_else(|| "portolan".to_owned());
        let host = variable("HOSTNAME").or_else(|| fs::read_to_string(HOST_NAME_FILE).ok());
        let host = host.as_deref().map(str::trim).filter(|host| !host.is_empty());
        Text::new(&host.map_or(user.clone(), |host| format!("{user}@{host}")))
    }
}

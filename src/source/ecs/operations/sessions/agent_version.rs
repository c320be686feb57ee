//! Version of the SSM agent in the container, which decides how the agent forwards ports.
//!
//! Source of the versions at which this changed: AWS's session-manager-plugin 1.2
//! (github.com/aws/session-manager-plugin, `src/config/config.go`).

/// Version of an SSM agent, such as 3.3.987.0. A missing or non-numeric part counts as zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AgentVersion([u32; 4]);

/// Last version whose agent forwards only one connection at a time.
const LAST_WITHOUT_MULTIPLEXING: AgentVersion = AgentVersion([3, 0, 196, 0]);
/// Last version whose agent closes a multiplexed connection after 30 seconds without data, unless the client
/// sends keep-alive frames.
const LAST_WITH_KEEP_ALIVE: AgentVersion = AgentVersion([3, 1, 1511, 0]);

impl AgentVersion {
    /// Parses a version as the agent reports it in the handshake, such as 3.3.987.0.
    pub(super) fn parse(text: &str) -> Self {
        let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
        Self(std::array::from_fn(|_| parts.next().unwrap_or(0)))
    }

    /// Returns true if the agent forwards several connections at once.
    pub(super) fn multiplexes(self) -> bool {
        self > LAST_WITHOUT_MULTIPLEXING
    }

    /// Returns true if the agent expects keep-alive frames while there is no data.
    pub(super) fn needs_keep_alive(self) -> bool {
        self <= LAST_WITH_KEEP_ALIVE
    }
}

#[cfg(test)]
mod tests {
    use super::AgentVersion;

    #[test]
    fn versions_are_compared_by_number() {
        let old = AgentVersion::parse("3.0.196.0");
        assert!(!old.multiplexes() && old.needs_keep_alive());
        let middle = AgentVersion::parse("3.1.90.0");
        assert!(middle.multiplexes() && middle.needs_keep_alive());
        let new = AgentVersion::parse("3.3.987.0");
        assert!(new.multiplexes() && !new.needs_keep_alive());
        assert!(!AgentVersion::parse("").multiplexes(), "an agent without a version is old");
        assert_eq!(AgentVersion::parse("3.x.5"), AgentVersion([3, 0, 5, 0]));
    }
}

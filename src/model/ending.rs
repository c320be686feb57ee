//! What ended an instance, or kept it from starting, in one word for all sources.

use serde::{Deserialize, Serialize};

/// What ended an instance, or kept it from starting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Its process ended by itself, or the source does not say.
    #[default]
    Itself,
    /// Somebody told it to stop: a person, a deployment, a scheduler that scales in.
    Asked,
    /// The kernel killed it at its memory limit.
    OutOfMemory,
    /// Its own health check failed for too long.
    Check,
    /// A load balancer's health check failed for too long.
    Target,
    /// Spot capacity was taken back.
    Spot,
    /// Its host failed or was taken away.
    Host,
    /// It ended with errors so often that the engine no longer starts it again.
    GaveUp,
    /// Its image could not be fetched, so it never ran.
    Image,
    /// A secret or parameter could not be read, so it never ran.
    Secret,
    /// The place for its log is missing or refused, so it never ran.
    Log,
    /// Another program holds a port that it publishes, so it never ran.
    Port,
    /// A volume could not be mounted, so it never ran.
    Volume,
    /// Its command is missing or can't be executed, so it never ran.
    Command,
    /// It could not be started for another reason.
    Start,
}

impl Ending {
    /// Whether it never ran: something was in the way of its start.
    #[must_use]
    pub fn is_obstacle(self) -> bool {
        self >= Self::Image
    }

    /// What is in the way of a start, by the words in which engines and ECS report it.
    ///
    /// ECS: the prefixes and sentences of "Stopped tasks error messages" in the Amazon ECS developer guide. Docker: the
    /// messages of moby's `daemon/start.go`, `libnetwork/portallocator` and `volume/service`, and runc's of a missing
    /// command.
    #[must_use]
    pub fn obstacle(words: &str) -> Self {
        let words = words.to_ascii_lowercase();
        let has = |needles: &[&str]| needles.iter().any(|needle| words.contains(needle));
        if has(&["secret", "ssm parameter", "getparameters", "registry auth"]) {
            Self::Secret
        } else if has(&["cannotpull", "no such image", "pull access denied", "manifest unknown"]) {
            Self::Image
        } else if has(&["log group", "log stream", "logger args", "logging driver"]) {
            Self::Log
        } else if has(&["port is already allocated", "address already in use", "ports are not available"]) {
            Self::Port
        } else if has(&["volume", "mount", "efs"]) {
            Self::Volume
        } else if has(&["executable file not found", "exec format error", "exec:", "permission denied"]) {
            Self::Command
        } else {
            Self::Start
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ending;

    #[test]
    fn what_is_in_the_way_is_known_by_its_words() {
        let cases = [
            ("CannotPullContainerError: pull image manifest has been retried 1 time(s)", Ending::Image),
            (
                "ResourceInitializationError: unable to pull secrets or registry auth: AccessDenied",
                Ending::Secret,
            ),
            (
                "ResourceInitializationError: failed to validate logger args: The specified log group does not exist",
                Ending::Log,
            ),
            ("Bind for 0.0.0.0:8080 failed: port is already allocated", Ending::Port),
            ("listen tcp4 0.0.0.0:80: bind: address already in use", Ending::Port),
            ("error looking up volume plugin flocker: plugin \"flocker\" not found", Ending::Volume),
            (
                "failed to mount local volume: mount :/x:/y, data: addr=10.0.0.1: connection refused",
                Ending::Volume,
            ),
            ("exec: \"serve\": executable file not found in $PATH: unknown", Ending::Command),
            ("CannotStartContainerError: Error response from daemon", Ending::Start),
        ];
        for (words, end) in cases {
            assert_eq!(Ending::obstacle(words), end, "{words}");
            assert!(end.is_obstacle());
        }
        assert!(!Ending::GaveUp.is_obstacle() && !Ending::Itself.is_obstacle());
    }
}

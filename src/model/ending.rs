//! What ended an instance, or kept it from starting, in one word for all sources.

use super::Exit;
use serde::{Deserialize, Serialize};

/// What ended an instance, or kept it from starting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Its process ended, and the source names no cause beside the exit code.
    #[default]
    Itself,
    /// Somebody told it to stop: a person, a deployment, a scheduler that scales in.
    Asked,
    /// A signal ended it, and the source does not say who sent it.
    Killed,
    /// The kernel killed it, or a process in it, at its memory limit.
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

/// Exit codes of processes that SIGINT, SIGKILL and SIGTERM ended: 128 and the signal's number (POSIX shells, Docker).
const STOPPED_BY_SIGNAL: [i64; 3] = [130, 137, 143];

impl Ending {
    /// The ending that an exit code alone tells.
    #[must_use]
    pub fn of_code(code: Option<i64>) -> Self {
        let by_signal = code.is_some_and(|code| STOPPED_BY_SIGNAL.contains(&code));
        if by_signal { Self::Killed } else { Self::Itself }
    }

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

impl Exit {
    /// The cause: the source's own words, and of a signal without a known sender that it is not known.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let unknown = match (self.ending, self.code) {
            (Ending::Killed, Some(130)) => Some("interrupted from outside"),
            (Ending::Killed, _) => Some("stopped from outside or out of memory: not known which"),
            _ => None,
        };
        let reason = self.reason.as_deref().filter(|reason| !reason.is_empty());
        let parts: Vec<&str> = [reason, unknown].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The whole end in words: `exit code 139 (SIGSEGV)`, and the cause.
    #[must_use]
    pub fn words(&self) -> String {
        let code = self.code.map(|code| match signal(code) {
            Some(name) => format!("exit code {code} ({name})"),
            None => format!("exit code {code}"),
        });
        let parts: Vec<String> = [code, self.cause()].into_iter().flatten().collect();
        if parts.is_empty() { "no exit code".to_owned() } else { parts.join(", ") }
    }
}

/// The signal that an exit code above 128 stands for (POSIX shells, Docker).
fn signal(code: i64) -> Option<&'static str> {
    match code - 128 {
        1 => Some("SIGHUP"),
        2 => Some("SIGINT"),
        3 => Some("SIGQUIT"),
        4 => Some("SIGILL"),
        6 => Some("SIGABRT"),
        7 => Some("SIGBUS"),
        8 => Some("SIGFPE"),
        9 => Some("SIGKILL"),
        11 => Some("SIGSEGV"),
        13 => Some("SIGPIPE"),
        15 => Some("SIGTERM"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, Exit};

    #[test]
    fn a_signal_without_a_sender_says_that_it_is_not_known() {
        let words = |code, ending, reason: Option<&str>| {
            Exit { code, ending, reason: reason.map(Into::into), at: None }.words()
        };
        let killed = |code| words(Some(code), Ending::of_code(Some(code)), None);
        assert_eq!(
            killed(137),
            "exit code 137 (SIGKILL), stopped from outside or out of memory: not known which"
        );
        assert_eq!(
            killed(143),
            "exit code 143 (SIGTERM), stopped from outside or out of memory: not known which"
        );
        assert_eq!(killed(130), "exit code 130 (SIGINT), interrupted from outside");
        assert_eq!(killed(139), "exit code 139 (SIGSEGV)");
        assert_eq!(words(Some(137), Ending::Asked, None), "exit code 137 (SIGKILL)", "it is known");
        assert_eq!(
            words(Some(137), Ending::OutOfMemory, Some("out of memory")),
            "exit code 137 (SIGKILL), out of memory"
        );
        assert_eq!(words(None, Ending::Itself, None), "no exit code");
    }

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

//! Exits and failed starts of instances, with causes that mean the same for every source.

use crate::model::{Text, Timestamp};
use serde::{Deserialize, Serialize};

/// The cause of an instance's exit or failed start, such as an out-of-memory kill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitCause {
    /// The process exited, and the source names no cause besides the exit code.
    #[default]
    #[serde(rename = "itself")]
    ProcessExited,
    /// A user, a deployment or a scale-in requested the stop.
    #[serde(rename = "asked")]
    StopRequested,
    /// A signal ended the process; the source does not report its sender.
    #[serde(rename = "killed")]
    KilledBySignal,
    /// The kernel killed the instance, or a process in it, at its memory limit.
    OutOfMemory,
    /// The instance's own health check failed too often.
    #[serde(rename = "check")]
    HealthCheckFailed,
    /// A load balancer's health check failed too often.
    #[serde(rename = "target")]
    TargetHealthFailed,
    /// AWS reclaimed the Spot capacity.
    #[serde(rename = "spot")]
    SpotInterruption,
    /// The host failed or was removed.
    #[serde(rename = "host")]
    HostLost,
    /// The instance failed so often that the engine no longer restarts it.
    #[serde(rename = "gave-up")]
    RestartsExhausted,
    /// The image could not be pulled, so the instance never ran.
    #[serde(rename = "image")]
    ImagePullFailed,
    /// A secret or parameter could not be read, so the instance never ran.
    #[serde(rename = "secret")]
    SecretUnavailable,
    /// The log destination is missing or denied, so the instance never ran.
    #[serde(rename = "log")]
    LogDestinationMissing,
    /// Another process holds a published port, so the instance never ran.
    #[serde(rename = "port")]
    PortInUse,
    /// A volume could not be mounted, so the instance never ran.
    #[serde(rename = "volume")]
    VolumeMountFailed,
    /// The command is missing or not executable, so the instance never ran.
    #[serde(rename = "command")]
    CommandNotRunnable,
    /// Another container has the IP address, so the instance never ran.
    #[serde(rename = "address")]
    AddressInUse,
    /// A network of the container no longer exists, so the instance never ran.
    #[serde(rename = "network")]
    NetworkMissing,
    /// The image has no such user or group, so the instance never ran.
    #[serde(rename = "user")]
    UserMissing,
    /// The instance could not be started for another reason.
    #[serde(rename = "start")]
    StartFailed,
}

/// The exit or failed start of an instance, with its exit code, cause and time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The process's exit code; `None` if no process ran.
    pub code: Option<i64>,
    /// The cause of the exit or of the failed start.
    #[serde(rename = "ending")]
    pub cause: ExitCause,
    /// The source's explanation, in its own words.
    pub reason: Option<Text>,
    /// Time of the exit.
    pub at: Option<Timestamp>,
}

/// Exit codes of processes that SIGINT, SIGKILL or SIGTERM ended: 128 plus the signal's number (POSIX shells,
/// Docker).
const SIGNAL_EXIT_CODES: [i64; 3] = [130, 137, 143];

impl ExitCause {
    /// Returns the cause that an exit code shows: [`Self::KilledBySignal`] for SIGINT, SIGKILL and SIGTERM,
    /// otherwise [`Self::ProcessExited`], also without a code.
    #[must_use]
    pub fn from_exit_code(code: Option<i64>) -> Self {
        let by_signal = code.is_some_and(|code| SIGNAL_EXIT_CODES.contains(&code));
        if by_signal { Self::KilledBySignal } else { Self::ProcessExited }
    }

    /// Returns true if the instance never ran because something prevented its start.
    #[must_use]
    pub fn is_start_failure(self) -> bool {
        self >= Self::ImagePullFailed
    }
}

impl Exit {
    /// Returns the source's reason, with a remark if the sender of a signal is unknown. Returns `None` if
    /// there is neither.
    #[must_use]
    pub fn reason_text(&self) -> Option<String> {
        let unknown = match (self.cause, self.code) {
            (ExitCause::KilledBySignal, Some(130)) => Some("interrupted (sender unknown)"),
            // The kernel ends a process that lacks memory with SIGKILL, never with another signal.
            (ExitCause::KilledBySignal, Some(137)) => {
                Some("stopped externally or out of memory (unknown which)")
            }
            (ExitCause::KilledBySignal, _) => Some("stopped externally"),
            _ => None,
        };
        let reason = self.reason.as_deref().filter(|reason| !reason.is_empty());
        let parts: Vec<&str> = [reason, unknown].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// Describes the exit, such as `exit code 139 (SIGSEGV)`, followed by the reason.
    #[must_use]
    pub fn describe(&self) -> String {
        let code = self.code.map(|code| match signal_name(code) {
            Some(name) => format!("exit code {code} ({name})"),
            None => format!("exit code {code}"),
        });
        let parts: Vec<String> = [code, self.reason_text()].into_iter().flatten().collect();
        if parts.is_empty() { "no exit code".to_owned() } else { parts.join(", ") }
    }
}

/// Signals that end a process by default, by their numbers on Linux (`signal(7)`; x86 and ARM).
const ENDING_SIGNALS: &[(i64, &str)] = &[
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (3, "SIGQUIT"),
    (4, "SIGILL"),
    (5, "SIGTRAP"),
    (6, "SIGABRT"),
    (7, "SIGBUS"),
    (8, "SIGFPE"),
    (9, "SIGKILL"),
    (10, "SIGUSR1"),
    (11, "SIGSEGV"),
    (12, "SIGUSR2"),
    (13, "SIGPIPE"),
    (14, "SIGALRM"),
    (15, "SIGTERM"),
    (31, "SIGSYS"),
];

/// Returns the name of the signal that an exit code above 128 stands for (POSIX shells, Docker). Returns
/// `None` for any other code.
fn signal_name(code: i64) -> Option<&'static str> {
    ENDING_SIGNALS.iter().find(|(number, _)| code == 128 + number).map(|(_, name)| *name)
}

/// Returns the number of a signal that ends processes, given its number or its name with or without `SIG`.
/// Returns `None` for any other signal.
#[must_use]
pub fn ending_signal_number(signal: &str) -> Option<i64> {
    let is_named = |name: &str| name == signal || name.strip_prefix("SIG") == Some(signal);
    let found = ENDING_SIGNALS.iter().find(|(number, name)| signal.parse() == Ok(*number) || is_named(name));
    found.map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::{Exit, ExitCause, ending_signal_number};

    #[test]
    fn a_signal_without_a_sender_says_that_it_is_not_known() {
        let words = |code, ending, reason: Option<&str>| {
            Exit { code, cause: ending, reason: reason.map(Into::into), at: None }.describe()
        };
        let killed = |code| words(Some(code), ExitCause::from_exit_code(Some(code)), None);
        assert_eq!(
            killed(137),
            "exit code 137 (SIGKILL), stopped externally or out of memory (unknown which)"
        );
        assert_eq!(killed(143), "exit code 143 (SIGTERM), stopped externally");
        assert_eq!(killed(130), "exit code 130 (SIGINT), interrupted (sender unknown)");
        assert_eq!(killed(139), "exit code 139 (SIGSEGV)");
        assert_eq!(killed(138), "exit code 138 (SIGUSR1)");
        assert_eq!(killed(159), "exit code 159 (SIGSYS)");
        assert_eq!(
            words(Some(137), ExitCause::StopRequested, None),
            "exit code 137 (SIGKILL)",
            "it is known"
        );
        assert_eq!(
            words(Some(137), ExitCause::OutOfMemory, Some("out of memory")),
            "exit code 137 (SIGKILL), out of memory"
        );
        assert_eq!(words(None, ExitCause::ProcessExited, None), "no exit code");
    }

    #[test]
    fn signals_are_known_by_number_and_name() {
        for signal in ["1", "HUP", "SIGHUP"] {
            assert_eq!(ending_signal_number(signal), Some(1), "{signal}");
        }
        for signal in ["0", "28", "WINCH", "SIG", ""] {
            assert_eq!(ending_signal_number(signal), None, "{signal}");
        }
    }
}

//! Log levels, from trace to fatal.

use serde::{Deserialize, Serialize};

/// The level of a log line, in ascending severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// Single steps of the program.
    Trace,
    /// Details for debugging.
    Debug,
    /// Normal operation.
    Info,
    /// Something is wrong, but the program continues.
    Warn,
    /// An operation failed.
    Error,
    /// The program can't continue.
    Fatal,
}

impl LogLevel {
    /// All levels, the least severe first.
    pub const ALL_LEVELS: [Self; 6] =
        [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// Returns the level whose name is `name`, in lower case. Returns `None` if there is none.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL_LEVELS.into_iter().find(|level| level.as_str() == name)
    }

    /// Returns the names of all levels, separated by commas, for an error message.
    #[must_use]
    pub fn all_names() -> String {
        Self::ALL_LEVELS.map(Self::as_str).join(", ")
    }

    /// Returns the level's name in lower case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

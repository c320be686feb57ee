//! Numeric levels on the scales of several logging libraries. The key of a number decides its scale.

use crate::model::LogLevel::{self, Debug, Error, Fatal, Info, Trace, Warn};

/// A scale on which logging libraries number their levels, such as Python's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LevelScale {
    /// The scales that share the key `level`: pino, Monolog and Logback. Their numbers don't overlap.
    Shared,
    /// The severities of syslog (RFC 5424, table 2).
    Syslog,
    /// The severities of syslog, under journald's key `PRIORITY`.
    Journald,
    /// Google Cloud Logging, `LogSeverity`. Numbers below 10 are syslog severities, which use the same key
    /// `severity`.
    Google,
    /// Python, Logging levels.
    Python,
    /// OpenTelemetry, Logs data model, `SeverityNumber`.
    OpenTelemetry,
    /// Azure Application Insights, `SeverityLevel`.
    Azure,
    /// The integer values of Java's levels: java.util.logging up to 1000, Logback from 5000.
    Java,
}

impl LevelScale {
    /// Returns the level of `number` on this scale, or `None` if the number is not on the scale.
    pub(super) fn level(self, number: u32) -> Option<LogLevel> {
        match self {
            Self::Shared => shared_scale_level(number),
            Self::Syslog | Self::Journald => syslog_severity(number),
            Self::Google if number < 10 => syslog_severity(number),
            Self::Google => highest_reached_level(number, GOOGLE_LEVELS),
            Self::Python => highest_reached_level(number, PYTHON_LEVELS),
            Self::OpenTelemetry => {
                highest_reached_level(number, OPEN_TELEMETRY_LEVELS).filter(|_| number <= 24)
            }
            Self::Azure => highest_reached_level(number, AZURE_LEVELS).filter(|_| number <= 4),
            Self::Java if number < 5_000 => highest_reached_level(number, JAVA_UTIL_LOGGING_LEVELS),
            Self::Java => highest_reached_level(number, LOGBACK_LEVELS),
        }
    }
}

/// Levels in ascending order, each with the smallest number that belongs to it.
type LevelThresholds = &'static [(u32, LogLevel)];

const GOOGLE_LEVELS: LevelThresholds = &[(100, Debug), (200, Info), (400, Warn), (500, Error), (600, Fatal)];
const PYTHON_LEVELS: LevelThresholds =
    &[(1, Trace), (10, Debug), (20, Info), (30, Warn), (40, Error), (50, Fatal)];
const OPEN_TELEMETRY_LEVELS: LevelThresholds =
    &[(1, Trace), (5, Debug), (9, Info), (13, Warn), (17, Error), (21, Fatal)];
const AZURE_LEVELS: LevelThresholds = &[(0, Trace), (1, Info), (2, Warn), (3, Error), (4, Fatal)];
const JAVA_UTIL_LOGGING_LEVELS: LevelThresholds =
    &[(300, Trace), (500, Debug), (700, Info), (900, Warn), (1_000, Error)];
const LOGBACK_LEVELS: LevelThresholds =
    &[(5_000, Trace), (10_000, Debug), (20_000, Info), (30_000, Warn), (40_000, Error)];
/// Levels of pino and bunyan. Sources: pino, `logger.levels`; bunyan, Levels.
const PINO_LEVELS: LevelThresholds =
    &[(10, Trace), (20, Debug), (30, Info), (40, Warn), (50, Error), (60, Fatal)];
/// Levels of Monolog. Source: Monolog, Log Levels.
const MONOLOG_LEVELS: LevelThresholds = &[(100, Debug), (200, Info), (300, Warn), (400, Error), (500, Fatal)];

/// Returns the highest level whose smallest number `number` reaches. Returns `None` if it reaches none.
fn highest_reached_level(number: u32, floors: LevelThresholds) -> Option<LogLevel> {
    floors.iter().rev().find(|(floor, _)| number >= *floor).map(|(_, level)| *level)
}

fn shared_scale_level(number: u32) -> Option<LogLevel> {
    match number {
        // Own levels of pino and bunyan lie halfway between the others. Any other number may be the level of
        // a player or of water.
        10..70 if number.is_multiple_of(5) => highest_reached_level(number, PINO_LEVELS),
        100..=600 => highest_reached_level(number, MONOLOG_LEVELS),
        5_000..=50_000 => highest_reached_level(number, LOGBACK_LEVELS),
        _ => None,
    }
}

/// Returns the level of a syslog severity (RFC 5424, table 2).
pub(super) fn syslog_severity(severity: u32) -> Option<LogLevel> {
    match severity {
        0..=2 => Some(Fatal),
        3 => Some(Error),
        4 => Some(Warn),
        5 | 6 => Some(Info),
        7 => Some(Debug),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::LevelScale;
    use crate::model::LogLevel::{Debug, Error, Fatal, Info, Trace, Warn};

    #[test]
    fn each_scale_counts_in_its_own_steps() {
        for (scale, number, level) in [
            (LevelScale::Syslog, 3, Some(Error)),
            (LevelScale::Journald, 8, None),
            (LevelScale::Shared, 3, None),
            (LevelScale::Shared, 12, None),
            (LevelScale::Shared, 30, Some(Info)),
            (LevelScale::Shared, 35, Some(Info)),
            (LevelScale::Shared, 250, Some(Info)),
            (LevelScale::Shared, 400, Some(Error)),
            (LevelScale::Shared, 550, Some(Fatal)),
            (LevelScale::Shared, 40_000, Some(Error)),
            (LevelScale::Shared, 99, None),
            (LevelScale::Google, 4, Some(Warn)),
            (LevelScale::Google, 300, Some(Info)),
            (LevelScale::Google, 500, Some(Error)),
            (LevelScale::Google, 800, Some(Fatal)),
            (LevelScale::Python, 30, Some(Warn)),
            (LevelScale::Python, 50, Some(Fatal)),
            (LevelScale::OpenTelemetry, 17, Some(Error)),
            (LevelScale::OpenTelemetry, 4, Some(Trace)),
            (LevelScale::OpenTelemetry, 25, None),
            (LevelScale::Azure, 3, Some(Error)),
            (LevelScale::Azure, 9, None),
            (LevelScale::Java, 1_000, Some(Error)),
            (LevelScale::Java, 500, Some(Debug)),
            (LevelScale::Java, 30_000, Some(Warn)),
        ] {
            assert_eq!(scale.level(number), level, "{scale:?} {number}");
        }
    }
}

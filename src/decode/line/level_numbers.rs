//! Level numbers: the scales that logging libraries count on. A key tells which one its numbers are of.

use crate::model::Level::{self, Debug, Error, Fatal, Info, Trace, Warn};

/// A scale of level numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// The scales that share the key `level`, because their numbers do not overlap.
    Shared,
    /// Google Cloud Logging, `LogSeverity`; below 10 syslog, which shares the key `severity`.
    Google,
    /// Python, Logging levels.
    Python,
    /// OpenTelemetry, Logs data model, `SeverityNumber`.
    OpenTelemetry,
    /// Azure Application Insights, `SeverityLevel`.
    Azure,
    /// The integers of levels in Java: java.util.logging up to 1000, Logback from 5000 on.
    Java,
}

impl Scale {
    /// Returns the level of a number on this scale.
    pub(super) fn level(self, number: u32) -> Option<Level> {
        match self {
            Self::Shared => shared(number),
            Self::Google if number < 10 => syslog(number),
            Self::Google => floor(number, GOOGLE),
            Self::Python => floor(number, PYTHON),
            Self::OpenTelemetry => floor(number, OPEN_TELEMETRY).filter(|_| number <= 24),
            Self::Azure => floor(number, AZURE).filter(|_| number <= 4),
            Self::Java if number < 5_000 => floor(number, JAVA_UTIL_LOGGING),
            Self::Java => floor(number, LOGBACK),
        }
    }
}

/// The least numbers of levels, ascending.
type Floors = &'static [(u32, Level)];

const GOOGLE: Floors = &[(100, Debug), (200, Info), (400, Warn), (500, Error), (600, Fatal)];
const PYTHON: Floors = &[(1, Trace), (10, Debug), (20, Info), (30, Warn), (40, Error), (50, Fatal)];
const OPEN_TELEMETRY: Floors = &[(1, Trace), (5, Debug), (9, Info), (13, Warn), (17, Error), (21, Fatal)];
const AZURE: Floors = &[(0, Trace), (1, Info), (2, Warn), (3, Error), (4, Fatal)];
const JAVA_UTIL_LOGGING: Floors = &[(300, Trace), (500, Debug), (700, Info), (900, Warn), (1_000, Error)];
const LOGBACK: Floors = &[(5_000, Trace), (10_000, Debug), (20_000, Info), (30_000, Warn), (40_000, Error)];
/// pino, `logger.levels`; bunyan, Levels.
const PINO: Floors = &[(10, Trace), (20, Debug), (30, Info), (40, Warn), (50, Error), (60, Fatal)];
/// Monolog, Log Levels.
const MONOLOG: Floors = &[(100, Debug), (200, Info), (300, Warn), (400, Error), (500, Fatal)];

/// Returns the level of the highest floor that the number reaches.
fn floor(number: u32, floors: Floors) -> Option<Level> {
    floors.iter().rev().find(|(floor, _)| number >= *floor).map(|(_, level)| *level)
}

fn shared(number: u32) -> Option<Level> {
    match number {
        // GELF has syslog's numbers under `level`.
        0..=7 => syslog(number),
        10..70 => floor(number, PINO),
        100..=600 => floor(number, MONOLOG),
        5_000..=50_000 => floor(number, LOGBACK),
        _ => None,
    }
}

/// Returns the level of a severity of syslog (RFC 5424, table 2).
pub(super) fn syslog(severity: u32) -> Option<Level> {
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
    use super::Scale;
    use crate::model::Level::{Debug, Error, Fatal, Info, Trace, Warn};

    #[test]
    fn each_scale_counts_in_its_own_steps() {
        for (scale, number, level) in [
            (Scale::Shared, 3, Some(Error)),
            (Scale::Shared, 8, None),
            (Scale::Shared, 30, Some(Info)),
            (Scale::Shared, 35, Some(Info)),
            (Scale::Shared, 250, Some(Info)),
            (Scale::Shared, 400, Some(Error)),
            (Scale::Shared, 550, Some(Fatal)),
            (Scale::Shared, 40_000, Some(Error)),
            (Scale::Shared, 99, None),
            (Scale::Google, 4, Some(Warn)),
            (Scale::Google, 300, Some(Info)),
            (Scale::Google, 500, Some(Error)),
            (Scale::Google, 800, Some(Fatal)),
            (Scale::Python, 30, Some(Warn)),
            (Scale::Python, 50, Some(Fatal)),
            (Scale::OpenTelemetry, 17, Some(Error)),
            (Scale::OpenTelemetry, 4, Some(Trace)),
            (Scale::OpenTelemetry, 25, None),
            (Scale::Azure, 3, Some(Error)),
            (Scale::Azure, 9, None),
            (Scale::Java, 1_000, Some(Error)),
            (Scale::Java, 500, Some(Debug)),
            (Scale::Java, 30_000, Some(Warn)),
        ] {
            assert_eq!(scale.level(number), level, "{scale:?} {number}");
        }
    }
}

//! Level that a pair in a structured line states, with its rank among the pairs of the line.

use super::{
    field_roles, level_names,
    level_numbers::{LevelScale, syslog_severity},
};
use crate::model::LogLevel;

/// A level under a key. If several keys of a line state a level, the one with the lowest rank counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyedLevel {
    pub rank: u8,
    pub level: LogLevel,
    /// The format that the other keys of the line must show; `None` if the pair is sufficient.
    pub format: Option<RecordFormat>,
}

/// A format in which a key means something else than in other lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RecordFormat {
    /// GELF, in which `level` is a syslog severity.
    Gelf,
    /// Records of journald, in which `PRIORITY` is a syslog severity. Elsewhere it is the priority of a job.
    Journald,
    /// Lines with a message or a time. Without them, `LOG_LEVEL` is a printed setting.
    LogRecord,
}

/// The highest rank of a name, and of a number under the key `level`, at one depth of nesting.
const RANKS_PER_DEPTH: u8 = 2;
/// The lowest rank of a number under a key that often means something else, such as `severity`. It is above
/// the ranks of all other pairs at any depth.
const MIN_WEAK_RANK: u8 = 100;

/// Returns the level in `value` under a level key with the scale `scale`. `depth` is the depth of nesting.
/// Returns `None` if the value is no level.
pub(super) fn level_of_pair(key: &str, scale: LevelScale, value: &str, depth: u8) -> Option<KeyedLevel> {
    let base = RANKS_PER_DEPTH * depth;
    let format = match scale {
        LevelScale::Journald => Some(RecordFormat::Journald),
        _ if field_roles::is_setting_key(key) => Some(RecordFormat::LogRecord),
        _ => None,
    };
    if let Some(level) = level_names::level_of_value(value) {
        return Some(KeyedLevel { rank: base, level, format });
    }
    // A number under a key of one letter often is not a level.
    let number: u32 = value.parse().ok().filter(|_| key.len() > 1)?;
    let rank = if field_roles::is_weak_level_key(key) { MIN_WEAK_RANK + base } else { base + 1 };
    match scale {
        // GELF, payload specification: `level` is "the level equal to the standard syslog levels".
        LevelScale::Shared if number < 10 => {
            let level = syslog_severity(number)?;
            Some(KeyedLevel { rank, level, format: Some(RecordFormat::Gelf) })
        }
        _ => Some(KeyedLevel { rank, level: scale.level(number)?, format }),
    }
}

/// Returns the format that `key` shows, as a key of the outermost object. `short_message` is mandatory in
/// GELF and has this name nowhere else. journald's trusted fields begin with an underscore and are in
/// capitals (systemd.journal-fields).
pub(super) fn format_of_key(key: &str) -> Option<RecordFormat> {
    let is_trusted =
        || key.starts_with('_') && key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    match key {
        "short_message" => Some(RecordFormat::Gelf),
        "SYSLOG_IDENTIFIER" | "SYSLOG_FACILITY" => Some(RecordFormat::Journald),
        _ => is_trusted().then_some(RecordFormat::Journald),
    }
}

//! Roles of fields in structured log lines: the keys under which libraries write the level, the message and
//! the time.

use super::level_numbers::LevelScale;

/// The part of a log line that a field contains, such as the level or the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldRole {
    /// The level. If it is a number, this scale gives its meaning.
    Level(LevelScale),
    /// A status. Only Datadog's format uses it as the level of the line.
    Status,
    /// The message, with a rank. If several fields contain a message, the one with the lowest rank counts.
    Message(u8),
    /// The time of the line.
    Time,
}

use FieldRole::{Level, Message, Status, Time};
use LevelScale::{Azure, Google, Java, Journald, OpenTelemetry, Python, Shared, Syslog};

/// Keys with their roles and sources. The keys are sorted. They are in lower case, without dots, dashes,
/// underscores and `@`.
const FIELD_ROLES: &[(&str, FieldRole, &str)] = &[
    ("asctime", Time, "Python, LogRecord attributes"),
    ("body", Message(1), "OpenTelemetry, Logs data model"),
    ("datetime", Time, "Monolog, JsonFormatter"),
    ("errorseverity", Level(Shared), "PostgreSQL, jsonlog"),
    ("event", Message(1), "structlog, Standard library logging"),
    ("fullmessage", Message(2), "GELF payload specification"),
    ("instant", Time, "Log4j, JSON layout"),
    ("level", Level(Shared), "pino, bunyan, zap, logrus, Serilog, GELF"),
    ("levelname", Level(Shared), "Python, LogRecord attributes; Monolog, JsonFormatter"),
    ("levelno", Level(Python), "Python, LogRecord attributes"),
    ("levelstr", Level(Shared), "log4js, levels"),
    ("leveltext", Level(Shared), "NLog, JsonLayout"),
    ("levelvalue", Level(Java), "logstash-logback-encoder, Standard fields; Payara, JSON log formatter"),
    ("log", Message(2), "Docker, JSON file logging driver"),
    ("loglevel", Level(Shared), "Elastic Common Schema, log.level; .NET, JSON console formatter"),
    ("logmessage", Message(0), "Payara, JSON log formatter"),
    ("logseverity", Level(Google), "Google Cloud, Structured logging"),
    ("lvl", Level(Shared), "log15, LogfmtFormat"),
    ("message", Message(0), "Log4j, Logback, winston, Elastic Common Schema"),
    ("messagetemplate", Message(1), "Serilog, JsonFormatter"),
    ("msg", Message(0), "pino, bunyan, zap, logrus, log/slog"),
    ("priority", Level(Journald), "systemd, systemd.journal-fields"),
    ("realtimetimestamp", Time, "systemd, Journal export formats"),
    ("renderedmessage", Message(0), "Serilog, JsonFormatter"),
    ("sev", Level(Shared), "CockroachDB, Log formats"),
    ("severity", Level(Google), "Google Cloud, LogEntry"),
    ("severitylevel", Level(Azure), "Azure Application Insights, Trace telemetry"),
    ("severityname", Level(Shared), "Elastic Common Schema, log.syslog.severity.name"),
    ("severitynumber", Level(OpenTelemetry), "OpenTelemetry, Logs data model"),
    ("severitytext", Level(Shared), "OpenTelemetry, Logs data model"),
    ("shortmessage", Message(0), "GELF payload specification"),
    ("sourcerealtimetimestamp", Time, "systemd, systemd.journal-fields"),
    ("status", Status, "Datadog, Attributes and aliasing"),
    ("stringvalue", Message(1), "OpenTelemetry, JSON Protobuf encoding"),
    ("syslogseverity", Level(Syslog), "rsyslog, Properties"),
    ("syslogseveritytext", Level(Shared), "rsyslog, Properties"),
    ("text", Message(1), "Loguru, serialize"),
    ("textpayload", Message(0), "Google Cloud, LogEntry"),
    ("time", Time, "pino, bunyan, log/slog"),
    ("timemillis", Time, "Log4j, JSON layout"),
    ("timestamp", Time, "Elastic Common Schema, @timestamp"),
    ("timeunixnano", Time, "OpenTelemetry, Logs data model"),
];

/// Keys of nested objects that may contain the level or message of the line: Elastic Common Schema (`log`),
/// Loguru (`record`), tracing-subscriber (`fields`), Logstash (`@fields`, `json_event` before version 1),
/// Google Cloud (`jsonPayload`), OTLP (`body`).
pub(super) const NESTING_KEYS: &[&str] =
    &["log", "record", "fields", "@fields", "jsonPayload", "syslog", "body"];

/// Returns the role of a key. Returns `None` if logging libraries don't use the key for any role.
pub(super) fn field_role(key: &str) -> Option<FieldRole> {
    if key.len() <= 3
        && let Some(role) = short_key_role(key)
    {
        return Some(role);
    }
    let first = key.bytes().find(|byte| !is_separator(*byte))?.to_ascii_lowercase();
    let letter = usize::from(first.wrapping_sub(b'a'));
    let start = usize::from(*ROLE_STARTS.get(letter)?);
    let same = FIELD_ROLES[start..].iter().take_while(|(known, ..)| known.as_bytes()[0] == first);
    { same }.find(|(known, ..)| is_same_key(key, known)).map(|(_, role, _)| *role)
}

/// For each letter, the index in [`FIELD_ROLES`] of the first key that begins with this or a later letter.
const ROLE_STARTS: [u8; 26] = {
    let (mut starts, mut letter, mut index) = ([0; 26], 0, 0);
    while letter < starts.len() {
        while index < FIELD_ROLES.len() && FIELD_ROLES[index].0.as_bytes()[0] < b'a' + letter as u8 {
            index += 1;
        }
        starts[letter] = index as u8;
        letter += 1;
    }
    starts
};

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b'.' | b'@')
}

/// Returns true if `key`, in lower case and without separators, equals `known`.
fn is_same_key(key: &str, known: &str) -> bool {
    key.len() >= known.len()
        && key
            .bytes()
            .filter(|byte| !is_separator(*byte))
            .map(|byte| byte.to_ascii_lowercase())
            .eq(known.bytes())
}

/// Returns the role of a key of at most three characters. Such keys are case-sensitive.
fn short_key_role(key: &str) -> Option<FieldRole> {
    match key {
        // Serilog, Compact Log Event Format.
        "@mt" => Some(Message(1)),
        // Serilog (`@l`, `@m`); MongoDB, Log messages (`s`, `t`); zap, NewDevelopmentEncoderConfig (`L`, `M`,
        // `T`).
        "@l" | "s" | "L" => Some(Level(Shared)),
        "@m" | "M" => Some(Message(0)),
        "t" | "T" | "ts" | "@t" => Some(Time),
        _ => None,
    }
}

/// Returns true if libraries write the level of a line under `key`.
pub(super) fn is_level_key(key: &str) -> bool {
    matches!(field_role(key), Some(Level(_)))
}

/// Returns true if programs also print `key` as a setting, namely the lowest level that they log.
pub(super) fn is_setting_key(key: &str) -> bool {
    is_same_key(key, "loglevel")
}

/// Returns true if a number under the level key `key` often means something else: the urgency of a job or of
/// an alarm. Such a number counts only if no other key states a level.
pub(super) fn is_weak_level_key(key: &str) -> bool {
    ["priority", "severity", "sev"].iter().any(|known| is_same_key(key, known))
}

#[cfg(test)]
mod tests {
    use super::{FIELD_ROLES, FieldRole, field_role};

    #[test]
    fn the_keys_are_sorted_and_found_in_every_spelling() {
        assert!(FIELD_ROLES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            FIELD_ROLES
                .iter()
                .all(|(key, role_of, source)| { !source.is_empty() && field_role(key) == Some(*role_of) })
        );
        for key in ["log.level", "logLevel", "LOG_LEVEL", "@level", "SeverityText", "levelname", "PRIORITY"] {
            assert!(matches!(field_role(key), Some(FieldRole::Level(_))), "{key}");
        }
        for key in ["levels", "error.level", "l", "user", "", "a_very_long_key_that_no_library_has"] {
            assert_eq!(field_role(key), None, "{key}");
        }
    }
}

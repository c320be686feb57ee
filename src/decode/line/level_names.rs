//! Level names, as logging libraries and servers write them, each with the documentation that defines it.

use crate::model::Level::{self, Debug, Error, Fatal, Info, Trace, Warn};

/// Places in which a name stands for a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Alone in capitals, too: messages do not begin with it.
    Bare,
    /// Before a colon, in brackets or behind a time only: messages begin with the word as well.
    Marked,
    /// As the value of a level key only.
    Keyed,
}

use Place::{Bare, Keyed, Marked};

/// Names in lower case, sorted, and their sources.
const NAMES: &[(&str, Level, Place, &str)] = &[
    ("advertencia", Warn, Marked, "java.util.logging, Level.getLocalizedName (es)"),
    ("alert", Fatal, Bare, "RFC 5424, table 2"),
    ("attention", Warn, Marked, "PostgreSQL, lc_messages (fr)"),
    ("audit", Info, Marked, "WebSphere Liberty, Logging and trace"),
    ("avertissement", Warn, Marked, "java.util.logging, Level.getLocalizedName (fr)"),
    ("avvertenza", Warn, Marked, "java.util.logging, Level.getLocalizedName (it)"),
    ("config", Info, Marked, "java.util.logging, Level"),
    ("crit", Fatal, Bare, "nginx, error_log"),
    ("critical", Fatal, Bare, "Python, Logging levels"),
    ("dbg", Debug, Bare, "zerolog, ConsoleWriter"),
    ("dbug", Debug, Bare, ".NET, Console log formatting"),
    ("debu", Debug, Bare, "logrus, TextFormatter"),
    ("debug", Debug, Bare, "RFC 5424, table 2"),
    ("default", Info, Keyed, "Google Cloud, LogSeverity"),
    ("dpanic", Fatal, Bare, "zap, Level"),
    ("emerg", Fatal, Bare, "Apache, LogLevel"),
    ("emergency", Fatal, Bare, "RFC 5424, table 2"),
    ("ernst", Error, Marked, "java.util.logging, Level.getLocalizedName (nl)"),
    ("eror", Error, Bare, "log15, LvlString"),
    ("err", Error, Bare, "Serilog, output template u3"),
    ("erreur", Error, Marked, "PostgreSQL, lc_messages (fr)"),
    ("erro", Error, Bare, "logrus, TextFormatter"),
    ("error", Error, Bare, "Log4j, Levels"),
    ("errore", Error, Marked, "PostgreSQL, lc_messages (it)"),
    ("fail", Error, Marked, ".NET, Console log formatting"),
    ("fata", Fatal, Bare, "logrus, TextFormatter"),
    ("fatal", Fatal, Bare, "Log4j, Levels"),
    ("fehler", Error, Marked, "PostgreSQL, lc_messages (de)"),
    ("fine", Debug, Marked, "java.util.logging, Level"),
    ("finer", Trace, Bare, "java.util.logging, Level"),
    ("finest", Trace, Bare, "java.util.logging, Level"),
    ("ftl", Fatal, Bare, "Serilog, output template u3"),
    ("grave", Error, Marked, "java.util.logging, Level.getLocalizedName (fr, es, it)"),
    ("hinweis", Info, Marked, "PostgreSQL, lc_messages (de)"),
    ("http", Info, Keyed, "winston, Logging levels"),
    ("inf", Info, Bare, "Serilog, output template u3"),
    ("info", Info, Bare, "Log4j, Levels"),
    ("information", Info, Bare, "Serilog, Minimum level"),
    ("informational", Info, Bare, "RFC 5424, table 2"),
    ("informazioni", Info, Marked, "java.util.logging, Level.getLocalizedName (it)"),
    ("infos", Info, Marked, "java.util.logging, Level.getLocalizedName (fr)"),
    ("log", Info, Marked, "PostgreSQL, Message severity levels"),
    ("note", Info, Marked, "MySQL, The error log"),
    ("notice", Info, Bare, "RFC 5424, table 2"),
    ("pani", Fatal, Bare, "logrus, TextFormatter"),
    ("panic", Fatal, Bare, "PostgreSQL, Message severity levels"),
    ("pnc", Fatal, Bare, "zerolog, ConsoleWriter"),
    ("schwerwiegend", Error, Marked, "java.util.logging, Level.getLocalizedName (de)"),
    ("severe", Error, Bare, "java.util.logging, Level"),
    ("shout", Fatal, Marked, "Dart, package logging, Level"),
    ("sill", Trace, Keyed, "npmlog, levels"),
    ("silly", Trace, Keyed, "winston, Logging levels"),
    ("success", Info, Marked, "Loguru, The severity levels"),
    ("system", Info, Marked, "MySQL, The error log"),
    ("trac", Trace, Bare, "logrus, TextFormatter"),
    ("trace", Trace, Bare, "Log4j, Levels"),
    ("trc", Trace, Bare, "zerolog, ConsoleWriter"),
    ("trce", Trace, Bare, ".NET, Console log formatting"),
    ("verb", Trace, Keyed, "npmlog, levels"),
    ("verbose", Trace, Bare, "Serilog, Minimum level"),
    ("vrb", Trace, Bare, "Serilog, output template u3"),
    ("warn", Warn, Bare, "Log4j, Levels"),
    ("warning", Warn, Bare, "RFC 5424, table 2"),
    ("warnung", Warn, Marked, "java.util.logging, Level.getLocalizedName (de)"),
    ("wrn", Warn, Bare, "Serilog, output template u3"),
    ("严重", Error, Marked, "java.util.logging, Level.getLocalizedName (zh)"),
    ("信息", Info, Marked, "java.util.logging, Level.getLocalizedName (zh)"),
    ("情報", Info, Marked, "java.util.logging, Level.getLocalizedName (ja)"),
    ("警告", Warn, Marked, "java.util.logging, Level.getLocalizedName (ja, zh)"),
    ("重大", Error, Marked, "java.util.logging, Level.getLocalizedName (ja)"),
];

/// Lengths in bytes that a name can have.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=13;

/// Returns the level that a word names in any case, and the places in which it does so.
///
/// Numbered levels count too: `trace1` to `trace8` (Apache, `LogLevel`), `debug1` to `debug5` (PostgreSQL).
pub(super) fn find(word: &str) -> Option<(Level, Place)> {
    if !LENGTHS.contains(&word.len()) {
        return None;
    }
    let name = match word.as_bytes() {
        [name @ .., b'1'..=b'8'] if name.len() == "trace".len() => name,
        name => name,
    };
    let first = name[0].to_ascii_lowercase();
    let start = NAMES.partition_point(|(known, ..)| known.as_bytes()[0] < first);
    let same = NAMES[start..].iter().take_while(|(known, ..)| known.as_bytes()[0] == first);
    let (known, level, place, _) =
        { same }.find(|(known, ..)| known.as_bytes().eq_ignore_ascii_case(name))?;
    let numbered = name.len() < word.len();
    (!numbered || matches!(*known, "trace" | "debug")).then_some((*level, *place))
}

/// Returns the level that a capital letter names: klog, Ruby's Logger, MongoDB, capnslog (`N`), WebSphere (`A`).
pub(super) fn letter(letter: u8) -> Option<Level> {
    match letter {
        b'T' | b'V' => Some(Trace),
        b'D' => Some(Debug),
        b'I' | b'N' | b'A' => Some(Info),
        b'W' => Some(Warn),
        b'E' => Some(Error),
        b'F' | b'C' => Some(Fatal),
        _ => None,
    }
}

/// Returns the level that the text under a level key names: a name, a letter, `D2` (MongoDB, log message verbosity
/// levels), `ERROR+2` (Go, `log/slog`, `Level.String`), `ERROR2` (OpenTelemetry, displaying severity).
pub(super) fn named(text: &str) -> Option<Level> {
    if let Some((level, _)) = find(text) {
        return Some(level);
    }
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = |offset: &str| offset.bytes().all(|c| c.is_ascii_digit());
    let offset = text.split_once(['+', '-']).filter(|(_, offset)| digits(offset));
    let name = offset.map_or(text, |(name, _)| name);
    match name.as_bytes() {
        [one] | [one, b'1'..=b'5'] if one.is_ascii_alphabetic() => letter(one.to_ascii_uppercase()),
        _ => find(name).or_else(|| find(name.trim_end_matches(['2', '3', '4']))).map(|(level, _)| level),
    }
}

#[cfg(test)]
mod tests {
    use super::{LENGTHS, NAMES, find, named};
    use crate::model::Level;

    #[test]
    fn the_names_are_sorted_and_within_the_lengths() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0.as_bytes() < pair[1].0.as_bytes()));
        assert!(NAMES.iter().all(|(name, .., source)| LENGTHS.contains(&name.len()) && !source.is_empty()));
        assert!(NAMES.iter().all(|(name, level, place, _)| find(name) == Some((*level, *place))));
    }

    #[test]
    fn values_of_level_keys_are_names_in_many_spellings() {
        for (text, level) in [
            ("ERROR+2", Some(Level::Error)),
            ("DEBUG-4", Some(Level::Debug)),
            ("WARN2", Some(Level::Warn)),
            ("e", Some(Level::Error)),
            ("D2", Some(Level::Debug)),
            ("[error]", Some(Level::Error)),
            ("Informational", Some(Level::Info)),
            ("silly", Some(Level::Trace)),
            ("errors", None),
            ("", None),
        ] {
            assert_eq!(named(text), level, "{text}");
        }
    }
}

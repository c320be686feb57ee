//! Level names of logging libraries and servers, each with its source in their documentation.

use super::name_lengths::NameLengths;
use crate::model::LogLevel::{self, Debug, Error, Fatal, Info, Trace, Warn};

/// Context in which a word of a log line counts as the name of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LevelContext {
    /// In capitals, the word alone is a level, because no message begins with it in capitals. The contexts of
    /// `Marked` are sufficient too.
    Standalone,
    /// The word is a level only before a colon, in brackets or after a time, because messages may begin with
    /// it too.
    Marked,
    /// The word is a level only as the value of a level key.
    Keyed,
}

use LevelContext::{Keyed, Marked, Standalone};

/// Level names with their levels, contexts and sources. The names are sorted. Their ASCII letters are in lower
/// case, and all others as PostgreSQL prints them.
const LEVEL_NAMES: &[(&str, LogLevel, LevelContext, &str)] = &[
    ("advertencia", Warn, Marked, "java.util.logging, Level.getLocalizedName (es)"),
    ("alert", Fatal, Standalone, "RFC 5424, table 2"),
    ("attention", Warn, Marked, "PostgreSQL, lc_messages (fr)"),
    ("audit", Info, Marked, "WebSphere Liberty, Logging and trace"),
    ("avertissement", Warn, Marked, "java.util.logging, Level.getLocalizedName (fr)"),
    ("avvertenza", Warn, Marked, "java.util.logging, Level.getLocalizedName (it)"),
    ("bİlgİ", Info, Marked, "PostgreSQL, lc_messages (tr)"),
    ("bŁĄd", Error, Marked, "PostgreSQL, lc_messages (pl)"),
    ("config", Info, Marked, "java.util.logging, Level"),
    ("crit", Fatal, Standalone, "nginx, error_log"),
    ("critical", Fatal, Standalone, "Python, Logging levels"),
    ("dbg", Debug, Standalone, "zerolog, ConsoleWriter"),
    ("dbug", Debug, Standalone, ".NET, Console log formatting"),
    ("debg", Debug, Standalone, "slog-term, PlainDecorator"),
    ("debu", Debug, Standalone, "logrus, TextFormatter"),
    ("debug", Debug, Standalone, "RFC 5424, table 2"),
    ("default", Info, Keyed, "Google Cloud, LogSeverity"),
    ("dpanic", Fatal, Standalone, "zap, Level"),
    ("dziennik", Info, Marked, "PostgreSQL, lc_messages (pl)"),
    ("emerg", Fatal, Standalone, "Apache, LogLevel"),
    ("emergency", Fatal, Standalone, "RFC 5424, table 2"),
    ("ernst", Error, Marked, "java.util.logging, Level.getLocalizedName (nl)"),
    ("eror", Error, Standalone, "log15, LvlString"),
    ("err", Error, Standalone, "Serilog, output template u3"),
    ("erreur", Error, Marked, "PostgreSQL, lc_messages (fr)"),
    ("erro", Error, Standalone, "logrus, TextFormatter"),
    ("error", Error, Standalone, "Log4j, Levels"),
    ("errore", Error, Marked, "PostgreSQL, lc_messages (it)"),
    ("fail", Error, Marked, ".NET, Console log formatting"),
    ("fata", Fatal, Standalone, "logrus, TextFormatter"),
    ("fatal", Fatal, Standalone, "Log4j, Levels"),
    ("fehler", Error, Marked, "PostgreSQL, lc_messages (de)"),
    ("fine", Debug, Marked, "java.util.logging, Level"),
    ("finer", Trace, Standalone, "java.util.logging, Level"),
    ("finest", Trace, Standalone, "java.util.logging, Level"),
    ("ftl", Fatal, Standalone, "Serilog, output template u3"),
    ("grave", Error, Marked, "java.util.logging, Level.getLocalizedName (fr, es, it)"),
    ("hata", Error, Marked, "PostgreSQL, lc_messages (tr)"),
    ("hinweis", Info, Marked, "PostgreSQL, lc_messages (de)"),
    ("http", Info, Keyed, "winston, Logging levels"),
    ("inf", Info, Standalone, "Serilog, output template u3"),
    ("info", Info, Standalone, "Log4j, Levels"),
    ("informacja", Info, Marked, "PostgreSQL, lc_messages (pl)"),
    ("information", Info, Standalone, "Serilog, Minimum level"),
    ("informational", Info, Standalone, "RFC 5424, table 2"),
    ("informazioni", Info, Marked, "java.util.logging, Level.getLocalizedName (it)"),
    ("infos", Info, Marked, "java.util.logging, Level.getLocalizedName (fr)"),
    ("katastrofalny", Fatal, Marked, "PostgreSQL, lc_messages (pl)"),
    ("log", Info, Marked, "PostgreSQL, Message severity levels"),
    ("note", Info, Marked, "MySQL, The error log"),
    ("notice", Info, Standalone, "RFC 5424, table 2"),
    ("ntc", Info, Standalone, "Gel (EdgeDB), server log"),
    ("ostrzeŻenie", Warn, Marked, "PostgreSQL, lc_messages (pl)"),
    ("pani", Fatal, Standalone, "logrus, TextFormatter"),
    ("panic", Fatal, Standalone, "PostgreSQL, Message severity levels"),
    ("panika", Fatal, Marked, "PostgreSQL, lc_messages (pl)"),
    ("pnc", Fatal, Standalone, "zerolog, ConsoleWriter"),
    ("schwerwiegend", Error, Marked, "java.util.logging, Level.getLocalizedName (de)"),
    ("severe", Error, Standalone, "java.util.logging, Level"),
    ("shout", Fatal, Marked, "Dart, package logging, Level"),
    ("sill", Trace, Keyed, "npmlog, levels"),
    ("silly", Trace, Keyed, "winston, Logging levels"),
    ("success", Info, Marked, "Loguru, The severity levels"),
    ("system", Info, Marked, "MySQL, The error log"),
    ("trac", Trace, Standalone, "logrus, TextFormatter"),
    ("trace", Trace, Standalone, "Log4j, Levels"),
    ("trc", Trace, Standalone, "zerolog, ConsoleWriter"),
    ("trce", Trace, Standalone, ".NET, Console log formatting"),
    ("uwaga", Info, Marked, "PostgreSQL, lc_messages (pl)"),
    ("uyari", Warn, Marked, "PostgreSQL, lc_messages (tr)"),
    ("verb", Trace, Keyed, "npmlog, levels"),
    ("verbose", Trace, Standalone, "Serilog, Minimum level"),
    ("vrb", Trace, Standalone, "Serilog, output template u3"),
    ("warn", Warn, Standalone, "Log4j, Levels"),
    ("warning", Warn, Standalone, "RFC 5424, table 2"),
    ("warnung", Warn, Marked, "java.util.logging, Level.getLocalizedName (de)"),
    ("wrn", Warn, Standalone, "Serilog, output template u3"),
    ("ÖlÜmcÜl", Fatal, Marked, "PostgreSQL, lc_messages (tr)"),
    ("ВАЖНО", Fatal, Marked, "PostgreSQL, lc_messages (ru)"),
    ("ЗАМЕЧАНИЕ", Info, Marked, "PostgreSQL, lc_messages (ru)"),
    ("ИНФОРМАЦИЯ", Info, Marked, "PostgreSQL, lc_messages (ru)"),
    ("ОТЛАДКА", Debug, Marked, "PostgreSQL, lc_messages (ru)"),
    ("ОШИБКА", Error, Marked, "PostgreSQL, lc_messages (ru)"),
    ("ПАНИКА", Fatal, Marked, "PostgreSQL, lc_messages (ru)"),
    ("ПРЕДУПРЕЖДЕНИЕ", Warn, Marked, "PostgreSQL, lc_messages (ru)"),
    ("СООБЩЕНИЕ", Info, Marked, "PostgreSQL, lc_messages (ru)"),
    ("严重", Error, Marked, "java.util.logging, Level.getLocalizedName (zh)"),
    ("信息", Info, Marked, "java.util.logging, Level.getLocalizedName (zh)"),
    ("情報", Info, Marked, "java.util.logging, Level.getLocalizedName (ja)"),
    ("日志", Info, Marked, "PostgreSQL, lc_messages (zh)"),
    ("注意", Info, Marked, "PostgreSQL, lc_messages (zh)"),
    ("致命错误", Fatal, Marked, "PostgreSQL, lc_messages (zh)"),
    ("警告", Warn, Marked, "java.util.logging, Level.getLocalizedName (ja, zh)"),
    ("重大", Error, Marked, "java.util.logging, Level.getLocalizedName (ja)"),
    ("错误", Error, Marked, "PostgreSQL, lc_messages (zh)"),
];

/// The range of the names' lengths, in bytes. Letters beyond ASCII have two or three bytes.
const NAME_LENGTH_RANGE: std::ops::RangeInclusive<usize> = 3..=28;

/// Returns the level that `word` names, in any case, and the context in which the name counts.
///
/// Names with a number count too: `trace1` to `trace8` (Apache, `LogLevel`), `debug1` to `debug5`
/// (PostgreSQL).
pub(super) fn find_level_name(word: &str) -> Option<(LogLevel, LevelContext)> {
    let first = word.bytes().next().filter(|_| NAME_LENGTH_RANGE.contains(&word.len()))?;
    NAME_LENGTHS.may_contain(first.to_ascii_lowercase(), word.len()).then_some(())?;
    let name = match word.as_bytes() {
        [name @ .., b'1'..=b'8'] if name.len() == "trace".len() => name,
        name => name,
    };
    let first = first.to_ascii_lowercase();
    let start = LEVEL_NAMES.partition_point(|(known, ..)| known.as_bytes()[0] < first);
    let same = LEVEL_NAMES[start..].iter().take_while(|(known, ..)| known.as_bytes()[0] == first);
    let (known, level, place, _) =
        { same }.find(|(known, ..)| known.as_bytes().eq_ignore_ascii_case(name))?;
    let numbered = name.len() < word.len();
    (!numbered || matches!(*known, "trace" | "debug")).then_some((*level, *place))
}

/// The lengths of the names by their first byte, including `trace` and `debug` with a digit.
const NAME_LENGTHS: NameLengths = {
    let (mut lengths, mut index) = (NameLengths::new().with("trace1").with("debug1"), 0);
    while index < LEVEL_NAMES.len() {
        lengths = lengths.with(LEVEL_NAMES[index].0);
        index += 1;
    }
    lengths
};

/// Returns the level that a capital letter means in klog, Ruby's Logger, MongoDB, capnslog (`N`) and
/// WebSphere (`A`).
pub(super) fn level_of_letter(letter: u8) -> Option<LogLevel> {
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

/// Returns the level that the value of a level key states: a name, a letter, `D2` (MongoDB, log message
/// verbosity levels), `ERROR+2` (Go, `log/slog`, `Level.String`), `ERROR2` (OpenTelemetry, displaying
/// severity).
pub(super) fn level_of_value(text: &str) -> Option<LogLevel> {
    if let Some((level, _)) = find_level_name(text) {
        return Some(level);
    }
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let digits = |offset: &str| offset.bytes().all(|c| c.is_ascii_digit());
    let offset = text.split_once(['+', '-']).filter(|(_, offset)| digits(offset));
    let name = offset.map_or(text, |(name, _)| name);
    match name.as_bytes() {
        [one] | [one, b'1'..=b'5'] if one.is_ascii_alphabetic() => level_of_letter(one.to_ascii_uppercase()),
        _ => find_level_name(name)
            .or_else(|| find_level_name(name.trim_end_matches(['2', '3', '4'])))
            .map(|(level, _)| level),
    }
}

#[cfg(test)]
mod tests {
    use super::{LEVEL_NAMES, NAME_LENGTH_RANGE, find_level_name, level_of_value};
    use crate::model::LogLevel;

    #[test]
    fn the_names_are_sorted_and_within_the_lengths() {
        assert!(LEVEL_NAMES.windows(2).all(|pair| pair[0].0.as_bytes() < pair[1].0.as_bytes()));
        assert!(
            LEVEL_NAMES
                .iter()
                .all(|(name, .., source)| NAME_LENGTH_RANGE.contains(&name.len()) && !source.is_empty())
        );
        assert!(
            LEVEL_NAMES.iter().all(|(name, level, place, _)| find_level_name(name) == Some((*level, *place)))
        );
    }

    #[test]
    fn values_of_level_keys_are_names_in_many_spellings() {
        for (text, level) in [
            ("ERROR+2", Some(LogLevel::Error)),
            ("DEBUG-4", Some(LogLevel::Debug)),
            ("WARN2", Some(LogLevel::Warn)),
            ("e", Some(LogLevel::Error)),
            ("D2", Some(LogLevel::Debug)),
            ("[error]", Some(LogLevel::Error)),
            ("Informational", Some(LogLevel::Info)),
            ("silly", Some(LogLevel::Trace)),
            ("errors", None),
            ("", None),
        ] {
            assert_eq!(level_of_value(text), level, "{text}");
        }
    }
}

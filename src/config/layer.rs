//! Parses and checks one layer of the configuration: the user's file or a `--set` argument. Errors name the
//! argument, or the file and, if known, the line.

use super::{Config, SETTINGS_REMEDY, invalid_config, merge_into};
use crate::model::{Failure, text::nearest};
use std::fmt::Write;
use toml::{Table, Value};

/// Phrases in serde's error messages, each with the phrase that Portolan shows instead.
const ERROR_PHRASES: &[(&str, &str)] = &[
    ("expected usize", "expected a whole number"),
    ("expected u8", "expected a whole number from 0 to 255"),
    ("expected u16", "expected a whole number"),
    ("expected u32", "expected a whole number"),
    ("expected i64", "expected a whole number"),
    ("expected a sequence", "expected a list"),
    ("expected a map", "expected a table"),
    ("expected a boolean", "expected true or false"),
    ("expected struct Config", "expected a table"),
    ("expected string or table", "expected a text"),
    ("unknown variant", "unknown value"),
    ("unknown field", "unknown setting"),
    ("missing field", "missing setting"),
];

/// Parses `text`, the content of the file `name`. An error names the file and, if known, the line.
pub(super) fn parse_toml(text: &str, name: &str) -> Result<Table, Failure> {
    text.parse().map_err(|error: toml::de::Error| {
        let place = line_number(text, &error).map(|line| format!(":{line}")).unwrap_or_default();
        invalid_config(format!("{name}{place}: {}", error.message().trim()), "fix the TOML syntax")
    })
}

/// Parses a setting of the form `a.b=value` into nested tables. A value that is not valid TOML becomes a
/// string.
pub(super) fn parse_setting(setting: &str) -> Result<Table, Failure> {
    let Some((key, value)) = setting.split_once('=') else {
        return Err(invalid_config(format!("--set {setting}: missing `=`"), "write --set key=value"));
    };
    let parsed = format!("v = {value}").parse::<Table>().ok().and_then(|mut table| table.remove("v"));
    let mut value = parsed.unwrap_or_else(|| Value::String(value.to_owned()));
    for part in key.trim().rsplit('.') {
        value = Value::Table(Table::from_iter([(part.to_owned(), value)]));
    }
    match value {
        Value::Table(table) => Ok(table),
        _ => Err(invalid_config(format!("--set {setting}: missing key"), "write --set key=value")),
    }
}

/// Checks the user's file `name` with the content `text`, whose parsed form is `layer`. Takes missing
/// settings from `defaults`. An error names the file and, if known, the line.
pub(super) fn check_file(text: &str, name: &str, layer: &Table, defaults: &Table) -> Result<(), Failure> {
    // With the missing settings in front, one parse covers the whole text, so that errors have a position in
    // it.
    let mut whole = String::new();
    for (key, value) in defaults.iter().filter(|(key, _)| !layer.contains_key(*key)) {
        let _ = writeln!(whole, "{key} = {value}");
    }
    let added = whole.lines().count();
    whole.push_str(text);
    toml::from_str::<Config>(&whole).map(drop).map_err(|error| {
        let line =
            line_number(&whole, &error).and_then(|line| line.checked_sub(added)).filter(|line| *line > 0);
        let place = line.map(|line| format!(":{line}")).unwrap_or_default();
        describe_error(&format!("{name}{place}"), &error)
    })
}

/// Checks `layer` after merging it over `defaults`. An error begins with `place` and has no line number.
pub(super) fn check_table(place: &str, layer: &Table, defaults: &Table) -> Result<(), Failure> {
    let mut whole = defaults.clone();
    merge_into(&mut whole, layer.clone());
    let checked: Result<Config, _> = Table::try_into(whole);
    checked.map(drop).map_err(|error| describe_error(place, &error))
}

/// Returns the line of `text` in which `error` begins, counted from 1. Returns `None` if the error has no
/// position.
fn line_number(text: &str, error: &toml::de::Error) -> Option<usize> {
    let before = text.get(..error.span()?.start)?;
    Some(before.matches('\n').count() + 1)
}

/// Converts serde's `error` into a failure at `place`. Uses TOML's names of types, and suggests the most
/// similar setting.
fn describe_error(place: &str, error: &toml::de::Error) -> Failure {
    let remedy = nearest_key(error.message()).map_or_else(
        || SETTINGS_REMEDY.to_owned(),
        |nearest| format!("did you mean `{nearest}`? {SETTINGS_REMEDY}"),
    );
    let mut message = error.message().trim().to_owned();
    for (rust, toml) in ERROR_PHRASES {
        message = message.replace(rust, toml);
    }
    invalid_config(format!("{place}: {message}"), remedy)
}

/// Returns the valid name that is most similar to the unknown one in `message`, serde's error for an unknown
/// field or variant. Returns `None` for any other message, or if no name is similar.
fn nearest_key(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown"))?;
    nearest(unknown, names.map(|known| (known, known.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, read};
    use crate::{model::Failure, private_fs::TemporaryDir};

    /// Reads a configuration file with this text, called `FILE` in messages.
    fn read_text(text: &str) -> Result<Config, Failure> {
        let folder = TemporaryDir::create("portolan-layer-").unwrap();
        let path = folder.path().join("portolan.toml");
        std::fs::write(&path, text).unwrap();
        let plain = |words: &str| words.replace(&path.display().to_string(), "FILE");
        match read(Some(&path), &[]) {
            Ok(config) => Ok(Config {
                unknown_settings: config.unknown_settings.iter().map(|words| plain(words)).collect(),
                ..config
            }),
            Err(failure) => Err(Failure { message: plain(&failure.message).into(), ..failure }),
        }
    }

    /// Returns the message for an invalid configuration file with this text.
    fn message(text: &str) -> String {
        read_text(text).unwrap_err().message.to_string()
    }

    #[test]
    fn an_error_names_file_and_line_in_the_words_of_toml() {
        assert_eq!(
            message("theme = \"day\"\n\nlog-memory = \"much\"\n"),
            "FILE:3: invalid type: string \"much\", expected a whole number"
        );
        assert!(message("theme = \"day\"\nascii = [\n").starts_with("FILE:"));
        assert!(message("ascii = 1\n").contains("FILE:1: invalid type: integer `1`, expected true or false"));
        assert!(
            message("thme = 1\nascii = 1\n")
                .contains("FILE: invalid type: integer `1`, expected true or false")
        );
    }

    #[test]
    fn an_unknown_setting_of_a_newer_version_is_ignored_and_named() {
        let text = "# a comment\nthme = \"day\"\nascii = true\n[[source]]\nkind = \"docker\"\nhots = \"x\"\n\
                    [[source]]\nkind = \"ecs\"\nname = \"prod\"\n[[service]]\nservice = \"a\"\nrunbuk = \"x\"\n[cosmos]\na = 1\n";
        let config = read_text(text).unwrap();
        assert!(config.ascii && config.source.len() == 2);
        let mut named = config.unknown_settings;
        named.sort_unstable();
        assert_eq!(
            named,
            [
                "FILE: unknown setting `cosmos` ignored",
                "FILE:12: unknown setting `runbuk` ignored; did you mean `runbook`?",
                "FILE:2: unknown setting `thme` ignored; did you mean `theme`?",
                "FILE:6: unknown setting `hots` ignored; did you mean `host`?",
            ]
        );
    }
}

//! Configuration: the defaults of `config.example.toml`, overridden by the user's file and by `--set`.

use crate::{
    model::{Failure, FailureKind, ServiceAnnotation, Text},
    source,
    store::Grouping,
};
use jiff::SignedDuration;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};
use toml::{Table, Value};

/// Text of `config.example.toml`: every setting with its default and a comment.
pub const EXAMPLE_CONFIG: &str = include_str!("../config.example.toml");

/// All settings of the program, after the user's overrides.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The name of the theme, or `auto`.
    pub theme: String,
    /// True to draw with ASCII characters only.
    pub ascii: bool,
    /// True if Portolan captures the mouse from the start.
    pub mouse: bool,
    /// The memory for stored log lines, in MiB.
    pub log_memory: usize,
    /// True to keep snapshots and task definitions on disk between runs.
    pub cache: bool,
    /// The time for which observed connections are remembered.
    pub keep_observed: SignedDuration,
    /// The grouping of services on the map.
    pub group_by: Grouping,
    /// Names of services to treat as hubs: the map draws no lines to a hub, and numbers its callers instead.
    pub hubs: Vec<String>,
    /// The sources to poll. If empty, Portolan detects them.
    pub source: Vec<source::Config>,
    /// The user's annotations of services, such as owner and runbook.
    pub service: Vec<ServiceAnnotation>,
    /// Keys by command id, in place of the command's default keys.
    pub keys: BTreeMap<String, Vec<String>>,
}

/// Reads the configuration. The user's `file`, if given, overrides the example file, and `settings` of the
/// form `key=value` override both.
pub fn read(file: Option<&Path>, settings: &[String]) -> Result<Config, Failure> {
    let mut table = parse_toml(EXAMPLE_CONFIG, "config.example.toml")?;
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            invalid_config(
                format!("{} can't be read: {error}", path.display()),
                "pass a readable file with --config",
            )
        })?;
        merge_into(&mut table, parse_toml(&text, &path.display().to_string())?);
    }
    for setting in settings {
        merge_into(&mut table, parse_setting(setting)?);
    }
    // The merged settings are written out and parsed again, because an error has a line number only if it
    // comes from a parsed text.
    let text = table.to_string();
    toml::from_str::<Config>(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.end)?.lines().next_back());
        let line = line.filter(|line| line.contains('=') && !error.message().starts_with("unknown field"));
        let message =
            format!("{}{}", line.map(|line| format!("{line}: ")).unwrap_or_default(), error.message());
        let remedy = nearest_key(&message).map_or_else(
            || "config.example.toml lists every setting".to_owned(),
            |nearest| format!("did you mean `{nearest}`? config.example.toml lists every setting"),
        );
        invalid_config(format!("configuration: {message}"), remedy)
    })
}

fn parse_toml(text: &str, name: &str) -> Result<Table, Failure> {
    text.parse().map_err(|error: toml::de::Error| {
        invalid_config(format!("{name}: {}", error.to_string().trim()), "fix the TOML syntax")
    })
}

/// Parses a setting of the form `a.b=value` into nested tables. Takes a value that is not valid TOML as text.
fn parse_setting(setting: &str) -> Result<Table, Failure> {
    let Some((key, value)) = setting.split_once('=') else {
        return Err(invalid_config(format!("--set {setting}: missing `=`"), "write --set key=value"));
    };
    let value = format!("v = {value}").parse::<Table>().ok().and_then(|mut t| t.remove("v"));
    let mut value = value.unwrap_or_else(|| Value::String(setting[key.len() + 1..].to_owned()));
    for part in key.trim().rsplit('.') {
        value = Value::Table(Table::from_iter([(part.to_owned(), value)]));
    }
    match value {
        Value::Table(table) => Ok(table),
        _ => Err(invalid_config(format!("--set {setting}: missing key"), "write --set key=value")),
    }
}

/// Merges `over` into `base`: merges nested tables, replaces all other values.
fn merge_into(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge_into(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Returns the known setting that is most similar to the unknown one in `message`. Returns `None` if
/// `message` is not serde's error for an unknown setting, which lists the known ones.
fn nearest_key(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown field"))?;
    names.min_by_key(|known| strsim::damerau_levenshtein(known, unknown)).map(str::to_owned)
}

fn invalid_config(what: String, remedy: impl Into<Text>) -> Failure {
    Failure::new(FailureKind::Invalid, what, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(settings: &[&str]) -> Result<Config, Failure> {
        read(None, &settings.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_example_is_the_default() {
        let config = set(&[]).unwrap();
        assert_eq!((config.theme.as_str(), config.keep_observed), ("auto", SignedDuration::from_hours(24)));
        assert!(config.source.is_empty());
    }

    #[test]
    fn settings_lie_over_it() {
        let config = set(&["theme=day", "ascii=true", "keys.logs=[\"x\"]", "log-memory=8"]).unwrap();
        assert_eq!((config.theme.as_str(), config.ascii, config.log_memory), ("day", true, 8));
        assert_eq!(config.keys["logs"], ["x"]);
    }

    #[test]
    fn a_duration_is_written_as_people_write_it() {
        let kept = |setting: &str| set(&[setting]).map(|config| config.keep_observed.as_secs());
        assert_eq!(kept("keep-observed=90m"), Ok(5_400));
        assert_eq!(kept("keep-observed=\"1h 30m\""), Ok(5_400));
        assert!(kept("keep-observed=long").unwrap_err().message.contains("keep-observed"));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_nearest() {
        let failure = set(&["thme=day"]).unwrap_err();
        assert!(failure.message.contains("thme"), "{failure:?}");
        assert!(failure.remedy.contains("`theme`"), "{failure:?}");
        assert!(set(&["theme"]).unwrap_err().message.contains('='));
        assert!(set(&["ascii=perhaps"]).is_err());
    }

    #[test]
    fn the_sources_of_the_example_can_be_read() {
        let lines: Vec<&str> = EXAMPLE_CONFIG
            .lines()
            .filter(|line| {
                !line.starts_with("source =") && !line.starts_with("service =") && *line != "[keys]"
            })
            .map(|line| {
                line.strip_prefix("# ").filter(|l| l.starts_with('[') || l.contains(" = ")).unwrap_or(line)
            })
            .collect();
        let mut table = parse_toml(EXAMPLE_CONFIG, "example").unwrap();
        merge_into(&mut table, parse_toml(&lines.join("\n"), "uncommented").unwrap());
        let config: Config = table.try_into().unwrap();
        assert_eq!((config.source.len(), config.service.len()), (4, 1));
    }
}

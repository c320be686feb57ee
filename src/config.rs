//! The configuration: config.example.toml is the default, the user's file and `--set` lie over it.

use crate::{
    model::{Annotation, Failure, FailureKind, Text},
    source,
    store::Grouping,
};
use jiff::SignedDuration;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};
use toml::{Table, Value};

/// The default, and its documentation.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The theme's name, or `auto`.
    pub theme: String,
    /// Whether to draw with nothing but ASCII.
    pub ascii: bool,
    /// Whether the mouse is taken at the start.
    pub mouse: bool,
    /// The most memory that held log lines take, in MiB.
    pub log_memory: usize,
    /// Whether pictures and task definitions are kept on disk between runs.
    pub cache: bool,
    /// How long connections that were seen are remembered.
    pub keep_observed: SignedDuration,
    /// By what the map groups services.
    pub group_by: Grouping,
    /// Services whose callers the map marks, without lines.
    pub hubs: Vec<String>,
    /// What to look at; empty for what can be found.
    pub source: Vec<source::Config>,
    /// What people know about services.
    pub service: Vec<Annotation>,
    /// Other keys, by command.
    pub keys: BTreeMap<String, Vec<String>>,
}

/// Reads the configuration: the example, over it the user's file where there is one, over that the settings, each
/// `key=value`.
pub fn read(file: Option<&Path>, settings: &[String]) -> Result<Config, Failure> {
    let mut table = parse(EXAMPLE, "config.example.toml")?;
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            invalid(
                format!("{} can't be read: {error}", path.display()),
                "name a file that can be, with --config",
            )
        })?;
        lay_over(&mut table, parse(&text, &path.display().to_string())?);
    }
    for setting in settings {
        lay_over(&mut table, parse_setting(setting)?);
    }
    // Read from text again, so that an error knows its line.
    let text = table.to_string();
    toml::from_str::<Config>(&text).map_err(|error| {
        let line = error.span().and_then(|span| text.get(..span.end)?.lines().next_back());
        let line = line.filter(|line| line.contains('=') && !error.message().starts_with("unknown field"));
        let message =
            format!("{}{}", line.map(|line| format!("{line}: ")).unwrap_or_default(), error.message());
        let remedy = nearest(&message).map_or_else(
            || "config.example.toml tells every setting".to_owned(),
            |nearest| format!("did you mean `{nearest}`? config.example.toml tells every setting"),
        );
        invalid(format!("configuration: {message}"), remedy)
    })
}

fn parse(text: &str, name: &str) -> Result<Table, Failure> {
    text.parse().map_err(|error: toml::de::Error| {
        invalid(format!("{name}: {}", error.to_string().trim()), "it must be valid TOML")
    })
}

/// Reads `a.b=value`; what is no TOML value is taken as text.
fn parse_setting(setting: &str) -> Result<Table, Failure> {
    let Some((key, value)) = setting.split_once('=') else {
        return Err(invalid(format!("--set {setting}: there is no `=` in it"), "write --set key=value"));
    };
    let value = format!("v = {value}").parse::<Table>().ok().and_then(|mut t| t.remove("v"));
    let mut value = value.unwrap_or_else(|| Value::String(setting[key.len() + 1..].to_owned()));
    for part in key.trim().rsplit('.') {
        value = Value::Table(Table::from_iter([(part.to_owned(), value)]));
    }
    match value {
        Value::Table(table) => Ok(table),
        _ => Err(invalid(format!("--set {setting}: there is no key in it"), "write --set key=value")),
    }
}

/// Lays one table over another: tables are laid over each other in turn, everything else is replaced.
fn lay_over(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// The known key that is most like the unknown one that `message` tells of, in serde's words.
fn nearest(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().filter(|_| message.starts_with("unknown field"))?;
    names.min_by_key(|known| strsim::damerau_levenshtein(known, unknown)).map(str::to_owned)
}

fn invalid(what: String, remedy: impl Into<Text>) -> Failure {
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
        assert!(kept("keep-observed=long").unwrap_err().what.contains("keep-observed"));
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_nearest() {
        let failure = set(&["thme=day"]).unwrap_err();
        assert!(failure.what.contains("thme"), "{failure:?}");
        assert!(failure.remedy.contains("`theme`"), "{failure:?}");
        assert!(set(&["theme"]).unwrap_err().what.contains('='));
        assert!(set(&["ascii=perhaps"]).is_err());
    }

    #[test]
    fn the_sources_of_the_example_can_be_read() {
        let lines: Vec<&str> = EXAMPLE
            .lines()
            .filter(|line| {
                !line.starts_with("source =") && !line.starts_with("service =") && *line != "[keys]"
            })
            .map(|line| {
                line.strip_prefix("# ").filter(|l| l.starts_with('[') || l.contains(" = ")).unwrap_or(line)
            })
            .collect();
        let mut table = parse(EXAMPLE, "example").unwrap();
        lay_over(&mut table, parse(&lines.join("\n"), "uncommented").unwrap());
        let config: Config = table.try_into().unwrap();
        assert_eq!((config.source.len(), config.service.len()), (4, 1));
    }
}

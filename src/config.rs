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

mod layer;
mod unknown;

/// Remedy for a setting with an unknown name or a wrong value. A suggestion may precede it.
const SETTINGS_REMEDY: &str = "config.example.toml lists every setting";

/// Text of `config.example.toml`: every setting with its default and a comment.
pub const EXAMPLE_CONFIG: &str = include_str!("../config.example.toml");

/// All settings of the program, after the user's overrides.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Name of the theme; `auto` chooses one by the variables TERM and COLORTERM. The variable `NO_COLOR`
    /// overrides every theme.
    pub theme: String,
    /// True to draw with ASCII characters only.
    pub ascii: bool,
    /// True if Portolan captures the mouse from the start.
    pub mouse: bool,
    /// Maximum memory for stored log lines, in MiB.
    pub log_memory: usize,
    /// True to keep snapshots and task definitions on disk between runs.
    pub cache: bool,
    /// Time for which Portolan remembers an observed connection after it last saw it.
    pub keep_observed: SignedDuration,
    /// Attribute by which the map groups services.
    pub group_by: Grouping,
    /// Names of services to treat as hubs: the map counts the calls to a hub in words and draws no lines.
    pub hubs: Vec<String>,
    /// Columns of the service list, in this order. If empty, Portolan shows all that fit.
    pub list_columns: Vec<String>,
    /// Sources to poll. If empty, Portolan detects them.
    pub source: Vec<source::Config>,
    /// Path patterns, such as `~/src/*`, of repositories in which Portolan looks for files that describe
    /// services.
    pub repositories: Vec<String>,
    /// The user's annotations of services, such as owner and runbook.
    pub service: Vec<ServiceAnnotation>,
    /// Settings of the team whose members read AWS accounts together.
    pub team: source::team::TeamConfig,
    /// Keys by command id; they replace the command's default keys.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Warnings, one for each setting of the file that this version does not know and ignores.
    #[serde(skip)]
    pub unknown_settings: Vec<String>,
}

/// Reads the configuration: the defaults of `config.example.toml`, overridden by the user's `file` if given,
/// then by `settings` of the form `key=value`. An error names the setting, or the file and, if known, the
/// line.
pub fn read(file: Option<&Path>, settings: &[String]) -> Result<Config, Failure> {
    let (table, unknown_settings) = merged_layers(file, settings)?;
    let config: Result<Config, toml::de::Error> = table.try_into();
    let config = config
        .map_err(|error| invalid_config(format!("configuration: {}", error.message()), SETTINGS_REMEDY))?;
    Ok(Config { unknown_settings, ..config })
}

/// Returns the defaults of `config.example.toml` with the user's `file` and `settings` merged over them.
/// Fails if the file can't be read or a setting is invalid.
pub fn effective_table(file: Option<&Path>, settings: &[String]) -> Result<Table, Failure> {
    merged_layers(file, settings).map(|(table, _)| table)
}

/// Returns the defaults with the user's file and settings merged over them, and a warning for each unknown
/// setting of the file.
fn merged_layers(file: Option<&Path>, settings: &[String]) -> Result<(Table, Vec<String>), Failure> {
    let mut unknown = Vec::new();
    let example = layer::parse_toml(EXAMPLE_CONFIG, "config.example.toml")?;
    let mut table = example.clone();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            invalid_config(
                format!("{} can't be read: {error}", path.display()),
                "pass a readable file with --config",
            )
        })?;
        let name = path.display().to_string();
        let mut layer = layer::parse_toml(&text, &name)?;
        unknown = unknown::remove_unknown_settings(&mut layer, &name, &text);
        if unknown.is_empty() {
            layer::check_file(&text, &name, &layer, &example)?;
        } else {
            layer::check_table(&name, &layer, &example)?;
        }
        merge_into(&mut table, layer);
    }
    for setting in settings {
        let layer = layer::parse_setting(setting)?;
        layer::check_table(&format!("--set {setting}"), &layer, &example)?;
        merge_into(&mut table, layer);
    }
    Ok((table, unknown))
}

/// Merges `over` into `base`: merges nested tables, and replaces all other values.
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
        let mut table = layer::parse_toml(EXAMPLE_CONFIG, "example").unwrap();
        merge_into(&mut table, layer::parse_toml(&lines.join("\n"), "uncommented").unwrap());
        let config: Config = table.try_into().unwrap();
        assert_eq!((config.source.len(), config.service.len()), (4, 1));
    }
}

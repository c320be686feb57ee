//! Configuration tests: settings override the file, the file overrides the defaults, and errors name the
//! wrong key.

use portolan::config::{EXAMPLE_CONFIG, read};
use proptest::prelude::*;
use std::{
    fs,
    path::{Path, PathBuf},
};
use toml::Table;

/// Temporary configuration file, removed on drop.
struct TempConfigFile(PathBuf);

impl TempConfigFile {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("portolan-config-{}-{name}.toml", std::process::id()));
        fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for TempConfigFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn owned_strings(settings: &[&str]) -> Vec<String> {
    settings.iter().map(|setting| (*setting).to_owned()).collect()
}

#[test]
fn an_empty_file_changes_nothing_and_the_example_is_the_default() {
    let default = read(None, &[]).unwrap();
    let empty = TempConfigFile::new("empty", "");
    assert_eq!(read(Some(&empty.0), &[]).unwrap(), default);
    let example = TempConfigFile::new("example", EXAMPLE_CONFIG);
    assert_eq!(read(Some(&example.0), &[]).unwrap(), default);
}

#[test]
fn settings_lie_over_the_file_and_the_file_over_the_default() {
    let file = TempConfigFile::new("layers", "theme = \"day\"\nlog-memory = 4\n[keys]\nlogs = [\"L\"]\n");
    let config = read(Some(&file.0), &owned_strings(&["theme=mono", "keys.card=[\"D\"]"])).unwrap();
    assert_eq!((config.theme.as_str(), config.log_memory), ("mono", 4));
    assert_eq!(
        (&config.keys["logs"], &config.keys["card"]),
        (&owned_strings(&["L"]), &owned_strings(&["D"]))
    );
    assert!(config.mouse, "what nobody says stays as it is by default");
}

#[test]
fn errors_name_the_file_and_line() {
    let malformed = TempConfigFile::new("malformed", "theme = \"day\"\nascii = tru\n");
    let failure = read(Some(&malformed.0), &[]).unwrap_err();
    assert!(failure.message.contains("malformed.toml:2: "), "{}", failure.message);
    let unknown = TempConfigFile::new("unknown", "log-memmory = 3\n");
    let config = read(Some(&unknown.0), &[]).unwrap();
    assert!(config.unknown_settings[0].contains("unknown.toml:1: "), "{config:?}");
    assert!(config.unknown_settings[0].contains("`log-memory`"), "{config:?}");
    let failure = read(Some(Path::new("/nonexistent/portolan.toml")), &[]).unwrap_err();
    assert!(failure.message.contains("/nonexistent/portolan.toml"), "{failure:?}");
    let source = TempConfigFile::new("source", "[[source]]\nkind = \"dokcer\"\n");
    let failure = read(Some(&source.0), &[]).unwrap_err();
    assert!(failure.message.contains("dokcer") && failure.message.contains("docker"), "{failure:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_key_but_the_known_ones_is_refused(key in "[a-z]{1,12}") {
        let known: Table = EXAMPLE_CONFIG.parse().unwrap();
        prop_assume!(!known.contains_key(&key));
        let failure = read(None, &[format!("{key}=1")]).unwrap_err();
        prop_assert!(failure.message.contains(&key), "{failure:?}");
    }

    #[test]
    fn any_setting_is_read_or_refused(setting in "\\PC{0,24}") {
        if let Err(failure) = read(None, &[setting]) {
            prop_assert!(!failure.message.is_empty() && !failure.remedy.is_empty());
        }
    }
}

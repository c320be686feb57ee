//! The docker command's contexts: which one is current, and where its engine is.

use super::{Endpoint, settings};
use crate::model::{Failure, FailureKind, Text};
use serde::Deserialize;
use serde_json::Value;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The most bytes of a file of settings that are read.
const MAX_SETTINGS_BYTES: u64 = 1 << 20;
/// The most contexts that are read.
const MAX_CONTEXTS: usize = 1_000;

/// The part of a context's `meta.json` that says where its engine is.
#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Name")]
    name: String,
    #[serde(default, rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    #[serde(default)]
    docker: Target,
}

#[derive(Default, Deserialize)]
struct Target {
    #[serde(default, rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    unverified: bool,
}

/// The current context's name, empty where none was chosen; and what is wrong with the file that says so. As the docker
/// command does, a file that can't be read is passed over with a warning.
pub(super) fn current(config: &Path) -> (String, Option<Failure>) {
    let path = config.join("config.json");
    let text = match settings::read(&path, MAX_SETTINGS_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (String::new(), None),
        Err(error) => {
            return (String::new(), Some(unreadable(&path, &error.to_string(), "make the file readable")));
        }
    };
    match chosen(&text) {
        Ok(name) => (name, None),
        Err(why) => (String::new(), Some(unreadable(&path, &why, "correct the file"))),
    }
}

/// The name that the text of `config.json` gives, whatever the case of the key (Go, `encoding/json`).
fn chosen(text: &[u8]) -> Result<String, String> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Ok(String::new());
    }
    let settings: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let table = settings.as_object().ok_or("it is no table")?;
    let found = table.get("currentContext");
    let found = found.or_else(|| {
        table.iter().find(|(key, _)| key.eq_ignore_ascii_case("currentContext")).map(|(_, value)| value)
    });
    match found {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(name)) => Ok(name.trim().to_owned()),
        Some(_) => Err("currentContext is no text".to_owned()),
    }
}

/// Where the engine of the context `name` is.
pub(super) fn endpoint(config: &Path, name: &str) -> Result<Endpoint, Failure> {
    let Some((folder, meta)) = all(config).find(|(_, meta)| meta.name == name) else {
        let known: Vec<_> = all(config).map(|(_, meta)| Text::new(&meta.name)).collect();
        return Err(Failure::new(
            FailureKind::Missing,
            format!("there is no docker context {}", Text::new(name)),
            match known.as_slice() {
                [] => {
                    "no context is defined: see `docker context create`, or unset DOCKER_CONTEXT".to_owned()
                }
                _ => format!("choose one of: default, {}", known.join(", ")),
            },
        ));
    };
    let target = meta.endpoints.docker;
    if target.host.trim().is_empty() {
        return Ok(Endpoint::default());
    }
    // The folder that holds a context's keys has the same name, the digest of the context's, as that of its meta.
    let keys = config.join("contexts/tls").join(folder).join("docker");
    let endpoint = Endpoint::parse(&target.host, keys.join("ca.pem").exists().then_some(keys))?;
    // On a socket or through ssh there is no TLS to skip.
    if target.unverified && matches!(endpoint, Endpoint::Tcp(_) | Endpoint::Tls { .. }) {
        return Err(Failure::new(
            FailureKind::Invalid,
            format!("the docker context {} skips TLS verification, which is not supported", Text::new(name)),
            "give the context the engine's CA: `docker context update --docker host=…,ca=…`",
        ));
    }
    Ok(endpoint)
}

/// Every readable context with the name of its folder.
fn all(config: &Path) -> impl Iterator<Item = (PathBuf, Meta)> {
    let folders = fs::read_dir(config.join("contexts/meta")).into_iter().flatten().flatten();
    folders.take(MAX_CONTEXTS).filter_map(|folder| {
        let text = settings::read(&folder.path().join("meta.json"), MAX_SETTINGS_BYTES).ok()?;
        Some((PathBuf::from(folder.file_name()), serde_json::from_slice(&text).ok()?))
    })
}

fn unreadable(path: &Path, why: &str, remedy: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{}: {}", path.display(), Text::new(why)), remedy)
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn a_context_is_chosen_by_any_file_that_the_docker_command_reads() {
        let name = |text: &str| chosen(text.as_bytes());
        for none in ["", " \n", "{}", r#"{"currentContext": null}"#, r#"{"auths": {}}"#, "\u{feff}{}"] {
            assert_eq!(name(none).as_deref(), Ok(""), "{none}");
        }
        assert_eq!(name(r#"{"currentContext": "a"}"#).as_deref(), Ok("a"));
        assert_eq!(name(r#"{"CurrentCONTEXT": "a"}"#).as_deref(), Ok("a"));
        for odd in ["{", r#"{"auths": {},}"#, "[]", r#"{"currentContext": 3}"#] {
            assert!(name(odd).is_err(), "{odd}");
        }
    }
}

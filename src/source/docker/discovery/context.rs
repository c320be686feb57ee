//! Docker contexts: the current context of the docker command, and the address of its engine.

use super::settings_file;
use crate::{
    model::{Failure, FailureKind, Text},
    source::docker::EngineEndpoint,
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Maximum size of a settings file, in bytes.
const MAX_SETTINGS_BYTES: u64 = 1 << 20;
/// Maximum number of contexts that are read.
const MAX_CONTEXTS: usize = 1_000;

/// Part of a context's `meta.json` that holds the engine's address.
#[derive(Deserialize)]
struct ContextMeta {
    #[serde(rename = "Name")]
    name: String,
    #[serde(default, rename = "Endpoints")]
    endpoints: ContextEndpoints,
}

#[derive(Default, Deserialize)]
struct ContextEndpoints {
    #[serde(default)]
    docker: DockerTarget,
}

#[derive(Default, Deserialize)]
struct DockerTarget {
    #[serde(default, rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

/// Returns the name of the current context, or an empty name if `config.json` is missing or names none. If
/// the file is unreadable or invalid, returns an empty name and a warning, as the docker command does.
pub(in crate::source::docker) fn current_context(config: &Path) -> (String, Option<Failure>) {
    let path = config.join("config.json");
    let text = match settings_file::read_settings(&path, MAX_SETTINGS_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (String::new(), None),
        Err(error) => {
            return (
                String::new(),
                Some(settings_failure(&path, &error.to_string(), "make the file readable")),
            );
        }
    };
    match parse_current_context(&text) {
        Ok(name) => (name, None),
        Err(why) => (String::new(), Some(settings_failure(&path, &why, "fix the file"))),
    }
}

/// Parses the current context from `config.json`. Keys match in any case, as in Go's `encoding/json`.
fn parse_current_context(text: &[u8]) -> Result<String, String> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.trim_ascii().is_empty() {
        return Ok(String::new());
    }
    let settings: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let table = settings.as_object().ok_or("not a JSON object")?;
    let found = table.get("currentContext");
    let found = found.or_else(|| {
        table.iter().find(|(key, _)| key.eq_ignore_ascii_case("currentContext")).map(|(_, value)| value)
    });
    match found {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(name)) => Ok(name.trim().to_owned()),
        Some(_) => Err("currentContext is not a string".to_owned()),
    }
}

/// Returns the engine address of the context `name`, or the default socket if the context names no address.
/// Fails if there is no such context, or if the context turns off the verification of a TCP engine's
/// certificate.
pub(in crate::source::docker) fn context_endpoint(
    config: &Path,
    name: &str,
) -> Result<EngineEndpoint, Failure> {
    let Some((folder, meta)) = read_contexts(config).find(|(_, meta)| meta.name == name) else {
        let known: Vec<_> = read_contexts(config).map(|(_, meta)| Text::new(&meta.name)).collect();
        return Err(Failure::new(
            FailureKind::Missing,
            format!("no docker context named {}", Text::new(name)),
            match known.as_slice() {
                [] => "no contexts exist: see `docker context create`, or unset DOCKER_CONTEXT".to_owned(),
                _ => format!("use one of: default, {}", known.join(", ")),
            },
        ));
    };
    let target = meta.endpoints.docker;
    if target.host.trim().is_empty() {
        return Ok(EngineEndpoint::default());
    }
    // Docker stores the keys and the metadata of a context in two folders of the same name, which is the
    // digest of the context's name.
    let keys = config.join("contexts/tls").join(folder).join("docker");
    let endpoint = EngineEndpoint::parse(&target.host, keys.join("ca.pem").exists().then_some(keys))?;
    // A socket or an ssh connection uses no TLS, so the option has no effect there.
    if target.skip_tls_verify && matches!(endpoint, EngineEndpoint::Tcp(_) | EngineEndpoint::Tls { .. }) {
        return Err(Failure::new(
            FailureKind::Invalid,
            format!("the docker context {} skips TLS verification, which is not supported", Text::new(name)),
            "add the engine's CA to the context: `docker context update --docker host=…,ca=…`",
        ));
    }
    Ok(endpoint)
}

/// Iterates over the readable contexts, each with the name of its folder.
fn read_contexts(config: &Path) -> impl Iterator<Item = (PathBuf, ContextMeta)> {
    let folders = fs::read_dir(config.join("contexts/meta")).into_iter().flatten().flatten();
    folders.take(MAX_CONTEXTS).filter_map(|folder| {
        let text = settings_file::read_settings(&folder.path().join("meta.json"), MAX_SETTINGS_BYTES).ok()?;
        Some((PathBuf::from(folder.file_name()), serde_json::from_slice(&text).ok()?))
    })
}

fn settings_failure(path: &Path, why: &str, remedy: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{}: {}", path.display(), Text::new(why)), remedy)
}

#[cfg(test)]
mod tests {
    use super::parse_current_context;

    #[test]
    fn a_context_is_chosen_by_any_file_that_the_docker_command_reads() {
        let name = |text: &str| parse_current_context(text.as_bytes());
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

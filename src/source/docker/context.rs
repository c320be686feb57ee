//! The docker command's contexts: which one is current, and where its engine is.

use super::Endpoint;
use crate::model::{Failure, FailureKind, Text};
use serde::Deserialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The part of `config.json` that names the current context.
#[derive(Deserialize)]
struct Settings {
    #[serde(default, rename = "currentContext")]
    current: String,
}

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
    docker: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(default, rename = "Host")]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    unverified: bool,
}

/// The current context's name; empty where none was chosen.
pub(super) fn current(config: &Path) -> Result<String, Failure> {
    let path = config.join("config.json");
    match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str::<Settings>(&text).map(|settings| settings.current).map_err(|e| {
            unreadable(&path, &e.to_string(), "correct the file, or set DOCKER_HOST to go round it")
        }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(unreadable(&path, &e.to_string(), "make the file readable, or set DOCKER_HOST")),
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
    let target = meta.endpoints.docker.unwrap_or(Target { host: String::new(), unverified: false });
    if target.unverified {
        return Err(Failure::new(
            FailureKind::Invalid,
            format!("the docker context {} skips TLS verification, which is not supported", Text::new(name)),
            "give the context the engine's CA: `docker context update --docker host=…,ca=…`",
        ));
    }
    // The folder that holds a context's keys has the same name, the digest of the context's, as that of its meta.
    let keys = config.join("contexts/tls").join(folder).join("docker");
    Endpoint::parse(&target.host, keys.join("ca.pem").exists().then_some(keys))
}

/// Every readable context with the name of its folder.
fn all(config: &Path) -> impl Iterator<Item = (PathBuf, Meta)> {
    let folders = fs::read_dir(config.join("contexts/meta")).into_iter().flatten().flatten();
    folders.filter_map(|folder| {
        let text = fs::read_to_string(folder.path().join("meta.json")).ok()?;
        Some((PathBuf::from(folder.file_name()), serde_json::from_str(&text).ok()?))
    })
}

fn unreadable(path: &Path, why: &str, remedy: &str) -> Failure {
    Failure::new(FailureKind::Invalid, format!("{}: {}", path.display(), Text::new(why)), remedy)
}

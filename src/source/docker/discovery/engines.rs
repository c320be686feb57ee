//! Discovery of engines: the engine that the docker command would choose, or else all engines at the default
//! sockets of Docker and Podman.

use super::context;
use crate::{
    model::{Failure, FailureKind, Text},
    source::docker::{Config, EngineEndpoint},
};
use std::path::{Path, PathBuf};

/// Default socket of Docker.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// Socket of root's Podman.
const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// Environment variables and folders that lead to an engine. Empty means unset.
#[derive(Clone, Debug, Default)]
pub struct Env {
    /// `DOCKER_HOST`: the engine's address.
    pub host: String,
    /// `DOCKER_CONTEXT`: the name of a docker context.
    pub context: String,
    /// `DOCKER_TLS_VERIFY` or `DOCKER_TLS`: any non-empty value turns TLS on.
    pub tls: String,
    /// `DOCKER_CERT_PATH`: the folder with certificates and key.
    pub certificates: String,
    /// Docker's configuration folder: `DOCKER_CONFIG`, else `~/.docker`.
    pub config_dir: PathBuf,
    /// `XDG_RUNTIME_DIR`: the folder with the user's own sockets.
    pub runtime_dir: PathBuf,
    /// Root folder of the default socket paths: `/`, except in tests.
    pub root: PathBuf,
}

/// Engine that discovery found, with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEngine {
    /// Name of the source, such as `docker` or `podman`.
    pub name: String,
    /// Address of the engine.
    pub endpoint: EngineEndpoint,
    /// Setting that led to the engine, such as `DOCKER_HOST`.
    pub found_by: String,
    /// Warning about a setting that discovery ignored, such as an unreadable `config.json`.
    pub warning: Option<Failure>,
}

impl Env {
    /// Reads the environment. `variable` returns the value of the environment variable with a given name.
    pub fn read(home: &Path, variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(name).unwrap_or_default();
        let config_dir = match get("DOCKER_CONFIG") {
            unset if unset.is_empty() => home.join(".docker"),
            set => PathBuf::from(set),
        };
        Self {
            host: get("DOCKER_HOST"),
            context: get("DOCKER_CONTEXT"),
            tls: get("DOCKER_TLS_VERIFY") + &get("DOCKER_TLS"),
            certificates: get("DOCKER_CERT_PATH"),
            config_dir,
            runtime_dir: PathBuf::from(get("XDG_RUNTIME_DIR")),
            root: PathBuf::from("/"),
        }
    }

    /// Returns true if docker's configuration chooses a context other than `default`.
    #[must_use]
    pub fn has_current_context(&self) -> bool {
        !matches!(context::current_context(&self.config_dir).0.as_str(), "" | "default")
    }

    fn certificates(&self) -> PathBuf {
        if self.certificates.is_empty() { self.config_dir.clone() } else { PathBuf::from(&self.certificates) }
    }
}

/// Finds the engines to use. If the configuration or the environment names an engine, returns only that one.
/// Otherwise returns every engine at a default socket, and fails if there is none.
pub fn discover(config: &Config, env: &Env) -> Result<Vec<FoundEngine>, Failure> {
    let (chosen, warning) = configured_engine(config, env)?;
    let mut found = if let Some(one) = chosen { vec![one] } else { engines_at_default_sockets(env)? };
    found.iter_mut().for_each(|found| found.warning.clone_from(&warning));
    if let [only] = found.as_mut_slice()
        && !config.name.is_empty()
    {
        only.name = Text::new(&config.name).replace('/', "-");
    }
    Ok(found)
}

/// Returns the engine that the configuration or the environment names, in the docker command's order of
/// precedence. Also returns a warning about ignored settings.
fn configured_engine(config: &Config, env: &Env) -> Result<(Option<FoundEngine>, Option<Failure>), Failure> {
    let one = |endpoint, because: String| {
        (Some(FoundEngine { name: "docker".to_owned(), endpoint, found_by: because, warning: None }), None)
    };
    if !config.host.trim().is_empty() {
        let certificates = (!config.certificates.is_empty()).then(|| PathBuf::from(&config.certificates));
        let endpoint = EngineEndpoint::parse(&config.host, certificates)?;
        return Ok(one(endpoint, "the configuration file".to_owned()));
    }
    if config.context.is_empty() && !env.host.trim().is_empty() {
        let certificates = (!env.tls.is_empty()).then(|| env.certificates());
        return Ok(one(EngineEndpoint::parse(&env.host, certificates)?, "DOCKER_HOST".to_owned()));
    }
    let (context, because, warning) = if !config.context.is_empty() {
        (config.context.clone(), "the configuration file", None)
    } else if !env.context.trim().is_empty() {
        (env.context.trim().to_owned(), "DOCKER_CONTEXT", None)
    } else {
        let (context, warning) = context::current_context(&env.config_dir);
        (context, "the docker configuration", warning)
    };
    if context.is_empty() || context == "default" {
        return Ok((None, warning));
    }
    let endpoint = context::context_endpoint(&env.config_dir, &context)?;
    Ok(one(endpoint, format!("context {} from {because}", Text::new(&context))))
}

/// Returns the engines at the default sockets that exist. Several paths to the same socket count once.
fn engines_at_default_sockets(env: &Env) -> Result<Vec<FoundEngine>, Failure> {
    let mut places = vec![("docker", under_root(env, DEFAULT_SOCKET))];
    if !env.runtime_dir.as_os_str().is_empty() {
        places.push(("docker-rootless", env.runtime_dir.join("docker.sock")));
        places.push(("podman", env.runtime_dir.join("podman/podman.sock")));
    }
    places.push(("podman-root", under_root(env, PODMAN_SOCKET)));
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (name, path) in &places {
        let Ok(real) = path.canonicalize() else { continue };
        if !seen.contains(&real) {
            seen.push(real);
            found.push(FoundEngine {
                name: (*name).to_owned(),
                endpoint: EngineEndpoint::Socket(path.clone()),
                found_by: "the default socket".to_owned(),
                warning: None,
            });
        }
    }
    if found.is_empty() {
        let looked: Vec<_> = places.iter().map(|(_, path)| path.display().to_string()).collect();
        return Err(Failure::new(
            FailureKind::Missing,
            format!(
                "no engine found: DOCKER_HOST is not set, no docker context is selected, and none of these \
                 sockets exists: {}",
                looked.join(", ")
            ),
            "start Docker or Podman, or set DOCKER_HOST",
        ));
    }
    Ok(found)
}

fn under_root(env: &Env, absolute: &str) -> PathBuf {
    env.root.join(absolute.trim_start_matches('/'))
}

#[cfg(test)]
mod tests;

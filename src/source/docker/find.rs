//! Which engine to talk to: what the docker command would choose, and Podman's sockets beside it.

use super::{Config, Endpoint, context};
use crate::model::{Failure, FailureKind, Text};
use std::path::{Path, PathBuf};

/// Where Docker listens unless told otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// Where root's Podman listens.
const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// What the process was started with, as far as finding an engine goes. Empty means unset.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `DOCKER_HOST`.
    pub host: String,
    /// `DOCKER_CONTEXT`.
    pub context: String,
    /// `DOCKER_TLS_VERIFY` or `DOCKER_TLS`: anything but empty means TLS.
    pub tls: String,
    /// `DOCKER_CERT_PATH`.
    pub certificates: String,
    /// The Docker configuration directory: `DOCKER_CONFIG`, else `~/.docker`.
    pub config: PathBuf,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: PathBuf,
    /// What the absolute socket paths are relative to: `/`, but in tests.
    pub root: PathBuf,
}

/// An engine that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What to call it: `docker`, `podman`.
    pub name: String,
    /// How to reach it.
    pub endpoint: Endpoint,
    /// What led there, such as `DOCKER_HOST`.
    pub because: String,
    /// What was passed over on the way there, such as a `config.json` that can't be read.
    pub warning: Option<Failure>,
}

impl Surroundings {
    /// Reads what matters through `variable`, which gives an environment variable's value.
    pub fn read(home: &Path, variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(name).unwrap_or_default();
        let config = match get("DOCKER_CONFIG") {
            unset if unset.is_empty() => home.join(".docker"),
            set => PathBuf::from(set),
        };
        Self {
            host: get("DOCKER_HOST"),
            context: get("DOCKER_CONTEXT"),
            tls: get("DOCKER_TLS_VERIFY") + &get("DOCKER_TLS"),
            certificates: get("DOCKER_CERT_PATH"),
            config,
            runtime: PathBuf::from(get("XDG_RUNTIME_DIR")),
            root: PathBuf::from("/"),
        }
    }

    /// Whether the docker configuration names a context.
    #[must_use]
    pub fn has_current_context(&self) -> bool {
        !matches!(context::current(&self.config).0.as_str(), "" | "default")
    }

    fn certificates(&self) -> PathBuf {
        if self.certificates.is_empty() { self.config.clone() } else { PathBuf::from(&self.certificates) }
    }
}

/// The engines to use: the one that is named by configuration or environment, else all that have a usual socket.
pub fn find(config: &Config, around: &Surroundings) -> Result<Vec<Found>, Failure> {
    let (chosen, warning) = named(config, around)?;
    let mut found = if let Some(one) = chosen { vec![one] } else { usual(around)? };
    found.iter_mut().for_each(|found| found.warning.clone_from(&warning));
    if let [only] = found.as_mut_slice()
        && !config.name.is_empty()
    {
        only.name = Text::new(&config.name).replace('/', "-");
    }
    Ok(found)
}

/// The engine that somebody named, in the docker command's order of precedence; and what was passed over.
fn named(config: &Config, around: &Surroundings) -> Result<(Option<Found>, Option<Failure>), Failure> {
    let one = |endpoint, because: String| {
        (Some(Found { name: "docker".to_owned(), endpoint, because, warning: None }), None)
    };
    if !config.host.trim().is_empty() {
        let certificates = (!config.certificates.is_empty()).then(|| PathBuf::from(&config.certificates));
        let endpoint = Endpoint::parse(&config.host, certificates)?;
        return Ok(one(endpoint, "the configuration file".to_owned()));
    }
    if config.context.is_empty() && !around.host.trim().is_empty() {
        let certificates = (!around.tls.is_empty()).then(|| around.certificates());
        return Ok(one(Endpoint::parse(&around.host, certificates)?, "DOCKER_HOST".to_owned()));
    }
    let (context, because, warning) = if !config.context.is_empty() {
        (config.context.clone(), "the configuration file", None)
    } else if !around.context.trim().is_empty() {
        (around.context.trim().to_owned(), "DOCKER_CONTEXT", None)
    } else {
        let (context, warning) = context::current(&around.config);
        (context, "the docker configuration", warning)
    };
    if context.is_empty() || context == "default" {
        return Ok((None, warning));
    }
    let endpoint = context::endpoint(&around.config, &context)?;
    Ok(one(endpoint, format!("context {} of {because}", Text::new(&context))))
}

/// Every usual socket that exists, each engine once however many paths lead to it.
fn usual(around: &Surroundings) -> Result<Vec<Found>, Failure> {
    let mut places = vec![("docker", rooted(around, DEFAULT_SOCKET))];
    if !around.runtime.as_os_str().is_empty() {
        places.push(("docker-rootless", around.runtime.join("docker.sock")));
        places.push(("podman", around.runtime.join("podman/podman.sock")));
    }
    places.push(("podman-root", rooted(around, PODMAN_SOCKET)));
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (name, path) in &places {
        let Ok(real) = path.canonicalize() else { continue };
        if !seen.contains(&real) {
            seen.push(real);
            found.push(Found {
                name: (*name).to_owned(),
                endpoint: Endpoint::Socket(path.clone()),
                because: "the usual socket".to_owned(),
                warning: None,
            });
        }
    }
    if found.is_empty() {
        let looked: Vec<_> = places.iter().map(|(_, path)| path.display().to_string()).collect();
        return Err(Failure::new(
            FailureKind::Missing,
            format!(
                "no engine: DOCKER_HOST is not set, no docker context is chosen, and none of these exists: {}",
                looked.join(", ")
            ),
            "start Docker or Podman, or set DOCKER_HOST",
        ));
    }
    Ok(found)
}

fn rooted(around: &Surroundings, absolute: &str) -> PathBuf {
    around.root.join(absolute.trim_start_matches('/'))
}

#[cfg(test)]
mod tests;

//! Which engine to talk to: what the docker command would choose, and Podman's sockets beside it.

use super::{Config, Endpoint, context};
use crate::model::{Failure, FailureKind, text::clean};
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

    fn certificates(&self) -> PathBuf {
        if self.certificates.is_empty() { self.config.clone() } else { PathBuf::from(&self.certificates) }
    }
}

/// The engines to use: the one that is named by configuration or environment, else all that have a usual socket.
pub fn find(config: &Config, around: &Surroundings) -> Result<Vec<Found>, Failure> {
    let mut found = if let Some(one) = named(config, around)? { vec![one] } else { usual(around)? };
    if let [only] = found.as_mut_slice()
        && !config.name.is_empty()
    {
        only.name = clean(&config.name).replace('/', "-");
    }
    Ok(found)
}

/// The engine that somebody named, in the docker command's order of precedence.
fn named(config: &Config, around: &Surroundings) -> Result<Option<Found>, Failure> {
    let one = |endpoint, because: String| Some(Found { name: "docker".to_owned(), endpoint, because });
    if !config.host.is_empty() {
        let certificates = (!config.certificates.is_empty()).then(|| PathBuf::from(&config.certificates));
        let endpoint = Endpoint::parse(&config.host, certificates)?;
        return Ok(one(endpoint, "the configuration file".to_owned()));
    }
    if config.context.is_empty() && !around.host.is_empty() {
        let certificates = (!around.tls.is_empty()).then(|| around.certificates());
        return Ok(one(Endpoint::parse(&around.host, certificates)?, "DOCKER_HOST".to_owned()));
    }
    let (context, because) = if !config.context.is_empty() {
        (config.context.clone(), "the configuration file")
    } else if !around.context.is_empty() {
        (around.context.clone(), "DOCKER_CONTEXT")
    } else {
        (context::current(&around.config)?, "the docker configuration")
    };
    if context.is_empty() || context == "default" {
        return Ok(None);
    }
    let endpoint = context::endpoint(&around.config, &context)?;
    Ok(one(endpoint, format!("context {} of {because}", clean(&context))))
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
mod tests {
    use super::{Config, Endpoint, Surroundings, find};
    use crate::model::{Failure, FailureKind};
    use std::{
        fs,
        os::unix::{fs::symlink, net::UnixListener},
        path::{Path, PathBuf},
    };

    /// An empty machine of a test's own.
    struct Machine(PathBuf);

    impl Machine {
        fn new(name: &str) -> Self {
            let root = std::env::temp_dir().join(format!("portolan-find-{}-{name}", std::process::id()));
            fs::create_dir_all(root.join("home/.docker")).unwrap();
            Self(root)
        }

        fn with(&self, variables: &[(&str, &str)]) -> Surroundings {
            let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            Surroundings { root: self.0.clone(), ..Surroundings::read(&self.0.join("home"), get) }
        }

        fn write(&self, path: &str, text: &str) {
            let path = self.0.join("home/.docker").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn socket(&self, path: &str) -> PathBuf {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            drop(UnixListener::bind(&path).unwrap());
            path
        }
    }

    impl Drop for Machine {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn places(config: &Config, around: &Surroundings) -> Result<Vec<String>, Failure> {
        Ok(find(config, around)?.iter().map(|f| format!("{} {}", f.name, f.endpoint)).collect())
    }

    fn tls(address: &str, certificates: &Path) -> Endpoint {
        Endpoint::Tls { address: address.to_owned(), certificates: certificates.to_owned() }
    }

    #[test]
    fn nothing_is_found_on_an_empty_machine_and_it_says_where_it_looked() {
        let failure = find(&Config::default(), &Machine::new("empty").with(&[])).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Missing);
        assert!(failure.what.contains("var/run/docker.sock"), "{failure:?}");
    }

    #[test]
    fn docker_host_comes_before_the_context_and_the_socket() {
        let machine = Machine::new("host");
        machine.socket("var/run/docker.sock");
        machine.write("config.json", r#"{"currentContext": "missing"}"#);
        let around = machine.with(&[("DOCKER_HOST", "unix:///other.sock")]);
        assert_eq!(places(&Config::default(), &around).unwrap(), ["docker unix:///other.sock"]);
        let config = Config { host: "tcp://box".into(), name: "b/x".into(), ..Config::default() };
        assert_eq!(places(&config, &around).unwrap(), ["b-x tcp://box:2375"]);
    }

    #[test]
    fn tls_is_asked_for_by_variable() {
        let machine = Machine::new("tls");
        let verify = ("DOCKER_TLS_VERIFY", "1");
        let host = ("DOCKER_HOST", "tcp://box/");
        let found = find(&Config::default(), &machine.with(&[host, verify])).unwrap();
        assert_eq!(found[0].endpoint, tls("box:2376", &machine.0.join("home/.docker")));
        let around = machine.with(&[host, verify, ("DOCKER_CERT_PATH", "/keys")]);
        assert_eq!(
            find(&Config::default(), &around).unwrap()[0].endpoint,
            tls("box:2376", Path::new("/keys"))
        );
    }

    #[test]
    fn ssh_is_refused_with_a_way_round() {
        let around = Machine::new("ssh").with(&[("DOCKER_HOST", "ssh://me@box")]);
        let failure = find(&Config::default(), &around).unwrap_err();
        assert!(failure.what.contains("ssh") && failure.remedy.contains("ssh -nNT"));
    }

    #[test]
    fn contexts_are_found_by_name() {
        let machine = Machine::new("context");
        let meta = |name: &str, host: &str, more: &str| {
            format!(
                r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}"{more}}}}}}}"#
            )
        };
        machine.write("contexts/meta/aa/meta.json", &meta("near", "unix:///near.sock", ""));
        machine.write("contexts/meta/bb/meta.json", &meta("far", "tcp://far:1234", ""));
        machine.write("contexts/meta/cc/meta.json", &meta("lax", "tcp://lax:1", r#","SkipTLSVerify":true"#));
        machine.write("contexts/meta/dd/meta.json", "not json");
        machine.write("contexts/tls/bb/docker/ca.pem", "");
        machine.write("config.json", r#"{"auths":{},"currentContext":"near"}"#);
        let config = Config::default();
        assert_eq!(places(&config, &machine.with(&[])).unwrap(), ["docker unix:///near.sock"]);
        let found = find(&config, &machine.with(&[("DOCKER_CONTEXT", "far")])).unwrap();
        assert_eq!(
            found[0].endpoint,
            tls("far:1234", &machine.0.join("home/.docker/contexts/tls/bb/docker"))
        );
        assert!(find(&config, &machine.with(&[("DOCKER_CONTEXT", "lax")])).is_err());
        let missing = find(&config, &machine.with(&[("DOCKER_CONTEXT", "gone")])).unwrap_err();
        assert!(missing.remedy.contains("near") && missing.remedy.contains("far"), "{missing:?}");
        machine.socket("var/run/docker.sock");
        let default = places(&config, &machine.with(&[("DOCKER_CONTEXT", "default")])).unwrap();
        assert!(default[0].ends_with("var/run/docker.sock"), "{default:?}");
    }

    #[test]
    fn malformed_settings_are_named() {
        let machine = Machine::new("malformed");
        machine.write("config.json", "{");
        let failure = find(&Config::default(), &machine.with(&[])).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert!(failure.what.contains("config.json"));
    }

    #[test]
    fn podman_stands_beside_docker_unless_it_is_the_same_socket() {
        let machine = Machine::new("podman");
        let real = machine.socket("user/podman/podman.sock");
        let user = machine.0.join("user").display().to_string();
        let around = machine.with(&[("XDG_RUNTIME_DIR", &user)]);
        let names = |found: Vec<super::Found>| found.into_iter().map(|f| f.name).collect::<Vec<_>>();
        assert_eq!(names(find(&Config::default(), &around).unwrap()), ["podman"]);
        fs::create_dir_all(machine.0.join("var/run")).unwrap();
        symlink(&real, machine.0.join("var/run/docker.sock")).unwrap();
        assert_eq!(names(find(&Config::default(), &around).unwrap()), ["docker"]);
        machine.socket("run/podman/podman.sock");
        assert_eq!(names(find(&Config::default(), &around).unwrap()), ["docker", "podman-root"]);
    }

    #[test]
    fn unknown_settings_are_refused() {
        assert!(toml::from_str::<Config>("host = 'tcp://box'").is_ok());
        assert!(toml::from_str::<Config>("hots = 'tcp://box'").is_err());
    }
}

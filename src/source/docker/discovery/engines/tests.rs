//! Tests of engine discovery. A folder stands for the root directory of a machine.

use super::{Config, EngineEndpoint, Env, discover};
use crate::model::{Failure, FailureKind};
use std::{
    fs,
    os::unix::{fs::symlink, net::UnixListener},
    path::{Path, PathBuf},
};

/// Simulated machine: a folder that stands for its root directory.
struct Machine(PathBuf);

impl Machine {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("portolan-find-{}-{name}", std::process::id()));
        fs::create_dir_all(root.join("home/.docker")).unwrap();
        Self(root)
    }

    fn env_with(&self, variables: &[(&str, &str)]) -> Env {
        let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Env { root: self.0.clone(), ..Env::read(&self.0.join("home"), get) }
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

fn names_and_endpoints(config: &Config, around: &Env) -> Result<Vec<String>, Failure> {
    Ok(discover(config, around)?.iter().map(|f| format!("{} {}", f.name, f.endpoint)).collect())
}

fn tls_endpoint(address: &str, certificates: &Path) -> EngineEndpoint {
    EngineEndpoint::Tls { address: address.to_owned(), certificates: certificates.to_owned() }
}

#[test]
fn nothing_is_found_on_an_empty_machine_and_it_says_where_it_looked() {
    let failure = discover(&Config::default(), &Machine::new("empty").env_with(&[])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Missing);
    assert!(failure.message.contains("var/run/docker.sock"), "{failure:?}");
}

#[test]
fn docker_host_comes_before_the_context_and_the_socket() {
    let machine = Machine::new("host");
    machine.socket("var/run/docker.sock");
    machine.write("config.json", r#"{"currentContext": "missing"}"#);
    let around = machine.env_with(&[("DOCKER_HOST", "unix:///other.sock")]);
    assert_eq!(names_and_endpoints(&Config::default(), &around).unwrap(), ["docker unix:///other.sock"]);
    let config = Config { host: "tcp://box".into(), name: "b/x".into(), ..Config::default() };
    assert_eq!(names_and_endpoints(&config, &around).unwrap(), ["b-x tcp://box:2375"]);
}

#[test]
fn tls_is_asked_for_by_variable() {
    let machine = Machine::new("tls");
    let verify = ("DOCKER_TLS_VERIFY", "1");
    let host = ("DOCKER_HOST", "tcp://box/");
    let found = discover(&Config::default(), &machine.env_with(&[host, verify])).unwrap();
    assert_eq!(found[0].endpoint, tls_endpoint("box:2376", &machine.0.join("home/.docker")));
    let around = machine.env_with(&[host, verify, ("DOCKER_CERT_PATH", "/keys")]);
    assert_eq!(
        discover(&Config::default(), &around).unwrap()[0].endpoint,
        tls_endpoint("box:2376", Path::new("/keys"))
    );
}

#[test]
fn ssh_addresses_have_neither_password_nor_path() {
    let machine = Machine::new("ssh");
    let at = |host| discover(&Config::default(), &machine.env_with(&[("DOCKER_HOST", host)]));
    assert_eq!(at("ssh://me@box:2222/").unwrap()[0].endpoint, EngineEndpoint::Ssh("me@box:2222".to_owned()));
    let failure = at("ssh://me:secret@box").unwrap_err();
    assert!(failure.message.contains("password") && !failure.message.contains("secret"), "{failure:?}");
    for odd in [
        "ssh://me@box/run/docker.sock",
        "ssh://",
        "ssh://me@",
        "ssh://box:-oX",
        "ssh://box\nx",
        "ssh://box;ls",
    ] {
        assert!(at(odd).is_err(), "{odd}");
    }
}

#[test]
fn contexts_are_found_by_name() {
    let machine = Machine::new("context");
    let meta = |name: &str, host: &str, more: &str| {
        format!(r#"{{"Name":"{name}","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}"{more}}}}}}}"#)
    };
    machine.write("contexts/meta/aa/meta.json", &meta("near", "unix:///near.sock", ""));
    machine.write("contexts/meta/bb/meta.json", &meta("far", "tcp://far:1234", ""));
    machine.write("contexts/meta/cc/meta.json", &meta("lax", "tcp://lax:1", r#","SkipTLSVerify":true"#));
    machine.write("contexts/meta/dd/meta.json", "not json");
    machine.write("contexts/meta/ee/meta.json", &meta("bare", "", ""));
    machine.write(
        "contexts/meta/ff/meta.json",
        &meta("laxsocket", "unix:///lax.sock", r#","SkipTLSVerify":true"#),
    );
    machine.write("contexts/tls/bb/docker/ca.pem", "");
    machine.write("config.json", r#"{"auths":{},"currentContext":"near"}"#);
    let config = Config::default();
    assert_eq!(names_and_endpoints(&config, &machine.env_with(&[])).unwrap(), ["docker unix:///near.sock"]);
    let found = discover(&config, &machine.env_with(&[("DOCKER_CONTEXT", "far")])).unwrap();
    assert_eq!(
        found[0].endpoint,
        tls_endpoint("far:1234", &machine.0.join("home/.docker/contexts/tls/bb/docker"))
    );
    assert!(discover(&config, &machine.env_with(&[("DOCKER_CONTEXT", "lax")])).is_err());
    let of = |name| names_and_endpoints(&config, &machine.env_with(&[("DOCKER_CONTEXT", name)])).unwrap();
    assert_eq!(of("bare"), ["docker unix:///var/run/docker.sock"]);
    assert_eq!(of("laxsocket"), ["docker unix:///lax.sock"]);
    let missing = discover(&config, &machine.env_with(&[("DOCKER_CONTEXT", "gone")])).unwrap_err();
    assert!(missing.remedy.contains("near") && missing.remedy.contains("far"), "{missing:?}");
    machine.socket("var/run/docker.sock");
    let default = names_and_endpoints(&config, &machine.env_with(&[("DOCKER_CONTEXT", "default")])).unwrap();
    assert!(default[0].ends_with("var/run/docker.sock"), "{default:?}");
}

#[test]
fn settings_that_can_not_be_read_are_passed_over_with_a_warning() {
    let machine = Machine::new("malformed");
    machine.socket("var/run/docker.sock");
    machine.write("config.json", "{");
    let found = discover(&Config::default(), &machine.env_with(&[])).unwrap();
    let warning = found[0].warning.clone().unwrap();
    assert_eq!(warning.kind, FailureKind::Invalid);
    assert!(warning.message.contains("config.json"), "{warning:?}");
    machine.write("config.json", "");
    assert_eq!(discover(&Config::default(), &machine.env_with(&[])).unwrap()[0].warning, None);
    fs::remove_dir_all(machine.0.join("home/.docker")).unwrap();
    fs::write(machine.0.join("home/.docker"), "").unwrap();
    assert!(
        discover(&Config::default(), &machine.env_with(&[])).unwrap()[0].warning.is_some(),
        "it is a file"
    );
}

#[test]
fn addresses_are_read_as_the_docker_command_reads_them() {
    let machine = Machine::new("address");
    let at = |host: &str| {
        discover(&Config::default(), &machine.env_with(&[("DOCKER_HOST", host)]))
            .map(|f| f[0].endpoint.clone())
    };
    let tcp = |address: &str| Ok(EngineEndpoint::Tcp(address.to_owned()));
    assert_eq!(at("127.0.0.1:23750"), tcp("127.0.0.1:23750"));
    assert_eq!(at(" tcp://box/ "), tcp("box:2375"));
    assert_eq!(at(":23750"), tcp("localhost:23750"));
    assert_eq!((at("tcp://:23750"), at("tcp://")), (tcp("localhost:23750"), tcp("localhost:2375")));
    assert_eq!(at("tcp://[::1]"), tcp("[::1]:2375"));
    assert_eq!(at("tcp://box:1/prefix/"), tcp("box:1/prefix"));
    assert_eq!(at("tcp://box/prefix"), tcp("box:2375/prefix"));
    let socket = |path: &str| Ok(EngineEndpoint::Socket(path.into()));
    assert_eq!(at(" unix:///other.sock\r"), socket("/other.sock"));
    assert_eq!(at("unix://"), socket("/var/run/docker.sock"));
    assert_eq!(at("/other.sock"), socket("/other.sock"));
    for odd in
        ["unix://other.sock", "junk://x", "fd://", "npipe:////./pipe/docker_engine", "tcp://a b", "tcp://a?b"]
    {
        assert_eq!(at(odd).unwrap_err().kind, FailureKind::Invalid, "{odd}");
    }
    let failure = at("tcp://me:hunter2@box").unwrap_err();
    assert!(!failure.message.contains("hunter2"), "{failure:?}");
    assert!(!at("junk://me:hunter2@box").unwrap_err().message.contains("hunter2"));
}

#[test]
fn podman_is_found_beside_docker_unless_both_are_one_socket() {
    let machine = Machine::new("podman");
    let real = machine.socket("user/podman/podman.sock");
    let user = machine.0.join("user").display().to_string();
    let around = machine.env_with(&[("XDG_RUNTIME_DIR", &user)]);
    let names = |found: Vec<super::FoundEngine>| found.into_iter().map(|f| f.name).collect::<Vec<_>>();
    assert_eq!(names(discover(&Config::default(), &around).unwrap()), ["podman"]);
    fs::create_dir_all(machine.0.join("var/run")).unwrap();
    symlink(&real, machine.0.join("var/run/docker.sock")).unwrap();
    assert_eq!(names(discover(&Config::default(), &around).unwrap()), ["docker"]);
    machine.socket("run/podman/podman.sock");
    assert_eq!(names(discover(&Config::default(), &around).unwrap()), ["docker", "podman-root"]);
}

#[test]
fn unknown_settings_are_refused() {
    assert!(toml::from_str::<Config>("host = 'tcp://box'").is_ok());
    assert!(toml::from_str::<Config>("hots = 'tcp://box'").is_err());
}

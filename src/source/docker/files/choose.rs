//! Which places of a container may hold its configuration: its mounts, and where its program keeps it in the image.

use crate::{
    model::Text,
    source::docker::answer::{ContainerInspectResponse, MountPoint},
    topology::Product,
};
use std::path::PathBuf;

/// A file or folder of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its path in the container.
    pub(super) inside: String,
    /// Its path on the engine's host, where it is a mount.
    pub(super) outside: Option<PathBuf>,
    /// Whether it is a named volume, which containers fill: its programs are data there, and so is what lies deep.
    pub(super) is_volume: bool,
}

/// Folders that hold what a machine runs on, or what programs write: nothing in them configures the container.
const SYSTEM: &[&str] = &[
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/lib",
    "/usr/local",
    "/usr/share",
    "/usr/src",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/run",
];

/// Folders whose content is data, logs, keys or the machine's own, with all that is below.
const DATA: &[&str] = &[
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/run",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/log",
    "/lib/modules",
    "/etc/ssl",
    "/etc/pki",
    "/usr/share/zoneinfo",
    "/var/lib/postgresql",
    "/var/lib/mysql",
    "/var/lib/redis",
    "/data/db",
];

/// Folders below which the volumes of containers hold state, logs or passing data.
const STATE: &[&str] = &["/var/lib", "/var/log", "/var/cache", "/var/spool", "/tmp"];

/// Programs that read a configuration from a place of their own in the image, by their documentation.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("nginx", &["/etc/nginx/nginx.conf", "/etc/nginx/conf.d"]),
    ("haproxy", &["/usr/local/etc/haproxy/haproxy.cfg", "/etc/haproxy/haproxy.cfg"]),
    ("envoy", &["/etc/envoy/envoy.yaml"]),
    ("traefik", &["/etc/traefik"]),
    ("caddy", &["/etc/caddy/Caddyfile"]),
    ("varnishd", &["/etc/varnish/default.vcl"]),
    ("prometheus", &["/etc/prometheus/prometheus.yml"]),
    ("grafana", &["/etc/grafana/provisioning/datasources"]),
    ("run.sh", &["/etc/grafana/provisioning/datasources"]),
    ("otelcol", &["/etc/otelcol/config.yaml"]),
    ("otelcol-contrib", &["/etc/otelcol-contrib/config.yaml"]),
    ("vector", &["/etc/vector"]),
    ("fluent-bit", &["/fluent-bit/etc"]),
    ("pgbouncer", &["/etc/pgbouncer/pgbouncer.ini"]),
];

/// The places of a container that are worth a look.
pub(super) fn places(answer: &ContainerInspectResponse) -> Vec<Place> {
    let mut places: Vec<Place> = mounts(answer).chain(volumes(answer)).collect();
    let arguments = answer.path.iter().chain(answer.args.iter().flatten()).take(4);
    let names = arguments.map(|word| word.rsplit('/').next().unwrap_or(word));
    for name in names {
        let own = PROGRAMS.iter().filter(|(program, _)| *program == name).flat_map(|(_, places)| *places);
        for inside in own {
            // What is mounted over it has been chosen already.
            if !places.iter().any(|p| inside.starts_with(&p.inside) || p.inside.starts_with(inside)) {
                places.push(Place { inside: (*inside).to_owned(), outside: None, is_volume: false });
            }
        }
    }
    places
}

fn mounts(answer: &ContainerInspectResponse) -> impl Iterator<Item = Place> {
    let bound = answer.mounts.iter().flatten().filter(|m| m.typ.as_deref() == Some("bind"));
    bound.filter_map(|mount| {
        let (from, to) = (mount.source.as_deref()?, mount.destination.as_deref()?);
        self::mount(PathBuf::from(from), to.to_owned())
    })
}

/// The named volumes that may hold a configuration. What a database, cache, queue or store keeps is data, and so is what
/// lies where programs keep their state (Filesystem Hierarchy Standard, 5: /var).
fn volumes(answer: &ContainerInspectResponse) -> impl Iterator<Item = Place> {
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref());
    let keeps_data = image.and_then(Product::of_image).is_some_and(|product| product.role.keeps_data());
    named_volumes(answer).filter_map(move |(volume, mount)| {
        let inside = volume.inside;
        let state = STATE.iter().any(|folder| is_below(&inside, folder));
        let wanted = configures(&inside) && (!state && !keeps_data || is_named_for_configuration(&inside));
        let outside = mount.source.as_deref().filter(|source| !source.is_empty()).map(PathBuf::from);
        wanted.then_some(Place { inside, outside, is_volume: true })
    })
}

/// The named volumes of a container.
fn named_volumes(answer: &ContainerInspectResponse) -> impl Iterator<Item = (Volume, &MountPoint)> {
    answer.mounts.iter().flatten().filter_map(|mount| {
        let (name, inside) = (mount.name.as_deref()?, mount.destination.as_deref()?);
        // The engine calls a volume without a name by 64 hexadecimal digits.
        let anonymous = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let named = mount.typ.as_deref() == Some("volume") && !anonymous;
        let read_only = mount.rw == Some(false);
        named.then(|| {
            (
                Volume {
                    name: Text::new(name).to_string(),
                    inside: Text::new(inside).to_string(),
                    read_only,
                },
                mount,
            )
        })
    })
}

/// A named volume as a container has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Volume {
    /// Its name.
    pub(in super::super) name: String,
    /// Its path in the container.
    pub(in super::super) inside: String,
    /// Whether the container may not write to it.
    pub(in super::super) read_only: bool,
}

impl Volume {
    /// The named volumes of a container.
    pub(in super::super) fn all(answer: &ContainerInspectResponse) -> Vec<Self> {
        named_volumes(answer).map(|(volume, _)| volume).collect()
    }

    /// Whether the file at `path` lies in it.
    pub(in super::super) fn holds(&self, path: &str) -> bool {
        is_below(path, &self.inside)
    }
}

/// Whether a path says of itself that configuration lies there.
pub(super) fn is_named_for_configuration(path: &str) -> bool {
    const WORDS: [&str; 7] =
        ["etc", "conf", "config", "configs", "configuration", "settings", "provisioning"];
    path.split(['/', '-', '_', '.']).any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

/// The place that a mount of `outside` at `inside` makes, where it may configure the container.
pub(super) fn mount(outside: PathBuf, inside: String) -> Option<Place> {
    let fits = configures(outside.to_str()?) && configures(&inside);
    fits.then_some(Place { inside, outside: Some(outside), is_volume: false })
}

/// Whether a path can be a configuration's.
fn configures(path: &str) -> bool {
    let path = if path == "/" { path } else { path.trim_end_matches('/') };
    let socket = std::path::Path::new(path).extension().is_some_and(|ending| ending == "sock");
    let secret = socket || path.contains("/secrets/");
    !SYSTEM.contains(&path) && !DATA.iter().any(|folder| is_below(path, folder)) && !secret
}

/// Whether `path` is `folder` or lies below it.
fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{configures, places};
    use crate::source::docker::answer::{ContainerConfig, ContainerInspectResponse, MountPoint};

    #[test]
    fn the_machines_own_folders_are_left_alone() {
        for path in
            ["/", "/var/run/docker.sock", "/proc", "/var/lib/docker/containers", "/etc", "/run/secrets/key"]
        {
            assert!(!configures(path), "{path}");
        }
        assert!(configures("/home/me/shop/nginx.conf") && configures("/etc/nginx/conf.d"));
        assert!(configures("/usr/src/app"), "where Node images keep the program");
    }

    fn volume(name: &str, destination: &str) -> MountPoint {
        MountPoint {
            typ: Some("volume".into()),
            name: Some(name.into()),
            source: Some(format!("/volumes/{name}")),
            destination: Some(destination.into()),
            ..MountPoint::default()
        }
    }

    #[test]
    fn named_volumes_may_hold_a_configuration_and_hold_data_for_the_rest() {
        let inside = |image: &str, mounts: Vec<MountPoint>| {
            let config = ContainerConfig { image: Some(image.into()), ..ContainerConfig::default() };
            let answer = ContainerInspectResponse {
                config: Some(config),
                mounts: Some(mounts),
                ..ContainerInspectResponse::default()
            };
            places(&answer).into_iter().map(|p| p.inside).collect::<Vec<_>>()
        };
        let both = || vec![volume("conf", "/etc/app"), volume("data", "/data")];
        assert_eq!(inside("shop/app", both()), ["/etc/app", "/data"]);
        assert_eq!(inside("redis:7", both()), ["/etc/app"], "what a store keeps is data");
        let state = vec![volume("state", "/var/lib/grafana"), volume(&"0a".repeat(32), "/etc/app")];
        assert!(inside("grafana/grafana", state).is_empty(), "state, and a volume that nobody named");
    }

    #[test]
    fn a_programs_own_place_is_looked_at_unless_a_mount_covers_it() {
        let mount = |source: &str, destination: &str| MountPoint {
            typ: Some("bind".into()),
            source: Some(source.into()),
            destination: Some(destination.into()),
            ..MountPoint::default()
        };
        let answer = |mounts| ContainerInspectResponse {
            path: Some("/docker-entrypoint.sh".into()),
            args: Some(vec!["nginx".into(), "-g".into()]),
            mounts: Some(mounts),
            ..ContainerInspectResponse::default()
        };
        let inside = |answer| places(&answer).into_iter().map(|p| p.inside).collect::<Vec<_>>();
        assert_eq!(inside(answer(vec![])), ["/etc/nginx/nginx.conf", "/etc/nginx/conf.d"]);
        let mounted = vec![mount("/home/me/nginx", "/etc/nginx")];
        assert_eq!(inside(answer(mounted)), ["/etc/nginx"]);
    }
}

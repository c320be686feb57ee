//! Paths of a container that may hold its configuration: its mounts, and the fixed paths of well-known
//! programs.

use crate::{
    model::Text,
    source::docker::api_types::{ContainerInspectResponse, MountPoint},
    topology::Product,
};
use std::path::PathBuf;

/// File or folder of a container that may hold configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConfigPath {
    /// Path in the container.
    pub(super) container_path: String,
    /// Path on the engine's host; `None` for a path in the image.
    pub(super) host_path: Option<PathBuf>,
    /// True for a named volume, in which program files and deeply nested files count as data.
    pub(super) is_volume: bool,
}

/// Folders of the operating system and of generated files. A mount of exactly such a folder holds no
/// configuration.
const SYSTEM_FOLDERS: &[&str] = &[
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

/// Folders whose whole content is data, logs, keys or part of the operating system.
const DATA_FOLDERS: &[&str] = &[
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

/// Folders below which volumes hold state, logs or temporary data.
const STATE_FOLDERS: &[&str] = &["/var/lib", "/var/log", "/var/cache", "/var/spool", "/tmp"];

/// Configuration paths of well-known programs in their images, by the name of the program. Source: the
/// documentation of each program.
const PROGRAM_CONFIG_PATHS: &[(&str, &[&str])] = &[
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

/// Returns the paths of a container that may hold its configuration.
pub(super) fn config_paths(answer: &ContainerInspectResponse) -> Vec<ConfigPath> {
    let mut places: Vec<ConfigPath> = bind_mounts(answer).chain(config_volumes(answer)).collect();
    let arguments = answer.path.iter().chain(answer.args.iter().flatten()).take(4);
    let names = arguments.map(|word| word.rsplit('/').next().unwrap_or(word));
    for name in names {
        let own = PROGRAM_CONFIG_PATHS
            .iter()
            .filter(|(program, _)| *program == name)
            .flat_map(|(_, places)| *places);
        for inside in own {
            // A mount that covers the path is in the list already.
            if !places
                .iter()
                .any(|p| is_below(inside, &p.container_path) || is_below(&p.container_path, inside))
            {
                places.push(ConfigPath {
                    container_path: (*inside).to_owned(),
                    host_path: None,
                    is_volume: false,
                });
            }
        }
    }
    places
}

fn bind_mounts(answer: &ContainerInspectResponse) -> impl Iterator<Item = ConfigPath> {
    let bound = answer.mounts.iter().flatten().filter(|m| m.typ.as_deref() == Some("bind"));
    bound.filter_map(|mount| {
        let (from, to) = (mount.source.as_deref()?, mount.destination.as_deref()?);
        self::bind_mount(PathBuf::from(from), to.to_owned())
    })
}

/// Returns the named volumes that may hold configuration. A volume normally holds data if it belongs to a
/// database, cache, queue or object store, or if it is in a state folder (Filesystem Hierarchy Standard, 5:
/// /var). Such a volume is included only if its path names configuration.
fn config_volumes(answer: &ContainerInspectResponse) -> impl Iterator<Item = ConfigPath> {
    let image = answer.config.as_ref().and_then(|c| c.image.as_deref());
    let keeps_data = image.and_then(Product::of_image).is_some_and(|product| product.role.stores_data());
    named_volumes(answer).filter_map(move |(volume, mount)| {
        let inside = volume.container_path;
        let state = STATE_FOLDERS.iter().any(|folder| is_below(&inside, folder));
        let wanted = may_configure(&inside) && (!state && !keeps_data || is_named_for_configuration(&inside));
        let outside = mount.source.as_deref().filter(|source| !source.is_empty()).map(PathBuf::from);
        wanted.then_some(ConfigPath { container_path: inside, host_path: outside, is_volume: true })
    })
}

/// Iterates over the named volumes of a container.
fn named_volumes(answer: &ContainerInspectResponse) -> impl Iterator<Item = (NamedVolume, &MountPoint)> {
    answer.mounts.iter().flatten().filter_map(|mount| {
        let (name, inside) = (mount.name.as_deref()?, mount.destination.as_deref()?);
        // The engine names an anonymous volume by 64 hexadecimal digits.
        let anonymous = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        let named = mount.typ.as_deref() == Some("volume") && !anonymous;
        let read_only = mount.rw == Some(false);
        named.then(|| {
            (
                NamedVolume {
                    name: Text::new(name).to_string(),
                    container_path: Text::new(inside).to_string(),
                    read_only,
                },
                mount,
            )
        })
    })
}

/// Named volume of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct NamedVolume {
    /// Name of the volume.
    pub(in super::super) name: String,
    /// Path in the container.
    pub(in super::super) container_path: String,
    /// True if the container may not write to the volume.
    pub(in super::super) read_only: bool,
}

impl NamedVolume {
    /// Returns the named volumes of a container.
    pub(in super::super) fn of_container(answer: &ContainerInspectResponse) -> Vec<Self> {
        named_volumes(answer).map(|(volume, _)| volume).collect()
    }

    /// Returns true if the file at `path` lies in the volume.
    pub(in super::super) fn contains(&self, path: &str) -> bool {
        is_below(path, &self.container_path)
    }
}

/// Returns true if a word in the path names configuration, such as `etc` or `settings`.
pub(super) fn is_named_for_configuration(path: &str) -> bool {
    const CONFIG_WORDS: [&str; 7] =
        ["etc", "conf", "config", "configs", "configuration", "settings", "provisioning"];
    path.split(['/', '-', '_', '.']).any(|word| CONFIG_WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

/// Returns the configuration path of a bind mount, from `outside` on the host to `inside` in the container.
/// Returns `None` if the mount can't hold configuration.
pub(super) fn bind_mount(outside: PathBuf, inside: String) -> Option<ConfigPath> {
    // Only the folder that holds the file itself counts, because a checkout may lie below a folder named
    // `secrets`.
    let is_secret = outside.parent().is_some_and(|folder| folder.ends_with("secrets"));
    let fits = !is_secret && !is_system_path(outside.to_str()?) && may_configure(&inside);
    fits.then_some(ConfigPath { container_path: inside, host_path: Some(outside), is_volume: false })
}

/// Returns true if `path` in a container may hold configuration.
fn may_configure(path: &str) -> bool {
    !is_system_path(path) && !path.contains("/secrets/")
}

/// Returns true if `path` is a socket, a folder of the system, or data of programs.
fn is_system_path(path: &str) -> bool {
    let path = if path == "/" { path } else { path.trim_end_matches('/') };
    let socket = std::path::Path::new(path).extension().is_some_and(|ending| ending == "sock");
    socket || SYSTEM_FOLDERS.contains(&path) || DATA_FOLDERS.iter().any(|folder| is_below(path, folder))
}

/// Returns true if `path` is `folder` or lies below it.
fn is_below(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{config_paths, may_configure};
    use crate::source::docker::api_types::{ContainerConfig, ContainerInspectResponse, MountPoint};

    #[test]
    fn the_machines_own_folders_are_left_alone() {
        for path in
            ["/", "/var/run/docker.sock", "/proc", "/var/lib/docker/containers", "/etc", "/run/secrets/key"]
        {
            assert!(!may_configure(path), "{path}");
        }
        assert!(may_configure("/home/me/shop/nginx.conf") && may_configure("/etc/nginx/conf.d"));
        assert!(may_configure("/usr/src/app"), "where Node images keep the program");
        let mounts = |outside: &str| super::bind_mount(outside.into(), "/etc/app.conf".into()).is_some();
        assert!(mounts("/home/me/secrets/shop/app.conf") && !mounts("/home/me/shop/secrets/app.conf"));
        assert!(!mounts("/proc/app.conf"));
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
    fn named_volumes_hold_configuration_or_data() {
        let inside = |image: &str, mounts: Vec<MountPoint>| {
            let config = ContainerConfig { image: Some(image.into()), ..ContainerConfig::default() };
            let answer = ContainerInspectResponse {
                config: Some(config),
                mounts: Some(mounts),
                ..ContainerInspectResponse::default()
            };
            config_paths(&answer).into_iter().map(|p| p.container_path).collect::<Vec<_>>()
        };
        let both = || vec![volume("conf", "/etc/app"), volume("data", "/data")];
        assert_eq!(inside("shop/app", both()), ["/etc/app", "/data"]);
        assert_eq!(inside("redis:7", both()), ["/etc/app"], "what a store keeps is data");
        let state = vec![volume("state", "/var/lib/grafana"), volume(&"0a".repeat(32), "/etc/app")];
        assert!(inside("grafana/grafana", state).is_empty(), "state, and a volume that nobody named");
    }

    #[test]
    fn a_programs_config_path_is_read_unless_mounted_over() {
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
        let inside = |answer| config_paths(&answer).into_iter().map(|p| p.container_path).collect::<Vec<_>>();
        assert_eq!(inside(answer(vec![])), ["/etc/nginx/nginx.conf", "/etc/nginx/conf.d"]);
        let mounted = vec![mount("/home/me/nginx", "/etc/nginx")];
        assert_eq!(inside(answer(mounted)), ["/etc/nginx"]);
    }
}

//! Which places of a container may hold its configuration: its mounts, and where its program keeps it in the image.

use crate::source::docker::answer::ContainerInspectResponse;
use std::path::PathBuf;

/// A file or folder of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its path in the container.
    pub(super) inside: String,
    /// Its path on the engine's host, where it is a mount.
    pub(super) outside: Option<PathBuf>,
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
    let mut places: Vec<Place> = mounts(answer);
    let arguments = answer.path.iter().chain(answer.args.iter().flatten()).take(4);
    let names = arguments.map(|word| word.rsplit('/').next().unwrap_or(word));
    for name in names {
        let own = PROGRAMS.iter().filter(|(program, _)| *program == name).flat_map(|(_, places)| *places);
        for inside in own {
            // What is mounted over it has been chosen already.
            if !places.iter().any(|p| inside.starts_with(&p.inside) || p.inside.starts_with(inside)) {
                places.push(Place { inside: (*inside).to_owned(), outside: None });
            }
        }
    }
    places
}

fn mounts(answer: &ContainerInspectResponse) -> Vec<Place> {
    let bound = answer.mounts.iter().flatten().filter(|m| m.typ.as_deref() == Some("bind"));
    bound
        .filter_map(|mount| {
            let (from, to) = (mount.source.as_deref()?, mount.destination.as_deref()?);
            self::mount(PathBuf::from(from), to.to_owned())
        })
        .collect()
}

/// The place that a mount of `outside` at `inside` makes, where it may configure the container.
pub(super) fn mount(outside: PathBuf, inside: String) -> Option<Place> {
    let fits = configures(outside.to_str()?) && configures(&inside);
    fits.then_some(Place { inside, outside: Some(outside) })
}

/// Whether a path can be a configuration's.
fn configures(path: &str) -> bool {
    let path = if path == "/" { path } else { path.trim_end_matches('/') };
    let below =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let socket = std::path::Path::new(path).extension().is_some_and(|ending| ending == "sock");
    let secret = socket || path.contains("/secrets/");
    !SYSTEM.contains(&path) && !DATA.iter().any(|folder| below(folder)) && !secret
}

#[cfg(test)]
mod tests {
    use super::{configures, places};
    use crate::source::docker::answer::{ContainerInspectResponse, MountPoint};

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

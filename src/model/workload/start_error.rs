//! Causes of failed starts, by the phrases in the error messages of engines and of ECS.

use crate::model::ExitCause::{
    self, AddressInUse, CommandNotRunnable, ImagePullFailed, LogDestinationMissing, NetworkMissing,
    PortInUse, SecretUnavailable, UserMissing, VolumeMountFailed,
};

/// Phrases of error messages, in lower case, with the causes that they show and their sources. The first phrase
/// in a message decides.
///
/// A phrase has at least one space, colon or compound word that no name has: a message also contains the names of
/// containers, networks and volumes, such as `shop-secrets-api`.
const START_ERROR_PHRASES: &[(&str, ExitCause, &str)] = &[
    ("executable file not found", CommandNotRunnable, "runc, Go os/exec"),
    ("executable file `", CommandNotRunnable, "crun, container.c"),
    ("exec format error", CommandNotRunnable, "Linux, ENOEXEC"),
    ("exec: \"", CommandNotRunnable, "runc, init_linux.go"),
    ("unable to find user ", UserMissing, "moby/sys/user"),
    ("unable to find group ", UserMissing, "moby/sys/user"),
    ("port is already allocated", PortInUse, "moby, libnetwork/portallocator"),
    ("bind: address already in use", PortInUse, "moby, libnetwork/portmapper; Podman, rootlessport"),
    ("failed to bind host port", PortInUse, "moby, libnetwork/portmapper"),
    ("ports are not available", PortInUse, "Docker Desktop"),
    ("address already in use", AddressInUse, "moby, libnetwork/ipam"),
    ("pull secrets", SecretUnavailable, "ECS, Stopped tasks error messages"),
    ("registry auth", SecretUnavailable, "ECS, Stopped tasks error messages"),
    ("retrieve secret", SecretUnavailable, "ECS, Stopped tasks error messages"),
    ("fetch secret", SecretUnavailable, "ECS, Stopped tasks error messages"),
    ("secrets manager", SecretUnavailable, "ECS, Stopped tasks error messages"),
    ("getsecretvalue", SecretUnavailable, "AWS Secrets Manager, API"),
    ("ssm parameter", SecretUnavailable, "ECS, Stopped tasks error messages"),
    ("getparameters", SecretUnavailable, "AWS Systems Manager, API"),
    ("secret reference", SecretUnavailable, "moby, daemon/container_operations_unix.go"),
    ("error setting up secret", SecretUnavailable, "moby, daemon/container_operations_unix.go"),
    ("cannotpull", ImagePullFailed, "ECS, Stopped tasks error messages"),
    ("no such image", ImagePullFailed, "moby, daemon/images"),
    ("pull access denied", ImagePullFailed, "moby, distribution"),
    ("manifest unknown", ImagePullFailed, "OCI distribution specification"),
    ("log group", LogDestinationMissing, "ECS, Stopped tasks error messages"),
    ("log stream", LogDestinationMissing, "ECS, Stopped tasks error messages"),
    ("logger args", LogDestinationMissing, "ECS, Stopped tasks error messages"),
    ("logging driver", LogDestinationMissing, "moby, daemon/logger"),
    ("while mounting volume", VolumeMountFailed, "moby, volume/mounts"),
    ("mounting volume", VolumeMountFailed, "Podman, libpod"),
    ("mount local volume", VolumeMountFailed, "moby, volume/local"),
    ("volume plugin", VolumeMountFailed, "moby, volume/service"),
    ("no such volume", VolumeMountFailed, "moby, volume/service"),
    ("mount source path", VolumeMountFailed, "moby, volume/mounts"),
    ("mount config", VolumeMountFailed, "moby, volume/mounts"),
    ("error mounting \"", VolumeMountFailed, "runc, rootfs_linux.go"),
    ("failed to mount", VolumeMountFailed, "moby, volume/local; ECS"),
    ("unable to mount", VolumeMountFailed, "ECS, Stopped tasks error messages"),
    ("efs utils", VolumeMountFailed, "ECS, Stopped tasks error messages"),
    ("ebs volume", VolumeMountFailed, "ECS, Stopped tasks error messages"),
    ("network not found", NetworkMissing, "Podman, libpod/define"),
    ("permission denied", CommandNotRunnable, "Linux, EACCES"),
];

impl ExitCause {
    /// Returns the cause of a failed start, from the error message of an engine or of ECS.
    #[must_use]
    pub fn from_start_error(message: &str) -> Self {
        let words = without_quoted_text(&message.to_ascii_lowercase());
        // moby, daemon/network.go: `network shop_default not found`; since Docker 28 with a prefix, as in
        // `failed to set up container networking: network shop_default not found`.
        let error = words.rsplit(": ").next().unwrap_or(&words);
        let network = error.strip_prefix("network ").and_then(|rest| rest.split_once(' '));
        if network.is_some_and(|(_, rest)| rest.starts_with("not found")) {
            return NetworkMissing;
        }
        let found = START_ERROR_PHRASES.iter().find(|(phrase, ..)| words.contains(phrase));
        found.map_or(Self::StartFailed, |(_, cause, _)| *cause)
    }
}

/// Returns `message` without the text between double quotes, which are the names of commands and paths. An open
/// quote keeps its text, because the message may have been cut.
fn without_quoted_text(message: &str) -> String {
    let parts: Vec<&str> = message.split('"').collect();
    let is_open = parts.len().is_multiple_of(2);
    let kept = |index: usize| index.is_multiple_of(2) || (is_open && index + 1 == parts.len());
    let parts = parts.iter().enumerate().map(|(index, part)| if kept(index) { part } else { "" });
    parts.collect::<Vec<_>>().join("\"")
}

#[cfg(test)]
mod tests {
    use super::{ExitCause, START_ERROR_PHRASES};

    #[test]
    fn phrases_are_no_names() {
        for (phrase, _, source) in START_ERROR_PHRASES {
            assert_eq!(phrase, &phrase.to_ascii_lowercase());
            assert!(!source.is_empty() && !matches!(*phrase, "secret" | "volume" | "mount"), "{phrase}");
        }
    }

    #[test]
    fn names_and_paths_are_not_the_cause() {
        let port = "driver failed programming external connectivity on endpoint shop-secrets-api (b294): ";
        let exec =
            "failed to create shim task: OCI runtime create failed: unable to start container process: ";
        for (start, end, cause) in [
            (port, "Bind for 127.0.0.1:80 failed: port is already allocated", ExitCause::PortInUse),
            (
                port,
                "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
                ExitCause::PortInUse,
            ),
            (
                exec,
                "exec: \"/opt/secrets/start.sh\": stat /opt/secrets/start.sh: no such file or directory: unknown",
                ExitCause::CommandNotRunnable,
            ),
            (
                exec,
                "exec: \"/mnt/volume/run.sh\": stat /mnt/volume/run.sh: no such file or directory: unknown",
                ExitCause::CommandNotRunnable,
            ),
            (
                exec,
                "error mounting \"/etc/hostname\" to rootfs: not a directory",
                ExitCause::VolumeMountFailed,
            ),
            ("network shop-volumes_default not found", "", ExitCause::NetworkMissing),
            ("Address already in use", "", ExitCause::AddressInUse),
            ("unable to find user secret: no matching entries in passwd file", "", ExitCause::UserMissing),
            ("unable to find group mount: no matching entries in group file", "", ExitCause::UserMissing),
            (
                "error gathering device information while adding custom device \"/dev/volume\": ",
                "no such file or directory",
                ExitCause::StartFailed,
            ),
            (
                "error while mounting volume '/var/lib/docker/volumes/secrets/_data': ",
                "failed to mount local volume: no such file or directory",
                ExitCause::VolumeMountFailed,
            ),
            (
                "error while creating mount source path '/proc/secrets': ",
                "mkdir /proc/secrets: no such file or directory",
                ExitCause::VolumeMountFailed,
            ),
        ] {
            assert_eq!(ExitCause::from_start_error(&format!("{start}{end}")), cause, "{start}{end}");
        }
    }

    #[test]
    fn what_is_in_the_way_is_known_by_its_words() {
        let cases = [
            (
                "CannotPullContainerError: pull image manifest has been retried 1 time(s)",
                ExitCause::ImagePullFailed,
            ),
            (
                "ResourceInitializationError: unable to pull secrets or registry auth: AccessDenied",
                ExitCause::SecretUnavailable,
            ),
            (
                "ResourceInitializationError: failed to validate logger args: The specified log group does not exist",
                ExitCause::LogDestinationMissing,
            ),
            ("Bind for 0.0.0.0:8080 failed: port is already allocated", ExitCause::PortInUse),
            ("listen tcp4 0.0.0.0:80: bind: address already in use", ExitCause::PortInUse),
            (
                "error looking up volume plugin flocker: plugin \"flocker\" not found",
                ExitCause::VolumeMountFailed,
            ),
            (
                "failed to mount local volume: mount :/x:/y, data: addr=10.0.0.1: connection refused",
                ExitCause::VolumeMountFailed,
            ),
            ("exec: \"serve\": executable file not found in $PATH: unknown", ExitCause::CommandNotRunnable),
            (
                "exec: \"secret-agent\": executable file not found in $PATH: unknown",
                ExitCause::CommandNotRunnable,
            ),
            ("CannotStartContainerError: Error response from daemon", ExitCause::StartFailed),
        ];
        for (words, end) in cases {
            assert_eq!(ExitCause::from_start_error(words), end, "{words}");
            assert!(end.is_start_failure());
        }
        assert!(
            !ExitCause::RestartsExhausted.is_start_failure() && !ExitCause::ProcessExited.is_start_failure()
        );
    }
}

//! Response of an inspect call, with the fields that Portolan reads. Field names are those of the Docker
//! Engine API (definition `ContainerInspectResponse`). Every field is read leniently.

use super::lenient::{field, keys, lenient};
use serde::Deserialize;
use std::collections::HashMap;

/// Inspect response of one container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct ContainerInspectResponse {
    #[serde(deserialize_with = "field")]
    pub(in super::super) id: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) name: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) created: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) path: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) args: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) state: Option<ContainerState>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) image: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) restart_count: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) image_manifest_descriptor: Option<OciDescriptor>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) host_config: Option<HostConfig>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) mounts: Option<Vec<MountPoint>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) config: Option<ContainerConfig>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) network_settings: Option<NetworkSettings>,
}

/// State of a container: status, process id, exit code and times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct ContainerState {
    #[serde(deserialize_with = "field")]
    pub(in super::super) status: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) running: Option<bool>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) paused: Option<bool>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) restarting: Option<bool>,
    #[serde(rename = "OOMKilled", deserialize_with = "field")]
    pub(in super::super) oom_killed: Option<bool>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) dead: Option<bool>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) pid: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) exit_code: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) error: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) started_at: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) finished_at: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) health: Option<Health>,
}

/// Health check of a container with its latest results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct Health {
    #[serde(deserialize_with = "field")]
    pub(in super::super) status: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) failing_streak: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) log: Option<Vec<HealthcheckResult>>,
}

/// Result of one health check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct HealthcheckResult {
    #[serde(deserialize_with = "field")]
    pub(in super::super) start: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) exit_code: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) output: Option<String>,
}

/// Descriptor of an image's manifest: its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct OciDescriptor {
    #[serde(rename = "digest", deserialize_with = "field")]
    pub(in super::super) digest: Option<String>,
}

/// Container options that the engine applies, such as links and limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct HostConfig {
    #[serde(deserialize_with = "field")]
    pub(in super::super) network_mode: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) restart_policy: Option<RestartPolicy>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) auto_remove: Option<bool>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) log_config: Option<HostConfigLogConfig>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) links: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) extra_hosts: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) dns: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) memory: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) nano_cpus: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) cpu_quota: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) cpu_period: Option<i64>,
}

/// Restart policy of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct RestartPolicy {
    #[serde(deserialize_with = "field")]
    pub(in super::super) name: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) maximum_retry_count: Option<i64>,
}

/// Log driver of a container and its options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct HostConfigLogConfig {
    #[serde(rename = "Type", deserialize_with = "field")]
    pub(in super::super) typ: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) config: Option<HashMap<String, String>>,
}

/// Mount of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct MountPoint {
    #[serde(rename = "Type", deserialize_with = "field")]
    pub(in super::super) typ: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) name: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) source: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) destination: Option<String>,
    #[serde(rename = "RW", deserialize_with = "field")]
    pub(in super::super) rw: Option<bool>,
}

/// Container options that its image can set too, such as the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct ContainerConfig {
    #[serde(deserialize_with = "field")]
    pub(in super::super) hostname: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) domainname: Option<String>,
    #[serde(deserialize_with = "keys")]
    pub(in super::super) exposed_ports: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) env: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) image: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) stop_signal: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) stop_timeout: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) labels: Option<HashMap<String, String>>,
}

/// Network settings of a container: its ports, such as `80/tcp`, with their host ports, and its networks by
/// name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct NetworkSettings {
    #[serde(deserialize_with = "field")]
    pub(in super::super) ports: Option<HashMap<String, Option<Vec<PortBinding>>>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) networks: Option<HashMap<String, EndpointSettings>>,
}

/// Host port that leads to a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct PortBinding {
    #[serde(deserialize_with = "field")]
    pub(in super::super) host_ip: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) host_port: Option<String>,
}

/// Attachment of a container to one network: its addresses and names there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct EndpointSettings {
    #[serde(deserialize_with = "field")]
    pub(in super::super) links: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) aliases: Option<Vec<String>>,
    #[serde(rename = "NetworkID", deserialize_with = "field")]
    pub(in super::super) network_id: Option<String>,
    #[serde(rename = "IPAddress", deserialize_with = "field")]
    pub(in super::super) ip_address: Option<String>,
    #[serde(rename = "GlobalIPv6Address", deserialize_with = "field")]
    pub(in super::super) global_ipv6_address: Option<String>,
    #[serde(rename = "DNSNames", deserialize_with = "field")]
    pub(in super::super) dns_names: Option<Vec<String>>,
}

lenient!(
    ContainerState,
    Health,
    HealthcheckResult,
    OciDescriptor,
    HostConfig,
    RestartPolicy,
    HostConfigLogConfig,
    MountPoint,
    ContainerConfig,
    NetworkSettings,
    PortBinding,
    EndpointSettings,
);

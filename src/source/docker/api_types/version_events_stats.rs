//! Engine responses other than lists and inspects: the version, events and container statistics. Field names
//! are those of the Docker Engine API; every field is read leniently.

use super::lenient::{field, lenient};
use serde::Deserialize;
use std::collections::HashMap;

/// Engine version and API version (`GET /version`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct SystemVersion {
    #[serde(deserialize_with = "field")]
    pub(in super::super) version: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) api_version: Option<String>,
}

/// Message of the engine's event stream (API definition `EventMessage`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in super::super) struct EventMessage {
    #[serde(rename = "Type", deserialize_with = "field")]
    pub(in super::super) typ: Option<String>,
    #[serde(rename = "Action", deserialize_with = "field")]
    pub(in super::super) action: Option<String>,
    #[serde(rename = "Actor", deserialize_with = "field")]
    pub(in super::super) actor: Option<EventActor>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) time: Option<i64>,
    #[serde(rename = "timeNano", deserialize_with = "field")]
    pub(in super::super) time_nano: Option<i64>,
}

/// Container or network that an event is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(in super::super) struct EventActor {
    #[serde(rename = "ID", deserialize_with = "field")]
    pub(in super::super) id: Option<String>,
    #[serde(rename = "Attributes", deserialize_with = "field")]
    pub(in super::super) attributes: Option<HashMap<String, String>>,
}

/// Resource counters of a container (`GET /containers/{id}/stats`): processor, memory and network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub(in super::super) struct ContainerStatsResponse {
    #[serde(deserialize_with = "field")]
    pub(in super::super) cpu_stats: Option<ContainerCpuStats>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) memory_stats: Option<ContainerMemoryStats>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) networks: Option<HashMap<String, ContainerNetworkStats>>,
}

/// Processor usage of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub(in super::super) struct ContainerCpuStats {
    #[serde(deserialize_with = "field")]
    pub(in super::super) cpu_usage: Option<ContainerCpuUsage>,
}

/// Total processor time, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub(in super::super) struct ContainerCpuUsage {
    #[serde(deserialize_with = "field")]
    pub(in super::super) total_usage: Option<u64>,
}

/// Memory usage, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub(in super::super) struct ContainerMemoryStats {
    #[serde(deserialize_with = "field")]
    pub(in super::super) usage: Option<u64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) stats: Option<HashMap<String, u64>>,
}

/// Bytes received and sent by one network interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub(in super::super) struct ContainerNetworkStats {
    #[serde(deserialize_with = "field")]
    pub(in super::super) rx_bytes: Option<u64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) tx_bytes: Option<u64>,
}

lenient!(EventActor, ContainerCpuStats, ContainerCpuUsage, ContainerMemoryStats, ContainerNetworkStats);

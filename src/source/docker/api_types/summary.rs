//! Entries of the container list (Docker Engine API, definition `ContainerSummary`). If the inspect call for
//! a container fails, Portolan uses the container's list entry in place of the inspect response.

use super::{
    ContainerConfig, ContainerInspectResponse, ContainerState, Health, HostConfig, MountPoint,
    NetworkSettings, PortBinding,
    lenient::{field, lenient},
};
use crate::model::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

/// Entry of the container list: a summary of one container, without environment and command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct ContainerSummary {
    #[serde(deserialize_with = "field")]
    pub(in super::super) id: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) names: Option<Vec<String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) image: Option<String>,
    #[serde(rename = "ImageID", deserialize_with = "field")]
    pub(in super::super) image_id: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) created: Option<i64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) ports: Option<Vec<PortSummary>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) labels: Option<HashMap<String, String>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) state: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) status: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) host_config: Option<HostConfig>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) network_settings: Option<NetworkSettings>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) mounts: Option<Vec<MountPoint>>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) health: Option<Health>,
}

/// Port of a container, with its host port if the port is published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(in super::super) struct PortSummary {
    #[serde(rename = "IP", deserialize_with = "field")]
    pub(in super::super) ip: Option<String>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) private_port: Option<u64>,
    #[serde(deserialize_with = "field")]
    pub(in super::super) public_port: Option<u64>,
    #[serde(rename = "Type", deserialize_with = "field")]
    pub(in super::super) typ: Option<String>,
}

lenient!(PortSummary);

impl ContainerSummary {
    /// Returns the container's own name, or `None` if the list gives none. Legacy links add names of the form
    /// `/other/alias`, which this method skips.
    pub(in super::super) fn name(&self) -> Option<&str> {
        self.names.iter().flatten().map(|name| name.trim_start_matches('/')).find(|name| !name.contains('/'))
    }

    /// Returns the text in parentheses of a status such as `Up 3 minutes (unhealthy)` or
    /// `Exited (1) 2 hours ago`.
    pub(in super::super) fn status_detail(&self) -> &str {
        let status = self.status.as_deref().unwrap_or_default();
        status.split_once('(').map_or("", |(_, rest)| rest.split(')').next().unwrap_or_default())
    }

    /// Builds an inspect response from the list entry, without environment, command, start time and exit
    /// time.
    pub(in super::super) fn to_inspect_response(&self) -> ContainerInspectResponse {
        let created = self.created.and_then(|at| Timestamp::from_second(at).ok());
        let networks = self.network_settings.as_ref().and_then(|settings| settings.networks.clone());
        ContainerInspectResponse {
            id: self.id.clone(),
            name: self.name().map(str::to_owned),
            created: created.map(|at| at.to_string()),
            image: self.image_id.clone(),
            state: Some(self.container_state()),
            host_config: self.host_config.clone(),
            mounts: self.mounts.clone(),
            config: Some(ContainerConfig {
                image: self.image.clone(),
                labels: self.labels.clone(),
                exposed_ports: Some(
                    self.ports.iter().flatten().filter_map(PortSummary::container_port).collect(),
                ),
                ..ContainerConfig::default()
            }),
            network_settings: Some(NetworkSettings { networks, ports: Some(self.port_bindings()) }),
            ..ContainerInspectResponse::default()
        }
    }

    fn container_state(&self) -> ContainerState {
        let told = self.status_detail();
        let health = match told.trim_start_matches("health: ") {
            word @ ("healthy" | "unhealthy" | "starting") => Some(word.to_owned()),
            _ => None,
        };
        let health = health.map(|word| Health { status: Some(word), ..Health::default() });
        ContainerState {
            status: self.state.clone().filter(|state| !state.is_empty()).or_else(|| self.state_from_status()),
            exit_code: told.parse().ok(),
            health: self.health.clone().filter(|health| health.status.is_some()).or(health),
            ..ContainerState::default()
        }
    }

    /// Returns the state named by the status text, for engines whose list has no state field.
    fn state_from_status(&self) -> Option<String> {
        let status = self.status.as_deref()?;
        let state = match status.split_whitespace().next()? {
            "Up" if status.ends_with("(Paused)") => "paused",
            "Up" => "running",
            "Exited" => "exited",
            "Restarting" => "restarting",
            "Created" => "created",
            "Removal" => "removing",
            "Dead" => "dead",
            _ => return None,
        };
        Some(state.to_owned())
    }

    /// Returns the host ports of each published port, by container port.
    fn port_bindings(&self) -> HashMap<String, Option<Vec<PortBinding>>> {
        let mut bindings: HashMap<String, Option<Vec<PortBinding>>> = HashMap::new();
        for port in self.ports.iter().flatten() {
            let (Some(inside), Some(outside)) = (port.container_port(), port.public_port) else { continue };
            let binding = PortBinding { host_ip: port.ip.clone(), host_port: Some(outside.to_string()) };
            bindings.entry(inside).or_default().get_or_insert_default().push(binding);
        }
        bindings
    }
}

impl PortSummary {
    /// Returns the container port as inspect writes it: `80/tcp`.
    fn container_port(&self) -> Option<String> {
        Some(format!("{}/{}", self.private_port?, self.typ.as_deref().unwrap_or("tcp")))
    }
}

#[cfg(test)]
mod tests {
    use super::ContainerSummary;

    fn entry(json: &str) -> ContainerSummary {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_entry_says_name_state_health_end_and_ports() {
        let web = entry(
            r#"{"Id": "a", "Names": ["/db/web", "/web"], "Image": "shop/web:1", "State": "running", "Created": 60,
            "Status": "Up 5 minutes (unhealthy)", "Labels": {"a": "b"}, "Ports":
            [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}, {"PrivatePort": 90}]}"#,
        );
        assert_eq!((web.name(), web.status_detail()), (Some("web"), "unhealthy"));
        let told = web.to_inspect_response();
        let state = told.state.unwrap();
        assert_eq!(state.status.as_deref(), Some("running"));
        assert_eq!(state.health.unwrap().status.as_deref(), Some("unhealthy"));
        assert_eq!(told.created.as_deref(), Some("1970-01-01T00:01:00Z"));
        assert_eq!(told.config.unwrap().exposed_ports.unwrap(), ["80/tcp", "90/tcp"]);
        let ports = told.network_settings.unwrap().ports.unwrap();
        assert_eq!(ports["80/tcp"].as_ref().unwrap()[0].host_port.as_deref(), Some("8080"));
        let job = entry(r#"{"Id": "a", "Names": "/job", "Status": "Exited (137) 2 hours ago"}"#)
            .to_inspect_response();
        let state = job.state.unwrap();
        assert_eq!((state.status.as_deref(), state.exit_code), (Some("exited"), Some(137)));
        assert_eq!(job.name.as_deref(), Some("job"));
    }

    #[test]
    fn an_unreadable_field_is_only_missing() {
        let odd = entry(
            r#"{"Id": 3, "Names": {"a": 1}, "State": {"a": 1}, "Ports": 5, "Labels": [1], "Status": null}"#,
        );
        assert_eq!((odd.id.as_deref(), odd.name(), odd.state.as_deref()), (Some("3"), None, None));
    }
}

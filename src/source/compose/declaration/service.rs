//! Services as a compose project declares them, read from the merged tree in canonical form.

use super::ports::{self, Ports};
use crate::source::compose::{
    load::EnvFileFormat,
    schema::check::ActiveProfiles,
    yaml::{ComposeError, Node},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// A service as a compose project declares it.
#[derive(Clone, Default)]
pub(in crate::source::compose) struct ComposeService {
    /// File name and line of the service's declaration, such as `compose.yaml:2`.
    pub(in crate::source::compose) declared_at: String,
    /// Path of the file that declares the service.
    pub(in crate::source::compose) declared_in: PathBuf,
    /// Image, command and variables.
    pub(in crate::source::compose) container: ContainerConfig,
    /// Names, networks and ports.
    pub(in crate::source::compose) networking: Networking,
    /// Mounts, configs and secrets.
    pub(in crate::source::compose) files: MountedFiles,
    /// Services that compose starts before this one, each with its condition (`service_started`,
    /// `service_healthy`, …).
    pub(in crate::source::compose) depends_on: BTreeMap<String, String>,
    /// Profiles that start the service; empty if compose always starts it.
    pub(in crate::source::compose) profiles: BTreeSet<String>,
    /// True if one of `profiles` is active, or if `profiles` is empty.
    pub(in crate::source::compose) is_active: bool,
    /// Number of replicas, from `scale` or `deploy.replicas`; `None` if the file has neither.
    pub(in crate::source::compose) replicas: Option<u32>,
}

/// Image, command, variables and labels of a service.
#[derive(Clone, Default)]
pub(in crate::source::compose) struct ContainerConfig {
    pub(in crate::source::compose) image: Option<String>,
    pub(in crate::source::compose) entrypoint: Option<Vec<String>>,
    pub(in crate::source::compose) command: Option<Vec<String>>,
    /// Values of the variables, by name. A variable with `None` takes its value from the project's
    /// environment.
    pub(in crate::source::compose) environment: BTreeMap<String, Option<String>>,
    pub(in crate::source::compose) env_files: Vec<EnvFile>,
    pub(in crate::source::compose) labels: BTreeMap<String, Option<String>>,
    /// Paths of `label_file`.
    pub(in crate::source::compose) label_files: Vec<PathBuf>,
}

/// One item of a service's `env_file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source::compose) struct EnvFile {
    pub(in crate::source::compose) path: PathBuf,
    /// True if a missing file is an error.
    pub(in crate::source::compose) required: bool,
    pub(in crate::source::compose) format: EnvFileFormat,
}

/// Names, networks and ports of a service.
#[derive(Clone, Default)]
pub(in crate::source::compose) struct Networking {
    pub(in crate::source::compose) container_name: Option<String>,
    pub(in crate::source::compose) hostname: Option<String>,
    pub(in crate::source::compose) network_mode: Option<String>,
    /// True if the service has a `provider` instead of a container.
    pub(in crate::source::compose) has_provider: bool,
    /// Aliases and static addresses of the service on each network, by the network's key in the file.
    pub(in crate::source::compose) networks: BTreeMap<String, BTreeSet<String>>,
    /// Links to services of the project, as `service` or `service:alias`.
    pub(in crate::source::compose) links: BTreeSet<String>,
    /// Links to containers outside the project, as `container` or `container:alias`.
    pub(in crate::source::compose) external_links: BTreeSet<String>,
    /// Pairs of host name and address, from `extra_hosts`.
    pub(in crate::source::compose) extra_hosts: BTreeSet<(String, String)>,
    /// IP addresses from `dns`.
    pub(in crate::source::compose) name_servers: Vec<String>,
    /// Published ports: host port to container port.
    pub(in crate::source::compose) published: BTreeMap<u16, u16>,
    /// Container ports from `ports` and `expose`.
    pub(in crate::source::compose) exposed: BTreeSet<u16>,
}

/// Files that compose mounts into a service. Portolan searches mounts and configs for addresses. Of secrets,
/// it reads only the names.
#[derive(Clone, Default)]
pub(in crate::source::compose) struct MountedFiles {
    /// Files and folders of this machine, by their path in the container.
    pub(in crate::source::compose) mounts: BTreeMap<String, PathBuf>,
    /// Names of configs, by their path in the container.
    pub(in crate::source::compose) configs: BTreeMap<String, String>,
    /// Names of secrets.
    pub(in crate::source::compose) secrets: BTreeSet<String>,
}

impl ComposeService {
    /// Reads a service from its node in the merged tree.
    pub(in crate::source::compose) fn read(
        node: &Node,
        profiles: &ActiveProfiles,
    ) -> Result<Self, ComposeError> {
        let label = node.at.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Ok(Self {
            declared_at: format!("{label}:{}", node.at.line),
            declared_in: node.at.file.to_path_buf(),
            container: ContainerConfig::read(node)?,
            networking: Networking::read(node)?,
            files: MountedFiles::read(node),
            depends_on: node.entries("depends_on").map(dependency).collect(),
            profiles: node.texts("profiles").map(str::to_owned).collect(),
            is_active: profiles.enables(node.texts("profiles")),
            replicas: parse_replicas(node)?,
        })
    }

    /// Returns the number of names of the service. A name counts once for each network that the service
    /// joins. Names are the service name, host name, container names and aliases.
    pub(in crate::source::compose) fn network_name_count(&self) -> usize {
        let copies = self.replicas.unwrap_or(1).min(MAX_NAMED_REPLICAS) as usize;
        self.networking.network_attachments().values().map(|aliases| aliases.len() + copies + 2).sum()
    }
}

fn dependency((name, dependency): (&String, &Node)) -> (String, String) {
    (name.clone(), dependency.text_of("condition").unwrap_or_default())
}

/// Maximum number of replicas whose container names become endpoints.
pub(in crate::source::compose) const MAX_NAMED_REPLICAS: u32 = 20;

/// Reads the number of replicas from `scale` or `deploy.replicas`.
fn parse_replicas(node: &Node) -> Result<Option<u32>, ComposeError> {
    let deployed = node.get("deploy").and_then(|deploy| deploy.get("replicas"));
    let Some(wanted) = node.get("scale").or(deployed) else { return Ok(None) };
    let text = wanted.text().unwrap_or_default();
    text.parse().map(Some).map_err(|_| wanted.at.error("the number of replicas must be a whole number"))
}

impl ContainerConfig {
    fn read(node: &Node) -> Result<Self, ComposeError> {
        let words = |key: &str| node.get(key).map(|_| node.texts(key).map(str::to_owned).collect());
        let pairs = |key: &str| {
            node.entries(key).map(|(name, value)| (name.clone(), value.text().map(str::to_owned))).collect()
        };
        let (mut env_files, mut places) = (Vec::new(), BTreeMap::new());
        for item in node.items("env_file") {
            let file = EnvFile::read(item)?;
            // A file that is listed twice counts at its first position.
            if let Some(place) = places.get(&file.path) {
                env_files[*place] = file;
            } else {
                places.insert(file.path.clone(), env_files.len());
                env_files.push(file);
            }
        }
        Ok(Self {
            image: node.text_of("image"),
            entrypoint: words("entrypoint"),
            command: words("command"),
            environment: pairs("environment"),
            env_files,
            labels: pairs("labels"),
            label_files: node.texts("label_file").map(PathBuf::from).collect(),
        })
    }
}

impl EnvFile {
    fn read(item: &Node) -> Result<Self, ComposeError> {
        let format = match item.get("format") {
            None => EnvFileFormat::Dotenv,
            Some(format) if format.text() == Some("raw") => EnvFileFormat::Raw,
            Some(format) => return Err(format.at.error("the only valid `format` is `raw`")),
        };
        let path = PathBuf::from(item.text_of("path").unwrap_or_default());
        let required = item.get("required").is_none() || item.is_true("required");
        Ok(Self { path, required, format })
    }
}

impl Networking {
    /// Returns the aliases and addresses of the service on each network that it joins, by the network's key
    /// in the compose file.
    ///
    /// A service that lists no networks joins the network `default`, unless it has a `provider`. A service
    /// with a `network_mode` joins none.
    pub(in crate::source::compose) fn network_attachments(&self) -> BTreeMap<String, BTreeSet<String>> {
        match (&self.network_mode, self.networks.is_empty()) {
            (Some(_), _) => BTreeMap::new(),
            (None, true) if self.has_provider => BTreeMap::new(),
            (None, true) => BTreeMap::from([("default".to_owned(), BTreeSet::new())]),
            (None, false) => self.networks.clone(),
        }
    }

    fn read(node: &Node) -> Result<Self, ComposeError> {
        let network = |(name, at): (&String, &Node)| {
            let addresses = ["ipv4_address", "ipv6_address"].iter().filter_map(|key| at.text_of(key));
            (name.clone(), at.texts("aliases").map(str::to_owned).chain(addresses).collect())
        };
        let Ports { published, mut exposed } = ports::parse_ports(node.items("ports"))?;
        exposed.extend(ports::parse_exposed(node.items("expose")));
        let hosts = node.texts("extra_hosts").filter_map(|text| text.split_once('='));
        Ok(Self {
            container_name: node.text_of("container_name"),
            hostname: node.text_of("hostname"),
            network_mode: node.text_of("network_mode"),
            has_provider: node.get("provider").is_some(),
            networks: node.entries("networks").map(network).collect(),
            links: node.texts("links").map(str::to_owned).collect(),
            external_links: node.texts("external_links").map(str::to_owned).collect(),
            name_servers: node
                .text_of("dns")
                .into_iter()
                .chain(node.texts("dns").map(str::to_owned))
                .collect(),
            extra_hosts: hosts.map(|(name, address)| (name.to_owned(), address.to_owned())).collect(),
            published,
            exposed,
        })
    }
}

impl MountedFiles {
    fn read(node: &Node) -> Self {
        let named = |key: &str, folder: &str| -> BTreeMap<String, String> {
            let item = |item: &Node| {
                let source = item.text_of("source")?;
                Some((item.text_of("target").unwrap_or_else(|| format!("{folder}/{source}")), source))
            };
            node.items(key).iter().filter_map(item).collect()
        };
        // Of several volumes on one target the last one counts (Compose Specification, chapter "Merge and
        // override", section "Unique resources").
        let mount = |item: &Node| {
            let source = item.text_of("source").filter(|_| item.text_of("type").as_deref() == Some("bind"));
            Some((item.text_of("target")?, source.map(PathBuf::from)))
        };
        let volumes: BTreeMap<String, Option<PathBuf>> =
            node.items("volumes").iter().filter_map(mount).collect();
        Self {
            mounts: volumes.into_iter().filter_map(|(target, source)| Some((target, source?))).collect(),
            configs: named("configs", ""),
            secrets: named("secrets", "/run/secrets").into_values().collect(),
        }
    }
}

//! A service as a project declares it, read from its merged tree in canonical form.

use super::{
    check::Profiles,
    load::Format,
    ports::{self, Ports},
    yaml::{Node, Wrong},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// A service as a project declares it.
#[derive(Clone, Default)]
pub(super) struct Declared {
    /// The file and line where it begins.
    pub(super) at: String,
    /// Its image, command and variables.
    pub(super) program: Program,
    /// Its names, networks and ports.
    pub(super) place: Place,
    /// The files that are put into it.
    pub(super) files: Files,
    /// The services that are started before it, each with the condition under which that counts as done.
    pub(super) after: BTreeMap<String, String>,
    /// The profiles without one of which it is not started.
    pub(super) profiles: BTreeSet<String>,
    /// True if one of its profiles is active, or it has none.
    pub(super) is_active: bool,
    /// The number of copies that are wanted.
    pub(super) replicas: Option<u32>,
}

/// The image, command and variables of a service.
#[derive(Clone, Default)]
pub(super) struct Program {
    pub(super) image: Option<String>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    /// Variables; one without a value has the one around it.
    pub(super) environment: BTreeMap<String, Option<String>>,
    pub(super) env_files: Vec<EnvFile>,
    pub(super) labels: BTreeMap<String, Option<String>>,
    /// Files of labels.
    pub(super) label_files: Vec<PathBuf>,
}

/// A file of variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EnvFile {
    pub(super) path: PathBuf,
    /// True if it must be there.
    pub(super) required: bool,
    pub(super) format: Format,
}

/// The names, networks and ports of a service.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) container_name: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) network_mode: Option<String>,
    /// True if something else than a container provides it.
    pub(super) is_provided: bool,
    /// The networks by the file's names for them, with the aliases and addresses there.
    pub(super) networks: BTreeMap<String, BTreeSet<String>>,
    /// `service` or `service:alias`.
    pub(super) links: BTreeSet<String>,
    /// Containers of others: `container` or `container:alias`.
    pub(super) external_links: BTreeSet<String>,
    pub(super) extra_hosts: BTreeSet<(String, String)>,
    /// The host's ports that lead to it, each with its own port behind.
    pub(super) published: BTreeMap<u16, u16>,
    /// Its own ports, as far as they are told.
    pub(super) exposed: BTreeSet<u16>,
}

/// The files that are put into a service.
#[derive(Clone, Default)]
pub(super) struct Files {
    /// Files and folders of this machine, by their path in the container.
    pub(super) mounts: BTreeMap<String, PathBuf>,
    /// The file's configs by name, by their path in the container.
    pub(super) configs: BTreeMap<String, String>,
    /// The names of secrets.
    pub(super) secrets: BTreeSet<String>,
}

impl Declared {
    /// Reads the service that `node` declares.
    pub(super) fn read(node: &Node, profiles: &Profiles) -> Result<Self, Wrong> {
        let label = node.at.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Ok(Self {
            at: format!("{label}:{}", node.at.line),
            program: Program::read(node)?,
            place: Place::read(node)?,
            files: Files::read(node),
            after: node.entries("depends_on").map(after).collect(),
            profiles: node.texts("profiles").map(str::to_owned).collect(),
            is_active: profiles.start(node.texts("profiles")),
            replicas: replicas(node)?,
        })
    }

    /// The number of its names on all its networks: its own, its host name, those of its containers and its aliases.
    pub(super) fn names(&self) -> usize {
        let copies = self.replicas.unwrap_or(1).min(MAX_NAMED_COPIES) as usize;
        self.place.joined().values().map(|aliases| aliases.len() + copies + 2).sum()
    }
}

fn after((name, dependency): (&String, &Node)) -> (String, String) {
    (name.clone(), dependency.text_of("condition").unwrap_or_default())
}

/// The most copies of a service whose container names are names of it.
pub(super) const MAX_NAMED_COPIES: u32 = 20;

/// The number of copies of a service that are wanted.
fn replicas(node: &Node) -> Result<Option<u32>, Wrong> {
    let deployed = node.get("deploy").and_then(|deploy| deploy.get("replicas"));
    let Some(wanted) = node.get("scale").or(deployed) else { return Ok(None) };
    let text = wanted.text().unwrap_or_default();
    text.parse().map(Some).map_err(|_| wanted.at.wrong("the number of copies must be a whole number"))
}

impl Program {
    fn read(node: &Node) -> Result<Self, Wrong> {
        let words = |key: &str| node.get(key).map(|_| node.texts(key).map(str::to_owned).collect());
        let pairs = |key: &str| {
            node.entries(key).map(|(name, value)| (name.clone(), value.text().map(str::to_owned))).collect()
        };
        let (mut env_files, mut places) = (Vec::new(), BTreeMap::new());
        for item in node.items("env_file") {
            let file = EnvFile::read(item)?;
            // A file that is named again counts where it was named first.
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
    fn read(item: &Node) -> Result<Self, Wrong> {
        let format = match item.get("format") {
            None => Format::Dotenv,
            Some(format) if format.text() == Some("raw") => Format::Raw,
            Some(format) => return Err(format.at.wrong("`raw` is the only format that can be named")),
        };
        let path = PathBuf::from(item.text_of("path").unwrap_or_default());
        let required = item.get("required").is_none() || item.is_true("required");
        Ok(Self { path, required, format })
    }
}

impl Place {
    /// The networks that it joins, with its aliases there: the default one where none is named, and none where it uses
    /// another container's or is no container.
    pub(super) fn joined(&self) -> BTreeMap<String, BTreeSet<String>> {
        match (&self.network_mode, self.networks.is_empty()) {
            (Some(_), _) => BTreeMap::new(),
            (None, true) if self.is_provided => BTreeMap::new(),
            (None, true) => BTreeMap::from([("default".to_owned(), BTreeSet::new())]),
            (None, false) => self.networks.clone(),
        }
    }

    fn read(node: &Node) -> Result<Self, Wrong> {
        let network = |(name, at): (&String, &Node)| {
            let addresses = ["ipv4_address", "ipv6_address"].iter().filter_map(|key| at.text_of(key));
            (name.clone(), at.texts("aliases").map(str::to_owned).chain(addresses).collect())
        };
        let Ports { published, mut exposed } = ports::read(node.items("ports"))?;
        exposed.extend(ports::exposed(node.items("expose")));
        let hosts = node.texts("extra_hosts").filter_map(|text| text.split_once('='));
        Ok(Self {
            container_name: node.text_of("container_name"),
            hostname: node.text_of("hostname"),
            network_mode: node.text_of("network_mode"),
            is_provided: node.get("provider").is_some(),
            networks: node.entries("networks").map(network).collect(),
            links: node.texts("links").map(str::to_owned).collect(),
            external_links: node.texts("external_links").map(str::to_owned).collect(),
            extra_hosts: hosts.map(|(name, address)| (name.to_owned(), address.to_owned())).collect(),
            published,
            exposed,
        })
    }
}

impl Files {
    fn read(node: &Node) -> Self {
        let named = |key: &str, folder: &str| -> BTreeMap<String, String> {
            let item = |item: &Node| {
                let source = item.text_of("source")?;
                Some((item.text_of("target").unwrap_or_else(|| format!("{folder}/{source}")), source))
            };
            node.items(key).iter().filter_map(item).collect()
        };
        let is_bind = |item: &&Node| item.text_of("type").as_deref() == Some("bind");
        let mount = |item: &Node| Some((item.text_of("target")?, PathBuf::from(item.text_of("source")?)));
        Self {
            mounts: node.items("volumes").iter().filter(is_bind).filter_map(mount).collect(),
            configs: named("configs", ""),
            secrets: named("secrets", "/run/secrets").into_values().collect(),
        }
    }
}

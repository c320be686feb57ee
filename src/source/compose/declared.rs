//! A service as a compose file declares it, with every path made whole; and one such declaration over another.

use super::{
    ports,
    yaml::{Node, Value},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// A service as a file declares it.
#[derive(Clone, Default)]
pub(super) struct Declared {
    /// The file and line where it begins.
    pub(super) at: String,
    /// What it runs.
    pub(super) program: Program,
    /// How it is reached.
    pub(super) place: Place,
    /// The files that are put into it.
    pub(super) files: Files,
    /// The services that are started before it, each with the condition under which that counts as done.
    pub(super) after: BTreeMap<String, String>,
    /// The profiles without one of which it is not started.
    pub(super) profiles: BTreeSet<String>,
    /// How many of it are wanted.
    pub(super) replicas: Option<u32>,
}

/// What a service runs.
#[derive(Clone, Default)]
pub(super) struct Program {
    pub(super) image: Option<String>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    /// Variables; one without a value has the one around it.
    pub(super) environment: BTreeMap<String, Option<String>>,
    /// Files of variables, and whether they must be there.
    pub(super) env_files: Vec<(PathBuf, bool)>,
    pub(super) labels: BTreeMap<String, Option<String>>,
}

/// How a service is reached.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) container_name: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) network_mode: Option<String>,
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
    /// The service that `node` of `file` declares; relative paths begin at `folder`.
    pub(super) fn read(node: &Node, file: &str, folder: &Path) -> Self {
        let replicas = node.get("deploy").and_then(|d| d.text_of("replicas")).or(node.text_of("scale"));
        Self {
            at: format!("{file}:{}", node.line),
            program: Program::read(node, folder),
            place: Place::read(node),
            files: Files::read(node, folder),
            after: node.start_order(),
            profiles: node.names("profiles").into_iter().collect(),
            replicas: replicas.and_then(|text| text.parse().ok()),
        }
    }

    /// This declaration over another one of the same service, as an override file's or what `extends` names.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            at: self.at,
            program: self.program.over(base.program),
            place: self.place.over(base.place),
            files: self.files.over(base.files),
            after: base.after.into_iter().chain(self.after).collect(),
            profiles: joined(base.profiles, self.profiles),
            replicas: self.replicas.or(base.replicas),
        }
    }
}

impl Program {
    fn read(node: &Node, folder: &Path) -> Self {
        let words = |key: &str| {
            let given = node.get(key).filter(|n| n.value != Value::Null);
            given.map(|_| node.items(key).iter().filter_map(Node::text).map(str::to_owned).collect())
        };
        let env_file = |item: &Node| {
            let path = item.text().map(str::to_owned).or_else(|| item.text_of("path"))?;
            let required = item.get("required").and_then(Node::text) != Some("false");
            Some((whole(folder, &path), required))
        };
        Self {
            image: node.text_of("image"),
            entrypoint: words("entrypoint"),
            command: words("command"),
            environment: node.pairs("environment"),
            env_files: node.items("env_file").iter().filter_map(env_file).collect(),
            labels: node.pairs("labels"),
        }
    }

    fn over(self, base: Self) -> Self {
        Self {
            image: self.image.or(base.image),
            entrypoint: self.entrypoint.or(base.entrypoint),
            command: self.command.or(base.command),
            environment: base.environment.into_iter().chain(self.environment).collect(),
            env_files: base.env_files.into_iter().chain(self.env_files).collect(),
            labels: base.labels.into_iter().chain(self.labels).collect(),
        }
    }
}

impl Place {
    /// The networks that it joins, with its aliases there: the default one where none is named, and none where it uses
    /// somebody else's.
    pub(super) fn joined(&self) -> BTreeMap<String, BTreeSet<String>> {
        match (&self.network_mode, self.networks.is_empty()) {
            (Some(_), _) => BTreeMap::new(),
            (None, true) => BTreeMap::from([("default".to_owned(), BTreeSet::new())]),
            (None, false) => self.networks.clone(),
        }
    }

    fn read(node: &Node) -> Self {
        let mapped = node.entries("networks").map(|(name, at)| {
            let addresses = ["ipv4_address", "ipv6_address"].iter().filter_map(|key| at.text_of(key));
            (name.clone(), at.names("aliases").into_iter().chain(addresses).collect())
        });
        let listed = node.items("networks").iter().filter_map(Node::text);
        let networks = mapped.chain(listed.map(|name| (name.to_owned(), Vec::new())));
        let (published, mut exposed) = ports::read(node.items("ports"));
        exposed.extend(ports::exposed(node.items("expose")));
        Self {
            container_name: node.text_of("container_name"),
            hostname: node.text_of("hostname"),
            network_mode: node.text_of("network_mode"),
            networks: networks.map(|(name, aliases)| (name, aliases.into_iter().collect())).collect(),
            links: node.names("links").into_iter().collect(),
            external_links: node.names("external_links").into_iter().collect(),
            extra_hosts: extra_hosts(node),
            published,
            exposed,
        }
    }

    fn over(self, base: Self) -> Self {
        let mut networks = base.networks;
        for (name, aliases) in self.networks {
            networks.entry(name).or_default().extend(aliases);
        }
        Self {
            container_name: self.container_name.or(base.container_name),
            hostname: self.hostname.or(base.hostname),
            network_mode: self.network_mode.or(base.network_mode),
            networks,
            links: joined(base.links, self.links),
            external_links: joined(base.external_links, self.external_links),
            extra_hosts: joined(base.extra_hosts, self.extra_hosts),
            published: base.published.into_iter().chain(self.published).collect(),
            exposed: joined(base.exposed, self.exposed),
        }
    }
}

impl Files {
    fn read(node: &Node, folder: &Path) -> Self {
        let config = |item: &Node| {
            let source = item.text().map(str::to_owned).or_else(|| item.text_of("source"))?;
            Some((item.text_of("target").unwrap_or_else(|| format!("/{source}")), source))
        };
        let secret = |item: &Node| item.text().map(str::to_owned).or_else(|| item.text_of("source"));
        Self {
            mounts: node.items("volumes").iter().filter_map(|item| mount(item, folder)).collect(),
            configs: node.items("configs").iter().filter_map(config).collect(),
            secrets: node.items("secrets").iter().filter_map(secret).collect(),
        }
    }

    fn over(self, base: Self) -> Self {
        Self {
            mounts: base.mounts.into_iter().chain(self.mounts).collect(),
            configs: base.configs.into_iter().chain(self.configs).collect(),
            secrets: joined(base.secrets, self.secrets),
        }
    }
}

fn joined<T: Ord>(mut base: BTreeSet<T>, more: BTreeSet<T>) -> BTreeSet<T> {
    base.extend(more);
    base
}

/// A path, whole: relative ones begin at `folder`, `~` at the home directory.
pub(super) fn whole(folder: &Path, path: &str) -> PathBuf {
    let home = path.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    // Through its components, so that `./conf` and `conf` are one.
    home.unwrap_or_else(|| folder.join(path)).components().collect()
}

/// A mount of something of this machine: `./nginx.conf:/etc/nginx/nginx.conf:ro`, or the long form. Volumes by name
/// hold data.
fn mount(item: &Node, folder: &Path) -> Option<(String, PathBuf)> {
    let (source, target) = if let Some(text) = item.text() {
        let mut parts = text.split(':');
        let (source, target) = (parts.next()?, parts.next()?);
        let path = source.starts_with(['.', '/']) || source.starts_with("~/");
        (path.then(|| source.to_owned())?, target.to_owned())
    } else {
        (item.text_of("type").as_deref() == Some("bind")).then_some(())?;
        (item.text_of("source")?, item.text_of("target")?)
    };
    Some((target, whole(folder, &source)))
}

/// The names and addresses of `name:address`, `name=address`, or a mapping, whose values may be lists.
fn extra_hosts(node: &Node) -> BTreeSet<(String, String)> {
    let mapped = node.entries("extra_hosts").flat_map(|(name, at)| match &at.value {
        Value::List(list) => list.iter().filter_map(|n| Some((name.clone(), n.text()?.to_owned()))).collect(),
        _ => at.text().map(|text| vec![(name.clone(), text.to_owned())]).unwrap_or_default(),
    });
    let listed = node.items("extra_hosts").iter().filter_map(|item| {
        let text = item.text()?;
        let (name, address) = text.split_once('=').or_else(|| text.split_once(':'))?;
        Some((name.to_owned(), address.to_owned()))
    });
    mapped.chain(listed).collect()
}

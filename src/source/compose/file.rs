//! One compose file as it stands: its services, what they extend, what it includes, its networks and configs.

use super::{
    declared::{Declared, whole},
    yaml::{Node, Value, Wrong},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// One compose file.
#[derive(Clone, Default)]
pub(super) struct File {
    /// The project's name, where it says one.
    pub(super) name: Option<String>,
    /// Its services.
    pub(super) services: BTreeMap<String, Declared>,
    /// What a service of it is made over.
    pub(super) extends: BTreeMap<String, Extends>,
    /// The real names of networks that have one of their own.
    pub(super) networks: BTreeMap<String, String>,
    /// Where its configs have their text from.
    pub(super) configs: BTreeMap<String, Text>,
    /// Other projects that are a part of it.
    pub(super) includes: Vec<Include>,
}

/// What a service is made over.
#[derive(Clone)]
pub(super) struct Extends {
    /// Another file; none for this one.
    pub(super) file: Option<PathBuf>,
    pub(super) service: String,
}

/// Where a config has its text from.
#[derive(Clone)]
pub(super) enum Text {
    File(PathBuf),
    Inline(String),
    Variable(String),
}

/// Another project that is a part of this one.
#[derive(Clone)]
pub(super) struct Include {
    /// Its file, and those that lie over it.
    pub(super) files: Vec<PathBuf>,
    /// Where its paths begin.
    pub(super) folder: PathBuf,
    /// The files of its variables, where they are named.
    pub(super) env_files: Vec<PathBuf>,
}

impl File {
    /// What `node` says, the document of the file at `path`; relative paths begin at `folder`.
    pub(super) fn read(node: &Node, path: &Path, folder: &Path) -> Result<Self, Wrong> {
        mapping(node, "a compose file")?;
        let label = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if let Some(services) = node.get("services") {
            mapping(services, "`services`")?;
        }
        let (mut services, mut extends) = (BTreeMap::new(), BTreeMap::new());
        for (name, service) in node.entries("services") {
            mapping(service, &format!("the service `{name}`"))?;
            services.insert(name.clone(), Declared::read(service, label, folder));
            extends.extend(extended(service, folder).map(|over| (name.clone(), over)));
        }
        Ok(Self {
            name: node.text_of("name"),
            services,
            extends,
            networks: node
                .entries("networks")
                .filter_map(|(name, n)| Some((name.clone(), network(name, n)?)))
                .collect(),
            configs: node
                .entries("configs")
                .filter_map(|(name, n)| Some((name.clone(), config(n, folder)?)))
                .collect(),
            includes: node.items("include").iter().filter_map(|item| include(item, folder)).collect(),
        })
    }

    /// This file over another one, as an override file over the first.
    pub(super) fn over(self, base: Self) -> Self {
        let mut services = base.services;
        for (name, above) in self.services {
            let below = services.remove(&name);
            let one = match below {
                // It is where it was declared first.
                Some(below) => Declared { at: below.at.clone(), ..above.over(below) },
                None => above,
            };
            services.insert(name, one);
        }
        Self {
            name: self.name.or(base.name),
            services,
            extends: BTreeMap::new(),
            networks: base.networks.into_iter().chain(self.networks).collect(),
            configs: base.configs.into_iter().chain(self.configs).collect(),
            includes: Vec::new(),
        }
    }
}

/// That `node` is a mapping, or nothing at all.
fn mapping(node: &Node, what: &str) -> Result<(), Wrong> {
    match node.value {
        Value::Map(_) | Value::Null => Ok(()),
        _ => Err(Wrong { line: node.line, what: format!("{what} must be a mapping") }),
    }
}

fn extended(service: &Node, folder: &Path) -> Option<Extends> {
    let extends = service.get("extends")?;
    let name = extends.text().map(str::to_owned).or_else(|| extends.text_of("service"))?;
    Some(Extends { file: extends.text_of("file").map(|path| whole(folder, &path)), service: name })
}

/// The real name of a network, where it is not made of the project's name and its own.
fn network(key: &str, node: &Node) -> Option<String> {
    let external = node.get("external").is_some_and(|e| e.text() != Some("false"));
    let old = node.get("external").and_then(|e| e.text_of("name"));
    node.text_of("name").or(old).or_else(|| external.then(|| key.to_owned()))
}

fn config(node: &Node, folder: &Path) -> Option<Text> {
    let file = node.text_of("file").map(|path| Text::File(whole(folder, &path)));
    let inline = || node.text_of("content").map(Text::Inline);
    file.or_else(inline).or_else(|| node.text_of("environment").map(Text::Variable))
}

fn include(item: &Node, folder: &Path) -> Option<Include> {
    let paths = |key| item.items(key).iter().filter_map(Node::text).map(|p| whole(folder, p)).collect();
    let files: Vec<PathBuf> = item.text().map_or_else(|| paths("path"), |path| vec![whole(folder, path)]);
    let own = files.first()?.parent()?.to_owned();
    let folder = item.text_of("project_directory").map_or(own, |path| whole(folder, &path));
    Some(Include { files, folder, env_files: paths("env_file") })
}

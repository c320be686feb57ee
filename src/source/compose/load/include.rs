//! `include`: other projects that are a part of this one (Compose Specification, chapter "Include").

use super::{Broken, Loader, Scope, extends::remote, merge};
use crate::source::compose::{
    find::ENV,
    limits::MAX_CHAIN,
    paths::{is_remote, whole},
    yaml::{Location, Node, Value, Wrong},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The sections of a file that it gives to a project that includes it.
const SECTIONS: &[&str] = &["services", "networks", "volumes", "secrets", "configs", "models"];

/// Another project that is a part of one.
struct Include {
    at: Location,
    /// Its file, and those that lie over it.
    files: Vec<PathBuf>,
    /// The folder where its relative paths begin.
    folder: PathBuf,
    /// The files of its variables, where they are named.
    env_files: Option<Vec<PathBuf>>,
}

impl Loader {
    /// Adds to a document what it includes; what it says itself lies over that.
    pub(super) fn include(
        &mut self,
        document: &mut Node,
        file: &Arc<Path>,
        scope: &Scope,
    ) -> Result<(), Wrong> {
        let Value::Map(map) = &mut document.value else { return Ok(()) };
        let Some(Value::List(items)) = map.remove("include").map(|include| include.value) else {
            return Ok(());
        };
        for item in items {
            let paths = texts(&item, "path")?;
            if paths.iter().any(|path| is_remote(path)) {
                self.leave_out("an included file", remote(&item));
                continue;
            }
            let include = read(&item, &paths, &scope.base.0)?;
            let other = self.included(&include, file, scope)?;
            add(document, other);
        }
        Ok(())
    }

    /// The merged files of a project that another one includes.
    fn included(&mut self, include: &Include, file: &Arc<Path>, scope: &Scope) -> Result<Node, Wrong> {
        let mut ancestors = scope.ancestors.clone();
        ancestors.push(Arc::clone(file));
        if include.files.iter().any(|path| ancestors.iter().any(|above| **above == **path)) {
            return Err(include.at.wrong("this file includes itself, by way of others"));
        }
        if ancestors.len() > MAX_CHAIN {
            return Err(include.at.wrong(format!("more than {MAX_CHAIN} files include each other")));
        }
        let beside = [include.folder.join(ENV)];
        let (paths, named) = match &include.env_files {
            Some(paths) => (&paths[..], true),
            None => (&beside[..], false),
        };
        let variables = self.with_env_files(paths, named, &scope.variables)?;
        let mut files = Vec::new();
        for path in &include.files {
            files.push(self.parse(path).map_err(|broken: Broken| broken.at(&include.at))?);
        }
        let mut inner = Scope::new(include.folder.clone(), variables, ancestors);
        self.merged(files, &mut inner)
    }
}

/// Reads one item of `include`.
fn read(item: &Node, paths: &[String], folder: &Path) -> Result<Include, Wrong> {
    let files: Vec<PathBuf> = paths.iter().map(|path| whole(folder, path)).collect();
    let Some(own) = files.first().and_then(|path| path.parent()).map(Path::to_owned) else {
        return Err(item.at.wrong("this include names no file: `path` is missing"));
    };
    let project = item.text_of("project_directory").map(|path| whole(folder, &path));
    let env_files = match item.get("env_file") {
        Some(_) => Some(texts(item, "env_file")?.iter().map(|path| whole(folder, path)).collect()),
        None => None,
    };
    Ok(Include { at: item.at.clone(), files, folder: project.unwrap_or(own), env_files })
}

/// The text or texts under `key`, or the node itself where it is a text.
fn texts(item: &Node, key: &str) -> Result<Vec<String>, Wrong> {
    if let Some(text) = item.text() {
        return Ok(vec![text.to_owned()]);
    }
    let Some(node) = item.get(key) else { return Ok(Vec::new()) };
    match &node.value {
        Value::List(items) if items.iter().all(|item| item.text().is_some()) => {
            Ok(items.iter().filter_map(Node::text).map(str::to_owned).collect())
        }
        _ => match node.text() {
            Some(text) => Ok(vec![text.to_owned()]),
            None => Err(node.at.wrong(format!("`{key}` must be text or a list of texts"))),
        },
    }
}

/// Adds the sections of another project below those of `document`.
fn add(document: &mut Node, other: Node) {
    let (Value::Map(own), Value::Map(more)) = (&mut document.value, other.value) else { return };
    for (section, below) in more.into_iter().filter(|(name, _)| SECTIONS.contains(&name.as_str())) {
        let merged = match own.remove(&section) {
            Some(above) if section == "services" => merge::services(below, above),
            Some(above) => merge::values(below, above),
            None => below,
        };
        own.insert(section, merged);
    }
}

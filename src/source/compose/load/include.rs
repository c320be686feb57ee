//! Resolution of `include`: merges other projects into this one (Compose Specification, chapter "Include").

use super::{LoadContext, LoadError, Loader, extends::remote_failure, merge};
use crate::source::compose::{
    limits::MAX_CHAIN_LENGTH,
    load::find_project::DOTENV_FILE_NAME,
    paths::{is_remote, resolve_path},
    yaml::{ComposeError, FileLine, Node, Value},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Sections of an included project that become part of the including project.
const INCLUDED_SECTIONS: &[&str] = &["services", "networks", "volumes", "secrets", "configs", "models"];

/// One item of `include`: another project that becomes part of this one.
struct Include {
    at: FileLine,
    /// Compose file, followed by its override files.
    files: Vec<PathBuf>,
    /// Folder at which relative paths in these files start.
    folder: PathBuf,
    /// Paths of the included project's env files; `None` stands for the `.env` in `folder`.
    env_files: Option<Vec<PathBuf>>,
}

impl Loader {
    /// Merges a document with the projects that it includes. The values of the document win.
    pub(super) fn resolve_includes(
        &mut self,
        document: &mut Node,
        file: &Arc<Path>,
        scope: &LoadContext,
    ) -> Result<(), ComposeError> {
        let Value::Map(map) = &mut document.value else { return Ok(()) };
        let Some(Value::List(items)) = map.remove("include").map(|include| include.value) else {
            return Ok(());
        };
        for item in items {
            let paths = text_or_list(&item, "path")?;
            if paths.iter().any(|path| is_remote(path)) {
                self.record_unread_part("an included file", remote_failure(&item));
                continue;
            }
            let include = parse_include(&item, &paths, &scope.base.0)?;
            let other = self.load_include(&include, file, scope)?;
            add_sections(document, other);
        }
        Ok(())
    }

    /// Loads an included project and returns its merged files.
    fn load_include(
        &mut self,
        include: &Include,
        file: &Arc<Path>,
        scope: &LoadContext,
    ) -> Result<Node, ComposeError> {
        let mut ancestors = scope.ancestors.clone();
        ancestors.push(Arc::clone(file));
        if include.files.iter().any(|path| ancestors.iter().any(|above| **above == **path)) {
            return Err(include
                .at
                .error("circular `include`: this file includes itself, directly or through other files"));
        }
        if ancestors.len() > MAX_CHAIN_LENGTH {
            return Err(include
                .at
                .error(format!("the `include` chain is longer than {MAX_CHAIN_LENGTH} files")));
        }
        let beside = [include.folder.join(DOTENV_FILE_NAME)];
        let (paths, named) = match &include.env_files {
            Some(paths) => (&paths[..], true),
            None => (&beside[..], false),
        };
        let variables = self.with_env_files(paths, named, &scope.variables)?;
        let mut files = Vec::new();
        for path in &include.files {
            files.push(self.parse_file(path).map_err(|broken: LoadError| broken.at_line(&include.at))?);
        }
        let mut inner = LoadContext::new(include.folder.clone(), variables, ancestors);
        self.merge_files(files, &mut inner)
    }
}

/// Parses one item of `include`.
fn parse_include(item: &Node, paths: &[String], folder: &Path) -> Result<Include, ComposeError> {
    let files: Vec<PathBuf> = paths.iter().map(|path| resolve_path(folder, path)).collect();
    let Some(own) = files.first().and_then(|path| path.parent()).map(Path::to_owned) else {
        return Err(item.at.error("this include has no `path`"));
    };
    let project = item.text_of("project_directory").map(|path| resolve_path(folder, &path));
    let env_files = match item.get("env_file") {
        Some(_) => {
            Some(text_or_list(item, "env_file")?.iter().map(|path| resolve_path(folder, path)).collect())
        }
        None => None,
    };
    Ok(Include { at: item.at.clone(), files, folder: project.unwrap_or(own), env_files })
}

/// Returns the text or texts under `key`. If `item` itself is a text, returns that text.
fn text_or_list(item: &Node, key: &str) -> Result<Vec<String>, ComposeError> {
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
            None => Err(node.at.error(format!("`{key}` must be a string or a list of strings"))),
        },
    }
}

/// Merges the sections of `document` with the sections of `other`, an included project. The values of
/// `document` win.
fn add_sections(document: &mut Node, other: Node) {
    let (Value::Map(own), Value::Map(more)) = (&mut document.value, other.value) else { return };
    for (section, below) in more.into_iter().filter(|(name, _)| INCLUDED_SECTIONS.contains(&name.as_str())) {
        let merged = match own.remove(&section) {
            Some(above) if section == "services" => merge::merge_services(below, above),
            Some(above) => merge::merge_values(below, above),
            None => below,
        };
        own.insert(section, merged);
    }
}

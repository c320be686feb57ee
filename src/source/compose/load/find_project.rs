//! Search for the files of a compose project, and derivation of the project's name.

use super::{LoadError, Loader};
use crate::{
    model::{Failure, FailureKind},
    source::compose::{
        paths::resolve_path,
        variables::{LayeredVariables, VariableLookup},
    },
};
use std::path::{Path, PathBuf};

/// Names of compose files, in compose's order of preference.
const COMPOSE_FILE_NAMES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// Names of override files. Compose merges an override file with the compose file, and the values of the
/// override file win.
const OVERRIDE_FILE_NAMES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// Name of the env file in the folder of a compose file.
pub(in crate::source::compose) const DOTENV_FILE_NAME: &str = ".env";

/// Compose files of a project in the order in which they are merged, and the variables for interpolation in
/// them.
pub(in crate::source::compose) struct ProjectFiles {
    pub(in crate::source::compose) files: Vec<PathBuf>,
    /// Folder of the first file. Relative paths in the files start at this folder.
    pub(in crate::source::compose) folder: PathBuf,
    pub(in crate::source::compose) variables: LayeredVariables,
}

/// Returns the absolute path for the configured `path`. An empty path means the working directory.
pub(in crate::source::compose) fn project_path(path: &str) -> PathBuf {
    let path = resolve_path(Path::new(""), path);
    std::path::absolute(&path).or_else(|_| std::env::current_dir()).unwrap_or(path)
}

/// Finds the files of the project at `place`.
///
/// If `place` is a file, the project consists of that file alone. If `place` is a folder, the project
/// consists of the files that the variable `COMPOSE_FILE` names, or else of the folder's compose file and its
/// override file.
pub(in crate::source::compose) fn find_project(
    loader: &mut Loader,
    place: &Path,
    environment: &LayeredVariables,
) -> Result<ProjectFiles, Failure> {
    let wrong = |wrong| LoadError::Invalid(wrong).failure();
    if !place.is_dir() {
        let folder = place.parent().unwrap_or(place).to_owned();
        let variables = load_env_files(loader, &folder, environment).map_err(wrong)?;
        return Ok(ProjectFiles { files: vec![place.to_owned()], folder, variables });
    }
    for name in COMPOSE_FILE_NAMES.iter().chain(OVERRIDE_FILE_NAMES) {
        loader.record_searched_path(place.join(name));
    }
    let mut variables = load_env_files(loader, place, environment).map_err(wrong)?;
    let files = match files_from_variable(place, &variables) {
        files if files.is_empty() => default_files(place)?,
        files => files,
    };
    let folder = files.first().and_then(|path| path.parent()).unwrap_or(place).to_owned();
    if folder != place {
        variables = load_env_files(loader, &folder, &variables).map_err(wrong)?;
    }
    Ok(ProjectFiles { files, folder, variables })
}

/// Reads the env files of a project: those that the variable `COMPOSE_ENV_FILES` names, or else the `.env` in
/// `folder`.
///
/// `COMPOSE_DISABLE_ENV_FILE` switches the `.env` off (Docker documentation, page "Pre-defined environment
/// variables").
fn load_env_files(
    loader: &mut Loader,
    folder: &Path,
    environment: &LayeredVariables,
) -> Result<LayeredVariables, crate::source::compose::yaml::ComposeError> {
    if let Some(paths) = environment.non_empty("COMPOSE_ENV_FILES") {
        let paths: Vec<PathBuf> = paths.split(',').map(|path| resolve_path(folder, path)).collect();
        return loader.with_env_files(&paths, true, environment);
    }
    let is_off =
        environment.non_empty("COMPOSE_DISABLE_ENV_FILE").is_some_and(|value| ["1", "true"].contains(&value));
    if is_off {
        Ok(environment.clone())
    } else {
        loader.with_env_files(&[folder.join(DOTENV_FILE_NAME)], false, environment)
    }
}

/// Returns the paths in the variable `COMPOSE_FILE`.
fn files_from_variable(place: &Path, variables: &LayeredVariables) -> Vec<PathBuf> {
    let default = if cfg!(windows) { ";" } else { ":" };
    let separator = variables.non_empty("COMPOSE_PATH_SEPARATOR").unwrap_or(default);
    let paths = variables.non_empty("COMPOSE_FILE").into_iter().flat_map(|paths| paths.split(separator));
    paths.map(|path| resolve_path(place, path)).collect()
}

fn default_files(place: &Path) -> Result<Vec<PathBuf>, Failure> {
    // `exists` is true for a pipe too, which the reader then refuses with a message.
    let first = |names: &[&str]| names.iter().map(|name| place.join(name)).find(|path| path.exists());
    let Some(file) = first(COMPOSE_FILE_NAMES) else {
        let what = format!("no compose file found in {}", place.display());
        return Err(Failure::new(
            FailureKind::Missing,
            what,
            format!("create one of {}, or set the path", COMPOSE_FILE_NAMES.join(", ")),
        ));
    };
    Ok([file].into_iter().chain(first(OVERRIDE_FILE_NAMES)).collect())
}

/// Returns the project's name: the variable `COMPOSE_PROJECT_NAME`, else the name that the files declare,
/// else the folder's name.
pub(in crate::source::compose) fn project_name(
    declared: Option<&str>,
    folder: &Path,
    variables: &LayeredVariables,
) -> Result<String, Failure> {
    let invalid = |what: String| {
        let remedy = "use lower-case letters, digits, `-` and `_`, and start with a letter or digit";
        Failure::new(FailureKind::Invalid, what, remedy)
    };
    if let Some(name) = variables.value("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty()) {
        return match normalize_name(name) {
            same if same == name => Ok(same),
            _ => Err(invalid("COMPOSE_PROJECT_NAME is not a valid project name".to_owned())),
        };
    }
    let declared = declared.map(normalize_name).filter(|name| !name.is_empty());
    let name = declared.unwrap_or_else(|| name_from_folder(folder));
    if name.is_empty() {
        let what = format!("can't derive a project name from {}", folder.display());
        return Err(invalid(what));
    }
    Ok(name)
}

/// Returns the project name for a folder; empty if the folder's name contains no valid character.
pub(in crate::source::compose) fn name_from_folder(folder: &Path) -> String {
    normalize_name(folder.file_name().and_then(|name| name.to_str()).unwrap_or_default())
}

/// Returns `name` in lower case, with only letters, digits, `-` and `_`. Drops `-` and `_` at its start.
fn normalize_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let kept: String =
        lower.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{LayeredVariables, project_name};
    use std::{collections::BTreeMap, path::Path};

    #[test]
    fn the_name_comes_from_the_file_or_the_folder() {
        let none = LayeredVariables::default();
        let of = |declared, folder| project_name(declared, Path::new(folder), &none);
        assert_eq!(of(None, "/home/me/My Shop.v2").unwrap(), "myshopv2");
        assert_eq!(of(Some("Other"), "/shop").unwrap(), "other");
        assert_eq!(of(Some(""), "/_shop").unwrap(), "shop");
        assert!(of(None, "/").is_err());
        let set = |value: &str| {
            LayeredVariables::new(BTreeMap::from([("COMPOSE_PROJECT_NAME".to_owned(), value.to_owned())]))
        };
        assert_eq!(project_name(Some("other"), Path::new("/shop"), &set("mine")).unwrap(), "mine");
        assert!(project_name(Some("other"), Path::new("/shop"), &set("My Shop")).is_err());
    }
}

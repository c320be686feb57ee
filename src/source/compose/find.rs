//! The files that make a project, and the project's name.

use super::{
    load::{Broken, Loader},
    paths::whole,
    variables::{Lookup, Variables},
};
use crate::model::{Failure, FailureKind};
use std::path::{Path, PathBuf};

/// The names that compose looks for, in its order.
const NAMES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
/// The names of the file that lies over it.
const OVERRIDES: &[&str] = &[
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The file of variables beside a compose file.
pub(super) const ENV: &str = ".env";

/// The files of a project and its variables.
pub(super) struct Found {
    pub(super) files: Vec<PathBuf>,
    /// The folder of the first file, where relative paths begin.
    pub(super) folder: PathBuf,
    pub(super) variables: Variables,
}

/// The path that the configuration means; nothing is the working directory.
pub(super) fn place(path: &str) -> PathBuf {
    let path = whole(Path::new(""), path);
    std::path::absolute(&path).or_else(|_| std::env::current_dir()).unwrap_or(path)
}

/// Finds the files at `place`: itself, or of a folder those that `COMPOSE_FILE` names, else the compose file and the
/// one that lies over it.
pub(super) fn project(loader: &mut Loader, place: &Path, around: &Variables) -> Result<Found, Failure> {
    let wrong = |wrong| Broken::Wrong(wrong).failure();
    if !place.is_dir() {
        let folder = place.parent().unwrap_or(place).to_owned();
        let variables = env_files(loader, &folder, around).map_err(wrong)?;
        return Ok(Found { files: vec![place.to_owned()], folder, variables });
    }
    loader.looked.extend(NAMES.iter().chain(OVERRIDES).map(|name| place.join(name)));
    let mut variables = env_files(loader, place, around).map_err(wrong)?;
    let files = match named(place, &variables) {
        files if files.is_empty() => default_files(place)?,
        files => files,
    };
    let folder = files.first().and_then(|path| path.parent()).unwrap_or(place).to_owned();
    if folder != place {
        variables = env_files(loader, &folder, &variables).map_err(wrong)?;
    }
    Ok(Found { files, folder, variables })
}

/// The variables of a folder's files: those that `COMPOSE_ENV_FILES` names, else its `.env`, unless that is switched
/// off (Docker documentation, page "Pre-defined environment variables").
fn env_files(
    loader: &mut Loader,
    folder: &Path,
    around: &Variables,
) -> Result<Variables, super::yaml::Wrong> {
    if let Some(paths) = around.filled("COMPOSE_ENV_FILES") {
        let paths: Vec<PathBuf> = paths.split(',').map(|path| whole(folder, path)).collect();
        return loader.with_env_files(&paths, true, around);
    }
    let is_off =
        around.filled("COMPOSE_DISABLE_ENV_FILE").is_some_and(|value| ["1", "true"].contains(&value));
    if is_off { Ok(around.clone()) } else { loader.with_env_files(&[folder.join(ENV)], false, around) }
}

/// The files that the variable `COMPOSE_FILE` names.
fn named(place: &Path, variables: &Variables) -> Vec<PathBuf> {
    let default = if cfg!(windows) { ";" } else { ":" };
    let separator = variables.filled("COMPOSE_PATH_SEPARATOR").unwrap_or(default);
    let paths = variables.filled("COMPOSE_FILE").into_iter().flat_map(|paths| paths.split(separator));
    paths.map(|path| whole(place, path)).collect()
}

fn default_files(place: &Path) -> Result<Vec<PathBuf>, Failure> {
    // A pipe of that name is found as well, and is told of when it can't be read.
    let first = |names: &[&str]| names.iter().map(|name| place.join(name)).find(|path| path.exists());
    let Some(file) = first(NAMES) else {
        let what = format!("there is no compose file in {}", place.display());
        return Err(Failure::new(
            FailureKind::Missing,
            what,
            format!("it would be called {}", NAMES.join(", ")),
        ));
    };
    Ok([file].into_iter().chain(first(OVERRIDES)).collect())
}

/// The project's name: the variable for it, else what the files say, else the folder's.
pub(super) fn name(said: Option<&str>, folder: &Path, variables: &Variables) -> Result<String, Failure> {
    let invalid = |what: String| {
        let remedy = "a name has lower-case letters, digits, `-` and `_`, and begins with a letter or digit";
        Failure::new(FailureKind::Invalid, what, remedy)
    };
    if let Some(name) = variables.value("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty()) {
        return match normalized(name) {
            same if same == name => Ok(same),
            _ => Err(invalid("the variable COMPOSE_PROJECT_NAME holds no name of a project".to_owned())),
        };
    }
    let said = said.map(normalized).filter(|name| !name.is_empty());
    let name = said.unwrap_or_else(|| folder_name(folder));
    if name.is_empty() {
        let what = format!("no name for the project can be made of {}", folder.display());
        return Err(invalid(what));
    }
    Ok(name)
}

/// The name that a project has after its folder; empty if nothing of the folder's name can be a part of one.
pub(super) fn folder_name(folder: &Path) -> String {
    normalized(folder.file_name().and_then(|name| name.to_str()).unwrap_or_default())
}

/// A name in lower case and without other characters than letters, digits, `-` and `_`.
fn normalized(name: &str) -> String {
    let lower = name.to_lowercase();
    let kept: String =
        lower.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Variables, name};
    use std::{collections::BTreeMap, path::Path};

    #[test]
    fn the_name_is_said_or_the_folders() {
        let none = Variables::default();
        let of = |said, folder| name(said, Path::new(folder), &none);
        assert_eq!(of(None, "/home/me/My Shop.v2").unwrap(), "myshopv2");
        assert_eq!(of(Some("Other"), "/shop").unwrap(), "other");
        assert_eq!(of(Some(""), "/_shop").unwrap(), "shop");
        assert!(of(None, "/").is_err());
        let set = |value: &str| {
            Variables::new(BTreeMap::from([("COMPOSE_PROJECT_NAME".to_owned(), value.to_owned())]))
        };
        assert_eq!(name(Some("other"), Path::new("/shop"), &set("mine")).unwrap(), "mine");
        assert!(name(Some("other"), Path::new("/shop"), &set("My Shop")).is_err());
    }
}

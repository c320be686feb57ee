//! Which files a path means, and what the project in them is called.

use super::{declared::whole, dotenv, fill::Variables};
use crate::model::{Failure, FailureKind, Text};
use std::path::{Path, PathBuf};

/// The names that the docker command looks for, in its order.
const NAMES: &[&str] = &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
/// The names of what lies over it.
const OVERRIDES: &[&str] = &[
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
];

/// The file of variables beside a compose file.
pub(super) const ENV: &str = ".env";

/// The path that the configuration means; nothing is the working directory.
pub(super) fn place(path: &str) -> PathBuf {
    let path = whole(Path::new(""), path);
    std::path::absolute(&path).or_else(|_| std::env::current_dir()).unwrap_or(path)
}

/// The files at `place`: itself, or of a folder those that its `.env` names, else the compose file and the one that
/// lies over it.
pub(super) fn files(place: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let named = named(place);
    if !named.is_empty() {
        return Ok(named);
    }
    let first = |names: &[&str]| names.iter().map(|name| place.join(name)).find(|path| path.is_file());
    let Some(file) = first(NAMES) else {
        let what = format!("there is no compose file in {}", Text::new(&place.display().to_string()));
        return Err(Failure::new(
            FailureKind::Missing,
            what,
            format!("it would be called {}", NAMES.join(", ")),
        ));
    };
    Ok([file].into_iter().chain(first(OVERRIDES)).collect())
}

/// The files that the variable `COMPOSE_FILE` names, where the folder's `.env` sets it.
fn named(place: &Path) -> Vec<PathBuf> {
    let text = std::fs::read_to_string(place.join(ENV)).unwrap_or_default();
    let set = dotenv::read(&text, &Variables::default());
    let said = |name: &str| set.get(name).filter(|value| !value.is_empty());
    let between = said("COMPOSE_PATH_SEPARATOR").map_or(":", String::as_str);
    said("COMPOSE_FILE").into_iter().flat_map(|paths| paths.split(between)).map(|p| whole(place, p)).collect()
}

/// Every file that may come to lie in the folder `place`.
pub(super) fn candidates(place: &Path) -> impl Iterator<Item = PathBuf> {
    NAMES.iter().chain(OVERRIDES).chain([&ENV]).map(|name| place.join(name))
}

/// The project's name as the docker command makes it: what is said, else the folder's name, in lower case and without
/// other characters than letters, digits, `-` and `_`.
pub(super) fn name(said: Option<&str>, file: &Path) -> String {
    let folder = file.parent().and_then(|f| f.file_name()).and_then(|name| name.to_str());
    let raw = said.filter(|name| !name.is_empty()).or(folder).unwrap_or_default().to_lowercase();
    let kept: String = raw.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let name = kept.trim_start_matches(['-', '_']);
    if name.is_empty() { "compose".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::name;
    use std::path::Path;

    #[test]
    fn the_name_is_said_or_the_folders() {
        assert_eq!(name(None, Path::new("/home/me/My Shop.v2/compose.yaml")), "myshopv2");
        assert_eq!(name(Some("Other"), Path::new("/shop/compose.yaml")), "other");
        assert_eq!(name(Some(""), Path::new("/_shop/compose.yaml")), "shop");
        assert_eq!(name(None, Path::new("/compose.yaml")), "compose");
    }
}

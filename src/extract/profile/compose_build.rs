//! Reader of the services that a compose file builds, and of the folders with their code.

use super::catalogue::parse_yaml;
use crate::model::Text;
use serde_json::Value;
use std::path::{Component, Path, PathBuf};

/// Maximum number of services to read from one file.
const MAX_SERVICES: usize = 1_000;

/// Names of folders that often hold the Dockerfiles of several images, but not their code.
const DOCKERFILE_FOLDERS: &[&str] =
    &["build", "ci", "containers", "deploy", "docker", "dockerfiles", "images"];

/// Returns the services that the compose file `text` builds, each with the absolute folder of its code.
/// `folder` is the absolute folder of the compose file. Leaves out services whose folder contains a variable
/// or is a URL. Returns an error if the text is not valid YAML or is too large.
pub fn compose_builds(text: &str, folder: &Path) -> Result<Vec<(Text, PathBuf)>, String> {
    let documents = parse_yaml(text)?;
    let services = documents.iter().filter_map(|document| document.get("services")?.as_object()).flatten();
    let builds = services.take(MAX_SERVICES).filter_map(|(name, service)| {
        let build = service.get("build")?;
        let (context, recipe) = match build {
            Value::String(context) => (context.as_str(), None),
            build => (
                build.get("context").map_or(Some("."), Value::as_str)?,
                build.get("dockerfile").and_then(Value::as_str),
            ),
        };
        let context = folder_below(folder, context)?;
        let folder = recipe.and_then(|recipe| code_folder(&context, recipe)).unwrap_or(context);
        Some((Text::new(name), folder))
    });
    Ok(builds.collect())
}

/// Returns the folder of a Dockerfile below the build context, as in `dockerfile:
/// services/orders/Dockerfile`. Returns `None` if the Dockerfile is in the context folder itself, in a hidden
/// folder, or in one of [`DOCKERFILE_FOLDERS`].
fn code_folder(context: &Path, recipe: &str) -> Option<PathBuf> {
    let (folder, _) = recipe.trim_start_matches("./").rsplit_once('/')?;
    let is_recipe = |part: &str| {
        part.starts_with('.') || DOCKERFILE_FOLDERS.iter().any(|known| known.eq_ignore_ascii_case(part))
    };
    if folder.split('/').any(is_recipe) { None } else { folder_below(context, folder) }
}

/// Returns the folder at `path`, which is relative to `folder`. Returns `None` if `path` is absolute or a
/// URL, if it contains a variable, or if it leads above the root.
fn folder_below(folder: &Path, path: &str) -> Option<PathBuf> {
    if path.contains(['$', ':']) || path.starts_with(['/', '~']) {
        return None;
    }
    let mut found = folder.to_owned();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                found.pop().then_some(())?;
            }
            Component::Normal(part) => found.push(part),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::compose_builds;
    use std::path::Path;

    #[test]
    fn folders_are_those_of_the_code() {
        let text = "
services:
  web: {build: ./web}
  api: {build: {context: ../services/api, dockerfile: Dockerfile}}
  here: {build: {target: dev}}
  out: {build: ../../other}
  line: {build: {context: .., dockerfile: ./apps/line/Dockerfile}}
  recipe: {build: {context: .., dockerfile: docker/recipe/Dockerfile}}
  away: {build: https://github.com/acme/x.git}
  unknown: {build: '${DIR}/x'}
  db: {image: postgres}
";
        let builds = compose_builds(text, Path::new("/src/shop/deploy")).unwrap();
        let folders: Vec<_> =
            builds.iter().map(|(name, folder)| format!("{name} {}", folder.display())).collect();
        assert_eq!(
            folders,
            [
                "api /src/shop/services/api",
                "here /src/shop/deploy",
                "line /src/shop/apps/line",
                "out /src/other",
                "recipe /src/shop",
                "web /src/shop/deploy/web",
            ]
        );
        assert!(compose_builds("services: [", Path::new("/")).is_err());
    }
}

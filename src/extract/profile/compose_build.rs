//! Services that a compose file builds, and the folders from which it builds them.

use super::catalogue::parse_yaml;
use crate::model::{ComposeBuild, Text};
use serde_json::Value;
use std::path::{Component, Path};

/// Maximum number of services of one file.
const MAX_SERVICES: usize = 1_000;

/// Returns the services that the `text` of a compose file builds; `file` is its absolute path and `folder` its
/// folder in the checkout. Services that are built from outside the checkout, or from a folder that a variable
/// names, are left out.
pub fn compose_builds(text: &str, file: &str, folder: &str) -> Result<Vec<ComposeBuild>, String> {
    let documents = parse_yaml(text)?;
    let services = documents.iter().filter_map(|document| document.get("services")?.as_object()).flatten();
    let builds = services.take(MAX_SERVICES).filter_map(|(name, service)| {
        let context = match service.get("build")? {
            Value::String(context) => context,
            build => build.get("context").map_or(Some("."), Value::as_str)?,
        };
        let folder = folder_below(folder, context)?;
        Some(ComposeBuild { file: file.into(), service: Text::new(name), folder: folder.into() })
    });
    Ok(builds.collect())
}

/// Returns the folder at the relative path `path` from `folder`, or `None` if it is outside the checkout.
fn folder_below(folder: &str, path: &str) -> Option<String> {
    if path.contains(['$', ':']) || path.starts_with(['/', '~']) {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for component in Path::new(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::compose_builds;

    #[test]
    fn folders_are_relative_to_the_checkout() {
        let text = "
services:
  web: {build: ./web}
  api: {build: {context: ../services/api, dockerfile: Dockerfile}}
  here: {build: {target: dev}}
  out: {build: ../../other}
  away: {build: https://github.com/acme/x.git}
  unknown: {build: '${DIR}/x'}
  db: {image: postgres}
";
        let builds = compose_builds(text, "/src/shop/deploy/compose.yaml", "deploy").unwrap();
        let folders: Vec<_> =
            builds.iter().map(|build| format!("{} {}", build.service, build.folder)).collect();
        assert_eq!(folders, ["api services/api", "here deploy", "web deploy/web"]);
        assert!(compose_builds("services: [", "f", "").is_err());
    }
}

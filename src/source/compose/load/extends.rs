//! Resolution of `extends`: merges a service with the service that it extends, which may be in another file
//! (Compose Specification, chapter "Services", section "extends").

use super::{BaseFolder, LoadContext, LoadError, Loader, merge};
use crate::{
    model::{Failure, FailureKind},
    source::compose::{
        limits::MAX_CHAIN_LENGTH,
        paths::is_remote,
        yaml::{ComposeError, Node, Value},
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Chain of services with their files. Each service extends the next one. A repeated service means a cycle.
type ExtendsChain = Vec<(Arc<Path>, String)>;

impl Loader {
    /// Merges each service of a document with the service that it extends. The values of the extending
    /// service win.
    pub(super) fn resolve_extends(
        &mut self,
        document: &mut Node,
        file: &Arc<Path>,
        scope: &mut LoadContext,
    ) -> Result<(), ComposeError> {
        let names: Vec<String> = document
            .entries("services")
            .filter(|(_, service)| service.get("extends").is_some())
            .map(|(name, _)| name.clone())
            .collect();
        let Some(services) = services_mut(document) else { return Ok(()) };
        let mut extended = Vec::new();
        for name in names {
            let whole = self.extended_service(&name, services, file, scope, &mut ExtendsChain::new())?;
            extended.push((name, whole));
        }
        services.extend(extended);
        Ok(())
    }

    /// Returns the service `name` of `services`, merged over all services that it extends.
    fn extended_service(
        &mut self,
        name: &str,
        services: &BTreeMap<String, Node>,
        file: &Arc<Path>,
        scope: &mut LoadContext,
        chain: &mut ExtendsChain,
    ) -> Result<Node, ComposeError> {
        let Some(own) = services.get(name) else { return Ok(Node::new(first_line(file), Value::Null)) };
        let mut own = own.counted_clone(&mut self.limits).map_err(|limit| own.at.limit_error(&limit))?;
        let Some(extends) = take_entry(&mut own, "extends") else { return Ok(own) };
        let at = &extends.at;
        let target = extends.text_of("service").unwrap_or_default();
        let link = (Arc::clone(file), name.to_owned());
        if chain.contains(&link) {
            return Err(at.error(format!(
                "circular `extends`: `{name}` extends itself, directly or through other services"
            )));
        }
        if chain.len() == MAX_CHAIN_LENGTH {
            return Err(at.error(format!("the `extends` chain is longer than {MAX_CHAIN_LENGTH} services")));
        }
        chain.push(link);
        let missing = || at.error(format!("`{name}` extends `{target}`, but that file has no such service"));
        let mut below = match extends.text_of("file") {
            None if services.contains_key(&target) => {
                self.extended_service(&target, services, file, scope, chain)?
            }
            None => return Err(missing()),
            Some(path) if is_remote(&path) => {
                self.record_unread_part("an extended service", remote_failure(&extends));
                chain.pop();
                return Ok(own);
            }
            Some(path) => {
                let path = PathBuf::from(path);
                let others = self.services_in_file(&path, scope).map_err(|broken| broken.at_line(at))?;
                if !others.contains_key(&target) {
                    return Err(missing());
                }
                self.extended_service(&target, &others, &Arc::from(path), scope, chain)?
            }
        };
        chain.pop();
        merge::strip_merge_tags(&mut below);
        Ok(Node { at: own.at.clone(), ..merge::merge_service(below, own) })
    }

    /// Returns the services of a file in canonical form, and caches them in `scope`.
    fn services_in_file(
        &mut self,
        path: &Path,
        scope: &mut LoadContext,
    ) -> Result<Arc<BTreeMap<String, Node>>, LoadError> {
        if let Some(known) = scope.extended_files.get(path) {
            return Ok(Arc::clone(known));
        }
        let base = BaseFolder(path.parent().unwrap_or(Path::new("")).to_owned());
        let (_, documents) = self.parse_file(path)?;
        let mut all = BTreeMap::new();
        for mut document in documents {
            self.canonicalize(&mut document, &base, &scope.variables)?;
            all.append(&mut services_mut(&mut document).map(std::mem::take).unwrap_or_default());
        }
        let all = Arc::new(all);
        scope.extended_files.insert(path.to_owned(), Arc::clone(&all));
        Ok(all)
    }
}

impl LoadError {
    /// Converts this error to an error at one line of a compose file: the line of the invalid value, or `at`
    /// if a file can't be read. `at` is the line that names that file.
    pub(super) fn at_line(self, at: &super::yaml::FileLine) -> ComposeError {
        match self {
            Self::Invalid(wrong) => wrong,
            Self::Unreadable(path, error) => at.error(format!("{} can't be read: {error}", path.display())),
        }
    }
}

/// Returns the failure for a file on another machine, which Portolan does not read.
pub(super) fn remote_failure(node: &Node) -> Failure {
    let what = format!("{}: Portolan does not read remote files", node.at);
    Failure::new(FailureKind::Missing, what, "download the file, and use its local path")
}

fn first_line(file: &Arc<Path>) -> super::yaml::FileLine {
    super::yaml::FileLine { file: Arc::clone(file), line: 1 }
}

/// Returns the services of a document as a mutable mapping, or `None` if it has none.
fn services_mut(document: &mut Node) -> Option<&mut BTreeMap<String, Node>> {
    let Value::Map(map) = &mut document.value else { return None };
    match &mut map.get_mut("services")?.value {
        Value::Map(services) => Some(services),
        _ => None,
    }
}

/// Removes and returns an entry of a mapping.
fn take_entry(node: &mut Node, key: &str) -> Option<Node> {
    match &mut node.value {
        Value::Map(map) => map.remove(key),
        _ => None,
    }
}

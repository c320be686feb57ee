//! `extends`: a service laid over another one of its file or of another file (Compose Specification, chapter
//! "Services", section "extends").

use super::{Base, Broken, Loader, Scope, merge};
use crate::{
    model::{Failure, FailureKind},
    source::compose::{
        limits::MAX_CHAIN,
        paths::is_remote,
        yaml::{Node, Value, Wrong},
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The services that extend each other down to one, each with its file.
type Chain = Vec<(Arc<Path>, String)>;

impl Loader {
    /// Lays the services of a document over what they extend.
    pub(super) fn extend(
        &mut self,
        document: &mut Node,
        file: &Arc<Path>,
        scope: &mut Scope,
    ) -> Result<(), Wrong> {
        let names: Vec<String> = document
            .entries("services")
            .filter(|(_, service)| service.get("extends").is_some())
            .map(|(name, _)| name.clone())
            .collect();
        let Some(services) = services(document) else { return Ok(()) };
        let mut extended = Vec::new();
        for name in names {
            let whole = self.whole(&name, services, file, scope, &mut Chain::new())?;
            extended.push((name, whole));
        }
        services.extend(extended);
        Ok(())
    }

    /// The service `name` of `services`, with all that it extends.
    fn whole(
        &mut self,
        name: &str,
        services: &BTreeMap<String, Node>,
        file: &Arc<Path>,
        scope: &mut Scope,
        chain: &mut Chain,
    ) -> Result<Node, Wrong> {
        let Some(own) = services.get(name) else { return Ok(Node::new(location(file), Value::Null)) };
        let mut own = own.copied(&mut self.limits).map_err(|limit| own.at.exceeded(&limit))?;
        let Some(extends) = taken(&mut own, "extends") else { return Ok(own) };
        let at = &extends.at;
        let target = extends.text_of("service").unwrap_or_default();
        let link = (Arc::clone(file), name.to_owned());
        if chain.contains(&link) {
            return Err(at.wrong(format!("`{name}` extends itself, by way of others")));
        }
        if chain.len() == MAX_CHAIN {
            return Err(at.wrong(format!("more than {MAX_CHAIN} services extend each other")));
        }
        chain.push(link);
        let missing = || at.wrong(format!("`{name}` extends `{target}`, which is not in that file"));
        let mut below = match extends.text_of("file") {
            None if services.contains_key(&target) => self.whole(&target, services, file, scope, chain)?,
            None => return Err(missing()),
            Some(path) if is_remote(&path) => {
                self.leave_out("what a service extends", remote(&extends));
                chain.pop();
                return Ok(own);
            }
            Some(path) => {
                let path = PathBuf::from(path);
                let others = self.services_of(&path, scope).map_err(|broken| broken.at(at))?;
                if !others.contains_key(&target) {
                    return Err(missing());
                }
                self.whole(&target, &others, &Arc::from(path), scope, chain)?
            }
        };
        chain.pop();
        merge::without_marks(&mut below);
        Ok(Node { at: own.at.clone(), ..merge::service(below, own) })
    }

    /// The services of a file that others extend, in canonical form.
    fn services_of(&mut self, path: &Path, scope: &mut Scope) -> Result<Arc<BTreeMap<String, Node>>, Broken> {
        if let Some(known) = scope.extended.get(path) {
            return Ok(Arc::clone(known));
        }
        let base = Base(path.parent().unwrap_or(Path::new("")).to_owned());
        let (_, documents) = self.parse(path)?;
        let mut all = BTreeMap::new();
        for mut document in documents {
            self.written_out(&mut document, &base, &scope.variables)?;
            all.append(&mut services(&mut document).map(std::mem::take).unwrap_or_default());
        }
        let all = Arc::new(all);
        scope.extended.insert(path.to_owned(), Arc::clone(&all));
        Ok(all)
    }
}

impl Broken {
    /// The error at `at`, the line that names a file which is broken or not there.
    pub(super) fn at(self, at: &super::yaml::Location) -> Wrong {
        match self {
            Self::Wrong(wrong) => wrong,
            Self::Unreadable(path, error) => at.wrong(format!("{} can't be read: {error}", path.display())),
        }
    }
}

/// The failure for something on another machine, which is not read.
pub(super) fn remote(node: &Node) -> Failure {
    let what = format!("{}: this lies on another machine, where Portolan does not look", node.at);
    Failure::new(FailureKind::Missing, what, "fetch it, and name the copy")
}

fn location(file: &Arc<Path>) -> super::yaml::Location {
    super::yaml::Location { file: Arc::clone(file), line: 1 }
}

/// The services of a document.
fn services(document: &mut Node) -> Option<&mut BTreeMap<String, Node>> {
    let Value::Map(map) = &mut document.value else { return None };
    match &mut map.get_mut("services")?.value {
        Value::Map(services) => Some(services),
        _ => None,
    }
}

/// Takes an entry out of a mapping.
fn taken(node: &mut Node, key: &str) -> Option<Node> {
    match &mut node.value {
        Value::Map(map) => map.remove(key),
        _ => None,
    }
}

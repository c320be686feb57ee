//! A whole project: its services, networks and configs, read from its merged files.

use super::{
    canonical,
    check::{self, Profiles},
    declared::Declared,
    find,
    interpolate::Interpolator,
    limits::MAX_PORTS,
    load::{Broken, Documents, Loader, Scope, failure},
    variables::Variables,
    yaml::{Edit, Node, Wrong},
};
use crate::model::{Failure, FailureKind};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A project.
pub(super) struct Model {
    pub(super) name: String,
    pub(super) services: BTreeMap<String, Declared>,
    /// The real names of networks that have one of their own.
    pub(super) networks: BTreeMap<String, String>,
    /// The origins of its configs' texts.
    pub(super) configs: BTreeMap<String, Origin>,
    pub(super) variables: Variables,
}

/// The origin of a config's text.
#[derive(Clone)]
pub(super) enum Origin {
    File(PathBuf),
    Inline(String),
    Variable(String),
}

impl Loader {
    /// Reads the project at `place`; `around` is this process's environment.
    pub(super) fn project(&mut self, place: &Path, around: &Variables) -> Result<Model, Failure> {
        let found = find::project(self, place, around)?;
        let mut files = Vec::new();
        for path in &found.files {
            files.push(self.parse(path).map_err(Broken::failure)?);
        }
        if files.iter().all(|(_, documents)| documents.is_empty()) {
            let what = format!("{} declares nothing: it is empty", place.display());
            return Err(Failure::new(FailureKind::Invalid, what, "declare `services` in it"));
        }
        let mut variables = found.variables;
        let said = self.said_name(&files, &variables).map_err(|wrong| failure(&wrong))?;
        let name = find::name(said.as_deref(), &found.folder, &variables)?;
        variables.set("COMPOSE_PROJECT_NAME", &name);
        let mut scope = Scope::new(found.folder, variables.clone(), Vec::new());
        let node = self.merged(files, &mut scope).map_err(|wrong| failure(&wrong))?;
        self.tell_missing_values();
        let model = self.model(&node, name, variables).map_err(|wrong| failure(&wrong))?;
        if model.services.is_empty() {
            let what = format!("{}: the file declares no service", node.at);
            self.leave_out("a service", Failure::new(FailureKind::Missing, what, "declare `services` in it"));
        }
        Ok(model)
    }

    /// The name that the last of the files with one says.
    fn said_name(&mut self, files: &[Documents], variables: &Variables) -> Result<Option<String>, Wrong> {
        let all = files.iter().flat_map(|(_, documents)| documents);
        let names = all.filter_map(|node| node.get("name")).filter(|name| name.edit != Some(Edit::Reset));
        let mut said =
            names.filter_map(|name| Some((name, name.text()?))).filter(|(_, text)| !text.is_empty());
        let Some((node, text)) = said.next_back() else { return Ok(None) };
        let expanded = Interpolator::new(variables, &mut self.limits).text(text);
        expanded.map(Some).map_err(|problem| node.at.wrong(problem.to_string()))
    }

    fn model(&mut self, node: &Node, name: String, variables: Variables) -> Result<Model, Wrong> {
        canonical::is_complete(node)?;
        let profiles = Profiles::of(&variables);
        for inactive in check::project(node, &profiles)? {
            self.leave_out("a dependency", failure(&inactive));
        }
        let (mut services, mut without_ports) = (BTreeMap::new(), None);
        for (name, service) in node.entries("services") {
            let mut declared = Declared::read(service, &profiles)?;
            let place = &mut declared.place;
            if !self.limits.has_room_for_ports(place.published.len() + place.exposed.len()) {
                place.published.clear();
                place.exposed.clear();
                without_ports.get_or_insert(&service.at);
            }
            self.limits.add_names(declared.names()).map_err(|limit| service.at.exceeded(&limit))?;
            services.insert(name.clone(), declared);
        }
        if let Some(at) = without_ports {
            let words =
                format!("the project has more than {MAX_PORTS} ports: from here on they are left out");
            self.leave_out("ports", failure(&at.wrong(words)));
        }
        let networks = node.entries("networks").filter_map(|(key, n)| Some((key.clone(), network(key, n)?)));
        let configs = node.entries("configs").filter_map(|(key, n)| Some((key.clone(), origin(n)?)));
        Ok(Model { name, services, networks: networks.collect(), configs: configs.collect(), variables })
    }
}

/// The real name of a network, where it is not made of the project's name and its own.
fn network(key: &str, node: &Node) -> Option<String> {
    let old = node.get("external").and_then(|external| external.text_of("name"));
    let is_external = node.is_true("external") || node.entries("external").next().is_some();
    node.text_of("name").or(old).or_else(|| is_external.then(|| key.to_owned()))
}

fn origin(node: &Node) -> Option<Origin> {
    let file = node.text_of("file").map(|path| Origin::File(PathBuf::from(path)));
    let inline = || node.text_of("content").map(Origin::Inline);
    file.or_else(inline).or_else(|| node.text_of("environment").map(Origin::Variable))
}

//! Compose projects: the services, networks and configs that the merged files of a project declare.

use super::service::ComposeService;
use crate::{
    model::{Failure, FailureKind},
    source::compose::{
        limits::MAX_PORTS,
        load::{
            LoadContext, LoadError, Loader, ParsedFile, compose_failure, find_project,
            interpolate::Interpolator,
        },
        schema::{
            canonical,
            check::{self, ActiveProfiles},
        },
        variables::LayeredVariables,
        yaml::{ComposeError, MergeTag, Node},
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Compose project as its merged files declare it.
pub(in crate::source::compose) struct ComposeProject {
    pub(in crate::source::compose) name: String,
    pub(in crate::source::compose) services: BTreeMap<String, ComposeService>,
    /// Explicit names of networks on the engine, by the key of the network in the compose file. For any other
    /// network, compose builds the name from the project's name and the key.
    pub(in crate::source::compose) networks: BTreeMap<String, String>,
    /// Origins of config texts, by the config's name.
    pub(in crate::source::compose) configs: BTreeMap<String, ConfigOrigin>,
    /// Variables for interpolation: the environment of this process, with the variables of the project's env
    /// files as defaults.
    pub(in crate::source::compose) variables: LayeredVariables,
}

/// Origin of a config's text.
#[derive(Clone)]
pub(in crate::source::compose) enum ConfigOrigin {
    /// Path of a file on this machine (`file`).
    File(PathBuf),
    /// Text in the compose file itself (`content`).
    Inline(String),
    /// Name of the variable that holds the text (`environment`).
    Variable(String),
}

impl Loader {
    /// Reads the project at `place`, which is a compose file or its folder. `environment` holds the variables
    /// of this process.
    pub(in crate::source::compose) fn load_project(
        &mut self,
        place: &Path,
        environment: &LayeredVariables,
    ) -> Result<ComposeProject, Failure> {
        let found = find_project::find_project(self, place, environment)?;
        let mut files = Vec::new();
        for path in &found.files {
            files.push(self.parse_file(path).map_err(LoadError::failure)?);
        }
        if files.iter().all(|(_, documents)| documents.is_empty()) {
            let what = format!("the compose project {} is empty", place.display());
            return Err(Failure::new(FailureKind::Invalid, what, "add `services` to it"));
        }
        let mut variables = found.variables;
        let said = self.declared_name(&files, &variables).map_err(|wrong| compose_failure(&wrong))?;
        let name = find_project::project_name(said.as_deref(), &found.folder, &variables)?;
        variables.set("COMPOSE_PROJECT_NAME", &name);
        let mut scope = LoadContext::new(found.folder, variables.clone(), Vec::new());
        let node = self.merge_files(files, &mut scope).map_err(|wrong| compose_failure(&wrong))?;
        self.report_missing_values();
        let model = self.build_project(&node, name, variables).map_err(|wrong| compose_failure(&wrong))?;
        if model.services.is_empty() {
            let what = format!("{}: no services declared", node.at);
            self.record_unread_part(
                "services",
                Failure::new(FailureKind::Missing, what, "add `services` to it"),
            );
        }
        Ok(model)
    }

    /// Returns the project name (`name`) in the last file that has one, or `None` if no file has one.
    fn declared_name(
        &mut self,
        files: &[ParsedFile],
        variables: &LayeredVariables,
    ) -> Result<Option<String>, ComposeError> {
        let all = files.iter().flat_map(|(_, documents)| documents);
        let names =
            all.filter_map(|node| node.get("name")).filter(|name| name.merge_tag != Some(MergeTag::Reset));
        let mut said =
            names.filter_map(|name| Some((name, name.text()?))).filter(|(_, text)| !text.is_empty());
        let Some((node, text)) = said.next_back() else { return Ok(None) };
        let expanded = Interpolator::new(variables, &mut self.limits).interpolate(text);
        expanded.map(Some).map_err(|problem| node.at.error(problem.to_string()))
    }

    fn build_project(
        &mut self,
        node: &Node,
        name: String,
        variables: LayeredVariables,
    ) -> Result<ComposeProject, ComposeError> {
        canonical::check_complete(node)?;
        let profiles = ActiveProfiles::of(&variables);
        for inactive in check::check_project(node, &profiles)? {
            self.record_unread_part("a dependency", compose_failure(&inactive));
        }
        let (mut services, mut without_ports) = (BTreeMap::new(), None);
        for (name, service) in node.entries("services") {
            let mut declared = ComposeService::read(service, &profiles)?;
            let place = &mut declared.networking;
            if !self.limits.add_ports(place.published.len() + place.exposed.len()) {
                place.published.clear();
                place.exposed.clear();
                without_ports.get_or_insert(&service.at);
            }
            self.limits
                .add_names(declared.network_name_count())
                .map_err(|limit| service.at.limit_error(&limit))?;
            services.insert(name.clone(), declared);
        }
        if let Some(at) = without_ports {
            let words = format!("the project has more than {MAX_PORTS} ports: further ports are left out");
            self.record_unread_part("ports", compose_failure(&at.error(words)));
        }
        let networks = node
            .entries("networks")
            .filter_map(|(key, n)| Some((key.clone(), explicit_network_name(key, n)?)));
        let configs = node.entries("configs").filter_map(|(key, n)| Some((key.clone(), config_origin(n)?)));
        Ok(ComposeProject {
            name,
            services,
            networks: networks.collect(),
            configs: configs.collect(),
            variables,
        })
    }
}

/// Returns the name that the compose file gives to the network `key` on the engine. An external network
/// without a name is called `key`. Returns `None` if compose builds the name from the project's name and
/// `key`.
fn explicit_network_name(key: &str, node: &Node) -> Option<String> {
    let old = node.get("external").and_then(|external| external.text_of("name"));
    let is_external = node.is_true("external") || node.entries("external").next().is_some();
    node.text_of("name").or(old).or_else(|| is_external.then(|| key.to_owned()))
}

fn config_origin(node: &Node) -> Option<ConfigOrigin> {
    let file = node.text_of("file").map(|path| ConfigOrigin::File(PathBuf::from(path)));
    let inline = || node.text_of("content").map(ConfigOrigin::Inline);
    file.or_else(inline).or_else(|| node.text_of("environment").map(ConfigOrigin::Variable))
}

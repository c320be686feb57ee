//! Inputs of one service, in which Portolan searches for references: its variables, labels and configuration
//! files. Variables also come from env files, and labels from label files, that the service's declaration
//! names.

use super::{
    project::{ComposeProject, ConfigOrigin},
    service::ComposeService,
};
use crate::{
    model::{Failure, FailureKind},
    source::{
        compose::{
            limits::LimitExceeded,
            load::{EnvFileFormat, Loader},
            variables::{FallbackLookup, VariableLookup},
        },
        docker::files::{self, FileText, FileWatch, ServerProgram},
    },
};
use std::{collections::BTreeMap, path::PathBuf};

/// Variables, labels and configuration texts of one service. Any value may be a secret, so Portolan drops all
/// of them once it has extracted the references.
#[derive(Default)]
pub(in crate::source::compose) struct ComposeInputs {
    /// Values of the variables, by name.
    pub(in crate::source::compose) variables: BTreeMap<String, String>,
    /// Values of the labels, by name.
    pub(in crate::source::compose) labels: BTreeMap<String, String>,
    /// Texts of mounted files and configs, each with its path in the container.
    pub(in crate::source::compose) texts: Vec<FileText>,
}

/// Reads the inputs of `service`. Also returns a watch that notices changes of the files mounted into the
/// service.
pub(in crate::source::compose) fn read_inputs(
    service: &ComposeService,
    model: &ComposeProject,
    loader: &mut Loader,
) -> (ComposeInputs, FileWatch) {
    let variables = read_variables(service, model, loader);
    let labels = read_labels(service, loader);
    let mounts = service.files.mounts.iter().map(|(inside, outside)| (outside.clone(), inside.clone()));
    let configs = service.files.configs.iter().filter_map(|(inside, name)| {
        let config = model.configs.get(name)?;
        Some((inside.clone(), config))
    });
    let (mut mounts, mut texts): (Vec<(PathBuf, String)>, Vec<FileText>) = (mounts.collect(), Vec::new());
    for (inside, config) in configs {
        match config {
            ConfigOrigin::File(path) => mounts.push((path.clone(), inside)),
            ConfigOrigin::Inline(text) => texts.push(FileText { path: inside, text: text.clone() }),
            ConfigOrigin::Variable(name) => {
                let value = model.variables.value(name).unwrap_or_default().to_owned();
                texts.push(FileText { path: inside, text: value });
            }
        }
    }
    if let Err(limit) = loader.limits.add_mounts(mounts.len()) {
        record_exceeded_limit(loader, &limit);
        mounts.clear();
    }
    let program = &service.container;
    let words = program.entrypoint.iter().chain(&program.command).flatten().map(String::as_str);
    let server = ServerProgram::of(program.image.as_deref().unwrap_or_default(), words);
    let found = files::read_mounted_files(mounts, server);
    texts.retain(|text| server.is_none_or(|server| server.reads_config(&text.path)));
    texts.extend(found.texts);
    if let Err(limit) = loader.limits.add_config_bytes(texts.iter().map(|text| text.text.len()).sum()) {
        record_exceeded_limit(loader, &limit);
        texts.clear();
    }
    (ComposeInputs { variables, labels, texts }, found.watch)
}

fn record_exceeded_limit(loader: &mut Loader, limit: &LimitExceeded) {
    let what = format!("{limit}: the configuration files of the remaining services are not read");
    loader.record_unread_part(
        "configuration files",
        Failure::new(FailureKind::Invalid, what, "split the project"),
    );
}

/// Reads the environment of a service: first its env files in order, and then the variables in its
/// declaration, which take precedence.
fn read_variables(
    service: &ComposeService,
    model: &ComposeProject,
    loader: &mut Loader,
) -> BTreeMap<String, String> {
    let (mut own, mut unset) = (BTreeMap::new(), Vec::new());
    for (name, value) in &service.container.environment {
        let Some(value) = value.as_deref().or_else(|| model.variables.value(name)) else {
            unset.push(name);
            continue;
        };
        match loader.limits.add_expanded_bytes(value.len()) {
            Ok(()) => {
                own.insert(name.clone(), value.to_owned());
            }
            Err(limit) => {
                let what = format!("{limit}: further variables are left out");
                let failure = Failure::new(FailureKind::Invalid, what, "split the project");
                loader.record_unread_part("variables", failure);
            }
        }
    }
    let outer = FallbackLookup(&model.variables, &own);
    let mut all = BTreeMap::new();
    for file in &service.container.env_files {
        loader.read_service_env_file(&file.path, file.format, file.required, &outer, &mut all);
    }
    // If the service lists a variable without a value, and the project's environment does not set it, the
    // variable stays unset. That holds even if an env file sets it.
    unset.into_iter().for_each(|name| {
        all.remove(name);
    });
    all.extend(own);
    all
}

/// Reads the labels of a service: first its label files in order, and then the labels in its declaration,
/// which take precedence.
fn read_labels(service: &ComposeService, loader: &mut Loader) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for path in &service.container.label_files {
        loader.read_service_env_file(path, EnvFileFormat::Dotenv, true, &BTreeMap::new(), &mut all);
    }
    let own = service.container.labels.iter();
    all.extend(own.map(|(name, value)| (name.clone(), value.clone().unwrap_or_default())));
    all
}

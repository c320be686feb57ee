//! Values that a service is given from this machine's files: its variables, its labels and its configuration files.

use super::{
    declared::Declared,
    limits::Exceeded,
    load::{Format, Loader},
    model::{Model, Origin},
    variables::{Layers, Lookup},
};
use crate::{
    model::{Failure, FailureKind},
    source::docker::files::{self, Server, Text, Watch},
};
use std::{collections::BTreeMap, path::PathBuf};

/// The values that a service is given. They live only until they are decoded.
#[derive(Default)]
pub(super) struct Given {
    pub(super) variables: BTreeMap<String, String>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) texts: Vec<Text>,
}

/// Gives `service` its values, and the watch over its mounted files.
pub(super) fn to(service: &Declared, model: &Model, loader: &mut Loader) -> (Given, Watch) {
    let variables = variables(service, model, loader);
    let labels = labels(service, loader);
    let mounts = service.files.mounts.iter().map(|(inside, outside)| (outside.clone(), inside.clone()));
    let configs = service.files.configs.iter().filter_map(|(inside, name)| {
        let config = model.configs.get(name)?;
        Some((inside.clone(), config))
    });
    let (mut mounts, mut texts): (Vec<(PathBuf, String)>, Vec<Text>) = (mounts.collect(), Vec::new());
    for (inside, config) in configs {
        match config {
            Origin::File(path) => mounts.push((path.clone(), inside)),
            Origin::Inline(text) => texts.push(Text { path: inside, text: text.clone() }),
            Origin::Variable(name) => {
                let value = model.variables.value(name).unwrap_or_default().to_owned();
                texts.push(Text { path: inside, text: value });
            }
        }
    }
    if let Err(limit) = loader.limits.add_mounts(mounts.len()) {
        leave_out(loader, &limit);
        mounts.clear();
    }
    let program = &service.program;
    let words = program.entrypoint.iter().chain(&program.command).flatten().map(String::as_str);
    let server = Server::of(program.image.as_deref().unwrap_or_default(), words);
    let found = files::mounted(mounts, server);
    texts.retain(|text| server.is_none_or(|server| server.reads(&text.path)));
    texts.extend(found.texts);
    if let Err(limit) = loader.limits.add_config(texts.iter().map(|text| text.text.len()).sum()) {
        leave_out(loader, &limit);
        texts.clear();
    }
    (Given { variables, labels, texts }, found.watch)
}

fn leave_out(loader: &mut Loader, limit: &Exceeded) {
    let what = format!("{limit}: those of other services are not read");
    loader.leave_out("configuration files", Failure::new(FailureKind::Invalid, what, "split the project"));
}

/// The service's environment: its files of variables in their order, and over them what it says itself.
fn variables(service: &Declared, model: &Model, loader: &mut Loader) -> BTreeMap<String, String> {
    let (mut own, mut unset) = (BTreeMap::new(), Vec::new());
    for (name, value) in &service.program.environment {
        let Some(value) = value.as_deref().or_else(|| model.variables.value(name)) else {
            unset.push(name);
            continue;
        };
        match loader.limits.expand(value.len()) {
            Ok(()) => {
                own.insert(name.clone(), value.to_owned());
            }
            Err(limit) => {
                let what = format!("{limit}: other variables are left out");
                let failure = Failure::new(FailureKind::Invalid, what, "split the project");
                loader.leave_out("variables", failure);
            }
        }
    }
    let around = Layers(&model.variables, &own);
    let mut all = BTreeMap::new();
    for file in &service.program.env_files {
        loader.service_variables(&file.path, file.format, file.required, &around, &mut all);
    }
    // A name alone takes the variable from around it, and where it is not set there, it is not set at all.
    unset.into_iter().for_each(|name| {
        all.remove(name);
    });
    all.extend(own);
    all
}

/// The service's labels: its files of labels in their order, and over them what it says itself.
fn labels(service: &Declared, loader: &mut Loader) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for path in &service.program.label_files {
        loader.service_variables(path, Format::Dotenv, true, &BTreeMap::new(), &mut all);
    }
    let own = service.program.labels.iter();
    all.extend(own.map(|(name, value)| (name.clone(), value.clone().unwrap_or_default())));
    all
}

//! What a service is given from this machine's files: the values of its variables, and its configuration files.

use super::{
    declared::Declared,
    dotenv,
    file::Text as Config,
    load::{Loaded, Loader},
};
use crate::source::docker::files::{self, Server, Text, Watch};
use std::{collections::BTreeMap, path::PathBuf};

/// What a service is given. It lives only until it is decoded.
#[derive(Default)]
pub(super) struct Given {
    pub(super) variables: BTreeMap<String, String>,
    pub(super) texts: Vec<Text>,
}

/// What `service` is given; and what tells that its mounted files have changed.
pub(super) fn to(service: &Declared, loaded: &Loaded, loader: &mut Loader) -> (Given, Watch) {
    let variables = variables(service, loaded, loader);
    let mounts = service.files.mounts.iter().map(|(inside, outside)| (outside.clone(), inside.clone()));
    let configs = service.files.configs.iter().filter_map(|(inside, name)| {
        let config = loaded.file.configs.get(name)?;
        Some((inside.clone(), config))
    });
    let (mut mounts, mut texts): (Vec<(PathBuf, String)>, Vec<Text>) = (mounts.collect(), Vec::new());
    for (inside, config) in configs {
        match config {
            Config::File(path) => mounts.push((path.clone(), inside)),
            Config::Inline(text) => texts.push(Text { path: inside, text: text.clone() }),
            Config::Variable(name) => {
                let value = loaded.variables.get(name).unwrap_or_default().to_owned();
                texts.push(Text { path: inside, text: value });
            }
        }
    }
    let program = &service.program;
    let words = program.entrypoint.iter().chain(&program.command).flatten().map(String::as_str);
    let server = Server::of(program.image.as_deref().unwrap_or_default(), words);
    let found = files::mounted(mounts, server);
    texts.retain(|text| server.is_none_or(|server| server.reads(&text.path)));
    texts.extend(found.texts);
    (Given { variables, texts }, found.watch)
}

/// The service's environment: its files of variables in their order, and over them what it says itself.
fn variables(service: &Declared, loaded: &Loaded, loader: &mut Loader) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (path, required) in &service.program.env_files {
        match loader.text(path) {
            Ok(text) => all.extend(dotenv::read(&text, &loaded.variables)),
            Err(failure) if *required => loader.gap("a file of variables", failure),
            Err(_) => {}
        }
    }
    for (name, value) in &service.program.environment {
        let value = value.as_deref().or_else(|| loaded.variables.get(name));
        all.extend(value.map(|value| (name.clone(), value.to_owned())));
    }
    all
}

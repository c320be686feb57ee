//! Which sources to open: those that the configuration names, else those that can be found here.

use super::args::Common;
use crate::{
    cache::Folder,
    config::Config,
    model::{Failure, FailureKind, SourceId, Text},
    source::{self, Source, compose, docker, ecs, replay, unopened::Unopened},
};
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, sync::Arc};

/// The sources that were opened, and where they were looked for.
pub(super) struct Opened {
    /// Ready to be read; nothing was asked of them yet.
    pub sources: Vec<Arc<dyn Source>>,
    /// What was looked at, in words.
    pub looked: Vec<String>,
    /// What sources in one AWS account spend together.
    treasury: Arc<ecs::Treasury>,
    /// What is kept between runs.
    pub cache: Option<Folder>,
}

/// Opens what the flags and the configuration ask for.
pub(super) fn open(common: &Common, config: &Config) -> Result<Opened, Failure> {
    let cache = super::directories().filter(|_| config.cache).map(|dirs| Folder::new(dirs.cache_dir()));
    let mut opened = Opened { sources: Vec::new(), looked: Vec::new(), treasury: Arc::default(), cache };
    if common.demo {
        opened.add(replay::demo()?);
    } else if config.source.is_empty() {
        opened.discover(common);
    } else {
        for one in &config.source {
            opened.open(one, common);
        }
    }
    opened.refuse_doubles()?;
    opened.select(&common.source)?;
    Ok(opened)
}

impl Opened {
    /// That no source was found, and where they were looked for.
    pub(super) fn nothing(&self) -> Failure {
        let what = format!("there is nothing to look at: {}", self.looked.join("; "));
        Failure::new(FailureKind::Missing, what, "try --demo, or portolan doctor")
    }

    fn add<S: Source + 'static>(&mut self, sources: Vec<S>) {
        self.sources.extend(sources.into_iter().map(|source| Arc::new(source) as Arc<dyn Source>));
    }

    fn add_ecs(&mut self, config: ecs::Config) {
        self.add(vec![ecs::Ecs::new(config, &self.treasury, self.cache.clone())]);
    }

    /// What is here without a word of configuration: the local engines, and the AWS configuration.
    fn discover(&mut self, common: &Common) {
        let config = docker::Config::default();
        match docker::find(&config, &surroundings()) {
            Err(failure) if failure.kind == FailureKind::Missing && !is_chosen() => {
                self.looked.push(failure.what.to_string());
            }
            Err(failure) => {
                self.looked.push(failure.what.to_string());
                self.add(vec![engine_to_be(&config)]);
            }
            Ok(engines) => {
                for found in &engines {
                    self.looked.push(format!("{} by {}", found.endpoint, found.because));
                }
                self.add(engines.into_iter().map(|found| docker::Docker::new(found, &config)).collect());
            }
        }
        let home = home();
        let found = ecs::find(ecs::Surroundings {
            variable: &|name| std::env::var(name).ok(),
            home: home.as_deref(),
        });
        self.looked.extend(found.looked);
        let asked = common.profile.is_some().then(ecs::Config::default);
        if let Some(config) = found.config.or(asked) {
            self.add_ecs(flagged(config, common));
        }
    }

    /// Opens a source. One that can't be opened is one that fails, and is tried again.
    fn open(&mut self, config: &source::Config, common: &Common) {
        match config {
            source::Config::Docker(config) => match docker::find(config, &surroundings()) {
                Ok(found) => {
                    self.add(found.into_iter().map(|found| docker::Docker::new(found, config)).collect());
                }
                Err(_) => self.add(vec![engine_to_be(config)]),
            },
            source::Config::Ecs(config) => self.add_ecs(flagged(config.clone(), common)),
            source::Config::Compose(config) => {
                self.add(vec![compose::Compose::new(config, variables())]);
            }
            source::Config::Replay(config) => match replay::open(config) {
                Ok(sources) => self.add(sources),
                Err(_) => self.add(vec![recording_to_be(config)]),
            },
        }
    }

    /// Two sources of one id would overwrite each other.
    fn refuse_doubles(&self) -> Result<(), Failure> {
        let mut ids: Vec<_> = self.sources.iter().map(|s| s.id()).collect();
        ids.sort();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => {
                let what = format!("configuration: two sources are called `{}`", pair[0]);
                Err(Failure::new(FailureKind::Invalid, what, "give each [[source]] a name of its own"))
            }
        }
    }

    /// Leaves only the sources of these ids, where any are given.
    fn select(&mut self, ids: &[String]) -> Result<(), Failure> {
        let known: Vec<String> = self.sources.iter().map(|s| s.id().to_string()).collect();
        if let Some(unknown) = ids.iter().find(|id| !known.contains(id)) {
            let what = format!("there is no source `{unknown}`");
            return Err(Failure::new(FailureKind::Missing, what, format!("there are: {}", known.join(", "))));
        }
        self.sources.retain(|s| ids.is_empty() || ids.iter().any(|id| id == s.id().as_str()));
        Ok(())
    }
}

/// An engine that can't be opened yet.
fn engine_to_be(config: &docker::Config) -> Unopened {
    let name =
        if config.name.is_empty() { "docker".to_owned() } else { Text::new(&config.name).replace('/', "-") };
    let config = config.clone();
    Unopened::new(SourceId::new(&name), "docker", move || {
        let found = docker::find(&config, &surroundings())?.into_iter().next();
        let Some(found) = found else {
            let what = "a docker source is named, and no engine is found";
            return Err(Failure::new(FailureKind::Missing, what, "give it a host, or start the engine"));
        };
        Ok(Arc::new(docker::Docker::new(docker::Found { name: name.clone(), ..found }, &config)))
    })
}

/// A recording that can't be opened yet. The sources in it are not known before, so that it is played from the next start
/// of the program on.
fn recording_to_be(config: &replay::Config) -> Unopened {
    let name = PathBuf::from(&config.path).file_stem().map(|stem| Text::new(&stem.to_string_lossy()));
    let config = config.clone();
    Unopened::new(SourceId::new(format!("replay:{}", name.unwrap_or_default())), "replay", move || {
        replay::open(&config)?;
        let what = format!("the recording {} can be read now", Text::new(&config.path));
        Err(Failure::new(FailureKind::Missing, what, "start Portolan again to play it"))
    })
}

/// Whether somebody chose an engine: what is missing then is a failure, and not just nothing to look at.
fn is_chosen() -> bool {
    let around = surroundings();
    !around.host.trim().is_empty() || !around.context.trim().is_empty() || around.has_current_context()
}

/// The configuration of an ECS source with the flags over it.
fn flagged(mut config: ecs::Config, common: &Common) -> ecs::Config {
    if let Some(profile) = &common.profile {
        config.profile.clone_from(profile);
    }
    if let Some(region) = &common.region {
        config.region.clone_from(region);
    }
    config
}

fn surroundings() -> docker::Surroundings {
    docker::Surroundings::read(&home().unwrap_or_default(), |name| std::env::var(name).ok())
}

/// The variables of this process, those that are text.
fn variables() -> BTreeMap<String, String> {
    let text = |value: OsString| value.into_string().ok();
    std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
}

fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned())
}

//! Opens the sources: the configured ones or, if there are none, those that Portolan finds on this machine.

use super::{args::CommonArgs, team::open_team};
use crate::{
    cache::CacheDir,
    config::Config,
    model::{ActionPermission, Failure, FailureKind, SourceId, Text},
    source::{
        self, Source, compose, docker, ecs, replay,
        team::{Participation, TeamAccess, TeamPolledSource, TeamSettings},
        unopened::UnopenedSource,
    },
};
use std::{collections::BTreeMap, ffi::OsString, path::PathBuf, sync::Arc};

/// Opened sources, and the places where Portolan searched for them.
pub(super) struct OpenedSources {
    /// Sources that are ready to be polled. Portolan has sent no request to them yet.
    pub sources: Vec<Arc<dyn Source>>,
    /// Places where Portolan searched for sources, each with its result in words.
    pub searched: Vec<String>,
    /// API quotas that sources of the same AWS account share.
    quotas: Arc<ecs::QuotaRegistry>,
    /// Directory for data kept between runs; `None` if caching is off.
    pub cache: Option<CacheDir>,
    /// Team that reads AWS accounts together; `None` if there is no team.
    team: Option<TeamSettings>,
}

/// Opens the sources that the flags and the configuration select.
pub(super) fn open(
    common: &CommonArgs,
    config: &Config,
    participation: Participation,
) -> Result<OpenedSources, Failure> {
    let cache = super::directories().filter(|_| config.cache).map(|dirs| CacheDir::new(dirs.cache_dir()));
    let team = if common.demo { None } else { open_team(config, participation)? };
    let mut opened =
        OpenedSources { sources: Vec::new(), searched: Vec::new(), quotas: Arc::default(), cache, team };
    if common.demo {
        opened.add(replay::demo()?);
    } else if config.source.is_empty() {
        opened.discover(common);
    } else {
        for one in &config.source {
            opened.open(&with_permission(one.clone(), common.read_only), common);
        }
    }
    opened.reject_duplicate_ids()?;
    opened.keep_only(&common.source)?;
    Ok(opened)
}

impl OpenedSources {
    /// Returns `sources` as the opened sources, without a cache and without a team.
    pub(super) fn of<S: Source + 'static>(sources: Vec<S>) -> Self {
        let mut opened = Self {
            sources: Vec::new(),
            searched: Vec::new(),
            quotas: Arc::default(),
            cache: None,
            team: None,
        };
        opened.add(sources);
        opened
    }

    /// Returns the access of these sources to the store of their team. The access has no store in the demo,
    /// or if there is no team.
    pub(super) fn team_access(&self, config: &Config) -> TeamAccess {
        TeamAccess::new(&config.team, self.team.as_ref().map(|team| Arc::clone(&team.store)))
    }

    /// Returns the failure that reports that no source was found.
    pub(super) fn no_sources_failure(&self) -> Failure {
        let what = format!("no source found: {}", self.searched.join("; "));
        Failure::new(FailureKind::Missing, what, "try --demo, or run portolan doctor")
    }

    fn add<S: Source + 'static>(&mut self, sources: Vec<S>) {
        self.sources.extend(sources.into_iter().map(|source| Arc::new(source) as Arc<dyn Source>));
    }

    fn add_ecs(&mut self, config: ecs::Config) {
        let source = ecs::Ecs::new(config, &self.quotas, self.cache.clone());
        match self.team.clone() {
            Some(team) => self.add(vec![TeamPolledSource::new(Arc::new(source), team)]),
            None => self.add(vec![source]),
        }
    }

    /// Finds sources if the configuration names none: the local container engines, and ECS if there is an AWS
    /// configuration.
    fn discover(&mut self, common: &CommonArgs) {
        let config = docker::Config::default();
        match docker::discover(&config, &docker_env()) {
            Err(failure) if failure.kind == FailureKind::Missing && !is_engine_chosen() => {
                self.searched.push(failure.message.to_string());
            }
            Err(failure) => {
                self.searched.push(failure.message.to_string());
                self.add(vec![unopened_engine(&config)]);
            }
            Ok(engines) => {
                for found in &engines {
                    self.searched.push(format!("{} ({})", found.endpoint, found.found_by));
                }
                self.add(engines.into_iter().map(|found| docker::Docker::new(found, &config)).collect());
            }
        }
        let home = home_dir();
        let found = ecs::discover(ecs::Env {
            profile: common.profile.as_deref(),
            region: common.region.as_deref(),
            variable: &|name| std::env::var(name).ok(),
            home: home.as_deref(),
        });
        self.searched.extend(found.searched);
        found.config.into_iter().for_each(|config| self.add_ecs(config));
    }

    /// Opens a configured source. If that is not possible yet, adds a placeholder whose polls fail until it
    /// is, or, for a recording, until Portolan is restarted.
    fn open(&mut self, config: &source::Config, common: &CommonArgs) {
        match config {
            source::Config::Docker(config) => match docker::discover(config, &docker_env()) {
                Ok(found) => {
                    self.add(found.into_iter().map(|found| docker::Docker::new(found, config)).collect());
                }
                Err(_) => self.add(vec![unopened_engine(config)]),
            },
            source::Config::Ecs(config) => self.add_ecs(with_flags(config.clone(), common)),
            source::Config::Compose(config) => {
                self.add(vec![compose::Compose::new(config, process_variables())]);
            }
            source::Config::Replay(config) => match replay::open(config) {
                Ok(sources) => self.add(sources),
                Err(_) => self.add(vec![unopened_recording(config)]),
            },
        }
    }

    /// Fails if two sources have the same id, because they would overwrite each other.
    fn reject_duplicate_ids(&self) -> Result<(), Failure> {
        let mut ids: Vec<_> = self.sources.iter().map(|s| s.id()).collect();
        ids.sort();
        match ids.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => {
                let what = format!("configuration: two sources have the id `{}`", pair[0]);
                Err(Failure::new(FailureKind::Invalid, what, "give each [[source]] a different name"))
            }
        }
    }

    /// Keeps only the sources with the ids `ids`, or all if `ids` is empty. Fails if an id is unknown.
    fn keep_only(&mut self, ids: &[String]) -> Result<(), Failure> {
        let known: Vec<String> = self.sources.iter().map(|s| s.id().to_string()).collect();
        if let Some(unknown) = ids.iter().find(|id| !known.contains(id)) {
            let what = format!("unknown source `{unknown}`");
            let remedy = format!("known sources: {}", known.join(", "));
            return Err(Failure::new(FailureKind::Missing, what, remedy));
        }
        self.sources.retain(|s| ids.is_empty() || ids.iter().any(|id| id == s.id().as_str()));
        Ok(())
    }
}

/// Returns the configuration of a source. If `read_only`, turns its actions off.
fn with_permission(mut config: source::Config, read_only: bool) -> source::Config {
    if read_only {
        match &mut config {
            source::Config::Docker(config) => config.actions = ActionPermission::Off,
            source::Config::Ecs(config) => config.actions = ActionPermission::Off,
            source::Config::Compose(_) | source::Config::Replay(_) => {}
        }
    }
    config
}

/// Returns the sources that play the recording at `path`.
pub(super) fn recording_sources(path: &str) -> Result<Vec<replay::Replay>, Failure> {
    replay::open(&replay::Config { path: path.to_owned() })
}

/// Returns a source for a container engine that can't be opened yet.
fn unopened_engine(config: &docker::Config) -> UnopenedSource {
    let name =
        if config.name.is_empty() { "docker".to_owned() } else { Text::new(&config.name).replace('/', "-") };
    let (config, permission) = (config.clone(), config.actions);
    let unopened = UnopenedSource::new(SourceId::new(&name), "docker", move || {
        let found = docker::discover(&config, &docker_env())?.into_iter().next();
        let Some(found) = found else {
            let what = "the configured Docker engine was not found";
            return Err(Failure::new(FailureKind::Missing, what, "set `host`, or start the engine"));
        };
        Ok(Arc::new(docker::Docker::new(docker::FoundEngine { name: name.clone(), ..found }, &config)))
    });
    unopened.with_permission(permission)
}

/// Returns a source for a recording that can't be opened yet. The recording plays only after a restart of the
/// program, because the sources in it are not known before.
fn unopened_recording(config: &replay::Config) -> UnopenedSource {
    let name = PathBuf::from(&config.path).file_stem().map(|stem| Text::new(&stem.to_string_lossy()));
    let config = config.clone();
    UnopenedSource::new(SourceId::new(format!("replay:{}", name.unwrap_or_default())), "replay", move || {
        replay::open(&config)?;
        let what = format!("the recording {} is readable now", Text::new(&config.path));
        Err(Failure::new(FailureKind::Missing, what, "restart Portolan to play it"))
    })
}

/// Returns true if the environment or the Docker context selects an engine. In that case, a missing engine is
/// a failure.
fn is_engine_chosen() -> bool {
    let env = docker_env();
    !env.host.trim().is_empty() || !env.context.trim().is_empty() || env.has_current_context()
}

/// Returns the configuration of an ECS source with the values of `--profile` and `--region`, if given.
fn with_flags(mut config: ecs::Config, common: &CommonArgs) -> ecs::Config {
    if let Some(profile) = &common.profile {
        config.profile.clone_from(profile);
    }
    if let Some(region) = &common.region {
        config.region.clone_from(region);
    }
    config
}

fn docker_env() -> docker::Env {
    docker::Env::read(&home_dir().unwrap_or_default(), |name| std::env::var(name).ok())
}

/// Returns the environment variables by name. Leaves out those that are not valid Unicode.
fn process_variables() -> BTreeMap<String, String> {
    let text = |value: OsString| value.into_string().ok();
    std::env::vars_os().filter_map(|(name, value)| Some((text(name)?, text(value)?))).collect()
}

fn home_dir() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned())
}

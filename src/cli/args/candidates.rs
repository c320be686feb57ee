//! Words that the shell offers for the values of arguments. Names of services and sources come from the cache
//! of earlier runs, so pressing tab never polls a source.

use crate::{
    cache::{CacheDir, CompletionNames, known_names},
    cli::directories,
    export::MAP_FORMATS,
    history::EVENT_KIND_TABLE,
    model::{LogLevel, Timestamp},
    source::{ecs, replay},
    topology::drift::EDGE_FILTERS,
};
use clap_complete::CompletionCandidate;
use directories::BaseDirs;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the names of services: the bare name, or with its group if several services have the name.
pub(super) fn services() -> Vec<CompletionCandidate> {
    let known = cached_names();
    let mut groups: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for service in &known.services {
        groups.entry(&service.name).or_default().insert(service.group.as_deref());
    }
    let name = |(name, groups): (&&str, &BTreeSet<Option<&str>>)| match groups.iter().next() {
        Some(group) if groups.len() == 1 => {
            vec![CompletionCandidate::new(*name).help(group.map(|group| group.to_owned().into()))]
        }
        _ => groups
            .iter()
            .map(|group| group.map_or_else(|| (*name).to_owned(), |group| format!("{group}/{name}")))
            .map(CompletionCandidate::new)
            .collect(),
    };
    groups.iter().flat_map(name).collect()
}

/// Returns the names of services and of their groups: compose projects and clusters.
pub(super) fn log_targets() -> Vec<CompletionCandidate> {
    let known = cached_names();
    let groups: BTreeSet<&str> =
        known.services.iter().filter_map(|service| service.group.as_deref()).collect();
    services().into_iter().chain(groups.into_iter().map(CompletionCandidate::new)).collect()
}

/// Returns the ids of the sources.
pub(super) fn sources() -> Vec<CompletionCandidate> {
    cached_names().sources.iter().map(|id| CompletionCandidate::new(id.as_str())).collect()
}

/// Returns the AWS profiles of the user.
pub(super) fn configured_profiles() -> Vec<CompletionCandidate> {
    let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let env = ecs::Env {
        profile: None,
        region: None,
        variable: &|name| std::env::var(name).ok(),
        home: home.as_deref(),
    };
    ecs::profile_names(env).into_iter().map(CompletionCandidate::new).collect()
}

/// Returns the formats of the map.
pub(super) fn map_formats() -> Vec<CompletionCandidate> {
    MAP_FORMATS.iter().map(|format| CompletionCandidate::new(format.id)).collect()
}

/// Returns the filters of edges.
pub(super) fn edge_filters() -> Vec<CompletionCandidate> {
    EDGE_FILTERS.iter().map(|(_, id, _)| CompletionCandidate::new(*id)).collect()
}

/// Returns the log levels.
pub(super) fn log_levels() -> Vec<CompletionCandidate> {
    LogLevel::ALL_LEVELS.map(|level| CompletionCandidate::new(level.as_str())).into()
}

/// Returns the kinds of events.
pub(super) fn event_kinds() -> Vec<CompletionCandidate> {
    EVENT_KIND_TABLE.iter().map(|kind| CompletionCandidate::new(kind.id)).collect()
}

/// Returns the names that the cache knows, or those of the demo if the command line asks for it.
fn cached_names() -> CompletionNames {
    if std::env::args_os().any(|argument| argument == "--demo") {
        return demo_names();
    }
    let cache = directories().map(|dirs| CacheDir::new(dirs.cache_dir()));
    cache.map(|cache| known_names(&cache, Timestamp::now())).unwrap_or_default()
}

/// Returns the names in the demo.
fn demo_names() -> CompletionNames {
    let mut known = CompletionNames::default();
    for snapshot in replay::demo_snapshots() {
        known.add(&snapshot);
    }
    known
}
